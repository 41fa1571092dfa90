//! A plan: asks a source for what frames a sweep, and makes a job of every indicator that
//! the settings select.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use botnia_config::{IndicatorSelector, SourceSettings};
use botnia_ingest::{Answer, Source};
use botnia_model::{
    AnswerRole, ContentHash, DataVersion, Event, IndicatorId, SourceIndicator, SweepId,
};
use botnia_transform::TransformError;
use botnia_transform::normalise::{self, RegionIndex};

use super::job::{Fetching, JobResult, Lease, NewJob, Task, Verdict};
use super::ledger::{AnswerPlace, Completion, SweepOutcome};
use super::sweep::{Trouble, selected_by_settings};
use super::{Engine, EngineError, Progress, Work, retry, source};

/// The regions of a sweep: the source's list, read, or those of the region tables.
pub(super) struct Frame {
    pub(super) regions: Arc<RegionIndex>,
    /// The list; none where the source has no list.
    pub(super) regions_hash: Option<ContentHash>,
    pub(super) division: ContentHash,
}

/// What a plan brought: the region list, and what was selected.
struct Planned {
    regions: Option<ContentHash>,
    selected: BTreeSet<SourceIndicator>,
    /// Where the source has versions, the one that all jobs of the sweep ask for.
    versions: BTreeMap<SourceIndicator, DataVersion>,
}

impl Engine {
    /// One plan. A source that cannot be had at all is an outcome, not an error: the others
    /// go on, and what was published stays.
    pub(super) async fn plan(
        &self,
        lease: &Lease,
        settings: &SourceSettings,
        indicators: &[SourceIndicator],
        fetching: Fetching,
        progress: &dyn Progress,
    ) -> Result<Work, EngineError> {
        let now = self.clock.now();
        let sweep = SweepId::new(&settings.id, now);
        self.ledger
            .begin_sweep(&sweep, &settings.id, lease.run, now)
            .await?;
        let mut done = Completion::default();
        let mut snapshots = Vec::new();
        let framed = if fetching == Fetching::Archived {
            self.archived_frame(settings, indicators).await?
        } else {
            self.frame(settings, indicators, &sweep, &mut done, &mut snapshots)
                .await?
        };
        let mut planned = match framed {
            Ok(planned) => planned,
            Err(trouble) => {
                self.keep_rejected(&trouble).await?;
                let outcome = SweepOutcome {
                    source_failure: Some(super::sweep::chain(&trouble)),
                    ..SweepOutcome::default()
                };
                let verdict = retry::after_trouble(lease, &trouble, self.clock.now());
                let mut work = Work::failed(verdict);
                work.done.events.insert(
                    0,
                    Event::FetchFailed {
                        sweep: sweep.clone(),
                        indicator: None,
                        remedy: trouble.remedy().to_owned(),
                    },
                );
                work.done.finished_sweeps.push((sweep, outcome));
                return Ok(work);
            }
        };
        progress.sweep(&settings.id, planned.selected.len());
        let count = planned.selected.len() as u64;
        // Who asks for some indicators says nothing of the others.
        if indicators.is_empty() && fetching != Fetching::Archived {
            done.selected = Some((settings.id.clone(), planned.selected.clone()));
        }
        let jobs = planned.selected.into_iter().map(|id| Task::Indicator {
            version: planned.versions.remove(&id),
            indicator: IndicatorId::new(settings.id.clone(), id),
            regions: planned.regions,
            fetching,
        });
        done.jobs = jobs
            .chain([Task::Release])
            .map(|task| NewJob {
                sweep: Some(sweep.clone()),
                task,
            })
            .collect();
        let result = JobResult::Planned {
            sweep,
            indicators: count,
            snapshots,
        };
        Ok(Work {
            verdict: Verdict::Done(result),
            done,
            replaced: None,
        })
    }

