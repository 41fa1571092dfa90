//! Signs that a file is about single persons.

use crate::survey::Entry;
use crate::survey::problem::ProblemKind;
use crate::survey::sheet::Cell;

/// Fewer figures than this may all be 0 or 1 by chance.
const FEWEST: usize = 20;

/// What is personal about a cell.
pub(super) fn problem(cell: &Cell) -> Option<ProblemKind> {
    let Cell::Text(text) = cell else { return None };
    if text.split_whitespace().any(is_identity_code) {
        return Some(ProblemKind::IdentityCode);
    }
    text.split_whitespace()
        .any(is_mail_address)
        .then_some(ProblemKind::MailAddress)
}

/// Whether every count is 0 or 1, so that rows seem to be persons.
pub(super) fn are_rows(entries: &[Entry]) -> bool {
    let counts: Vec<_> = entries.iter().filter_map(|entry| entry.count).collect();
    counts.len() >= FEWEST && counts.iter().all(|count| *count <= 1)
}

/// The Finnish personal identity code: a day, a sign of the century, a number and its check
/// character (Government Decree 128/2010, and 690/2022 for the further signs).
fn is_identity_code(word: &str) -> bool {
    const CHECKS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let upper = word.to_ascii_uppercase();
    let bytes = upper.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    let bytes = bytes.as_bytes();
    if bytes.len() != 11 || !matches!(bytes[6], b'+' | b'-' | b'A'..=b'F' | b'U'..=b'Y') {
        return false;
    }
    let digits = bytes[..6].iter().chain(&bytes[7..10]);
    if !digits.clone().all(u8::is_ascii_digit) {
        return false;
    }
    let number = digits.fold(0_usize, |number, digit| {
        number * 10 + usize::from(digit - b'0')
    });
    CHECKS[number % 31] == bytes[10]
}

fn is_mail_address(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.')
    })
}

#[test]
fn identity_codes_are_known_by_their_check_character() {
    // Made up: nobody is born on these days of the 19th century and alive.
    assert!(is_identity_code("131052-308T"));
    assert!(is_identity_code("(131052-308t)"));
    assert!(!is_identity_code("131052-308A"));
    assert!(!is_identity_code("131052"));
    assert!(is_mail_address("maija@example.org"));
    assert!(!is_mail_address("@example"));
}
