//! The columns of `revisions.parquet`, and of the file of a comparison.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use botnia_model::{
    Breakdown, Change, IndicatorId, Observation, Origin, Period, RegionCode, RegionKey,
    RegionLevel, RevisionReason, Sex, Status,
};

use super::table::Columns;
use super::vintages::{Difference, Key, Released};
use crate::TransformError;
use crate::observation_table::{Words, column, numbers, wrong_type, wrong_value};

/// The order of rows.
pub(super) const SORTED_BY: [&str; 7] = [
    "release",
    "indicator_id",
    "region_level",
    "region_code",
    "sex",
    "breakdown",
    "period",
];

/// A row on its way into the table.
pub(super) struct Row<'a> {
    pub(super) difference: Difference<'a>,
    /// The release in which the observation changed.
    pub(super) release: i32,
    pub(super) reason: RevisionReason,
}

/// A row as it is read: what was there before, and why it is there no longer.
pub(super) struct Revision {
    pub(super) key: Key,
    pub(super) old: Option<Released>,
    pub(super) release: i32,
    pub(super) reason: RevisionReason,
}

/// The columns, without rows.
pub(super) fn schema() -> Result<SchemaRef, ArrowError> {
    to_batch("", &[]).map(|empty| empty.schema())
}

/// Rows of one indicator.
pub(super) fn to_batch(id: &str, rows: &[Row<'_>]) -> Result<RecordBatch, ArrowError> {
    let subjects = || rows.iter().map(|row| row.difference.subject());
    Columns::default()
        .words("indicator_id", subjects().map(|_| id))
        .words(
            "region_level",
            subjects().map(|subject| subject.region.level.as_str()),
        )
        .words(
            "region_code",
            subjects().map(|subject| subject.region.code.as_str()),
        )
        .words(
            "region_id",
            subjects().map(|subject| subject.region.id().to_string()),
        )
        .text(
            "period",
            subjects().map(|subject| Some(subject.period.as_str())),
        )
        .words("sex", subjects().map(|subject| subject.sex.as_str()))
        .optional_words(
            "breakdown",
            subjects().map(|subject| subject.breakdown.as_ref().map(Breakdown::as_str)),
        )
        .words(
            "change",
            rows.iter().map(|row| row.difference.change().as_str()),
        )
        .figures("old_value", old(rows, |it| it.value).map(Option::flatten))
        .figures("new_value", new(rows, |it| it.value).map(Option::flatten))
        .figures(
            "old_absolute_value",
            old(rows, |it| it.absolute_value).map(Option::flatten),
        )
        .figures(
            "new_absolute_value",
            new(rows, |it| it.absolute_value).map(Option::flatten),
        )
        .optional_words("old_status", old(rows, |it| it.status.as_str()))
        .optional_words("new_status", new(rows, |it| it.status.as_str()))
        .optional_words("old_origin", old(rows, |it| it.origin.as_str()))
        .optional_words("new_origin", new(rows, |it| it.origin.as_str()))
        .integers(
            "old_first_release",
            rows.iter()
                .map(|row| Some(row.difference.old?.first_release)),
        )
        .all_integers("release", rows.iter().map(|row| row.release))
        .words("reason", rows.iter().map(|row| row.reason.as_str()))
        .finish()
}

/// What stood there before.
fn old<'r, T: 'r>(
    rows: &'r [Row<'_>],
    of: fn(&Observation) -> T,
) -> impl Iterator<Item = Option<T>> + 'r {
    rows.iter()
        .map(move |row| Some(of(&row.difference.old?.observation)))
}

/// What stands there now.
fn new<'r, T: 'r>(
    rows: &'r [Row<'_>],
    of: fn(&Observation) -> T,
) -> impl Iterator<Item = Option<T>> + 'r {
    rows.iter().map(move |row| Some(of(row.difference.new?)))
}

/// A batch of an earlier release with the columns of today. Before there was a column for
/// the origin, every figure was the source's.
pub(super) fn in_todays_columns(
    batch: &RecordBatch,
    schema: &SchemaRef,
) -> Result<RecordBatch, ArrowError> {
    let columns = schema.fields().iter().map(|field| {
        let status = match field.name().as_str() {
            "old_origin" => "old_status",
            "new_origin" => "new_status",
            name => return column(batch, name).cloned(),
        };
        match batch.column_by_name(field.name()) {
            Some(origins) => Ok(Arc::clone(origins)),
            None => Ok(published_where_valid(column(batch, status)?.as_ref())),
        }
    });
    RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, _>>()?)
}

fn published_where_valid(there: &dyn Array) -> ArrayRef {
    let origin = |row| there.is_valid(row).then_some(Origin::Published.as_str());
    let origins: arrow_array::DictionaryArray<Int32Type> = (0..there.len()).map(origin).collect();
    Arc::new(origins)
}

/// The rows of a batch, with their indicators.
pub(super) fn from_batch(
    batch: &RecordBatch,
) -> Result<Vec<(IndicatorId, Revision)>, TransformError> {
    schema()
        .and_then(|schema| decode(&in_todays_columns(batch, &schema)?))
        .map_err(|source| TransformError::ReadParquet {
            object: "revisions".to_owned(),
            source: source.into(),
        })
}

fn decode(batch: &RecordBatch) -> Result<Vec<(IndicatorId, Revision)>, ArrowError> {
    let indicators = Words::<IndicatorId>::of(batch, "indicator_id")?;
    let levels = Words::<RegionLevel>::of(batch, "region_level")?;
    let codes = Words::<RegionCode>::of(batch, "region_code")?;
    let sexes = Words::<Sex>::of(batch, "sex")?;
    let breakdowns = Words::<Breakdown>::of(batch, "breakdown")?;
    let changes = Words::<Change>::of(batch, "change")?;
    let statuses = Words::<Status>::of(batch, "old_status")?;
    let origins = Words::<Origin>::of(batch, "old_origin")?;
    let reasons = Words::<RevisionReason>::of(batch, "reason")?;
    let values = numbers(batch, "old_value")?;
    let absolute_values = numbers(batch, "old_absolute_value")?;
    let periods = column(batch, "period")?
        .as_string_opt::<i32>()
        .ok_or_else(|| wrong_type("period"))?;
    let integers = |name: &str| {
        column(batch, name)?
            .as_primitive_opt::<Int32Type>()
            .ok_or_else(|| wrong_type(name))
    };
    let (first_releases, releases) = (integers("old_first_release")?, integers("release")?);
    let number =
        |column: &arrow_array::Float64Array, row| column.is_valid(row).then(|| column.value(row));
    (0..batch.num_rows())
        .map(|row| {
            let period: Period = periods
                .value(row)
                .parse()
                .map_err(|_| wrong_value("period", periods.value(row)))?;
            let region = RegionKey::new(*levels.required(row)?, codes.required(row)?.clone());
            let (sex, breakdown) = (*sexes.required(row)?, breakdowns.get(row)?.cloned());
            let old = match changes.required(row)? {
                Change::Added => None,
                Change::Changed | Change::Removed => Some(Released {
                    observation: Observation {
                        region: region.clone(),
                        period: period.clone(),
                        sex,
                        breakdown: breakdown.clone(),
                        value: number(values, row),
                        absolute_value: number(absolute_values, row),
                        status: *statuses.required(row)?,
                        origin: *origins.required(row)?,
                    },
                    first_release: first_releases.value(row),
                }),
            };
            let revision = Revision {
                key: (region, sex.as_str(), breakdown, period),
                old,
                release: releases.value(row),
                reason: *reasons.required(row)?,
            };
            Ok((indicators.required(row)?.clone(), revision))
        })
        .collect()
}
