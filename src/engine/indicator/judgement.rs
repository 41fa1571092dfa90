//! Are new figures released, or held? Normalises them, has the gates look at them, and
//! puts what is held into quarantine.

use std::sync::Arc;

use botnia_config::GateSettings;
use botnia_model::{ContentHash, Event, Findings, IndicatorId, Observation, Severity};
use botnia_transform::checks::{self, Candidate, Difference, Objection, Population, Released};
use botnia_transform::normalise::{self, RegionIndex};
use botnia_transform::release::POPULATION_INDICATOR;
use botnia_transform::{TransformError, observation_table};
use bytes::Bytes;

use super::super::job::Fetching;
use super::super::ledger::{Completion, Figures, Held, HoldReason, SeriesChange};
use super::super::observed::{Answers, Observed};
use super::super::quarantine::{LargestDifference, QuarantineReport};
use super::super::sweep::Trouble;
use super::super::{EngineError, RowCounts};
use super::{Described, Fetched, Indicator, Outcome};

/// Differences that a report tells in words; all of them stand in the file beside it.
const TOLD: usize = 10;

/// Figures fresh from the normaliser, not yet accepted or held.
pub(super) struct Fresh {
    figures: Figures,
    objections: Vec<HoldReason>,
    /// What differs from the released figures, where the gates hold these.
    held_back: Option<HeldBack>,
}

/// What held figures change.
struct HeldBack {
    differences: Vec<Difference>,
    /// The first of them, with their regions by name.
    largest: Vec<LargestDifference>,
}

/// The accepted figures, as they are stored.
struct Accepted {
    observations: Bytes,
    description: Bytes,
    findings: Findings,
}

/// What came out of the work off the event loop.
struct Worked {
    observed: Observed,
    bytes: Vec<u8>,
    objections: Vec<Objection>,
    held_back: Option<HeldBack>,
}

impl Worked {
    /// What the answers say, and what the gates say of that against what is accepted.
    fn of(
        answers: &Answers,
        accepted: Option<Accepted>,
        population: Option<Bytes>,
        thresholds: &GateSettings,
    ) -> Result<Self, TransformError> {
        let observed = answers.observe()?;
        let released = accepted
            .map(|accepted| {
                let observations = observation_table::read_normalised(accepted.observations)?;
                let before = normalise::describe(
                    answers.reading(),
                    &answers.indicator,
                    &accepted.description,
                    answers.expected.as_ref(),
                    &answers.themes,
                )?;
                Ok::<_, TransformError>((observations, before.indicator, accepted.findings))
            })
            .transpose()?;
        let objections = checks::check(&Candidate {
            released: released
                .as_ref()
                .map(|(observations, indicator, findings)| Released {
                    observations,
                    indicator,
                    findings,
                }),
            described: &observed.described,
            normalised: &observed.normalised,
            regions: &answers.regions,
            population: &population_of(population)?,
            thresholds,
        });
        let before = released.map(|(observations, ..)| observations);
        let held_back = is_held(&objections).then(|| {
            HeldBack::of(
                &before.unwrap_or_default(),
                &observed.normalised.observations,
                &answers.regions,
            )
        });
        let bytes = observed.object()?;
        Ok(Self {
            observed,
            bytes,
            objections,
            held_back,
        })
    }
}

