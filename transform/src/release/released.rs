//! The tables of committed releases, read an indicator at a time.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::ops::RangeInclusive;
use std::str::FromStr;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array as _, RecordBatch};
use arrow_schema::ArrowError;
use botnia_model::{IndicatorId, PeerMethod, RegionId, Text};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::revision_table::{self, Revision};
use super::vintages::Released;
use crate::TransformError;
use crate::observation_table::{Words, column, from_batch, wrong_type};

/// The rows of a batch, each with its indicator.
type Rows<T> = Result<Vec<(IndicatorId, T)>, TransformError>;

/// Rows with their indicators, in the order of the indicators.
struct ByIndicator<T> {
    reader: ParquetRecordBatchReader,
    object: String,
    rows: fn(&RecordBatch) -> Rows<T>,
    waiting: VecDeque<(IndicatorId, T)>,
}

impl<T> ByIndicator<T> {
    fn next_indicator(&mut self) -> Result<Option<&IndicatorId>, TransformError> {
        while self.waiting.is_empty() {
            let Some(batch) = self.reader.next() else {
                return Ok(None);
            };
            let batch = batch.map_err(|source| unreadable(&self.object, source.into()))?;
            self.waiting.extend((self.rows)(&batch)?);
        }
        Ok(self.waiting.front().map(|(id, _)| id))
    }

    /// All rows of `id`, if it is the next indicator; otherwise none.
    fn take(&mut self, id: &IndicatorId) -> Result<Vec<T>, TransformError> {
        let mut taken = Vec::new();
        while self.next_indicator()? == Some(id) {
            while let Some((_, row)) = self.waiting.pop_front_if(|(next, _)| next == id) {
                taken.push(row);
            }
        }
        Ok(taken)
    }
}

/// Streams the observations of a release.
pub(super) struct ReleasedObservations(ByIndicator<Released>);

impl ReleasedObservations {
    /// Of an `observations.parquet`; `object` is what an error calls it.
    pub(super) fn open(file: File, object: &str) -> Result<Self, TransformError> {
        Ok(Self(ByIndicator {
            reader: build(object, reader(object, file)?)?,
            object: object.to_owned(),
            rows: released_rows,
            waiting: VecDeque::new(),
        }))
    }

    /// The next indicator, if there is one.
    pub(super) fn next_indicator(&mut self) -> Result<Option<IndicatorId>, TransformError> {
        self.0.next_indicator().map(Option::<&_>::cloned)
    }

    /// All observations of `id`, if it is the next indicator; otherwise none.
    pub(super) fn take(&mut self, id: &IndicatorId) -> Result<Vec<Released>, TransformError> {
        self.0.take(id)
    }
}

fn released_rows(batch: &RecordBatch) -> Rows<Released> {
    from_batch(batch)?
        .into_iter()
        .map(|(id, observation, first_release)| {
            let first_release = first_release.ok_or_else(|| {
                TransformError::contract(
                    "the observations of a release",
                    "they have no column `first_release`",
                )
            })?;
            let released = Released {
                observation,
                first_release,
            };
            Ok((id, released))
        })
        .collect()
}

/// Streams the revisions of some releases, an indicator at a time. The table is sorted by
/// release and then by indicator, so each release is read at a place of its own.
pub(super) struct RevisionLog(Vec<ByIndicator<Revision>>);

