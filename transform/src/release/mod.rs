//! Builds the tables of a release from normalised observations.
//!
//! [`build`] reads one indicator after the other, gives every value the release in which
//! it first appeared, and writes `observations.parquet` as it goes. The figures of each
//! region wait in one scratch file until its folder is written. A file whose content
//! equals that of the previous release is not written at all: it is listed as carried
//! over, and keeps its bytes.
//!
//! Memory: one indicator, one row group, and a block per region; it does not grow with
//! the number of indicators, but for some hundred bytes per reported figure.
//!
//! What is deliberately absent: the clock, the network, hashing of files (content is
//! hashed, bytes are not), and the statistics themselves: intervals, trends, verdicts and
//! distances are those of [`crate::methods`].

mod aggregates;
mod as_of;
mod boundaries;
mod catalogue;
mod comparison;
mod credits;
mod differing;
mod figures;
mod files;
mod memberships;
mod notable;
mod own_use;
mod peers;
mod places;
mod reasons;
mod region_files;
mod released;
mod revision_table;
mod revisions;
mod rows;
mod spill;
mod table;
#[cfg(test)]
mod tests;
mod vintages;
mod wellbeing;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Write};

use botnia_config::{CustomGroup, IndicatorSet, RegionPeers, RegionTables, SetIndicator};
use botnia_model::{
    Change, ContentHash, Indicator, IndicatorId, IndicatorState, Manifest, Observation, Origin,
    Period, Region, RegionKey, RegionLevel, ReleaseNumber, SourceId, Text,
};

use self::aggregates::Aggregator;
pub use self::as_of::{LaterTables, as_of};
use self::boundaries::Boundaries;
pub use self::catalogue::Span;
pub use self::comparison::{
    ComparedReleases, IndicatorDifference, ObservationDifference, compare_releases,
};
use self::credits::{Catalogue, Credit, Treatment};
pub use self::differing::differing_indicators;
use self::figures::{Figures, History};
use self::files::Files;
pub use self::notable::NotableRevision;
use self::peers::Peers;
pub use self::places::POPULATION_INDICATOR;
use self::places::Places;
pub(crate) use self::places::table_regions;
pub use self::released::{ReleasedPeer, indicator_titles, region_names, released_peers};
use self::wellbeing::Reported;
use crate::TransformError;

/// Where the normalised observations come from.
pub trait Inputs {
    /// The observations of one indicator of the release, sorted by
    /// [`Observation::key`] and without repetition.
    fn observations(&mut self, indicator: &IndicatorId)
    -> Result<Vec<Observation>, TransformError>;
}

/// Where the files of the release go.
pub trait Output {
    /// A new file at a path within the release, `/` between its parts.
    fn create(&mut self, path: &str) -> io::Result<Box<dyn Write + Send>>;

    /// The file of the figures that may not be published, which is no part of the
    /// release. Asked for once at most.
    fn own_use(&mut self) -> io::Result<Box<dyn Write + Send>>;

    /// An empty file for reading and writing that is no part of the release and vanishes
    /// when it is closed.
    fn scratch(&mut self) -> io::Result<File>;
}

/// One indicator of the release.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What is known of it.
    pub indicator: Indicator,
    /// Whether its figures are kept up.
    pub state: IndicatorState,
    /// Since which day the state is not `active`, `YYYY-MM-DD`.
    pub state_since: Option<String>,
    /// The region levels on which the source says that it exists; empty where it does not
    /// say.
    pub declared_levels: Vec<RegionLevel>,
    /// What its figures were made from.
    pub made_from: MadeFrom,
}

/// What the figures of an indicator were made from, by content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeFrom {
    /// The answers with the figures.
    pub data: Vec<ContentHash>,
    /// The region list that translated their region ids, where the source has one.
    pub regions: Option<ContentHash>,
    /// What was made of them.
    pub normalised: ContentHash,
}

/// How a source wants to be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceCredit {
    /// The source.
    pub source: SourceId,
    /// A sentence with its name, its keeper and its address.
    pub line: Text,
}

/// The release before the one that is built.
#[derive(Debug)]
pub struct Previous<'a> {
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// Its `observations.parquet`.
    pub observations: File,
    /// Its `revisions.parquet`.
    pub revisions: File,
    /// Its `indicators.parquet`.
    pub indicators: File,
}

/// Everything a release is built from, apart from the observations themselves.
#[derive(Debug)]
pub struct Build<'a> {
    /// The number of the release.
    pub release: ReleaseNumber,
    /// Its indicators, by id.
    pub series: &'a [Series],
    /// The region list of the sweep.
    pub regions: &'a [Region],
    /// What is known of regions apart from the sources.
    pub tables: &'a RegionTables,
    /// The groups of regions that the settings have.
    pub groups: &'a [CustomGroup],
    /// The regions that get a folder of their own; none: every municipality, province and
    /// wellbeing services county.
    pub packages: Option<&'a BTreeSet<RegionKey>>,
    /// The peers of regions that the settings have.
    pub peers: &'a [RegionPeers],
    /// The indicator sets of the reporting table.
    pub sets: &'a [IndicatorSet],
    /// How the sources want to be named.
    pub sources: &'a [SourceCredit],
    /// The territorial division of the figures: the day since which the region list has
    /// been as it is, `YYYY-MM-DD`. It decides which regions exist, and stands in every
    /// file: another day makes every file anew.
    pub geo_vintage: &'a str,
    /// Whether a synthetic source took part.
    pub synthetic: bool,
    /// The release before, if there is one.
    pub previous: Option<Previous<'a>>,
}

