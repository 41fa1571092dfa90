//! Jobs: the pieces of work that the ledger hands out, and what came of them.
//!
//! A run is what one slot of a schedule, or one command, set going. Its jobs form a graph:
//! a plan for each source, an indicator job for each indicator that the plan selected, one
//! release when all of them were tried, and its announcement. A job is identified by its
//! key while it is open, so that the same work is never waiting twice.

use std::fmt;

use botnia_model::{
    ContentHash, DataVersion, IndicatorId, ReleaseNumber, Snapshot, SourceId, SourceIndicator,
    SweepId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RowCounts;
use super::ledger::HoldReason;

/// A run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId(pub i64);

/// A job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub i64);

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// How the answers of an indicator are had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fetching {
    /// From the source, where anything moved.
    #[default]
    Moved,
    /// From the source, whether anything moved or not.
    Everything,
    /// From the archive: no source is asked.
    Archived,
}

impl Fetching {
    /// What both need: to fetch anew is more than to look whether anything moved, and that is
    /// more than to ask nobody.
    fn joined(self, other: Self) -> Self {
        match (self, other) {
            (Self::Everything, _) | (_, Self::Everything) => Self::Everything,
            (Self::Moved, _) | (_, Self::Moved) => Self::Moved,
            (Self::Archived, Self::Archived) => Self::Archived,
        }
    }
}

/// What is to be done. Inputs are named by their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Ask a source for what frames a sweep, and make a job of every selected indicator.
    Plan {
        /// The source.
        source: SourceId,
        /// Only these indicators; empty: all that the settings select.
        indicators: Vec<SourceIndicator>,
        /// How the answers are had.
        fetching: Fetching,
    },
    /// Bring one indicator up to date.
    Indicator {
        /// The indicator.
        indicator: IndicatorId,
        /// The region list that translates its region ids; none where the source has no
        /// list.
        regions: Option<ContentHash>,
        /// The version of the source's data that the sweep asks for; none where the source
        /// has no versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<DataVersion>,
        /// How the answers are had.
        fetching: Fetching,
    },
    /// Make a release of what is accepted, if anything changed.
    Release,
    /// Tell the world of a release.
    Announce {
        /// The release.
        release: ReleaseNumber,
    },
}

/// The kinds of tasks, as the ledger and the metrics name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// [`Task::Plan`]
    Plan,
    /// [`Task::Indicator`]
    Indicator,
    /// [`Task::Release`]
    Release,
    /// [`Task::Announce`]
    Announce,
}

impl TaskKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Plan, Self::Indicator, Self::Release, Self::Announce];

    /// Its place within a run: what comes first is done first.
    pub(super) fn step(self) -> i64 {
        match self {
            Self::Plan => 1,
            Self::Indicator => 2,
            Self::Release => 3,
            Self::Announce => 4,
        }
    }

    /// The word in the ledger and the metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Indicator => "indicator",
            Self::Release => "release",
            Self::Announce => "announce",
        }
    }
}

impl Task {
    /// Its kind.
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::Plan { .. } => TaskKind::Plan,
            Self::Indicator { .. } => TaskKind::Indicator,
            Self::Release => TaskKind::Release,
            Self::Announce { .. } => TaskKind::Announce,
        }
    }

    /// The key under which only one open job may stand: two runs never work on the same
    /// indicator at once, and a run has one release under way.
    pub fn key(&self, run: RunId) -> String {
        match self {
            // Asking nobody, it waits for no source that cannot be had.
            Self::Plan {
                source,
                fetching: Fetching::Archived,
                ..
            } => format!("plan/{source}/archived"),
            Self::Plan { source, .. } => format!("plan/{source}"),
            Self::Indicator { indicator, .. } => format!("indicator/{indicator}"),
            Self::Release => format!("release/{run}"),
            Self::Announce { release } => format!("announce/{release}"),
        }
    }

    /// The source that it asks, if it asks one.
    pub fn source(&self) -> Option<&SourceId> {
        match self {
            Self::Plan { source, .. } => Some(source),
            Self::Indicator { indicator, .. } => Some(indicator.source()),
            Self::Release | Self::Announce { .. } => None,
        }
    }

    /// Whether it may do the work of an `earlier` one with the same key: who works from the
    /// archive alone never asks a source because another job still means to.
    pub fn may_join(&self, earlier: &Self) -> bool {
        !self.is_archived() || earlier.is_archived()
    }

    fn is_archived(&self) -> bool {
        matches!(
            self,
            Self::Plan {
                fetching: Fetching::Archived,
                ..
            } | Self::Indicator {
                fetching: Fetching::Archived,
                ..
            }
        )
    }

    /// The task that does what both this one and an `earlier` one with the same key would:
    /// asking for one indicator must not make a plan for all of them disappear.
    #[must_use]
    pub fn joined(&self, earlier: &Self) -> Self {
        let mut joined = self.clone();
        match (&mut joined, earlier) {
            (
                Self::Plan {
                    indicators,
                    fetching,
                    ..
                },
                Self::Plan {
                    indicators: before,
                    fetching: fetching_before,
                    ..
                },
            ) => {
                *fetching = fetching.joined(*fetching_before);
                if before.is_empty() {
                    indicators.clear();
                } else if !indicators.is_empty() {
                    indicators.extend(before.iter().cloned());
                    indicators.sort();
                    indicators.dedup();
                }
            }
            (
                Self::Indicator { fetching, .. },
                Self::Indicator {
                    fetching: fetching_before,
                    ..
                },
            ) => *fetching = fetching.joined(*fetching_before),
            _ => {}
        }
        joined
    }

    /// What it is about, for people: `sotkanet:127`, `sotkanet`, `release 7`.
    pub fn subject(&self) -> String {
        match self {
            Self::Plan { source, .. } => source.to_string(),
            Self::Indicator { indicator, .. } => indicator.to_string(),
            Self::Release => "release".to_owned(),
            Self::Announce { release } => format!("release {release}"),
        }
    }
}

