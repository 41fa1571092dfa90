//! Workbooks: what a region's package holds for those who work in a spreadsheet.
//!
//! A workbook has a sheet of contents, one table per theme in the layout of the national
//! report tool, the region's own observations, what each indicator is, and a form for notes
//! that `botnia import notes` reads back. Numbers are numbers, codes are text, and what comes
//! from outside is never a formula.
//!
//! What is deliberately absent: statistics, macros, merged cells, and anything that only a
//! colour tells.

mod contents;
mod data;
mod form;
mod sheet;
mod theme;
mod words;

#[cfg(test)]
pub(crate) mod tests;

use botnia_config::words as shared;
use botnia_model::{ContentHash, Language, Note};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::PublishError;
use crate::documents::ReleaseFacts;
use crate::report::{RegionReport, ReportContext, THEMES};
pub(crate) use sheet::cell_text;
use sheet::{Formats, SheetNames, TableSheet, add_table};
pub(crate) use theme::{comparator_columns, theme_name};
use words::Phrases;

/// The languages in which there are workbooks.
pub const WORKBOOK_LANGUAGES: [Language; 2] = [Language::Fi, Language::Sv];

/// Part of every workbook's content hash: raised when the same report gives another workbook.
const FORMAT_VERSION: &[u8] = b"workbook 2";

/// The name of the file within a package.
pub fn workbook_file(language: Language) -> &'static str {
    shared::in_language(
        language,
        [
            "indikaattorit.fi.xlsx",
            "indikatorer.sv.xlsx",
            "indicators.en.xlsx",
        ],
    )
}

/// The content hash of a workbook: of the tables that its region's report is read from, of
/// what all reports share, and of its notes. While it stays the same, the file stays the
/// same.
pub(crate) fn workbook_hash(
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

/// What a workbook is made of.
#[derive(Clone, Copy)]
pub struct RegionWorkbook<'a> {
    /// The report.
    pub report: &'a RegionReport,
    /// What all reports share.
    pub context: &'a ReportContext,
    /// The release in which the content last changed.
    pub facts: &'a ReleaseFacts,
    /// What people say beside the figures, in order.
    pub notes: &'a [Note],
}

impl RegionWorkbook<'_> {
    /// The bytes of the workbook. The same report gives the same bytes.
    ///
    /// # Errors
    /// [`PublishError::WriteWorkbook`].
    pub fn write(&self, language: Language) -> Result<Vec<u8>, PublishError> {
        self.try_write(language)
            .map_err(|source| PublishError::WriteWorkbook {
                file: workbook_file(language).to_owned(),
                region: self.report.region.key.id(),
                source: Box::new(source),
            })
    }

    fn try_write(&self, language: Language) -> Result<Vec<u8>, XlsxError> {
        let phrases = Phrases::of(language);
        let mut names = SheetNames::default();
        let contents_name = names.take(phrases.contents);
        let mut sheets = Vec::new();
        for theme in THEMES {
            let rows = self.report.of_theme(theme);
            if !rows.is_empty() {
                sheets.push(theme::sheet(self, language, theme, &rows, &mut names));
            }
        }
        sheets.push(data::observations(self, language, &mut names));
        sheets.push(data::descriptions(self, language, &mut names));
        sheets.push(form::sheet(self, language, &mut names));

        let mut workbook = Workbook::new();
        workbook.set_properties(&self.properties(language)?);
        let mut formats = Formats::default();
        contents::add(
            self,
            language,
            &contents_name,
            &sheets,
            &mut workbook,
            &mut formats,
        )?;
        for (number, sheet) in (1..).zip(&sheets) {
            add_table(&mut workbook, sheet, number, &mut formats)?;
        }
        workbook.save_to_buffer()
    }

    /// Title, language and moment of the release; no clock.
    fn properties(&self, language: Language) -> Result<DocProperties, XlsxError> {
        let phrases = Phrases::of(language);
        let moment = ExcelDateTime::from_timestamp(self.facts.moment.as_second())?;
        let locale = shared::in_language(language, ["fi-FI", "sv-FI", "en"]);
        Ok(DocProperties::new()
            .set_title(self.title(language))
            .set_subject(phrases.subject)
            .set_author("Botnia")
            .set_comment(self.edition(language))
            .set_creation_datetime(&moment)
            .set_custom_property("Language", locale))
    }

    /// "Hyvinvoinnin indikaattorit: Vaasa".
    fn title(&self, language: Language) -> String {
        let name = cell_text(self.report.name(language));
        format!("{}: {name}", Phrases::of(language).title)
    }

    /// In which release the content last changed.
    fn edition(&self, language: Language) -> String {
        let day = shared::times::day(language, self.facts.moment);
        let release = self.facts.number;
        Phrases::of(language)
            .edition
            .replace("{release}", &release.to_string())
            .replace("{day}", &day)
    }

    /// What stands under the title of every sheet: made-up figures must say so.
    fn remark(&self, language: Language) -> Option<&'static str> {
        self.facts
            .synthetic
            .then(|| crate::documents::words::synthetic_notice(language))
    }

    /// A table sheet with the title of `heading` and the region.
    fn table_sheet(
        &self,
        language: Language,
        name: String,
        heading: &str,
        about: String,
    ) -> TableSheet {
        let region = cell_text(self.report.name(language));
        TableSheet {
            name,
            title: format!("{heading}: {region}"),
            remark: self.remark(language),
            about,
            headings: Vec::new(),
            rows: Vec::new(),
        }
    }
}
