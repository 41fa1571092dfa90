//! Whom a file owes: licence, attribution and sources of what it really contains.

use std::collections::{BTreeMap, BTreeSet};

use botnia_model::{Indicator, IndicatorId, Language, SourceId, Text};

use super::{Series, SourceCredit};

/// Where the division into regions comes from.
fn region_tables_line(language: Language) -> &'static str {
    match language {
        Language::Fi => {
            "Aluejaot ja niiden muutokset: Tilastokeskus, luokituspalvelu, \
             https://stat.fi/fi/luokitukset."
        }
        Language::Sv => {
            "Regionindelningar och ändringar i dem: Statistikcentralen, klassificeringstjänsten, \
             https://stat.fi/sv/luokitukset."
        }
        Language::En => {
            "Regional divisions and their changes: Statistics Finland, classification services, \
             https://stat.fi/en/luokitukset."
        }
    }
}

const REGION_TABLES_SOURCE: &str = "statistics-finland";
const REGION_TABLES_LICENCE: &str = "CC-BY-4.0";

/// What was done to the figures of a file: CC BY asks to say so.
#[derive(Clone, Copy)]
pub(super) enum Treatment {
    /// Codes, columns and order are ours, the figures are the producer's.
    Rearranged,
    /// As above, and some figures are aggregates of ours.
    Aggregated,
    /// Changes and comparisons are computed from the figures.
    Derived,
}

impl Treatment {
    /// Of observations, some of which are perhaps computed.
    pub(super) fn of_observations(any_is_computed: bool) -> Self {
        if any_is_computed {
            Self::Aggregated
        } else {
            Self::Rearranged
        }
    }

    fn line(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Rearranged, Language::Fi) => {
                "Botnia on järjestänyt aineiston uudelleen; luvut ovat ennallaan."
            }
            (Self::Rearranged, Language::Sv) => {
                "Botnia har ordnat om uppgifterna; värdena är oförändrade."
            }
            (Self::Rearranged, Language::En) => "Rearranged by botnia; the figures are unchanged.",
            (Self::Aggregated, Language::Fi) => {
                "Botnia on järjestänyt aineiston uudelleen; julkaistut luvut ovat ennallaan. \
                 Botnia on laskenut niistä ne luvut, joiden `origin` on `computed`; tuottaja ei \
                 ole vahvistanut niitä."
            }
            (Self::Aggregated, Language::Sv) => {
                "Botnia har ordnat om uppgifterna; de publicerade värdena är oförändrade. Botnia \
                 har av dem räknat ut de värden vars `origin` är `computed`; producenten har inte \
                 bekräftat dem."
            }
            (Self::Aggregated, Language::En) => {
                "Rearranged by botnia; the published figures are unchanged. Botnia calculated \
                 from them those whose `origin` is `computed`; the producer has not confirmed \
                 these."
            }
            (Self::Derived, Language::Fi) => {
                "Botnia on järjestänyt aineiston uudelleen ja laskenut muutokset ja vertailut."
            }
            (Self::Derived, Language::Sv) => {
                "Botnia har ordnat om uppgifterna och räknat ut förändringarna och jämförelserna."
            }
            (Self::Derived, Language::En) => {
                "Rearranged by botnia, which also computed the changes and comparisons."
            }
        }
    }
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

    /// All indicators of the release, whether or not their figures may be published.
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
            attribution: in_each_language(|language| lines_of(&ids, self.sources, language)),
            sources: join(ids.into_iter().map(SourceId::as_str), "; "),
        }
        .with_region_tables()
    }
}

/// The licence, attribution and sources of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Credit {
    pub(super) licence: String,
    pub(super) attribution: Text,
    pub(super) sources: String,
}

impl Credit {
    fn of<'i>(
        indicators: impl IntoIterator<Item = &'i Indicator>,
        sources: &[SourceCredit],
        treatment: Treatment,
    ) -> Self {
        let mut licences = BTreeSet::new();
        let mut producers: BTreeMap<(&str, &str), &Text> = BTreeMap::new();
        let mut source_ids = BTreeSet::new();
        for indicator in indicators {
            licences.insert(indicator.licence.as_str());
            source_ids.insert(indicator.indicator_id.source());
            if let Some(producer) = &indicator.producer {
                let key = (producer.name.or_finnish(Language::En), producer.id.as_str());
                producers.insert(key, &producer.name);
            }
        }
        let attribution = in_each_language(|language| {
            let mut lines = lines_of(&source_ids, sources, language);
            if !producers.is_empty() {
                let word = match language {
                    Language::Fi => "Tuottajat",
                    Language::Sv => "Producenter",
                    Language::En => "Producers",
                };
                let mut names: Vec<&str> = Vec::new();
                for name in producers.values().map(|name| name.or_finnish(language)) {
                    // An organisation may have two ids.
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                lines.push(format!("{word}: {}.", names.join("; ")));
                lines.push(treatment.line(language).to_owned());
            }
            lines
        });
        Self {
            licence: join(licences, "; "),
            attribution,
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
        let attribution = &self.attribution;
        self.attribution = in_each_language(|language| {
            let line = region_tables_line(language);
            match attribution.get(language) {
                "" => vec![line.to_owned()],
                before => vec![before.to_owned(), line.to_owned()],
            }
        });
        if !self.sources.is_empty() {
            self.sources.push_str("; ");
        }
        self.sources.push_str(REGION_TABLES_SOURCE);
        self
    }
}

fn lines_of(
    ids: &BTreeSet<&SourceId>,
    sources: &[SourceCredit],
    language: Language,
) -> Vec<String> {
    sources
        .iter()
        .filter(|credit| ids.contains(&credit.source))
        .map(|credit| credit.line.or_finnish(language).to_owned())
        .collect()
}

/// Sentences in each language.
fn in_each_language(lines: impl Fn(Language) -> Vec<String>) -> Text {
    Text {
        fi: lines(Language::Fi).join(" "),
        sv: lines(Language::Sv).join(" "),
        en: lines(Language::En).join(" "),
    }
}

fn join<'t>(texts: impl IntoIterator<Item = &'t str>, separator: &str) -> String {
    texts.into_iter().collect::<Vec<_>>().join(separator)
}
