//! A table as CSV for programs: commas, decimal points, UTF-8, and a header with the names
//! of the columns. What a person opens in a spreadsheet is made in [`csv`](crate::csv).

use std::fs::File;
use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, Float64Array, Int32Array, RecordBatch};
use arrow_schema::DataType;

use crate::PublishError;
use crate::csv::safe_cell;
use crate::table::{TextColumn, batches, wrong_type};

/// Writes the rows of a Parquet table as CSV (RFC 4180, lines ended by a line feed) and
/// returns their number. A missing value is an empty cell; a number is the shortest text
/// that reads back as the same. `table` is what an error calls it.
///
/// # Errors
/// [`PublishError::ReadTable`] and [`PublishError::ReadRows`] for what is no table,
/// [`PublishError::TableContract`] for a column that is neither text nor a number, and
/// [`PublishError::WriteCsv`].
pub fn write_table_csv(table: &str, file: File, writer: impl Write) -> Result<u64, PublishError> {
    let mut writer = csv::Writer::from_writer(writer);
    let failed = |source| PublishError::csv(table, source);
    let batches = batches(table, file, &[])?;
    let schema = arrow_array::RecordBatchReader::schema(&batches);
    let names = schema.fields().iter().map(|field| field.name());
    writer.write_record(names).map_err(failed)?;
    let mut rows = 0;
    for batch in batches {
        let batch = batch.map_err(|source| PublishError::ReadRows {
            table: table.to_owned(),
            source,
        })?;
        let columns = batch
            .schema_ref()
            .fields()
            .iter()
            .map(|field| Column::of(table, &batch, field.name()))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            writer
                .write_record(columns.iter().map(|column| column.cell(row)))
                .map_err(failed)?;
        }
        rows += batch.num_rows() as u64;
    }
    writer
        .flush()
        .map_err(|source| PublishError::csv(table, source.into()))?;
    Ok(rows)
}

enum Column<'a> {
    Text(TextColumn<'a>),
    Integers(&'a Int32Array),
    Numbers(&'a Float64Array),
}

impl<'a> Column<'a> {
    fn of(table: &str, batch: &'a RecordBatch, name: &str) -> Result<Self, PublishError> {
        let array = crate::table::column(table, batch, name)?;
        match array.data_type() {
            DataType::Int32 => Ok(Self::Integers(array.as_primitive::<Int32Type>())),
            DataType::Float64 => Ok(Self::Numbers(array.as_primitive::<Float64Type>())),
            DataType::Utf8 | DataType::Dictionary(_, _) => {
                TextColumn::of(table, batch, name).map(Self::Text)
            }
            other => Err(wrong_type(table, name, other, "text or numbers")),
        }
    }

    fn cell(&self, row: usize) -> String {
        match self {
            Self::Text(texts) => safe_cell(texts.get(row).unwrap_or_default()).into_owned(),
            Self::Integers(numbers) if numbers.is_valid(row) => numbers.value(row).to_string(),
            Self::Numbers(numbers) if numbers.is_valid(row) => numbers.value(row).to_string(),
            Self::Integers(_) | Self::Numbers(_) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Seek;
    use std::sync::Arc;

    use arrow_array::{ArrayRef, BooleanArray, StringArray};
    use parquet::arrow::ArrowWriter;

    use super::*;

    fn table(columns: Vec<(&str, ArrayRef)>) -> File {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        let copy = file.try_clone().unwrap();
        let mut writer = ArrowWriter::try_new(copy, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        file.rewind().unwrap();
        file
    }

    #[test]
    fn a_table_becomes_lines_in_which_nothing_runs_and_nothing_missing_is_zero() {
        let file = table(vec![
            (
                "code",
                Arc::new(StringArray::from(vec![
                    Some("005"),
                    Some("=1+1, \"x\""),
                    None,
                ])) as ArrayRef,
            ),
            (
                "value",
                Arc::new(Float64Array::from(vec![Some(-0.1), None, Some(1e21)])),
            ),
            (
                "release",
                Arc::new(Int32Array::from(vec![Some(7), Some(0), None])),
            ),
        ]);
        let mut text = Vec::new();
        assert_eq!(write_table_csv("made up", file, &mut text).unwrap(), 3);
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "code,value,release\n\
             005,-0.1,7\n\
             \"'=1+1, \"\"x\"\"\",,0\n\
             ,1000000000000000000000,\n"
        );
    }

    #[test]
    fn a_column_of_another_type_is_named() {
        let flags: ArrayRef = Arc::new(BooleanArray::from(vec![true]));
        let file = table(vec![("flag", flags)]);
        let error = write_table_csv("made up", file, Vec::new()).unwrap_err();
        assert!(error.to_string().contains("`flag`"), "{error}");
    }
}
