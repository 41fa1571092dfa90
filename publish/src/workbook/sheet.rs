//! A sheet with one table, and how its cells are written.

use std::collections::{BTreeMap, BTreeSet};

use rust_xlsxwriter::{
    Color, Format, FormatAlign, Table, TableColumn, TableStyle, Url, Workbook, Worksheet, XlsxError,
};

use crate::csv::{is_invisible, starts_formula};

/// The row with the headings of a table: a title, what the table is, and a remark stand
/// above it.
pub(super) const HEADINGS_ROW: u32 = 3;
/// UTF-16 units of the longest sheet name.
const LONGEST_NAME: usize = 31;
/// UTF-16 units of the longest cell.
const LONGEST_CELL: usize = 32_000;
/// Characters of the longest address that a spreadsheet follows.
const LONGEST_ADDRESS: usize = 2_000;
/// More decimals than any source shows.
const MOST_DECIMALS: u8 = 9;
/// A4.
const PAPER: u8 = 9;
/// Characters that a lying page of paper shows in a size that can be read.
const PAGE_WIDTH: u32 = 200;
/// Points of one line of a row.
const LINE: u32 = 15;
/// The lines of the highest row that a spreadsheet program shows.
const MOST_LINES: u32 = 27;
/// Letters of a text that fit where a hundred digits do: somewhat fewer than measured in a
/// font that is wider than that of the file.
const LETTERS_OF_100_DIGITS: usize = 105;
/// Characters that the button of a filter covers in a heading.
const FILTER_BUTTON: u32 = 3;

/// One cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing.
    Empty,
    /// A text on one line, or a code with its zeros.
    Text(String),
    /// A text on as many lines as it takes.
    Lines(String),
    /// A figure, with the decimals with which it is shown.
    Number(f64, Option<u8>),
    /// A difference, shown with its sign.
    Difference(f64, Option<u8>),
    /// A year.
    Year(i32),
    /// A web address.
    Address(String),
}

impl Cell {
    /// A figure, if there is one.
    pub(super) fn number(value: Option<f64>, decimals: Option<u8>) -> Self {
        value.map_or(Self::Empty, |value| Self::Number(value, decimals))
    }

    /// A text, if there is one.
    pub(super) fn text(text: &str) -> Self {
        match cell_text(text) {
            text if text.is_empty() => Self::Empty,
            text => Self::Text(text),
        }
    }

    /// A text of several lines, if there is one.
    pub(super) fn lines(text: &str) -> Self {
        let lines: Vec<_> = text.split('\n').map(cell_text).collect();
        match lines.join("\n") {
            text if text.is_empty() => Self::Empty,
            text => Self::Lines(text),
        }
    }
}

/// The heading of a column, and the column's width in characters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heading {
    pub(super) text: String,
    pub(super) width: u32,
}

impl Heading {
    pub(super) fn new(text: impl Into<String>, width: u32) -> Self {
        Self {
            text: text.into(),
            width,
        }
    }
}

/// A sheet with one table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TableSheet {
    pub(super) name: String,
    pub(super) title: String,
    /// What must stand above every figure.
    pub(super) remark: Option<&'static str>,
    /// What the table is.
    pub(super) about: String,
    pub(super) headings: Vec<Heading>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// The formats of a workbook.
