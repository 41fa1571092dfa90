//! A sweep: what moved at a source is fetched, archived, normalised and checked, one
//! indicator at a time. An indicator that fails holds back no other.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use botnia_config::{
    IndicatorSelector, IndicatorSet, SetIndicator, Settings, SourceSettings, YearRange,
};
use botnia_ingest::{Answer, Kept, Source, SourceError};
use botnia_model::{AnswerRole, ContentHash, Event, IndicatorId, SourceIndicator, SweepId};
use botnia_transform::TransformError;
use botnia_transform::normalise::{self, RegionIndex};
use futures::{StreamExt, stream};

use super::indicator::{Frame, Outcome, Selected, Sweep};
use super::ledger::{AnswerPlace, Completion, SweepOutcome};
use super::{Engine, EngineError, Progress, RunRequest, RunSummary, events};

/// A sweep that has done its part; the run records its end.
pub(super) struct FinishedSweep {
    pub(super) id: SweepId,
    pub(super) token: u64,
}

/// Why nothing came of a source or an indicator. An outcome of the sweep, not an error
/// of the program: it is recorded, and the others go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The source could not be had, or turned us down.
    #[error(transparent)]
    Source(SourceError),
    /// Its answer makes no sense.
    #[error(transparent)]
    Unreadable(TransformError),
}

impl Trouble {
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Self::Source(failure) => failure.remedy(),
            Self::Unreadable(_) => "contract",
        }
    }

    /// The answer that was turned down; one that was archived before is not given again.
    fn rejected(&self) -> Option<&Answer> {
        match self {
            Self::Source(failure) => failure.rejected(),
            Self::Unreadable(_) => None,
        }
    }
}

