//! In which release a value first appeared, and what differs from the release before.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::fs::File;

use botnia_model::{IndicatorId, Observation};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::TransformError;
use crate::observation_table::from_batch;

/// An observation as it was released before.
#[derive(Clone, Debug)]
pub(super) struct Released {
    pub(super) observation: Observation,
    pub(super) first_release: i32,
}

/// One observation before and after; one of them at least is there.
pub(super) struct Difference<'a> {
    pub(super) old: Option<&'a Released>,
    pub(super) new: Option<&'a Observation>,
}

/// The first releases of `new`, in its order, and all differences from `old`, in the
/// order of publication. Both are sorted by their keys, each once.
///
/// A value keeps its first release as long as value, absolute value and status stay.
pub(super) fn compare<'a>(
    old: &'a [Released],
    new: &'a [Observation],
    release: i32,
) -> (Vec<i32>, Vec<Difference<'a>>) {
    let mut first_releases = Vec::with_capacity(new.len());
    let mut differences = Vec::new();
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return (first_releases, differences),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => before.observation.key().cmp(&after.key()),
        };
        let before = old.next_if(|_| order != Ordering::Greater);
        let after = new.next_if(|_| order != Ordering::Less);
        let kept = before
            .zip(after)
            .filter(|(before, after)| says_the_same(&before.observation, after))
            .map(|(before, _)| before.first_release);
        if after.is_some() {
            first_releases.push(kept.unwrap_or(release));
        }
        if kept.is_none() {
            differences.push(Difference {
                old: before,
                new: after,
            });
        }
    }
}

fn says_the_same(one: &Observation, other: &Observation) -> bool {
    one.value == other.value
        && one.absolute_value == other.absolute_value
        && one.status == other.status
}

/// Streams the observations of the previous release, an indicator at a time.
pub(super) struct PreviousObservations {
    reader: ParquetRecordBatchReader,
    waiting: VecDeque<(IndicatorId, Released)>,
}

impl PreviousObservations {
    /// Of its `observations.parquet`.
    pub(super) fn open(file: File) -> Result<Self, TransformError> {
        let reader = open(file, OBJECT)?;
        Ok(Self {
            reader,
            waiting: VecDeque::new(),
        })
    }

    /// The next indicator, if there is one.
    pub(super) fn next_indicator(&mut self) -> Result<Option<IndicatorId>, TransformError> {
        while self.waiting.is_empty() {
            if !self.read()? {
                return Ok(None);
            }
        }
        Ok(self.waiting.front().map(|(id, _)| id.clone()))
    }

    /// All observations of `id`, if it is the next indicator; otherwise none.
    pub(super) fn take(&mut self, id: &IndicatorId) -> Result<Vec<Released>, TransformError> {
        let mut taken = Vec::new();
        while self.next_indicator()?.as_ref() == Some(id) {
            while let Some((_, released)) = self.waiting.pop_front_if(|(next, _)| next == id) {
                taken.push(released);
            }
        }
        Ok(taken)
    }

    fn read(&mut self) -> Result<bool, TransformError> {
        let Some(batch) = self.reader.next() else {
            return Ok(false);
        };
        let batch = batch.map_err(|source| TransformError::ReadParquet {
            object: OBJECT.to_owned(),
            source: source.into(),
        })?;
        for (id, observation, first_release) in from_batch(&batch)? {
            let first_release = first_release.ok_or_else(|| {
                TransformError::contract(OBJECT, "it has no column `first_release`")
            })?;
            let released = Released {
                observation,
                first_release,
            };
            self.waiting.push_back((id, released));
        }
        Ok(true)
    }
}

const OBJECT: &str = "the previous release's `observations.parquet`";

/// Opens a table of the previous release.
pub(super) fn open(file: File, object: &str) -> Result<ParquetRecordBatchReader, TransformError> {
    ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|source| TransformError::ReadParquet {
            object: object.to_owned(),
            source,
        })
}
