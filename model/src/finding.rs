//! Findings: what was wrong or odd with an answer, counted, never dropped in silence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::indicator::word_enum;

word_enum!(
    /// What was found.
    FindingKind {
        /// A row's region id is not in the region list of the sweep.
        UnknownRegion = "unknown_region",
        /// A region's category is not known to botnia.
        UnknownRegionCategory = "unknown_region_category",
        /// The same region, period and sex again, with the same figures.
        DuplicateRow = "duplicate_row",
        /// The same region, period and sex again, with other figures: neither is taken.
        ContradictoryRow = "contradictory_row",
        /// A row of another indicator than the one asked for.
        WrongIndicator = "wrong_indicator",
        /// A sex that is not male, female or total.
        UnknownSex = "unknown_sex",
        /// A year outside 1900–2100.
        ImpossibleYear = "impossible_year",
        /// A value that is no finite number.
        ImpossibleValue = "impossible_value",
        /// A row that is not an object with the fields of a row.
        UnreadableRow = "unreadable_row",
        /// A row without a value: kept as an observation without one.
        RowWithoutValue = "row_without_value",
        /// A symbol in place of a value whose meaning nobody has stated.
        UnknownSymbol = "unknown_symbol",
        /// A title that had to be cleaned.
        TitleCleaned = "title_cleaned",
        /// A title that differs in wording from the one in the indicator set.
        TitleDrift = "title_drift",
        /// A region that appears twice in the region list.
        DuplicateRegion = "duplicate_region",
    }
);

impl FindingKind {
    /// Whether a row of the answer is *not* among the observations because of this.
    pub fn withholds_row(self) -> bool {
        matches!(
            self,
            Self::UnknownRegion
                | Self::UnknownRegionCategory
                | Self::DuplicateRow
                | Self::ContradictoryRow
                | Self::WrongIndicator
                | Self::UnknownSex
                | Self::ImpossibleYear
                | Self::ImpossibleValue
                | Self::UnreadableRow
        )
    }
}

/// One kind of finding in one answer: how often, with a few examples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How many rows or texts.
    pub count: u64,
    /// The first few, as found: the row's own text or a short description. The bytes
    /// themselves stay in the archive.
    pub examples: Vec<String>,
}

/// All findings of one answer or one indicator, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Findings(BTreeMap<FindingKind, Finding>);

impl Findings {
    /// Examples kept per kind.
    pub const EXAMPLES: usize = 5;

    /// Adds one; `example` is only called while examples are still kept.
    pub fn add(&mut self, kind: FindingKind, example: impl FnOnce() -> String) {
        let finding = self.0.entry(kind).or_insert(Finding {
            count: 0,
            examples: Vec::new(),
        });
        finding.count += 1;
        if finding.examples.len() < Self::EXAMPLES {
            finding.examples.push(example());
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        for (kind, finding) in &other.0 {
            let own = self.0.entry(*kind).or_insert(Finding {
                count: 0,
                examples: Vec::new(),
            });
            own.count += finding.count;
            let room = Self::EXAMPLES.saturating_sub(own.examples.len());
            own.examples
                .extend(finding.examples.iter().take(room).cloned());
        }
    }

    /// How many of a kind.
    pub fn count(&self, kind: FindingKind) -> u64 {
        self.0.get(&kind).map_or(0, |finding| finding.count)
    }

    /// How many rows are not among the observations: rows in = rows out + this.
    pub fn withheld_rows(&self) -> u64 {
        self.iter()
            .filter(|(kind, _)| kind.withholds_row())
            .map(|(_, finding)| finding.count)
            .sum()
    }

    /// All of them, by kind.
    pub fn iter(&self) -> impl Iterator<Item = (FindingKind, &Finding)> {
        self.0.iter().map(|(kind, finding)| (*kind, finding))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
