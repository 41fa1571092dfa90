//! The part of the ledger that keeps which releases were recorded.

use botnia_model::{ContentHash, ReleaseNumber};
use sqlx::Row as _;

use super::stored::json;
use super::writing::Writing;
use super::{Ledger, LedgerError, failed};
use crate::engine::job::{JobResult, RunId};

impl Ledger {
    /// The newest release that was recorded; `None` before the first, and in a ledger that
    /// was begun anew.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn newest_release(&self) -> Result<Option<ReleaseNumber>, LedgerError> {
        let newest: Option<i64> = sqlx::query_scalar("SELECT max(release) FROM releases")
            .fetch_one(&self.pool)
            .await
            .map_err(failed("look up the newest release"))?;
        newest
            .map(|number| {
                u32::try_from(number)
                    .ok()
                    .and_then(|number| ReleaseNumber::try_from(number).ok())
                    .ok_or_else(|| LedgerError::Content {
                        column: "release",
                        text: number.to_string(),
                    })
            })
            .transpose()
    }
}

impl Writing<'_> {
    pub(super) async fn keep_release(
        &mut self,
        release: ReleaseNumber,
        manifest: &ContentHash,
    ) -> Result<(), LedgerError> {
        self.execute(
            sqlx::query(
                "INSERT INTO releases (release, manifest, recorded_at) VALUES ($1, $2, $3)
                 ON CONFLICT (release) DO NOTHING",
            )
            .bind(i64::from(release.get()))
            .bind(manifest.to_string())
            .bind(self.now.to_string()),
        )
        .await?;
        Ok(())
    }

    /// A release takes in everything that was accepted: the one of `run` stands for those of
    /// other runs that wait for nothing but a worker, as they do after a crash.
    pub(super) async fn supersede_releases(&mut self, run: RunId) -> Result<(), LedgerError> {
        let lock = self.ledger.backend.lock();
        loop {
            let waiting = self
                .row(
                    super::writing::composed(format!(
                        "SELECT job, run FROM jobs
                         WHERE kind = 'release' AND state = 'ready' AND run <> $1
                           AND NOT EXISTS (
                             SELECT 1 FROM jobs AS other
                             WHERE other.run = jobs.run AND other.kind IN ('plan', 'indicator')
                               AND (other.state = 'running'
                                    OR (other.state = 'ready' AND other.attempts = 0)))
                         ORDER BY job LIMIT 1{lock}"
                    ))
                    .bind(run.0),
                )
                .await?;
            let Some(waiting) = waiting else {
                return Ok(());
            };
            let result = JobResult::Released { release: None };
            self.execute(
                sqlx::query(
                    "UPDATE jobs SET state = 'done', result = $2, finished_ms = $3
                     WHERE job = $1",
                )
                .bind(waiting.get::<i64, _>("job"))
                .bind(json(&result))
                .bind(self.now.as_millisecond()),
            )
            .await?;
            self.touches(RunId(waiting.get("run")));
        }
    }
}
