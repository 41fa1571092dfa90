//! The values of a dataset and what is said of each.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::member::{each_element, each_member, text};

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing: a sparse answer leaves it out.
    Absent,
    /// `null`.
    Null,
    /// A number, to the last bit.
    Number(f64),
    /// A text: a number in quotes, a symbol, or a number that no f64 holds.
    Text(&'a str),
}

/// The values of a dataset, by position in row-major order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    count: usize,
    form: Form,
    /// Cells with a text, by position.
    texts: Vec<(usize, Box<str>)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    /// One number per cell; NaN where there is none.
    Dense(Vec<f64>),
    /// The cells that are there, by position; NaN as above.
    Sparse(Vec<(usize, f64)>),
}

impl Default for Form {
    fn default() -> Self {
        Self::Sparse(Vec::new())
    }
}

impl Cells {
    /// The number of cells, filled or not: the product of the sizes.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no cell at all.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether no cell is filled: the answer has no figures, as metadata have none.
    pub fn are_absent(&self) -> bool {
        matches!(&self.form, Form::Sparse(cells) if cells.is_empty())
    }

    /// The cell at a position; absent beyond the last.
    pub fn get(&self, position: usize) -> Cell<'_> {
        let number = match &self.form {
            Form::Dense(numbers) => numbers.get(position).copied(),
            Form::Sparse(cells) => cells
                .binary_search_by_key(&position, |(at, _)| *at)
                .ok()
                .map(|found| cells[found].1),
        };
        match number {
            None => Cell::Absent,
            Some(number) if !number.is_nan() => Cell::Number(number),
            Some(_) => match self.texts.binary_search_by_key(&position, |(at, _)| *at) {
                Ok(found) => Cell::Text(&self.texts[found].1),
                Err(_) => Cell::Null,
            },
        }
    }

    pub(super) fn with_count(mut self, count: usize) -> Self {
        self.count = count;
        self
    }
}

/// What came in `value`, before it is known whether it fits.
#[derive(Default)]
pub(super) struct ReadCells {
    pub(super) cells: Cells,
    pub(super) shape: ReadShape,
    /// Elements that are neither number, text nor null.
    pub(super) unfit: usize,
    /// Values beyond the budget, which were not kept.
    pub(super) beyond_budget: usize,
}

/// The form of `value` or `status`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum ReadShape {
    /// Not there, or null.
    #[default]
    Missing,
    /// An array with so many elements.
    Array(usize),
    /// An object; the keys that are no positions.
    Object {
        wrong_keys: Vec<String>,
        last: Option<usize>,
    },
    /// One text for all.
    Single,
    /// Something else.
    Unfit,
}

/// Reads `value`; at most `budget` cells of it.
pub(super) fn read_cells(raw: Option<&RawValue>, budget: usize) -> ReadCells {
    let Some(raw) = raw else {
        return ReadCells::default();
    };
    let mut read = ReadCells::default();
    let mut texts = Vec::new();
    let mut unfit = 0;
    let mut number = |position: usize, raw: &RawValue| match scalar(raw) {
        Some(Scalar::Number(number)) => number,
        Some(Scalar::Text(text)) => {
            texts.push((position, text));
            f64::NAN
        }
        Some(Scalar::Null) => f64::NAN,
        None => {
            unfit += 1;
            f64::NAN
        }
    };
    match raw.get().as_bytes().first() {
        Some(b'[') => {
            let mut numbers = Vec::new();
            let mut count = 0;
            each_element(raw, |element| {
                if count < budget {
                    numbers.push(number(count, element));
                }
                count += 1;
            });
            read.beyond_budget = count - numbers.len();
            read.shape = ReadShape::Array(count);
            read.cells.form = if numbers.is_empty() {
                Form::default()
            } else {
                Form::Dense(numbers)
            };
        }
        Some(b'{') => {
            let mut cells: Vec<(usize, f64)> = Vec::new();
            let mut wrong_keys = Vec::new();
            let mut beyond = 0;
            each_member(raw, |key, element| match position(key) {
                Some(position) if cells.len() < budget => {
                    cells.push((position, number(position, element)));
                }
                Some(_) => beyond += 1,
                None => wrong_keys.push(key.to_owned()),
            });
            // Stable, so that of equal keys the last one wins, as in JavaScript.
            cells.sort_by_key(|(position, _)| *position);
            cells.reverse();
            cells.dedup_by_key(|(position, _)| *position);
            cells.reverse();
            let last = cells.last().map(|(position, _)| *position);
            read.beyond_budget = beyond;
            read.shape = ReadShape::Object { wrong_keys, last };
            read.cells.form = Form::Sparse(cells);
        }
        _ => read.shape = ReadShape::Unfit,
    }
    // Of equal keys the last text; a later number leaves the text unread.
    texts.sort_by_key(|(position, _)| *position);
    texts.reverse();
    texts.dedup_by_key(|(position, _)| *position);
    texts.reverse();
    read.cells.texts = texts;
    read.unfit = unfit;
    read
}

enum Scalar {
    Null,
    Number(f64),
    Text(Box<str>),
}

