//! What came of a run, read from its jobs.

use botnia_model::{CommitRecord, IndicatorId, Region, ReleaseNumber, Snapshot, SourceId, SweepId};

use super::RowCounts;
use super::job::{JobFailure, JobRecord, JobResult, JobState, Task};
use super::ledger::{HoldReason, SweepOutcome};

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct RunSummary {
    /// Each source's sweep in numbers.
    pub sweeps: Vec<(SourceId, SweepOutcome)>,
    /// Sources that another process is sweeping: this run had nothing to add to that.
    pub under_way_elsewhere: Vec<SourceId>,
    /// What could not be had, and why.
    pub failures: Vec<(String, String)>,
    /// What waits for a person, and why.
    pub held: Vec<(IndicatorId, Vec<HoldReason>)>,
    /// What is released with a warning, and which.
    pub warned: Vec<(IndicatorId, Vec<HoldReason>)>,
    /// Rows in the answers, observations made of them, and rows withheld with a finding.
    pub rows: RowCounts,
    /// Regions that a source lists and the region tables do not have. They hold nothing.
    pub unknown_regions: Vec<(SourceId, Region)>,
    /// The release from which the ledger was begun anew, where it knew nothing.
    pub begun_from: Option<ReleaseNumber>,
    /// The number of the release that was made.
    pub(super) released: Option<ReleaseNumber>,
    /// The release that was made, if anything changed.
    pub release: Option<CommitRecord>,
    /// The release that is served now.
    pub served: Option<CommitRecord>,
}

/// One sweep of a run, as its jobs tell it.
pub(super) struct Sweep {
    pub(super) id: SweepId,
    pub(super) source: SourceId,
    pub(super) outcome: SweepOutcome,
    pub(super) snapshots: Vec<Snapshot>,
}

/// The sweeps of a run whose plans succeeded.
pub(super) fn sweeps(jobs: &[JobRecord]) -> Vec<Sweep> {
    let mut sweeps: Vec<Sweep> = jobs
        .iter()
        .filter_map(|job| match (&job.task, &job.result) {
            (
                Task::Plan { source, .. },
                Some(JobResult::Planned {
                    sweep, snapshots, ..
                }),
            ) => Some(Sweep {
                id: sweep.clone(),
                source: source.clone(),
                outcome: SweepOutcome::default(),
                snapshots: snapshots.clone(),
            }),
            _ => None,
        })
        .collect();
    for job in jobs {
        let sweep = sweeps
            .iter_mut()
            .find(|sweep| job.sweep.as_ref() == Some(&sweep.id));
        if let (Some(sweep), Task::Indicator { .. }) = (sweep, &job.task) {
            sweep.count(job);
        }
    }
    sweeps
}

impl Sweep {
    fn count(&mut self, job: &JobRecord) {
        let snapshots = match &job.result {
            Some(JobResult::Changed { snapshots, .. }) => {
                self.outcome.changed += 1;
                snapshots
            }
            Some(JobResult::Unchanged { snapshots } | JobResult::Rejected { snapshots }) => {
                self.outcome.unchanged += 1;
                snapshots
            }
            Some(JobResult::Held { snapshots, .. }) => {
                self.outcome.held += 1;
                snapshots
            }
            _ => {
                self.outcome.failed += 1;
                return;
            }
        };
        self.snapshots.extend(snapshots.iter().cloned());
    }
}

/// Everything that a run brought, but for the releases.
pub(super) fn summarise(jobs: &[JobRecord]) -> RunSummary {
    let mut summary = RunSummary::default();
    for sweep in sweeps(jobs) {
        summary.sweeps.push((sweep.source, sweep.outcome));
    }
    for job in jobs {
        match (&job.task, &job.result, failure(job)) {
            (Task::Plan { source, .. }, _, Some(failure)) => {
                let outcome = SweepOutcome {
                    source_failure: Some(failure.message.clone()),
                    ..SweepOutcome::default()
                };
                summary.sweeps.push((source.clone(), outcome));
                summary
                    .failures
                    .push((source.to_string(), failure.message.clone()));
            }
            (_, _, Some(failure)) => {
                summary
                    .failures
                    .push((job.task.subject(), failure.message.clone()));
            }
            (task, Some(JobResult::Changed { rows, warnings, .. }), None) => {
                if let (Task::Indicator { indicator, .. }, false) = (task, warnings.is_empty()) {
                    summary.warned.push((indicator.clone(), warnings.clone()));
                }
                summary.rows.read += rows.read;
                summary.rows.observations += rows.observations;
                summary.rows.withheld += rows.withheld;
            }
            (
                Task::Release,
                Some(JobResult::Released {
                    release: Some(number),
                }),
                None,
            ) => {
                summary.released = Some(*number);
            }
            (Task::Indicator { indicator, .. }, Some(JobResult::Held { reasons, .. }), None) => {
                summary.held.push((indicator.clone(), reasons.clone()));
            }
            _ => {}
        }
    }
    summary.sweeps.sort_by(|left, right| left.0.cmp(&right.0));
    summary.failures.sort();
    summary.held.sort_by(|left, right| left.0.cmp(&right.0));
    summary.warned.sort_by(|left, right| left.0.cmp(&right.0));
    summary
}

/// Why a job is not done, if it was tried.
fn failure(job: &JobRecord) -> Option<&JobFailure> {
    let open = matches!(
        job.state,
        JobState::Ready | JobState::Running | JobState::Dead
    );
    job.failure.as_ref().filter(|_| open)
}
