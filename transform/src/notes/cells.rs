//! The cells of a file: of a CSV file, or of the sheet of a workbook that has the form.

use std::io::Cursor;

use botnia_config::Date;
use calamine::{Data, DataRef, DataType as _, Reader as _, Xlsx};

use super::headings::Headings;
use super::problem::{CellPlace, NoteMistake, NoteProblem};
use super::{LARGEST_FILE, MOST_ROWS};

/// Columns that are looked at; a form has twelve.
const MOST_COLUMNS: usize = 64;
/// Rows in which the headings are looked for: a title may stand above them.
const HEADINGS_WITHIN: usize = 30;
/// What a CSV file may divide its cells by, the usual one first.
const DELIMITERS: [char; 3] = [';', ',', '\t'];
/// How every XLSX workbook begins: it is a ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// A text, a truth value, or a number, as it is read.
    Text(String),
    /// A day.
    Day(Date),
    /// A formula that came to nothing: `#REF!`.
    Failed(String),
}

/// A table of cells that has the form's headings.
#[derive(Debug)]
pub(super) struct Sheet {
    /// The sheet of the workbook; none for a CSV file.
    pub(super) name: Option<String>,
    /// All rows, from the first of the file on.
    pub(super) rows: Vec<Vec<Cell>>,
    /// The row with the headings.
    pub(super) headings_at: usize,
    /// What it says.
    pub(super) headings: Headings,
}

impl Sheet {
    /// A cell's place, from its row and column counted from 0.
    pub(super) fn place(&self, row: usize, column: Option<usize>) -> CellPlace {
        CellPlace {
            sheet: self.name.clone(),
            row: row + 1,
            column,
        }
    }

    /// The sheet, if one of its first rows has the headings.
    fn with_headings(name: Option<String>, rows: Vec<Vec<Cell>>) -> Option<Self> {
        let (headings_at, headings) = rows
            .iter()
            .take(HEADINGS_WITHIN)
            .enumerate()
            .find_map(|(row, cells)| Some((row, Headings::read(cells)?)))?;
        Some(Self {
            name,
            rows,
            headings_at,
            headings,
        })
    }
}

impl Cell {
    /// Its text, trimmed; empty for an empty cell.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Failed(text) => text.trim().to_owned(),
            Self::Day(day) => day.to_string(),
        }
    }
}

/// Reads the sheet with the form.
pub(super) fn read(bytes: &[u8]) -> Result<Sheet, NoteProblem> {
    if bytes.len() > LARGEST_FILE {
        return Err(NoteMistake::TooLarge.of_the_file());
    }
    if bytes.starts_with(ZIP) {
        workbook(bytes)
    } else {
        comma_separated(bytes)
    }
}

fn workbook(bytes: &[u8]) -> Result<Sheet, NoteProblem> {
    let unreadable = |reason: calamine::XlsxError| {
        NoteMistake::Unreadable {
            reason: reason.to_string(),
        }
        .of_the_file()
    };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    for name in workbook.sheet_names() {
        // Not the rectangle that a sheet claims to fill, which may be all there is: cell by
        // cell, and no farther than a form reaches.
        let mut cells = workbook.worksheet_cells_reader(&name).map_err(unreadable)?;
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        while let Some(cell) = cells.next_cell().map_err(unreadable)? {
            let (row, column) = cell.get_position();
            let (row, column) = (row as usize, column as usize);
            let cell = of_workbook(cell.get_value());
            if cell == Cell::Empty || column >= MOST_COLUMNS {
                continue;
            }
            if row >= MOST_ROWS {
                return Err(NoteMistake::TooManyRows.at(CellPlace {
                    sheet: Some(name),
                    row: row + 1,
                    column: None,
                }));
            }
            if rows.len() <= row {
                rows.resize(row + 1, Vec::new());
            }
            if rows[row].len() <= column {
                rows[row].resize(column + 1, Cell::Empty);
            }
            rows[row][column] = cell;
        }
        if let Some(sheet) = Sheet::with_headings(Some(name), rows) {
            return Ok(sheet);
        }
    }
    Err(NoteMistake::NoHeadings.of_the_file())
}

