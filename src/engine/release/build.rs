//! From a recipe, its ingredients and the release before to the files of a release: the same
//! way for a release that is published and for one that is verified.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use botnia_model::{
    CommitRecord, IndicatorEntry, Manifest, Note, Region, RegionId, RegionKey, RegionLevel, Text,
};
use botnia_publish::{
    Assembly, ChangedNotes, HeldFact, IndicatorChange, IndicatorFact, ReleaseFacts, ReleasedTable,
    Releases, RevisedFigure, SiteInput, SourceFact, Staged, assemble,
};
use botnia_transform::release::{
    Build, Built, Inputs, NotableRevision, Output, Previous, SourceCredit, build,
};

use super::recipe::{Ingredients, Recipe, SourceTerms};
use super::shapes::shapes;
use crate::engine::sweep::chain;
use crate::engine::{EngineError, own_use};

/// A release on its way.
pub(crate) struct Making<'a> {
    /// Where the release before lies.
    pub(crate) releases: &'a Releases,
    pub(crate) recipe: Arc<Recipe>,
    pub(crate) ingredients: Arc<Ingredients>,
    /// The release before, its manifest checked.
    pub(crate) previous: Option<(CommitRecord, Manifest)>,
    /// An empty folder for the files.
    pub(crate) scratch: PathBuf,
}

