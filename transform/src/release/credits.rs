//! Whom a file owes: licence, attribution and sources of what it really contains.

use std::collections::BTreeSet;

use botnia_model::{Indicator, IndicatorId, SourceId};

use super::{Series, SourceCredit};

/// Where the division into regions comes from.
const REGION_TABLES_LINE: &str = "Regional divisions and their changes: Statistics Finland, classification services, \
     https://stat.fi/en/luokitukset.";
const REGION_TABLES_SOURCE: &str = "statistics-finland";
const REGION_TABLES_LICENCE: &str = "CC-BY-4.0";

/// What was done to the figures of a file: CC BY asks to say so.
#[derive(Clone, Copy)]
pub(super) enum Treatment {
    /// Codes, columns and order are ours, the figures are the producer's.
    Rearranged,
    /// Changes and comparisons are computed from the figures.
    Derived,
}

/// The series of a release and how their sources want to be named.
#[derive(Clone, Copy)]
pub(super) struct Catalogue<'a> {
    pub(super) series: &'a [Series],
    pub(super) sources: &'a [SourceCredit],
}

impl<'a> Catalogue<'a> {
    /// An indicator of the release.
    pub(super) fn find(self, id: &IndicatorId) -> Option<&'a Indicator> {
        self.series
            .binary_search_by(|series| series.indicator.indicator_id.cmp(id))
            .ok()
            .map(|position| &self.series[position].indicator)
    }

    /// All indicators of the release.
    pub(super) fn indicators(self) -> impl Iterator<Item = &'a Indicator> {
        self.series.iter().map(|series| &series.indicator)
    }

    /// Of a file with figures or texts of `indicators`.
    pub(super) fn credit<'i>(
        self,
        indicators: impl IntoIterator<Item = &'i Indicator>,
        treatment: Treatment,
    ) -> Credit {
        Credit::of(indicators, self.sources, treatment)
    }

    /// Of the list of all regions, which names no producer.
    pub(super) fn region_credit(self) -> Credit {
        let ids: BTreeSet<&SourceId> = self.sources.iter().map(|credit| &credit.source).collect();
        Credit {
            licence: String::new(),
            attribution: lines_of(&ids, self.sources).join(" "),
            sources: join(ids.into_iter().map(SourceId::as_str), "; "),
        }
        .with_region_tables()
    }
}

/// The licence, attribution and sources of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Credit {
    pub(super) licence: String,
    pub(super) attribution: String,
    pub(super) sources: String,
}

impl Credit {
    fn of<'i>(
        indicators: impl IntoIterator<Item = &'i Indicator>,
        sources: &[SourceCredit],
        treatment: Treatment,
    ) -> Self {
        let mut licences = BTreeSet::new();
        let mut producers = BTreeSet::new();
        let mut source_ids = BTreeSet::new();
        for indicator in indicators {
            licences.insert(indicator.licence.as_str());
            source_ids.insert(indicator.indicator_id.source());
            if let Some(producer) = &indicator.producer {
                let name = match producer.name.en.as_str() {
                    "" => &producer.name.fi,
                    english => english,
                };
                producers.insert(name);
            }
        }
        let mut lines = lines_of(&source_ids, sources);
        if !producers.is_empty() {
            lines.push(format!("Producers: {}.", join(producers, "; ")));
            lines.push(
                match treatment {
                    Treatment::Rearranged => "Rearranged by botnia; the figures are unchanged.",
                    Treatment::Derived => {
                        "Rearranged by botnia, which also computed the changes and comparisons."
                    }
                }
                .to_owned(),
            );
        }
        Self {
            licence: join(licences, "; "),
            attribution: lines.join(" "),
            sources: join(source_ids.into_iter().map(SourceId::as_str), "; "),
        }
    }

    /// Adds the tables of regions that ship with botnia.
    pub(super) fn with_region_tables(mut self) -> Self {
        if self.licence.is_empty() {
            REGION_TABLES_LICENCE.clone_into(&mut self.licence);
        } else if !self
            .licence
            .split("; ")
            .any(|one| one == REGION_TABLES_LICENCE)
        {
            self.licence = format!("{}; {REGION_TABLES_LICENCE}", self.licence);
        }
        if !self.attribution.is_empty() {
            self.attribution.push(' ');
        }
        self.attribution.push_str(REGION_TABLES_LINE);
        if !self.sources.is_empty() {
            self.sources.push_str("; ");
        }
        self.sources.push_str(REGION_TABLES_SOURCE);
        self
    }
}

fn lines_of(ids: &BTreeSet<&SourceId>, sources: &[SourceCredit]) -> Vec<String> {
    sources
        .iter()
        .filter(|credit| ids.contains(&credit.source))
        .map(|credit| credit.line.clone())
        .collect()
}

fn join<'t>(texts: impl IntoIterator<Item = &'t str>, separator: &str) -> String {
    texts.into_iter().collect::<Vec<_>>().join(separator)
}
