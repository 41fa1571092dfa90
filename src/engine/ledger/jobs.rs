//! The part of the ledger that shows jobs, and lets a person decide on those that failed.

use std::collections::BTreeSet;

use botnia_model::{Event, SourceId, SourceIndicator};
use jiff::Timestamp;

use super::stored::{self, JOB, moment};
use super::writing::{Writing, composed, despite_conflicts};
use super::{Ledger, LedgerError, failed};
use crate::engine::job::{JobId, JobRecord, NewJob, RunId, Task, TaskKind};

impl Ledger {
    /// When the next job becomes claimable by the passing of time, of a run or of all: the
    /// earliest next attempt, or the end of a lease.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn next_due(
        &self,
        run: Option<RunId>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, LedgerError> {
        // A release that is held keeps those of other runs from being claimed.
        sqlx::query_scalar::<_, Option<i64>>(
            "SELECT min(due_ms) FROM (
               SELECT CASE WHEN state = 'ready' THEN not_before_ms ELSE lease_until_ms END
                        AS due_ms
               FROM jobs
               WHERE state IN ('ready', 'running')
                 AND ($1 = 0 OR run = $1 OR (kind = 'release' AND state = 'running'))
             ) AS open_jobs
             WHERE due_ms > $2",
        )
        .bind(run.map_or(0, |run| run.0))
        .bind(now.as_millisecond())
        .fetch_one(&self.pool)
        .await
        .map_err(failed("look up when the next job is due"))?
        .map(|due| moment("not_before_ms", due))
        .transpose()
    }

    /// The jobs that wait or run, in the order in which they are claimed.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn open_jobs(&self) -> Result<Vec<JobRecord>, LedgerError> {
        self.jobs("state IN ('ready', 'running') ORDER BY run, step, job")
            .await
    }

    /// The jobs that failed for good, in the order in which they were added.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn dead_jobs(&self) -> Result<Vec<JobRecord>, LedgerError> {
        self.jobs("state = 'dead' ORDER BY job").await
    }

    async fn jobs(&self, condition: &'static str) -> Result<Vec<JobRecord>, LedgerError> {
        composed(format!("SELECT {JOB} FROM jobs WHERE {condition}"))
            .fetch_all(&self.pool)
            .await
            .map_err(failed("list jobs"))?
            .iter()
            .map(stored::job)
            .collect()
    }

    /// A job that is dead or waits is tried again at once, as if for the first time. For a
    /// plan or an indicator its run gets a release as well, so that what it brings is
    /// published.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchJob`] where it neither is dead nor waits.
    pub async fn retry(&self, job: JobId, now: Timestamp) -> Result<JobRecord, LedgerError> {
        despite_conflicts!(self.retry_once(job, now))
    }

    async fn retry_once(&self, job: JobId, now: Timestamp) -> Result<JobRecord, LedgerError> {
        let mut writing = self.write("retry a job", now).await?;
        let before = writing.undecided(job).await?;
        let statement = sqlx::query(
            "UPDATE jobs SET state = 'ready', attempts = 0, vanished = 0, not_before_ms = $2,
                             finished_ms = NULL
             WHERE job = $1",
        );
        writing
            .execute(statement.bind(job.0).bind(now.as_millisecond()))
            .await?;
        if matches!(before.task.kind(), TaskKind::Plan | TaskKind::Indicator) {
            let release = NewJob {
                sweep: None,
                task: Task::Release,
            };
            writing.add_job(before.run, &release).await?;
        }
        writing
            .append(Event::JobRetried {
                job: job.0,
                subject: before.task.subject(),
            })
            .await?;
        writing.decided(before.run, job).await
    }

    /// Lets go a job that is dead or waits, and notes why.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchJob`] where it neither is dead nor waits.
    pub async fn discard(
        &self,
        job: JobId,
        now: Timestamp,
        note: &str,
    ) -> Result<JobRecord, LedgerError> {
        despite_conflicts!(self.discard_once(job, now, note))
    }

    async fn discard_once(
        &self,
        job: JobId,
        now: Timestamp,
        note: &str,
    ) -> Result<JobRecord, LedgerError> {
        let mut writing = self.write("discard a job", now).await?;
        let before = writing.undecided(job).await?;
        writing.discard(&before, note).await?;
        writing.decided(before.run, job).await
    }
}

impl Writing<'_> {
    /// Discards the jobs of a source's indicators that wait or failed for good and are not
    /// among the `selected`.
    pub(super) async fn let_go_unselected(
        &mut self,
        source: &SourceId,
        selected: &BTreeSet<SourceIndicator>,
    ) -> Result<(), LedgerError> {
        let lock = self.ledger.backend.lock();
        let statement = composed(format!(
            "SELECT {JOB} FROM jobs
             WHERE source = $1 AND kind = 'indicator' AND state IN ('ready', 'dead')
             ORDER BY job{lock}"
        ));
        let rows = self.rows(statement.bind(source.as_str())).await?;
        for row in &rows {
            let record = stored::job(row)?;
            let Task::Indicator { indicator, .. } = &record.task else {
                continue;
            };
            if !selected.contains(indicator.source_indicator()) {
                self.discard(&record, "the settings no longer select it")
                    .await?;
                self.touches(record.run);
            }
        }
        Ok(())
    }

    async fn discard(&mut self, job: &JobRecord, note: &str) -> Result<(), LedgerError> {
        let statement = sqlx::query(
            "UPDATE jobs SET state = 'discarded', note = $2, finished_ms = $3 WHERE job = $1",
        );
        let statement = statement.bind(job.job.0).bind(note.to_owned());
        self.execute(statement.bind(self.now.as_millisecond()))
            .await?;
        self.append(Event::JobDiscarded {
            job: job.job.0,
            subject: job.task.subject(),
        })
        .await
    }

    /// A job on which a person may decide.
    async fn undecided(&mut self, job: JobId) -> Result<JobRecord, LedgerError> {
        let lock = self.ledger.backend.lock();
        let row = self
            .row(
                composed(format!(
                    "SELECT {JOB} FROM jobs WHERE job = $1 AND state IN ('ready', 'dead'){lock}"
                ))
                .bind(job.0),
            )
            .await?;
        match row {
            Some(row) => stored::job(&row),
            None => Err(LedgerError::NoSuchJob { job }),
        }
    }

    /// Ends the decision. The answer is the job as it is now.
    async fn decided(mut self, run: RunId, job: JobId) -> Result<JobRecord, LedgerError> {
        let row = self
            .one(composed(format!("SELECT {JOB} FROM jobs WHERE job = $1")).bind(job.0))
            .await?;
        let record = stored::job(&row)?;
        self.touches(run);
        self.commit().await?;
        Ok(record)
    }
}
