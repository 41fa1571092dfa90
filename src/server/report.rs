//! How things stand: gathered once, and then shown as a page, as JSON or as metrics.

use std::collections::{BTreeMap, BTreeSet};

use botnia_model::{ContentHash, IndicatorId, Manifest, ReleaseNumber, SourceId, SweepId};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::committed::CommittedRelease;
use super::error::ServerError;
use super::indicators::{FailingIndicator, HeldIndicator, WarnedIndicator, failing, held, warned};
use super::work::{DeadLetter, Jobs, RunningJob, WaitingJob};
use crate::engine::ledger::{Series, SweepRecord};

/// Sweeps that are looked at. Enough to hold the latest one of each of many sources.
const SWEEPS: u32 = 60;

/// A sweep that takes longer has stopped.
const LONGEST_SWEEP: SignedDuration = SignedDuration::from_hours(24);

/// A slot that is so long past was missed.
const LATEST_START: SignedDuration = SignedDuration::from_mins(15);

/// Whether somebody has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Health {
    /// Nothing waits, and nothing failed.
    Ok,
    /// Somebody should look; what is published is served.
    Attention,
    /// A whole source cannot be had.
    Failing,
    /// Nothing was published yet.
    Empty,
}

/// One thing that keeps the health from being `ok`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Concern {
    /// There is no release.
    NothingPublished,
    /// The latest sweep of a source could not even begin.
    SourceFailed {
        /// The source.
        #[schema(value_type = String)]
        source: SourceId,
    },
    /// Indicators could not be had.
    IndicatorsFailing {
        /// How many.
        count: u64,
    },
    /// Indicators wait for a decision.
    IndicatorsHeld {
        /// How many.
        count: u64,
    },
    /// A slot passed without a sweep.
    SweepLate {
        /// The source.
        #[schema(value_type = String)]
        source: SourceId,
    },
    /// Jobs failed for good and wait for a person.
    DeadLetters {
        /// How many.
        count: u64,
    },
    /// A sweep has been under way for more than a day.
    SweepStuck {
        /// The source.
        #[schema(value_type = String)]
        source: SourceId,
    },
}

/// How things stand.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(super) struct Status {
    /// Whether somebody has to look.
    pub(super) health: Health,
    /// Why.
    pub(super) concerns: Vec<Concern>,
    /// When this was put together, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(super) generated_at: Timestamp,
    /// The version of the program.
    pub(super) program_version: String,
    /// The newest release.
    pub(super) release: Option<ReleaseOverview>,
    /// Every source that is known, by id.
    pub(super) sources: Vec<SourceStatus>,
    /// The latest sweeps, newest first.
    pub(super) sweeps: Vec<SweepStatus>,
    /// The jobs that workers hold now.
    pub(super) running: Vec<RunningJob>,
    /// Jobs that wait to be tried for the first time.
    pub(super) queued: u64,
    /// Jobs that failed and are tried again by themselves.
    pub(super) retries: Vec<WaitingJob>,
    /// Jobs that failed for good: `retry` or `discard` decides on them.
    pub(super) dead_letters: Vec<DeadLetter>,
    /// New figures that were not accepted, by indicator.
    pub(super) held: Vec<HeldIndicator>,
    /// Indicators that are released with a warning, by indicator.
    pub(super) warned: Vec<WarnedIndicator>,
    /// Indicators that could not be had, by indicator.
    pub(super) failing: Vec<FailingIndicator>,
}

/// A release in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ReleaseOverview {
    /// The number.
    #[schema(value_type = u32)]
    pub(super) release: ReleaseNumber,
    /// The moment of the release, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(super) released_at: Timestamp,
    /// The SHA-256 of its manifest.
    #[schema(value_type = String)]
    pub(super) manifest: ContentHash,
    /// Where its files are, relative to this server.
    pub(super) url: String,
    /// Whether its figures are made up.
    pub(super) synthetic: bool,
    /// The territorial division: the day of the region list, `YYYY-MM-DD`.
    pub(super) geo_vintage: String,
    /// Indicators.
    pub(super) indicators: u64,
    /// Rows of `observations.parquet`.
    pub(super) observations: u64,
    /// Files, without the manifest and the checksums.
    pub(super) files: u64,
    /// What changed against the release before; absent for the first, and where the one
    /// before is no longer kept.
    pub(super) changes: Option<ReleaseChanges>,
}

