//! A wave of a survey as it is kept: only what may be published.

use botnia_model::{
    Breakdown, Period, RegionKey, RegionLevel, Sex, SourceId, SourceIndicator, Status, Text,
    ValueKind,
};
use serde::{Deserialize, Serialize};

/// Raised when documents that were written before can no longer be read as one of now.
pub(crate) const FORM: u32 = 1;

/// One wave of one survey. Its bytes are the answer that the archive keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The form of this record.
    pub form: u32,
    /// The source that it belongs to.
    pub source: SourceId,
    /// The id of the map.
    pub survey: String,
    /// The version of the map.
    pub map_version: u32,
    /// The wave.
    pub wave: Period,
    /// The regions that have a row, by level and code.
    pub regions: Vec<RegionKey>,
    /// The indicators that have a row, by id.
    pub indicators: Vec<DocumentIndicator>,
}

/// One indicator in one wave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentIndicator {
    /// What it is called at the source.
    pub id: SourceIndicator,
    /// What it is.
    pub about: About,
    /// Its figures, by region, sex and breakdown.
    pub rows: Vec<DocumentRow>,
}

/// What an indicator of a survey is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Its title.
    pub title: Text,
    /// The survey's name.
    pub survey: Text,
    /// What was asked, of whom and how.
    pub description: Text,
    /// In words.
    pub unit: Text,
    /// What kind of number it is.
    pub value_kind: ValueKind,
    /// Decimals to show.
    pub decimals: u8,
    /// Who made it.
    pub producer: Text,
    /// The SPDX id or name of the licence.
    pub licence: String,
    /// Whether the figures may be published onward.
    pub redistributable: bool,
    /// The levels that the survey has.
    pub levels: Vec<RegionLevel>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentRow {
    /// Where.
    pub region: RegionKey,
    /// Of whom.
    pub sex: Sex,
    /// Any further dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Breakdown>,
    /// The figure; `None` exactly when the status says why.
    pub value: Option<f64>,
    /// The count behind a share, where it may be told.
    pub absolute_value: Option<f64>,
    /// The state of the figure.
    pub status: Status,
}

impl Document {
    /// The document as bytes.
    ///
    /// # Errors
    /// Never for a document that was made here: numbers are finite.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The document in these bytes.
    ///
    /// # Errors
    /// Bytes that are no document.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// How many figures it has, and how many of them are hidden.
    pub fn figures(&self) -> (usize, usize) {
        let rows = self.indicators.iter().flat_map(|indicator| &indicator.rows);
        let hidden = rows.clone().filter(|row| {
            matches!(
                row.status,
                Status::Suppressed | Status::BelowRespondentLimit
            )
        });
        (rows.clone().count(), hidden.count())
    }
}
