//! Observations as Arrow and Parquet: the published columns, and the identity of content.

use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use botnia_model::hash::ContentHasher;
use botnia_model::{
    Breakdown, ContentHash, IndicatorId, Observation, Origin, RegionCode, RegionKey, RegionLevel,
    ReleaseNumber, SCHEMA_VERSION, Sex, Status, Text,
};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::TransformError;
use crate::aggregation::COVERAGE;

/// Rows per row group.
pub const ROW_GROUP_ROWS: usize = 131_072;
/// Rows of a row group in the files that are read a region at a time, over HTTP too: a
/// reader skips whole groups, so smaller ones let it leave out more of the file.
pub const SLICED_ROW_GROUP_ROWS: usize = 16_384;

/// The order of `observations.parquet`, and of one indicator's observations.
pub const SORTED_BY: [&str; 6] = [
    "indicator_id",
    "region_level",
    "region_code",
    "sex",
    "breakdown",
    "period",
];

/// One row of an observation table: the indicator, its observation and, in a released
/// table, the release in which this value first appeared.
pub type TableRow = (IndicatorId, Observation, Option<i32>);

/// The columns, in their published order. A released table also says in which release a
/// value first appeared, which a normalised one cannot know, and how much of a region
/// stands behind a computed value, of which a normalised one has none.
pub fn schema(released: bool) -> SchemaRef {
    let text = |name: &str| Field::new(name, dictionary_type(), false);
    let mut fields = vec![
        text("indicator_id"),
        text("region_level"),
        text("region_code"),
        text("region_id"),
        Field::new("year", DataType::Int32, false),
        Field::new("period", DataType::Utf8, false),
        text("sex"),
        text("breakdown").with_nullable(true),
        Field::new("value", DataType::Float64, true),
        Field::new("absolute_value", DataType::Float64, true),
        text("status"),
        text("origin"),
    ];
    if released {
        fields.push(Field::new("first_release", DataType::Int32, false));
        fields.push(Field::new("coverage", DataType::Float64, true));
    }
    Arc::new(Schema::new(fields))
}

/// The type of ids, codes and words: text by a dictionary.
pub fn dictionary_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// One indicator's observations as a batch, in the order given; of a released table if
/// `first_release` is there, which then has to be as long.
///
/// # Errors
/// `first_release` of another length.
pub fn to_batch(
    indicator_id: &IndicatorId,
    observations: &[Observation],
    first_release: Option<&[i32]>,
) -> Result<RecordBatch, TransformError> {
    let mut levels = StringDictionaryBuilder::<Int32Type>::new();
    let mut codes = StringDictionaryBuilder::<Int32Type>::new();
    let mut ids = StringDictionaryBuilder::<Int32Type>::new();
    // By runs: sorted rows repeat their region hundreds of times.
    for run in observations.chunk_by(|left, right| left.region == right.region) {
        let Some(Observation { region, .. }) = run.first() else {
            continue;
        };
        levels.append_values(region.level.as_str(), run.len());
        codes.append_values(region.code.as_str(), run.len());
        ids.append_values(region.id().as_str(), run.len());
    }
    let mut indicator = StringDictionaryBuilder::<Int32Type>::new();
    indicator.append_values(indicator_id.to_string(), observations.len());
    let dictionary = |text: fn(&Observation) -> Option<&str>| -> ArrayRef {
        let mut builder = StringDictionaryBuilder::<Int32Type>::new();
        for observation in observations {
            builder.append_option(text(observation));
        }
        Arc::new(builder.finish())
    };
    let number = |value: fn(&Observation) -> Option<f64>| -> ArrayRef {
        Arc::new(observations.iter().map(value).collect::<Float64Array>())
    };
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(indicator.finish()),
        Arc::new(levels.finish()),
        Arc::new(codes.finish()),
        Arc::new(ids.finish()),
        Arc::new(Int32Array::from_iter_values(
            observations.iter().map(|row| row.period.year()),
        )),
        Arc::new(StringArray::from_iter_values(
            observations.iter().map(|row| row.period.as_str()),
        )),
        dictionary(|row| Some(row.sex.as_str())),
        dictionary(|row| row.breakdown.as_ref().map(Breakdown::as_str)),
        number(|row| row.value),
        number(|row| row.absolute_value),
        dictionary(|row| Some(row.status.as_str())),
        dictionary(|row| Some(row.origin.as_str())),
    ];
    if let Some(first_release) = first_release {
        columns.push(Arc::new(Int32Array::from(first_release.to_vec())));
        columns.push(coverages(
            observations
                .iter()
                .map(|row| row.origin == Origin::Computed),
        ));
    }
    RecordBatch::try_new(schema(first_release.is_some()), columns).map_err(|source| {
        TransformError::WriteParquet {
            object: format!("the observations of `{indicator_id}`"),
            source: source.into(),
        }
    })
}

