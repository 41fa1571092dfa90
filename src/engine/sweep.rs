//! A sweep: what moved at a source is fetched, archived, normalised and checked, one
//! indicator at a time. An indicator that fails holds back no other.

use std::collections::BTreeSet;
use std::sync::Arc;

use botnia_config::{IndicatorSelector, SetIndicator, SourceKind, SourceSettings};
use botnia_ingest::{Answer, Kept, Source, SourceError};
use botnia_model::{
    AnswerRole, ContentHash, Event, IndicatorId, Observation, Snapshot, SourceIndicator, SweepId,
};
use botnia_transform::checks::{self, Hold};
use botnia_transform::normalise::{self, Description, Normalised, RegionIndex};
use botnia_transform::{TransformError, observation_table};
use bytes::Bytes;
use futures::{StreamExt, stream};
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutMode, PutOptions};

use super::ledger::{
    AnswerPlace, Completion, Failure, Figures, Held, HoldReason, Series, SeriesChange, SweepOutcome,
};
use super::{Engine, EngineError, Progress, RunRequest, RunSummary, events};

/// A sweep that has done its part; the run records its end.
pub(super) struct FinishedSweep {
    pub(super) id: SweepId,
    pub(super) token: u64,
}

/// One indicator that the settings select, with what a set expects of it.
struct Selected {
    id: SourceIndicator,
    expected: Option<SetIndicator>,
    themes: Vec<String>,
}

/// Why nothing came of a source or an indicator. An outcome of the sweep, not an error
/// of the program: it is recorded, and the others go on.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// The source could not be had, or turned us down.
    #[error(transparent)]
    Source(SourceError),
    /// Its answer makes no sense.
    #[error(transparent)]
    Unreadable(TransformError),
}

impl Trouble {
    fn remedy(&self) -> &'static str {
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

/// What one sweep shares among its indicators.
struct Sweep<'a> {
    engine: &'a Engine,
    id: SweepId,
    kind: SourceKind,
    source: Box<dyn Source>,
    frame: Frame,
    full: bool,
    snapshots: std::sync::Mutex<Vec<Snapshot>>,
}

/// The answers that frame a sweep, read.
struct Frame {
    regions: Arc<RegionIndex>,
    regions_hash: ContentHash,
    division: ContentHash,
}

/// What came of one indicator.
enum Outcome {
    Changed(super::RowCounts),
    Unchanged,
    Held(Vec<HoldReason>),
    Rejected,
    Failed(String),
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Changed(_) => "changed",
            Self::Unchanged => "unchanged",
            Self::Held(_) => "held",
            Self::Rejected => "rejected",
            Self::Failed(_) => "failed",
        }
    }
}

/// The answers with an indicator's figures.
struct Fetched {
    data: Vec<(ContentHash, Bytes)>,
    synthetic: bool,
}

/// Figures fresh from the normaliser, not yet accepted or held.
struct Fresh {
    figures: Figures,
    holds: Vec<Hold>,
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
                let mut results = stream::iter(&selected)
                    .map(|indicator| sweep.indicator(indicator))
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
                        .unwrap_or_else(std::sync::PoisonError::into_inner),
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
        let selected = match self.select(settings, request, source.as_ref(), &answers)? {
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
                snapshots: std::sync::Mutex::new(snapshots),
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
    ) -> Result<Result<Vec<Selected>, Trouble>, EngineError> {
        let mut wanted: BTreeSet<SourceIndicator> = self.selected_by_settings(settings);
        if settings.indicators.contains(&IndicatorSelector::All) {
            match source.catalogue(frame) {
                Ok(catalogue) => wanted.extend(catalogue),
                Err(failure) => return Ok(Err(Trouble::Source(failure))),
            }
        }
        if let Some(unknown) = request
            .indicators
            .iter()
            .find(|indicator| !wanted.contains(*indicator))
        {
            return Err(EngineError::NotSelected {
                indicator: unknown.clone(),
            });
        }
        if !request.indicators.is_empty() {
            wanted.retain(|indicator| request.indicators.contains(indicator));
        }
        Ok(Ok(wanted
            .into_iter()
            .map(|id| Selected {
                expected: self.expected(settings, &id).cloned(),
                themes: self.themes(settings, &id),
                id,
            })
            .collect()))
    }

