//! Events: what happened, in the past tense, with ids and hashes only.

use serde::{Deserialize, Serialize};

use crate::{ContentHash, IndicatorId, ReleaseNumber, SourceId, SweepId};

/// The closed list of what can happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A sweep over a source began.
    SweepStarted {
        /// The sweep.
        sweep: SweepId,
        /// The source.
        source: SourceId,
    },
    /// An answer with bytes not seen before in its place was archived.
    SnapshotArchived {
        /// The sweep.
        sweep: SweepId,
        /// The indicator, if it is about one.
        indicator: Option<IndicatorId>,
        /// The bytes.
        snapshot: ContentHash,
    },
    /// An answer was the same as before.
    SnapshotUnchanged {
        /// The sweep.
        sweep: SweepId,
        /// The indicator, if it is about one.
        indicator: Option<IndicatorId>,
        /// The bytes.
        snapshot: ContentHash,
    },
    /// An answer could not be had, or could not be used.
    FetchFailed {
        /// The sweep.
        sweep: SweepId,
        /// The indicator, if it is about one.
        indicator: Option<IndicatorId>,
        /// The remedy, as the source's error names it: `unavailable`, `refused`, …
        remedy: String,
    },
    /// An indicator's figures were normalised.
    IndicatorNormalised {
        /// The sweep.
        sweep: SweepId,
        /// The indicator.
        indicator: IndicatorId,
        /// The normalised object.
        normalised: ContentHash,
    },
    /// An indicator's new figures wait for a person; the last good ones are still served.
    IndicatorHeld {
        /// The sweep.
        sweep: SweepId,
        /// The indicator.
        indicator: IndicatorId,
        /// The reasons' codes, separated by commas.
        reason: String,
    },
    /// An indicator's new figures are released, but a gate warns of them.
    IndicatorWarned {
        /// The sweep.
        sweep: SweepId,
        /// The indicator.
        indicator: IndicatorId,
        /// The reasons' codes, separated by commas.
        reason: String,
    },
    /// A person accepted held figures.
    IndicatorApproved {
        /// The indicator.
        indicator: IndicatorId,
        /// The accepted figures.
        normalised: ContentHash,
    },
    /// A person refused held figures.
    IndicatorRejected {
        /// The indicator.
        indicator: IndicatorId,
        /// The refused figures.
        normalised: ContentHash,
    },
    /// A release was committed.
    ReleaseCommitted {
        /// The number.
        release: ReleaseNumber,
        /// Its manifest.
        manifest: ContentHash,
    },
    /// A sweep ended, whatever came of it.
    SweepFinished {
        /// The sweep.
        sweep: SweepId,
        /// The release it made, if it made one.
        release: Option<ReleaseNumber>,
    },
    /// A job failed for good; it waits for a person.
    JobDied {
        /// The job.
        job: i64,
        /// What it is about: `sotkanet:127`, `release 7`.
        subject: String,
        /// The remedy: `unavailable`, `refused`, …; `engine` where it was not the source.
        remedy: String,
    },
    /// A person had a job tried again.
    JobRetried {
        /// The job.
        job: i64,
        /// What it is about.
        subject: String,
    },
    /// A person let a job go.
    JobDiscarded {
        /// The job.
        job: i64,
        /// What it is about.
        subject: String,
    },
    /// The world was told of a release.
    ReleaseAnnounced {
        /// The number.
        release: ReleaseNumber,
    },
    /// A ledger that knew nothing was begun from the newest release.
    LedgerBegunAnew {
        /// Its number.
        release: ReleaseNumber,
        /// How many indicators it has.
        indicators: u64,
    },
    /// A person brought notes, or withdrew some.
    NotesImported {
        /// The file that they came in, as archived.
        file: ContentHash,
        /// Notes that are new.
        added: u32,
        /// Notes that no longer hold.
        withdrawn: u32,
    },
}

impl Event {
    /// The version of the events' shape: it grows when a field changes its meaning or goes.
    pub const VERSION: u32 = 1;

    /// The names of all events.
    pub const NAMES: [&'static str; 17] = [
        "sweep_started",
        "snapshot_archived",
        "snapshot_unchanged",
        "fetch_failed",
        "indicator_normalised",
        "indicator_held",
        "indicator_warned",
        "indicator_approved",
        "indicator_rejected",
        "release_committed",
        "sweep_finished",
        "job_died",
        "job_retried",
        "job_discarded",
        "release_announced",
        "ledger_begun_anew",
        "notes_imported",
    ];

    /// Its name: the `type` in its JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SweepStarted { .. } => "sweep_started",
            Self::SnapshotArchived { .. } => "snapshot_archived",
            Self::SnapshotUnchanged { .. } => "snapshot_unchanged",
            Self::FetchFailed { .. } => "fetch_failed",
            Self::IndicatorNormalised { .. } => "indicator_normalised",
            Self::IndicatorHeld { .. } => "indicator_held",
            Self::IndicatorWarned { .. } => "indicator_warned",
            Self::IndicatorApproved { .. } => "indicator_approved",
            Self::IndicatorRejected { .. } => "indicator_rejected",
            Self::ReleaseCommitted { .. } => "release_committed",
            Self::SweepFinished { .. } => "sweep_finished",
            Self::JobDied { .. } => "job_died",
            Self::JobRetried { .. } => "job_retried",
            Self::JobDiscarded { .. } => "job_discarded",
            Self::ReleaseAnnounced { .. } => "release_announced",
            Self::LedgerBegunAnew { .. } => "ledger_begun_anew",
            Self::NotesImported { .. } => "notes_imported",
        }
    }
}
