//! Local surveys: from a file that somebody filled in to figures that may be published.
//!
//! [`read`] takes a CSV or XLSX file and the map of its columns, and gives the counts in it
//! or everything that is wrong, each at its cell. [`publishable`] hides what has to be
//! hidden ([`crate::disclosure`]) and gives a [`Document`] for each wave: the form in which a survey is
//! kept, archived and released.
//!
//! **What is kept.** Only documents. The file itself is read and let go: it has counts of
//! one and two persons, and the archive of raw bytes is written once, kept for good, and
//! often lies in a bucket that others read. Not even its hash is kept: whoever can guess
//! all of a CSV file but three small numbers could try them out until the hash fits. Who
//! needs the file again keeps it where personal data may be kept.
//!
//! **What is refused.** Files about single persons: identity codes, mail addresses, names
//! as headings, rows that are all 0 or 1. Botnia never holds client-level data.
//!
//! What is deliberately absent: any interval. A share of weighted answers is no binomial
//! proportion, and experts who were asked are no random sample.

mod checks;
mod columns;
mod document;
mod figures;
mod problem;
mod protection;
mod rows;
mod sheet;
mod template;

#[cfg(test)]
mod tests;

use botnia_config::{RegionTables, SurveyMap};
use botnia_model::{Period, RegionKey};

pub use self::document::{About, Document, DocumentIndicator, DocumentRow};
pub use self::figures::{Publishable, Refusal, publishable};
pub use self::problem::{Place, ProblemKind, SurveyProblem};
pub use self::template::template;

/// Why nothing could be made of a file.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The file is no CSV and no XLSX.
    #[error("the file cannot be read: {reason}")]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// The file is larger than a survey can be.
    #[error("the file is too large ({what})")]
    TooLarge {
        /// How large, and what is allowed.
        what: String,
    },
    /// The workbook does not have the sheet of the map.
    #[error("there is no sheet `{wanted}`; the workbook has {}", found.join(", "))]
    NoSheet {
        /// The sheet of the map.
        wanted: String,
        /// Those that there are.
        found: Vec<String>,
    },
    /// Everything that is wrong in the file, in reading order.
    #[error("{} to correct in the file", problems.len())]
    Problems {
        /// At least one.
        problems: Vec<SurveyProblem>,
    },
}

/// The counts of a survey's file, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyTable {
    entries: Vec<Entry>,
}

impl SurveyTable {
    /// How many figures it has.
    pub fn figures(&self) -> usize {
        self.entries.len()
    }

    /// The waves, each once, in order.
    pub fn waves(&self) -> Vec<Period> {
        let mut waves: Vec<_> = self
            .entries
            .iter()
            .map(|entry| entry.wave.clone())
            .collect();
        waves.sort();
        waves.dedup();
        waves
    }
}

/// One count, with the place where it stands.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    /// Row, from 0.
    row: u32,
    /// The column of the figure, from 0.
    column: u32,
    /// Position in the map's indicators.
    indicator: usize,
    region: RegionKey,
    wave: Period,
    /// For each dimension of the map the member; `None` for all.
    members: Vec<Option<usize>>,
    /// Position in the scale.
    answer: Option<usize>,
    /// `None` where the file says that there is none.
    count: Option<u32>,
    /// As written, in percent.
    share: Option<f64>,
    respondents: Option<u32>,
    respondents_column: u32,
}

impl Entry {
    /// What it is about, apart from the answer.
    fn base(&self) -> (usize, &RegionKey, &Period, &[Option<usize>]) {
        (self.indicator, &self.region, &self.wave, &self.members)
    }
}

/// Reads a survey's file. `wave` is that of all rows where the map has no column for it.
///
/// # Errors
/// A file that cannot be read at all, or everything that is wrong in it.
pub fn read(
    bytes: &[u8],
    map: &SurveyMap,
    wave: Option<&Period>,
    tables: &RegionTables,
) -> Result<SurveyTable, SurveyError> {
    let sheet = sheet::read(bytes, map.sheet.as_deref())?;
    let mut problems = Vec::new();
    let entries = rows::entries(&sheet, map, wave, tables, &mut problems);
    checks::check(&entries, map, &sheet.name, &mut problems);
    if problems.is_empty() {
        return Ok(SurveyTable { entries });
    }
    problems.sort_by(|one: &SurveyProblem, other| {
        let kinds = one.kind.partial_cmp(&other.kind);
        one.place
            .cmp(&other.place)
            .then(kinds.unwrap_or(std::cmp::Ordering::Equal))
    });
    problems.dedup();
    Err(SurveyError::Problems { problems })
}

/// A text as it is compared: case and spaces do not matter.
fn folded(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// The word that `text` was probably meant to be: the one with the fewest letters to change,
/// and not more than a third of them.
fn nearest<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let text: Vec<char> = folded(text).chars().take(60).collect();
    words
        .into_iter()
        .map(|word| {
            let letters: Vec<char> = folded(word).chars().take(60).collect();
            (distance(&text, &letters), word)
        })
        .filter(|(distance, word)| distance * 3 <= word.chars().count().max(text.len()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word.to_owned())
}

/// Letters to put in, take out or change (Levenshtein 1966).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, against) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != against);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}
