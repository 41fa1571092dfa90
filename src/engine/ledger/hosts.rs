//! The part of the ledger by which several processes stay polite together.

use std::time::Duration;

use jiff::Timestamp;

use super::stored::moment;
use super::{Ledger, LedgerError, failed};

impl Ledger {
    /// Reserves the next request to `host`, at least `interval` (in whole milliseconds,
    /// rounded up) after the one before, whoever made it. The answer is how long to wait
    /// before sending it.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn next_turn(
        &self,
        host: &str,
        interval: Duration,
        now: Timestamp,
    ) -> Result<Duration, LedgerError> {
        let interval = i64::try_from(interval.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX);
        let now = now.as_millisecond();
        let next: i64 = sqlx::query_scalar(
            "INSERT INTO hosts (host, next_turn_ms) VALUES ($1, $2 + $3)
             ON CONFLICT (host) DO UPDATE SET
               next_turn_ms = CASE WHEN hosts.next_turn_ms > $2
                                   THEN hosts.next_turn_ms ELSE $2 END + $3
             RETURNING next_turn_ms",
        )
        .bind(host.to_owned())
        .bind(now)
        .bind(interval)
        .fetch_one(&self.pool)
        .await
        .map_err(failed("reserve a request"))?;
        let wait = next.saturating_sub(interval).saturating_sub(now);
        Ok(Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
    }

    /// Nobody asks `host` before `until`; the longest such pause counts.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn pause_host(&self, host: &str, until: Timestamp) -> Result<(), LedgerError> {
        // A part of a millisecond counts as a whole one: the pause is kept in full.
        let until = until.as_nanosecond().div_euclid(1_000_000)
            + i128::from(until.as_nanosecond().rem_euclid(1_000_000) > 0);
        sqlx::query(
            "INSERT INTO hosts (host, next_turn_ms, paused_until_ms) VALUES ($1, 0, $2)
             ON CONFLICT (host) DO UPDATE SET
               paused_until_ms = CASE WHEN hosts.paused_until_ms > $2
                                      THEN hosts.paused_until_ms ELSE $2 END",
        )
        .bind(host.to_owned())
        .bind(i64::try_from(until).unwrap_or(i64::MAX))
        .execute(&self.pool)
        .await
        .map(|_| ())
        .map_err(failed("pause a host"))
    }

    /// Until when `host` is not to be asked; the moment may have passed. None: it never
    /// paused.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn host_paused_until(&self, host: &str) -> Result<Option<Timestamp>, LedgerError> {
        let until: Option<Option<i64>> =
            sqlx::query_scalar("SELECT paused_until_ms FROM hosts WHERE host = $1")
                .bind(host.to_owned())
                .fetch_optional(&self.pool)
                .await
                .map_err(failed("look up the pause of a host"))?;
        until
            .flatten()
            .map(|until| moment("paused_until_ms", until))
            .transpose()
    }
}
