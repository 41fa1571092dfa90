//! `botnia releases`: what was published, newest first.

use botnia_publish::PublishError;

use super::output::{data, number};
use super::{Exit, Global, no_data_yet};
use crate::engine::storage::Storage;

pub(super) async fn run(global: &Global) -> anyhow::Result<Exit> {
    let settings = global.settings()?;
    let storage =
        Storage::open_to_read(&settings.data)?.ok_or_else(|| no_data_yet(&settings.data))?;
    let releases = storage.releases();
    let mut records = releases.list().await?;
    records.reverse();
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header([
        "release",
        "released at",
        "indicators",
        "rows",
        "files",
        "manifest",
    ]);
    for record in &records {
        let manifest = match releases.get(record.release).await {
            Ok((_, manifest)) => manifest,
            Err(PublishError::Removed { .. }) => {
                table.add_row([
                    record.release.to_string(),
                    record.released_at.to_string(),
                    "removed".to_owned(),
                    String::new(),
                    String::new(),
                    record.manifest.to_string().chars().take(12).collect(),
                ]);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let rows = manifest
            .files
            .iter()
            .find(|file| file.path == "observations.parquet")
            .and_then(|file| file.rows)
            .unwrap_or_default();
        table.add_row([
            record.release.to_string(),
            record.released_at.to_string(),
            number(manifest.indicators.len() as u64),
            number(rows),
            number(manifest.files.len() as u64),
            record.manifest.to_string().chars().take(12).collect(),
        ]);
    }
    if records.is_empty() {
        super::output::note("There is no release yet.\nhint: `botnia run` makes the first one");
    } else {
        data(table);
    }
    Ok(Exit::Done)
}
