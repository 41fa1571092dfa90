//! What differs between two releases, earlier or later.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Write;

use botnia_model::{
    Change, IndicatorId, Observation, Period, RegionKey, ReleaseNumber, RevisionReason, Sex, Status,
};
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;

use super::RevisionCounts;
use super::released::{ReleasedObservations, RevisionLog};
use super::revision_table::{Revision, Row, SORTED_BY, schema, to_batch};
use super::vintages::{Difference, Key, Released, compare};
use crate::TransformError;
use crate::observation_table::{ROW_GROUP_ROWS, writer_properties};

/// How many differences of each kind are shown of one indicator.
const LARGEST: usize = 5;

/// Two releases, and the revisions of the later one.
#[derive(Debug)]
pub struct ComparedReleases {
    /// The number of the release that is compared.
    pub old: ReleaseNumber,
    /// Its `observations.parquet`.
    pub old_observations: File,
    /// The number of the release with which it is compared: a later or an earlier one.
    pub new: ReleaseNumber,
    /// Its `observations.parquet`.
    pub new_observations: File,
    /// The `revisions.parquet` of the later of the two.
    pub revisions: File,
}

/// What differs of one indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct IndicatorDifference {
    /// The indicator.
    pub indicator: IndicatorId,
    /// How many observations.
    pub counts: RevisionCounts,
    /// How many of them for each reason.
    pub reasons: BTreeMap<RevisionReason, u64>,
    /// The first losses in the order of publication, then the largest changes, then the
    /// first additions; at most five of each.
    pub shown: Vec<ObservationDifference>,
}

/// What differs of one observation.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservationDifference {
    /// Where.
    pub region: RegionKey,
    /// When.
    pub period: Period,
    /// Of whom.
    pub sex: Sex,
    /// Any further dimension, as its canonical text.
    pub breakdown: Option<String>,
    /// What became of it.
    pub change: Change,
    /// Its figure and status in the one release.
    pub old: Option<(Option<f64>, Status)>,
    /// Its figure and status in the other.
    pub new: Option<(Option<f64>, Status)>,
    /// Why, by the latest change between the two.
    pub reason: RevisionReason,
}

/// Compares two releases, indicator by indicator; only those that differ are returned. All
/// differences are written into `table`, if there is one, as Parquet in the columns of
/// `revisions.parquet`. There, `release` is that of the latest change between the two.
///
/// In memory is one indicator of each release.
///
/// # Errors
/// Tables that are not those of a release, and a table that cannot be written.
pub fn compare_releases(
    releases: ComparedReleases,
    table: Option<&mut (dyn Write + Send)>,
) -> Result<Vec<IndicatorDifference>, TransformError> {
    let [old, new] = [releases.old, releases.new]
        .map(|release| i32::try_from(release.get()).unwrap_or(i32::MAX));
    let named = |release: ReleaseNumber| format!("`observations.parquet` of release {release}");
    let mut old_side = ReleasedObservations::open(releases.old_observations, &named(releases.old))?;
    let mut new_side = ReleasedObservations::open(releases.new_observations, &named(releases.new))?;
    let mut log = RevisionLog::open(
        &releases.revisions,
        "the revisions of the later release",
        &(old.min(new).saturating_add(1)..=old.max(new)),
    )?;
    let mut table = table.map(Table::begin).transpose()?;
    let mut differing = Vec::new();
    loop {
        let next = [
            old_side.next_indicator()?,
            new_side.next_indicator()?,
            log.next_indicator()?,
        ];
        let Some(id) = next.into_iter().flatten().min() else {
            break;
        };
        let (before, after) = (old_side.take(&id)?, new_side.take(&id)?);
        let later = if new > old {
            (new, after.as_slice())
        } else {
            (old, before.as_slice())
        };
        let causes = Causes::of(log.take(&id)?, later);
        let after: Vec<Observation> = after.iter().map(|row| row.observation.clone()).collect();
        let (_, differences) = compare(&before, &after, new);
        let rows: Vec<Row<'_>> = differences
            .into_iter()
            .map(|difference| causes.row(difference))
            .collect();
        if rows.is_empty() {
            continue;
        }
        if let Some(table) = &mut table {
            table.write(&id, &rows)?;
        }
        differing.push(summary(id, &rows));
    }
    if let Some(table) = table {
        table.finish()?;
    }
    Ok(differing)
}

/// The latest change of each observation of an indicator between two releases.
struct Causes {
    latest: HashMap<Key, (i32, RevisionReason)>,
    /// Of what no revision tells. An indicator whose figures may no longer be published
    /// goes without one.
    otherwise: (i32, RevisionReason),
}

