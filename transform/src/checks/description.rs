//! What the source says of an indicator: is it still the one that was released?

use botnia_model::{Indicator, Severity, ValueKind};

use super::{Candidate, Gate, Objection, Released};
use crate::normalise::TitleCheck;

/// The title that a set expects, also of an indicator that was never released. One that
/// was accepted once is known, whatever the set says.
pub(super) fn title(candidate: &Candidate<'_>) -> Vec<Objection> {
    let described = candidate.described;
    let known = candidate
        .released
        .is_some_and(|released| released.indicator.title.fi == described.indicator.title.fi);
    match &described.title_check {
        TitleCheck::Different { expected, found } if !known => vec![Objection::hold(
            Gate::TitleDiffers,
            format!(
                "The source calls this indicator \"{found}\"; the indicator set expects \"{expected}\"."
            ),
        )],
        _ => Vec::new(),
    }
}

/// What changed since the release.
pub(super) fn changes(candidate: &Candidate<'_>, released: Released<'_>) -> Vec<Objection> {
    let (old, new) = (released.indicator, &candidate.described.indicator);
    let mut objections = Vec::new();
    // Where a set expects a title, it decides.
    if candidate.described.title_check == TitleCheck::NotExpected {
        objections.extend(title_changed(old, new));
    }
    objections.extend(unit(old, new));
    let word = |kind: Option<ValueKind>| kind.map_or("unknown", ValueKind::as_str);
    if old.value_kind != new.value_kind {
        objections.push(Objection::hold(
            Gate::ValueKindChanged,
            format!(
                "The figures were of the kind `{}` and are now `{}`.",
                word(old.value_kind),
                word(new.value_kind)
            ),
        ));
    }
    objections.extend(producer(old, new));
    let decimals = |indicator: &Indicator| match indicator.decimals {
        Some(decimals) => decimals.to_string(),
        None => "an unknown number of".to_owned(),
    };
    if old.decimals != new.decimals {
        objections.push(Objection::warn(
            Gate::DecimalsChanged,
            format!(
                "The source showed {} decimals and now shows {}.",
                decimals(old),
                decimals(new)
            ),
        ));
    }
    objections
}

fn title_changed(old: &Indicator, new: &Indicator) -> Option<Objection> {
    let (before, after) = (&old.title.fi, &new.title.fi);
    let message = format!("The source called this indicator \"{before}\" and now \"{after}\".");
    match TitleCheck::compare(before, after) {
        TitleCheck::Different { .. } => Some(Objection::hold(Gate::TitleChanged, message)),
        TitleCheck::Drift { .. } => {
            Some(Objection::of(Severity::Note, Gate::TitleChanged, message))
        }
        TitleCheck::Same | TitleCheck::NotExpected => None,
    }
}

/// The source's own code of the value type decides, where it has one; another wording of
/// the same unit is a note.
fn unit(old: &Indicator, new: &Indicator) -> Option<Objection> {
    let (before, after) = (&old.source_value_type, &new.source_value_type);
    let words = |indicator: &Indicator| indicator.unit.fi.trim().to_lowercase();
    let same_words = words(old) == words(new);
    let severity = match (before, after) {
        (Some(before), Some(after)) if before == after && same_words => return None,
        (Some(before), Some(after)) if before == after => Severity::Note,
        (None, None) if same_words => return None,
        _ => Severity::Hold,
    };
    let shown = |indicator: &Indicator| {
        let code = indicator.source_value_type.as_deref().unwrap_or("no code");
        format!("\"{}\" ({code})", indicator.unit.fi)
    };
    Some(Objection::of(
        severity,
        Gate::UnitChanged,
        format!("The unit was {} and is now {}.", shown(old), shown(new)),
    ))
}

fn producer(old: &Indicator, new: &Indicator) -> Option<Objection> {
    let id = |indicator: &Indicator| indicator.producer.as_ref().map(|one| one.id.clone());
    if id(old) == id(new) {
        return None;
    }
    let shown = |indicator: &Indicator| match &indicator.producer {
        Some(producer) => format!("{} (id {})", producer.name.fi, producer.id),
        None => "nobody".to_owned(),
    };
    Some(Objection::hold(
        Gate::ProducerChanged,
        format!(
            "The producer was {} with the licence {} and is now {} with the licence {}.",
            shown(old),
            old.licence,
            shown(new),
            new.licence
        ),
    ))
}
