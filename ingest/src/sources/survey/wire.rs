//! What is read of a survey's documents while collecting them: which indicators, regions
//! and waves there are. The figures stay bytes here.

use botnia_model::{Period, RegionKey, SourceIndicator};
use serde::Deserialize;
use serde_json::value::RawValue;

/// One wave of one survey.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    pub(super) wave: Period,
    pub(super) regions: Vec<RegionKey>,
    pub(super) indicators: Vec<DocumentIndicator>,
}

impl Document {
    pub(super) fn indicator(&self, id: &SourceIndicator) -> Option<&DocumentIndicator> {
        self.indicators.iter().find(|indicator| indicator.id == *id)
    }
}

/// One indicator in it.
#[derive(Debug, Deserialize)]
pub(super) struct DocumentIndicator {
    pub(super) id: SourceIndicator,
    pub(super) about: Box<RawValue>,
}

/// The list of indicators.
#[derive(Debug, Deserialize)]
pub(super) struct Catalogue {
    pub(super) indicators: Vec<SourceIndicator>,
}

/// A description.
#[derive(Debug, Deserialize)]
pub(super) struct Description {
    pub(super) waves: Vec<Wave>,
}

/// A wave in it.
#[derive(Debug, Deserialize)]
pub(super) struct Wave {
    pub(super) wave: Period,
}
