//! What people say beside the figures of a region, as CSV: as a spreadsheet opens it, and as
//! `botnia import notes` reads it back.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;

use botnia_model::{ContentHash, Note, NoteSubject, Region, Text};
use csv::{Terminator, WriterBuilder};

use crate::csv::{IndicatorTitles, RegionNames, starts_formula};
use crate::package::package_folder;

/// The name of the file within a package.
pub(crate) const NOTES_CSV: &str = "notes.csv";

/// The columns, in order. Those that `botnia_config::NoteColumn` names are read back.
const NOTE_COLUMNS: [&str; 13] = [
    "note_id",
    "region_id",
    "region_name_fi",
    "region_name_sv",
    "theme",
    "indicator_id",
    "title_fi",
    "title_sv",
    "date",
    "author",
    "language",
    "format",
    "text",
];

/// Part of every file's content hash: raised when this module writes the same notes
/// differently.
const FORMAT_VERSION: &[u8] = b"notes.csv 1";

/// The notes by the folder of the package that they belong to.
#[derive(Clone, Debug, Default)]
pub(crate) struct NotesOfRegions(BTreeMap<String, Vec<Note>>);

impl NotesOfRegions {
    /// The notes of these regions, in the order given. A region without a package has no
    /// place for any.
    pub(crate) fn new(regions: &[Region], notes: Vec<Note>) -> Self {
        let folders: BTreeMap<_, _> = regions
            .iter()
            .filter_map(|region| Some((&region.key, package_folder(region)?)))
            .collect();
        let mut by_folder: BTreeMap<String, Vec<Note>> = BTreeMap::new();
        for note in notes {
            if let Some(folder) = folders.get(&note.region) {
                by_folder.entry(folder.clone()).or_default().push(note);
            }
        }
        Self(by_folder)
    }

    /// Those of a package.
    pub(crate) fn of(&self, folder: &str) -> &[Note] {
        self.0.get(folder).map_or(&[], Vec::as_slice)
    }
}

/// The content hash of a file: while it stays the same, the file stays the same.
pub(crate) fn notes_hash(
    notes: &[Note],
    titles: &IndicatorTitles,
    regions: &RegionNames,
) -> ContentHash {
    let mut parts = vec![FORMAT_VERSION.to_vec()];
    for note in notes {
        let texts = cells(note, titles, regions);
        parts.extend(texts.into_iter().map(String::into_bytes));
    }
    ContentHash::of_parts(parts.iter().map(Vec::as_slice))
}

/// Writes the notes.
pub(crate) fn write_notes_csv(
    notes: &[Note],
    titles: &IndicatorTitles,
    regions: &RegionNames,
    mut sink: impl Write,
) -> Result<(), csv::Error> {
    sink.write_all("\u{feff}".as_bytes())?;
    let mut writer = WriterBuilder::new()
        .delimiter(b';')
        .terminator(Terminator::CRLF)
        .from_writer(sink);
    writer.write_record(NOTE_COLUMNS)?;
    for note in notes {
        let cells = cells(note, titles, regions);
        writer.write_record(cells.iter().map(|cell| guarded(cell).into_owned()))?;
    }
    writer.flush()?;
    Ok(())
}

fn cells(note: &Note, titles: &IndicatorTitles, regions: &RegionNames) -> [String; 13] {
    let none = Text::default();
    let region_id = note.region.id().to_string();
    let region = regions.name(&region_id).unwrap_or(&none);
    let (theme, indicator_id) = match &note.subject {
        NoteSubject::Theme(theme) => (theme.clone(), String::new()),
        NoteSubject::Indicator(id) => (String::new(), id.to_string()),
    };
    let title = titles.title(&indicator_id).unwrap_or(&none);
    [
        note.id().to_string(),
        region_id.clone(),
        region.fi.clone(),
        region.sv.clone(),
        theme,
        indicator_id.clone(),
        title.fi.clone(),
        title.sv.clone(),
        note.date.to_string(),
        note.author.clone(),
        note.language.code().to_owned(),
        note.format.as_str().to_owned(),
        note.text.clone(),
    ]
}

/// The text as a cell that is no formula (CWE-1236), with its lines kept, and so that it can
/// be told from one that began with an apostrophe before.
fn guarded(text: &str) -> Cow<'_, str> {
    if starts_formula(text.trim_start_matches('\'')) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use botnia_model::{Language, NoteFormat, RegionKey, RegionLevel};

    use super::*;

    fn note(text: &str) -> Note {
        Note {
            region: RegionKey::new(RegionLevel::Municipality, "074".parse().unwrap()),
            subject: NoteSubject::Indicator("sotkanet:127".parse().unwrap()),
            date: "2026-11-22".parse().unwrap(),
            author: "@nuoret".to_owned(),
            language: Language::Fi,
            format: NoteFormat::Plain,
            text: text.to_owned(),
        }
    }

    fn written(notes: &[Note]) -> String {
        let mut bytes = Vec::new();
        let (titles, names) = (IndicatorTitles::default(), RegionNames::default());
        write_notes_csv(notes, &titles, &names, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_file_is_what_a_finnish_excel_expects() {
        let note = note("=1+1; \"mitä?\"\nToinen rivi.");
        assert_eq!(
            written(std::slice::from_ref(&note)),
            format!(
                "\u{feff}note_id;region_id;region_name_fi;region_name_sv;theme;indicator_id;\
                 title_fi;title_sv;date;author;language;format;text\r\n\
                 {};KU074;;;;sotkanet:127;;;2026-11-22;'@nuoret;fi;plain;\
                 \"'=1+1; \"\"mitä?\"\"\nToinen rivi.\"\r\n",
                note.id()
            )
        );
    }

    #[test]
    fn a_file_without_notes_has_its_headings() {
        assert_eq!(written(&[]).lines().count(), 1);
    }

    #[test]
    fn an_apostrophe_that_was_there_is_not_taken_for_a_guard() {
        for (text, cell) in [
            ("=x", "'=x"),
            ("'=x", "''=x"),
            ("'lainaus'", "'lainaus'"),
            ("- lista", "'- lista"),
        ] {
            assert_eq!(guarded(text), cell);
        }
    }

    #[test]
    fn other_notes_are_other_content() {
        let (titles, names) = (IndicatorTitles::default(), RegionNames::default());
        let hash = |notes: &[Note]| notes_hash(notes, &titles, &names);
        assert_ne!(hash(&[note("a")]), hash(&[note("b")]));
        assert_ne!(hash(&[]), hash(&[note("a")]));
    }

    #[test]
    fn a_region_without_a_package_has_no_place_for_notes() {
        let mut nowhere = note("a");
        nowhere.region = RegionKey::finland();
        let notes = NotesOfRegions::new(&[], vec![nowhere]);
        assert_eq!(notes.of("municipalities/074-halsua"), []);
    }
}
