//! Which interval of a published figure is honest, and what it is.
//!
//! An interval is computed only where chance in a figure is known: where it counts persons
//! or events that are independent of each other, and how many is published.
//!
//! | kind of number | interval | because |
//! |---|---|---|
//! | share | Wilson | its numerator is published, and with the share gives the denominator |
//! | rate | Byar; exact below ten events | its number of events is published |
//! | share of respondents | none | weights and design of the survey are not published |
//! | mean, ratio, index | none | nothing tells how the values behind it vary |
//! | count, amount, money | none | it is no estimate of a risk, and grows with the region |
//!
//! There is none either where the numerator is missing, nil or no whole number, where the
//! indicator is standardised by age (which takes the events of each age group), a
//! projection, or of dependent events (visits and days, of which one person has many).
//!
//! **Rounding.** A share that is shown as 17.3 % lies between 17.25 and 17.35 %, and its
//! numerator gives a denominator in a range. Only whole denominators are possible; where
//! none is, numerator and value do not belong together, and there is no interval. The
//! limits are the widest of those that the possible denominators give, so that an interval
//! is never narrower than the figure is exact. If the largest possible denominator is more
//! than [`WIDEST_DENOMINATOR`] times the smallest, it counts as unknown: that is so of
//! figures below 0.6 where one decimal is shown. A rate is treated alike; how many
//! inhabitants it is "per" cancels out of its limits. A figure that botnia computed from
//! rounded parts is taken as rounded like them: their errors cancel in part.

use botnia_model::{Indicator, IntervalMethod, Observation, Origin, Status, ValueKind};

use super::Limits;
use super::byar::{self, byar};
use super::exact::exact;
use super::rounding::{decimals_shown, half_unit};
use super::wilson::wilson;
use crate::aggregation::is_standardised;

/// How many times the smallest denominator that rounding allows the largest may be.
pub const WIDEST_DENOMINATOR: f64 = 1.2;

/// How far a quotient of two floats may be from the whole number that it stands for, as a
/// part of it.
const SLACK: f64 = 1e-12;

/// An interval of 95 % and how it was computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// In the unit of the figure.
    pub limits: Limits,
    /// How.
    pub method: IntervalMethod,
}

/// The interval that figures of one indicator have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum IntervalRule {
    /// That of a share in percent.
    Share {
        /// Half a unit of the last decimal that its figures show.
        half_unit: f64,
    },
    /// That of a rate.
    Rate {
        /// Half a unit of the last decimal that its figures show.
        half_unit: f64,
    },
    /// None would be honest.
    None,
}

impl IntervalRule {
    /// The rule for an indicator of this reviewed kind. `chance_is_known` is false for
    /// projections and for dependent events. `figures` are its observations, from which
    /// the decimals are taken that the source shows.
    pub fn of<'o>(
        indicator: &Indicator,
        kind: ValueKind,
        chance_is_known: bool,
        figures: impl IntoIterator<Item = &'o Observation>,
    ) -> Self {
        if !chance_is_known || is_standardised(indicator) {
            return Self::None;
        }
        let half_unit = || {
            let published = figures
                .into_iter()
                .filter(|figure| figure.origin == Origin::Published)
                .filter_map(|figure| figure.value);
            decimals_shown(published).map_or(0.0, half_unit)
        };
        match kind {
            ValueKind::Share => Self::Share {
                half_unit: half_unit(),
            },
            ValueKind::Rate => Self::Rate {
                half_unit: half_unit(),
            },
            ValueKind::Count
            | ValueKind::Ratio
            | ValueKind::Euro
            | ValueKind::EuroPerPerson
            | ValueKind::Mean
            | ValueKind::Index
            | ValueKind::SurveyShare
            | ValueKind::AmountPerPerson => Self::None,
        }
    }

    /// The interval of one figure, where there is an honest one.
    pub fn interval(self, figure: &Observation) -> Option<Interval> {
        if figure.status == Status::Projection {
            return None;
        }
        let value = figure.value?;
        let count = figure
            .absolute_value
            .filter(|count| *count >= 1.0 && count.fract() == 0.0)?;
        match self {
            Self::Share { half_unit } => share(value, count, half_unit),
            Self::Rate { half_unit } => rate(value, count, half_unit),
            Self::None => None,
        }
    }
}

/// That of `value` percent, of which `count` is the numerator.
fn share(value: f64, count: f64, half_unit: f64) -> Option<Interval> {
    let (lowest, highest) = before_rounding(value, half_unit)?;
    let denominator = |percent: f64| 100.0 * count / percent;
    let smallest = (denominator(highest) * (1.0 - SLACK)).ceil().max(count);
    let largest = (denominator(lowest) * (1.0 + SLACK)).floor();
    if largest < smallest || largest > smallest * WIDEST_DENOMINATOR {
        return None;
    }
    Some(Interval {
        limits: Limits {
            low: 100.0 * wilson(count, largest).low,
            high: 100.0 * wilson(count, smallest).high,
        },
        method: IntervalMethod::WilsonReconstructed,
    })
}

/// That of the rate `value`, of which `count` is the number of events.
fn rate(value: f64, count: f64, half_unit: f64) -> Option<Interval> {
    let (lowest, highest) = before_rounding(value, half_unit)?;
    if highest > lowest * WIDEST_DENOMINATOR {
        return None;
    }
    let (events, method) = if count < byar::FEWEST {
        let whole = (1..10).find(|whole| (f64::from(*whole) - count).abs() < 0.5)?;
        (exact(whole)?, IntervalMethod::ExactFromCounts)
    } else {
        (byar(count), IntervalMethod::ByarFromCounts)
    };
    Some(Interval {
        limits: Limits {
            low: lowest * events.low / count,
            high: highest * events.high / count,
        },
        method,
    })
}

/// Between which values a rounded one lies; none where that reaches down to nothing.
fn before_rounding(value: f64, half_unit: f64) -> Option<(f64, f64)> {
    let lowest = value - half_unit;
    (lowest > 0.0).then_some((lowest, value + half_unit))
}
