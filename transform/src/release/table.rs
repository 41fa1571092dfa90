//! Tables that are small enough to be made in memory: their columns, and the hash of
//! their content.
//!
//! The hash goes over names, types and values, row by row. It does not know how a table
//! is cut into batches, which dictionary a text column has, or how Parquet encodes it.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch,
    StringArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use botnia_model::hash::ContentHasher;
use botnia_model::{Language, Text};

/// Columns that become a table, in order.
#[derive(Default)]
pub(super) struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn push(mut self, name: impl Into<String>, nullable: bool, array: ArrayRef) -> Self {
        self.fields
            .push(Field::new(name, array.data_type().clone(), nullable));
        self.arrays.push(array);
        self
    }

    /// Ids, codes, levels and other words that repeat; never null.
    pub(super) fn words<S: AsRef<str>>(
        self,
        name: &str,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        let mut builder = StringDictionaryBuilder::<Int32Type>::new();
        for value in values {
            builder.append_value(value);
        }
        self.push(name, false, Arc::new(builder.finish()))
    }

    /// As [`words`](Self::words), where one may be absent.
    pub(super) fn optional_words<S: AsRef<str>>(
        self,
        name: &str,
        values: impl IntoIterator<Item = Option<S>>,
    ) -> Self {
        let mut builder = StringDictionaryBuilder::<Int32Type>::new();
        for value in values {
            builder.append_option(value);
        }
        self.push(name, true, Arc::new(builder.finish()))
    }

    /// Plain text; empty text is absent text.
    pub(super) fn text<S: AsRef<str>>(
        self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = Option<S>>,
    ) -> Self {
        let mut builder = StringBuilder::new();
        for value in values {
            builder.append_option(value.filter(|text| !text.as_ref().is_empty()));
        }
        self.push(name, true, Arc::new(builder.finish()))
    }

    /// One text in each language: `name_fi`, `name_sv`, `name_en`.
    pub(super) fn texts<'t, I: Iterator<Item = &'t Text>>(
        self,
        name: &str,
        values: impl Fn() -> I,
    ) -> Self {
        Language::ALL.into_iter().fold(self, |columns, language| {
            columns.text(
                format!("{name}_{language}"),
                values().map(|text| Some(text.get(language))),
            )
        })
    }

    /// Small integers: years, counts of decimals, release numbers.
    pub(super) fn integers(
        self,
        name: &str,
        values: impl IntoIterator<Item = Option<i32>>,
    ) -> Self {
        self.push(name, true, Arc::new(Int32Array::from_iter(values)))
    }

    /// Integers that are never absent.
    pub(super) fn all_integers(self, name: &str, values: impl IntoIterator<Item = i32>) -> Self {
        self.push(name, false, Arc::new(Int32Array::from_iter_values(values)))
    }

    /// Persons.
    pub(super) fn large_integers(
        self,
        name: &str,
        values: impl IntoIterator<Item = Option<i64>>,
    ) -> Self {
        self.push(name, true, Arc::new(Int64Array::from_iter(values)))
    }

    /// Figures.
    pub(super) fn figures(self, name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        self.push(name, true, Arc::new(Float64Array::from_iter(values)))
    }

    /// Yes or no.
    pub(super) fn truths(self, name: &str, values: impl IntoIterator<Item = bool>) -> Self {
        let values: Vec<bool> = values.into_iter().collect();
        self.push(name, false, Arc::new(BooleanArray::from(values)))
    }

    /// Lists of words, possibly empty.
    pub(super) fn lists<'t>(
        self,
        name: &str,
        values: impl IntoIterator<Item = &'t [String]>,
    ) -> Self {
        let item = Field::new_list_field(DataType::Utf8, false);
        let mut builder = ListBuilder::new(StringBuilder::new()).with_field(item);
        for words in values {
            for word in words {
                builder.values().append_value(word);
            }
            builder.append(true);
        }
        self.push(name, false, Arc::new(builder.finish()))
    }

    /// The table.
    pub(super) fn finish(self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
    }
}

/// Adds names and types to a hash; once per table, before its rows.
pub(super) fn hash_schema(hasher: &mut ContentHasher, schema: &Schema) {
    for field in schema.fields() {
        hasher.part(field.name().as_bytes());
        hasher.part(field.data_type().to_string().as_bytes());
    }
}

