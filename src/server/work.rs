//! The jobs as an operator sees them: what runs, what waits, what failed for good.

use botnia_model::{ContentHash, SourceId};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::ServerError;
use super::report::SweepStatus;
use crate::engine::job::{JobRecord, JobState, Task, TaskKind};
use crate::engine::ledger::Ledger;

/// A job that a worker holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct RunningJob {
    /// Its number.
    pub(super) job: i64,
    /// What is done: `plan`, `indicator`, `release`, `announce`.
    #[schema(value_type = String)]
    pub(super) kind: TaskKind,
    /// What it is about: `sotkanet:127`, `sotkanet`, `release 7`.
    pub(super) subject: String,
    /// Which attempt this is, from 1.
    pub(super) attempt: u32,
    /// Who holds it: the machine and the process.
    pub(super) worker: Option<String>,
}

/// A job that failed and is tried again by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct WaitingJob {
    /// Its number.
    pub(super) job: i64,
    /// What is done: `plan`, `indicator`, `release`, `announce`.
    #[schema(value_type = String)]
    pub(super) kind: TaskKind,
    /// What it is about: `sotkanet:127`, `sotkanet`, `release 7`.
    pub(super) subject: String,
    /// Attempts that failed.
    pub(super) attempts: u32,
    /// When it is tried next, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(super) next_attempt: Timestamp,
    /// The remedy: `unavailable`, `throttled`, `malformed`; `engine` where it was not the
    /// source.
    pub(super) remedy: String,
    /// What happened, in English.
    pub(super) message: String,
    /// Since when it fails, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(super) since: Timestamp,
}

/// A job that failed for good. It waits for a person, or for the next sweep of its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DeadLetter {
    /// Its number, by which it is retried or discarded.
    pub(super) job: i64,
    /// What was to be done: `plan`, `indicator`, `release`, `announce`.
    #[schema(value_type = String)]
    pub(super) kind: TaskKind,
    /// What it is about: `sotkanet:127`, `sotkanet`, `release 7`.
    pub(super) subject: String,
    /// Attempts that were made.
    pub(super) attempts: u32,
    /// The remedy: `unavailable`, `throttled`, `not_found`, `refused`, `malformed`,
    /// `contract`; `engine` where it was not the source.
    pub(super) remedy: String,
    /// What happened, in English.
    pub(super) message: String,
    /// Since when it failed, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) since: Option<Timestamp>,
    /// The SHA-256 of the answer that was turned down, in the archive.
    #[schema(value_type = Option<String>)]
    pub(super) rejected: Option<ContentHash>,
}

/// The jobs of the ledger that are not done.
pub(super) struct Jobs {
    open: Vec<JobRecord>,
    dead: Vec<JobRecord>,
}

impl Jobs {
    pub(super) async fn read(ledger: &Ledger) -> Result<Self, ServerError> {
        Ok(Self {
            open: ledger.open_jobs().await.map_err(ServerError::ledger)?,
            dead: ledger.dead_jobs().await.map_err(ServerError::ledger)?,
        })
    }

    /// What workers hold.
    pub(super) fn running(&self) -> impl Iterator<Item = RunningJob> {
        let running = self.open.iter().filter(|record| is_running(record));
        running.map(|record| RunningJob {
            job: record.job.0,
            kind: record.task.kind(),
            subject: record.task.subject(),
            attempt: record.attempts,
            worker: record.worker.clone(),
        })
    }

    /// How many wait without having failed.
    pub(super) fn queued(&self) -> u64 {
        let queued = |record: &&JobRecord| !is_running(record) && !is_retry(record);
        self.open.iter().filter(queued).count() as u64
    }

    /// What failed and is tried again, the next one first.
    pub(super) fn retries(&self) -> impl Iterator<Item = WaitingJob> {
        let mut waiting: Vec<_> = self.open.iter().filter(|record| is_retry(record)).collect();
        waiting.sort_by_key(|record| (record.not_before, record.job));
        waiting.into_iter().filter_map(|record| {
            let failure = record.failure.as_ref()?;
            Some(WaitingJob {
                job: record.job.0,
                kind: record.task.kind(),
                subject: record.task.subject(),
                attempts: record.attempts,
                next_attempt: record.not_before,
                remedy: failure.remedy.clone(),
                message: failure.message.clone(),
                since: failure.since,
            })
        })
    }

