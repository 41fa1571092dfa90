//! The part of the ledger that the scheduler keeps: watches and slots.

use botnia_model::SourceId;
use jiff::Timestamp;
use sqlx::Row;

use super::{Ledger, LedgerError, failed, stored};
use crate::engine::schedule::{Action, Due, SlotId, Watch};

impl Ledger {
    /// Since when a source has the schedule that it has.
    pub async fn watch(&self, source: &SourceId) -> Result<Option<Watch>, LedgerError> {
        sqlx::query("SELECT times, since FROM watches WHERE source = ?")
            .bind(source.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("look up a watch"))?
            .map(|row| {
                Ok(Watch {
                    times: row.get("times"),
                    since: stored("since", row.get("since"))?,
                })
            })
            .transpose()
    }

    /// Keeps a watch.
    pub async fn keep_watch(&self, source: &SourceId, watch: &Watch) -> Result<(), LedgerError> {
        sqlx::query(
            "INSERT INTO watches (source, times, since) VALUES (?, ?, ?)
             ON CONFLICT (source) DO UPDATE SET
               times = excluded.times, since = excluded.since",
        )
        .bind(source.as_str())
        .bind(watch.times.clone())
        .bind(watch.since.to_string())
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(failed("keep a watch"))
    }

    /// Drops every watch but those of `sources`: of a source that has no schedule any more,
    /// or is gone.
    pub async fn drop_watches_except(&self, sources: &[SourceId]) -> Result<(), LedgerError> {
        const OPERATION: &str = "drop watches";
        let watched = sqlx::query_scalar::<_, String>("SELECT source FROM watches")
            .fetch_all(&self.pool)
            .await
            .map_err(failed(OPERATION))?;
        for source in watched {
            if !sources.iter().any(|kept| kept.as_str() == source) {
                sqlx::query("DELETE FROM watches WHERE source = ?")
                    .bind(source)
                    .execute(&self.pool)
                    .await
                    .map_err(failed(OPERATION))?;
            }
        }
        Ok(())
    }

    /// The latest slot of a source up to `now` that was decided.
    pub async fn last_decided(
        &self,
        source: &SourceId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, LedgerError> {
        // Slots are whole minutes. Texts are ordered as their moments only while neither has
        // a fraction of a second.
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        sqlx::query_scalar::<_, Option<String>>(
            "SELECT max(slot) FROM slots WHERE source = ? AND slot <= ?",
        )
        .bind(source.as_str())
        .bind(now.to_string())
        .fetch_one(&self.pool)
        .await
        .map_err(failed("look up the last slot"))?
        .map(|slot| stored("slot", &slot))
        .transpose()
    }

    /// Records what becomes of a slot, and says whether it was not decided before: nothing
    /// may come of deciding it again.
    pub async fn decide(
        &self,
        source: &SourceId,
        due: Due,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        let action = match due.action {
            Action::Run => "run",
            Action::PassMissed => "pass_missed",
            Action::PassOverlapping => "pass_overlapping",
        };
        sqlx::query(
            "INSERT INTO slots (source, slot, action, decided_at) VALUES (?, ?, ?, ?)
             ON CONFLICT (source, slot) DO NOTHING",
        )
        .bind(source.as_str())
        .bind(due.slot.to_string())
        .bind(action)
        .bind(now.to_string())
        .execute(&self.pool)
        .await
        .map(|done| done.rows_affected() == 1)
        .map_err(failed("decide a slot"))
    }

    /// Records that the run of a slot has ended, whatever came of it. It stands for every
    /// slot before it as well: a sweep reads what the source has now.
    pub async fn finish_slot(&self, slot: &SlotId, now: Timestamp) -> Result<(), LedgerError> {
        sqlx::query(
            "UPDATE slots SET finished_at = ?
             WHERE source = ? AND slot <= ? AND finished_at IS NULL",
        )
        .bind(now.to_string())
        .bind(slot.source.as_str())
        .bind(slot.slot.to_string())
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(failed("finish a slot"))
    }

    /// The latest slot of a source that was to run and did not end: it was interrupted.
    pub async fn interrupted(&self, source: &SourceId) -> Result<Option<SlotId>, LedgerError> {
        sqlx::query_scalar::<_, Option<String>>(
            "SELECT max(slot) FROM slots
             WHERE source = ? AND action = 'run' AND finished_at IS NULL",
        )
        .bind(source.as_str())
        .fetch_one(&self.pool)
        .await
        .map_err(failed("look up an interrupted slot"))?
        .map(|slot| {
            Ok(SlotId {
                source: source.clone(),
                slot: stored("slot", &slot)?,
            })
        })
        .transpose()
    }
}
