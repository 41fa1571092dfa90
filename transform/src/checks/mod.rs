//! The gates between normalised figures and a release.
//!
//! Each gate compares an indicator's new figures with the last ones that were accepted,
//! and objects with a sentence and its numbers. What weighs enough waits for a person,
//! and the last good figures are served meanwhile; the rest is published and said. A file
//! per family: `coverage` (what is gone, what came), `history` (what was rewritten),
//! `outliers`, `sums`, `description` (what the source says of the indicator),
//! `duplicates` and `suppression`.
//!
//! Nothing is expected of an indicator that was never released, but for the title that a
//! set expects: an operator who adds a set must not begin with a heap of decisions.
//!
//! What is deliberately absent: any repair. A figure is published as it came, or not yet.

mod coverage;
mod description;
mod differences;
mod duplicates;
mod history;
mod outliers;
mod sums;
mod suppression;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use botnia_config::GateSettings;
use botnia_model::{
    Breakdown, Findings, Indicator, Observation, RegionKey, RegionLevel, Severity, Sex, ValueKind,
};

pub use self::differences::{Difference, differences, differences_csv};
use crate::normalise::{Description, Normalised, RegionIndex};

/// What a gate objects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// The title is that of another indicator than the set expects.
    TitleDiffers,
    /// The title is that of another indicator than the one released; no set expects one.
    TitleChanged,
    /// Another unit.
    UnitChanged,
    /// Another kind of number.
    ValueKindChanged,
    /// Another producer, and with it perhaps another licence.
    ProducerChanged,
    /// Another number of decimals.
    DecimalsChanged,
    /// There were figures, and now there are none.
    AllRowsLost,
    /// More figures are gone than [`GateSettings::lost_percent`].
    RowsLost,
    /// No figure of a whole region level is left.
    LevelLost,
    /// A province, or every municipality of one, has no figure any more.
    RegionsLost,
    /// Single regions of a level have no figure any more, as after a merger.
    SingleRegionsLost,
    /// No figure of a period is left.
    YearsLost,
    /// No figure of a sex is left.
    SexLost,
    /// More figures came for periods that were published before than
    /// [`GateSettings::added_percent`].
    RowsAdded,
    /// More of the history was rewritten than [`GateSettings::changed_percent`].
    HistoryChanged,
    /// A published year's figures moved by more than [`GateSettings::revision_percent`].
    YearRevised,
    /// A new year's figures are further from the year before than
    /// [`GateSettings::jump_percent`].
    YearJumps,
    /// New figures lie far from those of the other regions.
    OutlierInLevel,
    /// New figures changed otherwise than those of the other regions.
    OutlierInChange,
    /// A figure changed by a multiple of the largest change that was ever released.
    OutlierFar,
    /// Parts no longer sum to their whole.
    SumsDisagree,
    /// Rows contradict each other: none of them was taken.
    RowsContradict,
    /// Rows stand there twice.
    RowsRepeat,
    /// Figures that were suppressed are shown.
    SuppressedShown,
    /// More figures are suppressed than [`GateSettings::suppressed_percent`] on top.
    SuppressedMore,
}

impl Gate {
    /// Its code, as in events and in the operator's guide.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TitleDiffers => "title_differs",
            Self::TitleChanged => "title_changed",
            Self::UnitChanged => "unit_changed",
            Self::ValueKindChanged => "value_kind_changed",
            Self::ProducerChanged => "producer_changed",
            Self::DecimalsChanged => "decimals_changed",
            Self::AllRowsLost => "all_rows_lost",
            Self::RowsLost => "rows_lost",
            Self::LevelLost => "level_lost",
            Self::RegionsLost => "regions_lost",
            Self::SingleRegionsLost => "single_regions_lost",
            Self::YearsLost => "years_lost",
            Self::SexLost => "sex_lost",
            Self::RowsAdded => "rows_added",
            Self::HistoryChanged => "history_changed",
            Self::YearRevised => "year_revised",
            Self::YearJumps => "year_jumps",
            Self::OutlierInLevel => "outlier_in_level",
            Self::OutlierInChange => "outlier_in_change",
            Self::OutlierFar => "outlier_far",
            Self::SumsDisagree => "sums_disagree",
            Self::RowsContradict => "rows_contradict",
            Self::RowsRepeat => "rows_repeat",
            Self::SuppressedShown => "suppressed_shown",
            Self::SuppressedMore => "suppressed_more",
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What one gate says of an indicator's new figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The gate.
    pub gate: Gate,
    /// What follows.
    pub severity: Severity,
    /// What happened, in a sentence with its numbers.
    pub message: String,
}

impl Objection {
    fn hold(gate: Gate, message: impl Into<String>) -> Self {
        Self::of(Severity::Hold, gate, message)
    }

    fn warn(gate: Gate, message: impl Into<String>) -> Self {
        Self::of(Severity::Warn, gate, message)
    }

    fn of(severity: Severity, gate: Gate, message: impl Into<String>) -> Self {
        Self {
            gate,
            severity,
            message: message.into(),
        }
    }
}

/// An indicator as it was last accepted.
#[derive(Clone, Copy, Debug)]
pub struct Released<'a> {
    /// Its figures, sorted as [`Normalised::observations`]; empty where they are lost.
    pub observations: &'a [Observation],
    /// What the source said of it then.
    pub indicator: &'a Indicator,
    /// What was found in its answers.
    pub findings: &'a Findings,
}

/// The population of regions in persons, for weights; regions without one are missing.
pub type Population = HashMap<RegionKey, f64>;

