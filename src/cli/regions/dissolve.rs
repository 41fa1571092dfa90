//! `botnia regions dissolve`: an indicator's figures on the borders of a later day.

use botnia_config::Date;
use botnia_model::{Clock, IndicatorId, Observation, ReleaseNumber};

use crate::cli::output::{count, data, note};
use crate::cli::{Exit, Global, UsageError, no_data_yet};
use crate::engine::regions::{dissolved, today};
use crate::engine::storage::Storage;

/// Lines shown of what has no figure.
const SHOWN: usize = 8;

/// Bring an indicator's municipal figures of a release to the borders of a later day.
#[derive(Debug, clap::Args)]
pub(super) struct Dissolve {
    /// The indicator: `sotkanet:127`.
    #[arg(value_name = "ID")]
    indicator: IndicatorId,
    /// The release; the newest unless given.
    #[arg(long, value_name = "NUMBER")]
    release: Option<ReleaseNumber>,
    /// The day of the borders, `YYYY-MM-DD`; today unless given.
    #[arg(long, value_name = "DAY")]
    day: Option<Date>,
}

impl Dissolve {
    pub(super) async fn run(self, global: &Global, clock: &dyn Clock) -> anyhow::Result<Exit> {
        let settings = global.settings()?;
        let storage =
            Storage::open_to_read(&settings.data)?.ok_or_else(|| no_data_yet(&settings.data))?;
        let releases = storage.releases();
        let (record, manifest) = if let Some(number) = self.release {
            releases.get(number).await?
        } else {
            let newest = releases.latest().await?;
            newest.ok_or_else(|| no_data_yet(&settings.data))?
        };
        let id = &self.indicator;
        let entry = manifest
            .indicators
            .iter()
            .find(|one| one.indicator_id == *id);
        let source = settings
            .source
            .iter()
            .find(|source| source.id == *id.source());
        let (Some(entry), Some(source)) = (entry, source) else {
            let what = format!("release {} has no indicator `{id}`", record.release);
            return Err(UsageError(what).into());
        };
        let from: Date = manifest.geo_vintage.parse()?;
        let to = self.day.unwrap_or_else(|| today(&settings, clock));
        let sets = global.sets()?;
        let dissolved = dissolved(&storage, source, &sets, entry, (from, to)).await?;
        data("region_id,period,sex,breakdown,value,absolute_value,status,origin");
        for observation in &dissolved.observations {
            data(line(observation));
        }
        for blocked in dissolved.blocked.iter().take(SHOWN) {
            let (id, period, sex) = (blocked.region.id(), &blocked.period, blocked.sex);
            note(format_args!("{id} {period} {sex}: {}", blocked.reason));
        }
        note(format_args!(
            "{} of {id}, from the borders of {from} to those of {to}; {} without a figure",
            count(dissolved.observations.len() as u64, "figure"),
            dissolved.blocked.len()
        ));
        Ok(Exit::Done)
    }
}

fn line(observation: &Observation) -> String {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let breakdown = observation.breakdown.as_ref();
    [
        observation.region.id().to_string(),
        observation.period.to_string(),
        observation.sex.to_string(),
        breakdown
            .map(|one| quoted(one.as_str()))
            .unwrap_or_default(),
        number(observation.value),
        number(observation.absolute_value),
        observation.status.to_string(),
        observation.origin.to_string(),
    ]
    .join(",")
}

/// A text as one cell (RFC 4180). The other cells are words and numbers.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