/// Adds the values of a batch to a hash, row by row.
///
/// # Errors
/// A column of a type that no published table has.
pub(super) fn hash_rows(hasher: &mut ContentHasher, batch: &RecordBatch) -> Result<(), ArrowError> {
    let columns = batch
        .columns()
        .iter()
        .map(|array| Values::of(array.as_ref()).map(|values| (array.as_ref(), values)))
        .collect::<Result<Vec<_>, _>>()?;
    for row in 0..batch.num_rows() {
        for (array, values) in &columns {
            if array.is_null(row) {
                hasher.update(&[0]);
            } else {
                hasher.update(&[1]);
                values.hash(hasher, row);
            }
        }
    }
    Ok(())
}

/// The value as it is hashed: one zero, not two.
pub(super) fn canonical_bits(value: f64) -> [u8; 8] {
    if value == 0.0 { 0.0_f64 } else { value }.to_le_bytes()
}

enum Values<'a> {
    Integers(&'a Int32Array),
    LargeIntegers(&'a Int64Array),
    Figures(&'a Float64Array),
    Truths(&'a BooleanArray),
    Text(&'a StringArray),
    Words(&'a Int32Array, &'a StringArray),
    Lists(&'a ListArray),
}

impl<'a> Values<'a> {
    fn of(array: &'a dyn Array) -> Result<Self, ArrowError> {
        let unknown =
            || ArrowError::SchemaError(format!("no table has a column of {}", array.data_type()));
        Ok(match array.data_type() {
            DataType::Int32 => Self::Integers(array.as_primitive()),
            DataType::Int64 => Self::LargeIntegers(array.as_primitive()),
            DataType::Float64 => Self::Figures(array.as_primitive()),
            DataType::Boolean => Self::Truths(array.as_boolean()),
            DataType::Utf8 => Self::Text(array.as_string()),
            DataType::Dictionary(_, _) => {
                let words = array.as_dictionary_opt::<Int32Type>().ok_or_else(unknown)?;
                Self::Words(
                    words.keys(),
                    words.values().as_string_opt().ok_or_else(unknown)?,
                )
            }
            DataType::List(_) => Self::Lists(array.as_list()),
            _ => return Err(unknown()),
        })
    }

    fn hash(&self, hasher: &mut ContentHasher, row: usize) {
        match self {
            Self::Integers(values) => hasher.update(&values.value(row).to_le_bytes()),
            Self::LargeIntegers(values) => hasher.update(&values.value(row).to_le_bytes()),
            Self::Figures(values) => hasher.update(&canonical_bits(values.value(row))),
            Self::Truths(values) => hasher.update(&[u8::from(values.value(row))]),
            Self::Text(values) => hasher.part(values.value(row).as_bytes()),
            Self::Words(keys, words) => {
                let word = usize::try_from(keys.value(row)).map_or("", |key| words.value(key));
                hasher.part(word.as_bytes());
            }
            Self::Lists(values) => {
                let list = values.value(row);
                let words = list.as_string::<i32>();
                hasher.update(&(words.len() as u64).to_le_bytes());
                for word in words.iter().flatten() {
                    hasher.part(word.as_bytes());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(batches: &[RecordBatch]) -> botnia_model::ContentHash {
        let mut hasher = ContentHasher::new();
        hash_schema(&mut hasher, &batches[0].schema());
        for batch in batches {
            hash_rows(&mut hasher, batch).unwrap();
        }
        hasher.finish()
    }

    fn table(names: &[&str], figures: &[Option<f64>]) -> RecordBatch {
        Columns::default()
            .words("name", names)
            .figures("figure", figures.iter().copied())
            .finish()
            .unwrap()
    }

    #[test]
    fn the_hash_sees_values_and_not_batches_or_dictionaries() {
        let whole = table(&["b", "a", "b"], &[Some(1.0), None, Some(-0.0)]);
        let cut = [whole.slice(0, 1), whole.slice(1, 2)];
        let other_dictionary = [
            table(&["b"], &[Some(1.0)]),
            table(&["a", "b"], &[None, Some(0.0)]),
        ];
        assert_eq!(hash(std::slice::from_ref(&whole)), hash(&cut));
        assert_eq!(hash(&cut), hash(&other_dictionary));

        let missing_as_zero = table(&["b", "a", "b"], &[Some(1.0), Some(0.0), Some(0.0)]);
        assert_ne!(hash(&[whole]), hash(&[missing_as_zero]));
    }
}
