//! The observations of a release that is verified: normalised anew from the archived answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use botnia_ingest::Archive;
use botnia_model::{ContentHash, IndicatorEntry, IndicatorId, Manifest, Observation, SourceId};
use botnia_transform::normalise::{self, RegionIndex};
use botnia_transform::release::Inputs;
use botnia_transform::{TransformError, observation_table};
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::runtime::Handle;

use super::{Disagreement, Watch};
use crate::engine::EngineError;
use crate::engine::normalised::normalised_path;
use crate::engine::observed::{Answers, Observed};
use crate::engine::release::recipe::{IndicatorRecipe, Recipe};
use crate::engine::sweep::{chain, expected, themes};

/// What the archived answers turned out to say.
#[derive(Default)]
pub(super) struct Found {
    /// What each indicator is made from, as far as they were read.
    pub(super) entries: BTreeMap<IndicatorId, IndicatorEntry>,
    /// By indicator: one may be asked for more than once.
    pub(super) disagreements: BTreeMap<IndicatorId, Disagreement>,
}

/// Reads from a thread that may block. Where the answers of an indicator cannot be read, its
/// normalised object stands in for them, so that the rest can still be compared.
pub(super) struct FromArchive {
    archive: Archive,
    /// Where the normalised objects lie.
    store: Arc<dyn ObjectStore>,
    runtime: Handle,
    recipe: Arc<Recipe>,
    /// What the manifest says that each indicator was made from.
    published: BTreeMap<IndicatorId, IndicatorEntry>,
    /// The region list that was read last: nearly all indicators share one.
    regions: Option<(SourceId, Option<ContentHash>, Arc<RegionIndex>)>,
    pub(super) found: Arc<Mutex<Found>>,
    watch: Arc<dyn Watch>,
}

impl FromArchive {
    pub(super) fn new(
        archive: &Archive,
        store: &Arc<dyn ObjectStore>,
        recipe: &Arc<Recipe>,
        manifest: &Manifest,
        watch: &Arc<dyn Watch>,
    ) -> Self {
        Self {
            archive: archive.clone(),
            store: Arc::clone(store),
            runtime: Handle::current(),
            recipe: Arc::clone(recipe),
            published: manifest
                .indicators
                .iter()
                .map(|entry| (entry.indicator_id.clone(), entry.clone()))
                .collect(),
            regions: None,
            found: Arc::default(),
            watch: Arc::clone(watch),
        }
    }

    fn read(&mut self, indicator: &IndicatorRecipe) -> Result<Observed, EngineError> {
        let id = &indicator.indicator_id;
        let kind = self.recipe.kind_of(id)?;
        let read = |hash| self.runtime.block_on(self.archive.read(hash));
        let terms = &self.recipe.terms;
        let regions = match &self.regions {
            Some((source, hash, regions))
                if source == id.source() && *hash == indicator.regions =>
            {
                Arc::clone(regions)
            }
            _ => {
                let index = match &indicator.regions {
                    Some(list) => {
                        let bytes = read(list)?;
                        normalise::read_regions(kind, &bytes, &terms.region_tables)?
                    }
                    None => normalise::regions_of_tables(&terms.region_tables),
                };
                Arc::new(index)
            }
        };
        let expected = match &indicator.read_under {
            Some(earlier) => earlier.expected.clone(),
            None => expected(&terms.sets, id).cloned(),
        };
        let answers = Answers {
            kind,
            mapping: indicator.mapping.clone(),
            indicator: id.clone(),
            description: read(&indicator.description)?,
            data: indicator.data.iter().map(read).collect::<Result<_, _>>()?,
            regions: Arc::clone(&regions),
            expected,
            themes: themes(&terms.sets, id),
        };
        self.regions = Some((id.source().clone(), indicator.regions, regions));
        Ok(answers.observe()?)
    }

    /// What is not as the manifest says.
    fn compare(&self, found: &IndicatorEntry) -> Option<Disagreement> {
        let indicator = found.indicator_id.clone();
        match self.published.get(&indicator) {
            Some(published) if published == found => None,
            Some(published) if published.normalised != found.normalised => {
                Some(Disagreement::Figures {
                    indicator,
                    expected: published.normalised,
                    found: found.normalised,
                })
            }
            _ => Some(Disagreement::Account { indicator }),
        }
    }

    /// The normalised object that the manifest names.
    fn stored(&self, indicator: &IndicatorId) -> Result<Vec<Observation>, TransformError> {
        let lost = |reason: String| TransformError::Contract {
            object: format!("the figures of `{indicator}`"),
            reason,
        };
        let entry = self
            .published
            .get(indicator)
            .ok_or_else(|| lost("the manifest does not have it".to_owned()))?;
        let key = normalised_path(entry.normalised);
        let read = async { self.store.get(&key).await?.bytes().await };
        let bytes = self
            .runtime
            .block_on(read)
            .map_err(|error| lost(chain(&error)))?;
        let observations = observation_table::read_normalised(bytes)?;
        if observation_table::content_hash(indicator, &observations) != entry.normalised {
            return Err(lost(format!("`{key}` is damaged")));
        }
        Ok(observations)
    }

    fn note(&self, note: impl FnOnce(&mut Found)) {
        // A panic elsewhere leaves what was found until then.
        let mut found = match self.found.lock() {
            Ok(found) => found,
            Err(poisoned) => poisoned.into_inner(),
        };
        note(&mut found);
    }
}

impl Inputs for FromArchive {
    fn observations(&mut self, id: &IndicatorId) -> Result<Vec<Observation>, TransformError> {
        let recipe = Arc::clone(&self.recipe);
        let mut indicators = recipe.indicators.iter();
        let indicator = indicators
            .find(|indicator| indicator.indicator_id == *id)
            .ok_or_else(|| TransformError::Contract {
                object: format!("the recipe of release {}", recipe.release),
                reason: format!("it does not have `{id}`"),
            })?;
        let (entry, disagreement, observations) = match self.read(indicator) {
            Ok(observed) => {
                let entry = IndicatorEntry {
                    indicator_id: id.clone(),
                    normalised: observed.hash,
                    description: indicator.description,
                    data: indicator.data.clone(),
                    regions: indicator.regions,
                    rows_in: observed.normalised.rows_in,
                    rows_out: observed.normalised.observations.len() as u64,
                    findings: observed.findings(),
                    state: indicator.state,
                };
                let disagreement = self.compare(&entry);
                (Some(entry), disagreement, observed.normalised.observations)
            }
            Err(error) => {
                let disagreement = Disagreement::Unread {
                    indicator: id.clone(),
                    reason: chain(&error),
                };
                // Told before the observations are asked for: those may be gone as well.
                self.note(|found| {
                    found.disagreements.insert(id.clone(), disagreement);
                });
                (self.published.get(id).cloned(), None, self.stored(id)?)
            }
        };
        self.note(|found| {
            if let Some(disagreement) = disagreement {
                found.disagreements.insert(id.clone(), disagreement);
            }
            if let Some(entry) = entry {
                found.entries.insert(id.clone(), entry);
            }
        });
        self.watch.steps();
        Ok(observations)
    }
}
