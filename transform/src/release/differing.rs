//! Which indicators two tables tell differently.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{DictionaryArray, RecordBatch, StringArray};
use arrow_schema::ArrowError;
use botnia_model::hash::ContentHasher;
use botnia_model::{ContentHash, IndicatorId};

use super::released::{build, reader};
use super::table::{hash_rows, hash_schema};
use crate::TransformError;

/// The indicators whose rows are not the same in both tables, or stand in one of them only;
/// none where the tables do not tell the indicator of a row.
///
/// Memory: one batch, and a hash for each indicator.
///
/// # Errors
/// A table that cannot be read.
pub fn differing_indicators(one: File, other: File) -> Result<Vec<IndicatorId>, TransformError> {
    let (one, other) = (contents(one)?, contents(other)?);
    let ids: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    Ok(ids
        .into_iter()
        .filter(|id| one.get(*id) != other.get(*id))
        .filter_map(|id| id.parse().ok())
        .collect())
}

const OBJECT: &str = "a table that is compared";

/// The hash of each indicator's rows, in their order.
fn contents(table: File) -> Result<BTreeMap<String, ContentHash>, TransformError> {
    let mut hashers: BTreeMap<String, ContentHasher> = BTreeMap::new();
    for batch in build(OBJECT, reader(OBJECT, table)?)? {
        batch
            .and_then(|batch| add(&mut hashers, &batch))
            .map_err(|source| TransformError::ReadParquet {
                object: OBJECT.to_owned(),
                source: source.into(),
            })?;
    }
    let finished = hashers
        .into_iter()
        .map(|(id, hasher)| (id, hasher.finish()));
    Ok(finished.collect())
}

fn add(
    hashers: &mut BTreeMap<String, ContentHasher>,
    batch: &RecordBatch,
) -> Result<(), ArrowError> {
    let column = batch.column_by_name("indicator_id");
    let words = column.and_then(|column| column.as_dictionary_opt::<Int32Type>());
    let Some(ids) = words.and_then(DictionaryArray::downcast_dict::<StringArray>) else {
        return Ok(());
    };
    let ids: Vec<&str> = ids.into_iter().map(Option::unwrap_or_default).collect();
    let mut start = 0;
    for run in ids.chunk_by(|one, other| one == other) {
        if !hashers.contains_key(run[0]) {
            let mut hasher = ContentHasher::new();
            hash_schema(&mut hasher, &batch.schema());
            hashers.insert(run[0].to_owned(), hasher);
        }
        if let Some(hasher) = hashers.get_mut(run[0]) {
            hash_rows(hasher, &batch.slice(start, run.len()))?;
        }
        start += run.len();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Seek;
    use std::sync::Arc;

    use arrow_array::Float64Array;
    use arrow_array::builder::StringDictionaryBuilder;
    use parquet::arrow::ArrowWriter;

    use super::*;

    fn table(rows: &[(&str, f64)]) -> File {
        let mut ids = StringDictionaryBuilder::<Int32Type>::new();
        for (id, _) in rows {
            ids.append_value(id);
        }
        let values: Float64Array = rows.iter().map(|(_, value)| Some(*value)).collect();
        let batch = RecordBatch::try_from_iter([
            (
                "indicator_id",
                Arc::new(ids.finish()) as arrow_array::ArrayRef,
            ),
            ("value", Arc::new(values)),
        ])
        .unwrap();
        let mut file = tempfile::tempfile().unwrap();
        let mut writer =
            ArrowWriter::try_new(file.try_clone().unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        file.rewind().unwrap();
        file
    }

    #[test]
    fn only_indicators_with_other_rows_differ() {
        let one = || table(&[("a:1", 1.0), ("a:2", 2.0), ("a:1", 3.0)]);
        let ids = |other| -> Vec<String> {
            let differing = differing_indicators(one(), other).unwrap();
            differing.iter().map(ToString::to_string).collect()
        };
        assert!(ids(one()).is_empty());
        assert_eq!(
            ids(table(&[("a:1", 1.0), ("a:2", 2.5), ("a:1", 3.0)])),
            ["a:2"]
        );
        // Another order is another content.
        assert_eq!(
            ids(table(&[("a:1", 3.0), ("a:1", 1.0), ("a:3", 2.0)])),
            ["a:1", "a:2", "a:3"]
        );
    }
}
