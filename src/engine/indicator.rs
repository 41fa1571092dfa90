//! One indicator: described, fetched where it moved, archived, normalised, checked, and
//! accepted or held.

mod judgement;

use std::sync::Arc;

use botnia_config::{SetIndicator, SourceSettings, YearRange};
use botnia_ingest::{Answer, ArchiveError, Source};
use botnia_model::{
    ContentHash, DataVersion, Event, IndicatorId, Snapshot, SourceIndicator, SweepId,
};
use botnia_transform::normalise;
use bytes::Bytes;

use super::job::{Fetching, JobResult, Lease, Verdict};
use super::ledger::{Completion, Failure, Figures, HoldReason, Series, SeriesChange};
use super::plan::Frame;
use super::sweep::{Trouble, chain, expected, themes};
use super::{Engine, EngineError, Progress, RowCounts, Work, retry, source};

/// One indicator of a sweep, with what a set expects of it.
struct Indicator<'a> {
    engine: &'a Engine,
    id: &'a IndicatorId,
    settings: &'a SourceSettings,
    source: Box<dyn Source>,
    sweep: SweepId,
    frame: Arc<Frame>,
    fetching: Fetching,
    /// The years that are asked for, as text.
    years: String,
    expected: Option<SetIndicator>,
    themes: Vec<String>,
    series: Option<Series>,
}

/// What a job says of how an indicator is asked for.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    /// The region list that translates its region ids.
    pub(super) regions: Option<ContentHash>,
    /// The version of the source's data that its sweep asks for.
    pub(super) version: Option<&'a DataVersion>,
    pub(super) fetching: Fetching,
}

/// What came of one indicator.
enum Outcome {
    Changed {
        rows: RowCounts,
        warnings: Vec<HoldReason>,
    },
    Unchanged,
    Held(Vec<HoldReason>),
    Rejected,
}

/// The answer that describes an indicator.
struct Described {
    hash: ContentHash,
    body: Bytes,
    synthetic: bool,
}

/// The answers with an indicator's figures.
struct Fetched {
    data: Vec<(ContentHash, Bytes)>,
    synthetic: bool,
}

/// What a piece of work has seen and done so far.
#[derive(Default)]
struct Seen {
    done: Completion,
    snapshots: Vec<Snapshot>,
}

impl Engine {
    /// One indicator, from its description to figures that are accepted or held. All that
    /// it brings becomes true in one transaction at its end.
    pub(super) async fn indicator(
        &self,
        lease: &Lease,
        settings: &SourceSettings,
        id: &IndicatorId,
        asking: Asking<'_>,
        progress: &dyn Progress,
    ) -> Result<Work, EngineError> {
        let series = self.ledger.series(id).await?;
        let sweep = lease
            .sweep
            .clone()
            .unwrap_or_else(|| SweepId::new(&settings.id, self.clock.now()));
        let mut seen = Seen::default();
        let worked = match self
            .prepare(settings, id, asking, series.as_ref(), &sweep)
            .await?
        {
            Ok(indicator) => indicator.work(&mut seen).await?,
            Err(trouble) => Err(trouble),
        };
        let Seen {
            mut done,
            snapshots,
        } = seen;
        let held = series.as_ref().and_then(|series| series.held.as_ref());
        let held = held.map(|held| held.figures.normalised);
        let (change, outcome) = match worked {
            Ok(worked) => worked,
            Err(trouble) => {
                progress.indicator(id, "failed");
                return self.failed(lease, id, sweep, series, &trouble).await;
            }
        };
        let replaced = held
            .filter(|held| match &change {
                SeriesChange::Accepted(_) => true,
                SeriesChange::Held(now) => now.figures.normalised != *held,
                SeriesChange::Confirmed | SeriesChange::Failed(_) => false,
            })
            .map(|held| (id.clone(), held));
        done.series = Some((id.clone(), change));
        let (word, result) = match outcome {
            Outcome::Changed { rows, warnings } => (
                "changed",
                JobResult::Changed {
                    rows,
                    warnings,
                    snapshots,
                },
            ),
            Outcome::Unchanged => ("unchanged", JobResult::Unchanged { snapshots }),
            Outcome::Held(reasons) => ("held", JobResult::Held { reasons, snapshots }),
            Outcome::Rejected => ("rejected", JobResult::Rejected { snapshots }),
        };
        progress.indicator(id, word);
        Ok(Work {
            verdict: Verdict::Done(result),
            done,
            replaced,
        })
    }