impl Engine {
    /// One sweep over one source. A source that cannot be had at all is an outcome, not
    /// an error: the others go on, and what was published stays.
    pub(super) async fn sweep(
        &self,
        settings: &SourceSettings,
        request: &RunRequest,
        progress: &dyn Progress,
        summary: &mut RunSummary,
    ) -> Result<FinishedSweep, EngineError> {
        let id = SweepId::new(&settings.id, self.clock.now());
        let token = self
            .ledger
            .begin_sweep(&id, &settings.id, self.clock.now())
            .await?;
        events::log(&Event::SweepStarted {
            sweep: id.clone(),
            source: settings.id.clone(),
        });
        let mut outcome = SweepOutcome::default();
        let framed = self.frame(settings, &id, request).await?;
        match framed {
            Err(failure) => {
                let message = chain(&failure);
                let event = Event::FetchFailed {
                    sweep: id.clone(),
                    indicator: None,
                    remedy: failure.remedy().to_owned(),
                };
                self.complete(Completion {
                    events: vec![event],
                    ..Completion::default()
                })
                .await?;
                summary
                    .failures
                    .push((settings.id.to_string(), message.clone()));
                outcome.source_failure = Some(message);
            }
            Ok((sweep, selected)) => {
                progress.sweep(&settings.id, selected.len());
                let sweep = &sweep;
                // Two more than the requests under way, so that the next indicators are
                // normalised while the network is busy. Bounds memory: one indicator each.
                let width = usize::from(settings.concurrency) + 2;
                let mut results = stream::iter(selected)
                    .map(|indicator| async move { sweep.indicator(&indicator).await })
                    .buffer_unordered(width);
                while let Some(result) = results.next().await {
                    let (indicator, result) = result?;
                    progress.indicator(&indicator, result.word());
                    summary.count(&mut outcome, indicator, result);
                }
                drop(results);
                let snapshots = std::mem::take(
                    &mut *sweep
                        .snapshots
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner),
                );
                self.archive.record_sweep(&sweep.id, &snapshots).await?;
            }
        }
        summary.failures.sort();
        summary.held.sort_by(|left, right| left.0.cmp(&right.0));
        summary.sweeps.push((settings.id.clone(), outcome));
        Ok(FinishedSweep { id, token })
    }

    /// Asks for what frames the sweep: the region list, and what the settings select.
    async fn frame(
        &self,
        settings: &SourceSettings,
        id: &SweepId,
        request: &RunRequest,
    ) -> Result<Result<(Sweep<'_>, Vec<Selected>), Trouble>, EngineError> {
        let wants_catalogue = settings.indicators.contains(&IndicatorSelector::All);
        let source = match botnia_ingest::open(settings, Arc::clone(&self.client), wants_catalogue)
        {
            Ok(source) => source,
            Err(failure) => return Ok(Err(Trouble::Source(failure))),
        };
        let answers = match source.frame().await {
            Ok(answers) => answers,
            Err(failure) => {
                let trouble = Trouble::Source(failure);
                self.keep_rejected(&trouble).await?;
                return Ok(Err(trouble));
            }
        };
        let mut done = Completion::default();
        let mut snapshots = Vec::new();
        for answer in &answers {
            self.keep(id, answer, 0, &mut done).await?;
            snapshots.push(answer.snapshot.clone());
        }
        let Some(regions) = answers
            .iter()
            .find(|answer| answer.snapshot.role == AnswerRole::Regions)
        else {
            return Ok(Err(Trouble::Unreadable(TransformError::Contract {
                object: format!("the frame of `{}`", settings.id),
                reason: "it has no region list".to_owned(),
            })));
        };
        let index = match normalise::read_regions(settings.kind, &regions.body, self.tables) {
            Ok(index) => index,
            Err(failure) => return Ok(Err(Trouble::Unreadable(failure))),
        };
        let selected = match self.select(settings, request, source.as_ref(), &answers) {
            Ok(selected) => selected,
            Err(failure) => return Ok(Err(failure)),
        };
        let division = division(&index);
        done.division = Some((settings.id.clone(), division));
        self.complete(done).await?;
        let frame = Frame {
            regions: Arc::new(index),
            regions_hash: regions.snapshot.hash,
            division,
        };
        Ok(Ok((
            Sweep {
                engine: self,
                id: id.clone(),
                kind: settings.kind,
                source,
                frame,
                full: request.full,
                years: years(settings.years),
                snapshots: Mutex::new(snapshots),
            },
            selected,
        )))
    }

    /// What the settings select, each once, in the order of their ids.
    fn select(
        &self,
        settings: &SourceSettings,
        request: &RunRequest,
        source: &dyn Source,
        frame: &[Answer],
    ) -> Result<Vec<Selected>, Trouble> {
        let mut wanted: BTreeSet<SourceIndicator> = selected_by_settings(settings, &self.sets);
        if settings.indicators.contains(&IndicatorSelector::All) {
            match source.catalogue(frame) {
                Ok(catalogue) => wanted.extend(catalogue),
                Err(failure) => return Err(Trouble::Source(failure)),
            }
        }
        if !request.indicators.is_empty() {
            if settings.indicators.contains(&IndicatorSelector::All) {
                wanted.extend(request.indicators.iter().cloned());
            }
            wanted.retain(|indicator| request.indicators.contains(indicator));
        }
        Ok(wanted
            .into_iter()
            .map(|id| Selected {
                expected: self.expected(settings, &id).cloned(),
                themes: self.themes(settings, &id),
                id,
            })
            .collect())
    }

    /// What the first set that has it expects of an indicator. Sets that share an
    /// indicator agree on it: their readers check that.
    pub(super) fn expected(
        &self,
        settings: &SourceSettings,
        id: &SourceIndicator,
    ) -> Option<&SetIndicator> {
        self.sets
            .iter()
            .filter(|set| set.source == settings.id)
            .flat_map(|set| &set.indicators)
            .find(|indicator| indicator.id == *id)
    }

    /// The themes of every set that has an indicator, each once, in the sets' order.
    pub(super) fn themes(&self, settings: &SourceSettings, id: &SourceIndicator) -> Vec<String> {
        let mut themes = Vec::new();
        for indicator in self
            .sets
            .iter()
            .filter(|set| set.source == settings.id)
            .flat_map(|set| &set.indicators)
            .filter(|indicator| indicator.id == *id)
        {
            if !themes.contains(&indicator.theme) {
                themes.push(indicator.theme.clone());
            }
        }
        themes
    }

    /// Archives an answer; the completion makes it the latest in its place.
    pub(super) async fn keep(
        &self,
        sweep: &SweepId,
        answer: &Answer,
        part: u32,
        done: &mut Completion,
    ) -> Result<(), EngineError> {
        let snapshot = &answer.snapshot;
        let place = AnswerPlace {
            source: snapshot.source.clone(),
            role: snapshot.role,
            source_indicator: snapshot.source_indicator.clone(),
            part,
        };
        let previous = self.ledger.latest_answer(&place).await?;
        let kept = self
            .archive
            .keep(answer, previous.as_ref().map(|latest| &latest.hash))
            .await?;
        let sweep = sweep.clone();
        let indicator = place
            .source_indicator
            .clone()
            .map(|id| IndicatorId::new(place.source.clone(), id));
        let snapshot = snapshot.hash;
        done.events.push(match kept {
            Kept::Archived => Event::SnapshotArchived {
                sweep,
                indicator,
                snapshot,
            },
            Kept::Unchanged => Event::SnapshotUnchanged {
                sweep,
                indicator,
                snapshot,
            },
        });
        done.answers.push((place, snapshot));
        Ok(())
    }

    /// Records what a piece of work brought, then says it.
    pub(super) async fn complete(&self, done: Completion) -> Result<(), EngineError> {
        self.ledger.complete(self.clock.now(), &done).await?;
        done.events.iter().for_each(events::log);
        Ok(())
    }

    /// Archives the answer that was turned down, as evidence.
    pub(super) async fn keep_rejected(&self, failure: &Trouble) -> Result<(), EngineError> {
        if let Some(answer) = failure.rejected() {
            self.archive.keep(answer, None).await?;
        }
        Ok(())
    }
}

