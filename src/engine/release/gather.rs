//! What the next release is to be made from, according to the ledger and the settings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use botnia_config::{IndicatorSet, SourceKind, SourceSettings};
use botnia_model::{
    AnswerRole, ContentHash, IndicatorEntry, IndicatorId, IndicatorState, Note, Observation,
    ReleaseNumber, SCHEMA_VERSION, SourceId, Text,
};
use botnia_transform::release::Inputs;
use botnia_transform::{TransformError, observation_table};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::runtime::Handle;

use super::recipe::{
    BoundaryList, IndicatorRecipe, Ingredients, ReadUnder, Recipe, RegionList, SourceTerms, Terms,
};
use crate::engine::ledger::{AnswerPlace, Figures, Series};
use crate::engine::normalised::normalised_path;
use crate::engine::sweep::expected;
use crate::engine::{Engine, EngineError, is_selected};

/// Everything that a release is made from, gathered.
pub(super) struct Gathered {
    pub(super) recipe: Recipe,
    pub(super) ingredients: Ingredients,
    /// What each indicator is made from, by id.
    pub(super) entries: Vec<IndicatorEntry>,
}

impl Engine {
    /// Reads what the ledger accepted, for every indicator that the settings select. The
    /// normalised objects of all of them are there afterwards. A source of which nothing is
    /// accepted is no part of it: nothing is published of it, and it is not credited.
    pub(super) async fn gather(
        &self,
        release: ReleaseNumber,
        moment: Timestamp,
    ) -> Result<Gathered, EngineError> {
        let mut accepted = Vec::new();
        let mut region_lists = Vec::new();
        let mut vintages = BTreeSet::new();
        let known: BTreeMap<IndicatorId, Series> =
            self.ledger.all_series().await?.into_iter().collect();
        let mut sources = Vec::new();
        for source in &self.settings.source {
            let before = accepted.len();
            let selected = |id: &IndicatorId| {
                *id.source() == source.id && is_selected(&self.settings, &self.sets, id)
            };
            for (id, series) in known.iter().filter(|(id, _)| selected(id)) {
                if let Some(figures) = &series.accepted {
                    self.restore_normalised(source, id, figures).await?;
                    accepted.push((id, series, figures));
                }
            }
            if accepted.len() == before {
                continue;
            }
            sources.push(source);
            let place = AnswerPlace {
                source: source.id.clone(),
                role: AnswerRole::Regions,
                source_indicator: None,
                part: 0,
            };
            if let Some(latest) = self.ledger.latest_answer(&place).await? {
                region_lists.push(RegionList {
                    source: source.id.clone(),
                    answer: latest.hash,
                });
            }
            if let Some(since) = self.ledger.division_since(&source.id).await? {
                vintages.insert(self.civil_date(since));
            }
        }
        accepted.sort_by_key(|(id, ..)| *id);
        let terms = Terms {
            schema_version: SCHEMA_VERSION.to_owned(),
            // Several sources: the figures are on the division that changed last.
            geo_vintage: vintages
                .pop_last()
                .unwrap_or_else(|| self.civil_date(moment)),
            synthetic: accepted.iter().any(|(_, _, figures)| figures.synthetic),
            sources: sources.iter().copied().map(source_terms).collect(),
            sets: self.reported_sets(&sources, &accepted),
            region_tables: self.tables.clone(),
            groups: self.settings.groups.clone(),
            contact: self.settings.contact.clone(),
            packages: self.settings.regions.packages.clone(),
            peers: self.settings.peers.clone(),
            notes: self.notes_that_hold().await?,
        };
        let year = i32::from(self.zoned(moment).year());
        let entries: Vec<_> = accepted
            .iter()
            .map(|(id, series, figures)| entry(id, figures, state(series, figures, year)))
            .collect();
        let indicators = accepted
            .iter()
            .map(|(id, series, figures)| {
                self.indicator_recipe(id, series, figures, state(series, figures, year))
            })
            .collect();
        let boundaries = self.newest_boundaries().await?;
        let boundaries = boundaries.map(|(year, answer)| BoundaryList { year, answer });
        let recipe = Recipe::new(release, moment, region_lists, boundaries, indicators, terms);
        Ok(Gathered {
            ingredients: recipe.read_answers(&self.archive).await?,
            recipe,
            entries,
        })
    }

