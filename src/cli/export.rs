//! `botnia export`: the observations as a release had them.

use std::path::PathBuf;

use botnia_model::{IndicatorId, ReleaseNumber};
use botnia_publish::PublishError;
use botnia_transform::release::{LaterTables, as_of};

use super::output::{count, data, note};
use super::releases::unknown;
use super::table_file::TableFile;
use super::{Exit, Global, UsageError, no_data_yet};
use crate::engine::storage::Storage;

/// Write the observations as a release had them.
#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// The number of the release; one whose files were removed will do.
    #[arg(long, value_name = "RELEASE")]
    as_of: ReleaseNumber,
    /// Only this indicator; can be given more than once.
    #[arg(long = "indicator", value_name = "ID")]
    indicators: Vec<IndicatorId>,
    /// The file, Parquet or CSV by its ending; a new one. Without it,
    /// `observations-as-of-RELEASE.parquet` in the working folder.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let settings = global.settings()?;
        let storage =
            Storage::open_to_read(&settings.data)?.ok_or_else(|| no_data_yet(&settings.data))?;
        let releases = storage.releases();
        let Self {
            as_of: release,
            indicators,
            output,
        } = self;
        let file =
            TableFile::new(output.unwrap_or_else(|| {
                PathBuf::from(format!("observations-as-of-{release}.parquet"))
            }))?;
        // What that release changed is in every later one, too.
        let (record, later) = match releases.get(release).await {
            Ok((record, _)) => (record, release),
            Err(PublishError::Removed { .. }) => {
                let newest = releases.latest().await?.map(|(newest, _)| newest.release);
                let record = releases.record(release).await?;
                record
                    .zip(newest)
                    .ok_or(PublishError::NoSuchRelease { release })?
            }
            Err(PublishError::NoSuchRelease { .. }) => {
                let records = releases.list().await?;
                let numbers = records.iter().map(|record| record.release).collect();
                return Err(unknown(release, "", numbers).into());
            }
            Err(error) => return Err(error.into()),
        };
        let tables = LaterTables {
            observations: releases.open_file(later, "observations.parquet").await?,
            revisions: releases.open_file(later, "revisions.parquet").await?,
        };
        let path = file.path().to_owned();
        let rows = file
            .write(move |sink| {
                let rows = as_of(release, tables, &indicators, sink)?;
                if rows == 0 && !indicators.is_empty() {
                    return Err(nothing_of(release, &indicators).into());
                }
                Ok(rows)
            })
            .await?;
        note(format_args!(
            "Release {release} of {}: {}{}",
            record.released_at,
            count(rows, "observation"),
            if later == release {
                String::new()
            } else {
                format!(", read from release {later}")
            }
        ));
        data(path.display());
        Ok(Exit::Done)
    }
}

fn nothing_of(release: ReleaseNumber, indicators: &[IndicatorId]) -> UsageError {
    let named: Vec<String> = indicators.iter().map(|id| format!("`{id}`")).collect();
    UsageError(format!(
        "release {release} has no observation of {}\nhint: without `--indicator` all are written",
        named.join(", ")
    ))
}
