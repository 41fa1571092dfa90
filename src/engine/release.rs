//! From accepted figures to a committed release, if anything changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use botnia_config::SourceSettings;
use botnia_model::{
    AnswerRole, CommitRecord, ContentHash, Event, IndicatorEntry, IndicatorId, IndicatorState,
    Manifest, Observation, Region, RegionKey, ReleaseNumber, SCHEMA_VERSION, Text,
};
use botnia_publish::{
    Assembly, HeldFact, IndicatorChange, IndicatorFact, ReleaseFacts, ReleasedTable, SourceFact,
    assemble, release_committed,
};
use botnia_transform::normalise;
use botnia_transform::release::{
    Build, Built, Inputs, Output, Previous, Series as ReleaseSeries, SourceCredit, build,
};
use botnia_transform::{TransformError, observation_table};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::runtime::Handle;

use super::job::{JobResult, Lease, NewJob, Task, Verdict};
use super::ledger::{AnswerPlace, Completion, Figures, Series};
use super::normalised::normalised_path;
use super::{Engine, EngineError, Progress, Work, is_selected, summary};

/// An accepted series of a selected indicator, described.
struct Accepted {
    series: ReleaseSeries,
    figures: Figures,
}

/// Everything that a release is made from, gathered.
struct Gathered {
    accepted: Vec<Accepted>,
    held: Vec<HeldFact>,
    regions: Vec<Region>,
    geo_vintage: String,
    inputs: ContentHash,
}

impl Engine {
    /// The release of a run: closes its sweeps, and publishes what is accepted if anything
    /// changed. What was committed before but never recorded, because its worker vanished
    /// in between, is recorded and announced now.
    pub(super) async fn release_run(
        &self,
        lease: &Lease,
        progress: &dyn Progress,
    ) -> Result<Work, EngineError> {
        progress.building();
        let mut done = Completion::default();
        let jobs = self.ledger.run_jobs(lease.run).await?;
        let mut sweeps = summary::sweeps(&jobs);
        for sweep in &sweeps {
            self.archive
                .record_sweep(&sweep.id, &sweep.snapshots)
                .await?;
        }
        if self.ledger.is_shared() {
            // No other process releases while this one holds the lease.
            self.releases.clean_uncommitted().await?;
        }
        self.release(lease).await?;
        let newest = self.releases.latest().await?.map(|(record, _)| record);
        let recorded = self.ledger.newest_release().await?;
        let fresh = newest.filter(|record| recorded.is_none_or(|known| known < record.release));
        if let Some(record) = &fresh {
            done.released = Some((record.release, record.manifest));
            done.events.push(Event::ReleaseCommitted {
                release: record.release,
                manifest: record.manifest,
            });
            done.outbox.push(announcement(record)?);
            done.jobs.push(NewJob {
                sweep: None,
                task: Task::Announce {
                    release: record.release,
                },
            });
        }
        let release = fresh.map(|record| record.release);
        for sweep in &mut sweeps {
            sweep.outcome.release = release;
        }
        done.finished_sweeps = sweeps
            .into_iter()
            .map(|sweep| (sweep.id, sweep.outcome))
            .collect();
        Ok(Work {
            verdict: Verdict::Done(JobResult::Released { release }),
            done,
            replaced: None,
        })
    }

    /// Makes a release of what is accepted now, unless the newest one was made of the
    /// same.
    async fn release(&self, lease: &Lease) -> Result<(), EngineError> {
        let gathered = self.gather().await?;
        if gathered.accepted.is_empty() {
            return Ok(());
        }
        let previous = self.releases.latest().await?;
        if previous
            .as_ref()
            .is_some_and(|(_, manifest)| manifest.inputs == gathered.inputs)
        {
            return Ok(());
        }
        let number = previous
            .as_ref()
            .map_or(ReleaseNumber::FIRST, |(record, _)| record.release.next());
        let moment = self.clock.now();
        let scratch = self.releases.scratch()?;
        let built = self
            .build(&gathered, number, previous.clone(), scratch.path())
            .await?;
        let facts = self.facts(&gathered, &built, number, moment);
        let staged = assemble(
            &self.releases,
            Assembly {
                scratch: scratch.path().to_owned(),
                tables: built
                    .files
                    .into_iter()
                    .map(|file| ReleasedTable {
                        path: file.path,
                        rows: file.rows,
                        content_hash: file.content_hash,
                        release: file.release,
                        carried: file.carried,
                    })
                    .collect(),
                previous,
                facts,
                regions: gathered.regions,
                indicators: gathered.accepted.iter().map(entry).collect(),
                inputs: gathered.inputs,
            },
        )
        .await?;
        // Who lost the lease while building stops here; who loses it later is refused by
        // its token, or because the number is taken.
        self.ledger
            .heartbeat(lease, self.clock.now(), self.lease_time())
            .await?;
        self.releases.commit(staged, moment, lease.token).await?;
        Ok(())
    }

