//! How numbers are written in the three languages: decimal mark, thousands, sign, unit.

use botnia_model::{Language, ValueKind};

/// Between the thousands of a number in Finnish and Swedish, and before a unit: no line
/// may break there.
pub const NO_BREAK_SPACE: char = '\u{a0}';
/// The sign of a negative number; a hyphen is none.
pub const MINUS: char = '\u{2212}';

/// The most decimals that are shown of an indicator that does not say how many it has.
const DECIMALS: usize = 3;
/// More than these, no two figures need to be told apart.
const ALL_DECIMALS: usize = 17;

/// A whole number with its thousands apart: by a no-break space in Finnish and Swedish,
/// by a comma in English.
#[must_use]
pub fn count(language: Language, number: u64) -> String {
    grouped(language, &number.to_string())
}

/// A figure with the decimals of its indicator, or as few as it takes (at most three)
/// where that is not known: `12\u{a0}345,6`.
#[must_use]
pub fn figure(language: Language, value: f64, decimals: Option<u8>) -> String {
    let decimals = decimals.map_or_else(|| shortest(value), usize::from);
    written(language, value, decimals)
}

/// A difference with its sign: `+1,2`, `−0,3`, and `0,0` where nothing is seen of it.
#[must_use]
pub fn difference(language: Language, value: f64, decimals: Option<u8>) -> String {
    let text = figure(language, value, decimals);
    let is_seen = text.contains(|digit| matches!(digit, '1'..='9'));
    if value > 0.0 && is_seen {
        format!("+{text}")
    } else {
        text
    }
}

/// Two figures of one indicator with its decimals, or with as many more as it takes to
/// tell them apart.
#[must_use]
pub fn old_and_new(
    language: Language,
    (old, new): (f64, f64),
    decimals: Option<u8>,
) -> [String; 2] {
    let enough = decimals.map_or_else(|| shortest(old).max(shortest(new)), usize::from);
    let shown = |decimals| [old, new].map(|value| written(language, value, decimals));
    (enough..ALL_DECIMALS)
        .map(shown)
        .find(|[old, new]| old != new)
        .unwrap_or_else(|| shown(enough))
}

/// A written number as a percentage: `11,2\u{a0}%`, in English `11.2%`.
#[must_use]
pub fn percent(language: Language, number: &str) -> String {
    match language {
        Language::Fi | Language::Sv => format!("{number}{NO_BREAK_SPACE}%"),
        Language::En => format!("{number}%"),
    }
}

/// A written number as an amount of money: `1\u{a0}euro`, `2\u{a0}euroa`, `1\u{a0}euro` and
/// `2\u{a0}euro` in Swedish.
#[must_use]
pub fn euros(language: Language, number: &str) -> String {
    let is_one = number.trim_start_matches(MINUS) == "1";
    let unit = match (language, is_one) {
        (Language::Fi | Language::En, true) | (Language::Sv, _) => "euro",
        (Language::Fi, false) => "euroa",
        (Language::En, false) => "euros",
    };
    format!("{number}{NO_BREAK_SPACE}{unit}")
}

/// A figure with the unit that its kind gives it: percent for shares, euros for money per
/// person. The other kinds have theirs in the indicator's title or denominator; an amount
/// of money as well, which may be in thousands of euros.
#[must_use]
pub fn with_unit(language: Language, value: f64, decimals: Option<u8>, kind: ValueKind) -> String {
    let number = figure(language, value, decimals);
    match kind {
        ValueKind::Share | ValueKind::SurveyShare => percent(language, &number),
        ValueKind::EuroPerPerson => euros(language, &number),
        ValueKind::Count
        | ValueKind::Rate
        | ValueKind::Ratio
        | ValueKind::Euro
        | ValueKind::Mean
        | ValueKind::Index
        | ValueKind::AmountPerPerson => number,
    }
}

fn shortest(value: f64) -> usize {
    let text = value.to_string();
    let fraction = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    fraction.min(DECIMALS)
}

fn written(language: Language, value: f64, decimals: usize) -> String {
    let mark = match language {
        Language::Fi | Language::Sv => ',',
        Language::En => '.',
    };
    let text = format!("{:.decimals$}", value.abs());
    let is_negative = value < 0.0 && text.contains(|digit| matches!(digit, '1'..='9'));
    let mut number = String::new();
    if is_negative {
        number.push(MINUS);
    }
    match text.split_once('.') {
        Some((whole, fraction)) => {
            number.push_str(&grouped(language, whole));
            number.push(mark);
            number.push_str(fraction);
        }
        None => number.push_str(&grouped(language, &text)),
    }
    number
}

fn grouped(language: Language, digits: &str) -> String {
    let separator = match language {
        Language::Fi | Language::Sv => NO_BREAK_SPACE,
        Language::En => ',',
    };
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}
