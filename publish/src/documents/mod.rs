//! The documents of a release: for people (in Finnish, Swedish and English) and for
//! catalogues. All of them are functions of [`ReleaseFacts`] and the files beside them;
//! the moment is a fact like any other.

mod bulletin;
mod catalog;
pub(crate) mod changes;
mod citation;
mod columns;
mod croissant;
mod datapackage;
mod dictionary;
mod licence;
pub(crate) mod readme;
pub(crate) mod words;

use std::collections::BTreeMap;

use botnia_model::{
    ContentHash, IndicatorId, IndicatorState, Period, Producer, RegionLevel, ReleaseNumber,
    RevisionReason, Sex, SourceId, Text,
};
use jiff::Timestamp;

pub use crate::table::ColumnKind;
pub use columns::{column_description, column_meaning};
pub use dictionary::data_dictionary;

use crate::PublishError;

/// What the documents of a release tell, except its files.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseFacts {
    /// The number.
    pub number: ReleaseNumber,
    /// When it is released, UTC.
    pub moment: Timestamp,
    /// Whether a synthetic source took part.
    pub synthetic: bool,
    /// The version of the program.
    pub program_version: String,
    /// The version of the dataset's layout.
    pub schema_version: String,
    /// The territorial division: the day of the region list, `YYYY-MM-DD`.
    pub geo_vintage: String,
    /// The sources, by id.
    pub sources: Vec<SourceFact>,
    /// The indicators, by id.
    pub indicators: Vec<IndicatorFact>,
    /// How many regions of each level have observations.
    pub regions: Vec<(RegionLevel, u64)>,
    /// Observations, of all levels.
    pub rows: u64,
    /// How many observations changed since the release before, per indicator; only
    /// indicators that both releases have, and only where something did.
    pub changes: Vec<IndicatorChange>,
    /// Periods, in order, of which the release before had no figure, per indicator that
    /// both releases have.
    pub new_periods: Vec<(IndicatorId, Vec<Period>)>,
    /// The figures whose revision a reader should hear of first, the largest first.
    pub revised_figures: Vec<RevisedFigure>,
    /// Indicators that the release before did not have.
    pub new_indicators: Vec<IndicatorId>,
    /// Indicators that only the release before had, with their titles.
    pub gone_indicators: Vec<(IndicatorId, Text)>,
    /// Indicators that show older figures than the source may have, and why.
    pub held: Vec<HeldFact>,
    /// The regions of which people say something else than in the release before, in the
    /// order of their ids.
    pub changed_notes: Vec<ChangedNotes>,
}

/// How many notes of a region came and went since the release before. A note that was
/// rewritten came and went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedNotes {
    /// The name of the region.
    pub region: Text,
    /// How many the release before did not have.
    pub came: u64,
    /// How many only the release before had.
    pub went: u64,
}

/// A source of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFact {
    /// Its id.
    pub id: SourceId,
    /// Its name.
    pub name: Text,
    /// Where a person finds it.
    pub url: String,
}

/// An indicator of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorFact {
    /// The id.
    pub id: IndicatorId,
    /// The title.
    pub title: Text,
    /// The unit in words.
    pub unit: Text,
    /// Who makes the figures.
    pub producer: Option<Producer>,
    /// The SPDX id or name of the licence.
    pub licence: String,
    /// Whether the figures may be published onward. If not, the release tells what the
    /// indicator is and has none of its figures.
    pub redistributable: bool,
    /// Whether the figures are kept up.
    pub state: IndicatorState,
    /// The source's own date of the last update, `YYYY-MM-DD`.
    pub data_updated: Option<String>,
    /// Observations.
    pub rows: u64,
    /// The first year with an observation.
    pub first_year: Option<i32>,
    /// The last year with an observation.
    pub last_year: Option<i32>,
}

/// What changed within one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorChange {
    /// The indicator.
    pub id: IndicatorId,
    /// Observations that the release before did not have.
    pub added: u64,
    /// Observations with another value or status.
    pub changed: u64,
    /// Observations that only the release before had.
    pub removed: u64,
}

/// A figure that was revised.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisedFigure {
    /// The indicator.
    pub indicator: IndicatorId,
    /// The name of the region.
    pub region: Text,
    /// When.
    pub period: Period,
    /// Of whom.
    pub sex: Sex,
    /// The figure before, in the unit of the indicator.
    pub old: f64,
    /// The figure now.
    pub new: f64,
    /// With how many decimals the source shows it, where it says so.
    pub decimals: Option<u8>,
    /// Why it was revised.
    pub reason: RevisionReason,
}

/// An indicator that shows its last good figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFact {
    /// The indicator.
    pub id: IndicatorId,
    /// Its title, as far as known.
    pub title: Text,
    /// The code of the reason: of a hold (`title_differs`, `rows_lost`, …) or of a
    /// failed fetch (`unavailable`, `refused`, …).
    pub reason: String,
}

