//! A file that somebody filled in, as rows of cells: CSV or XLSX, within bounds.

use std::borrow::Cow;
use std::io::Cursor;

use calamine::{DataRef, Reader as _, Xlsx};

use super::SurveyError;

/// Bytes of a file that is read at all.
const LARGEST_FILE: usize = 20 << 20;
/// Bytes that a workbook may unpack to, as it says itself.
const LARGEST_UNPACKED: u64 = 200 << 20;
/// Rows that are read.
pub(super) const MOST_ROWS: u32 = 100_000;
/// Columns that are read.
pub(super) const MOST_COLUMNS: u32 = 500;
/// Characters of a cell that are kept; no name of anything is as long.
const LONGEST_TEXT: usize = 1000;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(f64),
    /// A date or time: what Excel makes of "1.2".
    Date,
    /// `TRUE` or `FALSE`.
    Logical,
    /// `#N/A` and its like.
    Error,
}

impl Cell {
    /// What a person reads in it.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Date => Cow::Borrowed("(date)"),
            Self::Logical => Cow::Borrowed("(true/false)"),
            Self::Error => Cow::Borrowed("(#)"),
        }
    }
}

/// A cell with its place: row and column from 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) cell: Cell,
}

/// One sheet: its cells that hold anything, by row and column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sheet {
    /// Its name; empty for CSV.
    pub(super) name: String,
    pub(super) cells: Vec<Placed>,
}

impl Sheet {
    /// The cells of each row that has any.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[Placed]> {
        self.cells.chunk_by(|one, other| one.row == other.row)
    }
}

/// Reads the sheet that is asked for, or the first one. A workbook is known by its first
/// bytes, whatever its name.
pub(super) fn read(bytes: &[u8], sheet: Option<&str>) -> Result<Sheet, SurveyError> {
    if bytes.len() > LARGEST_FILE {
        return Err(SurveyError::TooLarge {
            what: format!("{} MB; at most {}", bytes.len() >> 20, LARGEST_FILE >> 20),
        });
    }
    if bytes.starts_with(b"PK") {
        workbook(bytes, sheet)
    } else {
        csv(bytes)
    }
}

fn workbook(bytes: &[u8], sheet: Option<&str>) -> Result<Sheet, SurveyError> {
    let unpacked = unpacked_size(bytes).ok_or_else(|| SurveyError::Unreadable {
        reason: "the file is no whole XLSX workbook".to_owned(),
    })?;
    if unpacked > LARGEST_UNPACKED {
        return Err(SurveyError::TooLarge {
            what: format!(
                "{} MB unpacked; at most {}",
                unpacked >> 20,
                LARGEST_UNPACKED >> 20
            ),
        });
    }
    let unreadable = |error: calamine::XlsxError| SurveyError::Unreadable {
        reason: error.to_string(),
    };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let names = workbook.sheet_names();
    let name = match sheet {
        Some(name) => names.iter().find(|known| known.as_str() == name),
        None => names.first(),
    };
    let Some(name) = name.cloned() else {
        return Err(SurveyError::NoSheet {
            wanted: sheet.unwrap_or_default().to_owned(),
            found: names,
        });
    };
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut cells = Vec::new();
    // One by one: a table of all places up to the last cell may be as large as a sheet.
    while let Some(found) = reader.next_cell().map_err(unreadable)? {
        let (row, column) = found.get_position();
        let cell = match found.get_value() {
            DataRef::Empty => continue,
            DataRef::String(text) => text_cell(text),
            DataRef::SharedString(text) => text_cell(text),
            DataRef::Int(number) => Some(Cell::Number(*number as f64)),
            DataRef::Float(number) => Some(Cell::Number(*number)),
            DataRef::Bool(_) => Some(Cell::Logical),
            DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => {
                Some(Cell::Date)
            }
            DataRef::Error(_) => Some(Cell::Error),
        };
        if let Some(cell) = cell {
            within(row, column)?;
            cells.push(Placed { row, column, cell });
        }
    }
    cells.sort_by_key(|placed| (placed.row, placed.column));
    cells.dedup_by_key(|placed| (placed.row, placed.column));
    Ok(Sheet { name, cells })
}