    /// Reads what the ledger accepted, for every indicator that the settings select.
    async fn gather(&self) -> Result<Gathered, EngineError> {
        let mut accepted = Vec::new();
        let mut held = Vec::new();
        let mut regions: BTreeMap<RegionKey, Region> = BTreeMap::new();
        let mut vintages = BTreeSet::new();
        let known: BTreeMap<IndicatorId, Series> =
            self.ledger.all_series().await?.into_iter().collect();
        for source in &self.settings.source {
            let selected = |id: &IndicatorId| {
                *id.source() == source.id && is_selected(&self.settings, &self.sets, id)
            };
            for (id, series) in known.iter().filter(|(id, _)| selected(id)) {
                let described = match &series.accepted {
                    Some(figures) => {
                        self.restore_normalised(source, id, figures).await?;
                        Some(self.describe(source, id, series, figures).await?)
                    }
                    None => None,
                };
                if let (Some(described), Some(reason)) = (&described, reason(series)) {
                    held.push(HeldFact {
                        id: id.clone(),
                        title: described.series.indicator.title.clone(),
                        reason,
                    });
                }
                accepted.extend(described);
            }
            let place = AnswerPlace {
                source: source.id.clone(),
                role: AnswerRole::Regions,
                source_indicator: None,
                part: 0,
            };
            if let Some(latest) = self.ledger.latest_answer(&place).await? {
                let bytes = self.archive.read(&latest.hash).await?;
                let index = normalise::read_regions(source.kind, &bytes, self.tables)?;
                for region in index.regions() {
                    regions
                        .entry(region.key.clone())
                        .or_insert_with(|| region.clone());
                }
            }
            if let Some(since) = self.ledger.division_since(&source.id).await? {
                vintages.insert(self.civil_date(since));
            }
        }
        accepted.sort_by(|left: &Accepted, right| {
            let id = |one: &Accepted| one.series.indicator.indicator_id.clone();
            id(left).cmp(&id(right))
        });
        let regions: Vec<Region> = regions.into_values().collect();
        // Several sources: the figures are on the division that changed last.
        let geo_vintage = vintages
            .pop_last()
            .unwrap_or_else(|| self.civil_date(self.clock.now()));
        let inputs = self.inputs(&accepted, &regions, &geo_vintage);
        Ok(Gathered {
            accepted,
            held,
            regions,
            geo_vintage,
            inputs,
        })
    }

    /// The accepted figures of one indicator, with what their description says.
    async fn describe(
        &self,
        source: &SourceSettings,
        id: &IndicatorId,
        series: &Series,
        figures: &Figures,
    ) -> Result<Accepted, EngineError> {
        let bytes = self.archive.read(&figures.description).await?;
        let expected = self.expected(source, id.source_indicator());
        let themes = self.themes(source, id.source_indicator());
        let described = normalise::describe(source.kind, id, &bytes, expected, &themes)?;
        let waiting = series.held.as_ref().filter(|held| held.rejected.is_none());
        let (state, since) = match (waiting, &series.failure) {
            (Some(held), _) => (IndicatorState::Held, Some(held.since)),
            (None, Some(failure)) => (IndicatorState::Stale, Some(failure.since)),
            (None, None) => (IndicatorState::Active, None),
        };
        Ok(Accepted {
            series: ReleaseSeries {
                indicator: described.indicator,
                state,
                state_since: since.map(|since| self.civil_date(since)),
            },
            figures: figures.clone(),
        })
    }

