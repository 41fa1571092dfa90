//! `revisions.parquet`: every observation that ever changed after it was released.
//!
//! Applied backwards to the observations of a release, it gives those of any release
//! before: what a release changed gets its old figures back, what it removed comes back,
//! and what it added goes, as do values whose first release is later.

use std::collections::BTreeSet;
use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{DictionaryArray, RecordBatch, StringArray};
use arrow_schema::{ArrowError, SchemaRef};
use botnia_model::hash::ContentHasher;
use botnia_model::{Breakdown, IndicatorId, Observation};

use super::RevisionCounts;
use super::credits::{Catalogue, Treatment};
use super::files::{Content, Files, TableWriter, failed};
use super::places::Places;
use super::table::{Columns, hash_rows, hash_schema};
use super::vintages::{Difference, Released, open};
use crate::TransformError;

const PATH: &str = "revisions.parquet";
const OBJECT: &str = "the previous release's `revisions.parquet`";
const SORTED_BY: [&str; 7] = [
    "release",
    "indicator_id",
    "region_level",
    "region_code",
    "sex",
    "breakdown",
    "period",
];

/// Why a whole indicator's observations differ.
#[derive(Clone, Copy)]
pub(super) enum Occasion {
    /// The source's figures are others.
    Update,
    /// The release no longer has the indicator.
    IndicatorRemoved,
}

/// The table on its way. Nothing is copied until there is a first new row.
pub(super) struct Revisions {
    release: i32,
    /// The indicators whose figures may not be published, which have no history either.
    withheld: BTreeSet<String>,
    previous: Option<File>,
    copy: Option<RunningCopy>,
}

struct RunningCopy {
    writer: TableWriter<File>,
    hasher: ContentHasher,
    rows: u64,
    indicators: BTreeSet<String>,
}

impl Revisions {
    /// Those of the previous release, and none more yet.
    pub(super) fn new(release: i32, catalogue: Catalogue<'_>, previous: Option<File>) -> Self {
        let withheld = catalogue
            .indicators()
            .filter(|indicator| !indicator.redistributable)
            .map(|indicator| indicator.indicator_id.to_string());
        Self {
            release,
            withheld: withheld.collect(),
            previous,
            copy: None,
        }
    }

