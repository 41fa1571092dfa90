//! The words of botnia, and the records that its stages hand over.
//!
//! What is deliberately absent: input and output, the clock, the wire shapes of any
//! source, and every published column layout. A type here either names something of the
//! field (an indicator, a region level, a status) or crosses from one stage to the next.

pub mod clock;
pub mod event;
pub mod finding;
pub mod hash;
pub mod indicator;
pub mod language;
pub mod note;
pub mod observation;
pub mod region;
pub mod release;
pub mod revision;
pub mod severity;
pub mod snapshot;
pub mod wellbeing;

pub use clock::{Clock, FixedClock};
pub use event::Event;
pub use finding::{Finding, FindingKind, Findings};
pub use hash::ContentHash;
pub use indicator::{
    DataVersion, Indicator, IndicatorId, IndicatorState, Polarity, Producer, SourceId,
    SourceIndicator, ValueKind,
};
pub use language::{Language, Text};
pub use note::{Note, NoteFormat, NoteId, NoteSubject};
pub use observation::{Breakdown, Observation, Origin, Period, Sex, Status};
pub use region::{Region, RegionCode, RegionId, RegionKey, RegionLevel};
pub use release::{CommitRecord, FileEntry, IndicatorEntry, Manifest, ReleaseNumber};
pub use revision::{Change, RevisionReason};
pub use severity::Severity;
pub use snapshot::{AnswerRole, Snapshot, SweepId};
pub use wellbeing::{
    Comparator, IntervalMethod, NoTrend, NotCompared, PeerMethod, Trend, TrendVerdict, Verdict,
};

/// The version of the published dataset: major when a key, type or meaning changes or a
/// column goes, minor when a column or an indicator comes, patch for data alone.
pub const SCHEMA_VERSION: &str = "1.2.0";