    /// The hash of everything that decides the figures of a release. Whether an indicator
    /// is stale is told in the next release, but makes none.
    fn inputs(&self, accepted: &[Accepted], regions: &[Region], geo_vintage: &str) -> ContentHash {
        let mut parts = vec![SCHEMA_VERSION.to_owned(), geo_vintage.to_owned()];
        for one in accepted {
            parts.push(one.figures.normalised.to_string());
            parts.push(format!("{:?}", one.series.indicator));
        }
        parts.extend(regions.iter().map(|region| format!("{region:?}")));
        parts.extend(self.sets.iter().map(|set| format!("{set:?}")));
        parts.push(format!("{:?}", self.tables));
        ContentHash::of_parts(parts.iter().map(String::as_bytes))
    }

    /// Builds the tables, off the event loop.
    async fn build(
        &self,
        gathered: &Gathered,
        number: ReleaseNumber,
        previous: Option<(CommitRecord, Manifest)>,
        scratch: &Path,
    ) -> Result<Built, EngineError> {
        let series: Vec<_> = gathered
            .accepted
            .iter()
            .map(|one| one.series.clone())
            .collect();
        let mut inputs = Stored {
            store: Arc::clone(&self.storage.store),
            runtime: Handle::current(),
            objects: gathered
                .accepted
                .iter()
                .map(|one| {
                    (
                        one.series.indicator.indicator_id.clone(),
                        one.figures.normalised,
                    )
                })
                .collect(),
        };
        let mut output = Scratch(scratch.to_owned());
        let previous = match previous {
            Some((record, manifest)) => {
                let open = |name| self.releases.open_file(record.release, name);
                let open_tables = (
                    open("observations.parquet").await?,
                    open("revisions.parquet").await?,
                );
                Some((manifest, open_tables))
            }
            None => None,
        };
        let (previous, previous_tables) = previous.unzip();
        let sources: Vec<_> = self.settings.source.iter().map(credit).collect();
        let regions = gathered.regions.clone();
        let geo_vintage = gathered.geo_vintage.clone();
        let synthetic = is_synthetic(gathered);
        let (tables, sets) = (self.tables, self.sets.clone());
        tokio::task::spawn_blocking(move || {
            build(
                Build {
                    release: number,
                    series: &series,
                    regions: &regions,
                    tables,
                    sets: &sets,
                    sources: &sources,
                    geo_vintage: &geo_vintage,
                    synthetic,
                    previous: previous.as_ref().zip(previous_tables).map(
                        |(manifest, (observations, revisions))| Previous {
                            manifest,
                            observations,
                            revisions,
                        },
                    ),
                },
                &mut inputs,
                &mut output,
            )
            .map_err(EngineError::Transform)
        })
        .await
        .map_err(|source| EngineError::Aborted {
            operation: "build the tables of a release",
            source,
        })?
    }

    /// What the documents of the release tell.
    fn facts(
        &self,
        gathered: &Gathered,
        built: &Built,
        number: ReleaseNumber,
        moment: Timestamp,
    ) -> ReleaseFacts {
        let indicators = gathered
            .accepted
            .iter()
            .zip(&built.spans)
            .map(|(one, span)| {
                let indicator = &one.series.indicator;
                IndicatorFact {
                    id: indicator.indicator_id.clone(),
                    title: indicator.title.clone(),
                    unit: indicator.unit.clone(),
                    producer: indicator.producer.clone(),
                    licence: indicator.licence.clone(),
                    redistributable: indicator.redistributable,
                    state: one.series.state,
                    data_updated: indicator.data_updated.clone(),
                    rows: one.figures.rows_out,
                    first_year: span.years.map(|(first, _)| first),
                    last_year: span.years.map(|(_, last)| last),
                }
            })
            .collect();
        let changes = &built.changes;
        ReleaseFacts {
            number,
            moment,
            synthetic: is_synthetic(gathered),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            schema_version: SCHEMA_VERSION.to_owned(),
            geo_vintage: gathered.geo_vintage.clone(),
            sources: self.settings.source.iter().map(source_fact).collect(),
            indicators,
            regions: built.observed_regions.clone(),
            rows: gathered
                .accepted
                .iter()
                .map(|one| one.figures.rows_out)
                .sum(),
            changes: changes
                .revised
                .iter()
                .filter(|(id, _)| !changes.gone_series.contains(id))
                .map(|(id, counts)| IndicatorChange {
                    id: id.clone(),
                    added: counts.added,
                    changed: counts.changed,
                    removed: counts.removed,
                })
                .collect(),
            new_indicators: changes.new_series.clone(),
            gone_indicators: changes
                .gone_series
                .iter()
                .map(|id| (id.clone(), self.expected_title(id)))
                .collect(),
            held: gathered.held.clone(),
        }
    }