/// A top-level table of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFact {
    /// Its path within the release.
    pub path: String,
    /// Rows.
    pub rows: u64,
    /// Length in bytes.
    pub bytes: u64,
    /// The hash of its bytes.
    pub sha256: ContentHash,
    /// Its columns, in order.
    pub columns: Vec<ColumnFact>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnFact {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

impl TableFact {
    /// The table's name: its path without the ending.
    pub(crate) fn name(&self) -> &str {
        self.path.strip_suffix(".parquet").unwrap_or(&self.path)
    }
}

/// Every document of a release: its path and its bytes.
///
/// # Errors
/// [`PublishError::WriteJson`].
pub(crate) fn all(
    facts: &ReleaseFacts,
    parent: Option<ReleaseNumber>,
    tables: &[TableFact],
) -> Result<Vec<(&'static str, Vec<u8>)>, PublishError> {
    let mut documents = vec![
        ("README.md", readme::readme(facts, tables).into_bytes()),
        ("LICENCE.md", licence::licence(facts).into_bytes()),
        ("CITATION.cff", citation::citation(facts).into_bytes()),
        ("CHANGES.md", changes::changes(facts, parent).into_bytes()),
        ("datapackage.json", datapackage::datapackage(facts, tables)?),
        ("catalog.jsonld", catalog::catalog(facts, tables)?),
        ("croissant.json", croissant::croissant(facts, tables)?),
    ];
    let bulletins = bulletin::bulletins(facts, parent.is_none());
    documents.extend(bulletins.map(|(path, text)| (path, text.into_bytes())));
    Ok(documents)
}

impl ReleaseFacts {
    /// The first and the last year with an observation.
    pub(crate) fn years(&self) -> Option<(i32, i32)> {
        let first = self
            .indicators
            .iter()
            .filter_map(|one| one.first_year)
            .min()?;
        let last = self
            .indicators
            .iter()
            .filter_map(|one| one.last_year)
            .max()?;
        Some((first, last))
    }

    /// The release's date, UTC, `YYYY-MM-DD`.
    fn date(&self) -> String {
        self.moment.strftime("%Y-%m-%d").to_string()
    }

    /// The dataset's version: that of its layout, and the release as build metadata.
    fn version(&self) -> String {
        format!("{}+{}", self.schema_version, self.number)
    }

    /// The licence that holds for all figures of the release, where there is one: an SPDX
    /// id.
    fn single_licence(&self) -> Option<&str> {
        let mut licences = self
            .indicators
            .iter()
            .filter(|indicator| indicator.redistributable)
            .map(|indicator| indicator.licence.as_str());
        let first = licences.next()?;
        licences.all(|other| other == first).then_some(first)
    }

    /// The producers whose figures the release has: by id, those without one first.
    fn producers(&self) -> Vec<ProducerFacts<'_>> {
        self.producers_of(|indicator| indicator.redistributable)
    }

    /// The producers of indicators whose figures may not be published.
    fn withheld_producers(&self) -> Vec<ProducerFacts<'_>> {
        self.producers_of(|indicator| !indicator.redistributable)
    }

    fn producers_of(&self, wanted: fn(&IndicatorFact) -> bool) -> Vec<ProducerFacts<'_>> {
        let mut producers: BTreeMap<(&str, &str), ProducerFacts<'_>> = BTreeMap::new();
        for indicator in self.indicators.iter().filter(|one| wanted(one)) {
            let id = indicator
                .producer
                .as_ref()
                .map_or("", |one| one.id.as_str());
            let key = (id, indicator.licence.as_str());
            producers
                .entry(key)
                .or_insert_with(|| ProducerFacts {
                    producer: indicator.producer.as_ref(),
                    licence: &indicator.licence,
                    sources: Vec::new(),
                    indicators: 0,
                })
                .add(indicator);
        }
        // Several sources may have figures of one producer, under ids of their own.
        let mut merged: Vec<ProducerFacts<'_>> = Vec::new();
        for facts in producers.into_values() {
            match merged.iter_mut().find(|known| known.is_of_same(&facts)) {
                Some(known) => known.merge(&facts),
                None => merged.push(facts),
            }
        }
        merged
    }

    pub(crate) fn source(&self, id: &SourceId) -> Option<&SourceFact> {
        self.sources.iter().find(|source| source.id == *id)
    }

    pub(crate) fn find(&self, id: &IndicatorId) -> Option<&IndicatorFact> {
        self.indicators.iter().find(|indicator| indicator.id == *id)
    }

    pub(crate) fn indicator_title(&self, id: &IndicatorId) -> Text {
        self.find(id)
            .map(|indicator| indicator.title.clone())
            .unwrap_or_default()
    }
}

impl IndicatorFact {
    /// The years with an observation: `1990–2025`.
    pub(crate) fn years(&self) -> Option<String> {
        let (first, last) = (self.first_year?, self.last_year?);
        Some(if first == last {
            first.to_string()
        } else {
            format!("{first}–{last}")
        })
    }
}

/// The indicators of one producer under one licence.
struct ProducerFacts<'a> {
    producer: Option<&'a Producer>,
    licence: &'a str,
    sources: Vec<&'a SourceId>,
    indicators: u64,
}

impl<'a> ProducerFacts<'a> {
    fn add(&mut self, indicator: &'a IndicatorFact) {
        self.indicators += 1;
        let source = indicator.id.source();
        if !self.sources.contains(&source) {
            self.sources.push(source);
        }
    }

    /// Whether both are of one producer, by name, under one licence.
    fn is_of_same(&self, other: &Self) -> bool {
        let name = |facts: &Self| facts.producer.map(|producer| producer.name.clone());
        self.licence == other.licence && name(self) == name(other)
    }

    fn merge(&mut self, other: &Self) {
        self.indicators += other.indicators;
        for source in &other.sources {
            if !self.sources.contains(source) {
                self.sources.push(source);
            }
        }
    }
}

#[cfg(test)]
mod tests;