fn of_workbook(value: &DataRef<'_>) -> Cell {
    if let DataRef::DateTime(moment) = value
        && moment.is_datetime()
    {
        let (year, month, day, ..) = moment.to_ymd_hms_milli();
        let day = || {
            let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
            Date::new(i16::try_from(year).ok()?, month, day).ok()
        };
        return day().map_or_else(|| Cell::Text(moment.as_f64().to_string()), Cell::Day);
    }
    match Data::from(value.clone()) {
        Data::Empty => Cell::Empty,
        // As Excel writes a carriage return that somebody pasted.
        Data::String(text) => Cell::Text(text.replace("_x000D_", "")),
        Data::Error(error) => Cell::Failed(error.to_string()),
        other => Cell::Text(other.as_string().unwrap_or_default()),
    }
}

fn comma_separated(bytes: &[u8]) -> Result<Sheet, NoteProblem> {
    let text = std::str::from_utf8(bytes).map_err(|_| NoteMistake::NotUtf8.of_the_file())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut open_quote = None;
    for delimiter in DELIMITERS {
        match divide(text, delimiter) {
            Ok(rows) => {
                if let Some(too_many) = rows.get(MOST_ROWS).map(|_| NoteMistake::TooManyRows) {
                    return Err(too_many.at(CellPlace {
                        sheet: None,
                        row: MOST_ROWS + 1,
                        column: None,
                    }));
                }
                if let Some(sheet) = Sheet::with_headings(None, rows) {
                    return Ok(sheet);
                }
            }
            Err(row) => {
                open_quote.get_or_insert(row);
            }
        }
    }
    Err(match open_quote {
        Some(row) => NoteMistake::OpenQuote.at(CellPlace {
            sheet: None,
            row: row + 1,
            column: None,
        }),
        None => NoteMistake::NoHeadings.of_the_file(),
    })
}

/// The cells of a CSV text (RFC 4180), with empty rows kept so that rows are counted as a
/// spreadsheet counts them; the row of a quote that nothing closes.
fn divide(text: &str, delimiter: char) -> Result<Vec<Vec<Cell>>, usize> {
    let mut rows = vec![Vec::new()];
    let mut cell = String::new();
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    let end_cell = |rows: &mut Vec<Vec<Cell>>, cell: &mut String| {
        let text = unguarded(std::mem::take(cell));
        if let Some(row) = rows.last_mut() {
            row.push(if text.is_empty() {
                Cell::Empty
            } else {
                Cell::Text(text)
            });
        }
    };
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            _ if quoted => cell.push(character),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                end_cell(&mut rows, &mut cell);
                rows.push(Vec::new());
            }
            _ if character == delimiter => end_cell(&mut rows, &mut cell),
            _ => cell.push(character),
        }
    }
    if quoted {
        return Err(rows.len() - 1);
    }
    end_cell(&mut rows, &mut cell);
    Ok(rows)
}

/// A cell without the apostrophe that keeps a spreadsheet from running it, as `notes.csv`
/// writes it.
fn unguarded(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest)
            if rest
                .trim_start_matches('\'')
                .trim_start()
                .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) =>
        {
            rest.to_owned()
        }
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, delimiter: char) -> Vec<Vec<String>> {
        let rows = divide(text, delimiter).unwrap();
        let texts = |row: Vec<Cell>| row.iter().map(Cell::text).collect();
        rows.into_iter().map(texts).collect()
    }

    #[test]
    fn cells_are_divided_as_rfc_4180_says() {
        assert_eq!(
            texts("a;\"b;\"\"c\"\"\nd\";\r\n\r\ne;f", ';'),
            [vec!["a", "b;\"c\"\nd", ""], vec![""], vec!["e", "f"]]
        );
        // A quote within a cell is a quote.
        assert_eq!(texts("5\" putki,x", ','), [vec!["5\" putki", "x"]]);
        assert_eq!(divide("a;b\nc;\"d", ';'), Err(1));
    }

    #[test]
    fn only_the_guard_of_a_formula_is_taken_away() {
        for (cell, text) in [
            ("'=1+1", "=1+1"),
            ("''=1+1", "'=1+1"),
            ("'-5", "-5"),
            ("'lainaus'", "'lainaus'"),
            ("=1+1", "=1+1"),
        ] {
            assert_eq!(unguarded(cell.to_owned()), text);
        }
    }
}
