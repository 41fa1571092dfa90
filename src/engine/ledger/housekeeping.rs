//! The part of the ledger that keeps it small and sound.

use botnia_model::Event;
use jiff::Timestamp;

use super::writing::Writing;
use super::{Ledger, LedgerError, failed};

/// What happens every day: these events are forgotten in time. Decisions, releases and jobs
/// that failed for good are not.
const EVERYDAY: [&str; 7] = [
    "sweep_started",
    "sweep_finished",
    "snapshot_archived",
    "snapshot_unchanged",
    "fetch_failed",
    "indicator_normalised",
    "indicator_warned",
];

impl Ledger {
    /// Forgets what ended before `before` and tells nothing any more: jobs that were done or
    /// discarded, ended runs, slots, sweeps, events of every day, and what was delivered of
    /// the outbox. What is known of sources and indicators stays, as do jobs that are open or
    /// dead, the newest slot and sweep of each source, and every decision. The answer is how
    /// many rows went.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, LedgerError> {
        let (writing, forgotten) = self.forgetting(before).await?;
        writing.commit().await?;
        Ok(forgotten)
    }

    /// How many rows [`forget`](Self::forget) would take away. Nothing is.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn forgettable(&self, before: Timestamp) -> Result<u64, LedgerError> {
        // What is not committed has not happened.
        self.forgetting(before).await.map(|(_, rows)| rows)
    }

    async fn forgetting(&self, before: Timestamp) -> Result<(Writing<'_>, u64), LedgerError> {
        let mut writing = self.write("forget what is long past", before).await?;
        let milliseconds = before.as_millisecond();
        // Texts are compared up to the second: what follows there is a fraction or a `Z`.
        let second = before.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let mut forgotten = 0;
        for statement in [
            "DELETE FROM jobs WHERE state IN ('done', 'discarded') AND finished_ms < $1",
            "DELETE FROM outbox WHERE delivered_ms < $1",
        ] {
            forgotten += writing
                .execute(sqlx::query(statement).bind(milliseconds))
                .await?;
        }
        for statement in [
            // One slot before `before` stays, even if there are later ones: a clock that was
            // ahead may have decided those.
            "DELETE FROM slots WHERE substr(slot, 1, 19) < $1 AND EXISTS (
               SELECT 1 FROM slots AS later
               WHERE later.source = slots.source AND later.slot > slots.slot
                 AND substr(later.slot, 1, 19) < $1)",
            "DELETE FROM sweeps WHERE substr(started_at, 1, 19) < $1
               AND EXISTS (SELECT 1 FROM sweeps AS later
                           WHERE later.source = sweeps.source AND later.token > sweeps.token)
               AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.sweep = sweeps.sweep)",
        ] {
            forgotten += writing
                .execute(sqlx::query(statement).bind(second.clone()))
                .await?;
        }
        for name in EVERYDAY {
            debug_assert!(Event::NAMES.contains(&name));
            forgotten += writing
                .execute(
                    sqlx::query(
                        "DELETE FROM events WHERE substr(at, 1, 19) < $1 AND event LIKE $2",
                    )
                    .bind(second.clone())
                    // The name stands first in the JSON of every event.
                    .bind(format!("{{\"type\":\"{name}\",%")),
                )
                .await?;
        }
        // Last, so that nothing points to a run that is gone.
        forgotten += writing
            .execute(
                sqlx::query(
                    "DELETE FROM runs WHERE finished_ms < $1
                       AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.run = runs.run)
                       AND NOT EXISTS (SELECT 1 FROM slots WHERE slots.run = runs.run)
                       AND NOT EXISTS (SELECT 1 FROM sweeps WHERE sweeps.run = runs.run)",
                )
                .bind(milliseconds),
            )
            .await?;
        Ok((writing, forgotten))
    }

    /// What is damaged, in the words of the database. PostgreSQL looks after its own files:
    /// there it is always nothing.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn check_integrity(&self) -> Result<Vec<String>, LedgerError> {
        const OPERATION: &str = "look for damage";
        let mut connection = self.pool.acquire().await.map_err(failed(OPERATION))?;
        self.backend
            .damage(&mut connection)
            .await
            .map_err(failed(OPERATION))
    }
}