/// What a source's settings name themselves, by set or by id.
pub(crate) fn selected_by_settings(
    settings: &SourceSettings,
    sets: &[IndicatorSet],
) -> BTreeSet<SourceIndicator> {
    let mut selected = BTreeSet::new();
    for selector in &settings.indicators {
        match selector {
            IndicatorSelector::Set(name) => {
                let named = sets.iter().filter(|set| set.id == *name);
                let indicators = named.flat_map(|set| &set.indicators);
                selected.extend(indicators.map(|indicator| indicator.id.clone()));
            }
            IndicatorSelector::Id(id) => {
                selected.insert(id.clone());
            }
            IndicatorSelector::All => {}
        }
    }
    selected
}

/// Whether the settings select an indicator. Where they select all, every indicator of the
/// source is.
pub(crate) fn is_selected(settings: &Settings, sets: &[IndicatorSet], id: &IndicatorId) -> bool {
    settings
        .source
        .iter()
        .filter(|source| source.id == *id.source())
        .any(|source| {
            source.indicators.contains(&IndicatorSelector::All)
                || selected_by_settings(source, sets).contains(id.source_indicator())
        })
}

/// The years of the settings, as they stand there.
fn years(range: YearRange) -> String {
    match range.last {
        Some(last) => format!("{}..{last}", range.first),
        None => format!("{}..", range.first),
    }
}

/// The regions of a list, in their order, as one hash: the source may list them in another
/// order without anything having changed.
fn division(index: &RegionIndex) -> ContentHash {
    let regions = index.regions().iter().map(|region| format!("{region:?}"));
    ContentHash::of_parts(regions.collect::<Vec<_>>().iter().map(String::as_bytes))
}

impl RunSummary {
    fn count(&mut self, outcome: &mut SweepOutcome, indicator: IndicatorId, result: Outcome) {
        match result {
            Outcome::Changed(rows) => {
                outcome.changed += 1;
                self.rows.read += rows.read;
                self.rows.observations += rows.observations;
                self.rows.withheld += rows.withheld;
            }
            Outcome::Unchanged | Outcome::Rejected => outcome.unchanged += 1,
            Outcome::Held(reasons) => {
                outcome.held += 1;
                self.held.push((indicator, reasons));
            }
            Outcome::Failed(message) => {
                outcome.failed += 1;
                self.failures.push((indicator.to_string(), message));
            }
        }
    }
}

/// An error with its causes, as one text.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