/// The column `coverage`, from whether each value is computed.
pub(crate) fn coverages(are_computed: impl IntoIterator<Item = bool>) -> ArrayRef {
    let coverages = are_computed
        .into_iter()
        .map(|is_computed| is_computed.then_some(COVERAGE));
    Arc::new(coverages.collect::<Float64Array>())
}

/// The rows of a batch with the columns of [`schema`], released or not, in their order.
///
/// # Errors
/// A missing column, a column of another type, or a word or code that botnia cannot have
/// written.
pub fn from_batch(batch: &RecordBatch) -> Result<Vec<TableRow>, TransformError> {
    decode(batch).map_err(|source| TransformError::ReadParquet {
        object: "observations".to_owned(),
        source: source.into(),
    })
}

fn decode(batch: &RecordBatch) -> Result<Vec<TableRow>, ArrowError> {
    let indicators = Words::<IndicatorId>::of(batch, "indicator_id")?;
    let levels = Words::<RegionLevel>::of(batch, "region_level")?;
    let codes = Words::<RegionCode>::of(batch, "region_code")?;
    let sexes = Words::<Sex>::of(batch, "sex")?;
    let breakdowns = Words::<Breakdown>::of(batch, "breakdown")?;
    let statuses = Words::<Status>::of(batch, "status")?;
    let origins = Words::<Origin>::of(batch, "origin")?;
    let periods = column(batch, "period")?
        .as_string_opt::<i32>()
        .ok_or_else(|| wrong_type("period"))?;
    let values = numbers(batch, "value")?;
    let absolute_values = numbers(batch, "absolute_value")?;
    let first_releases = match batch.column_by_name("first_release") {
        Some(column) => Some(
            column
                .as_primitive_opt::<Int32Type>()
                .ok_or_else(|| wrong_type("first_release"))?,
        ),
        None => None,
    };
    let number =
        |column: &Float64Array, row: usize| column.is_valid(row).then(|| column.value(row));
    (0..batch.num_rows())
        .map(|row| {
            let observation = Observation {
                region: RegionKey::new(*levels.required(row)?, codes.required(row)?.clone()),
                period: periods
                    .value(row)
                    .parse()
                    .map_err(|_| wrong_value("period", periods.value(row)))?,
                sex: *sexes.required(row)?,
                breakdown: breakdowns.get(row)?.cloned(),
                value: number(values, row),
                absolute_value: number(absolute_values, row),
                status: *statuses.required(row)?,
                origin: *origins.required(row)?,
            };
            Ok((
                indicators.required(row)?.clone(),
                observation,
                first_releases.map(|column| column.value(row)),
            ))
        })
        .collect()
}

/// A dictionary column whose values are parsed once and not once per row.
pub(crate) struct Words<'a, T> {
    name: &'static str,
    keys: &'a Int32Array,
    texts: &'a StringArray,
    /// `None` for a text that is no such word; an error only where a row uses it, because
    /// a dictionary may hold values that none does.
    parsed: Vec<Option<T>>,
}

