//! Reading published Parquet tables.

use std::collections::BTreeSet;
use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, Int32Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use crate::PublishError;

/// Rows in memory at once while a table is read.
const BATCH_ROWS: usize = 8192;

/// The batches of a table, of the named columns only if any are named.
pub(crate) fn batches(
    table: &str,
    file: File,
    columns: &[&str],
) -> Result<ParquetRecordBatchReader, PublishError> {
    open(file, columns).map_err(|source| PublishError::ReadTable {
        table: table.to_owned(),
        source,
    })
}

/// The same for who needs the rows alone: a batch that cannot be read is
/// [`PublishError::ReadRows`].
pub(crate) fn read_batches<'a>(
    table: &'a str,
    file: File,
    columns: &[&str],
) -> Result<impl Iterator<Item = Result<RecordBatch, PublishError>> + use<'a>, PublishError> {
    let failed = |source| PublishError::ReadRows {
        table: table.to_owned(),
        source,
    };
    Ok(batches(table, file, columns)?.map(move |batch| batch.map_err(failed)))
}

fn open(file: File, columns: &[&str]) -> Result<ParquetRecordBatchReader, ParquetError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(BATCH_ROWS);
    if columns.is_empty() {
        return builder.build();
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    builder.with_projection(mask).build()
}

/// The distinct texts of each of some columns of a table.
pub(crate) fn distinct_texts<const N: usize>(
    table: &str,
    file: File,
    columns: [&str; N],
) -> Result<[BTreeSet<String>; N], PublishError> {
    let mut distinct = [const { BTreeSet::new() }; N];
    for batch in read_batches(table, file, &columns)? {
        let batch = batch?;
        for (column, distinct) in columns.iter().zip(&mut distinct) {
            let texts = TextColumn::of(table, &batch, column)?;
            let mut last: Option<&str> = None;
            for text in (0..batch.num_rows()).filter_map(|row| texts.get(row)) {
                // Tables are sorted: the same text comes in long runs.
                if last != Some(text) {
                    last = Some(text);
                    distinct.insert(text.to_owned());
                }
            }
        }
    }
    Ok(distinct)
}

/// A text column, plain or dictionary-encoded.
#[derive(Debug)]
pub(crate) enum TextColumn<'a> {
    /// Plain.
    Plain(&'a StringArray),
    /// Keys and the texts they stand for.
    Dictionary(&'a Int32Array, &'a StringArray),
}

impl<'a> TextColumn<'a> {
    /// The column `name` of `batch`.
    pub(crate) fn of(
        table: &str,
        batch: &'a RecordBatch,
        name: &str,
    ) -> Result<Self, PublishError> {
        let array = column(table, batch, name)?;
        if let Some(texts) = array.as_string_opt::<i32>() {
            return Ok(Self::Plain(texts));
        }
        array
            .as_dictionary_opt::<Int32Type>()
            .and_then(|dictionary| {
                let texts = dictionary.values().as_string_opt::<i32>()?;
                Some(Self::Dictionary(dictionary.keys(), texts))
            })
            .ok_or_else(|| wrong_type(table, name, array.data_type(), "text"))
    }

    /// The text of a row.
    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Plain(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Dictionary(keys, texts) => {
                let key = keys
                    .is_valid(row)
                    .then(|| usize::try_from(keys.value(row)).ok())
                    .flatten()?;
                texts.is_valid(key).then(|| texts.value(key))
            }
        }
    }
}

/// The column `name` of `batch`, of whatever type.
pub(crate) fn column<'a>(
    table: &str,
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a dyn Array, PublishError> {
    batch
        .column_by_name(name)
        .map(AsRef::as_ref)
        .ok_or_else(|| PublishError::TableContract {
            table: table.to_owned(),
            reason: format!("it has no column `{name}`"),
        })
}

pub(crate) fn wrong_type(
    table: &str,
    name: &str,
    found: &DataType,
    expected: &str,
) -> PublishError {
    PublishError::TableContract {
        table: table.to_owned(),
        reason: format!("its column `{name}` is {found} and not {expected}"),
    }
}

/// The names of a table's columns with what kind of values they hold.
pub(crate) fn columns(table: &str, file: File) -> Result<Vec<(String, ColumnKind)>, PublishError> {
    let reader = batches(table, file, &[])?;
    let schema: &Schema = &arrow_array::RecordBatchReader::schema(&reader);
    schema
        .fields()
        .iter()
        .map(|field| {
            let kind = ColumnKind::of(field.data_type()).ok_or_else(|| {
                wrong_type(table, field.name(), field.data_type(), "a published type")
            })?;
            Ok((field.name().clone(), kind))
        })
        .collect()
}

/// What kind of values a published column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// True or false.
    Boolean,
    /// Lists of texts.
    TextList,
}

impl ColumnKind {
    fn of(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Utf8 => Some(Self::Text),
            DataType::Dictionary(_, value) if **value == DataType::Utf8 => Some(Self::Text),
            DataType::Int32
            | DataType::Int64
            | DataType::UInt32
            | DataType::UInt64
            | DataType::Int16
            | DataType::UInt16
            | DataType::Int8
            | DataType::UInt8 => Some(Self::Integer),
            DataType::Float64 | DataType::Float32 => Some(Self::Number),
            DataType::Boolean => Some(Self::Boolean),
            DataType::List(item) if *item.data_type() == DataType::Utf8 => Some(Self::TextList),
            _ => None,
        }
    }
}