impl RevisionLog {
    /// Of a `revisions.parquet`; `object` is what an error calls it.
    pub(super) fn open(
        file: &File,
        object: &str,
        releases: &RangeInclusive<i32>,
    ) -> Result<Self, TransformError> {
        let again = || {
            file.try_clone()
                .map_err(|source| unreadable(object, source.into()))
        };
        let mut places: BTreeMap<i32, (usize, usize)> = BTreeMap::new();
        let table = reader(object, again()?)?;
        let only_releases = ProjectionMask::columns(table.parquet_schema(), ["release"]);
        let mut row = 0;
        for batch in build(object, table.with_projection(only_releases))? {
            let batch = batch.map_err(|source| unreadable(object, source.into()))?;
            let numbers = column(&batch, "release")
                .and_then(|column| {
                    column
                        .as_primitive_opt::<Int32Type>()
                        .ok_or_else(|| wrong_type("release"))
                })
                .map_err(|source| unreadable(object, source.into()))?;
            for release in numbers.values() {
                if releases.contains(release) {
                    places.entry(*release).or_insert((row, 0)).1 += 1;
                }
                row += 1;
            }
        }
        places
            .into_values()
            .map(|(offset, rows)| {
                let part = reader(object, again()?)?
                    .with_offset(offset)
                    .with_limit(rows);
                Ok(ByIndicator {
                    reader: build(object, part)?,
                    object: object.to_owned(),
                    rows: revision_table::from_batch,
                    waiting: VecDeque::new(),
                })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The next indicator, if there is one.
    pub(super) fn next_indicator(&mut self) -> Result<Option<IndicatorId>, TransformError> {
        let mut next: Option<IndicatorId> = None;
        for release in &mut self.0 {
            if let Some(id) = release.next_indicator()?
                && next.as_ref().is_none_or(|next| id < next)
            {
                next = Some(id.clone());
            }
        }
        Ok(next)
    }

    /// The revisions of `id`, those of the earliest release first, if no indicator before
    /// it is left.
    pub(super) fn take(&mut self, id: &IndicatorId) -> Result<Vec<Revision>, TransformError> {
        let mut taken = Vec::new();
        for release in &mut self.0 {
            taken.extend(release.take(id)?);
        }
        Ok(taken)
    }
}

/// The titles of an `indicators.parquet`.
///
/// # Errors
/// A file that is no such table.
pub fn indicator_titles(file: File) -> Result<BTreeMap<IndicatorId, Text>, TransformError> {
    texts(file, "the table of indicators", "indicator_id", "title")
}

/// The names of a `regions.parquet`.
///
/// # Errors
/// A file that is no such table.
pub fn region_names(file: File) -> Result<BTreeMap<RegionId, Text>, TransformError> {
    texts(file, "the table of regions", "region_id", "name")
}

/// A peer of a region, as released.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleasedPeer {
    /// The region.
    pub region: RegionId,
    /// A region with which it is compared.
    pub peer: RegionId,
    /// Its place among the peers, from 1.
    pub position: i32,
    /// How it was found.
    pub method: PeerMethod,
    /// How far it is, where it was found by a distance.
    pub distance: Option<f64>,
    /// What it was found by.
    pub basis: String,
}

/// The rows of a `peers.parquet`, in their order: those of a region stand together.
///
/// # Errors
/// A file that is no such table.
pub fn released_peers(file: File) -> Result<Vec<ReleasedPeer>, TransformError> {
    let object = "the table of peers";
    let mut peers = Vec::new();
    for batch in build(object, reader(object, file)?)? {
        let batch = batch.map_err(|source| unreadable(object, source.into()))?;
        peers_of(&batch, &mut peers).map_err(|source| unreadable(object, source.into()))?;
    }
    Ok(peers)
}

fn peers_of(batch: &RecordBatch, peers: &mut Vec<ReleasedPeer>) -> Result<(), ArrowError> {
    let regions = Words::<RegionId>::of(batch, "region_id")?;
    let others = Words::<RegionId>::of(batch, "peer_region_id")?;
    let methods = Words::<PeerMethod>::of(batch, "method")?;
    let bases = Words::<String>::of(batch, "basis")?;
    let positions = column(batch, "position")?;
    let positions = positions.as_primitive_opt::<Int32Type>();
    let positions = positions.ok_or_else(|| wrong_type("position"))?;
    let distances = column(batch, "distance")?;
    let distances = distances.as_primitive_opt::<Float64Type>();
    let distances = distances.ok_or_else(|| wrong_type("distance"))?;
    for row in 0..batch.num_rows() {
        peers.push(ReleasedPeer {
            region: regions.required(row)?.clone(),
            peer: others.required(row)?.clone(),
            position: positions.value(row),
            method: *methods.required(row)?,
            distance: distances.is_valid(row).then(|| distances.value(row)),
            basis: bases.required(row)?.clone(),
        });
    }
    Ok(())
}

fn texts<K: FromStr + Ord + Clone>(
    file: File,
    object: &str,
    key: &'static str,
    text: &str,
) -> Result<BTreeMap<K, Text>, TransformError> {
    let mut texts = BTreeMap::new();
    for batch in build(object, reader(object, file)?)? {
        let batch = batch.map_err(|source| unreadable(object, source.into()))?;
        texts_of(&batch, key, text, &mut texts)
            .map_err(|source| unreadable(object, source.into()))?;
    }
    Ok(texts)
}

fn texts_of<K: FromStr + Ord + Clone>(
    batch: &RecordBatch,
    key: &'static str,
    text: &str,
    texts: &mut BTreeMap<K, Text>,
) -> Result<(), ArrowError> {
    let keys = Words::<K>::of(batch, key)?;
    let language = |language: &str| {
        let name = format!("{text}_{language}");
        column(batch, &name)?
            .as_string_opt::<i32>()
            .ok_or_else(|| wrong_type(&name))
    };
    let (fi, sv, en) = (language("fi")?, language("sv")?, language("en")?);
    for row in 0..batch.num_rows() {
        let text = Text {
            // An absent text is an empty one.
            fi: fi.value(row).to_owned(),
            sv: sv.value(row).to_owned(),
            en: en.value(row).to_owned(),
        };
        texts.insert(keys.required(row)?.clone(), text);
    }
    Ok(())
}

type Builder = ParquetRecordBatchReaderBuilder<File>;

/// Opens a table; `object` is what an error calls it.
pub(super) fn reader(object: &str, file: File) -> Result<Builder, TransformError> {
    Builder::try_new(file).map_err(|source| unreadable(object, source))
}

/// All batches of a table that was opened.
pub(super) fn build(
    object: &str,
    builder: Builder,
) -> Result<ParquetRecordBatchReader, TransformError> {
    builder.build().map_err(|source| unreadable(object, source))
}

/// A table that cannot be read.
pub(super) fn unreadable(object: &str, source: ParquetError) -> TransformError {
    TransformError::ReadParquet {
        object: object.to_owned(),
        source,
    }
}
