//! `botnia status`: what is published, what runs, what waits, what failed.

use botnia_config::RegionTables;
use botnia_ingest::Archive;
use botnia_model::Severity;

use super::output::{count, data, field};
use super::run::unknown_region;
use super::{Exit, Global, no_data_yet};
use crate::engine::job::{JobRecord, JobState};
use crate::engine::ledger::{HoldReason, Ledger};
use crate::engine::regions::regions_without_table;
use crate::engine::storage::Storage;
use crate::engine::{is_selected, is_wanted};

/// Sweeps that are listed.
const SWEEPS: u32 = 5;

pub(super) async fn run(global: &Global) -> anyhow::Result<Exit> {
    let settings = global.settings()?;
    let storage =
        Storage::open_to_read(&settings.data)?.ok_or_else(|| no_data_yet(&settings.data))?;
    let releases = storage.releases();
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
                "           {}, {}, division of {}",
                count(manifest.indicators.len() as u64, "indicator"),
                count(manifest.files.len() as u64, "file"),
                manifest.geo_vintage
            ));
            data(format_args!(
                "           {}",
                storage.name_of(&format!("published/releases/{}", record.release.folder()))
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
    let open = ledger.open_jobs().await?;
    open.iter().filter_map(open_job).for_each(data);
    let sets = global.sets()?;
    let mut all = ledger.all_series().await?;
    all.retain(|(indicator, _)| is_selected(&settings, &sets, indicator));
    let mut waits = false;
    for (indicator, series) in &all {
        if let Some(held) = series.held.as_ref().filter(|held| held.rejected.is_none()) {
            waits = true;
            for reason in held.reasons.iter().filter(|reason| holds(reason)) {
                data(format_args!(
                    "Held       {indicator} since {}: {}",
                    held.since, reason.message
                ));
            }
        }
    }
    for (indicator, series) in &all {
        let accepted = series.accepted.iter();
        for warning in accepted.flat_map(|figures| &figures.warnings) {
            data(format_args!("Warned     {indicator}: {}", warning.message));
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
    let archive = Archive::new(storage.store.clone());
    let tables = RegionTables::builtin();
    for unknown in &regions_without_table(&settings, &archive, &ledger, tables).await? {
        data(format_args!(
            "Regions    {}",
            field(&unknown_region(unknown))
        ));
    }
    let mut dead = ledger.dead_jobs().await?;
    dead.retain(|job| is_wanted(&settings, &sets, &job.task));
    dead.iter().map(dead_job).for_each(data);
    ledger.close().await;
    Ok(if failing || !dead.is_empty() {
        Exit::Failed
    } else if waits {
        Exit::Held
    } else {
        Exit::Done
    })
}

fn holds(reason: &HoldReason) -> bool {
    reason.severity == Severity::Hold
}

/// A job that somebody works on, or that waits for its next attempt. One that was never
/// tried is about to be: it says nothing.
fn open_job(record: &JobRecord) -> Option<String> {
    let (job, subject) = (record.job, record.task.subject());
    if record.state == JobState::Running {
        return Some(format!(
            "Running    {subject}: job {job}, attempt {} by {}",
            record.attempts,
            record.worker.as_deref().unwrap_or("a worker")
        ));
    }
    let failure = record.failure.as_ref()?;
    Some(format!(
        "Waiting    {subject}: job {job} is tried again from {}, after {}: {}",
        record.not_before,
        count(u64::from(record.attempts), "attempt"),
        field(&failure.message)
    ))
}

/// A job that failed for good, with what to type.
fn dead_job(record: &JobRecord) -> String {
    let job = record.job;
    let why = record.failure.as_ref().map_or_else(String::new, |failure| {
        format!(" since {}: {}", failure.since, field(&failure.message))
    });
    format!(
        "Dead       {}{why}\n           `botnia retry {job}` tries it again, \
         `botnia discard {job} --note WHY` lets it go",
        record.task.subject()
    )
}
