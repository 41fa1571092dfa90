//! The workshop pack: pages to print, one per theme, with room to write what the figures
//! mean and what should be done. What is written goes into the form of the workbook, which
//! `botnia import notes` reads back.

mod words;

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::sync::LazyLock;

use botnia_config::words::{self as shared, numbers, times};
use botnia_model::{Comparator, ContentHash, Language, Note, NoteSubject, Verdict};
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::PublishError;
use crate::documents::ReleaseFacts;
use crate::documents::words::synthetic_notice;
use crate::report::{RegionReport, ReportContext, ReportRow, THEMES};
use crate::workbook::{cell_text, comparator_columns, theme_name, workbook_file};
use words::Phrases;

/// The languages in which there are packs.
pub const WORKSHOP_LANGUAGES: [Language; 2] = [Language::Fi, Language::Sv];

/// Part of every pack's content hash: raised when the same report gives another page.
const FORMAT_VERSION: &[u8] = b"workshop 2";

/// Rows that leave room to write on one page.
const ROWS_OF_A_PAGE: usize = 9;
/// Changes that are told above a table.
const CHANGES: usize = 3;

const TEMPLATE: &str = "workshop.html";

static ENVIRONMENT: LazyLock<Result<Environment<'static>, minijinja::Error>> =
    LazyLock::new(|| {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_template(TEMPLATE, include_str!("workshop.html"))?;
        Ok(environment)
    });

/// The name of the file within a package.
pub fn workshop_file(language: Language) -> &'static str {
    shared::in_language(
        language,
        ["tyopaja.fi.html", "workshop.sv.html", "workshop.en.html"],
    )
}

/// The content hash of a pack, as that of a workbook.
pub(crate) fn workshop_hash(
    language: Language,
    tables: &[ContentHash],
    shared: ContentHash,
    notes: &[Note],
) -> ContentHash {
    let ids: Vec<_> = notes.iter().map(Note::id).collect();
    let tables = tables.iter().map(|hash| hash.as_bytes().as_slice());
    let head = [
        FORMAT_VERSION,
        language.code().as_bytes(),
        shared.as_bytes(),
    ];
    let notes = ids.iter().map(|id| id.as_str().as_bytes());
    ContentHash::of_parts(head.into_iter().chain(tables).chain(notes))
}

/// What a pack is made of.
#[derive(Clone, Copy)]
pub struct WorkshopPack<'a> {
    /// The report.
    pub report: &'a RegionReport,
    /// What all reports share.
    pub context: &'a ReportContext,
    /// The release in which the content last changed.
    pub facts: &'a ReleaseFacts,
    /// What people said before, in order.
    pub notes: &'a [Note],
}

#[derive(Serialize)]
struct Page {
    w: &'static Phrases,
    title: String,
    region: String,
    edition: String,
    synthetic: Option<&'static str>,
    workbook: &'static str,
    columns: Vec<String>,
    themes: Vec<Theme>,
}

#[derive(Serialize)]
struct Theme {
    name: String,
    changes: Vec<String>,
    rows: Vec<Row>,
    /// How many indicators with a value the page has no room for.
    others: usize,
    notes: Vec<NoteView>,
}

#[derive(Serialize)]
struct Row {
    title: String,
    period: String,
    own: String,
    change: String,
    others: Vec<String>,
    verdict: &'static str,
    direction: &'static str,
}

#[derive(Serialize)]
struct NoteView {
    language: &'static str,
    about: String,
    who: String,
    lines: Vec<String>,
}