    /// The notes that were imported and not withdrawn, in order.
    async fn notes_that_hold(&self) -> Result<Vec<Note>, EngineError> {
        let kept = self.ledger.notes().await?.into_iter();
        let mut notes: Vec<_> = kept
            .filter(|kept| kept.withdrawn_at.is_none())
            .map(|kept| kept.note)
            .collect();
        notes.sort();
        Ok(notes)
    }

    /// The sets as they are reported: none of a source that takes no part, and of surveys
    /// only what was imported.
    fn reported_sets(
        &self,
        sources: &[&SourceSettings],
        accepted: &[(&IndicatorId, &Series, &Figures)],
    ) -> Vec<IndicatorSet> {
        let kind = |source: &SourceId| {
            let mut sources = sources.iter();
            sources
                .find(|known| known.id == *source)
                .map(|known| known.kind)
        };
        let mut sets = self.sets.clone();
        sets.retain(|set| kind(&set.source).is_some());
        for set in &mut sets {
            if kind(&set.source) == Some(SourceKind::Survey) {
                set.indicators.retain(|indicator| {
                    let id = IndicatorId::new(set.source.clone(), indicator.id.clone());
                    accepted.iter().any(|(known, ..)| **known == id)
                });
            }
        }
        sets.retain(|set| !set.indicators.is_empty());
        sets
    }

    fn indicator_recipe(
        &self,
        id: &IndicatorId,
        series: &Series,
        figures: &Figures,
        state: IndicatorState,
    ) -> IndicatorRecipe {
        let is_read_otherwise = figures.expected.as_ref() != expected(&self.sets, id);
        IndicatorRecipe {
            indicator_id: id.clone(),
            description: figures.description,
            data: figures.data.clone(),
            regions: figures.regions,
            normalised: figures.normalised,
            state,
            state_since: self.state_since(series, state),
            reason: reason(series),
            read_under: is_read_otherwise.then(|| ReadUnder {
                expected: figures.expected.clone(),
            }),
            mapping: figures.mapping.clone(),
        }
    }

    /// The day since which the figures are not kept up.
    fn state_since(&self, series: &Series, state: IndicatorState) -> Option<String> {
        let since = match (state, &series.held, &series.failure) {
            (IndicatorState::Held, Some(held), _) => held.since,
            (IndicatorState::Stale, _, Some(failure)) => failure.since,
            _ => return None,
        };
        Some(self.civil_date(since))
    }

    /// The date of a moment in the settings' time zone.
    fn civil_date(&self, moment: Timestamp) -> String {
        self.zoned(moment).date().to_string()
    }

    fn zoned(&self, moment: Timestamp) -> Zoned {
        let zone = TimeZone::get(&self.settings.time_zone).unwrap_or(TimeZone::UTC);
        moment.to_zoned(zone)
    }

    /// The normalised objects of these indicators.
    pub(super) fn stored(&self, entries: &[IndicatorEntry]) -> Stored {
        Stored {
            store: Arc::clone(&self.storage.store),
            runtime: Handle::current(),
            objects: entries
                .iter()
                .map(|entry| (entry.indicator_id.clone(), entry.normalised))
                .collect(),
        }
    }
}

/// A series without a value for so many calendar years has ended. Elections come every four
/// years and their figures up to a year later, so that five years without are none too many.
const ENDED_AFTER_YEARS: i32 = 6;

/// Whether the figures are kept up, in a release that is made in `year`. What waits or fails
/// is said first: whether a series has ended is not known as long as its source is not heard.
fn state(series: &Series, figures: &Figures, year: i32) -> IndicatorState {
    let held = series.held.as_ref();
    if held.is_some_and(|held| held.rejected.is_none()) {
        IndicatorState::Held
    } else if series.failure.is_some() {
        IndicatorState::Stale
    } else if figures
        .last_year
        .is_some_and(|last| year - last >= ENDED_AFTER_YEARS)
    {
        IndicatorState::Ended
    } else {
        IndicatorState::Active
    }
}