fn scalar(raw: &RawValue) -> Option<Scalar> {
    let written = raw.get();
    match written.as_bytes().first()? {
        b'n' => Some(Scalar::Null),
        b'"' => text(raw).map(|text| Scalar::Text(text.into())),
        b'-' | b'0'..=b'9' => match written.parse::<f64>() {
            Ok(number) if holds(number, written) => Some(Scalar::Number(number)),
            _ => Some(Scalar::Text(written.into())),
        },
        _ => None,
    }
}

/// Whether an f64 is the number that is written: finite, and no whole number of more digits
/// than it has.
fn holds(number: f64, written: &str) -> bool {
    const LARGEST: u64 = 1 << 53;
    if written.contains(['.', 'e', 'E']) {
        return number.is_finite();
    }
    let digits = written.trim_start_matches('-');
    digits.parse::<u64>().is_ok_and(|whole| whole <= LARGEST)
}

/// A key of a sparse object: a whole number in its plain form.
fn position(key: &str) -> Option<usize> {
    let position = key.parse().ok()?;
    let is_plain =
        key.bytes().all(|byte| byte.is_ascii_digit()) && (key.len() == 1 || !key.starts_with('0'));
    is_plain.then_some(position)
}

/// What is said of the cells, by position.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statuses {
    form: StatusForm,
    /// The distinct symbols; forms hold places in it.
    symbols: Vec<Box<str>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum StatusForm {
    #[default]
    None,
    All,
    /// One per cell: 0 is none, n the symbol n-1.
    Dense(Vec<u32>),
    Sparse(Vec<(usize, u32)>),
}

impl Statuses {
    /// The symbol at a position; empty ones count as none.
    pub fn get(&self, position: usize) -> Option<&str> {
        let symbol = match &self.form {
            StatusForm::None => None,
            StatusForm::All => Some(0),
            StatusForm::Dense(symbols) => symbols
                .get(position)
                .and_then(|symbol| symbol.checked_sub(1)),
            StatusForm::Sparse(cells) => cells
                .binary_search_by_key(&position, |(at, _)| *at)
                .ok()
                .and_then(|found| cells[found].1.checked_sub(1)),
        };
        symbol.map(|symbol| self.symbols[symbol as usize].as_ref())
    }

    /// The distinct symbols, in the order of their first use.
    pub fn symbols(&self) -> impl Iterator<Item = &str> {
        self.symbols.iter().map(AsRef::as_ref)
    }
}

/// What came in `status`.
#[derive(Default)]
pub(super) struct ReadStatuses {
    pub(super) statuses: Statuses,
    pub(super) shape: ReadShape,
    pub(super) unfit: usize,
}

/// Reads `status`; at most `budget` cells of it.
pub(super) fn read_statuses(raw: Option<&RawValue>, budget: usize) -> ReadStatuses {
    let mut read = ReadStatuses::default();
    let Some(raw) = raw else {
        return read;
    };
    let mut symbols = Symbols::default();
    let mut unfit = 0;
    let mut symbol = |raw: &RawValue| match scalar(raw) {
        Some(Scalar::Null) => 0,
        Some(Scalar::Text(text)) => symbols.place(text),
        _ => {
            unfit += 1;
            0
        }
    };
    match raw.get().as_bytes().first() {
        Some(b'"') => {
            read.shape = ReadShape::Single;
            read.statuses.form = match text(raw).map(|text| symbol_of(&mut symbols, text)) {
                Some(place) if place > 0 => StatusForm::All,
                _ => StatusForm::None,
            };
            read.statuses.symbols = symbols.list;
            return read;
        }
        Some(b'[') => {
            let mut places = Vec::new();
            let mut count = 0;
            each_element(raw, |element| {
                if count < budget {
                    places.push(symbol(element));
                }
                count += 1;
            });
            read.shape = ReadShape::Array(count);
            // The deprecated form of one text for all.
            read.statuses.form = match places.as_slice() {
                [] | [0] => StatusForm::None,
                [_] => StatusForm::All,
                _ => StatusForm::Dense(places),
            };
        }
        Some(b'{') => {
            let mut cells: Vec<(usize, u32)> = Vec::new();
            let mut wrong_keys = Vec::new();
            each_member(raw, |key, element| match position(key) {
                Some(position) => {
                    if cells.len() < budget {
                        cells.push((position, symbol(element)));
                    }
                }
                None => wrong_keys.push(key.to_owned()),
            });
            cells.sort_by_key(|(position, _)| *position);
            let last = cells.last().map(|(position, _)| *position);
            read.shape = ReadShape::Object { wrong_keys, last };
            read.statuses.form = StatusForm::Sparse(cells);
        }
        _ => read.shape = ReadShape::Unfit,
    }
    read.unfit = unfit;
    read.statuses.symbols = symbols.list;
    read
}

#[derive(Default)]
struct Symbols {
    list: Vec<Box<str>>,
    places: HashMap<Box<str>, u32>,
}

impl Symbols {
    /// One more than the place of a symbol; 0 for the empty one.
    fn place(&mut self, symbol: Box<str>) -> u32 {
        if symbol.trim().is_empty() {
            return 0;
        }
        if let Some(place) = self.places.get(&symbol) {
            return *place;
        }
        self.list.push(symbol.clone());
        let place = u32::try_from(self.list.len()).unwrap_or(0);
        self.places.insert(symbol, place);
        place
    }
}

fn symbol_of(symbols: &mut Symbols, text: String) -> u32 {
    symbols.place(text.into())
}
