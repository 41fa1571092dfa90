//! What held on a day: which municipalities there were, where they belonged, and what
//! became of them.

use std::collections::BTreeMap;

use botnia_model::{RegionCode, RegionKey, RegionLevel};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Municipality, RegionTables};

/// The days on which something holds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Validity {
    /// The first day that is known; `None` where it holds from before 2001 on.
    pub first: Option<Date>,
    /// The last day; `None` while it holds.
    pub last: Option<Date>,
}

impl Validity {
    /// Whether it holds on `day`.
    pub fn holds_on(self, day: Date) -> bool {
        self.first.is_none_or(|first| first <= day) && self.last.is_none_or(|last| day <= last)
    }

    /// Whether the two have a day in common.
    pub(super) fn overlaps(self, other: Self) -> bool {
        let ends_before = |one: Self, other: Self| {
            one.last
                .zip(other.first)
                .is_some_and(|(last, first)| last < first)
        };
        !ends_before(self, other) && !ends_before(other, self)
    }

    /// Whether every day of it is one of `other`.
    pub(super) fn is_within(self, other: Self) -> bool {
        let begins = other
            .first
            .is_none_or(|day| self.first.is_some_and(|first| day <= first));
        let ends = other
            .last
            .is_none_or(|day| self.last.is_some_and(|last| last <= day));
        begins && ends
    }
}

/// A municipality belonged to a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The municipality's code.
    pub municipality: RegionCode,
    /// The region.
    pub region: RegionKey,
    /// When, as far as it is known.
    pub validity: Validity,
}

/// How municipalities are classified, apart from the regions they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Classification {
    /// Statistics Finland's language distribution of municipalities: `finnish`,
    /// `bilingual_finnish_majority`, `bilingual_swedish_majority`, `swedish`.
    LanguageStatus,
    /// Statistics Finland's statistical grouping of municipalities: `urban`, `semi_urban`,
    /// `rural`.
    UrbanRural,
}

impl Classification {
    /// Its name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LanguageStatus => "language_status",
            Self::UrbanRural => "urban_rural",
        }
    }
}

/// A municipality was of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MunicipalityClass {
    /// The municipality's code.
    pub municipality: RegionCode,
    /// In which classification.
    pub classification: Classification,
    /// The class, one of the classification's words.
    pub class: String,
    /// When, as far as it is known.
    pub validity: Validity,
}

/// What a municipality of one day is on a later day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Succession {
    /// A municipality with the same code. Others may have been merged into it.
    Same,
    /// Part of one other municipality.
    Merged(RegionCode),
    /// Divided between several municipalities, in the order of their codes. Nothing says
    /// which part of a figure went where.
    Split(Vec<RegionCode>),
    /// Not known: it was no municipality on the first day, or the other day is earlier.
    Unknown,
}

impl RegionTables {
    /// The municipalities of `day`, by code. From 2000-01-01 on.
    pub fn municipalities_on(&self, day: Date) -> impl Iterator<Item = &Municipality> {
        let municipalities = self.municipalities.iter();
        municipalities.filter(move |municipality| municipality.exists_on(day))
    }

    /// The region of `level` to which a municipality belonged on `day`, where it is known:
    /// `config/regions/README.md` says from which day on for each level.
    pub fn member_on(
        &self,
        municipality: &RegionCode,
        level: RegionLevel,
        day: Date,
    ) -> Option<&RegionCode> {
        self.memberships_of(municipality)
            .iter()
            .find(|membership| {
                membership.region.level == level && membership.validity.holds_on(day)
            })
            .map(|membership| &membership.region.code)
    }

    /// The municipalities that are known to have belonged to `region` on `day`, by code. A
    /// municipality is its own and only member.
    pub fn members_on(&self, region: &RegionKey, day: Date) -> Vec<&Municipality> {
        if region.level == RegionLevel::Municipality {
            let itself = self.municipality(&region.code);
            return itself
                .filter(|municipality| municipality.exists_on(day))
                .into_iter()
                .collect();
        }
        self.memberships
            .iter()
            .filter(|membership| membership.region == *region && membership.validity.holds_on(day))
            .filter_map(|membership| self.municipality(&membership.municipality))
            .collect()
    }

    /// The language status of a municipality on `day`; known from 2013-01-01 on.
    pub fn language_status_on(&self, municipality: &RegionCode, day: Date) -> Option<&str> {
        self.class_on(municipality, Classification::LanguageStatus, day)
    }

    /// Whether a municipality was urban, semi-urban or rural on `day`; known from
    /// 2013-01-01 on. It is revised every year, so figures of a year want the class of
    /// that year.
    pub fn urban_rural_on(&self, municipality: &RegionCode, day: Date) -> Option<&str> {
        self.class_on(municipality, Classification::UrbanRural, day)
    }

    /// What became of a municipality of the day `from` until the day `to`, over as many
    /// mergers as there were.
    pub fn successors(&self, municipality: &RegionCode, from: Date, to: Date) -> Succession {
        let existed = self
            .municipality(municipality)
            .is_some_and(|known| known.exists_on(from));
        if !existed || to < from {
            return Succession::Unknown;
        }
        let mut living = BTreeMap::new();
        let mut open = vec![municipality];
        while let Some(code) = open.pop() {
            if self
                .municipality(code)
                .is_some_and(|known| known.exists_on(to))
            {
                living.insert(code.as_str(), code);
                continue;
            }
            let before = open.len();
            open.extend(self.abolitions(code).map(|to| &to.code));
            if open.len() == before {
                return Succession::Unknown;
            }
        }
        let mut living: Vec<RegionCode> = living.into_values().cloned().collect();
        match living.len() {
            1 if living[0] == *municipality => Succession::Same,
            1 => Succession::Merged(living.remove(0)),
            _ => Succession::Split(living),
        }
    }

    /// What became of a municipality at once when it was abolished.
    pub(super) fn abolitions(&self, municipality: &RegionCode) -> impl Iterator<Item = &RegionKey> {
        self.changes
            .iter()
            .filter(|change| ["merger", "split"].contains(&change.kind.as_str()))
            .filter(move |change| {
                change.from.level == RegionLevel::Municipality && change.from.code == *municipality
            })
            .map(|change| &change.to)
    }

    fn memberships_of(&self, municipality: &RegionCode) -> &[Membership] {
        let of = |membership: &Membership| {
            let own = membership.municipality.as_str();
            own.cmp(municipality.as_str())
        };
        let begin = self.memberships.partition_point(|one| of(one).is_lt());
        let end = self.memberships.partition_point(|one| of(one).is_le());
        &self.memberships[begin..end]
    }

    fn class_on(
        &self,
        municipality: &RegionCode,
        classification: Classification,
        day: Date,
    ) -> Option<&str> {
        self.classes
            .iter()
            .filter(|known| {
                known.municipality == *municipality && known.classification == classification
            })
            .find(|known| known.validity.holds_on(day))
            .map(|known| known.class.as_str())
    }
}
