//! The part of the ledger that hands out jobs, each to one worker at a time.

use botnia_model::Event;
use jiff::{SignedDuration, Timestamp};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::stored::{self, count, from_json, json, optional_json};
use super::writing::{Writing, composed, despite_conflicts};
use super::{Ledger, LedgerError, failed};
use crate::engine::job::{JobFailure, JobId, Lease, RunId, Task};

/// A job whose worker vanished this often, without a verdict in between, is dead: it may be
/// what makes workers vanish.
const VANISHED: u32 = 3;

impl Ledger {
    /// The next job that may be done, of `run` only where one is given. It is held until
    /// `now` and the lease; then others may take it. Runs come in their order, and within a
    /// run plans, indicators, the release, its announcement.
    ///
    /// A release waits for every plan and indicator of its run to have been tried, but not
    /// for their next attempts, and for the release that is held, of whatever run.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn claim(
        &self,
        worker: &str,
        run: Option<RunId>,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<Lease>, LedgerError> {
        self.take_back(now).await?;
        despite_conflicts!(self.claim_once(worker, run, now, lease))
    }

    async fn claim_once(
        &self,
        worker: &str,
        run: Option<RunId>,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<Lease>, LedgerError> {
        let mut writing = self.write("claim a job", now).await?;
        let lock = self.backend.lock_unclaimed();
        let next = writing
            .row(
                composed(format!(
                    "SELECT job FROM jobs
                     WHERE state = 'ready' AND not_before_ms <= $1 AND ($2 = 0 OR run = $2)
                       AND (kind <> 'release' OR NOT EXISTS (
                         SELECT 1 FROM jobs AS other
                         WHERE (other.kind = 'release' AND other.state = 'running')
                            OR (other.run = jobs.run AND other.kind IN ('plan', 'indicator')
                                AND (other.state = 'running'
                                     OR (other.state = 'ready' AND other.attempts = 0)))))
                     ORDER BY run, step, job LIMIT 1{lock}"
                ))
                .bind(now.as_millisecond())
                .bind(run.map_or(0, |run| run.0)),
            )
            .await?;
        let Some(next) = next else {
            return Ok(None);
        };
        let job: i64 = next.get("job");
        let fence = writing
            .one(sqlx::query(
                "UPDATE fencing SET token = token + 1 RETURNING token",
            ))
            .await?;
        let token: i64 = fence.get("token");
        let row = writing
            .one(
                sqlx::query(
                    "UPDATE jobs SET state = 'running', attempts = attempts + 1, worker = $2,
                                     token = $3, lease_until_ms = $4
                     WHERE job = $1
                     RETURNING run, sweep, task, attempts, failure",
                )
                .bind(job)
                .bind(worker.to_owned())
                .bind(token)
                .bind(end(now, lease)),
            )
            .await?;
        let failure: Option<JobFailure> = optional_json("failure", &row)?;
        let lease = Lease {
            job: JobId(job),
            run: RunId(row.get("run")),
            sweep: stored::sweep(&row)?,
            task: from_json("task", row.get("task"))?,
            token: token.unsigned_abs(),
            attempt: count(row.get("attempts")),
            failing_since: failure.map(|failure| failure.since),
        };
        writing.commit().await?;
        Ok(Some(lease))
    }

    /// Takes back every job that is held, whatever its lease: for who knows that nobody else
    /// works on this ledger.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn free_leases(&self, now: Timestamp) -> Result<(), LedgerError> {
        sqlx::query("UPDATE jobs SET lease_until_ms = 0 WHERE state = 'running'")
            .execute(&self.pool)
            .await
            .map_err(failed("free the leases"))?;
        self.take_back(now).await
    }

    /// Takes back the jobs whose lease has expired.
    async fn take_back(&self, now: Timestamp) -> Result<(), LedgerError> {
        let expired: Vec<i64> = sqlx::query_scalar(
            "SELECT job FROM jobs WHERE state = 'running' AND lease_until_ms <= $1 ORDER BY job",
        )
        .bind(now.as_millisecond())
        .fetch_all(&self.pool)
        .await
        .map_err(failed("look for expired leases"))?;
        for job in expired {
            despite_conflicts!(self.take_back_one(JobId(job), now))?;
        }
        Ok(())
    }

