//! Notes of people, read from a file that was filled in by hand: CSV or an XLSX workbook.
//!
//! Everything that is wrong with a file is told at once, each with its sheet, row and
//! column, in the languages of those who fill in such files. A file with one mistake gives
//! nothing: half an import would leave its author to guess which half.
//!
//! What is deliberately absent: whether a note is new. That is the ledger's to know.

mod cells;
mod headings;
mod problem;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use botnia_config::Date;
use botnia_config::RegionTables;
use botnia_model::{IndicatorId, Note, NoteId};

pub use problem::{CellPlace, NoteMistake, NoteProblem};

/// Bytes of the largest file.
pub const LARGEST_FILE: usize = 8 << 20;
/// Rows of the longest sheet.
pub const MOST_ROWS: usize = 20_000;
/// Characters of the longest text.
pub const LONGEST_TEXT: usize = 10_000;
/// Characters of the longest author.
pub const LONGEST_AUTHOR: usize = 200;

/// What notes may speak of, and what stands for cells that a file leaves empty.
#[derive(Clone, Copy, Debug)]
pub struct NoteTerms<'a> {
    /// The regions.
    pub regions: &'a RegionTables,
    /// The indicators.
    pub indicators: &'a BTreeSet<IndicatorId>,
    /// The words of the themes, by every name that people may give them, in lower case.
    pub themes: &'a BTreeMap<String, String>,
    /// The notes that were imported before, withdrawn ones too.
    pub known: &'a BTreeSet<NoteId>,
    /// Today: no note has a later date.
    pub today: Date,
    /// The author of notes that name none.
    pub author: Option<&'a str>,
    /// The date of notes that have none.
    pub date: Option<Date>,
}

/// What a row of a file asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteRequest {
    /// To keep this note; the same again is no second one.
    Keep(Note),
    /// To keep this note in the place of another, which it corrects.
    Replace {
        /// The other one.
        withdrawn: NoteId,
        /// What is said instead.
        note: Note,
    },
    /// To withdraw a note.
    Withdraw(NoteId),
}

/// Reads the notes in a file. `name` is the file's name, whose ending does not matter: what
/// begins as an XLSX workbook is one, everything else is CSV.
///
/// Rows without a text are passed over: a form has a row for every indicator.
///
/// # Errors
/// Everything that is wrong with it, in the order of rows and columns.
pub fn read_notes(
    bytes: &[u8],
    terms: NoteTerms<'_>,
) -> Result<Vec<NoteRequest>, Vec<NoteProblem>> {
    let sheet = cells::read(bytes).map_err(|problem| vec![problem])?;
    rows::read(&sheet, terms)
}

#[cfg(test)]
mod tests;