impl<'a, T: std::str::FromStr> Words<'a, T> {
    /// The column `name`.
    pub(crate) fn of(batch: &'a RecordBatch, name: &'static str) -> Result<Self, ArrowError> {
        let array = column(batch, name)?
            .as_dictionary_opt::<Int32Type>()
            .ok_or_else(|| wrong_type(name))?;
        let texts = array
            .values()
            .as_string_opt::<i32>()
            .ok_or_else(|| wrong_type(name))?;
        Ok(Self {
            name,
            keys: array.keys(),
            texts,
            parsed: texts
                .iter()
                .map(|text| text.and_then(|text| text.parse().ok()))
                .collect(),
        })
    }

    /// The word of a row, if it is not null.
    pub(crate) fn get(&self, row: usize) -> Result<Option<&T>, ArrowError> {
        if self.keys.is_null(row) {
            return Ok(None);
        }
        let key = usize::try_from(self.keys.value(row)).unwrap_or(usize::MAX);
        match self.parsed.get(key) {
            Some(Some(word)) => Ok(Some(word)),
            Some(None) => Err(wrong_value(self.name, self.texts.value(key))),
            None => Err(wrong_type(self.name)),
        }
    }

    /// The word of a row that must have one.
    pub(crate) fn required(&self, row: usize) -> Result<&T, ArrowError> {
        self.get(row)?
            .ok_or_else(|| ArrowError::SchemaError(format!("null in column `{}`", self.name)))
    }
}

/// The column `name`, of whatever type.
pub(crate) fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, ArrowError> {
    batch
        .column_by_name(name)
        .ok_or_else(|| ArrowError::SchemaError(format!("no column `{name}`")))
}

/// The column `name`, of figures.
pub(crate) fn numbers<'a>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a Float64Array, ArrowError> {
    column(batch, name)?
        .as_primitive_opt::<Float64Type>()
        .ok_or_else(|| wrong_type(name))
}

/// A column is not of the type that it must be of.
pub(crate) fn wrong_type(name: &str) -> ArrowError {
    ArrowError::SchemaError(format!("column `{name}` has another type"))
}

/// A column holds what it must not hold.
pub(crate) fn wrong_value(name: &str, text: &str) -> ArrowError {
    ArrowError::ParseError(format!("column `{name}` has the value `{text}`"))
}

/// The identity of one indicator's observations: a hash over the canonical rows in their
/// published order and the version of the columns. It depends on neither the order in
/// which rows are given nor on how they are stored; `-0.0` is `0.0`.
pub fn content_hash(indicator_id: &IndicatorId, observations: &[Observation]) -> ContentHash {
    let mut sorted: Vec<&Observation> = observations.iter().collect();
    sorted.sort_by(|left, right| left.key().cmp(&right.key()));
    let mut hasher = ContentHasher::new();
    hasher.part(b"botnia observations");
    hasher.part(SCHEMA_VERSION.as_bytes());
    hasher.part(indicator_id.to_string().as_bytes());
    let mut row = Vec::with_capacity(128);
    for observation in sorted {
        row.clear();
        canonical_row(observation, &mut row);
        hasher.part(&row);
    }
    hasher.finish()
}

/// Appends the row's canonical form: texts ended by a zero byte, which none of them can
/// hold; numbers as a presence byte and eight bytes, least significant first.
fn canonical_row(observation: &Observation, row: &mut Vec<u8>) {
    let texts = [
        observation.region.level.as_str(),
        observation.region.code.as_str(),
        observation.period.as_str(),
        observation.sex.as_str(),
        observation.breakdown.as_ref().map_or("", Breakdown::as_str),
        observation.status.as_str(),
        observation.origin.as_str(),
    ];
    for text in texts {
        row.extend_from_slice(text.as_bytes());
        row.push(0);
    }
    for number in [observation.value, observation.absolute_value] {
        match number {
            Some(number) => {
                row.push(1);
                // Adding it to -0.0 gives 0.0.
                row.extend_from_slice(&(number + 0.0).to_le_bytes());
            }
            None => row.push(0),
        }
    }
}

