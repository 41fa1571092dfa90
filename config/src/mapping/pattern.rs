//! Patterns over codes and names.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A pattern: `*` stands for any characters, `|` stands between alternatives, and capital
/// and small letters are the same: `ika*|ikä*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern from its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a code or name is what it describes.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.trim().to_lowercase().chars().collect();
        self.0.split('|').any(|alternative| {
            let pattern: Vec<char> = alternative.trim().to_lowercase().chars().collect();
            matches(&pattern, &text)
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One alternative. Goes back only to the latest `*`, so it takes at most the product of
/// the two lengths.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at + 1, place));
            at += 1;
        } else if pattern.get(at) == Some(&text[place]) {
            at += 1;
            place += 1;
        } else if let Some((after_star, began)) = star {
            at = after_star;
            place = began + 1;
            star = Some((after_star, began + 1));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|character| *character == '*')
}
