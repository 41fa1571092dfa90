//! What is said of one figure: its interval, its verdicts and its trend, or why there is
//! none.

use botnia_model::{
    NoTrend, NotCompared, Observation, Polarity, Status, Trend, TrendVerdict, ValueKind, Verdict,
};

use super::cycle;
use super::surroundings::COMPARATORS;
use crate::methods::interval::{Interval, IntervalRule};
use crate::methods::trend::{POINTS, Point, trend, trend_verdict};
use crate::methods::{Limits, comparison};

/// A verdict, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Comparison {
    pub(super) verdict: Verdict,
    pub(super) not_compared: Option<NotCompared>,
}

impl Comparison {
    pub(super) fn none(reason: NotCompared) -> Self {
        Self {
            verdict: Verdict::NotCompared,
            not_compared: Some(reason),
        }
    }

    fn of(result: Result<Verdict, NotCompared>) -> Self {
        match result {
            Ok(verdict) => Self {
                verdict,
                not_compared: None,
            },
            Err(reason) => Self::none(reason),
        }
    }
}

/// A trend with its meaning, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Direction {
    pub(super) trend: Trend,
    pub(super) verdict: TrendVerdict,
    pub(super) no_trend: Option<NoTrend>,
}

impl Direction {
    fn none(reason: NoTrend) -> Self {
        Self {
            trend: Trend::NotCalculated,
            verdict: TrendVerdict::NotCalculated,
            no_trend: Some(reason),
        }
    }
}

/// Everything that is said of a figure beside its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Judgement {
    pub(super) interval: Option<Interval>,
    /// Of each comparator, in their order.
    pub(super) comparisons: [Comparison; COMPARATORS],
    pub(super) change: Comparison,
    pub(super) direction: Direction,
}

impl Judgement {
    /// That of a figure that does not exist. `exists` says which comparators there are.
    pub(super) fn without_value(exists: [bool; COMPARATORS]) -> Self {
        Self {
            interval: None,
            comparisons: exists.map(|exists| {
                Comparison::none(if exists {
                    NotCompared::NoValue
                } else {
                    NotCompared::SameRegion
                })
            }),
            change: Comparison::none(NotCompared::NoValue),
            direction: Direction::none(NoTrend::NoValue),
        }
    }
}

/// Judges the figures of one indicator.
#[derive(Clone, Copy)]
pub(super) struct Judge {
    pub(super) kind: ValueKind,
    pub(super) polarity: Polarity,
    pub(super) rule: IntervalRule,
}

impl Judge {
    /// Judges the figure at `own` in the series of a region, beside the one at `previous`
    /// and beside the figures of others: none where a comparator does not exist, else its
    /// figure, if it has one.
    #[expect(
        clippy::option_option,
        reason = "no such region, and a region without a figure"
    )]
    pub(super) fn judge(
        self,
        series: &[Observation],
        own: usize,
        previous: Option<usize>,
        others: [Option<Option<f64>>; COMPARATORS],
    ) -> Judgement {
        let interval = self.rule.interval(&series[own]);
        let limits = interval.map(|interval| interval.limits);
        Judgement {
            interval,
            comparisons: others.map(|other| Comparison::of(self.beside(limits, other))),
            change: Comparison::of(self.change(limits, series, own, previous)),
            direction: match self.trend(series, own) {
                Ok(trend) => Direction {
                    trend,
                    verdict: trend_verdict(trend, self.polarity),
                    no_trend: None,
                },
                Err(reason) => Direction::none(reason),
            },
        }
    }

    /// Whether the kind is one that grows with the region.
    fn is_amount(self) -> bool {
        matches!(self.kind, ValueKind::Count | ValueKind::Euro)
    }

    #[expect(
        clippy::option_option,
        reason = "no such region, and a region without a figure"
    )]
    fn beside(
        self,
        limits: Option<Limits>,
        other: Option<Option<f64>>,
    ) -> Result<Verdict, NotCompared> {
        let other = other.ok_or(NotCompared::SameRegion)?;
        if self.is_amount() {
            return Err(NotCompared::NotComparable);
        }
        let other = other.ok_or(NotCompared::NoComparator)?;
        let limits = limits.ok_or(NotCompared::NoInterval)?;
        Ok(comparison::beside(limits, other, self.polarity))
    }

    /// A figure before a break of the series is nothing to be compared with.
    fn change(
        self,
        limits: Option<Limits>,
        series: &[Observation],
        own: usize,
        previous: Option<usize>,
    ) -> Result<Verdict, NotCompared> {
        let previous = previous.ok_or(NotCompared::NoComparator)?;
        if series[previous + 1..=own].iter().any(is_break) {
            return Err(NotCompared::NoComparator);
        }
        let limits = limits.ok_or(NotCompared::NoInterval)?;
        let earlier = self.rule.interval(&series[previous]);
        let earlier = earlier.ok_or(NotCompared::NoInterval)?.limits;
        Ok(comparison::since(limits, earlier, self.polarity))
    }

    /// The trend of the five years that end with the figure at `own`.
    fn trend(self, series: &[Observation], own: usize) -> Result<Trend, NoTrend> {
        if self.is_amount() {
            return Err(NoTrend::NotComparable);
        }
        if self.rule == IntervalRule::None {
            return Err(NoTrend::NoInterval);
        }
        let last = &series[own].period;
        let (_, years) = cycle(last);
        if years > 0 {
            // Three years every three years would do, but five of them are no five years.
            let overlaps = series[..own].iter().any(|earlier| {
                cycle(&earlier.period) == cycle(last)
                    && earlier.period.year() + years >= last.year()
            });
            return Err(if overlaps {
                NoTrend::OverlappingPeriods
            } else {
                NoTrend::TooFewYears
            });
        }
        let mut five = [own; POINTS];
        for (back, position) in (0_i32..).zip(five.iter_mut().rev()) {
            let year = last.year() - back;
            *position = series[..=own]
                .iter()
                .rposition(|one| {
                    one.value.is_some()
                        && one.period.year() == year
                        && cycle(&one.period) == cycle(last)
                })
                .ok_or(NoTrend::TooFewYears)?;
        }
        if series[five[0] + 1..=own].iter().any(is_break) {
            return Err(NoTrend::Break);
        }
        let mut points = [None; POINTS];
        for (point, position) in points.iter_mut().zip(five) {
            *point = self.point(&series[position]);
        }
        let [Some(one), Some(two), Some(three), Some(four), Some(last)] = points else {
            return Err(NoTrend::NoInterval);
        };
        trend(&[one, two, three, four, last]).ok_or(NoTrend::NoInterval)
    }

    /// A figure as a point of a trend. A share of everybody has none: the width of its
    /// interval, which lies on one side alone, is no measure of its error.
    fn point(self, figure: &Observation) -> Option<Point> {
        let value = figure.value?;
        let limits = self.rule.interval(figure)?.limits;
        let is_everybody = matches!(self.rule, IntervalRule::Share { .. }) && value >= 100.0;
        (!is_everybody).then_some(Point { value, limits })
    }
}

fn is_break(observation: &Observation) -> bool {
    observation.status == Status::Break
}