/// A job to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// The sweep it belongs to, if to one.
    pub sweep: Option<SweepId>,
    /// What is to be done.
    pub task: Task,
}

/// A job in the hands of a worker, until a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// Its run.
    pub run: RunId,
    /// Its sweep, if it belongs to one.
    pub sweep: Option<SweepId>,
    /// What is to be done.
    pub task: Task,
    /// Larger than that of every lease before, of whatever job. The ledger and the commit
    /// of a release refuse a holder whose token is not the latest.
    pub token: u64,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// Since when the job has failed, if it has.
    pub failing_since: Option<Timestamp>,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for a worker, or for the moment of its next attempt.
    Ready,
    /// A worker holds it.
    Running,
    /// Done.
    Done,
    /// Failed for good; waits for a person: `retry` or `discard`.
    Dead,
    /// A person let it go.
    Discarded,
}

impl JobState {
    /// All states.
    pub const ALL: [Self; 5] = [
        Self::Ready,
        Self::Running,
        Self::Done,
        Self::Dead,
        Self::Discarded,
    ];

    /// The word in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Discarded => "discarded",
        }
    }
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFailure {
    /// The remedy: `unavailable`, `refused`, …; `engine` where it was not the source.
    pub remedy: String,
    /// What happened, with its causes.
    pub message: String,
    /// Since when, over all attempts.
    pub since: Timestamp,
    /// The answer that was turned down, in the archive.
    pub rejected: Option<ContentHash>,
}

/// What a job that was done brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum JobResult {
    /// A plan: so many indicators were selected.
    Planned {
        /// The sweep that it began.
        sweep: SweepId,
        /// How many.
        indicators: u64,
        /// The answers that frame the sweep.
        snapshots: Vec<Snapshot>,
    },
    /// An indicator whose figures changed or came.
    Changed {
        /// Its rows.
        rows: RowCounts,
        /// What the gates warned of.
        #[serde(default)]
        warnings: Vec<HoldReason>,
        /// The answers.
        snapshots: Vec<Snapshot>,
    },
    /// An indicator that is as before.
    Unchanged {
        /// The answers.
        snapshots: Vec<Snapshot>,
    },
    /// An indicator whose figures wait for a person.
    Held {
        /// Why.
        reasons: Vec<HoldReason>,
        /// The answers.
        snapshots: Vec<Snapshot>,
    },
    /// An indicator whose figures a person refused before.
    Rejected {
        /// The answers.
        snapshots: Vec<Snapshot>,
    },
    /// A release was made, or there was nothing to release.
    Released {
        /// The release.
        release: Option<ReleaseNumber>,
    },
    /// A release was announced.
    Announced,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The job is done.
    Done(JobResult),
    /// It is tried again, not before this moment.
    Again {
        /// The moment.
        at: Timestamp,
        /// Why it failed.
        failure: JobFailure,
    },
    /// It failed for good.
    Dead(JobFailure),
}

/// A job as the ledger has it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRecord {
    /// The job.
    pub job: JobId,
    /// Its run.
    pub run: RunId,
    /// Its sweep, if it belongs to one.
    pub sweep: Option<SweepId>,
    /// What is to be done.
    pub task: Task,
    /// Where it stands.
    pub state: JobState,
    /// Attempts begun.
    pub attempts: u32,
    /// When it is tried next, while it waits.
    pub not_before: Timestamp,
    /// Who holds it, while somebody does.
    pub worker: Option<String>,
    /// Why its latest attempt failed, if it did.
    pub failure: Option<JobFailure>,
    /// What it brought, once it is done.
    pub result: Option<JobResult>,
    /// Why a person let it go.
    pub note: Option<String>,
}