fn within(row: u32, column: u32) -> Result<(), SurveyError> {
    if row >= MOST_ROWS || column >= MOST_COLUMNS {
        return Err(SurveyError::TooLarge {
            what: format!("at most {MOST_ROWS} rows and {MOST_COLUMNS} columns"),
        });
    }
    Ok(())
}

fn text_cell(text: &str) -> Option<Cell> {
    let text = text.trim();
    let text: String = text.chars().take(LONGEST_TEXT).collect();
    (!text.is_empty()).then_some(Cell::Text(text))
}

/// What the central directory of a ZIP archive says of the sizes of its files; `None` where
/// there is none.
fn unpacked_size(bytes: &[u8]) -> Option<u64> {
    const END: [u8; 4] = *b"PK\x05\x06";
    const ENTRY: [u8; 4] = *b"PK\x01\x02";
    let number = |at: usize, length: usize| -> Option<u64> {
        let field = bytes.get(at..at.checked_add(length)?)?;
        let read = field.iter().rev();
        Some(read.fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    // The end stands within the last 64 kB, after it only a comment.
    let from = bytes.len().saturating_sub(22 + 0xFFFF);
    let tail = bytes.get(from..)?;
    let end = from + tail.windows(4).rposition(|window| window == END)?;
    let count = number(end + 10, 2)?;
    let mut at = usize::try_from(number(end + 16, 4)?).ok()?;
    let mut total = 0_u64;
    for _ in 0..count {
        if bytes.get(at..at.checked_add(4)?)? != ENTRY {
            return None;
        }
        total = total.saturating_add(number(at + 24, 4)?);
        let lengths = number(at + 28, 2)? + number(at + 30, 2)? + number(at + 32, 2)?;
        at = at.checked_add(46 + usize::try_from(lengths).ok()?)?;
    }
    Some(total)
}

/// CSV as Excel writes it: UTF-8 or Windows-1252; the separator is the one that the first
/// line has most of.
fn csv(bytes: &[u8]) -> Result<Sheet, SurveyError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.contains(&0) {
        return Err(SurveyError::Unreadable {
            reason: "the file is neither text nor an XLSX workbook".to_owned(),
        });
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()),
    };
    let first = text.lines().next().unwrap_or_default();
    let separator = [';', '\t', ',']
        .into_iter()
        .max_by_key(|separator| (first.matches(*separator).count(), *separator == ';'))
        .unwrap_or(';');
    let mut cells = Vec::new();
    let (mut row, mut column) = (0, 0);
    let mut field = String::new();
    let mut is_quoted = false;
    let mut was_quoted = false;
    let mut letters = text.chars().peekable();
    loop {
        let letter = letters.next();
        match letter {
            Some('"') if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            Some('"') if is_quoted => is_quoted = false,
            Some('"') if field.trim().is_empty() && !was_quoted => {
                is_quoted = true;
                was_quoted = true;
                field.clear();
            }
            Some(letter) if is_quoted => field.push(letter),
            None | Some('\n' | '\r') => {
                let is_pair = letter == Some('\r') && letters.peek() == Some(&'\n');
                if is_pair {
                    continue;
                }
                put(&mut cells, row, column, &field)?;
                field.clear();
                was_quoted = false;
                if letter.is_none() {
                    break;
                }
                row += 1;
                column = 0;
            }
            Some(letter) if letter == separator => {
                put(&mut cells, row, column, &field)?;
                field.clear();
                was_quoted = false;
                column += 1;
            }
            Some(letter) => field.push(letter),
        }
    }
    Ok(Sheet {
        name: String::new(),
        cells,
    })
}

fn put(cells: &mut Vec<Placed>, row: u32, column: u32, field: &str) -> Result<(), SurveyError> {
    if let Some(cell) = text_cell(field) {
        within(row, column)?;
        cells.push(Placed { row, column, cell });
    }
    Ok(())
}

/// The letters in which Windows-1252 is not Latin-1 and which names and texts have.
fn windows_1252(byte: u8) -> char {
    match byte {
        0x80 => '€',
        0x91 | 0x92 => '\u{2019}',
        0x93 | 0x94 => '\u{201D}',
        0x96 => '–',
        0x97 => '—',
        byte => char::from(byte),
    }
}
