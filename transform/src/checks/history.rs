//! What was rewritten: how much of the history, by how far in each year, and how far a
//! new year is from the one before it.

use std::collections::{BTreeMap, BTreeSet};

use botnia_model::{Observation, Period};

use super::{Candidate, Figures, Gate, Group, Objection, median, percent, relative_change};

pub(super) fn check(candidate: &Candidate<'_>, figures: &Figures<'_>) -> Vec<Objection> {
    let mut objections = Vec::new();
    objections.extend(changed(candidate, figures));
    objections.extend(revised(candidate, figures));
    objections.extend(jumps(candidate, figures));
    objections
}

/// The share of the figures that both have and that differ by more than their rounding.
fn changed(candidate: &Candidate<'_>, figures: &Figures<'_>) -> Option<Objection> {
    let thresholds = candidate.thresholds;
    let both = figures.counterparts.iter().flatten().count();
    let changed = figures
        .pairs()
        .filter(|(new, old)| old.is_some() && figures.is_news(new, *old))
        .count();
    let share = percent(changed, both);
    let message =
        format!("{changed} of the {both} figures that were published before changed ({share:.1} %");
    if share > thresholds.changed_percent {
        Some(Objection::hold(
            Gate::HistoryChanged,
            format!(
                "{message}; up to {} % pass by themselves).",
                thresholds.changed_percent
            ),
        ))
    } else if share > thresholds.changed_warning_percent {
        Some(Objection::warn(
            Gate::HistoryChanged,
            format!("{message})."),
        ))
    } else {
        None
    }
}

/// Years in which the middle one of the published figures moved far: a change of unit or
/// definition moves all of them, a merger of municipalities only a few.
fn revised(candidate: &Candidate<'_>, figures: &Figures<'_>) -> Option<Objection> {
    let mut by_period: BTreeMap<&Period, Vec<f64>> = BTreeMap::new();
    for (new, old) in figures.pairs() {
        if let (Some(new_value), Some(old)) = (new.value, old.and_then(|old| old.value)) {
            let moves = by_period.entry(&new.period).or_default();
            moves.push(relative_change(old, new_value));
        }
    }
    let limit = candidate.thresholds.revision_percent;
    let far: Vec<(&Period, f64)> = by_period
        .into_iter()
        .map(|(period, moves)| (period, 100.0 * median(moves)))
        .filter(|(_, moved)| *moved > limit)
        .collect();
    let (period, moved) = far
        .iter()
        .max_by(|left, right| left.1.total_cmp(&right.1))?;
    Some(Objection::hold(
        Gate::YearRevised,
        format!(
            "In {} published years half of the figures changed by more than {limit} %; most in {period}, by {moved:.1} % in the middle.",
            far.len()
        ),
    ))
}

/// New years whose middle change against the year before is larger than any year's of
/// real data.
fn jumps(candidate: &Candidate<'_>, figures: &Figures<'_>) -> Option<Objection> {
    let group = |row: &Observation| (row.region.level, row.sex);
    let known: BTreeSet<_> = figures
        .before
        .iter()
        .map(|row| (group(row), &row.period))
        .collect();
    let mut moves: BTreeMap<(&Period, Group<'_>), Vec<f64>> = BTreeMap::new();
    for pair in figures.after.windows(2) {
        let [before, row] = pair else { continue };
        if !is_next(before, row) || known.contains(&(group(row), &row.period)) {
            continue;
        }
        if let (Some(before), Some(value)) = (before.value, row.value) {
            let group = (row.region.level, row.sex, row.breakdown.as_ref());
            let moves = moves.entry((&row.period, group)).or_default();
            moves.push(relative_change(before, value));
        }
    }
    let limit = candidate.thresholds.jump_percent;
    let far: Vec<_> = moves
        .into_iter()
        .map(|(of, moves)| (of, 100.0 * median(moves)))
        .filter(|(_, middle)| *middle > limit)
        .collect();
    let ((period, (level, sex, _)), middle) = far
        .iter()
        .max_by(|left, right| left.1.total_cmp(&right.1))?;
    Some(Objection::hold(
        Gate::YearJumps,
        format!(
            "The new figures of {period} (level `{level}`, sex `{sex}`) differ from the year before by {middle:.1} % in the middle; up to {limit} % pass by themselves."
        ),
    ))
}

/// Whether a figure follows another in the same series.
pub(super) fn is_next(before: &Observation, row: &Observation) -> bool {
    before.region == row.region && before.sex == row.sex && before.breakdown == row.breakdown
}
