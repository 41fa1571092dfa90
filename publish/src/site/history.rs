//! The revisions of each indicator, from `revisions.parquet`: how many in which release, and
//! the latest of them figure by figure.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, Float64Array, RecordBatch};
use serde::Serialize;

use crate::PublishError;
use crate::table::{TextColumn, column, read_batches, wrong_type};

const TABLE: &str = "revisions.parquet";

/// How many revised figures a page names, the latest first.
const NAMED: usize = 60;

/// The revisions of one indicator.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct History {
    /// Figures that came, changed and went, by release, the latest first.
    pub(super) counts: BTreeMap<Reverse<i32>, Counts>,
    /// The latest that changed or went: by release, then level, code and period.
    pub(super) revised: Vec<Revised>,
}

/// How many figures were revised in a release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Counts {
    pub(super) added: u64,
    pub(super) changed: u64,
    pub(super) removed: u64,
}

/// A figure that was revised.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Revised {
    /// The release in which it changed.
    pub(super) release: i32,
    /// The region's id.
    pub(super) region_id: String,
    pub(super) period: String,
    pub(super) sex: String,
    pub(super) breakdown: Option<String>,
    pub(super) old: Option<f64>,
    pub(super) new: Option<f64>,
    pub(super) old_status: Option<String>,
    pub(super) new_status: Option<String>,
    pub(super) reason: Option<String>,
    /// The place of its level among those of a page: the country first.
    #[serde(skip)]
    level: usize,
}

/// The levels whose figures are named; what is revised elsewhere is counted alone.
const LEVELS: [&str; 4] = ["country", "province", "wellbeing_county", "municipality"];

/// Reads them, by indicator id.
///
/// # Errors
/// A table that is not as it should be.
pub(super) fn read(file: File) -> Result<BTreeMap<String, History>, PublishError> {
    let mut histories: BTreeMap<String, History> = BTreeMap::new();
    for batch in read_batches(TABLE, file, &[])? {
        let batch = batch?;
        add(&batch, &mut histories)?;
    }
    for history in histories.values_mut() {
        history.keep_latest();
    }
    Ok(histories)
}

fn add(batch: &RecordBatch, histories: &mut BTreeMap<String, History>) -> Result<(), PublishError> {
    let text = |name| TextColumn::of(TABLE, batch, name);
    let ids = text("indicator_id")?;
    let levels = text("region_level")?;
    let region_ids = text("region_id")?;
    let periods = text("period")?;
    let sexes = text("sex")?;
    let breakdowns = text("breakdown")?;
    let changes = text("change")?;
    let old_statuses = text("old_status")?;
    let new_statuses = text("new_status")?;
    let reasons = text("reason")?;
    let old_values = numbers(batch, "old_value")?;
    let new_values = numbers(batch, "new_value")?;
    let releases = column(TABLE, batch, "release")?;
    let releases = releases
        .as_primitive_opt::<Int32Type>()
        .ok_or_else(|| wrong_type(TABLE, "release", releases.data_type(), "whole numbers"))?;
    let number = |column: &Float64Array, row| column.is_valid(row).then(|| column.value(row));
    let owned = |column: &TextColumn<'_>, row| column.get(row).map(str::to_owned);
    for row in 0..batch.num_rows() {
        let Some(id) = ids.get(row) else { continue };
        if !histories.contains_key(id) {
            histories.insert(id.to_owned(), History::default());
        }
        let Some(history) = histories.get_mut(id) else {
            continue;
        };
        let release = releases.value(row);
        let counts = history.counts.entry(Reverse(release)).or_default();
        match changes.get(row) {
            Some("added") => counts.added += 1,
            Some("removed") => counts.removed += 1,
            _ => counts.changed += 1,
        }
        let level = levels.get(row).unwrap_or_default();
        let Some(level) = LEVELS.iter().position(|known| *known == level) else {
            continue;
        };
        if changes.get(row) == Some("added") {
            continue;
        }
        history.revised.push(Revised {
            release,
            level,
            region_id: owned(&region_ids, row).unwrap_or_default(),
            period: owned(&periods, row).unwrap_or_default(),
            sex: owned(&sexes, row).unwrap_or_default(),
            breakdown: owned(&breakdowns, row),
            old: number(old_values, row),
            new: number(new_values, row),
            old_status: owned(&old_statuses, row),
            new_status: owned(&new_statuses, row),
            reason: owned(&reasons, row),
        });
        if history.revised.len() >= 64 * NAMED {
            history.keep_latest();
        }
    }
    Ok(())
}

impl History {
    fn keep_latest(&mut self) {
        self.revised.sort_by(|one, other| {
            let key = |revised: &Revised| (Reverse(revised.release), revised.level);
            key(one)
                .cmp(&key(other))
                .then_with(|| one.region_id.cmp(&other.region_id))
                .then_with(|| other.period.cmp(&one.period))
                .then_with(|| one.sex.cmp(&other.sex))
                .then_with(|| one.breakdown.cmp(&other.breakdown))
        });
        self.revised.truncate(NAMED);
    }

    /// How many figures changed or went that are not named.
    pub(super) fn unnamed(&self) -> u64 {
        let all: u64 = self
            .counts
            .values()
            .map(|counts| counts.changed + counts.removed)
            .sum();
        all.saturating_sub(self.revised.len() as u64)
    }
}

fn numbers<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Float64Array, PublishError> {
    let array = column(TABLE, batch, name)?;
    array
        .as_primitive_opt::<Float64Type>()
        .ok_or_else(|| wrong_type(TABLE, name, array.data_type(), "numbers"))
}