impl Causes {
    /// Of the revisions, in the order of their releases, and the later release with its
    /// rows.
    fn of(revisions: Vec<Revision>, (number, later): (i32, &[Released])) -> Self {
        let mut latest: HashMap<Key, (i32, RevisionReason)> = revisions
            .into_iter()
            .map(|revision| (revision.key, (revision.release, revision.reason)))
            .collect();
        for row in later {
            // What came with its whole indicator after its latest revision, or without any.
            let came = (row.first_release, RevisionReason::IndicatorAdded);
            let known = latest.entry(row.key()).or_insert(came);
            if known.0 < came.0 {
                *known = came;
            }
        }
        let reason = if later.is_empty() {
            RevisionReason::IndicatorRemoved
        } else {
            RevisionReason::UpstreamUpdate
        };
        Self {
            latest,
            otherwise: (number, reason),
        }
    }

    fn row<'a>(&self, difference: Difference<'a>) -> Row<'a> {
        let (region, sex, breakdown, period) = difference.subject().key();
        let key = (region.clone(), sex, breakdown.cloned(), period.clone());
        let (release, reason) = self.latest.get(&key).copied().unwrap_or(self.otherwise);
        Row {
            difference,
            release,
            reason,
        }
    }
}

fn summary(indicator: IndicatorId, rows: &[Row<'_>]) -> IndicatorDifference {
    let mut counts = RevisionCounts::default();
    let mut reasons = BTreeMap::new();
    for row in rows {
        counts.count(row.difference.change());
        *reasons.entry(row.reason).or_default() += 1;
    }
    let shown = [Change::Removed, Change::Changed, Change::Added]
        .into_iter()
        .flat_map(|change| {
            let mut of_kind: Vec<&Row<'_>> = rows
                .iter()
                .filter(|row| row.difference.change() == change)
                .collect();
            if change == Change::Changed {
                // Stable: equal ones stay in the order of publication.
                of_kind.sort_by(|one, other| size(other).total_cmp(&size(one)));
            }
            of_kind.truncate(LARGEST);
            of_kind
        })
        .map(shown)
        .collect();
    IndicatorDifference {
        indicator,
        counts,
        reasons,
        shown,
    }
}

/// The difference of the two figures; a figure that came or went is larger than any.
fn size(row: &Row<'_>) -> f64 {
    let old = row.difference.old.map(|old| old.observation.value);
    let new = row.difference.new.map(|new| new.value);
    match (old.flatten(), new.flatten()) {
        (Some(old), Some(new)) => (new - old).abs(),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    }
}

fn shown(row: &Row<'_>) -> ObservationDifference {
    let subject = row.difference.subject();
    let says = |observation: &Observation| (observation.value, observation.status);
    ObservationDifference {
        region: subject.region.clone(),
        period: subject.period.clone(),
        sex: subject.sex,
        breakdown: subject
            .breakdown
            .as_ref()
            .map(|breakdown| breakdown.as_str().to_owned()),
        change: row.difference.change(),
        old: row.difference.old.map(|old| says(&old.observation)),
        new: row.difference.new.map(says),
        reason: row.reason,
    }
}

/// The file of a comparison on its way.
struct Table<'t>(ArrowWriter<&'t mut (dyn Write + Send)>);

impl<'t> Table<'t> {
    fn begin(sink: &'t mut (dyn Write + Send)) -> Result<Self, TransformError> {
        // By indicator: the rows of several releases stand together.
        let sorted_by: Vec<&str> = SORTED_BY.into_iter().skip(1).collect();
        let schema = schema().map_err(|source| unwritten(source.into()))?;
        let properties = writer_properties(&schema, &sorted_by, ROW_GROUP_ROWS);
        ArrowWriter::try_new(sink, schema, Some(properties))
            .map(Self)
            .map_err(unwritten)
    }

    fn write(&mut self, id: &IndicatorId, rows: &[Row<'_>]) -> Result<(), TransformError> {
        to_batch(&id.to_string(), rows)
            .map_err(ParquetError::from)
            .and_then(|batch| self.0.write(&batch))
            .map_err(unwritten)
    }

    fn finish(self) -> Result<(), TransformError> {
        let sink = self.0.into_inner().map_err(unwritten)?;
        sink.flush().map_err(|source| unwritten(source.into()))
    }
}

fn unwritten(source: ParquetError) -> TransformError {
    TransformError::WriteParquet {
        object: "the differences of two releases".to_owned(),
        source,
    }
}
