//! What a person or a pipe reads.

use std::io::Write as _;

use super::{NoData, NothingToDecide, UsageError};
use crate::engine::EngineError;
use crate::error_code::ErrorCode;

/// One line to stdout: data that could be piped. A closed pipe ends the program quietly.
pub(super) fn data(line: impl std::fmt::Display) {
    if writeln!(std::io::stdout(), "{line}").is_err() {
        std::process::exit(0);
    }
}

/// One line to stderr: for the person at the terminal.
pub(super) fn note(line: impl std::fmt::Display) {
    // There is nowhere left to say that stderr is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// An error with its code and its causes, each on a line, and where to read on.
pub(super) fn error(error: &anyhow::Error) {
    let code = code(error);
    let mut causes = error.chain().map(ToString::to_string);
    note(format_args!(
        "error[{code}]: {}",
        causes.next().unwrap_or_default()
    ));
    for cause in causes {
        note(format_args!("  cause: {cause}"));
    }
    if let Some(hint) = error.downcast_ref().and_then(EngineError::hint) {
        note(format_args!("hint: {hint}"));
    }
    if !code.is_said_by_its_message() {
        note(format_args!("more: `botnia explain {code}`"));
    }
}

fn code(error: &anyhow::Error) -> ErrorCode {
    if error.is::<UsageError>() {
        ErrorCode::Usage
    } else if error.is::<NothingToDecide>() {
        ErrorCode::NothingToDecide
    } else if error.is::<NoData>() {
        ErrorCode::NoData
    } else {
        ErrorCode::of(error.as_ref())
    }
}

/// A text as one field of a line: what would begin another field or line becomes a space.
pub(super) fn field(text: &str) -> String {
    let parts: Vec<_> = text.split(char::is_control).collect();
    parts.join(" ")
}

/// A number with groups of three divided by a space: `5 351 427`.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 indicator`, `2 indicators`.
pub(super) fn count(number_of: u64, noun: &str) -> String {
    let plural = if number_of == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(number_of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_from_the_right() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(5_351_427), "5 351 427");
    }

    #[test]
    fn a_field_stays_on_its_line_and_in_its_column() {
        assert_eq!(field("one\ttwo\nthree"), "one two three");
        assert_eq!(field("työttömät, %"), "työttömät, %");
    }

    #[test]
    fn nouns_agree_with_their_number() {
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(0, "row"), "0 rows");
    }
}
