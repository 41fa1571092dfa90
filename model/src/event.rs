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
        /// The reason's code.
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
}