    /// What the settings name themselves, by set or by id.
    pub(super) fn selected_by_settings(
        &self,
        settings: &SourceSettings,
    ) -> BTreeSet<SourceIndicator> {
        let mut selected = BTreeSet::new();
        for selector in &settings.indicators {
            match selector {
                IndicatorSelector::Set(name) => {
                    selected.extend(self.sets.iter().filter(|set| set.id == *name).flat_map(
                        |set| set.indicators.iter().map(|indicator| indicator.id.clone()),
                    ))
                }
                IndicatorSelector::Id(id) => {
                    selected.insert(id.clone());
                }
                IndicatorSelector::All => {}
            }
        }
        selected
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
    async fn keep(
        &self,
        sweep: &SweepId,
        answer: &Answer,
        part: usize,
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
    async fn complete(&self, done: Completion) -> Result<(), EngineError> {
        self.ledger.complete(self.clock.now(), &done).await?;
        done.events.iter().for_each(events::log);
        Ok(())
    }

    /// Archives the answer that was turned down, as evidence.
    async fn keep_rejected(&self, failure: &Trouble) -> Result<(), EngineError> {
        if let Some(answer) = failure.rejected() {
            self.archive.keep(answer, None).await?;
        }
        Ok(())
    }

    /// Reads a normalised object.
    pub(super) async fn read_normalised(&self, hash: ContentHash) -> Result<Bytes, EngineError> {
        let object = normalised_path(hash);
        let failed = |source| EngineError::Object {
            operation: "read the normalised object",
            object: object.to_string(),
            source,
        };
        self.storage
            .store
            .get(&object)
            .await
            .map_err(failed)?
            .bytes()
            .await
            .map_err(failed)
    }

    /// Stores a normalised object; the same content is already the same object.
    async fn write_normalised(&self, hash: ContentHash, bytes: Vec<u8>) -> Result<(), EngineError> {
        let object = normalised_path(hash);
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        match self
            .storage
            .store
            .put_opts(&object, bytes.into(), options)
            .await
        {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            Err(source) => Err(EngineError::Object {
                operation: "write the normalised object",
                object: object.to_string(),
                source,
            }),
        }
    }
}

fn normalised_path(hash: ContentHash) -> ObjectPath {
    ObjectPath::from(format!("normalised/{hash}.parquet"))
}

impl Sweep<'_> {
    /// One indicator, from its description to figures that are accepted or held. All that
    /// it brings becomes true in one transaction at its end.
    async fn indicator(&self, selected: &Selected) -> Result<(IndicatorId, Outcome), EngineError> {
        let id = IndicatorId::new(self.source.id().clone(), selected.id.clone());
        let series = self.engine.ledger.series(&id).await?;
        let mut done = Completion::default();
        let (change, outcome) = match self.work(&id, selected, series.as_ref(), &mut done).await? {
            Ok(worked) => worked,
            Err(failure) => {
                self.engine.keep_rejected(&failure).await?;
                let message = chain(&failure);
                done.events.push(Event::FetchFailed {
                    sweep: self.id.clone(),
                    indicator: Some(id.clone()),
                    remedy: failure.remedy().to_owned(),
                });
                let since = series
                    .and_then(|series| series.failure)
                    .map_or_else(|| self.engine.clock.now(), |earlier| earlier.since);
                let record = Failure {
                    remedy: failure.remedy().to_owned(),
                    message: message.clone(),
                    since,
                };
                // The description that was seen is not the latest until its figures are
                // in: otherwise the next sweep would find nothing moved.
                done.answers.clear();
                (SeriesChange::Failed(record), Outcome::Failed(message))
            }
        };
        done.series = Some((id.clone(), change));
        self.engine.complete(done).await?;
        Ok((id, outcome))
    }

    async fn work(
        &self,
        id: &IndicatorId,
        selected: &Selected,
        series: Option<&Series>,
        done: &mut Completion,
    ) -> Result<Result<(SeriesChange, Outcome), Trouble>, EngineError> {
        let description = match self.source.describe(&selected.id).await {
            Ok(answer) => answer,
            Err(failure) => return Ok(Err(Trouble::Source(failure))),
        };
        self.keep(&description, 0, done).await?;
        if !self.full
            && let Some(outcome) = self.unmoved(&description, series)
        {
            return Ok(Ok((SeriesChange::Confirmed, outcome)));
        }
        let fetched = match self.data(selected, &description, series, done).await? {
            Ok(fetched) => fetched,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let fresh = match self
            .normalise(id, selected, &description, fetched, series)
            .await?
        {
            Ok(fresh) => fresh,
            Err(failure) => return Ok(Err(failure)),
        };
        Ok(Ok(self.decide(id, fresh, series, done)))
    }

    /// The outcome where nothing moved: same description, same division, same normaliser.
    fn unmoved(&self, description: &Answer, series: Option<&Series>) -> Option<Outcome> {
        let series = series?;
        let settled = |figures: &Figures| {
            figures.description == description.snapshot.hash
                && figures.division == self.frame.division
                && figures.normaliser == normalise::NORMALISER_VERSION
        };
        match (&series.held, &series.accepted) {
            (Some(held), _) if settled(&held.figures) => Some(match held.rejected {
                Some(_) => Outcome::Rejected,
                None => Outcome::Held(held.reasons.clone()),
            }),
            (None, Some(accepted)) if settled(accepted) => Some(Outcome::Unchanged),
            _ => None,
        }
    }

    /// The answers with the figures: from the archive where only the normaliser is new,
    /// otherwise from the source.
    async fn data(
        &self,
        selected: &Selected,
        description: &Answer,
        series: Option<&Series>,
        done: &mut Completion,
    ) -> Result<Result<Fetched, Trouble>, EngineError> {
        if !self.full
            && let Some(figures) = series.and_then(|series| series.accepted.as_ref())
            && figures.description == description.snapshot.hash
            && figures.division == self.frame.division
        {
            let mut fetched = Fetched {
                synthetic: figures.synthetic,
                data: Vec::new(),
            };
            for hash in &figures.data {
                let body = self.engine.archive.read(hash).await?;
                fetched.data.push((*hash, body));
            }
            return Ok(Ok(fetched));
        }
        let answers = match self.source.fetch(&selected.id, description).await {
            Ok(answers) => answers,
            Err(failure) => return Ok(Err(Trouble::Source(failure))),
        };
        let mut fetched = Fetched {
            synthetic: is_synthetic(description),
            data: Vec::new(),
        };
        for (part, answer) in answers.into_iter().enumerate() {
            self.keep(&answer, part, done).await?;
            fetched.synthetic |= is_synthetic(&answer);
            fetched.data.push((answer.snapshot.hash, answer.body));
        }
        Ok(Ok(fetched))
    }

    /// Normalises off the event loop, stores the object, and checks it against the
    /// figures that are published now.
    async fn normalise(
        &self,
        id: &IndicatorId,
        selected: &Selected,
        description: &Answer,
        fetched: Fetched,
        series: Option<&Series>,
    ) -> Result<Result<Fresh, Trouble>, EngineError> {
        let accepted = series.and_then(|series| series.accepted.as_ref());
        let previous = match accepted {
            Some(figures) => Some(self.engine.read_normalised(figures.normalised).await?),
            None => None,
        };
        let accepted_title = accepted.map(|figures| figures.title.clone());
        let regions = Arc::clone(&self.frame.regions);
        let (kind, expected) = (self.kind, selected.expected.clone());
        let themes = selected.themes.clone();
        let (indicator, description_body) = (id.clone(), description.body.clone());
        let Fetched { data, synthetic } = fetched;
        let hashes: Vec<_> = data.iter().map(|(hash, _)| *hash).collect();
        let worked = tokio::task::spawn_blocking(move || {
            let described = normalise::describe(
                kind,
                &indicator,
                &description_body,
                expected.as_ref(),
                &themes,
            )?;
            let bodies: Vec<&[u8]> = data.iter().map(|(_, body)| body.as_ref()).collect();
            let normalised = normalise::normalise(&normalise::Input {
                kind,
                indicator_id: &indicator,
                description: &described,
                data: &bodies,
                regions: &regions,
                expected: expected.as_ref(),
            })?;
            let previous = previous
                .map(|bytes| observation_table::read_normalised(bytes))
                .transpose()?;
            let holds = holds(
                &described,
                &normalised,
                &regions,
                previous.as_deref(),
                accepted_title.as_deref(),
            );
            let hash = observation_table::content_hash(&indicator, &normalised.observations);
            let bytes =
                observation_table::write_normalised(&indicator, &normalised.observations, &[])?;
            Ok::<_, TransformError>((described, normalised, holds, hash, bytes))
        })
        .await
        .map_err(|source| EngineError::Aborted {
            operation: "normalise an indicator",
            source,
        })?;
        let (described, normalised, holds, hash, bytes) = match worked {
            Ok(worked) => worked,
            Err(failure) => return Ok(Err(Trouble::Unreadable(failure))),
        };
        self.engine.write_normalised(hash, bytes).await?;
        let mut findings = described.findings;
        findings.merge(&normalised.findings);
        Ok(Ok(Fresh {
            figures: Figures {
                description: description.snapshot.hash,
                data: hashes,
                regions: self.frame.regions_hash,
                division: self.frame.division,
                title: described.indicator.title.fi,
                normalised: hash,
                normaliser: normalise::NORMALISER_VERSION,
                rows_in: normalised.rows_in,
                rows_out: normalised.observations.len() as u64,
                findings,
                synthetic,
            },
            holds,
        }))
    }

    /// Accepts or holds.
    fn decide(
        &self,
        id: &IndicatorId,
        fresh: Fresh,
        series: Option<&Series>,
        done: &mut Completion,
    ) -> (SeriesChange, Outcome) {
        let figures = fresh.figures;
        if fresh.holds.is_empty() {
            let same = series
                .and_then(|series| series.accepted.as_ref())
                .is_some_and(|accepted| accepted.normalised == figures.normalised);
            done.events.push(Event::IndicatorNormalised {
                sweep: self.id.clone(),
                indicator: id.clone(),
                normalised: figures.normalised,
            });
            let outcome = if same {
                Outcome::Unchanged
            } else {
                Outcome::Changed(super::RowCounts {
                    read: figures.rows_in,
                    observations: figures.rows_out,
                    withheld: figures.findings.withheld_rows(),
                })
            };
            return (SeriesChange::Accepted(figures), outcome);
        }
        let reasons: Vec<_> = fresh
            .holds
            .iter()
            .map(|hold| HoldReason {
                code: hold.reason.as_str().to_owned(),
                message: hold.message.clone(),
            })
            .collect();
        // The same figures again: since when, and what a person said of them, still holds.
        let earlier = series
            .and_then(|series| series.held.as_ref())
            .filter(|held| held.figures.normalised == figures.normalised);
        let held = Held {
            figures,
            reasons: reasons.clone(),
            since: earlier.map_or_else(|| self.engine.clock.now(), |held| held.since),
            rejected: earlier.and_then(|held| held.rejected.clone()),
        };
        let outcome = if held.rejected.is_some() {
            Outcome::Rejected
        } else {
            done.events.push(Event::IndicatorHeld {
                sweep: self.id.clone(),
                indicator: id.clone(),
                reason: reasons
                    .iter()
                    .map(|reason| reason.code.as_str())
                    .collect::<Vec<_>>()
                    .join(","),
            });
            Outcome::Held(reasons)
        };
        (SeriesChange::Held(held), outcome)
    }

    async fn keep(
        &self,
        answer: &Answer,
        part: usize,
        done: &mut Completion,
    ) -> Result<(), EngineError> {
        self.engine.keep(&self.id, answer, part, done).await?;
        self.snapshots
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(answer.snapshot.clone());
        Ok(())
    }
}

/// The regions of a list, in their order, as one hash: the source may list them in another
/// order without anything having changed.
fn division(index: &RegionIndex) -> ContentHash {
    let regions = index.regions().iter().map(|region| format!("{region:?}"));
    ContentHash::of_parts(regions.collect::<Vec<_>>().iter().map(String::as_bytes))
}

/// Whether an answer says that it is made up.
fn is_synthetic(answer: &Answer) -> bool {
    answer
        .snapshot
        .headers
        .iter()
        .any(|(name, value)| name == botnia_sandbox::SYNTHETIC_HEADER && value == "true")
}

/// The checks, except that a title which a person accepted once is not held again.
fn holds(
    described: &Description,
    normalised: &Normalised,
    regions: &RegionIndex,
    previous: Option<&[Observation]>,
    accepted_title: Option<&str>,
) -> Vec<Hold> {
    let known = accepted_title == Some(described.indicator.title.fi.as_str());
    let title = if known {
        &normalise::TitleCheck::Same
    } else {
        &described.title_check
    };
    checks::check(previous, normalised, title, regions)
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