impl Making<'_> {
    /// Builds the tables, off the event loop.
    pub(crate) async fn tables(
        &self,
        mut inputs: impl Inputs + Send + 'static,
    ) -> Result<Built, EngineError> {
        let previous = match &self.previous {
            Some((record, manifest)) => {
                let open = |name| self.releases.open_file(record.release, name);
                let open_tables = (
                    open("observations.parquet").await?,
                    open("revisions.parquet").await?,
                    open("indicators.parquet").await?,
                );
                Some((manifest.clone(), open_tables))
            }
            None => None,
        };
        let mut output = Scratch(self.scratch.clone());
        let (recipe, ingredients) = (Arc::clone(&self.recipe), Arc::clone(&self.ingredients));
        tokio::task::spawn_blocking(move || {
            let terms = &recipe.terms;
            let credits: Vec<_> = terms.sources.iter().map(credit).collect();
            let (previous, previous_tables) = previous.unzip();
            build(
                Build {
                    release: recipe.release,
                    series: &ingredients.series,
                    regions: &ingredients.regions,
                    tables: &terms.region_tables,
                    groups: &terms.groups,
                    packages: terms.packages.as_ref(),
                    peers: &terms.peers,
                    sets: &terms.sets,
                    sources: &credits,
                    geo_vintage: &terms.geo_vintage,
                    synthetic: terms.synthetic,
                    previous: previous.as_ref().zip(previous_tables).map(
                        |(manifest, (observations, revisions, indicators))| Previous {
                            manifest,
                            observations,
                            revisions,
                            indicators,
                        },
                    ),
                },
                &mut inputs,
                &mut output,
            )
            .map_err(EngineError::Transform)
        })
        .await
        .map_err(|source| EngineError::Aborted {
            operation: "build the tables of a release",
            source,
        })?
    }

    /// Adds to the tables what stands beside them. `entries` say what each indicator was made
    /// from, by id.
    pub(crate) async fn assemble(
        self,
        built: Built,
        entries: Vec<IndicatorEntry>,
    ) -> Result<Staged, EngineError> {
        let site = self.site(&built.regions);
        let facts = ReleaseFacts {
            changed_notes: self.changed_notes(&built.regions).await,
            ..self.facts(&built)
        };
        let staged = assemble(
            self.releases,
            Assembly {
                facts,
                inputs: self.recipe.inputs(&self.ingredients)?,
                recipe: self.recipe.write()?,
                scratch: self.scratch,
                tables: built
                    .files
                    .into_iter()
                    .map(|file| ReleasedTable {
                        path: file.path,
                        rows: file.rows,
                        content_hash: file.content_hash,
                        release: file.release,
                        carried: file.carried,
                    })
                    .collect(),
                previous: self.previous,
                regions: built.regions,
                indicators: entries,
                site: Some(site),
                notes: self.recipe.terms.notes.clone(),
            },
        );
        Ok(staged.await?)
    }

    /// What the settings say of the site. The provinces that they group stand out in it.
    fn site(&self, regions: &[Region]) -> SiteInput {
        let terms = &self.recipe.terms;
        let mut marked: Vec<RegionKey> = Vec::new();
        for member in terms.groups.iter().flat_map(|group| &group.members) {
            if member.level == RegionLevel::Province && !marked.contains(member) {
                marked.push(member.clone());
            }
        }
        let boundaries = self.ingredients.boundaries.as_ref();
        SiteInput {
            contact: terms.contact.clone(),
            marked,
            boundaries: boundaries.map(|boundaries| shapes(boundaries, regions)),
        }
    }

    /// What the documents of the release tell.
    fn facts(&self, built: &Built) -> ReleaseFacts {
        let recipe = &self.recipe;
        let terms = &recipe.terms;
        let series = &self.ingredients.series;
        let indicators = series
            .iter()
            .zip(&built.spans)
            .map(|(series, span)| {
                let indicator = &series.indicator;
                IndicatorFact {
                    id: indicator.indicator_id.clone(),
                    title: indicator.title.clone(),
                    unit: indicator.unit.clone(),
                    producer: indicator.producer.clone(),
                    licence: indicator.licence.clone(),
                    redistributable: indicator.redistributable,
                    state: series.state,
                    data_updated: indicator.data_updated.clone(),
                    rows: span.rows,
                    first_year: span.years.map(|(first, _)| first),
                    last_year: span.years.map(|(_, last)| last),
                }
            })
            .collect();
        let held = recipe
            .indicators
            .iter()
            .zip(series)
            .filter_map(|(indicator, series)| {
                Some(HeldFact {
                    id: indicator.indicator_id.clone(),
                    title: series.indicator.title.clone(),
                    reason: indicator.reason.clone()?,
                })
            })
            .collect();
        let changes = &built.changes;
        ReleaseFacts {
            number: recipe.release,
            moment: recipe.moment,
            synthetic: terms.synthetic,
            program_version: recipe.program_version.clone(),
            schema_version: terms.schema_version.clone(),
            geo_vintage: terms.geo_vintage.clone(),
            sources: terms.sources.iter().map(source_fact).collect(),
            indicators,
            regions: built.observed_regions.clone(),
            rows: built.spans.iter().map(|span| span.rows).sum(),
            changes: changes
                .revised
                .iter()
                .filter(|(id, _)| changes.gone_series.iter().all(|(gone, _)| gone != *id))
                .map(|(id, counts)| IndicatorChange {
                    id: id.clone(),
                    added: counts.added,
                    changed: counts.changed,
                    removed: counts.removed,
                })
                .collect(),
            new_indicators: changes.new_series.clone(),
            new_periods: changes
                .new_periods
                .iter()
                .map(|(id, periods)| (id.clone(), periods.iter().cloned().collect()))
                .collect(),
            revised_figures: changes
                .notable
                .iter()
                .map(|revision| self.revised_figure(revision, &built.regions))
                .collect(),
            gone_indicators: changes.gone_series.clone(),
            held,
            changed_notes: Vec::new(),
        }
    }

    /// Where people say something else than in the release before; nothing where its recipe
    /// cannot be read.
    async fn changed_notes(&self, regions: &[Region]) -> Vec<ChangedNotes> {
        let Some((_, manifest)) = &self.previous else {
            return Vec::new();
        };
        let before = match Recipe::published(self.releases, manifest).await {
            Ok(recipe) => recipe.terms.notes,
            Err(error) => {
                tracing::warn!(
                    release = %manifest.release, error = chain(&error),
                    "The recipe of the release before cannot be read: its notes are not compared"
                );
                return Vec::new();
            }
        };
        changed_notes(&before, &self.recipe.terms.notes, regions)
    }

    /// A revision with the name of its region and the decimals of its indicator.
    fn revised_figure(&self, revision: &NotableRevision, regions: &[Region]) -> RevisedFigure {
        let region = regions.iter().find(|region| region.key == revision.region);
        let mut series = self.ingredients.series.iter();
        let series = series.find(|series| series.indicator.indicator_id == revision.indicator);
        RevisedFigure {
            indicator: revision.indicator.clone(),
            region: region.map_or_else(Text::default, |region| region.name.clone()),
            period: revision.period.clone(),
            sex: revision.sex,
            old: revision.old,
            new: revision.new,
            decimals: series.and_then(|series| series.indicator.decimals),
            reason: revision.reason,
        }
    }
}

