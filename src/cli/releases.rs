//! `botnia releases`: what was published, newest first.

use std::collections::BTreeSet;

use botnia_model::ReleaseNumber;
use botnia_publish::PublishError;

use super::output::{data, number};
use super::{Exit, Global, UsageError, no_data_yet};
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

/// A release that cannot be had, with those that can.
pub(super) fn unknown(
    release: ReleaseNumber,
    hint: &str,
    there: BTreeSet<ReleaseNumber>,
) -> UsageError {
    let there: Vec<ReleaseNumber> = there.into_iter().collect();
    let there: Vec<String> = there
        .chunk_by(|one, other| one.next() == *other)
        .map(|run| match run {
            [first, .., last] => format!("{first}–{last}"),
            _ => run.iter().map(ToString::to_string).collect(),
        })
        .collect();
    let there = match there.as_slice() {
        [] => "there is none yet: `botnia run` makes the first one".to_owned(),
        _ => format!("those that are here: {}", there.join(", ")),
    };
    let hint = if hint.is_empty() {
        "`botnia releases` lists them"
    } else {
        hint
    };
    UsageError(format!(
        "release {release} is not here; {there}\nhint: {hint}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_that_follow_each_other_are_named_together() {
        let number = |number: u32| ReleaseNumber::try_from(number).unwrap();
        let there = [1, 2, 3, 5, 7, 8].into_iter().map(number).collect();
        assert_eq!(
            unknown(number(9), "", there).0,
            "release 9 is not here; those that are here: 1–3, 5, 7–8\nhint: `botnia releases` \
             lists them"
        );
    }
}
