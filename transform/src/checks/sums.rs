//! Do the parts still sum to their whole? Only counts can: municipalities to their
//! province and their wellbeing services county, these and the provinces to the country.

use std::collections::BTreeSet;

use botnia_model::ValueKind;

use super::{Candidate, Gate, Objection, Released, first_few, name, percent};
use crate::aggregation::{Disagreement, Method, Populations, SumCheck, wholes_of};

/// Disagreements that the last release did not have. An indicator whose released parts
/// often do not sum is none of which they should: who is counted in two places within a
/// year is one person of the province.
pub(super) fn check(candidate: &Candidate<'_>, released: Released<'_>) -> Option<Objection> {
    if candidate.described.indicator.value_kind != Some(ValueKind::Count) {
        return None;
    }
    let wholes = wholes_of(candidate.regions.regions());
    let sums =
        |observations| SumCheck::of(&wholes, observations, Method::Sum, &Populations::default());
    let then = sums(released.observations);
    if percent(then.disagreements.len(), then.compared) > candidate.thresholds.not_summing_percent {
        return None;
    }
    let cell = |one: &Disagreement| {
        (
            one.region.to_string(),
            one.period.clone(),
            one.sex,
            one.breakdown.clone(),
        )
    };
    let known: BTreeSet<_> = then.disagreements.iter().map(cell).collect();
    let now = sums(&candidate.normalised.observations);
    let found: Vec<String> = now
        .disagreements
        .iter()
        .filter(|one| !known.contains(&cell(one)))
        .map(|one| {
            format!(
                "{} in {} (`{}`) has {}, its parts sum to {}",
                name(candidate.regions, &one.region),
                one.period,
                one.sex,
                one.published,
                one.summed
            )
        })
        .collect();
    (!found.is_empty()).then(|| {
        Objection::hold(
            Gate::SumsDisagree,
            format!(
                "{} of {} sums disagree that did not before: {}.",
                found.len(),
                now.compared,
                first_few(&found)
            ),
        )
    })
}
