//! The headings of a form: which column stands where.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use botnia_config::NoteColumn;
use botnia_config::note_form::is_for_readers;
use botnia_model::Language;

use super::cells::Cell;

/// What a row of headings says.
#[derive(Debug)]
pub(super) struct Headings {
    /// Where each column stands.
    pub(super) columns: BTreeMap<NoteColumn, usize>,
    /// The language of the form, where its headings tell it.
    pub(super) language: Option<Language>,
    /// Headings that mean nothing here, and where they stand.
    pub(super) unknown: Vec<(usize, String)>,
    /// Headings that stand there twice, and where the second is.
    pub(super) repeated: Vec<(usize, String)>,
}

impl Headings {
    /// The headings in a row; `None` where it cannot be the row with the headings, because it
    /// has none for the text or none for the region.
    pub(super) fn read(row: &[Cell]) -> Option<Self> {
        let mut headings = Self {
            columns: BTreeMap::new(),
            language: None,
            unknown: Vec::new(),
            repeated: Vec::new(),
        };
        for (place, cell) in row.iter().enumerate() {
            let heading = cell.text();
            if heading.is_empty() || is_for_readers(&heading) {
                continue;
            }
            let Some((column, language)) = NoteColumn::find(&heading) else {
                headings.unknown.push((place, heading));
                continue;
            };
            headings.language = headings.language.or(language);
            match headings.columns.entry(column) {
                Entry::Occupied(_) => headings.repeated.push((place, heading)),
                Entry::Vacant(entry) => {
                    entry.insert(place);
                }
            }
        }
        let has = |column| headings.columns.contains_key(&column);
        let of_a_region = has(NoteColumn::RegionId) || has(NoteColumn::Region);
        // What only withdraws needs no text.
        let of_notes = has(NoteColumn::Text) || has(NoteColumn::NoteId);
        (of_notes && of_a_region || has(NoteColumn::NoteId) && has(NoteColumn::Withdraw))
            .then_some(headings)
    }

    /// Where a column stands; for a missing one of a pair, where the other stands.
    pub(super) fn place(&self, column: NoteColumn) -> Option<usize> {
        let other = match column {
            NoteColumn::RegionId => NoteColumn::Region,
            NoteColumn::IndicatorId => NoteColumn::Theme,
            other => other,
        };
        let find = |column| self.columns.get(&column).copied();
        find(column).or_else(|| find(other))
    }
}
