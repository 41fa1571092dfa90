//! Figures of a whole made from those of all its parts, where that is valid.
//!
//! | kind of number | the whole is | not valid |
//! |---|---|---|
//! | count | the sum of its parts | a sum without one part |
//! | share, rate | the sum of numerators over the sum of the indicator's own denominators | a mean, weighted by population or not |
//! | euro per person | the mean, weighted by population | the plain mean |
//! | everything else | only what the source publishes | any aggregate |
//!
//! A part that is missing blocks the whole, with a reason. It is never made by
//! subtraction: what a source leaves out may be hidden to protect somebody.
//!
//! [`SumCheck`] turns the same operations on figures that the source publishes for
//! both the parts and the whole: there the published figure stands, and ours is a check.
//!
//! What is deliberately absent: the decision which figures are published (that is made in
//! [`crate::release`]), and any estimate.

mod cells;
mod population;
mod sums;
#[cfg(test)]
mod tests;

use botnia_model::{
    Breakdown, Indicator, Language, Observation, Origin, Period, RegionKey, Sex, Status, ValueKind,
};

use self::cells::{ByRegion, Cell};
pub use self::population::Populations;
pub use self::sums::{Disagreement, SumCheck, wholes_of};

/// The share of the members' population that stands behind a computed figure: all of it,
/// because a missing member blocks the figure.
pub const COVERAGE: f64 = 1.0;

/// How the figures of parts become that of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The sum.
    Sum,
    /// The sum of the numerators over the sum of the denominators, where a part's
    /// denominator is its numerator over its value: the combined ratio (Cochran, Sampling
    /// Techniques, 3rd ed. 1977, section 6.11). As exact as the decimals of the parts.
    OwnDenominator,
    /// The mean, weighted by the parts' population at the end of the same year.
    PopulationWeightedMean,
}

impl Method {
    /// The valid method for a kind of number, if there is one.
    pub fn of(kind: ValueKind) -> Option<Self> {
        match kind {
            ValueKind::Count => Some(Self::Sum),
            ValueKind::Share | ValueKind::Rate => Some(Self::OwnDenominator),
            ValueKind::EuroPerPerson => Some(Self::PopulationWeightedMean),
            ValueKind::Ratio
            | ValueKind::Euro
            | ValueKind::Mean
            | ValueKind::Index
            | ValueKind::SurveyShare
            | ValueKind::AmountPerPerson => None,
        }
    }

    /// The valid method for an indicator whose kind was reviewed. A rate that is
    /// standardised by age has none, and only its title tells it from a crude one.
    pub fn of_indicator(indicator: &Indicator, kind: ValueKind) -> Option<Self> {
        Self::of(kind).filter(|_| !is_standardised(indicator))
    }

    /// The value of the whole with every part's value moved by `shift`, in the unit of
    /// the value. It never falls as `shift` grows, so that half a unit of the last decimal
    /// down and up gives the bounds between which rounding leaves it.
    fn value(self, parts: &[Part<'_>], shift: f64) -> Result<f64, BlockReason> {
        match self {
            Self::Sum => Ok(sum(parts.iter().map(|part| part.value + shift))),
            Self::OwnDenominator => {
                let denominators = parts
                    .iter()
                    .map(|part| {
                        let value = part.value + shift;
                        part.numerator()
                            .filter(|_| value > 0.0)
                            .map(|numerator| numerator / value)
                            .ok_or(BlockReason::DenominatorUnknown)
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                let numerators = parts.iter().filter_map(Part::numerator);
                Ok(sum(numerators) / sum(denominators))
            }
            Self::PopulationWeightedMean => {
                let weights = parts
                    .iter()
                    .map(|part| part.population.ok_or(BlockReason::PopulationUnknown))
                    .collect::<Result<Vec<_>, _>>()?;
                let weighted = parts
                    .iter()
                    .zip(&weights)
                    .map(|(part, weight)| (part.value + shift) * weight);
                Ok(sum(weighted) / sum(weights.iter().copied()))
            }
        }
    }
}

/// Whether the title says that the figures are standardised by age.
pub fn is_standardised(indicator: &Indicator) -> bool {
    Language::ALL.into_iter().any(|language| {
        let title = indicator.title.get(language).to_lowercase();
        ["vakioi", "standardi"]
            .iter()
            .any(|word| title.contains(word))
    })
}

/// Why there is no figure for a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockReason {
    /// A member has no figure.
    MemberMissing,
    /// A member's value is 0 or comes without its count, so that its denominator is not
    /// known.
    DenominatorUnknown,
    /// A member's population of that year is not known.
    PopulationUnknown,
    /// Figures of the period stand on another division: a municipality that is abolished
    /// still has some of its own.
    AnotherDivision,
    /// Figures that the source publishes in the same period are not what their parts come
    /// to: the parts overlap, or are measured otherwise.
    PartsDisagree,
}

impl BlockReason {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::MemberMissing,
        Self::DenominatorUnknown,
        Self::PopulationUnknown,
        Self::AnotherDivision,
        Self::PartsDisagree,
    ];

    /// The published word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MemberMissing => "member_missing",
            Self::DenominatorUnknown => "denominator_unknown",
            Self::PopulationUnknown => "population_unknown",
            Self::AnotherDivision => "another_division",
            Self::PartsDisagree => "parts_disagree",
        }
    }
}