    async fn take_back_one(&self, job: JobId, now: Timestamp) -> Result<(), LedgerError> {
        let mut writing = self.write("take back a job", now).await?;
        let lock = self.backend.lock_unclaimed();
        let expired = writing
            .row(
                composed(format!(
                    "SELECT run, task, worker, vanished, failure FROM jobs
                     WHERE job = $1 AND state = 'running' AND lease_until_ms <= $2{lock}"
                ))
                .bind(job.0)
                .bind(now.as_millisecond()),
            )
            .await?;
        // Somebody else takes it back, or its worker has come back.
        let Some(expired) = expired else {
            return Ok(());
        };
        let worker: Option<String> = expired.get("worker");
        let vanished = count(expired.get("vanished")).saturating_add(1);
        tracing::warn!(%job, worker, "A worker vanished; its job is taken back");
        if vanished >= VANISHED {
            writing.bury(job, &expired, vanished).await?;
        } else {
            writing
                .execute(
                    sqlx::query(
                        "UPDATE jobs SET state = 'ready', vanished = $2, worker = NULL,
                                         lease_until_ms = NULL
                         WHERE job = $1",
                    )
                    .bind(job.0)
                    .bind(i64::from(vanished)),
                )
                .await?;
        }
        writing.touches(RunId(expired.get("run")));
        writing.commit().await
    }

    /// Extends a lease, to `extend` from `now`.
    ///
    /// # Errors
    /// [`LedgerError::LeaseLost`] where it is not held any more.
    pub async fn heartbeat(
        &self,
        lease: &Lease,
        now: Timestamp,
        extend: SignedDuration,
    ) -> Result<(), LedgerError> {
        let extended = sqlx::query(
            "UPDATE jobs SET lease_until_ms = $3
             WHERE job = $1 AND state = 'running' AND token = $2",
        )
        .bind(lease.job.0)
        .bind(stored_token(lease.token))
        .bind(end(now, extend))
        .execute(&self.pool)
        .await
        .map_err(failed("extend a lease"))?;
        if extended.rows_affected() == 0 {
            return Err(LedgerError::LeaseLost { job: lease.job });
        }
        Ok(())
    }

    /// Puts a job back as if it had not been claimed: its worker stops.
    ///
    /// # Errors
    /// [`LedgerError::LeaseLost`] where it is not held any more.
    pub async fn give_back(&self, lease: &Lease, now: Timestamp) -> Result<(), LedgerError> {
        despite_conflicts!(self.give_back_once(lease, now))
    }

    async fn give_back_once(&self, lease: &Lease, now: Timestamp) -> Result<(), LedgerError> {
        let mut writing = self.write("give back a job", now).await?;
        let run = writing.held(lease).await?;
        writing
            .execute(
                sqlx::query(
                    "UPDATE jobs SET state = 'ready', attempts = attempts - 1, worker = NULL,
                                     lease_until_ms = NULL
                     WHERE job = $1",
                )
                .bind(lease.job.0),
            )
            .await?;
        writing.touches(run);
        writing.commit().await
    }

    /// From now on tokens are larger than this: a ledger that was lost and begun anew must
    /// not fall behind the releases, which remember the token of the latest.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn raise_fence(&self, token: u64) -> Result<(), LedgerError> {
        sqlx::query("UPDATE fencing SET token = $1 WHERE token < $1")
            .bind(stored_token(token))
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(failed("raise the fence"))
    }
}

impl Writing<'_> {
    /// The run of a job that `lease` still holds; it stays held until the transaction ends.
    pub(super) async fn held(&mut self, lease: &Lease) -> Result<RunId, LedgerError> {
        let lock = self.ledger.backend.lock();
        let held = self
            .row(
                composed(format!(
                    "SELECT run FROM jobs
                     WHERE job = $1 AND state = 'running' AND token = $2{lock}"
                ))
                .bind(lease.job.0)
                .bind(stored_token(lease.token)),
            )
            .await?;
        match held {
            Some(row) => Ok(RunId(row.get("run"))),
            None => Err(LedgerError::LeaseLost { job: lease.job }),
        }
    }

    /// A job whose worker vanished too often is dead.
    async fn bury(
        &mut self,
        job: JobId,
        expired: &AnyRow,
        vanished: u32,
    ) -> Result<(), LedgerError> {
        let task: Task = from_json("task", expired.get("task"))?;
        let before: Option<JobFailure> = optional_json("failure", expired)?;
        let failure = JobFailure {
            remedy: "engine".to_owned(),
            message: format!("its worker vanished {vanished} times"),
            since: before.map_or(self.now, |failure| failure.since),
            rejected: None,
        };
        self.execute(
            sqlx::query(
                "UPDATE jobs SET state = 'dead', vanished = $2, worker = NULL,
                                 lease_until_ms = NULL, failure = $3, finished_ms = $4
                 WHERE job = $1",
            )
            .bind(job.0)
            .bind(i64::from(vanished))
            .bind(json(&failure))
            .bind(self.now.as_millisecond()),
        )
        .await?;
        self.append(Event::JobDied {
            job: job.0,
            subject: task.subject(),
            remedy: failure.remedy,
        })
        .await
    }
}

/// When a lease ends.
fn end(now: Timestamp, lease: SignedDuration) -> i64 {
    now.saturating_add(lease)
        .unwrap_or(Timestamp::MAX)
        .as_millisecond()
}

/// Tokens count claims: none gets near the largest that the databases can hold.
fn stored_token(token: u64) -> i64 {
    i64::try_from(token).unwrap_or(i64::MAX)
}