impl Indicator<'_> {
    /// Normalises off the event loop, stores the object, and compares it with the figures
    /// that are published now.
    pub(super) async fn judge(
        &self,
        description: Described,
        fetched: Fetched,
    ) -> Result<Result<Fresh, Trouble>, EngineError> {
        let accepted = match self.stored().await? {
            Ok(accepted) => accepted,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let population = self.population().await?;
        let thresholds = self.engine.settings.gates.clone();
        let Fetched { data, synthetic } = fetched;
        let (hashes, data) = data.into_iter().unzip();
        let mapping = self.settings.mapping(self.id.source_indicator());
        let mapping = mapping.cloned().map(Box::new);
        let answers = Answers {
            kind: self.settings.kind,
            mapping: mapping.clone(),
            indicator: self.id.clone(),
            description: description.body,
            data,
            regions: Arc::clone(&self.frame.regions),
            expected: self.expected.clone(),
            themes: self.themes.clone(),
        };
        let worked = tokio::task::spawn_blocking(move || {
            Worked::of(&answers, accepted, population, &thresholds)
        })
        .await
        .map_err(|source| EngineError::Aborted {
            operation: "normalise an indicator",
            source,
        })?;
        let worked = match worked {
            Ok(worked) => worked,
            Err(failure) => return Ok(Err(Trouble::Unreadable(failure))),
        };
        let observed = worked.observed;
        self.engine
            .write_normalised(observed.hash, worked.bytes)
            .await?;
        let findings = observed.findings();
        let last_year = observed.last_year();
        // Figures from the archive are still those of the years that were asked for then.
        let years = match self.accepted() {
            Some(figures) if self.fetching == Fetching::Archived => figures.years.clone(),
            _ => self.years.clone(),
        };
        Ok(Ok(Fresh {
            figures: Figures {
                description: description.hash,
                data: hashes,
                years,
                regions: self.frame.regions_hash,
                division: self.frame.division,
                title: observed.described.indicator.title.fi,
                normalised: observed.hash,
                normaliser: normalise::NORMALISER_VERSION,
                expected: self.expected.clone(),
                mapping,
                last_year,
                rows_in: observed.normalised.rows_in,
                rows_out: observed.normalised.observations.len() as u64,
                findings,
                synthetic: synthetic || description.synthetic,
                warnings: Vec::new(),
                approval: None,
            },
            objections: worked.objections.into_iter().map(reason).collect(),
            held_back: worked.held_back,
        }))
    }

    /// The figures that are published now, with their description. What was lost is made
    /// again; where that cannot be, only a person who asks for everything anew goes on
    /// without.
    async fn stored(&self) -> Result<Result<Option<Accepted>, Trouble>, EngineError> {
        let Some(figures) = self.accepted() else {
            return Ok(Ok(None));
        };
        let anew = self.fetching == Fetching::Everything;
        let description = match self.read_archived(&figures.description).await? {
            Ok(description) => description,
            Err(_) if anew => return Ok(Ok(None)),
            Err(trouble) => return Ok(Err(trouble)),
        };
        let restoring = self
            .engine
            .restore_normalised(self.settings, self.id, figures);
        let observations = match restoring.await {
            Err(EngineError::Lost { .. }) if anew => return Ok(Ok(None)),
            Err(error) => return Err(error),
            Ok(()) => self.engine.find_normalised(figures.normalised).await?,
        };
        Ok(Ok(observations.map(|observations| Accepted {
            observations,
            description,
            findings: figures.findings.clone(),
        })))
    }

    /// The object with the population of the regions, as it was accepted.
    async fn population(&self) -> Result<Option<Bytes>, EngineError> {
        let Ok(indicator) = POPULATION_INDICATOR.parse() else {
            return Ok(None);
        };
        let series = self.engine.ledger.series(&indicator).await?;
        match series.and_then(|series| series.accepted) {
            Some(figures) => self.engine.find_normalised(figures.normalised).await,
            None => Ok(None),
        }
    }

    /// Accepts or holds.
    pub(super) async fn decide(
        &self,
        fresh: Fresh,
        done: &mut Completion,
    ) -> Result<(SeriesChange, Outcome), EngineError> {
        let Fresh {
            figures,
            objections,
            held_back,
        } = fresh;
        match held_back {
            None => Ok(self.accept(figures, objections, done)),
            Some(held_back) => self.hold(figures, objections, held_back, done).await,
        }
    }

    fn accept(
        &self,
        mut figures: Figures,
        objections: Vec<HoldReason>,
        done: &mut Completion,
    ) -> (SeriesChange, Outcome) {
        let same = self
            .accepted()
            .filter(|accepted| accepted.normalised == figures.normalised);
        let warnings: Vec<_> = objections
            .into_iter()
            .filter(|objection| objection.severity == Severity::Warn)
            .collect();
        // What was said when these figures came, and by whom they were let in, still holds.
        if let Some(accepted) = same {
            figures.approval.clone_from(&accepted.approval);
            figures.warnings.clone_from(&accepted.warnings);
        }
        if !warnings.is_empty() {
            figures.warnings.clone_from(&warnings);
            done.events.push(Event::IndicatorWarned {
                sweep: self.sweep.clone(),
                indicator: self.id.clone(),
                reason: codes(&warnings),
            });
        }
        done.events.push(Event::IndicatorNormalised {
            sweep: self.sweep.clone(),
            indicator: self.id.clone(),
            normalised: figures.normalised,
        });
        let outcome = if same.is_some() {
            Outcome::Unchanged
        } else {
            let rows = RowCounts {
                read: figures.rows_in,
                observations: figures.rows_out,
                withheld: figures.findings.withheld_rows(),
            };
            Outcome::Changed { rows, warnings }
        };
        (SeriesChange::Accepted(figures), outcome)
    }

    async fn hold(
        &self,
        figures: Figures,
        reasons: Vec<HoldReason>,
        held_back: HeldBack,
        done: &mut Completion,
    ) -> Result<(SeriesChange, Outcome), EngineError> {
        // The same figures again: since when, and what a person said of them, still holds.
        let earlier = self
            .series
            .as_ref()
            .and_then(|series| series.held.as_ref())
            .filter(|held| held.figures.normalised == figures.normalised);
        let held = Held {
            figures,
            reasons,
            since: earlier.map_or_else(|| self.engine.clock.now(), |held| held.since),
            rejected: earlier.and_then(|held| held.rejected.clone()),
        };
        // Before the ledger says that they are held: then they are there to be looked at.
        let released = self.accepted().map(|accepted| accepted.normalised);
        let report = held_back.report(self.id.clone(), &held, released);
        let csv = checks::differences_csv(&held_back.differences);
        self.engine.quarantine.keep(&report, csv).await?;
        let holding: Vec<_> = held
            .reasons
            .iter()
            .filter(|reason| reason.severity == Severity::Hold)
            .cloned()
            .collect();
        let outcome = if held.rejected.is_some() {
            Outcome::Rejected
        } else {
            done.events.push(Event::IndicatorHeld {
                sweep: self.sweep.clone(),
                indicator: self.id.clone(),
                reason: codes(&holding),
            });
            Outcome::Held(holding)
        };
        Ok((SeriesChange::Held(held), outcome))
    }
}

