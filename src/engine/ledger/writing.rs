//! A writing transaction: what it appended is told once it is committed.
//!
//! On PostgreSQL several run at once. They lock jobs first, then runs in their order, then
//! the fence; where two are in each other's way all the same, one is tried again.

use std::collections::BTreeSet;

use botnia_model::Event;
use jiff::Timestamp;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Transaction};

use super::stored::json;
use super::{Ledger, LedgerError, failed};
use crate::engine::events;
use crate::engine::job::RunId;

/// How often a transaction that others were in the way of is tried again.
pub(super) const CONFLICTS: u32 = 5;

/// Tries again while other transactions are in the way.
macro_rules! despite_conflicts {
    ($attempt:expr) => {{
        let mut left = super::writing::CONFLICTS;
        loop {
            match $attempt.await {
                Err(error) if left > 0 && error.is_conflict() => left -= 1,
                result => break result,
            }
        }
    }};
}
pub(super) use despite_conflicts;

/// A statement with its values.
pub(super) type Statement<'q> = Query<'q, Any, AnyArguments>;

/// A statement that is put together from constant parts.
pub(super) fn composed(statement: String) -> Statement<'static> {
    sqlx::query(AssertSqlSafe(statement))
}

pub(super) struct Writing<'l> {
    pub(super) ledger: &'l Ledger,
    pub(super) now: Timestamp,
    transaction: Transaction<'static, Any>,
    operation: &'static str,
    events: Vec<Event>,
    /// Runs whose jobs changed: they may have ended, or begun again.
    runs: BTreeSet<RunId>,
}

impl Ledger {
    pub(super) async fn write(
        &self,
        operation: &'static str,
        now: Timestamp,
    ) -> Result<Writing<'_>, LedgerError> {
        let transaction = self
            .pool
            .begin_with(self.backend.begin())
            .await
            .map_err(failed(operation))?;
        Ok(Writing {
            ledger: self,
            now,
            transaction,
            operation,
            events: Vec::new(),
            runs: BTreeSet::new(),
        })
    }
}

impl Writing<'_> {
    /// How many rows it changed.
    pub(super) async fn execute(&mut self, statement: Statement<'_>) -> Result<u64, LedgerError> {
        statement
            .execute(&mut *self.transaction)
            .await
            .map(|done| done.rows_affected())
            .map_err(failed(self.operation))
    }

    /// All rows.
    pub(super) async fn rows(
        &mut self,
        statement: Statement<'_>,
    ) -> Result<Vec<AnyRow>, LedgerError> {
        statement
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(failed(self.operation))
    }

    /// The only row, if there is one.
    pub(super) async fn row(
        &mut self,
        statement: Statement<'_>,
    ) -> Result<Option<AnyRow>, LedgerError> {
        statement
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(failed(self.operation))
    }

    /// The row that must be there.
    pub(super) async fn one(&mut self, statement: Statement<'_>) -> Result<AnyRow, LedgerError> {
        statement
            .fetch_one(&mut *self.transaction)
            .await
            .map_err(failed(self.operation))
    }

    /// Jobs of a run change: at the end it is looked at, and workers are woken.
    pub(super) fn touches(&mut self, run: RunId) {
        self.runs.insert(run);
    }

    pub(super) async fn append(&mut self, event: Event) -> Result<(), LedgerError> {
        self.execute(
            sqlx::query("INSERT INTO events (at, event, version) VALUES ($1, $2, $3)")
                .bind(self.now.to_string())
                .bind(json(&event))
                .bind(i64::from(Event::VERSION)),
        )
        .await?;
        self.events.push(event);
        Ok(())
    }

    /// Makes all of it true, then tells it: to the log and the counters, and to workers.
    pub(super) async fn commit(mut self) -> Result<(), LedgerError> {
        let runs = std::mem::take(&mut self.runs);
        for run in &runs {
            self.settle(*run).await?;
        }
        if !runs.is_empty() {
            self.ledger
                .backend
                .notify(&mut self.transaction)
                .await
                .map_err(failed(self.operation))?;
        }
        self.transaction
            .commit()
            .await
            .map_err(failed(self.operation))?;
        for event in &self.events {
            events::emit(event, &self.ledger.events);
        }
        if !runs.is_empty() {
            self.ledger.wakes.send_replace(());
        }
        Ok(())
    }

    /// A run has ended when no job of it is ready or running.
    async fn settle(&mut self, run: RunId) -> Result<(), LedgerError> {
        // Of two transactions that each end one of the last two jobs the second has to see
        // what the first did: it waits for the run's row, and looks after that.
        let lock = self.ledger.backend.lock();
        self.row(composed(format!("SELECT run FROM runs WHERE run = $1{lock}")).bind(run.0))
            .await?;
        self.execute(
            sqlx::query(
                "UPDATE runs SET finished_ms = CASE
                   WHEN EXISTS (SELECT 1 FROM jobs
                                WHERE jobs.run = runs.run AND jobs.state IN ('ready', 'running'))
                   THEN NULL ELSE coalesce(finished_ms, $2) END
                 WHERE run = $1",
            )
            .bind(run.0)
            .bind(self.now.as_millisecond()),
        )
        .await?;
        Ok(())
    }
}