/// Why an indicator does not show what the source has now.
fn reason(series: &Series) -> Option<String> {
    let held = series
        .held
        .as_ref()
        .filter(|held| held.rejected.is_none())
        .and_then(|held| held.reasons.first())
        .map(|reason| reason.code.clone());
    held.or_else(|| {
        series
            .failure
            .as_ref()
            .map(|failure| failure.remedy.clone())
    })
}

fn entry(id: &IndicatorId, figures: &Figures, state: IndicatorState) -> IndicatorEntry {
    IndicatorEntry {
        indicator_id: id.clone(),
        normalised: figures.normalised,
        description: figures.description,
        data: figures.data.clone(),
        regions: figures.regions,
        rows_in: figures.rows_in,
        rows_out: figures.rows_out,
        findings: figures.findings.clone(),
        state,
    }
}

fn source_terms(source: &SourceSettings) -> SourceTerms {
    match source.kind {
        SourceKind::Sotkanet => SourceTerms {
            id: source.id.clone(),
            kind: source.kind,
            name: Text {
                fi: "Tilasto- ja indikaattoripankki Sotkanet, Terveyden ja hyvinvoinnin laitos"
                    .to_owned(),
                sv: "Statistik- och indikatorbanken Sotkanet, Institutet för hälsa och välfärd"
                    .to_owned(),
                en: "Sotkanet Indicator Bank, Finnish Institute for Health and Welfare".to_owned(),
            },
            url: "https://sotkanet.fi".to_owned(),
        },
        SourceKind::ThlCube => SourceTerms {
            id: source.id.clone(),
            kind: source.kind,
            name: Text {
                fi: "Tietokantakuutiot, Terveyden ja hyvinvoinnin laitos".to_owned(),
                sv: "Databaskuber, Institutet för hälsa och välfärd".to_owned(),
                en: "Database cubes, Finnish Institute for Health and Welfare".to_owned(),
            },
            url: "https://sampo.thl.fi".to_owned(),
        },
        SourceKind::Survey => SourceTerms {
            id: source.id.clone(),
            kind: source.kind,
            name: Text {
                fi: "Paikalliset kyselyt ja selvitykset".to_owned(),
                sv: "Lokala enkäter och utredningar".to_owned(),
                en: "Local surveys and reports".to_owned(),
            },
            url: source.base_url.to_string(),
        },
        SourceKind::Pxweb | SourceKind::Pxweb2 | SourceKind::Jsonstat => SourceTerms {
            id: source.id.clone(),
            kind: source.kind,
            name: if source.name == Text::default() {
                Text {
                    fi: source.id.to_string(),
                    sv: source.id.to_string(),
                    en: source.id.to_string(),
                }
            } else {
                source.name.clone()
            },
            url: source
                .home_page
                .clone()
                .unwrap_or_else(|| source.base_url.to_string()),
        },
    }
}

/// Normalised objects in the store, read from a thread that may block.
pub(super) struct Stored {
    store: Arc<dyn ObjectStore>,
    runtime: Handle,
    objects: BTreeMap<IndicatorId, ContentHash>,
}

impl Inputs for Stored {
    fn observations(
        &mut self,
        indicator: &IndicatorId,
    ) -> Result<Vec<Observation>, TransformError> {
        let key = self.objects.get(indicator).copied().map(normalised_path);
        let key = key.unwrap_or_default();
        let read = async { self.store.get(&key).await?.bytes().await };
        let bytes = self.runtime.block_on(read);
        let bytes = bytes.map_err(|source| TransformError::ReadParquet {
            object: format!("the observations of `{indicator}` at `{key}`"),
            source: std::io::Error::from(source).into(),
        })?;
        observation_table::read_normalised(bytes)
    }
}