/// One indicator's observations as a normalised Parquet file. The same input gives the
/// same bytes.
///
/// # Errors
/// The Parquet writer's.
pub fn write_normalised(
    indicator_id: &IndicatorId,
    observations: &[Observation],
    metadata: &[(String, String)],
) -> Result<Vec<u8>, TransformError> {
    let batch = to_batch(indicator_id, observations, None)?;
    let write = || -> Result<Vec<u8>, ParquetError> {
        let properties = writer_properties(&batch.schema(), &SORTED_BY, ROW_GROUP_ROWS);
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties))?;
        writer.write(&batch)?;
        for (key, value) in metadata {
            writer.append_key_value_metadata(KeyValue::new(key.clone(), value.clone()));
        }
        writer.into_inner()
    };
    write().map_err(|source| TransformError::WriteParquet {
        object: format!("the observations of `{indicator_id}`"),
        source,
    })
}

/// The observations of a normalised Parquet file, in its order.
///
/// # Errors
/// Bytes that are no Parquet file of ours.
pub fn read_normalised(bytes: impl Into<Bytes>) -> Result<Vec<Observation>, TransformError> {
    let failed = |source| TransformError::ReadParquet {
        object: "normalised observations".to_owned(),
        source,
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes.into())
        .and_then(|builder| builder.with_batch_size(ROW_GROUP_ROWS).build())
        .map_err(failed)?;
    let mut observations = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|source| failed(source.into()))?;
        observations.extend(
            from_batch(&batch)?
                .into_iter()
                .map(|(_, observation, _)| observation),
        );
    }
    Ok(observations)
}

/// How every table is written: zstd 3, row groups of `row_group_rows`, dictionaries,
/// page index and statistics, the sorting columns declared, no bloom filters.
///
/// # Panics
/// If `schema` lacks a column of `sorted_by`, or has nested columns before it.
pub fn writer_properties(
    schema: &Schema,
    sorted_by: &[&str],
    row_group_rows: usize,
) -> WriterProperties {
    let sorting = sorted_by
        .iter()
        .map(|name| SortingColumn {
            column_idx: schema
                .index_of(name)
                .ok()
                .and_then(|index| i32::try_from(index).ok())
                .expect("a sorting column is a column of its schema"),
            descending: false,
            nulls_first: true,
        })
        .collect();
    WriterProperties::builder()
        .set_created_by(concat!("botnia ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default()))
        .set_max_row_group_row_count(Some(row_group_rows))
        .set_dictionary_enabled(true)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_bloom_filter_enabled(false)
        .set_sorting_columns(Some(sorting))
        .build()
}

/// What every published file says of itself: the `botnia.…` keys of its Parquet metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMetadata {
    /// The release in which the content last changed; none for a file outside a release.
    pub release: Option<ReleaseNumber>,
    /// The version of the dataset's layout.
    pub schema_version: String,
    /// The hash of the content, apart from how it is encoded.
    pub content_hash: ContentHash,
    /// The licence of what the file holds.
    pub licence: String,
    /// Whom a user has to name.
    pub attribution: Text,
    /// The sources, as a reader would cite them.
    pub sources: String,
    /// The territorial division: the day of the region list, `YYYY-MM-DD`.
    pub geo_vintage: String,
    /// Whether a synthetic source took part.
    pub synthetic: bool,
}

impl FileMetadata {
    /// The keys with their values, in the order of the fields. A file without a release
    /// has no `botnia.release`, one of real figures no `botnia.synthetic`.
    pub fn key_values(&self) -> Vec<KeyValue> {
        [
            ("release", self.release.map(|release| release.to_string())),
            ("schema_version", Some(self.schema_version.clone())),
            ("content_hash", Some(self.content_hash.to_string())),
            ("licence", Some(self.licence.clone())),
            ("attribution", Some(self.attribution.en.clone())),
            ("attribution_fi", Some(self.attribution.fi.clone())),
            ("attribution_sv", Some(self.attribution.sv.clone())),
            ("attribution_en", Some(self.attribution.en.clone())),
            ("sources", Some(self.sources.clone())),
            ("geo_vintage", Some(self.geo_vintage.clone())),
            ("synthetic", self.synthetic.then(|| "true".to_owned())),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some(KeyValue::new(format!("botnia.{key}"), value?)))
        .collect()
    }
}

#[cfg(test)]
mod tests;
