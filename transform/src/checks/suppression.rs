//! Figures that are hidden because few persons stand behind them: more of them, or fewer.

use botnia_model::{Observation, Status};

use super::{Candidate, Gate, Objection, Released, percent};

/// Compared row by row, so that a new year with its own suppressed figures says nothing.
pub(super) fn check(
    candidate: &Candidate<'_>,
    released: Released<'_>,
) -> impl Iterator<Item = Objection> + use<> {
    let mut older = released.observations.iter().peekable();
    let (mut both, mut hidden, mut shown, mut before) = (0, 0, 0, 0);
    for new in &candidate.normalised.observations {
        while older.next_if(|old| old.key() < new.key()).is_some() {}
        let Some(old) = older.next_if(|old| old.key() == new.key()) else {
            continue;
        };
        both += 1;
        before += usize::from(is_suppressed(old));
        hidden += usize::from(is_suppressed(new) && old.value.is_some());
        shown += usize::from(is_suppressed(old) && new.value.is_some());
    }
    let shown = (shown > 0).then(|| {
        Objection::hold(
            Gate::SuppressedShown,
            format!(
                "{shown} of the {before} figures that were suppressed in the last release are shown now; what was published once cannot be hidden again."
            ),
        )
    });
    let more = (percent(hidden, both) > candidate.thresholds.suppressed_percent).then(|| {
        Objection::warn(
            Gate::SuppressedMore,
            format!(
                "{hidden} figures that the last release shows are suppressed now ({:.1} % of its rows).",
                percent(hidden, both)
            ),
        )
    });
    shown.into_iter().chain(more)
}

fn is_suppressed(observation: &Observation) -> bool {
    matches!(
        observation.status,
        Status::Suppressed | Status::BelowRespondentLimit
    )
}
