//! The one pass over all observations: vintages, `observations.parquet`, revisions, and
//! everything else that is made from an indicator while it is in memory.

use std::collections::{BTreeMap, BTreeSet};

use arrow_schema::SchemaRef;
use botnia_model::hash::ContentHasher;
use botnia_model::{
    ContentHash, IndicatorEntry, IndicatorId, Observation, Period, ReleaseNumber, Text,
};

use super::aggregates::Aggregator;
use super::any_is_computed;
use super::boundaries::Boundaries;
use super::catalogue::Span;
use super::credits::{Catalogue, Treatment};
use super::files::{Content, Files, TableWriter, failed};
use super::notable;
use super::own_use::OwnUse;
use super::places::Places;
use super::reasons::{Occasion, Reasons};
use super::region_files::{RegionCollector, RegionContents, Run, rows_hasher};
use super::released::{ReleasedObservations, indicator_titles};
use super::revisions::Revisions;
use super::rows::{Dictionaries, Rows, encode};
use super::vintages::compare;
use super::wellbeing::Reported;
use super::{Inputs, MadeFrom, Previous, ReleaseChanges};
use crate::TransformError;
use crate::observation_table::{SORTED_BY, schema};

const PATH: &str = "observations.parquet";
const PREVIOUS: &str = "the previous release's `observations.parquet`";

/// What the pass leaves.
pub(super) struct Figures {
    /// Of each series, by its position.
    pub(super) spans: Vec<Span>,
    pub(super) reported: Reported,
    pub(super) changes: ReleaseChanges,
    pub(super) contents: RegionContents,
}

impl Figures {
    /// Reads all observations once, in order.
    ///
    /// What botnia computes is added first. Figures that may not be published onward then
    /// go into a file of their own, and into nothing else.
    pub(super) fn read(
        catalogue: Catalogue<'_>,
        aggregator: &Aggregator,
        mut reported: Reported,
        mut history: History,
        places: &mut Places,
        inputs: &mut dyn Inputs,
        files: &mut Files<'_>,
    ) -> Result<Self, TransformError> {
        let mut pass = Pass::begin(files)?;
        let mut own_use = OwnUse::default();
        let mut spans = Vec::with_capacity(catalogue.series.len());
        for series in catalogue.series {
            let indicator = &series.indicator;
            let id = &indicator.indicator_id;
            let mut observations = inputs.observations(id)?;
            if !observations.is_sorted_by(|one, other| one.key() < other.key()) {
                return Err(TransformError::contract(
                    format!("the observations of `{id}`"),
                    "they are not in the order of their keys, each once",
                ));
            }
            let blocked = aggregator.complete(id, &mut observations, places);
            if !indicator.redistributable {
                own_use.add(indicator, &observations, files)?;
                history.withhold(id, places, files)?;
                pass.add(id, &[], &[], places)?;
                spans.push(Span::default());
                continue;
            }
            let first_releases =
                history.next(id, &series.made_from, &observations, places, files)?;
            pass.add(id, &observations, &first_releases, places)?;
            spans.push(Span::of(&observations));
            places.take_populations(id, &observations);
            reported.take(series, &observations, &blocked, aggregator, places);
        }
        own_use.finish(catalogue, files)?;
        let changes = history.finish(catalogue, places, files)?;
        let contents = pass.finish(catalogue, files)?;
        Ok(Self {
            spans,
            reported,
            changes,
            contents,
        })
    }
}

/// The previous release beside the new one.
pub(super) struct History {
    release: i32,
    /// The indicators of the previous release, ascending.
    known: Vec<IndicatorEntry>,
    /// Their titles there.
    titles: BTreeMap<IndicatorId, Text>,
    /// How many of them the pass has met.
    met: usize,
    observations: Option<ReleasedObservations>,
    revisions: Revisions,
    boundaries: Boundaries,
    changes: ReleaseChanges,
}

