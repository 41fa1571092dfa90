//! Numbers as people write them.

use crate::survey::sheet::Cell;

/// More than live in the country.
const LARGEST: f64 = 10_000_000.0;

/// What a cell that should hold a number holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Number {
    /// Whole and not negative.
    Whole(u32),
    /// Not whole, as written and as a number.
    Fraction(String, f64),
    Negative(String),
    TooLarge(String),
    /// `..`: there is none.
    NotGiven,
    /// The cell is empty.
    Missing,
    Text(String),
    Date,
    Error,
}

pub(super) fn read(cell: Option<&Cell>) -> Number {
    let (number, shown) = match cell {
        None => return Number::Missing,
        Some(Cell::Error) => return Number::Error,
        Some(Cell::Date) => return Number::Date,
        Some(Cell::Logical) => return Number::Text(String::from("TRUE/FALSE")),
        Some(Cell::Number(number)) => (*number, number.to_string()),
        Some(Cell::Text(text)) => {
            if text == ".." {
                return Number::NotGiven;
            }
            if text.starts_with('#') {
                return Number::Error;
            }
            match parse(text) {
                Some(number) => (number, text.clone()),
                None => return Number::Text(text.clone()),
            }
        }
    };
    if number < 0.0 {
        Number::Negative(shown)
    } else if number > LARGEST || !number.is_finite() {
        Number::TooLarge(shown)
    } else if number.fract() == 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, not negative and small"
        )]
        Number::Whole(number as u32)
    } else {
        Number::Fraction(shown, number)
    }
}

/// `1 234`, `12,5`, `12.5`, `12,5 %`.
fn parse(text: &str) -> Option<f64> {
    let text = text.trim_end_matches('%');
    let digits: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| match letter {
            ',' => '.',
            '\u{2212}' | '–' => '-',
            letter => letter,
        })
        .collect();
    let is_number = !digits.is_empty()
        && digits
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-'));
    is_number.then(|| digits.parse().ok()).flatten()
}
