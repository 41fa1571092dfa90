//! Charts of a report: what stands where on the paper, and nothing that is not in its tables.
//!
//! Inside a page a chart is drawn with the page's own styles, so that it follows the reader's
//! light or dark mode; as a file it carries its colours and its font along.

pub(crate) mod line;
pub(crate) mod picture;
pub(crate) mod profile;
pub(crate) mod profile_file;
pub(crate) mod scale;

use super::plain::kept_together;

/// Text as the content or a quoted attribute of an SVG or HTML element. Characters that can
/// turn the reading direction or that XML does not know are left out.
pub(crate) fn escape(text: &str, into: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            letter if is_unseen(letter) => {}
            letter if letter.is_control() => into.push(' '),
            letter => into.push(letter),
        }
    }
}

/// Marks that change how text around them is read, or are seen by nobody: bidirectional
/// controls, zero-width characters, and what is no character in XML.
pub(crate) fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{61c}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}'
    )
}

/// The text without what nobody sees and with its numbers kept together, escaped by whoever
/// writes it.
pub(crate) fn visible(text: &str) -> String {
    let seen: String = text
        .chars()
        .filter(|letter| !is_unseen(*letter))
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    kept_together(&seen)
}

/// A length on the paper with one decimal at most.
pub(crate) fn length(value: f64) -> String {
    let tenths = (value * 10.0).round();
    // The sum turns -0 into 0.
    let text = format!("{}", tenths / 10.0 + 0.0);
    text
}