/// One table of the release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFile {
    /// Its path within the release.
    pub path: String,
    /// Its rows.
    pub rows: u64,
    /// The hash of its content apart from its encoding.
    pub content_hash: ContentHash,
    /// The release in which its content last changed.
    pub release: ReleaseNumber,
    /// Whether it was not written, because the previous release's file has this content.
    pub carried: bool,
}

/// How many observations of an indicator were revised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevisionCounts {
    /// Observations that came.
    pub added: u64,
    /// Observations with another value, count or status.
    pub changed: u64,
    /// Observations that went.
    pub removed: u64,
}

impl RevisionCounts {
    /// Counts one more.
    pub(crate) fn count(&mut self, change: Change) {
        match change {
            Change::Added => self.added += 1,
            Change::Changed => self.changed += 1,
            Change::Removed => self.removed += 1,
        }
    }
}

/// What a release changes against the one before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReleaseChanges {
    /// By indicator that both releases have or only the previous one has; those without
    /// revisions are not listed.
    pub revised: BTreeMap<IndicatorId, RevisionCounts>,
    /// Indicators that the previous release does not have.
    pub new_series: Vec<IndicatorId>,
    /// Indicators that only the previous release has, with their titles there.
    pub gone_series: Vec<(IndicatorId, Text)>,
    /// Periods with a value of which the previous release says nothing, by indicator that
    /// both releases have.
    pub new_periods: BTreeMap<IndicatorId, BTreeSet<Period>>,
    /// The largest revisions by share of the figure among those of the country, the
    /// provinces and the wellbeing services counties, the largest first: at most ten, and
    /// at most three of an indicator.
    pub notable: Vec<NotableRevision>,
}

/// What was built.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// All tables, by path.
    pub files: Vec<TableFile>,
    /// What changed.
    pub changes: ReleaseChanges,
    /// What each series reaches over, in the order of the series.
    pub spans: Vec<Span>,
    /// How many regions of each level have observations.
    pub observed_regions: Vec<(RegionLevel, u64)>,
    /// Every region of the release, named by the source's list or by the tables.
    pub regions: Vec<Region>,
}

/// Builds the tables of a release.
///
/// The same inputs give the same bytes.
///
/// # Errors
/// Series or observations that are not in their order or repeat themselves, unreadable
/// tables of the previous release, and whatever the inputs and the output fail with.
/// What was already written is then useless.
pub fn build(
    build: Build<'_>,
    inputs: &mut dyn Inputs,
    output: &mut dyn Output,
) -> Result<Built, TransformError> {
    let Build {
        release,
        series,
        regions,
        tables,
        groups,
        packages,
        peers,
        sets,
        sources,
        geo_vintage,
        synthetic,
        previous,
    } = build;
    if !series.is_sorted_by(|one, other| one.indicator.indicator_id < other.indicator.indicator_id)
    {
        return Err(TransformError::contract(
            "the series of the release",
            "they are not in the order of their ids, each once",
        ));
    }
    let manifest = previous.as_ref().map(|previous| previous.manifest);
    let mut files = Files::new(output, release, geo_vintage, synthetic, manifest);
    let mut places = Places::new(regions, tables, groups, packages, geo_vintage);
    let boundaries = manifest.map_or_else(Boundaries::default, |previous| {
        Boundaries::between(tables, &previous.geo_vintage, geo_vintage)
    });

    let catalogue = Catalogue { series, sources };
    let aggregator = Aggregator::new(catalogue, sets, groups, &places, inputs)?;
    let peers = Peers::find(peers, catalogue, tables, &places, inputs)?;
    let figures = Figures::read(
        catalogue,
        &aggregator,
        Reported::new(sets, &places, &peers),
        History::new(release, catalogue, previous, boundaries)?,
        &mut places,
        inputs,
        &mut files,
    )?;
    figures.contents.write(&places, catalogue, &mut files)?;
    wellbeing::write(sets, &figures.reported, &places, catalogue, &mut files)?;
    peers.write(&places, catalogue, &mut files)?;
    files.table(
        "indicators.parquet",
        catalogue::table(series, &figures.spans),
        &["indicator_id"],
        catalogue.credit(catalogue.indicators(), Treatment::Rearranged),
    )?;
    files.table(
        "regions.parquet",
        places.table(),
        &["region_level", "region_code"],
        catalogue.region_credit(),
    )?;
    files.table(
        "region_changes.parquet",
        places::changes_table(&tables.changes),
        &[
            "effective",
            "from_level",
            "from_code",
            "to_level",
            "to_code",
        ],
        Credit::default().with_region_tables(),
    )?;
    files.table(
        "region_memberships.parquet",
        memberships::memberships_table(tables, groups),
        &["region_id", "level", "valid_from"],
        Credit::default().with_region_tables(),
    )?;
    files.table(
        "region_classes.parquet",
        memberships::classes_table(tables),
        &["region_id", "classification", "valid_from"],
        Credit::default().with_region_tables(),
    )?;
    Ok(Built {
        files: files.finish(),
        changes: figures.changes,
        spans: figures.spans,
        observed_regions: places.observed_by_level(),
        regions: places.into_regions(),
    })
}

/// The id under which an indicator of a set is released.
fn series_id(set: &IndicatorSet, indicator: &SetIndicator) -> IndicatorId {
    IndicatorId::new(set.source.clone(), indicator.id.clone())
}

fn any_is_computed(observations: &[Observation]) -> bool {
    observations
        .iter()
        .any(|observation| observation.origin == Origin::Computed)
}