impl History {
    /// Nothing of it met yet. `boundaries` are those that moved since the previous release.
    pub(super) fn new(
        release: ReleaseNumber,
        catalogue: Catalogue<'_>,
        previous: Option<Previous<'_>>,
        boundaries: Boundaries,
    ) -> Result<Self, TransformError> {
        let release = i32::try_from(release.get()).unwrap_or(i32::MAX);
        let (known, observations, revisions, titles) = match previous {
            None => (Vec::new(), None, None, BTreeMap::new()),
            Some(previous) => {
                let mut known = previous.manifest.indicators.clone();
                known.sort_by(|one, other| one.indicator_id.cmp(&other.indicator_id));
                (
                    known,
                    Some(ReleasedObservations::open(previous.observations, PREVIOUS)?),
                    Some(previous.revisions),
                    indicator_titles(previous.indicators)?,
                )
            }
        };
        Ok(Self {
            release,
            known,
            titles,
            met: 0,
            observations,
            revisions: Revisions::new(release, catalogue, revisions),
            boundaries,
            changes: ReleaseChanges::default(),
        })
    }

    /// The first releases of an indicator's observations. Indicators come in order.
    fn next(
        &mut self,
        id: &IndicatorId,
        made_from: &MadeFrom,
        observations: &[Observation],
        places: &Places,
        files: &mut Files<'_>,
    ) -> Result<Vec<i32>, TransformError> {
        self.pass_gone(Some(id), places, files)?;
        let known = self.known.get(self.met);
        let Some(known) = known.filter(|known| known.indicator_id == *id) else {
            self.changes.new_series.push(id.clone());
            return Ok(vec![self.release; observations.len()]);
        };
        let occasion = Occasion::of(known, made_from);
        self.met += 1;
        self.revise(id, observations, occasion, places, files)
    }

    /// Passes over an indicator whose figures may not be published: what the previous
    /// release has of it is no revision, which would publish them once more.
    fn withhold(
        &mut self,
        id: &IndicatorId,
        places: &Places,
        files: &mut Files<'_>,
    ) -> Result<(), TransformError> {
        self.pass_gone(Some(id), places, files)?;
        let known = self.known.get(self.met);
        if known.is_some_and(|known| known.indicator_id == *id) {
            self.met += 1;
        } else {
            self.changes.new_series.push(id.clone());
        }
        if let Some(previous) = &mut self.observations {
            previous.take(id)?;
        }
        Ok(())
    }

    /// Removes what stands before `id`, or everything that is left.
    fn pass_gone(
        &mut self,
        id: Option<&IndicatorId>,
        places: &Places,
        files: &mut Files<'_>,
    ) -> Result<(), TransformError> {
        while let Some(gone) = self
            .known
            .get(self.met)
            .map(|known| &known.indicator_id)
            .filter(|known| id.is_none_or(|id| *known < id))
            .cloned()
        {
            self.met += 1;
            self.revise(&gone, &[], Occasion::Removed, places, files)?;
            let title = self.titles.remove(&gone).unwrap_or_default();
            self.changes.gone_series.push((gone, title));
        }
        Ok(())
    }

    fn revise(
        &mut self,
        id: &IndicatorId,
        observations: &[Observation],
        occasion: Occasion,
        places: &Places,
        files: &mut Files<'_>,
    ) -> Result<Vec<i32>, TransformError> {
        let old = match &mut self.observations {
            Some(previous) => previous.take(id)?,
            None => Vec::new(),
        };
        let (first_releases, differences) = compare(&old, observations, self.release);
        if differences.is_empty() {
            return Ok(first_releases);
        }
        let reasons = Reasons::new(occasion, &self.boundaries, places, &old);
        let counts = self.revisions.add(id, &differences, &reasons, files)?;
        let changes = &mut self.changes;
        changes.revised.insert(id.clone(), counts);
        changes.notable.extend(notable::of_indicator(
            id,
            &differences,
            observations,
            &reasons,
        ));
        let came = |observation: &&Observation| {
            observation.value.is_some() && reasons.is_new(&observation.period)
        };
        let periods: BTreeSet<Period> = observations
            .iter()
            .filter(came)
            .map(|observation| observation.period.clone())
            .collect();
        if !periods.is_empty() {
            changes.new_periods.insert(id.clone(), periods);
        }
        Ok(first_releases)
    }

