//! One indicator of a sweep: described, fetched where it moved, archived, normalised,
//! checked, and accepted or held.

use std::sync::{Arc, Mutex, PoisonError};

use botnia_config::{SetIndicator, SourceKind};
use botnia_ingest::{Answer, Source};
use botnia_model::{
    ContentHash, Event, IndicatorId, Observation, Snapshot, SourceIndicator, SweepId,
};
use botnia_transform::checks::{self, Hold};
use botnia_transform::normalise::{self, Description, Normalised, RegionIndex};
use botnia_transform::{TransformError, observation_table};
use bytes::Bytes;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutMode, PutOptions};

use super::ledger::{Completion, Failure, Figures, Held, HoldReason, Series, SeriesChange};
use super::sweep::{Trouble, chain};
use super::{Engine, EngineError, RowCounts};

/// One indicator that the settings select, with what a set expects of it.
pub(super) struct Selected {
    pub(super) id: SourceIndicator,
    pub(super) expected: Option<SetIndicator>,
    pub(super) themes: Vec<String>,
}

/// What one sweep shares among its indicators.
pub(super) struct Sweep<'a> {
    pub(super) engine: &'a Engine,
    pub(super) id: SweepId,
    pub(super) kind: SourceKind,
    pub(super) source: Box<dyn Source>,
    pub(super) frame: Frame,
    pub(super) full: bool,
    /// The years that are asked for, as text.
    pub(super) years: String,
    pub(super) snapshots: Mutex<Vec<Snapshot>>,
}

/// The answers that frame a sweep, read.
pub(super) struct Frame {
    pub(super) regions: Arc<RegionIndex>,
    pub(super) regions_hash: ContentHash,
    pub(super) division: ContentHash,
}

/// What came of one indicator.
pub(super) enum Outcome {
    Changed(RowCounts),
    Unchanged,
    Held(Vec<HoldReason>),
    Rejected,
    Failed(String),
}

impl Outcome {
    pub(super) fn word(&self) -> &'static str {
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

impl Sweep<'_> {
    /// One indicator, from its description to figures that are accepted or held. All that
    /// it brings becomes true in one transaction at its end.
    pub(super) async fn indicator(
        &self,
        selected: &Selected,
    ) -> Result<(IndicatorId, Outcome), EngineError> {
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

    /// The outcome where nothing moved: same description, same years asked for, same
    /// division, same normaliser. Held or rejected figures settle nothing: what was held
    /// may have been a passing fault of the source, so they are asked for again.
    fn unmoved(&self, description: &Answer, series: Option<&Series>) -> Option<Outcome> {
        let series = series.filter(|series| series.held.is_none())?;
        let accepted = series.accepted.as_ref()?;
        (self.is_answered(accepted, description)
            && accepted.normaliser == normalise::NORMALISER_VERSION)
            .then_some(Outcome::Unchanged)
    }

    /// Whether `figures` are of what the source would be asked for now.
    fn is_answered(&self, figures: &Figures, description: &Answer) -> bool {
        figures.description == description.snapshot.hash
            && figures.years == self.years
            && figures.division == self.frame.division
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
            && series.is_some_and(|series| series.held.is_none())
            && self.is_answered(figures, description)
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
        for (part, answer) in (0..).zip(answers) {
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
                .map(observation_table::read_normalised)
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
                years: self.years.clone(),
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
                Outcome::Changed(RowCounts {
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
        part: u32,
        done: &mut Completion,
    ) -> Result<(), EngineError> {
        self.engine.keep(&self.id, answer, part, done).await?;
        self.snapshots
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(answer.snapshot.clone());
        Ok(())
    }
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

impl Engine {
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
