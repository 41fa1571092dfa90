//! What a release said, read from a later one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;

use botnia_model::{IndicatorId, Observation, ReleaseNumber};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;

use super::released::{ReleasedObservations, RevisionLog, reader};
use super::revision_table::Revision;
use super::vintages::{Key, Released};
use crate::TransformError;
use crate::observation_table::{ROW_GROUP_ROWS, SORTED_BY, schema, to_batch, writer_properties};

/// The tables of the release from which another is read: that one or any later one.
#[derive(Debug)]
pub struct LaterTables {
    /// Its `observations.parquet`.
    pub observations: File,
    /// Its `revisions.parquet`.
    pub revisions: File,
}

/// Writes the observations as `release` had them, in the columns and the order of
/// `observations.parquet`, and returns how many there are. Of `indicators` alone, if any
/// are named.
///
/// Everything that was revised later gets its old figures back, beginning with the
/// earliest revision; everything whose first release is later goes. The metadata are
/// those of the table that was read, but for the release and the hash of the content;
/// `botnia.as_of` is the release.
///
/// # Errors
/// Tables that are not those of a release, and a sink that cannot be written.
pub fn as_of(
    release: ReleaseNumber,
    later: LaterTables,
    indicators: &[IndicatorId],
    sink: impl Write + Send,
) -> Result<u64, TransformError> {
    let number = i32::try_from(release.get()).unwrap_or(i32::MAX);
    let object = "the observations of the release";
    let again = later.observations.try_clone();
    let again = again.map_err(|source| TransformError::ReadParquet {
        object: object.to_owned(),
        source: source.into(),
    })?;
    let metadata = metadata(release, &reader(object, again)?);
    let mut observations = ReleasedObservations::open(later.observations, object)?;
    let mut revisions = RevisionLog::open(
        &later.revisions,
        "the revisions of the release",
        &(number.saturating_add(1)..=i32::MAX),
    )?;
    let failed = |source| TransformError::WriteParquet {
        object: format!("the observations of release {release}"),
        source,
    };
    let schema = schema(true);
    let properties = writer_properties(&schema, &SORTED_BY, ROW_GROUP_ROWS);
    let mut writer = ArrowWriter::try_new(sink, schema, Some(properties)).map_err(failed)?;
    let mut rows = 0;
    loop {
        let next = [observations.next_indicator()?, revisions.next_indicator()?];
        let Some(id) = next.into_iter().flatten().min() else {
            break;
        };
        let (now, revised) = (observations.take(&id)?, revisions.take(&id)?);
        if !indicators.is_empty() && !indicators.contains(&id) {
            continue;
        }
        let (then, first_releases) = taken_back(number, now, revised);
        rows += then.len() as u64;
        writer
            .write(&to_batch(&id, &then, Some(&first_releases))?)
            .map_err(failed)?;
    }
    for entry in metadata {
        writer.append_key_value_metadata(entry);
    }
    let flushed = |mut sink: _| Write::flush(&mut sink).map_err(ParquetError::from);
    writer.into_inner().and_then(flushed).map_err(failed)?;
    Ok(rows)
}

/// One indicator's observations of `release`, with their first releases.
fn taken_back(
    release: i32,
    now: Vec<Released>,
    revised: Vec<Revision>,
) -> (Vec<Observation>, Vec<i32>) {
    let mut then: BTreeMap<Key, Released> = now.into_iter().map(|row| (row.key(), row)).collect();
    // The latest first, so that the earliest has the last word.
    for revision in revised.into_iter().rev() {
        match revision.old {
            Some(old) => then.insert(revision.key, old),
            None => then.remove(&revision.key),
        };
    }
    then.into_values()
        .filter(|row| row.first_release <= release)
        .map(|row| (row.observation, row.first_release))
        .unzip()
}

fn metadata(
    release: ReleaseNumber,
    table: &ParquetRecordBatchReaderBuilder<File>,
) -> Vec<KeyValue> {
    let known = table.metadata().file_metadata().key_value_metadata();
    let holds = |key: &str| {
        key.starts_with("botnia.") && key != "botnia.release" && key != "botnia.content_hash"
    };
    let mut entries: Vec<KeyValue> = known
        .into_iter()
        .flatten()
        .filter(|entry| holds(&entry.key))
        .cloned()
        .collect();
    entries.push(KeyValue::new(
        "botnia.as_of".to_owned(),
        release.to_string(),
    ));
    entries
}
