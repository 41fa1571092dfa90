//! Indicator sets: reviewed, versioned lists of indicators with what is expected of each.

use botnia_model::{Polarity, SourceId, SourceIndicator, Text, ValueKind};

/// One set: `config/sets/<id>.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct IndicatorSet {
    /// The file's name without its ending: `hyvinvointikertomus`.
    pub id: String,
    /// Raised with every reviewed change.
    pub version: u32,
    /// The set's title.
    pub title: Text,
    /// What the set is for and where it comes from.
    pub description: Text,
    /// The source of its indicators: `sotkanet`.
    pub source: SourceId,
    /// Its indicators, in reading order.
    pub indicators: Vec<SetIndicator>,
}

/// One indicator of a set.
#[derive(Clone, Debug, PartialEq)]
pub struct SetIndicator {
    /// What the source calls it.
    pub id: SourceIndicator,
    /// The title that is expected under that id, as reviewed.
    pub title: Text,
    /// Theme of the life course: `population`, `economy`, `children`, `young_adults`,
    /// `working_age`, `older_people`, `everyone`, `health_promotion`, `nordic`.
    pub theme: String,
    /// Topics across the themes: `child_welfare`, `older_people_services`, …
    pub topics: Vec<String>,
    /// Which direction is good.
    pub polarity: Polarity,
    /// What kind of number it is.
    pub value_kind: ValueKind,
    /// What the value is a share or rate of, in words; empty for counts.
    pub denominator: Text,
    /// The producer's name as reviewed.
    pub producer: String,
    /// Sexes the source declares for it; empty when none is declared.
    pub sexes: Vec<botnia_model::Sex>,
    /// Whether its figures are projections, not observations.
    pub projection: bool,
    /// Why it was chosen.
    pub why: String,
}

impl IndicatorSet {
    /// The sets that ship with botnia, by id.
    pub fn builtin() -> Vec<Self> {
        Vec::new()
    }
}