#[derive(Default)]
pub(super) struct Formats(BTreeMap<Style, Format>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Style {
    Title,
    Remark,
    Label,
    Heading,
    Text {
        wraps: bool,
        guarded: bool,
        /// Whether it keeps away from a number before it.
        indented: bool,
    },
    Link,
    Number(Option<u8>),
    Difference(Option<u8>),
    Year,
}

impl Formats {
    pub(super) fn get(&mut self, style: Style) -> &Format {
        self.0.entry(style).or_insert_with(|| {
            let top = Format::new().set_align(FormatAlign::Top);
            match style {
                Style::Title => Format::new().set_bold().set_font_size(16),
                Style::Remark => Format::new().set_bold(),
                Style::Label | Style::Heading => top.set_bold().set_text_wrap(),
                Style::Text {
                    wraps,
                    guarded,
                    indented,
                } => {
                    let text = if wraps { top.set_text_wrap() } else { top };
                    let text = if indented { text.set_indent(1) } else { text };
                    if guarded {
                        text.set_quote_prefix()
                    } else {
                        text
                    }
                }
                Style::Link => top
                    .set_font_color(Color::RGB(0x0003_5EA8))
                    .set_underline(rust_xlsxwriter::FormatUnderline::Single),
                Style::Number(decimals) => top.set_num_format(number_format(decimals)),
                Style::Difference(decimals) => {
                    let number = number_format(decimals);
                    top.set_num_format(format!("+{number};-{number};{number}"))
                }
                Style::Year => top.set_num_format("0"),
            }
        })
    }
}

/// The format in the words of a workbook's file, which every program shows in those of its
/// reader: `#,##0.0` is `1 234,5` to a Finn.
fn number_format(decimals: Option<u8>) -> String {
    match decimals {
        None => "General".to_owned(),
        Some(0) => "#,##0".to_owned(),
        Some(decimals) => format!("#,##0.{}", "0".repeat(decimals.min(MOST_DECIMALS).into())),
    }
}

/// Adds the sheet. `number` makes the table's own name.
pub(super) fn add_table(
    workbook: &mut Workbook,
    sheet: &TableSheet,
    number: usize,
    formats: &mut Formats,
) -> Result<(), XlsxError> {
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(&sheet.name)?;
    worksheet.write_string_with_format(0, 0, &sheet.title, formats.get(Style::Title))?;
    worksheet.write_string(1, 0, &sheet.about)?;
    if let Some(remark) = sheet.remark {
        worksheet.write_string_with_format(2, 0, remark, formats.get(Style::Remark))?;
    }
    let columns: Vec<TableColumn> = sheet
        .headings
        .iter()
        .map(|heading| {
            TableColumn::new()
                .set_header(&heading.text)
                .set_header_format(formats.get(Style::Heading))
        })
        .collect();
    for (column, heading) in (0..).zip(&sheet.headings) {
        worksheet.set_column_width(column, heading.width)?;
    }
    let heading_lines = sheet.headings.iter();
    let heading_lines = heading_lines
        .map(|heading| lines_of(&heading.text, heading.width.saturating_sub(FILTER_BUTTON)));
    make_room(worksheet, HEADINGS_ROW, heading_lines)?;
    for (row, cells) in (HEADINGS_ROW + 1..).zip(&sheet.rows) {
        for (column, cell) in (0..).zip(cells) {
            write_cell(worksheet, (row, column), cell, formats)?;
        }
        let cells = cells.iter().zip(&sheet.headings);
        let lines = cells.map(|(cell, heading)| match cell {
            Cell::Lines(text) => lines_of(text, heading.width),
            _ => 1,
        });
        make_room(worksheet, row, lines)?;
    }
    // A table has a row at least.
    let last_row = HEADINGS_ROW + u32::try_from(sheet.rows.len().max(1)).unwrap_or(u32::MAX);
    let last_column = u16::try_from(sheet.headings.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let table = Table::new()
        .set_name(format!("Taulukko{number}"))
        .set_style(TableStyle::Light1)
        .set_alt_text_title(&sheet.title)
        .set_alt_text(&sheet.about)
        .set_columns(&columns);
    worksheet.add_table(HEADINGS_ROW, 0, last_row, last_column, &table)?;
    worksheet.set_freeze_panes(HEADINGS_ROW + 1, 1)?;
    let width: u32 = sheet.headings.iter().map(|heading| heading.width).sum();
    print_on_paper(worksheet, width);
    worksheet.set_repeat_rows(HEADINGS_ROW, HEADINGS_ROW)?;
    worksheet.set_repeat_columns(0, 0)?;
    Ok(())
}

/// Lying, on as many pages side by side as `width` characters take.
pub(super) fn print_on_paper(worksheet: &mut Worksheet, width: u32) {
    let pages = u16::try_from(width.div_ceil(PAGE_WIDTH)).unwrap_or(u16::MAX);
    worksheet
        .set_landscape()
        .set_paper_size(PAPER)
        .set_print_fit_to_pages(pages, 0)
        .set_footer("&L&A&R&P / &N");
}

/// Makes a row as high as the cell with the most lines. Not every program does so by itself
/// when it opens a file.
pub(super) fn make_room(
    worksheet: &mut Worksheet,
    row: u32,
    lines: impl IntoIterator<Item = usize>,
) -> Result<(), XlsxError> {
    let lines = lines.into_iter().max().unwrap_or(1);
    let lines = u32::try_from(lines).map_or(MOST_LINES, |lines| lines.min(MOST_LINES));
    if lines > 1 {
        worksheet.set_row_height(row, LINE * lines)?;
    }
    Ok(())
}

/// The lines that a text takes in a column of `width` characters, broken between words.
pub(super) fn lines_of(text: &str, width: u32) -> usize {
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    let width = (width.saturating_mul(LETTERS_OF_100_DIGITS) / 100).max(1);
    let of_paragraph = |paragraph: &str| {
        let (mut lines, mut used) = (1, 0);
        for word in paragraph.split(' ') {
            let length = word.chars().count();
            if used > 0 && used + 1 + length > width {
                lines += 1;
                used = 0;
            } else if used > 0 {
                used += 1;
            }
            // A word that is longer than a line goes on in the next ones.
            lines += length.saturating_sub(1) / width;
            used += length.min(width);
        }
        lines
    };
    text.split('\n').map(of_paragraph).sum()
}

pub(super) fn write_cell(
    worksheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    formats: &mut Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) | Cell::Lines(text) => {
            let style = Style::Text {
                wraps: matches!(cell, Cell::Lines(_)),
                guarded: starts_formula(text),
                indented: column > 0,
            };
            worksheet.write_string_with_format(row, column, text, formats.get(style))?;
        }
        Cell::Number(value, decimals) => {
            let format = formats.get(Style::Number(*decimals));
            worksheet.write_number_with_format(row, column, *value, format)?;
        }
        Cell::Difference(value, decimals) => {
            let format = formats.get(Style::Difference(*decimals));
            worksheet.write_number_with_format(row, column, *value, format)?;
        }
        Cell::Year(year) => {
            let format = formats.get(Style::Year);
            worksheet.write_number_with_format(row, column, *year, format)?;
        }
        Cell::Address(address) => {
            let url = Url::new(address.as_str());
            worksheet.write_url_with_format(row, column, url, formats.get(Style::Link))?;
        }
    }
    Ok(())
}

