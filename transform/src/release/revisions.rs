//! `revisions.parquet`: every observation that ever changed after it was released.
//!
//! Taken back from the observations of a release, the earliest after release N first, it
//! gives those of release N: [`as_of`](super::as_of()) does it. What is new altogether is no
//! revision: a value whose first release is later than N was not there, neither now nor
//! before a revision.

use std::collections::BTreeSet;
use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{DictionaryArray, RecordBatch, StringArray};
use botnia_model::IndicatorId;
use botnia_model::hash::ContentHasher;

use super::RevisionCounts;
use super::credits::{Catalogue, Treatment};
use super::files::{Content, Files, TableWriter, failed};
use super::reasons::Reasons;
use super::released::{build, reader, unreadable};
use super::revision_table::{Row, SORTED_BY, in_todays_columns, schema, to_batch};
use super::table::{hash_rows, hash_schema};
use super::vintages::Difference;
use crate::TransformError;

const PATH: &str = "revisions.parquet";
const OBJECT: &str = "the previous release's `revisions.parquet`";

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
        reasons: &Reasons<'_>,
        files: &mut Files<'_>,
    ) -> Result<RevisionCounts, TransformError> {
        let mut counts = RevisionCounts::default();
        let mut rows = Vec::with_capacity(differences.len());
        for difference in differences {
            counts.count(difference.change());
            rows.push(Row {
                difference: *difference,
                release: self.release,
                reason: reasons.of(difference),
            });
        }
        if !rows.is_empty() {
            let batch =
                to_batch(&id.to_string(), &rows).map_err(|source| failed(PATH, source.into()))?;
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
            for batch in build(OBJECT, reader(OBJECT, previous)?)? {
                let batch = batch
                    .and_then(|batch| in_todays_columns(&batch, &schema))
                    .map_err(|source| unreadable(OBJECT, source.into()))?;
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