    async fn prepare<'a>(
        &'a self,
        settings: &'a SourceSettings,
        id: &'a IndicatorId,
        asking: Asking<'_>,
        series: Option<&Series>,
        sweep: &SweepId,
    ) -> Result<Result<Indicator<'a>, Trouble>, EngineError> {
        let fetching = asking.fetching;
        let mut source = match source::open(settings, &self.client, Some(&self.storage), false) {
            Ok(source) => source,
            Err(failure) => return Ok(Err(Trouble::Source(failure))),
        };
        if let Some(version) = asking.version {
            source.pin(version.clone());
        }
        // Archived figures were translated by the region list of their own sweep.
        let accepted = series.and_then(|series| series.accepted.as_ref());
        let regions = match accepted {
            Some(figures) if fetching == Fetching::Archived => figures.regions,
            _ => asking.regions,
        };
        let frame = match self.frame_of(settings, regions).await? {
            Ok(frame) => frame,
            Err(trouble) => return Ok(Err(trouble)),
        };
        Ok(Ok(Indicator {
            engine: self,
            id,
            settings,
            source,
            sweep: sweep.clone(),
            frame,
            fetching,
            years: years(settings.years),
            expected: expected(&self.sets, id).cloned(),
            themes: themes(&self.sets, id),
            series: series.cloned(),
        }))
    }

    /// Nothing came of an indicator. The answers that were seen on the way do not become
    /// the latest: otherwise the next sweep would find nothing moved.
    async fn failed(
        &self,
        lease: &Lease,
        id: &IndicatorId,
        sweep: SweepId,
        series: Option<Series>,
        trouble: &Trouble,
    ) -> Result<Work, EngineError> {
        self.keep_rejected(trouble).await?;
        let now = self.clock.now();
        let failure = Failure {
            remedy: trouble.remedy().to_owned(),
            message: chain(trouble),
            since: series
                .and_then(|series| series.failure)
                .map_or(now, |earlier| earlier.since),
        };
        let mut work = Work::failed(retry::after_trouble(lease, trouble, now));
        work.done.series = Some((id.clone(), SeriesChange::Failed(failure)));
        work.done.events.insert(
            0,
            Event::FetchFailed {
                sweep,
                indicator: Some(id.clone()),
                remedy: trouble.remedy().to_owned(),
            },
        );
        Ok(work)
    }
}

