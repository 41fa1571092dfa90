//! Snapshots: what a source answered, as kept in the archive.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::indicator::word_enum;
use crate::{ContentHash, SourceId, SourceIndicator};

word_enum!(
    /// What an answer is for.
    AnswerRole {
        /// The source's list of regions.
        Regions = "regions",
        /// The source's list of indicators.
        Catalogue = "catalogue",
        /// What the source says of one indicator.
        Description = "description",
        /// The figures of one indicator.
        Data = "data",
        /// What the source says of how much it may be asked.
        Limits = "limits",
        /// Notes of people, from a file.
        Notes = "notes",
    }
);

/// One run over a source: `20261121T051500Z-sotkanet`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SweepId(String);

impl SweepId {
    /// The sweep of `source` that began at `started_at`.
    pub fn new(source: &SourceId, started_at: Timestamp) -> Self {
        Self(format!(
            "{}-{source}",
            started_at.strftime("%Y%m%dT%H%M%SZ")
        ))
    }

    /// The text, safe as a file name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SweepId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One answer of a source, as the archive keeps it: everything but the bytes, which are
/// found by their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The source that was asked.
    pub source: SourceId,
    /// What the answer is for.
    pub role: AnswerRole,
    /// The indicator it is about, if it is about one.
    pub source_indicator: Option<SourceIndicator>,
    /// `GET` or `POST`.
    pub method: String,
    /// The address that was asked, after redirects.
    pub url: String,
    /// The body that was sent, if any.
    pub request_body: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// The answer's headers, in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// When the answer was complete, UTC.
    pub fetched_at: Timestamp,
    /// The hash of the body after its transfer encoding (gzip) was undone.
    pub hash: ContentHash,
    /// The length of that body in bytes.
    pub length: u64,
}