/// How many of each region's notes came and went, in the order of the regions' ids.
fn changed_notes(before: &[Note], now: &[Note], regions: &[Region]) -> Vec<ChangedNotes> {
    let before: BTreeSet<&Note> = before.iter().collect();
    let now: BTreeSet<&Note> = now.iter().collect();
    let mut changed: BTreeMap<RegionId, ChangedNotes> = BTreeMap::new();
    for note in before.symmetric_difference(&now) {
        let region = regions.iter().find(|region| region.key == note.region);
        let notes = changed
            .entry(note.region.id())
            .or_insert_with(|| ChangedNotes {
                region: region.map_or_else(Text::default, |region| region.name.clone()),
                came: 0,
                went: 0,
            });
        let number = if now.contains(note) {
            &mut notes.came
        } else {
            &mut notes.went
        };
        *number += 1;
    }
    changed.into_values().collect()
}

fn source_fact(source: &SourceTerms) -> SourceFact {
    SourceFact {
        id: source.id.clone(),
        name: source.name.clone(),
        url: source.url.clone(),
    }
}

fn credit(source: &SourceTerms) -> SourceCredit {
    SourceCredit {
        source: source.id.clone(),
        line: source
            .name
            .clone()
            .map(|name| format!("{name}, {}", source.url)),
    }
}

/// The scratch folder of a release.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Output for Scratch {
    fn create(&mut self, path: &str) -> std::io::Result<Box<dyn Write + Send>> {
        let path = self.0.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(Box::new(BufWriter::new(File::create_new(path)?)))
    }

    fn own_use(&mut self) -> std::io::Result<Box<dyn Write + Send>> {
        let file = File::create_new(own_use::made_in(&self.0))?;
        Ok(Box::new(BufWriter::new(file)))
    }

    fn scratch(&mut self) -> std::io::Result<File> {
        tempfile::tempfile_in(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use botnia_model::{Language, NoteFormat, NoteSubject, RegionCode};

    use super::*;

    fn note(code: &str, text: &str) -> Note {
        let code: RegionCode = code.parse().unwrap();
        Note {
            region: RegionKey::new(RegionLevel::Municipality, code),
            subject: NoteSubject::Theme("children".to_owned()),
            date: jiff::civil::date(2026, 11, 1),
            author: "Vaasa".to_owned(),
            language: Language::Fi,
            format: NoteFormat::Plain,
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_note_that_was_rewritten_came_and_went() {
        let before = [note("905", "a"), note("905", "b"), note("545", "c")];
        let now = [
            note("905", "a"),
            note("905", "d"),
            note("545", "c"),
            note("074", "e"),
        ];
        let counted: Vec<_> = changed_notes(&before, &now, &[])
            .into_iter()
            .map(|notes| (notes.came, notes.went))
            .collect();
        // Halsua, then Vaasa; Närpiö says the same.
        assert_eq!(counted, [(1, 0), (1, 1)]);
    }
}
