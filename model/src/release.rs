//! Releases: a numbered, immutable set of files, and the record that commits it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::indicator::InvalidName;
use crate::{ContentHash, Findings, IndicatorId, IndicatorState};

/// A release's number, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct ReleaseNumber(u32);

impl ReleaseNumber {
    /// The first release.
    pub const FIRST: Self = Self(1);

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The folder's name: six digits.
    pub fn folder(self) -> String {
        format!("{:06}", self.0)
    }

    /// The name of its commit record: twenty digits.
    pub fn record(self) -> String {
        format!("{:020}.json", self.0)
    }
}

impl fmt::Display for ReleaseNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl TryFrom<u32> for ReleaseNumber {
    type Error = InvalidName;

    fn try_from(number: u32) -> Result<Self, InvalidName> {
        // Six digits are the folder's name; at a release an hour they last a century.
        if (1..=999_999).contains(&number) {
            Ok(Self(number))
        } else {
            Err(InvalidName::new(
                &number.to_string(),
                "a release number: 1 to 999999",
            ))
        }
    }
}

impl From<ReleaseNumber> for u32 {
    fn from(number: ReleaseNumber) -> Self {
        number.0
    }
}

impl FromStr for ReleaseNumber {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        text.parse::<u32>()
            .map_err(|_| InvalidName::new(text, "a release number: 1 to 999999"))?
            .try_into()
    }
}

/// One file of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its path within the release, with `/`.
    pub path: String,
    /// The hash of its bytes.
    pub sha256: ContentHash,
    /// Its length in bytes.
    pub bytes: u64,
    /// Rows, for a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// The hash of its content apart from how it is encoded, for a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_hash: Option<ContentHash>,
    /// The release in which its content last changed.
    pub release: ReleaseNumber,
}

/// What one indicator of a release was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorEntry {
    /// The indicator.
    pub indicator_id: IndicatorId,
    /// The normalised object.
    pub normalised: ContentHash,
    /// The answer that describes it.
    pub description: ContentHash,
    /// The answers with its figures.
    pub data: Vec<ContentHash>,
    /// The region list that translated its region ids; none where the source has no list and
    /// speaks of the regions of the region tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions: Option<ContentHash>,
    /// Rows in the source's answers.
    pub rows_in: u64,
    /// Observations.
    pub rows_out: u64,
    /// What was found on the way.
    pub findings: Findings,
    /// Whether the figures are kept up.
    pub state: IndicatorState,
}

/// What a release is: its files and what they were made from. Contains no clock: the
/// moment is an input of the release and stands in the [`CommitRecord`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the dataset's layout.
    pub schema_version: String,
    /// The number.
    pub release: ReleaseNumber,
    /// The hash of the manifest before it; none for the first.
    pub parent: Option<ContentHash>,
    /// The version of the program that made it.
    pub program_version: String,
    /// Whether a synthetic source took part.
    pub synthetic: bool,
    /// The territorial division of the figures: the day of the region list, `YYYY-MM-DD`.
    pub geo_vintage: String,
    /// The hash of everything that went in: equal inputs make no new release.
    pub inputs: ContentHash,
    /// The indicators, in order.
    pub indicators: Vec<IndicatorEntry>,
    /// The files, by path, without the manifest itself and `SHA256SUMS`.
    pub files: Vec<FileEntry>,
}

/// THE commit: `published/_log/00000000000000000007.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRecord {
    /// The number.
    pub release: ReleaseNumber,
    /// The hash of `manifest.json`.
    pub manifest: ContentHash,
    /// The hash of the manifest before it.
    pub parent: Option<ContentHash>,
    /// The fencing token under which it was made.
    pub fencing_token: u64,
    /// The moment of the release, UTC.
    pub released_at: Timestamp,
}
