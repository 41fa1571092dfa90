//! From the archived answers of one indicator to its observations: the one way, for figures
//! that are new, that were lost, and that are verified.

use std::sync::Arc;

use botnia_config::{IndicatorMapping, SetIndicator, SourceKind};
use botnia_model::{ContentHash, Findings, IndicatorId};
use botnia_transform::normalise::{self, Description, Normalised, Reading, RegionIndex};
use botnia_transform::{TransformError, observation_table};
use bytes::Bytes;

/// The answers of one indicator, and what they are read with.
pub(super) struct Answers {
    pub(super) kind: SourceKind,
    /// How its table is read, where the source has tables.
    pub(super) mapping: Option<Box<IndicatorMapping>>,
    pub(super) indicator: IndicatorId,
    pub(super) description: Bytes,
    pub(super) data: Vec<Bytes>,
    /// The region list that translates the region ids in `data`.
    pub(super) regions: Arc<RegionIndex>,
    /// What the sets say of it, and under which themes they have it.
    pub(super) expected: Option<SetIndicator>,
    pub(super) themes: Vec<String>,
}

/// What the answers say.
pub(super) struct Observed {
    pub(super) described: Description,
    pub(super) normalised: Normalised,
    /// Names the normalised object.
    pub(super) hash: ContentHash,
}

impl Answers {
    pub(super) fn reading(&self) -> Reading<'_> {
        Reading {
            kind: self.kind,
            mapping: self.mapping.as_deref(),
        }
    }

    /// Reads them. It takes as long as the answers are large: not for the event loop.
    ///
    /// # Errors
    /// Answers that are not in the source's format, or are about another indicator.
    pub(super) fn observe(&self) -> Result<Observed, TransformError> {
        let described = normalise::describe(
            self.reading(),
            &self.indicator,
            &self.description,
            self.expected.as_ref(),
            &self.themes,
        )?;
        let bodies: Vec<&[u8]> = self.data.iter().map(AsRef::as_ref).collect();
        let normalised = normalise::normalise(&normalise::Input {
            kind: self.kind,
            indicator_id: &self.indicator,
            description: &described,
            data: &bodies,
            regions: &self.regions,
            expected: self.expected.as_ref(),
        })?;
        let hash = observation_table::content_hash(&self.indicator, &normalised.observations);
        Ok(Observed {
            described,
            normalised,
            hash,
        })
    }
}

impl Observed {
    /// What was found in the description and in the rows.
    pub(super) fn findings(&self) -> Findings {
        let mut findings = self.described.findings.clone();
        findings.merge(&self.normalised.findings);
        findings
    }

    /// The latest year with a value.
    pub(super) fn last_year(&self) -> Option<i32> {
        let observations = self.normalised.observations.iter();
        observations
            .filter(|observation| observation.value.is_some())
            .map(|observation| observation.period.year())
            .max()
    }

    /// The bytes of the normalised object.
    ///
    /// # Errors
    /// The Parquet writer's.
    pub(super) fn object(&self) -> Result<Vec<u8>, TransformError> {
        let indicator = &self.described.indicator.indicator_id;
        observation_table::write_normalised(indicator, &self.normalised.observations, &[])
    }
}
