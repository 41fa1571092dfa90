//! The first sheet: what the workbook is, where things are, and how to read them.

use botnia_config::words::{self, times};
use botnia_model::Language;
use rust_xlsxwriter::{Url, Workbook, Worksheet, XlsxError};

use super::RegionWorkbook;
use super::sheet::{
    Cell, Formats, Style, TableSheet, address, cell_text, lines_of, make_room, print_on_paper,
    write_cell,
};
use super::words::Phrases;
use crate::documents::words::licence_name;

/// The widths of the labels and of the texts beside them, in characters.
const WIDTHS: [u32; 2] = [34, 110];

/// Writes lines of a label and a text, from the top down.
struct Lines<'a> {
    worksheet: &'a mut Worksheet,
    formats: &'a mut Formats,
    row: u32,
}

impl Lines<'_> {
    fn heading(&mut self, label: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.line(label, &Cell::Empty)
    }

    fn line(&mut self, label: &str, cell: &Cell) -> Result<(), XlsxError> {
        if !label.is_empty() {
            let format = self.formats.get(Style::Label);
            self.worksheet
                .write_string_with_format(self.row, 0, label, format)?;
        }
        write_cell(self.worksheet, (self.row, 1), cell, self.formats)?;
        let [of_label, of_text] = WIDTHS;
        let text = match cell {
            Cell::Lines(text) => lines_of(text, of_text),
            _ => 1,
        };
        let lines = [lines_of(label, of_label), text];
        make_room(self.worksheet, self.row, lines)?;
        self.row += 1;
        Ok(())
    }

    /// A line that leads to another sheet.
    fn link(&mut self, sheet: &TableSheet) -> Result<(), XlsxError> {
        let place = format!("internal:'{}'!A1", sheet.name.replace('\'', "''"));
        let url = Url::new(place).set_text(&sheet.name);
        let format = self.formats.get(Style::Link);
        self.worksheet
            .write_url_with_format(self.row, 0, url, format)?;
        self.line("", &Cell::lines(&sheet.about))
    }
}

/// Adds the sheet of contents.
pub(super) fn add(
    of: &RegionWorkbook<'_>,
    language: Language,
    name: &str,
    sheets: &[TableSheet],
    workbook: &mut Workbook,
    formats: &mut Formats,
) -> Result<(), XlsxError> {
    let phrases = Phrases::of(language);
    let region = &of.report.region;
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(name)?;
    for (column, width) in (0..).zip(WIDTHS) {
        worksheet.set_column_width(column, width)?;
    }
    let title = of.title(language);
    worksheet.write_string_with_format(0, 0, &title, formats.get(Style::Title))?;
    if let Some(remark) = of.remark(language) {
        worksheet.write_string_with_format(1, 0, remark, formats.get(Style::Remark))?;
    }
    let mut lines = Lines {
        worksheet,
        formats,
        row: 3,
    };
    let named = format!("{} ({})", of.report.name(language), region.key.id());
    lines.line(phrases.region, &Cell::text(&named))?;
    let level = words::level(language, region.key.level);
    lines.line(phrases.level, &Cell::text(level))?;
    lines.line(phrases.release, &Cell::text(&of.edition(language)))?;
    lines.line(phrases.division, &Cell::text(&of.facts.geo_vintage))?;
    lines.line(phrases.next, &Cell::lines(phrases.next_text))?;
    lines.line(phrases.contact, &Cell::lines(phrases.contact_text))?;

    lines.heading(phrases.sheets)?;
    for sheet in sheets {
        lines.link(sheet)?;
    }
    lines.heading(phrases.reading)?;
    for text in phrases.reading_texts {
        lines.line("", &Cell::lines(text))?;
    }
    let peers = of.context.peers_of(region);
    if !peers.is_empty() {
        let mut names: Vec<_> = peers
            .iter()
            .map(|peer| cell_text(peer.name.or_finnish(language)))
            .collect();
        names.sort();
        let method = of.context.peers.get(&region.key.id());
        let method = method.map(|group| words::peer_method(language, group.method));
        let text = format!("{}: {}", method.unwrap_or_default(), names.join(", "));
        lines.line(phrases.peers, &Cell::lines(&text))?;
    }
    lines.heading(phrases.sources)?;
    for source in &of.facts.sources {
        lines.line(
            &cell_text(source.name.or_finnish(language)),
            &address(&source.url),
        )?;
    }
    for (producer, licence) in producers(of, language) {
        lines.line(&producer, &Cell::lines(&licence))?;
    }
    lines.heading(phrases.cite)?;
    lines.line("", &Cell::lines(&citation(of, language)))?;
    print_on_paper(lines.worksheet, WIDTHS.iter().sum());
    lines.worksheet.set_active(true);
    Ok(())
}

/// The producers of the indicators with a value here, and their licences.
fn producers(of: &RegionWorkbook<'_>, language: Language) -> Vec<(String, String)> {
    let ids = of
        .report
        .rows_in_order()
        .into_iter()
        .filter(|row| row.value.is_some())
        .map(|row| row.indicator_id.as_str())
        .collect();
    of.context
        .producers(&ids)
        .into_values()
        .filter_map(|details| {
            let first = details.first()?;
            let producer = cell_text(first.producer.or_finnish(language));
            (!producer.is_empty()).then(|| (producer, licence_name(language, &first.licence)))
        })
        .collect()
}

fn citation(of: &RegionWorkbook<'_>, language: Language) -> String {
    let mut names: Vec<_> = producers(of, language)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    names.dedup();
    let source = of.facts.sources.iter();
    names.extend(source.map(|source| cell_text(source.name.or_finnish(language))));
    Phrases::of(language)
        .cite_text
        .replace("{region}", &cell_text(of.report.name(language)))
        .replace("{release}", &of.facts.number.to_string())
        .replace("{day}", &times::day(language, of.facts.moment))
        .replace("{sources}", &names.join("; "))
}
