//! A ledger that was lost: the next one begins with what the newest release says, so that
//! gates have figures to compare with, and an indicator that fails has figures to fall back
//! on.
//!
//! What no release tells is gone: what was held, approved, rejected or asked for before. The
//! sources are asked for everything again.

use std::collections::BTreeMap;

use botnia_config::{IndicatorMapping, SetIndicator, SourceSettings};
use botnia_model::{ContentHash, IndicatorEntry, Manifest, ReleaseNumber, SourceId};
use botnia_transform::normalise::{self, NORMALISER_VERSION, Reading};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::ledger::{Beginning, Figures};
use super::release::recipe::Recipe;
use super::sweep::{chain, expected, themes};
use super::{Engine, EngineError};

impl Engine {
    /// Begins a ledger that knows nothing from the newest release, if there is one. The
    /// answer is its number.
    pub(super) async fn begin_ledger(&self) -> Result<Option<ReleaseNumber>, EngineError> {
        if !self.ledger.is_new().await? {
            return Ok(None);
        }
        let Some((record, manifest)) = self.releases.latest().await? else {
            return Ok(None);
        };
        let recipe = self.recipe_of(&manifest).await;
        let mut divisions: BTreeMap<&SourceId, (Option<ContentHash>, ContentHash)> =
            BTreeMap::new();
        let mut series = Vec::new();
        for entry in &manifest.indicators {
            let id = &entry.indicator_id;
            let mut sources = self.settings.source.iter();
            let Some(source) = sources.find(|source| source.id == *id.source()) else {
                continue;
            };
            let division = match divisions.get(&source.id) {
                Some((list, division)) if *list == entry.regions => *division,
                _ => match self.frame_of(source, entry.regions).await {
                    Ok(Ok(frame)) => frame.division,
                    // Not to be compared with: the figures are asked for again anyway.
                    Ok(Err(_)) | Err(EngineError::Archive(_)) => {
                        entry.regions.unwrap_or(entry.normalised)
                    }
                    Err(error) => return Err(error),
                },
            };
            divisions.insert(&source.id, (entry.regions, division));
            let expected = self.expected_then(recipe.as_ref(), entry);
            let mapping = mapping_then(recipe.as_ref(), source, entry);
            let figures = self.figures(source, &manifest, entry, division, expected, mapping);
            series.push((id.clone(), figures.await));
        }
        let beginning = Beginning {
            release: record.release,
            manifest: record.manifest,
            series,
            divisions: divisions
                .into_iter()
                .map(|(source, (list, division))| (source.clone(), list, division))
                .collect(),
            divided_since: self.beginning_of(&manifest.geo_vintage),
            notes: recipe.map_or_else(Vec::new, |recipe| recipe.terms.notes),
        };
        self.ledger.begin_from(self.clock.now(), &beginning).await?;
        Ok(Some(record.release))
    }

    /// What a release was made from; `None` where that cannot be told.
    async fn recipe_of(&self, manifest: &Manifest) -> Option<Recipe> {
        match Recipe::published(&self.releases, manifest).await {
            Ok(recipe) => Some(recipe),
            Err(error) => {
                tracing::warn!(
                    release = %manifest.release, error = chain(&error),
                    "The recipe of the newest release cannot be read: the present sets stand in for it"
                );
                None
            }
        }
    }

    /// What a set said of an indicator when its figures were read.
    fn expected_then(
        &self,
        recipe: Option<&Recipe>,
        entry: &IndicatorEntry,
    ) -> Option<SetIndicator> {
        let id = &entry.indicator_id;
        let Some(recipe) = recipe else {
            return expected(&self.sets, id).cloned();
        };
        let mut indicators = recipe.indicators.iter();
        let read_under = indicators
            .find(|indicator| indicator.indicator_id == *id)
            .and_then(|indicator| indicator.read_under.as_ref());
        match read_under {
            Some(read_under) => read_under.expected.clone(),
            None => expected(&recipe.terms.sets, id).cloned(),
        }
    }

    /// The figures of an indicator, as far as a release tells.
    async fn figures(
        &self,
        source: &SourceSettings,
        manifest: &Manifest,
        entry: &IndicatorEntry,
        division: ContentHash,
        expected: Option<SetIndicator>,
        mapping: Option<Box<IndicatorMapping>>,
    ) -> Figures {
        let id = &entry.indicator_id;
        let described = self.archive.read(&entry.description).await.ok();
        let described = described.and_then(|body| {
            let themes = themes(&self.sets, id);
            let reading = Reading {
                kind: source.kind,
                mapping: mapping.as_deref(),
            };
            normalise::describe(reading, id, &body, expected.as_ref(), &themes).ok()
        });
        Figures {
            description: entry.description,
            data: entry.data.clone(),
            // Nobody knows which years were asked for: so they are asked for again.
            years: String::new(),
            regions: entry.regions,
            division,
            title: described.map_or_else(|| id.to_string(), |it| it.indicator.title.fi),
            normalised: entry.normalised,
            normaliser: NORMALISER_VERSION,
            expected,
            mapping,
            last_year: None,
            rows_in: entry.rows_in,
            rows_out: entry.rows_out,
            findings: entry.findings.clone(),
            synthetic: manifest.synthetic,
            warnings: Vec::new(),
            approval: None,
        }
    }

    /// The first moment of a day in the settings' time zone; now, where it is no day.
    fn beginning_of(&self, day: &str) -> Timestamp {
        let zone = TimeZone::get(&self.settings.time_zone).unwrap_or(TimeZone::UTC);
        let start = day.parse::<Date>().ok();
        let start = start.and_then(|date| date.to_zoned(zone).ok());
        start.map_or_else(|| self.clock.now(), |start| start.timestamp())
    }
}

/// How the table of an indicator was read, where its source has tables.
fn mapping_then(
    recipe: Option<&Recipe>,
    source: &SourceSettings,
    entry: &IndicatorEntry,
) -> Option<Box<IndicatorMapping>> {
    let id = &entry.indicator_id;
    let Some(recipe) = recipe else {
        let mapping = source.mapping(id.source_indicator());
        return mapping.cloned().map(Box::new);
    };
    let mut indicators = recipe.indicators.iter();
    let indicator = indicators.find(|indicator| indicator.indicator_id == *id);
    indicator.and_then(|indicator| indicator.mapping.clone())
}
