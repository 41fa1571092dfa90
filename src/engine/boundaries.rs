//! The boundaries of the municipalities: asked for once a year, before a release. Without
//! them a release has no maps, and nothing else waits for them.

use std::time::Duration;

use botnia_ingest::BoundaryService;
use botnia_model::{AnswerRole, ContentHash, SourceId};
use botnia_transform::boundaries::Boundaries;
use tokio::time::timeout;
use tracing::warn;

use super::job::{Fetching, JobRecord, Task};
use super::ledger::{AnswerPlace, Completion};
use super::sweep::{Trouble, chain};
use super::{Engine, EngineError, regions};

/// How long a release waits for them.
const PATIENCE: Duration = Duration::from_mins(1);

/// How many years back boundaries are still better than none.
const YEARS: i16 = 5;

impl Engine {
    /// Asks for this year's boundaries where the settings say whom, and they are not there
    /// yet; for last year's, where there are none at all. What goes wrong is logged, and
    /// tried again with the next release.
    pub(super) async fn refresh_boundaries(&self, jobs: &[JobRecord]) -> Result<(), EngineError> {
        let Some(url) = &self.settings.boundaries.url else {
            return Ok(());
        };
        let asks_nobody = |task: &Task| match task {
            Task::Plan { fetching, .. } => *fetching == Fetching::Archived,
            _ => true,
        };
        if jobs.iter().all(|job| asks_nobody(&job.task)) {
            return Ok(());
        }
        let year = self.civil_year();
        let newest = self.newest_boundaries().await?.map(|(year, _)| year);
        let years = [Some(year), newest.is_none().then_some(year - 1)];
        for wanted in years.into_iter().flatten() {
            if newest == Some(wanted) {
                break;
            }
            let service = BoundaryService::new(url.clone(), self.client.clone());
            let Ok(fetched) = timeout(PATIENCE, service.municipalities(wanted)).await else {
                warn!(year = wanted, "The boundaries did not come in time");
                break;
            };
            let answer = match fetched {
                Ok(answer) => answer,
                Err(failure) => {
                    let trouble = Trouble::Source(failure);
                    self.keep_rejected(&trouble).await?;
                    warn!(
                        year = wanted,
                        error = chain(&trouble),
                        "The boundaries could not be had"
                    );
                    continue;
                }
            };
            self.archive.keep(&answer, None).await?;
            if let Err(failure) = Boundaries::read(&answer.body) {
                warn!(
                    year = wanted,
                    error = chain(&failure),
                    "The boundaries cannot be read"
                );
                continue;
            }
            let done = Completion {
                answers: vec![(place(wanted), answer.snapshot.hash)],
                ..Completion::default()
            };
            self.ledger.complete(self.clock.now(), &done).await?;
            break;
        }
        Ok(())
    }

    /// The newest boundaries that are there: of which year, and the answer with them.
    pub(super) async fn newest_boundaries(
        &self,
    ) -> Result<Option<(i16, ContentHash)>, EngineError> {
        let year = self.civil_year();
        for year in (year - YEARS..=year).rev() {
            if let Some(latest) = self.ledger.latest_answer(&place(year)).await? {
                return Ok(Some((year, latest.hash)));
            }
        }
        Ok(None)
    }

    fn civil_year(&self) -> i16 {
        regions::today(&self.settings, self.clock.as_ref()).year()
    }
}

/// Where the boundaries of a year stand in the ledger.
fn place(year: i16) -> AnswerPlace {
    let source: SourceId = BoundaryService::id();
    AnswerPlace {
        source,
        role: AnswerRole::Boundaries,
        source_indicator: Some(BoundaryService::layer(year)),
        part: 0,
    }
}