    /// What failed for good, in the order in which it was added.
    pub(super) fn dead_letters(&self) -> impl Iterator<Item = DeadLetter> {
        self.dead.iter().map(|record| {
            let failure = record.failure.as_ref();
            DeadLetter {
                job: record.job.0,
                kind: record.task.kind(),
                subject: record.task.subject(),
                attempts: record.attempts,
                remedy: failure.map_or_else(String::new, |failure| failure.remedy.clone()),
                message: failure.map_or_else(String::new, |failure| failure.message.clone()),
                since: failure.map(|failure| failure.since),
                rejected: failure.and_then(|failure| failure.rejected),
            }
        })
    }

    /// How many of a kind are in this state.
    pub(super) fn count(&self, state: JobState, kind: TaskKind) -> usize {
        let is_one = |record: &&JobRecord| record.state == state && record.task.kind() == kind;
        self.open.iter().chain(&self.dead).filter(is_one).count()
    }

    /// Whether no worker holds anything.
    pub(super) fn is_idle(&self) -> bool {
        !self.open.iter().any(is_running)
    }

    /// The sources that open jobs ask.
    pub(super) fn sources(&self) -> impl Iterator<Item = &SourceId> {
        self.open.iter().filter_map(|record| source(&record.task))
    }

    /// Since when `source` is being swept: a job of it runs, or was not tried yet. Jobs that
    /// only wait for their next attempt do not count.
    pub(super) fn running_since(
        &self,
        source: &SourceId,
        sweeps: &[SweepStatus],
    ) -> Option<Timestamp> {
        self.active_for(source)
            .map(|record| {
                let sweep = sweeps
                    .iter()
                    .find(|sweep| Some(&sweep.sweep) == record.sweep.as_ref());
                sweep.map_or(record.not_before, |sweep| sweep.started_at)
            })
            .min()
    }

    /// Whether a sweep of `source` may still end by itself: the release that ends it follows
    /// the last indicator.
    pub(super) fn go_on_for(&self, source: &SourceId) -> bool {
        let is_release = |record: &JobRecord| record.task == Task::Release;
        self.active_for(source).next().is_some() || self.open.iter().any(is_release)
    }

    fn active_for(&self, of: &SourceId) -> impl Iterator<Item = &JobRecord> {
        self.open.iter().filter(move |record| {
            source(&record.task) == Some(of) && (is_running(record) || record.attempts == 0)
        })
    }

    /// For how long the job waits that could have been taken first.
    pub(super) fn longest_wait(&self, now: Timestamp) -> SignedDuration {
        let waits = self
            .open
            .iter()
            .filter(|record| !is_running(record) && self.may_be_taken(record))
            .map(|record| now.duration_since(record.not_before));
        waits.max().unwrap_or_default().max(SignedDuration::ZERO)
    }

    /// A release has to wait for the indicators of its run, and for another release.
    fn may_be_taken(&self, record: &JobRecord) -> bool {
        if record.task != Task::Release {
            return true;
        }
        !self.open.iter().any(|other| match other.task.kind() {
            TaskKind::Release => is_running(other),
            TaskKind::Plan | TaskKind::Indicator => {
                other.run == record.run && (is_running(other) || other.attempts == 0)
            }
            TaskKind::Announce => false,
        })
    }
}

fn is_running(record: &JobRecord) -> bool {
    record.state == JobState::Running
}

fn is_retry(record: &JobRecord) -> bool {
    !is_running(record) && record.attempts > 0 && record.failure.is_some()
}

/// The source that a job asks, if it asks one.
fn source(task: &Task) -> Option<&SourceId> {
    match task {
        Task::Plan { source, .. } => Some(source),
        Task::Indicator { indicator, .. } => Some(indicator.source()),
        Task::Release | Task::Announce { .. } => None,
    }
}
