//! The part of the ledger that the scheduler keeps: watches and slots.

use botnia_model::SourceId;
use jiff::Timestamp;
use sqlx::Row;

use super::stored::text;
use super::{Ledger, LedgerError, failed};
use crate::engine::schedule::Watch;

impl Ledger {
    /// Since when a source has the schedule that it has.
    pub async fn watch(&self, source: &SourceId) -> Result<Option<Watch>, LedgerError> {
        sqlx::query("SELECT times, since FROM watches WHERE source = $1")
            .bind(source.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("look up a watch"))?
            .map(|row| {
                Ok(Watch {
                    times: row.get("times"),
                    since: text("since", row.get("since"))?,
                })
            })
            .transpose()
    }

    /// Keeps a watch.
    pub async fn keep_watch(&self, source: &SourceId, watch: &Watch) -> Result<(), LedgerError> {
        sqlx::query(
            "INSERT INTO watches (source, times, since) VALUES ($1, $2, $3)
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
                sqlx::query("DELETE FROM watches WHERE source = $1")
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
            "SELECT max(slot) FROM slots WHERE source = $1 AND slot <= $2",
        )
        .bind(source.as_str())
        .bind(now.to_string())
        .fetch_one(&self.pool)
        .await
        .map_err(failed("look up the last slot"))?
        .map(|slot| text("slot", &slot))
        .transpose()
    }
}
