//! The recipe of a release: with the archived answers and the release before, everything
//! that it is made from. It stands in the release as `recipe.json`, so that the release can
//! be made again on another day, whatever the settings and the ledger say then.
//!
//! What is deliberately absent: secrets, and where anything lies on a machine.

use std::collections::{BTreeMap, BTreeSet};

use botnia_config::{
    CustomGroup, IndicatorMapping, IndicatorSet, RegionPeers, RegionTables, SetIndicator,
    SourceKind,
};
use botnia_ingest::Archive;
use botnia_model::{
    ContentHash, Indicator, IndicatorId, IndicatorState, Manifest, Note, Region, RegionKey,
    RegionLevel, ReleaseNumber, SourceId, Text,
};
use botnia_publish::Releases;
use botnia_publish::manifest::RECIPE;
use botnia_transform::normalise::{self, Reading};
use botnia_transform::release::{MadeFrom, Series};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::EngineError;
use crate::engine::sweep::{expected, themes};

/// Raised when recipes that were written before can no longer be read as one of now.
const FORM: u32 = 1;

/// What a release is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    /// The form of this record.
    form: u32,
    /// The number of the release.
    pub(crate) release: ReleaseNumber,
    /// The moment of the release, UTC.
    pub(crate) moment: Timestamp,
    /// The version of the program that made it.
    pub(crate) program_version: String,
    /// The newest region list of each source that had one.
    pub(crate) region_lists: Vec<RegionList>,
    /// The indicators, by id.
    pub(crate) indicators: Vec<IndicatorRecipe>,
    /// What was decided about all of them.
    pub(crate) terms: Terms,
}

/// What settings, tables and program decide about a release. Where these are equal and the
/// answers say the same, there is nothing to release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Terms {
    /// The version of the dataset's layout.
    pub(crate) schema_version: String,
    /// The territorial division of the figures: the day of the region list, `YYYY-MM-DD`.
    pub(crate) geo_vintage: String,
    /// Whether a synthetic source took part.
    pub(crate) synthetic: bool,
    /// The sources, in the order of the settings.
    pub(crate) sources: Vec<SourceTerms>,
    /// The indicator sets, by id.
    pub(crate) sets: Vec<IndicatorSet>,
    /// The groups of regions, as the settings have them.
    pub(crate) groups: Vec<CustomGroup>,
    /// The regions that get a folder of their own; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) packages: Option<BTreeSet<RegionKey>>,
    /// The peers of regions, as the settings have them.
    #[serde(default)]
    pub(crate) peers: Vec<RegionPeers>,
    /// What is known of regions apart from the sources.
    pub(crate) region_tables: RegionTables,
    /// What people say beside the figures, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<Note>,
}

/// What a source speaks, and how it wants to be named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceTerms {
    pub(crate) id: SourceId,
    pub(crate) kind: SourceKind,
    pub(crate) name: Text,
    /// Where a person finds it.
    pub(crate) url: String,
}

/// A source's region list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegionList {
    pub(crate) source: SourceId,
    /// The answer with it.
    pub(crate) answer: ContentHash,
}

/// What one indicator is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IndicatorRecipe {
    pub(crate) indicator_id: IndicatorId,
    /// The answer that describes it.
    pub(crate) description: ContentHash,
    /// The answers with its figures.
    pub(crate) data: Vec<ContentHash>,
    /// The region list that translated its region ids; none where the source has no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) regions: Option<ContentHash>,
    /// The figures that came of it.
    pub(crate) normalised: ContentHash,
    /// Whether its figures are kept up.
    pub(crate) state: IndicatorState,
    /// Since which day that is so; none while it is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state_since: Option<String>,
    /// Why they are older than what the source may have now: the code of a hold, or of a
    /// failed fetch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What a set said of it when its figures were read, where the sets say otherwise now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) read_under: Option<ReadUnder>,
    /// How its table was read, where the source has tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mapping: Option<Box<IndicatorMapping>>,
}

