//! New figures far from the others, in level and in yearly change.
//!
//! The fences are those of FHI's quality control (Folkehelseinstituttet, "Kvalitetskontroll",
//! steps 5 and 6): the quartiles of the regions of one level, sex and period, weighted by
//! their population where there is one, and one and a half times their distance beyond
//! (Tukey 1977). Real data have figures outside of them in every year of every indicator,
//! so that being outside holds nothing. What holds is a change that is also a multiple of
//! the largest one that was ever released for that level and sex, by amount or by ratio.
//! `docs/gates.md` has the measurements.
//!
//! Only figures that are new or changed are judged: what was released was judged before.

use std::collections::BTreeMap;

use botnia_model::{Observation, Period, Severity};

use super::history::is_next;
use super::{Candidate, Figures, Gate, Group, Objection, first_few, name, percent};

/// Fewer regions have no quartiles worth the name.
const FEWEST_REGIONS: usize = 10;

/// Fewer released changes do not tell how far such figures move: three years of the
/// fewest regions.
const FEWEST_CHANGES: usize = 30;

/// Fewer outliers than this are no reason for a warning.
const FEWEST_OUTLIERS: usize = 5;

/// Outliers are many where their share is so many times the released one.
const MANY_TIMES: f64 = 2.0;

/// A figure with the one before it in its series.
#[derive(Clone, Copy)]
struct Step<'a> {
    row: &'a Observation,
    value: f64,
    /// The value of the period before, if there is one.
    before: Option<f64>,
    is_news: bool,
    /// Whether the change since the period before is news.
    change_is_news: bool,
    weight: f64,
}

impl Step<'_> {
    fn change(&self) -> Option<f64> {
        Some(self.value - self.before?)
    }
}

pub(super) fn check(candidate: &Candidate<'_>, figures: &Figures<'_>) -> Vec<Objection> {
    let new = by_period(steps(
        candidate,
        figures
            .pairs()
            .map(|(row, old)| (row, figures.is_news(row, old))),
    ));
    let old = by_period(steps(
        candidate,
        figures.before.iter().map(|row| (*row, false)),
    ));
    let fence = candidate.thresholds.outlier_fence;
    let mut objections = Vec::new();
    for (gate, measure) in [
        (Gate::OutlierInLevel, Measure::Level),
        (Gate::OutlierInChange, Measure::Change),
    ] {
        let usual = Tally::of(&old, measure, fence, |_| true);
        let now = Tally::of(&new, measure, fence, |step| measure.is_news(step));
        objections.extend(many(gate, measure, usual, now));
    }
    objections.extend(far(candidate, &old, &new));
    objections
}

/// What is looked at.
#[derive(Clone, Copy)]
enum Measure {
    Level,
    Change,
}

impl Measure {
    fn of(self, step: &Step<'_>) -> Option<f64> {
        match self {
            Self::Level => Some(step.value),
            Self::Change => step.change(),
        }
    }

    fn is_news(self, step: &Step<'_>) -> bool {
        match self {
            Self::Level => step.is_news,
            Self::Change => step.change_is_news,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Level => "lie outside the fences of their year",
            Self::Change => "changed more than the fences of their year allow",
        }
    }
}

type ByPeriod<'a> = BTreeMap<(Group<'a>, &'a Period), Vec<Step<'a>>>;

/// The figures in their order, each with the one before it.
fn steps<'a>(
    candidate: &Candidate<'_>,
    figures: impl Iterator<Item = (&'a Observation, bool)>,
) -> Vec<Step<'a>> {
    let mut steps: Vec<Step<'a>> = Vec::new();
    for (row, is_news) in figures {
        let Some(value) = row.value else { continue };
        let before = steps.last().filter(|step| is_next(step.row, row));
        steps.push(Step {
            row,
            value,
            before: before.map(|step| step.value),
            is_news,
            change_is_news: is_news || before.is_some_and(|step| step.is_news),
            weight: candidate
                .population
                .get(&row.region)
                .copied()
                .unwrap_or(1.0),
        });
    }
    steps
}

fn by_period(steps: Vec<Step<'_>>) -> ByPeriod<'_> {
    let mut by_period = ByPeriod::new();
    for step in steps {
        let row = step.row;
        let group = (row.region.level, row.sex, row.breakdown.as_ref());
        by_period
            .entry((group, &row.period))
            .or_default()
            .push(step);
    }
    by_period
}

/// Lower and upper fence of some values; none where they are too few.
fn fences(values: &mut [(f64, f64)], fence: f64) -> Option<(f64, f64)> {
    if values.len() < FEWEST_REGIONS {
        return None;
    }
    values.sort_by(|left, right| left.0.total_cmp(&right.0));
    let (lower, upper) = (quantile(values, 0.25), quantile(values, 0.75));
    let distance = fence * (upper - lower);
    Some((lower - distance, upper + distance))
}

/// The first of the sorted values, each with its weight, up to which the share `part` of
/// all weight lies.
fn quantile(sorted: &[(f64, f64)], part: f64) -> f64 {
    let total: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    let mut sum = 0.0;
    for (value, weight) in sorted {
        sum += weight;
        if sum >= part * total {
            return *value;
        }
    }
    sorted.last().map_or(0.0, |(value, _)| *value)
}

/// The steps of a period that lie outside the fences of all of them.
fn outside<'s, 'a>(
    steps: &'s [Step<'a>],
    measure: Measure,
    fence: f64,
) -> Option<impl Iterator<Item = (&'s Step<'a>, bool)>> {
    let mut values: Vec<(f64, f64)> = steps
        .iter()
        .filter_map(|step| Some((measure.of(step)?, step.weight)))
        .collect();
    let (lower, upper) = fences(&mut values, fence)?;
    Some(steps.iter().filter_map(move |step| {
        let value = measure.of(step)?;
        Some((step, value < lower || value > upper))
    }))
}