    fn finish(
        mut self,
        catalogue: Catalogue<'_>,
        places: &Places,
        files: &mut Files<'_>,
    ) -> Result<ReleaseChanges, TransformError> {
        self.pass_gone(None, places, files)?;
        if let Some(left) = match &mut self.observations {
            Some(previous) => previous.next_indicator()?,
            None => None,
        } {
            return Err(TransformError::contract(
                PREVIOUS,
                format!("`{left}` stands in it out of order, or not in its manifest"),
            ));
        }
        self.revisions.finish(catalogue, files)?;
        self.changes.notable = notable::of_release(self.changes.notable);
        Ok(self.changes)
    }
}

/// `observations.parquet` on its way, and the figures of each region.
struct Pass {
    schema: SchemaRef,
    writer: TableWriter<std::fs::File>,
    hasher: ContentHasher,
    rows: u64,
    regions: RegionCollector,
    /// The encoded observations of one indicator and region.
    run: Vec<u8>,
    /// Whether each series, by its position, has observations.
    contained: Vec<bool>,
    any_is_computed: bool,
}

impl Pass {
    fn begin(files: &mut Files<'_>) -> Result<Self, TransformError> {
        let schema = schema(true);
        Ok(Self {
            writer: files.scratch(PATH, &schema, &SORTED_BY)?,
            hasher: rows_hasher(&schema),
            rows: 0,
            regions: RegionCollector::new(files.scratch_file()?),
            run: Vec::new(),
            contained: Vec::new(),
            any_is_computed: false,
            schema,
        })
    }

    /// Adds the next series.
    fn add(
        &mut self,
        id: &IndicatorId,
        observations: &[Observation],
        first_releases: &[i32],
        places: &mut Places,
    ) -> Result<(), TransformError> {
        let position = self.contained.len();
        self.contained.push(!observations.is_empty());
        let id = id.to_string();
        let mut rows = Rows::default();
        let mut first_releases = first_releases.iter();
        for run in observations.chunk_by(|one, other| one.region == other.region) {
            let key = &run[0].region;
            let region = places.observed(key);
            let is_computed = any_is_computed(run);
            self.any_is_computed |= is_computed;
            self.run.clear();
            for (observation, first_release) in run.iter().zip(&mut first_releases) {
                encode(&mut self.run, observation, *first_release);
            }
            let hash = ContentHash::of(&self.run);
            self.hasher.part(id.as_bytes());
            self.hasher.part(key.to_string().as_bytes());
            self.hasher.update(hash.as_bytes());
            // This batch's dictionary of indicators has this one alone.
            rows.decode(0, (key.level, region), &self.run)
                .map_err(TransformError::scratch)?;
            self.regions.add(
                (key.level, region),
                (position, &id),
                Run {
                    rows: run.len(),
                    bytes: &self.run,
                    hash,
                    is_computed,
                },
            )?;
        }
        self.rows += rows.len() as u64;
        let dictionaries = Dictionaries::new([id.as_str()].into_iter(), places.all());
        let batch = rows
            .take_batch(&self.schema, &dictionaries)
            .map_err(|source| failed(PATH, source.into()))?;
        self.writer.write(&batch)
    }

    fn finish(
        self,
        catalogue: Catalogue<'_>,
        files: &mut Files<'_>,
    ) -> Result<RegionContents, TransformError> {
        let contained = catalogue
            .indicators()
            .zip(self.contained)
            .filter_map(|(indicator, contained)| contained.then_some(indicator));
        let treatment = Treatment::of_observations(self.any_is_computed);
        let credit = catalogue.credit(contained, treatment);
        let content = Content {
            rows: self.rows,
            hash: files.hash(self.hasher.finish(), &credit),
            credit,
        };
        files.keep(self.writer, &content)?;
        self.regions.finish(self.schema)
    }
}