impl IndicatorRecipe {
    /// How its answers are read, from a source of `kind`.
    pub(crate) fn reading(&self, kind: SourceKind) -> Reading<'_> {
        Reading {
            kind,
            mapping: self.mapping.as_deref(),
        }
    }
}

/// What a set said of an indicator, if one had it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadUnder {
    pub(crate) expected: Option<SetIndicator>,
}

/// What the descriptions and region lists that a recipe names say.
pub(crate) struct Ingredients {
    /// The indicators, by id.
    pub(crate) series: Vec<Series>,
    /// The regions of all sources, by level and code.
    pub(crate) regions: Vec<Region>,
}

/// A recipe that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// The release has none.
    #[error(
        "release {release} has no `{RECIPE}`: botnia {program_version}, which made it, wrote none"
    )]
    None {
        /// The release.
        release: ReleaseNumber,
        /// What made it.
        program_version: String,
    },
    /// It is not the one that was published.
    #[error("`{RECIPE}` of release {release} was changed after it was published")]
    Changed {
        /// The release.
        release: ReleaseNumber,
    },
    /// It has another form than this version reads.
    #[error(
        "`{RECIPE}` of release {release} has form {found}, and this botnia reads form {FORM}; \
         botnia {program_version} made it"
    )]
    Form {
        /// The release.
        release: ReleaseNumber,
        /// Its form.
        found: u32,
        /// What made it.
        program_version: String,
    },
    /// It is not what it should be.
    #[error("read `{RECIPE}` of release {release}")]
    Read {
        /// The release.
        release: ReleaseNumber,
        /// Where it is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// It cannot be written.
    #[error("write `{RECIPE}` of release {release}")]
    Write {
        /// The release.
        release: ReleaseNumber,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// It names an indicator of a source that it does not describe.
    #[error("`{RECIPE}` of release {release} has `{indicator}`, but not its source")]
    SourceMissing {
        /// The release.
        release: ReleaseNumber,
        /// The indicator.
        indicator: IndicatorId,
    },
}

impl Recipe {
    /// A recipe of the present form, made by this program.
    pub(crate) fn new(
        release: ReleaseNumber,
        moment: Timestamp,
        region_lists: Vec<RegionList>,
        indicators: Vec<IndicatorRecipe>,
        terms: Terms,
    ) -> Self {
        Self {
            form: FORM,
            release,
            moment,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            region_lists,
            indicators,
            terms,
        }
    }

    /// The recipe of a release.
    ///
    /// # Errors
    /// The release has none, it was changed, or this version cannot read it.
    pub(crate) async fn published(
        releases: &Releases,
        manifest: &Manifest,
    ) -> Result<Self, EngineError> {
        let release = manifest.release;
        let mut files = manifest.files.iter();
        let Some(listed) = files.find(|file| file.path == RECIPE) else {
            return Err(RecipeError::None {
                release,
                program_version: manifest.program_version.clone(),
            }
            .into());
        };
        let bytes = releases.read_file(release, RECIPE).await?;
        if ContentHash::of(&bytes) != listed.sha256 {
            return Err(RecipeError::Changed { release }.into());
        }
        Ok(Self::read(release, &bytes)?)
    }

    /// The recipe in the bytes of `recipe.json`.
    ///
    /// # Errors
    /// [`RecipeError::Form`] for that of another version, before anything else is read.
    pub(crate) fn read(release: ReleaseNumber, bytes: &[u8]) -> Result<Self, RecipeError> {
        #[derive(Deserialize)]
        struct Head {
            form: u32,
            program_version: String,
        }
        let failed = |source| RecipeError::Read { release, source };
        let head: Head = serde_json::from_slice(bytes).map_err(failed)?;
        if head.form != FORM {
            return Err(RecipeError::Form {
                release,
                found: head.form,
                program_version: head.program_version,
            });
        }
        serde_json::from_slice(bytes).map_err(failed)
    }

    /// The bytes of `recipe.json`. Equal recipes give equal bytes.
    ///
    /// # Errors
    /// [`RecipeError::Write`].
    pub(crate) fn write(&self) -> Result<Vec<u8>, RecipeError> {
        let mut bytes = serde_json::to_vec(self).map_err(|source| RecipeError::Write {
            release: self.release,
            source,
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The hash of what decides the figures of the release, whatever its number and its
    /// moment: equal ones make no new release. Answers count by what they say and not by
    /// their bytes. Whether an indicator is stale is told in the next release, but makes none.
    ///
    /// # Errors
    /// [`RecipeError::Write`].
    pub(crate) fn inputs(&self, ingredients: &Ingredients) -> Result<ContentHash, RecipeError> {
        #[derive(Serialize)]
        struct Inputs<'a> {
            terms: &'a Terms,
            figures: Vec<&'a ContentHash>,
            indicators: Vec<&'a Indicator>,
            declared_levels: Vec<&'a [RegionLevel]>,
            regions: &'a [Region],
        }
        let inputs = Inputs {
            terms: &self.terms,
            figures: self
                .indicators
                .iter()
                .map(|indicator| &indicator.normalised)
                .collect(),
            indicators: ingredients
                .series
                .iter()
                .map(|series| &series.indicator)
                .collect(),
            declared_levels: ingredients
                .series
                .iter()
                .map(|series| series.declared_levels.as_slice())
                .collect(),
            regions: &ingredients.regions,
        };
        match serde_json::to_vec(&inputs) {
            Ok(bytes) => Ok(ContentHash::of(&bytes)),
            Err(source) => Err(RecipeError::Write {
                release: self.release,
                source,
            }),
        }
    }

    /// What the source of an indicator speaks.
    pub(crate) fn kind_of(&self, indicator: &IndicatorId) -> Result<SourceKind, RecipeError> {
        let mut sources = self.terms.sources.iter();
        sources
            .find(|source| source.id == *indicator.source())
            .map(|source| source.kind)
            .ok_or_else(|| RecipeError::SourceMissing {
                release: self.release,
                indicator: indicator.clone(),
            })
    }

    /// Reads the descriptions and region lists from the archive.
    ///
    /// # Errors
    /// An answer that is lost or damaged, or that makes no sense any more.
    pub(crate) async fn read_answers(&self, archive: &Archive) -> Result<Ingredients, EngineError> {
        let mut series = Vec::with_capacity(self.indicators.len());
        for indicator in &self.indicators {
            let id = &indicator.indicator_id;
            let bytes = archive.read(&indicator.description).await?;
            let sets = &self.terms.sets;
            let described = normalise::describe(
                indicator.reading(self.kind_of(id)?),
                id,
                &bytes,
                expected(sets, id),
                &themes(sets, id),
            )?;
            series.push(Series {
                indicator: described.indicator,
                state: indicator.state,
                state_since: indicator.state_since.clone(),
                declared_levels: described.declared_levels,
                made_from: MadeFrom {
                    data: indicator.data.clone(),
                    regions: indicator.regions,
                    normalised: indicator.normalised,
                },
            });
        }
        let mut regions: BTreeMap<RegionKey, Region> = BTreeMap::new();
        for source in &self.terms.sources {
            let mut lists = self.region_lists.iter();
            let Some(list) = lists.find(|list| list.source == source.id) else {
                continue;
            };
            let bytes = archive.read(&list.answer).await?;
            let index = normalise::read_regions(source.kind, &bytes, &self.terms.region_tables)?;
            for region in index.regions() {
                regions
                    .entry(region.key.clone())
                    .or_insert_with(|| region.clone());
            }
        }
        Ok(Ingredients {
            series,
            regions: regions.into_values().collect(),
        })
    }
}

#[cfg(test)]
mod tests;