/// A region and the regions that it consists of, each once and none within another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The region.
    pub region: RegionKey,
    /// What it consists of.
    pub members: Vec<RegionKey>,
}

/// A figure that was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Of which region.
    pub region: RegionKey,
    /// Of when.
    pub period: Period,
    /// Of whom.
    pub sex: Sex,
    /// Any further dimension.
    pub breakdown: Option<Breakdown>,
    /// Why.
    pub reason: BlockReason,
}

/// What came of an aggregation: for every region and every period, sex and breakdown in
/// which at least one member has a row, either a figure or the reason why there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aggregates {
    /// The figures, in the published order.
    pub figures: Vec<Observation>,
    /// What is blocked, by region.
    pub blocked: Vec<Blocked>,
}

/// Aggregates the observations of one indicator, which are sorted by their keys, over
/// each of `wholes` in the periods that are `wanted`. The count behind the value is the
/// sum of the members' counts, where all have one and counts can be added up.
pub fn aggregate(
    wholes: &[Whole],
    observations: &[Observation],
    method: Method,
    populations: &Populations,
    wanted: impl Fn(&RegionKey, &Period) -> bool,
) -> Aggregates {
    let by_region = ByRegion::new(observations);
    let mut aggregates = Aggregates::default();
    for whole in wholes {
        for cell in by_region.cells(whole) {
            if !wanted(&whole.region, cell.period) {
                continue;
            }
            let parts = cell.parts(whole, populations);
            match parts.and_then(|parts| figure(whole, &cell, &parts, method)) {
                Ok(figure) => aggregates.figures.push(figure),
                Err(reason) => aggregates.blocked.push(Blocked {
                    region: whole.region.clone(),
                    period: cell.period.clone(),
                    sex: cell.sex,
                    breakdown: cell.breakdown.cloned(),
                    reason,
                }),
            }
        }
    }
    aggregates
        .figures
        .sort_by(|one, other| one.key().cmp(&other.key()));
    aggregates
}

fn figure(
    whole: &Whole,
    cell: &Cell<'_>,
    parts: &[Part<'_>],
    method: Method,
) -> Result<Observation, BlockReason> {
    let value = method.value(parts, 0.0)?;
    let counts: Option<Vec<f64>> = match method {
        Method::Sum | Method::OwnDenominator => {
            parts.iter().map(|part| part.absolute_value).collect()
        }
        Method::PopulationWeightedMean => None,
    };
    Ok(Observation {
        region: whole.region.clone(),
        period: cell.period.clone(),
        sex: cell.sex,
        breakdown: cell.breakdown.cloned(),
        value: Some(value),
        absolute_value: counts.map(sum),
        status: status(parts),
        origin: Origin::Computed,
    })
}

/// What one member brings.
#[derive(Clone, Copy, Debug)]
struct Part<'a> {
    value: f64,
    absolute_value: Option<f64>,
    status: &'a Status,
    population: Option<f64>,
}

impl Part<'_> {
    /// The count behind a share or rate; none where it cannot tell the denominator.
    fn numerator(&self) -> Option<f64> {
        self.absolute_value.filter(|count| *count > 0.0)
    }
}

/// A whole is as uncertain as its most uncertain part.
fn status(parts: &[Part<'_>]) -> Status {
    let any = |status: Status| parts.iter().any(|part| *part.status == status);
    [Status::Projection, Status::Provisional, Status::Break]
        .into_iter()
        .find(|status| any(*status))
        .unwrap_or_else(|| {
            if parts.iter().all(|part| *part.status == Status::Nil) {
                Status::Nil
            } else {
                Status::Normal
            }
        })
}

/// The sum, the same to the last bit in whatever order the addends come.
fn sum(addends: impl IntoIterator<Item = f64>) -> f64 {
    let mut addends: Vec<f64> = addends.into_iter().collect();
    addends.sort_by(f64::total_cmp);
    addends.into_iter().sum()
}