    /// Adds the differences of one indicator, which comes after all that were added.
    pub(super) fn add(
        &mut self,
        id: &IndicatorId,
        differences: &[Difference<'_>],
        occasion: Occasion,
        places: &Places,
        files: &mut Files<'_>,
    ) -> Result<RevisionCounts, TransformError> {
        let mut counts = RevisionCounts::default();
        for difference in differences {
            match (difference.old, difference.new) {
                (None, _) => counts.added += 1,
                (Some(_), Some(_)) => counts.changed += 1,
                (Some(_), None) => counts.removed += 1,
            }
        }
        if !differences.is_empty() {
            let batch = batch(id, differences, self.release, occasion, places)
                .map_err(|source| failed(PATH, source.into()))?;
            self.copy(files)?.write(&batch)?;
        }
        Ok(counts)
    }

    /// Ends it: carried over where nothing was added, and where the table of the previous
    /// release cannot have what may not be published.
    pub(super) fn finish(
        mut self,
        catalogue: Catalogue<'_>,
        files: &mut Files<'_>,
    ) -> Result<(), TransformError> {
        if self.copy.is_none() && self.withheld.is_empty() && files.carry_as_it_is(PATH) {
            return Ok(());
        }
        self.copy(files)?;
        let Some(copy) = self.copy else { return Ok(()) };
        let revised = catalogue.indicators().filter(|indicator| {
            copy.indicators
                .contains(&indicator.indicator_id.to_string())
        });
        let credit = catalogue.credit(revised, Treatment::Rearranged);
        let content = Content {
            rows: copy.rows,
            hash: files.hash(copy.hasher.finish(), &credit),
            credit,
        };
        files.keep(copy.writer, &content)
    }

    fn copy(&mut self, files: &mut Files<'_>) -> Result<&mut RunningCopy, TransformError> {
        let copy = match self.copy.take() {
            Some(copy) => copy,
            None => RunningCopy::begin(self.previous.take(), &self.withheld, files)?,
        };
        Ok(self.copy.insert(copy))
    }
}

impl RunningCopy {
    fn begin(
        previous: Option<File>,
        withheld: &BTreeSet<String>,
        files: &mut Files<'_>,
    ) -> Result<Self, TransformError> {
        let schema = schema().map_err(|source| failed(PATH, source.into()))?;
        let mut hasher = ContentHasher::new();
        hash_schema(&mut hasher, &schema);
        let mut copy = Self {
            writer: files.scratch(PATH, &schema, &SORTED_BY)?,
            hasher,
            rows: 0,
            indicators: BTreeSet::new(),
        };
        if let Some(previous) = previous {
            let reader = open(previous, OBJECT)?;
            for batch in reader {
                let batch = batch.map_err(|source| TransformError::ReadParquet {
                    object: OBJECT.to_owned(),
                    source: source.into(),
                })?;
                for kept in without(&batch, withheld) {
                    copy.write(&kept)?;
                }
            }
        }
        Ok(copy)
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), TransformError> {
        hash_rows(&mut self.hasher, batch).map_err(|source| failed(PATH, source.into()))?;
        self.rows += batch.num_rows() as u64;
        for id in indicator_ids(batch) {
            if !self.indicators.contains(id) {
                self.indicators.insert(id.to_owned());
            }
        }
        self.writer.write(batch)
    }
}

/// The indicator of each row.
fn indicator_ids(batch: &RecordBatch) -> Vec<&str> {
    batch
        .column_by_name("indicator_id")
        .and_then(|column| column.as_dictionary_opt::<Int32Type>())
        .and_then(DictionaryArray::downcast_dict::<StringArray>)
        .map(|ids| ids.into_iter().flatten().collect())
        .unwrap_or_default()
}

/// The rows that are not about one of `indicators`, in slices.
fn without(batch: &RecordBatch, indicators: &BTreeSet<String>) -> Vec<RecordBatch> {
    if indicators.is_empty() {
        return vec![batch.clone()];
    }
    let ids = indicator_ids(batch);
    let mut start = 0;
    let mut kept = Vec::new();
    for run in ids.chunk_by(|one, other| one == other) {
        if !indicators.contains(run[0]) {
            kept.push(batch.slice(start, run.len()));
        }
        start += run.len();
    }
    kept
}

fn schema() -> Result<SchemaRef, ArrowError> {
    columns("", &[], 0, |_| "").map(|empty| empty.schema())
}

fn batch(
    id: &IndicatorId,
    differences: &[Difference<'_>],
    release: i32,
    occasion: Occasion,
    places: &Places,
) -> Result<RecordBatch, ArrowError> {
    columns(&id.to_string(), differences, release, |difference| {
        match (occasion, difference.old, difference.new) {
            (Occasion::IndicatorRemoved, _, _) => "indicator_removed",
            // The list that translated the figures before had the region; this one does not.
            (Occasion::Update, Some(old), None) if !places.is_listed(&old.observation.region) => {
                "region_list_changed"
            }
            (Occasion::Update, _, _) => "upstream_update",
        }
    })
}

fn columns(
    id: &str,
    differences: &[Difference<'_>],
    release: i32,
    reason: impl Fn(&Difference<'_>) -> &'static str,
) -> Result<RecordBatch, ArrowError> {
    let subjects = || {
        differences.iter().filter_map(|difference| {
            difference
                .new
                .or(difference.old.map(|old| &old.observation))
        })
    };
    let old = |of: fn(&Released) -> Option<f64>| {
        differences
            .iter()
            .map(move |difference| difference.old.and_then(of))
    };
    let new = |of: fn(&Observation) -> Option<f64>| {
        differences
            .iter()
            .map(move |difference| difference.new.and_then(of))
    };
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
            differences
                .iter()
                .map(|difference| match (difference.old, difference.new) {
                    (None, _) => "added",
                    (Some(_), Some(_)) => "changed",
                    (Some(_), None) => "removed",
                }),
        )
        .figures("old_value", old(|old| old.observation.value))
        .figures("new_value", new(|new| new.value))
        .figures(
            "old_absolute_value",
            old(|old| old.observation.absolute_value),
        )
        .figures("new_absolute_value", new(|new| new.absolute_value))
        .optional_words(
            "old_status",
            differences
                .iter()
                .map(|difference| Some(difference.old?.observation.status.as_str())),
        )
        .optional_words(
            "new_status",
            differences
                .iter()
                .map(|difference| Some(difference.new?.status.as_str())),
        )
        .integers(
            "old_first_release",
            differences
                .iter()
                .map(|difference| Some(difference.old?.first_release)),
        )
        .all_integers("release", differences.iter().map(|_| release))
        .words("reason", differences.iter().map(reason))
        .finish()
}