    /// Asks the source: the region list, and the catalogue where the settings select all.
    async fn frame(
        &self,
        settings: &SourceSettings,
        indicators: &[SourceIndicator],
        sweep: &SweepId,
        done: &mut Completion,
        snapshots: &mut Vec<botnia_model::Snapshot>,
    ) -> Result<Result<Planned, Trouble>, EngineError> {
        let wants_catalogue = settings.indicators.contains(&IndicatorSelector::All);
        let source =
            match source::open(settings, &self.client, Some(&self.storage), wants_catalogue) {
                Ok(source) => source,
                Err(failure) => return Ok(Err(Trouble::Source(failure))),
            };
        let answers = match source.frame().await {
            Ok(answers) => answers,
            Err(failure) => return Ok(Err(Trouble::Source(failure))),
        };
        let list = answers
            .iter()
            .find(|answer| answer.snapshot.role == AnswerRole::Regions);
        let index = match list {
            Some(list) => normalise::read_regions(settings.kind, &list.body, self.tables),
            None if !settings.kind.has_region_list() => {
                Ok(normalise::regions_of_tables(self.tables))
            }
            None => Err(TransformError::Contract {
                object: format!("the frame of `{}`", settings.id),
                reason: "it has no region list".to_owned(),
            }),
        };
        let index = match index {
            Ok(index) => index,
            Err(failure) => {
                if let Some(list) = list {
                    self.archive.keep(list, None).await?;
                }
                return Ok(Err(Trouble::Unreadable(failure)));
            }
        };
        let list = list.map(|list| list.snapshot.hash);
        let selected = match self.select(settings, indicators, source.as_ref(), &answers) {
            Ok(selected) => selected,
            Err(failure) => return Ok(Err(failure)),
        };
        let versions = match source.versions(&selected).await {
            Ok(versions) => versions,
            Err(failure) => return Ok(Err(Trouble::Source(failure))),
        };
        for answer in &answers {
            self.keep(sweep, answer, 0, done).await?;
            snapshots.push(answer.snapshot.clone());
        }
        done.division = Some((settings.id.clone(), division(&index)));
        Ok(Ok(Planned {
            regions: list,
            selected,
            versions,
        }))
    }

    /// The same without asking: the last region list, and the indicators that have figures.
    async fn archived_frame(
        &self,
        settings: &SourceSettings,
        indicators: &[SourceIndicator],
    ) -> Result<Result<Planned, Trouble>, EngineError> {
        let place = AnswerPlace {
            source: settings.id.clone(),
            role: AnswerRole::Regions,
            source_indicator: None,
            part: 0,
        };
        let latest = self.ledger.latest_answer(&place).await?;
        if latest.is_none() && settings.kind.has_region_list() {
            return Ok(Err(Trouble::Unreadable(TransformError::Contract {
                object: format!("the archive of `{}`", settings.id),
                reason: "it has no region list yet; run `botnia run` first".to_owned(),
            })));
        }
        let known = self.ledger.all_series().await?;
        let selected = known
            .into_iter()
            .filter(|(id, series)| {
                series.accepted.is_some() && super::is_selected(&self.settings, &self.sets, id)
            })
            .filter(|(id, _)| *id.source() == settings.id)
            .map(|(id, _)| id.source_indicator().clone())
            .filter(|id| indicators.is_empty() || indicators.contains(id))
            .collect();
        Ok(Ok(Planned {
            regions: latest.map(|latest| latest.hash),
            selected,
            versions: BTreeMap::new(),
        }))
    }

    /// What the settings select, each once, in the order of their ids.
    fn select(
        &self,
        settings: &SourceSettings,
        indicators: &[SourceIndicator],
        source: &dyn Source,
        frame: &[Answer],
    ) -> Result<BTreeSet<SourceIndicator>, Trouble> {
        let all = settings.indicators.contains(&IndicatorSelector::All);
        let mut wanted = selected_by_settings(settings, &self.sets);
        if all {
            match source.catalogue(frame) {
                Ok(catalogue) => wanted.extend(catalogue),
                Err(failure) => return Err(Trouble::Source(failure)),
            }
        }
        if !indicators.is_empty() {
            if all {
                wanted.extend(indicators.iter().cloned());
            }
            wanted.retain(|indicator| indicators.contains(indicator));
        }
        Ok(wanted)
    }

    /// The region list with this hash, or the regions of the tables, read once for all
    /// indicators of a sweep.
    pub(super) async fn frame_of(
        &self,
        settings: &SourceSettings,
        regions: Option<ContentHash>,
    ) -> Result<Result<Arc<Frame>, Trouble>, EngineError> {
        let mut frames = self.frames.lock().await;
        if let Some(frame) = frames.get(&settings.id)
            && frame.regions_hash == regions
        {
            return Ok(Ok(Arc::clone(frame)));
        }
        let index = match regions {
            Some(list) => {
                let body = self.archive.read(&list).await?;
                match normalise::read_regions(settings.kind, &body, self.tables) {
                    Ok(index) => index,
                    Err(failure) => return Ok(Err(Trouble::Unreadable(failure))),
                }
            }
            None => normalise::regions_of_tables(self.tables),
        };
        let frame = Arc::new(Frame {
            division: division(&index),
            regions: Arc::new(index),
            regions_hash: regions,
        });
        frames.insert(settings.id.clone(), Arc::clone(&frame));
        Ok(Ok(frame))
    }
}

/// The regions of a list, in their order, as one hash: the source may list them in another
/// order without anything having changed.
fn division(index: &RegionIndex) -> ContentHash {
    let regions = index.regions().iter().map(|region| format!("{region:?}"));
    ContentHash::of_parts(regions.collect::<Vec<_>>().iter().map(String::as_bytes))
}