impl WorkshopPack<'_> {
    /// The page. The same report gives the same bytes.
    ///
    /// # Errors
    /// [`PublishError::WritePage`].
    pub fn write(&self, language: Language) -> Result<String, PublishError> {
        let failed = |source: minijinja::Error| PublishError::WritePage {
            page: format!(
                "{} of {}",
                workshop_file(language),
                self.report.region.key.id()
            ),
            source,
        };
        let environment = ENVIRONMENT.as_ref().map_err(|error| {
            let text = error.to_string();
            failed(minijinja::Error::new(error.kind(), text))
        })?;
        let template = environment.get_template(TEMPLATE).map_err(failed)?;
        template
            .render(Value::from(Serde(self.page(language))))
            .map_err(failed)
    }

    fn page(&self, language: Language) -> Page {
        let phrases = Phrases::of(language);
        let region = cell_text(self.report.name(language));
        let day = times::day(language, self.facts.moment);
        let columns = comparator_columns(self.report, self.context, language);
        Page {
            w: phrases,
            title: format!("{}: {region}", phrases.title),
            edition: phrases
                .edition
                .replace("{release}", &self.facts.number.to_string())
                .replace("{day}", &day),
            region,
            synthetic: self.facts.synthetic.then(|| synthetic_notice(language)),
            workbook: workbook_file(language),
            themes: THEMES
                .iter()
                .filter_map(|theme| {
                    let compared: Vec<_> = columns.iter().map(|column| column.comparator).collect();
                    self.theme(language, theme, &compared)
                })
                .collect(),
            columns: columns.into_iter().map(|column| column.name).collect(),
        }
    }

    /// A theme with a figure, or with something that was said of it.
    fn theme(&self, language: Language, theme: &str, columns: &[Comparator]) -> Option<Theme> {
        let mut rows = self.report.of_theme(theme);
        rows.retain(|row| row.value.is_some());
        let in_theme = |note: &&Note| match &note.subject {
            NoteSubject::Theme(of) => of == theme,
            NoteSubject::Indicator(id) => {
                let id = id.to_string();
                self.report
                    .of_theme(theme)
                    .iter()
                    .any(|row| row.indicator_id == id)
            }
        };
        let notes: Vec<_> = self
            .notes
            .iter()
            .filter(in_theme)
            .map(|note| self.note(language, note))
            .collect();
        if rows.is_empty() && notes.is_empty() {
            return None;
        }
        let shown = foremost(&rows);
        let mut changed: Vec<_> = rows
            .iter()
            .filter(|row| is_told(row.change_verdict.verdict))
            .collect();
        changed.sort_by(|one, other| size(other).total_cmp(&size(one)));
        let changes = changed
            .into_iter()
            .take(CHANGES)
            .map(|row| change(language, row))
            .collect();
        Some(Theme {
            name: theme_name(language, theme),
            changes,
            others: rows.len() - shown.len(),
            rows: shown
                .into_iter()
                .map(|row| table_row(language, columns, row))
                .collect(),
            notes,
        })
    }

    fn note(&self, language: Language, note: &Note) -> NoteView {
        let about = match &note.subject {
            NoteSubject::Theme(_) => String::new(),
            NoteSubject::Indicator(id) => {
                let id = id.to_string();
                let mut rows = self.report.rows.iter();
                rows.find(|row| row.indicator_id == id)
                    .map_or(id, |row| cell_text(row.title.or_finnish(language)))
            }
        };
        NoteView {
            language: note.language.code(),
            about,
            who: format!("{}, {}", note.author, times::date(language, note.date)),
            lines: note.text.split('\n').map(cell_text).collect(),
        }
    }
}

/// The rows that leave most to talk about, in reading order: those that differ from the
/// country or changed more than chance explains come before the others.
fn foremost<'a>(rows: &[&'a ReportRow]) -> Vec<&'a ReportRow> {
    let mut places: Vec<usize> = (0..rows.len()).collect();
    places.sort_by_key(|place| {
        let row = rows[*place];
        let differs = is_told(row.comparison(Comparator::Country).judged.verdict);
        let changed = is_told(row.change_verdict.verdict);
        Reverse(u8::from(differs) + u8::from(changed))
    });
    places.truncate(ROWS_OF_A_PAGE);
    places.sort_unstable();
    places.into_iter().map(|place| rows[place]).collect()
}

/// Whether a verdict says more than that chance may explain it.
fn is_told(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Similar | Verdict::NotCompared)
}

fn size(row: &ReportRow) -> f64 {
    row.change_percent.unwrap_or_default().abs()
}

fn figure(language: Language, row: &ReportRow, value: Option<f64>) -> String {
    value.map_or_else(
        || "–".to_owned(),
        |value| numbers::figure(language, value, row.decimals),
    )
}

fn difference(language: Language, row: &ReportRow) -> String {
    row.change.map_or_else(
        || "–".to_owned(),
        |change| numbers::difference(language, change, row.decimals),
    )
}

/// "Työttömät, %: −1,0 (parantunut)".
fn change(language: Language, row: &ReportRow) -> String {
    format!(
        "{}: {} ({})",
        cell_text(row.title.or_finnish(language)),
        difference(language, row),
        shared::change_verdict(language, row.change_verdict.verdict)
    )
}

fn table_row(language: Language, columns: &[Comparator], row: &ReportRow) -> Row {
    let country = row.comparison(Comparator::Country).judged.verdict;
    let period = row.period.as_ref();
    Row {
        title: cell_text(row.title.or_finnish(language)),
        period: period.map_or_else(String::new, |period| times::period(language, period)),
        own: figure(language, row, row.value),
        change: difference(language, row),
        others: columns
            .iter()
            .map(|column| figure(language, row, row.comparison(*column).value))
            .collect(),
        verdict: shared::verdict(language, country),
        direction: shared::trend_verdict(language, row.trend_verdict),
    }
}