impl HeldBack {
    fn of(before: &[Observation], after: &[Observation], regions: &RegionIndex) -> Self {
        let differences = checks::differences(before, after);
        let largest = differences
            .iter()
            .take(TOLD)
            .map(|difference| LargestDifference {
                region: checks::name(regions, &difference.region),
                period: difference.period.clone(),
                sex: difference.sex,
                breakdown: difference.breakdown.clone(),
                what: difference.what().to_owned(),
                old: difference.old_value(),
                new: difference.new_value(),
            })
            .collect();
        Self {
            differences,
            largest,
        }
    }

    fn report(
        &self,
        indicator_id: IndicatorId,
        held: &Held,
        released: Option<ContentHash>,
    ) -> QuarantineReport {
        let count = |what: &str| {
            let these = self.differences.iter();
            these.filter(|difference| difference.what() == what).count() as u64
        };
        QuarantineReport {
            indicator_id,
            title: held.figures.title.clone(),
            since: held.since,
            figures: held.figures.normalised,
            description: held.figures.description,
            data: held.figures.data.clone(),
            released,
            reasons: held.reasons.clone(),
            removed: count("removed"),
            changed: count("changed"),
            added: count("added"),
            largest: self.largest.clone(),
        }
    }
}

fn population_of(object: Option<Bytes>) -> Result<Population, TransformError> {
    let observations = object
        .map(observation_table::read_normalised)
        .transpose()?
        .unwrap_or_default();
    Ok(checks::population(&observations))
}

fn is_held(objections: &[Objection]) -> bool {
    objections
        .iter()
        .any(|objection| objection.severity == Severity::Hold)
}

fn reason(objection: Objection) -> HoldReason {
    HoldReason {
        code: objection.gate.as_str().to_owned(),
        severity: objection.severity,
        message: objection.message,
    }
}

fn codes(reasons: &[HoldReason]) -> String {
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code.as_str()).collect();
    codes.join(",")
}
