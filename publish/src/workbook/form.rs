//! The form for notes: those that are there, then a row for every theme and indicator.

use std::collections::BTreeMap;

use botnia_config::NoteColumn;
use botnia_config::note_form::note_sheet_name;
use botnia_model::{Language, Note, NoteFormat, NoteSubject};

use super::RegionWorkbook;
use super::sheet::{Cell, Heading, SheetNames, TableSheet};
use super::theme::theme_name;
use super::words::Phrases;
use crate::report::THEMES;

/// The sheet.
pub(super) fn sheet(
    of: &RegionWorkbook<'_>,
    language: Language,
    names: &mut SheetNames,
) -> TableSheet {
    let phrases = Phrases::of(language);
    let rows_in_order = of.report.rows_in_order();
    let titles: BTreeMap<&str, &str> = rows_in_order
        .iter()
        .map(|row| (row.indicator_id.as_str(), row.title.or_finnish(language)))
        .collect();
    let region_id = of.report.region.key.id();
    let region = of.report.name(language);
    let line = |subject: &NoteSubject, note: Option<&Note>| -> Vec<Cell> {
        let (indicator_id, title, theme) = match subject {
            NoteSubject::Indicator(id) => {
                let id = id.to_string();
                let title = titles.get(id.as_str()).copied().unwrap_or_default();
                (id, title.to_owned(), String::new())
            }
            NoteSubject::Theme(theme) => {
                (String::new(), String::new(), theme_name(language, theme))
            }
        };
        let cell = |column| match column {
            NoteColumn::RegionId => Cell::text(region_id.as_str()),
            NoteColumn::Region => Cell::text(region),
            NoteColumn::IndicatorId => Cell::text(&indicator_id),
            NoteColumn::Indicator => Cell::lines(&title),
            NoteColumn::Theme => Cell::lines(&theme),
            NoteColumn::Text => {
                note.map_or(Cell::Lines(String::new()), |note| Cell::lines(&note.text))
            }
            NoteColumn::Author => note.map_or(Cell::Empty, |note| Cell::text(&note.author)),
            NoteColumn::Date => note.map_or(Cell::Empty, |note| Cell::text(&note.date.to_string())),
            NoteColumn::Language => {
                let of_note = note.map_or(language, |note| note.language);
                Cell::text(of_note.code())
            }
            NoteColumn::Format => match note.map(|note| note.format) {
                Some(format @ NoteFormat::Markdown) => Cell::text(format.as_str()),
                _ => Cell::Empty,
            },
            NoteColumn::NoteId => note.map_or(Cell::Empty, |note| Cell::text(note.id().as_str())),
            NoteColumn::Withdraw => Cell::Empty,
        };
        NoteColumn::ALL.into_iter().map(cell).collect()
    };
    let mut rows: Vec<Vec<Cell>> = of
        .notes
        .iter()
        .map(|note| line(&note.subject, Some(note)))
        .collect();
    for theme in THEMES {
        let of_theme = of.report.of_theme(theme);
        if of_theme.is_empty() {
            continue;
        }
        rows.push(line(&NoteSubject::Theme(theme.to_owned()), None));
        for row in of_theme {
            if let Ok(id) = row.indicator_id.parse() {
                rows.push(line(&NoteSubject::Indicator(id), None));
            }
        }
    }
    let name = names.take(note_sheet_name(language));
    let heading = name.clone();
    TableSheet {
        headings: NoteColumn::ALL
            .map(|column| Heading::new(column.heading(language), width(column)))
            .into(),
        rows,
        ..of.table_sheet(language, name, &heading, phrases.notes_about.to_owned())
    }
}

fn width(column: NoteColumn) -> u32 {
    match column {
        NoteColumn::RegionId | NoteColumn::Date | NoteColumn::Withdraw => 11,
        NoteColumn::Region | NoteColumn::IndicatorId => 18,
        NoteColumn::Indicator => 42,
        NoteColumn::Theme => 26,
        NoteColumn::Text => 70,
        NoteColumn::Author => 22,
        NoteColumn::Language | NoteColumn::Format => 9,
        NoteColumn::NoteId => 19,
    }
}