/// How many were judged, and how many of those lie outside.
#[derive(Clone, Copy, Default)]
struct Tally {
    judged: usize,
    outside: usize,
}

impl Tally {
    fn of(
        by_period: &ByPeriod<'_>,
        measure: Measure,
        fence: f64,
        is_judged: impl Fn(&Step<'_>) -> bool,
    ) -> Self {
        let mut tally = Self::default();
        for steps in by_period.values() {
            for (step, is_outside) in outside(steps, measure, fence).into_iter().flatten() {
                if is_judged(step) {
                    tally.judged += 1;
                    tally.outside += usize::from(is_outside);
                }
            }
        }
        tally
    }

    fn percent(self) -> f64 {
        percent(self.outside, self.judged)
    }
}

/// Some lie outside in every year; a warning is only that it is many more than usual.
fn many(gate: Gate, measure: Measure, usual: Tally, now: Tally) -> Option<Objection> {
    if now.outside == 0 {
        return None;
    }
    let many =
        now.outside >= FEWEST_OUTLIERS && now.percent() > MANY_TIMES * usual.percent().max(1.0);
    let severity = if many { Severity::Warn } else { Severity::Note };
    Some(Objection::of(
        severity,
        gate,
        format!(
            "{} of {} new or changed figures {} ({:.1} %; {:.1} % of those released do).",
            now.outside,
            now.judged,
            measure.words(),
            now.percent(),
            usual.percent()
        ),
    ))
}

/// How far the released figures of a group ever moved in a year.
#[derive(Clone, Copy, Default)]
struct Largest {
    changes: usize,
    amount: f64,
    /// As the absolute natural logarithm.
    ratio: f64,
}

impl Largest {
    fn take(&mut self, step: &Step<'_>) {
        if let Some(change) = step.change() {
            self.changes += 1;
            self.amount = self.amount.max(change.abs());
            self.ratio = self.ratio.max(ratio(step).unwrap_or_default());
        }
    }

    /// Whether a step goes further than `factor` times that.
    fn is_exceeded(self, step: &Step<'_>, factor: f64) -> bool {
        let further = |change: f64, largest: f64| largest > 0.0 && change > factor * largest;
        self.changes >= FEWEST_CHANGES
            && (step
                .change()
                .is_some_and(|change| further(change.abs(), self.amount))
                || ratio(step).is_some_and(|ratio| further(ratio, self.ratio)))
    }
}

/// The absolute logarithm of the new value by the old one; none where either is not
/// positive.
fn ratio(step: &Step<'_>) -> Option<f64> {
    let before = step.before.filter(|before| *before > 0.0)?;
    (step.value > 0.0).then(|| (step.value / before).ln().abs())
}

fn far(candidate: &Candidate<'_>, old: &ByPeriod<'_>, new: &ByPeriod<'_>) -> Option<Objection> {
    let thresholds = candidate.thresholds;
    let mut largest: BTreeMap<Group<'_>, Largest> = BTreeMap::new();
    for ((group, _), steps) in old {
        let largest = largest.entry(*group).or_default();
        for step in steps {
            largest.take(step);
        }
    }
    let mut found = Vec::new();
    for ((group, _), steps) in new {
        let Some(largest) = largest.get(group) else {
            continue;
        };
        let outside = outside(steps, Measure::Change, thresholds.outlier_fence);
        for (step, is_outside) in outside.into_iter().flatten() {
            if is_outside
                && step.change_is_news
                && largest.is_exceeded(step, thresholds.outlier_factor)
            {
                found.push((step, largest.amount));
            }
        }
    }
    found.sort_by(|left, right| {
        let size = |step: &Step<'_>| step.change().unwrap_or_default().abs();
        size(right.0).total_cmp(&size(left.0))
    });
    let (_, amount) = found.first()?;
    let named: Vec<String> = found
        .iter()
        .map(|(step, _)| {
            format!(
                "{} in {} (`{}`): {} after {}",
                name(candidate.regions, &step.row.region),
                step.row.period,
                step.row.sex,
                step.value,
                step.before.unwrap_or_default()
            )
        })
        .collect();
    Some(Objection::hold(
        Gate::OutlierFar,
        format!(
            "{} figures changed by more than {} times the largest change that was ever released for their level (which was {amount}): {}.",
            found.len(),
            thresholds.outlier_factor,
            first_few(&named)
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quartile_is_where_a_quarter_of_the_weight_lies() {
        let equal: Vec<(f64, f64)> = (1..=8).map(|value| (f64::from(value), 1.0)).collect();
        assert_eq!((quantile(&equal, 0.25), quantile(&equal, 0.75)), (2.0, 6.0));
        // One region with most of the people decides both.
        let mut weighted = equal;
        weighted[4].1 = 100.0;
        assert_eq!(
            (quantile(&weighted, 0.25), quantile(&weighted, 0.75)),
            (5.0, 5.0)
        );
    }

    #[test]
    fn fences_stand_one_and_a_half_distances_beyond_the_quartiles() {
        let mut values: Vec<(f64, f64)> = (1..=12).map(|value| (f64::from(value), 1.0)).collect();
        assert_eq!(fences(&mut values, 1.5), Some((3.0 - 9.0, 9.0 + 9.0)));
        values.truncate(FEWEST_REGIONS - 1);
        assert_eq!(fences(&mut values, 1.5), None);
    }
}