    /// The title that a set expects, for an indicator that is no longer there to say it.
    fn expected_title(&self, id: &IndicatorId) -> Text {
        self.sets
            .iter()
            .filter(|set| set.source == *id.source())
            .flat_map(|set| &set.indicators)
            .find(|indicator| indicator.id == *id.source_indicator())
            .map(|indicator| indicator.title.clone())
            .unwrap_or_default()
    }

    /// The date of a moment in the settings' time zone.
    fn civil_date(&self, moment: Timestamp) -> String {
        let zone = TimeZone::get(&self.settings.time_zone).unwrap_or(TimeZone::UTC);
        moment.to_zoned(zone).date().to_string()
    }
}

/// The announcement of a release, as the outbox keeps it.
fn announcement(record: &CommitRecord) -> Result<String, EngineError> {
    serde_json::to_string(&release_committed(record)).map_err(|source| EngineError::Announcement {
        operation: "write",
        source,
    })
}

/// Why an indicator does not show what the source has now.
fn reason(series: &Series) -> Option<String> {
    let held = series
        .held
        .as_ref()
        .filter(|held| held.rejected.is_none())
        .and_then(|held| held.reasons.first())
        .map(|reason| reason.code.clone());
    held.or_else(|| {
        series
            .failure
            .as_ref()
            .map(|failure| failure.remedy.clone())
    })
}

fn entry(one: &Accepted) -> IndicatorEntry {
    let figures = &one.figures;
    IndicatorEntry {
        indicator_id: one.series.indicator.indicator_id.clone(),
        normalised: figures.normalised,
        description: figures.description,
        data: figures.data.clone(),
        regions: figures.regions,
        rows_in: figures.rows_in,
        rows_out: figures.rows_out,
        findings: figures.findings.clone(),
        state: one.series.state,
        state_since: one.series.state_since.clone(),
    }
}

fn is_synthetic(gathered: &Gathered) -> bool {
    gathered.accepted.iter().any(|one| one.figures.synthetic)
}

fn credit(source: &SourceSettings) -> SourceCredit {
    let fact = source_fact(source);
    SourceCredit {
        source: fact.id,
        line: format!("{}, {}", fact.name.en, fact.url),
    }
}

fn source_fact(source: &SourceSettings) -> SourceFact {
    match source.kind {
        botnia_config::SourceKind::Sotkanet => SourceFact {
            id: source.id.clone(),
            name: Text {
                fi: "Tilasto- ja indikaattoripankki Sotkanet, Terveyden ja hyvinvoinnin laitos"
                    .to_owned(),
                sv: "Statistik- och indikatorbanken Sotkanet, Institutet för hälsa och välfärd"
                    .to_owned(),
                en: "Sotkanet Indicator Bank, Finnish Institute for Health and Welfare".to_owned(),
            },
            url: "https://sotkanet.fi".to_owned(),
        },
    }
}

/// Normalised objects in the store, read from a thread that may block.
struct Stored {
    store: Arc<dyn ObjectStore>,
    runtime: Handle,
    objects: BTreeMap<IndicatorId, ContentHash>,
}

impl Inputs for Stored {
    fn observations(
        &mut self,
        indicator: &IndicatorId,
    ) -> Result<Vec<Observation>, TransformError> {
        let key = self.objects.get(indicator).copied().map(normalised_path);
        let key = key.unwrap_or_default();
        let read = async { self.store.get(&key).await?.bytes().await };
        let bytes = self.runtime.block_on(read);
        let bytes = bytes.map_err(|source| TransformError::ReadParquet {
            object: format!("the observations of `{indicator}` at `{key}`"),
            source: std::io::Error::from(source).into(),
        })?;
        observation_table::read_normalised(bytes)
    }
}

/// The scratch folder of a release.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Output for Scratch {
    fn create(&mut self, path: &str) -> std::io::Result<Box<dyn Write + Send>> {
        let path = self.0.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(Box::new(BufWriter::new(File::create_new(path)?)))
    }

    fn scratch(&mut self) -> std::io::Result<File> {
        tempfile::tempfile_in(&self.0)
    }
}