/// What a release changed, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ReleaseChanges {
    /// Indicators that came.
    pub(super) new_indicators: u64,
    /// Indicators of which figures changed.
    pub(super) changed_indicators: u64,
    /// Indicators that went.
    pub(super) removed_indicators: u64,
    /// Files whose content changed or came.
    pub(super) changed_files: u64,
}

/// One source.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(super) struct SourceStatus {
    /// Its id.
    #[schema(value_type = String)]
    pub(super) source: SourceId,
    /// Indicators whose figures were accepted once.
    pub(super) published: u64,
    /// Indicators that wait for a decision.
    pub(super) held: u64,
    /// Indicators whose new figures a person refused.
    pub(super) rejected: u64,
    /// Indicators that could not be had.
    pub(super) failing: u64,
    /// When the source last confirmed or changed any of them, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) newest_check: Option<Timestamp>,
    /// When it did so for the one for which this is longest ago, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) oldest_check: Option<Timestamp>,
    /// When its latest finished sweep ended, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) last_finished: Option<Timestamp>,
    /// Why the whole source failed in that sweep, if it did.
    pub(super) failure: Option<String>,
    /// Since when a sweep is under way, UTC: a job of it runs, or was not tried yet. Jobs that
    /// only wait for their next attempt do not count.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) running_since: Option<Timestamp>,
    /// When it is swept next, UTC; absent without a schedule.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) next: Option<Timestamp>,
}

/// Whether a sweep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SweepState {
    /// It is under way.
    Running,
    /// It was cut short; a later one went on from there.
    Interrupted,
    /// It ended.
    Finished,
}

/// One sweep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct SweepStatus {
    /// Its id.
    #[schema(value_type = String)]
    pub(super) sweep: SweepId,
    /// The source.
    #[schema(value_type = String)]
    pub(super) source: SourceId,
    /// Whether it ended.
    pub(super) state: SweepState,
    /// When it began, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(super) started_at: Timestamp,
    /// When it ended, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) finished_at: Option<Timestamp>,
    /// What came of it; absent until it ended.
    pub(super) outcome: Option<SweepNumbers>,
}

/// A finished sweep in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct SweepNumbers {
    /// Indicators whose figures changed or came.
    pub(super) changed: u64,
    /// Indicators that were as before.
    pub(super) unchanged: u64,
    /// Indicators that wait for a person.
    pub(super) held: u64,
    /// Indicators that could not be had.
    pub(super) failed: u64,
    /// The release that was made.
    #[schema(value_type = Option<u32>)]
    pub(super) release: Option<ReleaseNumber>,
    /// Why the whole source failed, if it did.
    pub(super) failure: Option<String>,
}

/// Reads everything and puts it together.
pub(super) async fn status(shared: &Shared) -> Result<Status, ServerError> {
    let now = shared.clock.now();
    let series = shared
        .ledger
        .all_series()
        .await
        .map_err(ServerError::ledger)?;
    let records = shared
        .ledger
        .sweeps(SWEEPS)
        .await
        .map_err(ServerError::ledger)?;
    let release = match shared.releases.newest().await? {
        Some(release) => Some(overview(shared, &release).await?),
        None => None,
    };
    let jobs = Jobs::read(&shared.ledger).await?;
    let sweeps = sweeps(records, &jobs);
    let sources = sources(&series, &sweeps, &jobs, &shared.schedules.next());
    let held: Vec<_> = series.iter().filter_map(held).collect();
    let failing: Vec<_> = series.iter().filter_map(failing).collect();
    let mut concerns = concerns(now, release.is_some(), &sources, &jobs);
    concerns.extend(counted(&held, &failing, &jobs));
    Ok(Status {
        health: health(release.is_some(), &concerns),
        concerns,
        generated_at: now,
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        release,
        sources,
        sweeps,
        running: jobs.running().collect(),
        queued: jobs.queued(),
        retries: jobs.retries().collect(),
        dead_letters: jobs.dead_letters().collect(),
        held,
        warned: series.iter().filter_map(warned).collect(),
        failing,
    })
}

