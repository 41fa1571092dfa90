//! The figures that their producers do not let others publish: kept for own use, in one
//! file outside the release, with the columns of normalised observations.
//!
//! They have no `first_release`, because they appear in none, and no `coverage`; `origin`
//! tells which were computed.

use std::io::Write;

use botnia_model::hash::ContentHasher;
use botnia_model::{Indicator, Observation};

use super::credits::{Catalogue, Treatment};
use super::files::{Files, TableWriter};
use crate::TransformError;
use crate::observation_table::{SORTED_BY, content_hash, schema, to_batch};

/// What the file is called in errors.
const NAME: &str = "own_use/observations.parquet";

/// The file on its way; there is none until there is a first indicator.
#[derive(Default)]
pub(super) struct OwnUse<'i> {
    writer: Option<TableWriter<Box<dyn Write + Send>>>,
    hasher: ContentHasher,
    indicators: Vec<&'i Indicator>,
    any_is_computed: bool,
}

impl<'i> OwnUse<'i> {
    /// Adds the observations of the next indicator.
    pub(super) fn add(
        &mut self,
        indicator: &'i Indicator,
        observations: &[Observation],
        files: &mut Files<'_>,
    ) -> Result<(), TransformError> {
        let id = &indicator.indicator_id;
        self.hasher
            .update(content_hash(id, observations).as_bytes());
        self.indicators.push(indicator);
        self.any_is_computed |= super::any_is_computed(observations);
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => files.own_use(NAME, &schema(false), &SORTED_BY)?,
        };
        self.writer
            .insert(writer)
            .write(&to_batch(id, observations, None)?)
    }

    /// Ends it, with the metadata of every other file but a release.
    pub(super) fn finish(
        self,
        catalogue: Catalogue<'_>,
        files: &Files<'_>,
    ) -> Result<(), TransformError> {
        let Some(mut writer) = self.writer else {
            return Ok(());
        };
        let treatment = Treatment::of_observations(self.any_is_computed);
        let credit = catalogue.credit(self.indicators, treatment);
        writer.describe(&files.metadata_outside(self.hasher.finish(), &credit));
        writer.finish()
    }
}
