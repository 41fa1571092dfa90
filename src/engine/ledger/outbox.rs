//! The part of the ledger with what is to leave the process.

use sqlx::Row as _;

use super::writing::Writing;
use super::{Completion, Ledger, LedgerError, OutboxEntry, failed};

impl Ledger {
    /// What was not delivered yet, in order.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn outbox(&self) -> Result<Vec<OutboxEntry>, LedgerError> {
        let rows = sqlx::query(
            "SELECT sequence, event FROM outbox WHERE delivered_ms IS NULL ORDER BY sequence",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(failed("list the outbox"))?;
        Ok(rows
            .iter()
            .map(|row| OutboxEntry {
                sequence: row.get("sequence"),
                event: row.get("event"),
            })
            .collect())
    }
}

impl Writing<'_> {
    pub(super) async fn keep_outbox(&mut self, done: &Completion) -> Result<(), LedgerError> {
        for event in &done.outbox {
            self.execute(
                sqlx::query("INSERT INTO outbox (event, created_ms) VALUES ($1, $2)")
                    .bind(event.clone())
                    .bind(self.now.as_millisecond()),
            )
            .await?;
        }
        for sequence in &done.delivered {
            self.execute(
                sqlx::query("UPDATE outbox SET delivered_ms = $2 WHERE sequence = $1")
                    .bind(*sequence)
                    .bind(self.now.as_millisecond()),
            )
            .await?;
        }
        Ok(())
    }
}
