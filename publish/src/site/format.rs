//! Numbers, sizes, days and periods as a page shows them.

use botnia_config::words::{numbers, times};
use botnia_model::{Language, Period};

pub(super) use botnia_config::words::numbers::count;
pub(super) use botnia_config::words::times::day;

/// The most decimals that are shown of an indicator that does not say how many it has.
const DECIMALS: u8 = 3;

/// The decimals with which figures are shown: those of the source, or as many as the figures
/// have, within reason.
pub(super) fn decimals(of_source: Option<u8>, values: impl Iterator<Item = f64>) -> u8 {
    if let Some(decimals) = of_source {
        return decimals;
    }
    let needed = |value: f64| {
        let text = value.to_string();
        let fraction = text.split_once('.').map_or(0, |(_, digits)| digits.len());
        u8::try_from(fraction).unwrap_or(DECIMALS).min(DECIMALS)
    };
    values.map(needed).max().unwrap_or_default()
}

/// A figure with so many decimals.
pub(super) fn figure(language: Language, value: f64, decimals: u8) -> String {
    numbers::figure(language, value, Some(decimals))
}

/// A length in bytes.
pub(super) fn size(language: Language, bytes: u64) -> String {
    let units = match language {
        Language::Fi => ["t", "kt", "Mt", "Gt"],
        Language::Sv | Language::En => ["B", "kB", "MB", "GB"],
    };
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < units.len() {
        size /= 1000.0;
        unit += 1;
    }
    let decimals = u8::from(unit > 1 && size < 99.5);
    format!("{}\u{a0}{}", figure(language, size, decimals), units[unit])
}

/// A day `YYYY-MM-DD` as the language writes it; anything else as it is.
pub(super) fn date(language: Language, text: &str) -> String {
    match text.parse::<jiff::civil::Date>() {
        Ok(day) => times::date(language, day),
        Err(_) => text.to_owned(),
    }
}

/// A period.
pub(super) fn period(language: Language, period: &Period) -> String {
    times::period(language, period)
}

/// A text as a heading begins: with a capital letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// `value` between `low` and `high` as a share of a width, with three decimals.
pub(super) fn place(value: f64, (low, high): (f64, f64)) -> String {
    let share = if high > low {
        (value - low) / (high - low)
    } else {
        0.5
    };
    format!("{share:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_the_units_of_the_language() {
        assert_eq!(size(Language::Fi, 950), "950\u{a0}t");
        assert_eq!(size(Language::Fi, 1_234_567), "1,2\u{a0}Mt");
        assert_eq!(size(Language::En, 999_600), "1.0\u{a0}MB");
        assert_eq!(size(Language::Sv, 45_678), "46\u{a0}kB");
    }

    #[test]
    fn a_day_that_is_none_is_shown_as_it_came() {
        assert_eq!(date(Language::Fi, "2026-01-05"), "5.1.2026");
        assert_eq!(date(Language::En, "2026-01-05"), "5 January 2026");
        assert_eq!(date(Language::Sv, "våren 2026"), "våren 2026");
    }

    #[test]
    fn a_value_alone_stands_in_the_middle() {
        assert_eq!(place(3.0, (3.0, 3.0)), "0.500");
        assert_eq!(place(3.0, (1.0, 5.0)), "0.500");
    }

    #[test]
    fn decimals_are_those_of_the_source_or_those_that_there_are() {
        assert_eq!(decimals(Some(1), [1.25].into_iter()), 1);
        assert_eq!(decimals(None, [1.25, 2.0].into_iter()), 2);
        assert_eq!(decimals(None, [1.0 / 3.0].into_iter()), 3);
    }
}