/// The text as a cell shows it: on one line, without what nobody sees, and no longer than a
/// cell may be.
pub(crate) fn cell_text(text: &str) -> String {
    let mut units = 0;
    text.chars()
        .filter(|letter| !is_invisible(*letter) && !matches!(letter, '\u{fffe}' | '\u{ffff}'))
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take_while(|letter| {
            units += letter.len_utf16();
            units <= LONGEST_CELL
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// An address that a reader may follow, as a cell; any other as text.
pub(super) fn address(url: &str) -> Cell {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_plain = url
        .chars()
        .all(|letter| letter.is_ascii_graphic() && !matches!(letter, '"' | '<' | '>'));
    if is_web && is_plain && url.len() <= LONGEST_ADDRESS {
        Cell::Address(url.to_owned())
    } else {
        Cell::text(url)
    }
}

/// The names of a workbook's sheets, which must differ, be short, and lack some characters.
#[derive(Default)]
pub(super) struct SheetNames(BTreeSet<String>);

impl SheetNames {
    /// A name for a sheet that is called `text`.
    pub(super) fn take(&mut self, text: &str) -> String {
        let safe: String = cell_text(text)
            .chars()
            .map(|letter| match letter {
                '[' | ']' | ':' | '*' | '?' | '/' | '\\' => '-',
                letter => letter,
            })
            .collect();
        let safe = safe.trim_matches(|letter: char| letter == '\'' || letter.is_whitespace());
        let safe = if safe.is_empty() { "-" } else { safe };
        let mut number = 1;
        loop {
            let ending = if number == 1 {
                String::new()
            } else {
                format!(" {number}")
            };
            let name = shortened(safe, LONGEST_NAME - ending.len()) + &ending;
            // Sheets are told apart without regard to capitals.
            if self.0.insert(name.to_lowercase()) {
                return name;
            }
            number += 1;
        }
    }
}

/// The text, or as many whole words of it as fit.
fn shortened(text: &str, most: usize) -> String {
    let units = |text: &str| text.encode_utf16().count();
    if units(text) <= most {
        return text.to_owned();
    }
    let mut end = 0;
    let mut word_end = 0;
    for (index, letter) in text.char_indices() {
        if units(&text[..index + letter.len_utf8()]) > most {
            break;
        }
        if letter.is_whitespace() {
            word_end = index;
        }
        end = index + letter.len_utf8();
    }
    let end = if word_end > 0 { word_end } else { end };
    text[..end].trim_end_matches([' ', ',', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheet_names_are_short_safe_and_differ() {
        let mut names = SheetNames::default();
        assert_eq!(names.take("Talous"), "Talous");
        assert_eq!(names.take("TALOUS"), "TALOUS 2");
        assert_eq!(
            names.take("Hyvinvoinnin ja terveyden edistäminen"),
            "Hyvinvoinnin ja terveyden"
        );
        assert_eq!(
            names.take("'a/b:c?*[d]\\'"),
            "a-b-c--[d]-".replace(['[', ']'], "-")
        );
        assert_eq!(names.take("\u{202e}'"), "-");
        let long = "ä".repeat(80);
        for _ in 0..12 {
            assert!(names.take(&long).encode_utf16().count() <= LONGEST_NAME);
        }
    }

    #[test]
    fn lines_are_broken_between_words_and_long_words_within() {
        // Twenty digits are as wide as 21 letters.
        assert_eq!(lines_of("", 20), 1);
        assert_eq!(lines_of("yksikolmatta kirjaint", 20), 1);
        assert_eq!(lines_of("yksikolmatta kirjainta", 20), 2);
        assert_eq!(lines_of("yksi\nkaksi\n", 20), 3);
        assert_eq!(lines_of(&"ä".repeat(22), 20), 2);
        assert_eq!(lines_of(&"ä".repeat(64), 20), 4);
        assert!(lines_of("kapea sarake", 0) > 1);
    }

    #[test]
    fn decimals_become_formats_that_every_locale_reads() {
        assert_eq!(number_format(Some(0)), "#,##0");
        assert_eq!(number_format(Some(2)), "#,##0.00");
        assert_eq!(number_format(None), "General");
        assert_eq!(number_format(Some(200)), "#,##0.000000000");
    }

    #[test]
    fn a_cell_takes_no_more_than_it_may_hold() {
        assert_eq!(cell_text("a\u{202e}\tb\u{0}"), "a b");
        let emoji = "\u{1f600}".repeat(20_000);
        assert_eq!(cell_text(&emoji).encode_utf16().count(), LONGEST_CELL);
    }

    #[test]
    fn only_web_addresses_are_links() {
        assert!(matches!(
            address("https://sotkanet.fi/x?y=1"),
            Cell::Address(_)
        ));
        for url in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://a b",
            "http://x\"y",
        ] {
            assert!(matches!(address(url), Cell::Text(_)), "{url}");
        }
    }
}
