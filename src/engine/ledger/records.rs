//! What the ledger keeps, as the engine sees it.

use std::collections::BTreeSet;

use botnia_config::{IndicatorMapping, SetIndicator};
use botnia_model::{
    AnswerRole, ContentHash, Event, Findings, IndicatorId, ReleaseNumber, Severity, SourceId,
    SourceIndicator, SweepId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::job::{NewJob, RunId};

/// The figures of one indicator as accepted, or as held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The answer that describes the indicator.
    pub description: ContentHash,
    /// The answers with its figures.
    pub data: Vec<ContentHash>,
    /// The years that were asked for: `1990..`.
    pub years: String,
    /// The region list that translated its region ids; none where the source has no list.
    pub regions: Option<ContentHash>,
    /// The regions in that list, or in the region tables, whatever their order.
    pub division: ContentHash,
    /// The Finnish title under which the figures came.
    pub title: String,
    /// The normalised object.
    pub normalised: ContentHash,
    /// The version of the normaliser.
    pub normaliser: u32,
    /// What a set said of the indicator when the figures were read, if one had it.
    #[serde(default)]
    pub expected: Option<SetIndicator>,
    /// How its table was read, where the source has tables.
    #[serde(default)]
    pub mapping: Option<Box<IndicatorMapping>>,
    /// Rows in the answers.
    pub rows_in: u64,
    /// Observations.
    pub rows_out: u64,
    /// The latest year with a value; none where there is no value.
    #[serde(default)]
    pub last_year: Option<i32>,
    /// What was found on the way.
    pub findings: Findings,
    /// Whether the answers were made up.
    pub synthetic: bool,
    /// What the gates warned of when they came.
    #[serde(default)]
    pub warnings: Vec<HoldReason>,
    /// Why a person let them in, if one did and said why.
    #[serde(default)]
    pub approval: Option<String>,
}

/// What the ledger knows of one indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The accepted figures: those that are published.
    pub accepted: Option<Figures>,
    /// Figures that wait for a person, or were rejected.
    pub held: Option<Held>,
    /// Why the latest attempt failed, if it did.
    pub failure: Option<Failure>,
    /// When the source last confirmed or changed it.
    pub checked_at: Option<Timestamp>,
}

/// Figures that were not accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// The figures.
    pub figures: Figures,
    /// What the gates say, those that hold first: a code and a sentence each.
    pub reasons: Vec<HoldReason>,
    /// Since when.
    pub since: Timestamp,
    /// A person said no; why. The figures stay out until the source changes them again.
    pub rejected: Option<String>,
}

/// One reason for holding figures, or for a warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldReason {
    /// The code: `rows_lost`.
    pub code: String,
    /// Its weight; before there were weights every reason held.
    #[serde(default = "hold")]
    pub severity: Severity,
    /// A sentence with numbers.
    pub message: String,
}

fn hold() -> Severity {
    Severity::Hold
}

/// A failed attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The remedy: `unavailable`, `refused`, …
    pub remedy: String,
    /// What happened, with its causes.
    pub message: String,
    /// When it first failed since it last succeeded.
    pub since: Timestamp,
}

/// The latest answer in its place, and since when it has been the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatestAnswer {
    /// The bytes.
    pub hash: ContentHash,
    /// When these bytes were first seen here.
    pub since: Timestamp,
}

/// An answer's place: of which source, what for, about which indicator, which part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerPlace {
    /// The source.
    pub source: SourceId,
    /// What for.
    pub role: AnswerRole,
    /// About which indicator.
    pub source_indicator: Option<SourceIndicator>,
    /// Which part of an answer that came in several.
    pub part: u32,
}

/// What a finished piece of work makes true.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completion {
    /// The answers that were seen, each now the latest in its place.
    pub answers: Vec<(AnswerPlace, ContentHash)>,
    /// The division that a source uses now.
    pub division: Option<(SourceId, ContentHash)>,
    /// What became of an indicator.
    pub series: Option<(IndicatorId, SeriesChange)>,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Sweeps that ended, whatever came of them.
    pub finished_sweeps: Vec<(SweepId, SweepOutcome)>,
    /// What is to be done next, in the run of the job that is finished. Without a job there
    /// is no run: then it must be empty.
    pub jobs: Vec<NewJob>,
    /// All that the settings select of a source. Jobs of its other indicators that wait or
    /// failed for good are let go: nobody asks for them any more.
    pub selected: Option<(SourceId, BTreeSet<SourceIndicator>)>,
    /// A release that was committed, with its manifest.
    pub released: Option<(ReleaseNumber, ContentHash)>,
    /// `CloudEvents` that are to leave the process, as JSON.
    pub outbox: Vec<String>,
    /// Entries of the outbox that left it.
    pub delivered: Vec<i64>,
}

/// What became of an indicator.
#[derive(Clone, Debug, PartialEq)]
pub enum SeriesChange {
    /// Its figures were accepted: by the checks, or by a person.
    Accepted(Figures),
    /// Its figures wait for a person, or were rejected by one.
    Held(Held),
    /// It is as before.
    Confirmed,
    /// It could not be had.
    Failed(Failure),
}

/// A sweep that ended, or did not.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepRecord {
    /// The sweep.
    pub sweep: SweepId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None`: it runs, or was cut short.
    pub finished_at: Option<Timestamp>,
    /// Its outcome in numbers.
    pub outcome: Option<SweepOutcome>,
}

/// A sweep in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepOutcome {
    /// Indicators whose figures changed or came.
    pub changed: u64,
    /// Indicators that were as before.
    pub unchanged: u64,
    /// Indicators that wait for a person.
    pub held: u64,
    /// Indicators that could not be had.
    pub failed: u64,
    /// The release that was made.
    pub release: Option<ReleaseNumber>,
    /// Why the whole source failed, if it did.
    pub source_failure: Option<String>,
}

/// What became of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It was decided before: nothing may come of it again.
    DecidedBefore,
    /// It was passed over.
    Passed,
    /// Its run began.
    Begun(RunId),
}

/// A `CloudEvent` that waits for its delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its place in the order of delivery.
    pub sequence: i64,
    /// The event as JSON.
    pub event: String,
}