fn health(has_release: bool, concerns: &[Concern]) -> Health {
    let is_whole = |concern: &Concern| matches!(concern, Concern::SourceFailed { .. });
    if concerns.iter().any(is_whole) {
        Health::Failing
    } else if !has_release {
        Health::Empty
    } else if concerns.is_empty() {
        Health::Ok
    } else {
        Health::Attention
    }
}

/// The concerns of the whole and of its sources.
fn concerns(
    now: Timestamp,
    has_release: bool,
    sources: &[SourceStatus],
    jobs: &Jobs,
) -> Vec<Concern> {
    let mut concerns = Vec::new();
    if !has_release {
        concerns.push(Concern::NothingPublished);
    }
    for status in sources {
        let source = || status.source.clone();
        if status.failure.is_some() {
            concerns.push(Concern::SourceFailed { source: source() });
        }
        let is_late = |slot| now.duration_since(slot) > LATEST_START;
        let slot_passed = status.running_since.is_none() && status.next.is_some_and(is_late);
        // A run that began and that nobody takes up is late as well.
        let ignored = jobs.is_idle() && status.running_since.is_some_and(is_late);
        if slot_passed || ignored {
            concerns.push(Concern::SweepLate { source: source() });
        }
        let is_stuck = |since| now.duration_since(since) > LONGEST_SWEEP;
        if status.running_since.is_some_and(is_stuck) {
            concerns.push(Concern::SweepStuck { source: source() });
        }
    }
    concerns
}

/// The concerns that are told by their number.
fn counted(
    held: &[HeldIndicator],
    failing: &[FailingIndicator],
    jobs: &Jobs,
) -> impl Iterator<Item = Concern> {
    let waiting = held.iter().filter(|held| held.rejected.is_none()).count() as u64;
    let (failing, dead) = (failing.len() as u64, jobs.dead_letters().count() as u64);
    [
        (failing > 0).then_some(Concern::IndicatorsFailing { count: failing }),
        (dead > 0).then_some(Concern::DeadLetters { count: dead }),
        (waiting > 0).then_some(Concern::IndicatorsHeld { count: waiting }),
    ]
    .into_iter()
    .flatten()
}

pub(super) async fn overview(
    shared: &Shared,
    release: &CommittedRelease,
) -> Result<ReleaseOverview, ServerError> {
    let manifest = &release.manifest;
    let before = release
        .number()
        .get()
        .checked_sub(1)
        .and_then(|number| ReleaseNumber::try_from(number).ok());
    let changes = match before {
        Some(before) => shared
            .releases
            .get(before)
            .await?
            .map(|before| changes(manifest, &before.manifest)),
        None => None,
    };
    Ok(ReleaseOverview {
        release: release.number(),
        released_at: release.record.released_at,
        manifest: release.record.manifest,
        url: format!("/releases/{}/", release.number().folder()),
        synthetic: manifest.synthetic,
        geo_vintage: manifest.geo_vintage.clone(),
        indicators: manifest.indicators.len() as u64,
        observations: manifest
            .files
            .iter()
            .find(|file| file.path == "observations.parquet")
            .and_then(|file| file.rows)
            .unwrap_or_default(),
        files: manifest.files.len() as u64,
        changes,
    })
}

