//! `botnia status`: what is published, what waits, what failed.

use botnia_publish::Releases;

use super::output::{data, number};
use super::{Exit, Global, no_data_yet};
use crate::engine::is_selected;
use crate::engine::ledger::Ledger;
use crate::engine::storage::Storage;

/// Sweeps that are listed.
const SWEEPS: u32 = 5;

pub(super) async fn run(global: &Global) -> anyhow::Result<Exit> {
    let settings = global.settings()?;
    let storage =
        Storage::open_to_read(&settings.data)?.ok_or_else(|| no_data_yet(&settings.data))?;
    let releases = Releases::new(storage.store.clone(), Some(storage.root.clone()));
    let ledger = Ledger::open(&settings.state).await?;
    match releases.latest().await? {
        None => data("Release    none yet"),
        Some((record, manifest)) => {
            data(format_args!(
                "Release    {} of {}{}",
                record.release,
                record.released_at,
                if manifest.synthetic {
                    " (made-up data)"
                } else {
                    ""
                }
            ));
            data(format_args!(
                "           {} indicators, {} files, division of {}",
                number(manifest.indicators.len() as u64),
                number(manifest.files.len() as u64),
                manifest.geo_vintage
            ));
            data(format_args!(
                "           {}",
                storage
                    .root
                    .join("published/releases")
                    .join(record.release.folder())
                    .display()
            ));
        }
    }
    for sweep in ledger.sweeps(SWEEPS).await? {
        let state = match (&sweep.finished_at, &sweep.outcome) {
            (Some(finished), Some(outcome)) => {
                format!("finished {finished}: {}", super::run::words(outcome))
            }
            _ => "running, or cut short (the next run goes on from there)".to_owned(),
        };
        data(format_args!("Sweep      {}: {state}", sweep.sweep));
    }
    let sets = global.sets()?;
    let mut all = ledger.all_series().await?;
    all.retain(|(indicator, _)| is_selected(&settings, &sets, indicator));
    let mut waits = false;
    for (indicator, series) in &all {
        if let Some(held) = series.held.as_ref().filter(|held| held.rejected.is_none()) {
            waits = true;
            for reason in &held.reasons {
                data(format_args!(
                    "Held       {indicator} since {}: {}",
                    held.since, reason.message
                ));
            }
        }
    }
    let mut failing = false;
    for (indicator, series) in &all {
        if let Some(failure) = &series.failure {
            failing = true;
            data(format_args!(
                "Failing    {indicator} since {}: {}",
                failure.since, failure.message
            ));
        }
    }
    ledger.close().await;
    Ok(if failing {
        Exit::Failed
    } else if waits {
        Exit::Held
    } else {
        Exit::Done
    })
}
