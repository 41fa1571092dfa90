//! What categories stand for: sexes, periods, parts of a breakdown, and totals.

use botnia_config::mapping::period_of;
use botnia_config::{IndicatorMapping, Pattern};
use botnia_model::{Period, Sex};

use crate::jsonstat::{Category, Dimension};

/// Names of the category that stands for all.
const TOTAL: &str = "yhteensä*|total|totalt*|total *|total,*|samtliga*|alla|all|all *|kaikki*|båda*|\
                     both*|molemmat*|begge*|i alt*|hele*";
const MALE: &str = "miehet*|mies|män|man|männen|male*|men|boys|pojat*|pojkar*|mænd*|menn*|gutter*";
const FEMALE: &str =
    "naiset*|nainen|kvinnor*|kvinna|female*|women|girls|tytöt*|flickor*|kvinder*|kvinner*|jenter*";
/// Codes of the category that stands for all, where no name says otherwise.
const TOTAL_CODES: [&str; 5] = ["SSS", "TOT", "TOTAL", "T", "S"];

/// The sex of a category: as the settings say, else by its name, else by its code. Names
/// come before codes, because codes have been seen swapped.
pub(super) fn sex_of(mapping: &IndicatorMapping, category: &Category) -> Option<Sex> {
    if let Some(sex) = mapping.table.sexes.get(&category.id) {
        return Some(*sex);
    }
    let label = category.label.as_deref().unwrap_or_default();
    let named = |pattern: &str| Pattern::new(pattern).matches(label);
    if named(FEMALE) {
        return Some(Sex::Female);
    }
    if named(MALE) {
        return Some(Sex::Male);
    }
    if named(TOTAL) {
        return Some(Sex::Total);
    }
    match category.id.as_str() {
        "1" | "M" => Some(Sex::Male),
        "2" | "F" | "K" | "W" => Some(Sex::Female),
        "1+2" | "M+K" => Some(Sex::Total),
        code if TOTAL_CODES.contains(&code) => Some(Sex::Total),
        _ => None,
    }
}

/// The period of a category, and whether its figures are preliminary (`2024*`).
pub(super) fn period_and_star(category: &Category) -> Option<(Period, bool)> {
    let label = category.label.as_deref().unwrap_or_default();
    let period = period_of(&category.id, label)?;
    let is_preliminary = category.id.trim_end().ends_with('*') || label.trim_end().ends_with('*');
    Some((period, is_preliminary))
}

/// The part of a breakdown that a category is; `None` for the one that stands for all.
pub(super) fn part_of(dimension: &Dimension, category: &Category) -> Option<String> {
    let is_total = dimension.elimination_value.as_ref() == Some(&category.id)
        || TOTAL_CODES.contains(&category.id.as_str())
        || category
            .label
            .as_deref()
            .is_some_and(|label| Pattern::new(TOTAL).matches(label));
    (!is_total).then(|| {
        // The signs of the breakdown itself, and what cannot be seen.
        let safe = category.id.trim().chars().map(|character| match character {
            '=' | ';' => '_',
            character if character.is_control() => ' ',
            character => character,
        });
        let safe: String = safe.take(100).collect();
        if safe.is_empty() {
            "_".to_owned()
        } else {
            safe
        }
    })
}