impl Indicator<'_> {
    fn selected(&self) -> &SourceIndicator {
        self.id.source_indicator()
    }

    fn accepted(&self) -> Option<&Figures> {
        self.series.as_ref()?.accepted.as_ref()
    }

    /// The accepted figures, unless others are held or were rejected: those settle nothing,
    /// because what was held may have been a passing fault of the source.
    fn settled(&self) -> Option<&Figures> {
        let series = self.series.as_ref()?;
        series.held.is_none().then_some(series.accepted.as_ref()?)
    }

    async fn work(
        &self,
        seen: &mut Seen,
    ) -> Result<Result<(SeriesChange, Outcome), Trouble>, EngineError> {
        let (described, fetched) = if self.fetching == Fetching::Archived {
            let Some(figures) = self.accepted() else {
                return Ok(Ok((SeriesChange::Confirmed, Outcome::Unchanged)));
            };
            let body = match self.read_archived(&figures.description).await? {
                Ok(body) => body,
                Err(trouble) => return Ok(Err(trouble)),
            };
            let fetched = match self.archived(figures).await? {
                Ok(fetched) => fetched,
                Err(trouble) => return Ok(Err(trouble)),
            };
            let described = Described {
                hash: figures.description,
                body,
                synthetic: figures.synthetic,
            };
            (described, fetched)
        } else {
            let answer = match self.source.describe(self.selected()).await {
                Ok(answer) => answer,
                Err(failure) => return Ok(Err(Trouble::Source(failure))),
            };
            self.keep(&answer, 0, seen).await?;
            if self.is_unmoved(&answer) {
                return Ok(Ok((SeriesChange::Confirmed, Outcome::Unchanged)));
            }
            let fetched = match self.data(&answer, seen).await? {
                Ok(fetched) => fetched,
                Err(trouble) => return Ok(Err(trouble)),
            };
            let described = Described {
                hash: answer.snapshot.hash,
                synthetic: is_synthetic(&answer),
                body: answer.body,
            };
            (described, fetched)
        };
        let fresh = match self.judge(described, fetched).await? {
            Ok(fresh) => fresh,
            Err(failure) => return Ok(Err(failure)),
        };
        self.decide(fresh, &mut seen.done).await.map(Ok)
    }

    /// Whether nothing moved: same description that settles the figures, same years asked
    /// for, same division, same mapping, same normaliser, same entry in the sets.
    fn is_unmoved(&self, description: &Answer) -> bool {
        self.fetching == Fetching::Moved
            && self.settled().is_some_and(|figures| {
                self.is_answered(figures, description)
                    && self.source.description_settles()
                    && figures.normaliser == normalise::NORMALISER_VERSION
                    && figures.expected == self.expected
            })
    }

    /// Whether `figures` are of what the source would be asked for now.
    fn is_answered(&self, figures: &Figures, description: &Answer) -> bool {
        figures.description == description.snapshot.hash
            && figures.years == self.years
            && figures.division == self.frame.division
            && figures.mapping.as_deref() == self.settings.mapping(self.selected())
    }

    /// The answers with the figures: from the archive where only the normaliser or the entry
    /// in the sets is new, otherwise from the source.
    async fn data(
        &self,
        description: &Answer,
        seen: &mut Seen,
    ) -> Result<Result<Fetched, Trouble>, EngineError> {
        if self.fetching == Fetching::Moved
            && self.source.description_settles()
            && let Some(figures) = self.settled()
            && self.is_answered(figures, description)
        {
            return self.archived(figures).await;
        }
        let answers = match self.source.fetch(self.selected(), description).await {
            Ok(answers) => answers,
            Err(failure) => return Ok(Err(Trouble::Source(failure))),
        };
        let mut fetched = Fetched {
            synthetic: is_synthetic(description),
            data: Vec::new(),
        };
        for (part, answer) in (0..).zip(answers) {
            self.keep(&answer, part, seen).await?;
            fetched.synthetic |= is_synthetic(&answer);
            fetched.data.push((answer.snapshot.hash, answer.body));
        }
        Ok(Ok(fetched))
    }

    /// The answers of accepted figures, from the archive.
    async fn archived(&self, figures: &Figures) -> Result<Result<Fetched, Trouble>, EngineError> {
        let mut fetched = Fetched {
            synthetic: figures.synthetic,
            data: Vec::new(),
        };
        for hash in &figures.data {
            match self.read_archived(hash).await? {
                Ok(body) => fetched.data.push((*hash, body)),
                Err(trouble) => return Ok(Err(trouble)),
            }
        }
        Ok(Ok(fetched))
    }

    /// An answer that came before. One that was lost is the trouble of its indicator
    /// alone: the others go on.
    async fn read_archived(
        &self,
        hash: &ContentHash,
    ) -> Result<Result<Bytes, Trouble>, EngineError> {
        match self.engine.archive.read(hash).await {
            Ok(body) => Ok(Ok(body)),
            Err(
                lost @ (ArchiveError::Missing { .. }
                | ArchiveError::Damaged { .. }
                | ArchiveError::Undecodable { .. }),
            ) => Ok(Err(Trouble::Lost(lost))),
            Err(error) => Err(error.into()),
        }
    }

    async fn keep(&self, answer: &Answer, part: u32, seen: &mut Seen) -> Result<(), EngineError> {
        self.engine
            .keep(&self.sweep, answer, part, &mut seen.done)
            .await?;
        seen.snapshots.push(answer.snapshot.clone());
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

/// The years of the settings, as they stand there.
fn years(range: YearRange) -> String {
    match range.last {
        Some(last) => format!("{}..{last}", range.first),
        None => format!("{}..", range.first),
    }
}
