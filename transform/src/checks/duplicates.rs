//! Rows that stand in an answer more than once.

use botnia_model::FindingKind;

use super::{Candidate, Gate, Objection, Released};

/// Only more of them than in the answers that were accepted before: those a person knows.
pub(super) fn check(
    candidate: &Candidate<'_>,
    released: Released<'_>,
) -> impl Iterator<Item = Objection> + use<> {
    let counts = |kind: FindingKind| {
        let (then, now) = (
            released.findings.count(kind),
            candidate.normalised.findings.count(kind),
        );
        (now > then).then_some((then, now))
    };
    let contradict = counts(FindingKind::ContradictoryRow).map(|(then, now)| {
        Objection::hold(
            Gate::RowsContradict,
            format!(
                "{now} rows contradict another of the same region, year and sex, so that none of them was taken; before it was {then}."
            ),
        )
    });
    let repeat = counts(FindingKind::DuplicateRow).map(|(then, now)| {
        Objection::warn(
            Gate::RowsRepeat,
            format!("{now} rows repeat another one, value for value; before it was {then}."),
        )
    });
    contradict.into_iter().chain(repeat)
}