fn changes(now: &Manifest, before: &Manifest) -> ReleaseChanges {
    let of = |manifest: &Manifest| -> BTreeMap<IndicatorId, ContentHash> {
        manifest
            .indicators
            .iter()
            .map(|entry| (entry.indicator_id.clone(), entry.normalised))
            .collect()
    };
    let (figures, figures_before) = (of(now), of(before));
    let mut changes = ReleaseChanges {
        new_indicators: 0,
        changed_indicators: 0,
        removed_indicators: 0,
        changed_files: now
            .files
            .iter()
            .filter(|file| file.release == now.release)
            .count() as u64,
    };
    for (indicator, normalised) in &figures {
        match figures_before.get(indicator) {
            None => changes.new_indicators += 1,
            Some(before) if before != normalised => changes.changed_indicators += 1,
            Some(_) => {}
        }
    }
    let is_gone = |indicator: &&IndicatorId| !figures.contains_key(indicator);
    changes.removed_indicators = figures_before.keys().filter(is_gone).count() as u64;
    changes
}

/// The source of a sweep, which its id ends with.
fn source_of(sweep: &SweepId) -> Option<SourceId> {
    sweep.as_str().split_once('-')?.1.parse().ok()
}

/// `records` newest first. A sweep that has not ended is under way if it is the newest of its
/// source and there is still something to do for it: a job of the source, or the release.
fn sweeps(records: Vec<SweepRecord>, jobs: &Jobs) -> Vec<SweepStatus> {
    let mut seen = BTreeSet::new();
    records
        .into_iter()
        .filter_map(|record| {
            let source = source_of(&record.sweep)?;
            let is_newest = seen.insert(source.clone());
            let state = match record.finished_at {
                Some(_) => SweepState::Finished,
                None if is_newest && jobs.go_on_for(&source) => SweepState::Running,
                None => SweepState::Interrupted,
            };
            Some(SweepStatus {
                sweep: record.sweep,
                source,
                state,
                started_at: record.started_at,
                finished_at: record.finished_at,
                outcome: record.outcome.map(|outcome| SweepNumbers {
                    changed: outcome.changed,
                    unchanged: outcome.unchanged,
                    held: outcome.held,
                    failed: outcome.failed,
                    release: outcome.release,
                    failure: outcome.source_failure,
                }),
            })
        })
        .collect()
}

fn sources(
    series: &[(IndicatorId, Series)],
    sweeps: &[SweepStatus],
    jobs: &Jobs,
    next: &[(SourceId, Timestamp)],
) -> Vec<SourceStatus> {
    let known: BTreeSet<&SourceId> = series
        .iter()
        .map(|(indicator, _)| indicator.source())
        .chain(sweeps.iter().map(|sweep| &sweep.source))
        .chain(jobs.sources())
        .chain(next.iter().map(|(source, _)| source))
        .collect();
    known
        .into_iter()
        .map(|source| {
            let own = || {
                series
                    .iter()
                    .filter(|(indicator, _)| indicator.source() == source)
                    .map(|(_, series)| series)
            };
            let count = |is: fn(&&Series) -> bool| own().filter(is).count() as u64;
            let finished = sweeps
                .iter()
                .find(|sweep| sweep.source == *source && sweep.state == SweepState::Finished);
            SourceStatus {
                source: source.clone(),
                published: count(|series| series.accepted.is_some()),
                held: count(|series| {
                    series
                        .held
                        .as_ref()
                        .is_some_and(|held| held.rejected.is_none())
                }),
                rejected: count(|series| {
                    series
                        .held
                        .as_ref()
                        .is_some_and(|held| held.rejected.is_some())
                }),
                failing: count(|series| series.failure.is_some()),
                newest_check: own().filter_map(|series| series.checked_at).max(),
                oldest_check: own().filter_map(|series| series.checked_at).min(),
                last_finished: finished.and_then(|sweep| sweep.finished_at),
                failure: finished
                    .and_then(|sweep| sweep.outcome.as_ref())
                    .and_then(|outcome| outcome.failure.clone()),
                running_since: jobs.running_since(source, sweeps),
                next: next
                    .iter()
                    .filter(|(of, _)| of == source)
                    .map(|(_, slot)| *slot)
                    .min(),
            }
        })
        .collect()
}