/// What the gates look at.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// What was accepted before; `None` the first time.
    pub released: Option<Released<'a>>,
    /// What the source says of the indicator now.
    pub described: &'a Description,
    /// Its new figures.
    pub normalised: &'a Normalised,
    /// The regions of the same sweep: which municipalities belong to which province.
    pub regions: &'a RegionIndex,
    /// The population of those regions.
    pub population: &'a Population,
    /// How much is too much.
    pub thresholds: &'a GateSettings,
}

/// The latest total of each region, of the observations of
/// [`POPULATION_INDICATOR`](crate::release::POPULATION_INDICATOR).
pub fn population(observations: &[Observation]) -> Population {
    observations
        .iter()
        .filter(|row| row.sex == Sex::Total && row.breakdown.is_none())
        // Periods ascend within a region, so the last one stays.
        .filter_map(|row| Some((row.region.clone(), row.value?)))
        .collect()
}

/// Everything the gates object to, those that hold first. A figure is a row with a value:
/// one whose value is gone is as lost as a row that is gone.
pub fn check(candidate: &Candidate<'_>) -> Vec<Objection> {
    let mut objections = description::title(candidate);
    if let Some(released) = candidate.released {
        objections.extend(description::changes(candidate, released));
        objections.extend(duplicates::check(candidate, released));
        objections.extend(suppression::check(candidate, released));
        objections.extend(of_figures(candidate, released));
    }
    // Stable: within a severity the order stays that of the gates.
    objections.sort_by_key(|objection| objection.severity);
    objections
}

fn of_figures(candidate: &Candidate<'_>, released: Released<'_>) -> Vec<Objection> {
    let figures = Figures::of(candidate, released);
    if figures.before.is_empty() {
        return Vec::new();
    }
    if figures.after.is_empty() {
        let message = format!(
            "All {} figures of the last release are gone.",
            figures.before.len()
        );
        return vec![Objection::hold(Gate::AllRowsLost, message)];
    }
    let mut objections = coverage::check(candidate, &figures);
    objections.extend(history::check(candidate, &figures));
    objections.extend(outliers::check(candidate, &figures));
    objections.extend(sums::check(candidate, released));
    objections
}

/// A level, a sex and a breakdown: what can be compared from year to year.
type Group<'a> = (RegionLevel, Sex, Option<&'a Breakdown>);

/// Rows with a value, before and after, and which of those after are news.
struct Figures<'a> {
    before: Vec<&'a Observation>,
    after: Vec<&'a Observation>,
    /// Of each of those after, its counterpart before.
    counterparts: Vec<Option<&'a Observation>>,
    /// Two values that differ by no more than this are the same, rounded twice.
    rounding: f64,
}

impl<'a> Figures<'a> {
    fn of(candidate: &Candidate<'a>, released: Released<'a>) -> Self {
        let before = with_value(released.observations);
        let after = with_value(&candidate.normalised.observations);
        let mut older = before.iter().peekable();
        let counterparts = after
            .iter()
            .map(|new| {
                while older.next_if(|old| old.key() < new.key()).is_some() {}
                older
                    .peek()
                    .copied()
                    .copied()
                    .filter(|old| old.key() == new.key())
            })
            .collect();
        Self {
            before,
            after,
            counterparts,
            rounding: rounding(&candidate.described.indicator),
        }
    }

    /// Those after, each with its counterpart before.
    fn pairs(&self) -> impl Iterator<Item = (&'a Observation, Option<&'a Observation>)> {
        self.after
            .iter()
            .copied()
            .zip(self.counterparts.iter().copied())
    }

    /// Whether a figure is new, or other than it was by more than its rounding.
    fn is_news(&self, new: &Observation, old: Option<&Observation>) -> bool {
        match (new.value, old.and_then(|old| old.value)) {
            (Some(new), Some(old)) => (new - old).abs() > self.rounding,
            _ => true,
        }
    }
}

fn with_value(observations: &[Observation]) -> Vec<&Observation> {
    observations
        .iter()
        .filter(|observation| observation.value.is_some())
        .collect()
}

/// By how much the same number may differ when it is rounded twice: one unit of the last
/// decimal, and nothing for a count. Where the source tells no decimals, only what a
/// computer's arithmetic makes.
fn rounding(indicator: &Indicator) -> f64 {
    const ARITHMETIC: f64 = 1e-9;
    match (indicator.value_kind, indicator.decimals) {
        (Some(ValueKind::Count), _) | (_, None) => ARITHMETIC,
        (_, Some(decimals)) => 10_f64.powi(-i32::from(decimals)) + ARITHMETIC,
    }
}

/// From 0, the same, to 2, opposite signs: the difference by the larger of the two.
fn relative_change(old: f64, new: f64) -> f64 {
    let larger = old.abs().max(new.abs());
    if larger > 0.0 {
        (new - old).abs() / larger
    } else {
        0.0
    }
}

/// The middle value, or the upper of the two in the middle; 0 of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// A share in percent.
fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// The first few of a list, and how many more there are.
fn first_few(names: &[String]) -> String {
    const NAMED: usize = 5;
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What people call a region: `Seinäjoki (municipality 743)`.
pub fn name(regions: &RegionIndex, key: &RegionKey) -> String {
    regions
        .regions()
        .iter()
        .find(|region| region.key == *key && !region.name.fi.is_empty())
        .map_or_else(
            || key.to_string(),
            |region| format!("{} ({key})", region.name.fi),
        )
}
