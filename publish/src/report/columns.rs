//! The columns of a batch, read by name and by the words that they may hold.

use std::fmt::Display;
use std::str::FromStr;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, BooleanArray, Float64Array, Int32Array, RecordBatch};
use botnia_model::Text;

use crate::PublishError;
use crate::table::{TextColumn, column, wrong_type};

/// A batch of a table, with the table's path for error texts.
#[derive(Clone, Copy)]
pub(super) struct Batch<'a> {
    pub(super) table: &'a str,
    batch: &'a RecordBatch,
}

impl<'a> Batch<'a> {
    pub(super) fn of(table: &'a str, batch: &'a RecordBatch) -> Self {
        Self { table, batch }
    }

    pub(super) fn rows(self) -> usize {
        self.batch.num_rows()
    }

    pub(super) fn texts(self, name: &'static str) -> Result<Texts<'a>, PublishError> {
        Ok(Texts {
            table: self.table,
            name,
            column: TextColumn::of(self.table, self.batch, name)?,
        })
    }

    /// The columns of a text in three languages, whatever they are called.
    pub(super) fn languages(self, names: [&'static str; 3]) -> Result<Languages<'a>, PublishError> {
        let [fi, sv, en] = names;
        Ok(Languages {
            fi: self.texts(fi)?,
            sv: self.texts(sv)?,
            en: self.texts(en)?,
        })
    }

    pub(super) fn numbers(self, name: &'static str) -> Result<Numbers<'a>, PublishError> {
        let array = column(self.table, self.batch, name)?;
        let column = array
            .as_primitive_opt::<Float64Type>()
            .ok_or_else(|| wrong_type(self.table, name, array.data_type(), "numbers"))?;
        Ok(Numbers {
            table: self.table,
            name,
            column,
        })
    }

    pub(super) fn integers(self, name: &'static str) -> Result<Integers<'a>, PublishError> {
        let array = column(self.table, self.batch, name)?;
        let column = array
            .as_primitive_opt::<Int32Type>()
            .ok_or_else(|| wrong_type(self.table, name, array.data_type(), "whole numbers"))?;
        Ok(Integers {
            table: self.table,
            name,
            column,
        })
    }

    pub(super) fn truths(self, name: &'static str) -> Result<&'a BooleanArray, PublishError> {
        let array = column(self.table, self.batch, name)?;
        array
            .as_boolean_opt()
            .ok_or_else(|| wrong_type(self.table, name, array.data_type(), "true or false"))
    }
}

/// A column of text.
pub(super) struct Texts<'a> {
    table: &'a str,
    name: &'static str,
    column: TextColumn<'a>,
}

impl<'a> Texts<'a> {
    /// The text of a row, if it has one.
    pub(super) fn get(&self, row: usize) -> Option<&'a str> {
        self.column.get(row)
    }

    /// The text of a row that must have one.
    pub(super) fn text(&self, row: usize) -> Result<&'a str, PublishError> {
        self.get(row)
            .ok_or_else(|| contract(self.table, format!("a row has no `{}`", self.name)))
    }

    /// The word of a row that must have one.
    pub(super) fn word<T: FromStr<Err: Display>>(&self, row: usize) -> Result<T, PublishError> {
        let text = self.text(row)?;
        text.parse().map_err(|error| {
            let name = self.name;
            contract(self.table, format!("`{text}` in `{name}`: {error}"))
        })
    }

    /// The word of a row, if it has one.
    pub(super) fn optional_word<T: FromStr<Err: Display>>(
        &self,
        row: usize,
    ) -> Result<Option<T>, PublishError> {
        self.get(row).map(|_| self.word(row)).transpose()
    }
}

/// A text in three columns.
pub(super) struct Languages<'a> {
    fi: Texts<'a>,
    sv: Texts<'a>,
    en: Texts<'a>,
}

impl Languages<'_> {
    pub(super) fn get(&self, row: usize) -> Text {
        let text = |column: &Texts<'_>| column.get(row).unwrap_or_default().to_owned();
        Text {
            fi: text(&self.fi),
            sv: text(&self.sv),
            en: text(&self.en),
        }
    }
}

/// A column of numbers.
pub(super) struct Numbers<'a> {
    table: &'a str,
    name: &'static str,
    column: &'a Float64Array,
}

impl Numbers<'_> {
    /// The number of a row, if it has one.
    pub(super) fn get(&self, row: usize) -> Result<Option<f64>, PublishError> {
        if !self.column.is_valid(row) {
            return Ok(None);
        }
        let value = self.column.value(row);
        if !value.is_finite() {
            let name = self.name;
            return Err(contract(self.table, format!("`{name}` has {value}")));
        }
        Ok(Some(value))
    }
}

/// A column of whole numbers.
pub(super) struct Integers<'a> {
    table: &'a str,
    name: &'static str,
    column: &'a Int32Array,
}

impl Integers<'_> {
    /// The number of a row, if it has one.
    pub(super) fn get(&self, row: usize) -> Option<i32> {
        self.column.is_valid(row).then(|| self.column.value(row))
    }

    /// The number of a row that must have one.
    pub(super) fn number(&self, row: usize) -> Result<i32, PublishError> {
        self.get(row)
            .ok_or_else(|| contract(self.table, format!("a row has no `{}`", self.name)))
    }
}

pub(super) fn contract(table: &str, reason: String) -> PublishError {
    PublishError::TableContract {
        table: table.to_owned(),
        reason,
    }
}
