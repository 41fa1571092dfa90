//! The part of the ledger that keeps runs: how they begin, and how far they are.

use botnia_model::SourceId;
use jiff::Timestamp;
use sqlx::Row as _;

use super::stored::{self, JOB, from_json, json};
use super::writing::{Writing, composed, despite_conflicts};
use super::{Decision, Ledger, LedgerError, failed};
use crate::engine::job::{JobRecord, JobState, NewJob, RunId, Task};
use crate::engine::schedule::{Action, Due, Load};

impl Ledger {
    /// Begins a run with these tasks. Where a job for the same is open already, the run joins
    /// it: a job that waits is done in this run, at once and for both; one that is running
    /// stays where it is. A run that is left without a job has ended.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn begin_run(&self, now: Timestamp, tasks: &[Task]) -> Result<RunId, LedgerError> {
        despite_conflicts!(self.begin_run_once(now, tasks))
    }

    async fn begin_run_once(&self, now: Timestamp, tasks: &[Task]) -> Result<RunId, LedgerError> {
        let mut writing = self.write("begin a run", now).await?;
        let run = writing.begin_run(tasks).await?;
        writing.commit().await?;
        Ok(run)
    }

    /// Records what becomes of a slot; where it is to run, its run begins in the same
    /// transaction, with these tasks.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub async fn decide(
        &self,
        source: &SourceId,
        due: Due,
        now: Timestamp,
        tasks: &[Task],
    ) -> Result<Decision, LedgerError> {
        despite_conflicts!(self.decide_once(source, due, now, tasks))
    }

    async fn decide_once(
        &self,
        source: &SourceId,
        due: Due,
        now: Timestamp,
        tasks: &[Task],
    ) -> Result<Decision, LedgerError> {
        let action = match due.action {
            Action::Run => "run",
            Action::PassMissed => "pass_missed",
            Action::PassOverlapping => "pass_overlapping",
        };
        let mut writing = self.write("decide a slot", now).await?;
        let inserted = writing
            .execute(
                sqlx::query(
                    "INSERT INTO slots (source, slot, action, decided_at)
                     VALUES ($1, $2, $3, $4)
                     ON CONFLICT (source, slot) DO NOTHING",
                )
                .bind(source.as_str())
                .bind(due.slot.to_string())
                .bind(action)
                .bind(now.to_string()),
            )
            .await?;
        if inserted == 0 {
            return Ok(Decision::DecidedBefore);
        }
        let decision = if due.action == Action::Run {
            let run = writing.begin_run(tasks).await?;
            writing
                .execute(
                    sqlx::query("UPDATE slots SET run = $3 WHERE source = $1 AND slot = $2")
                        .bind(source.as_str())
                        .bind(due.slot.to_string())
                        .bind(run.0),
                )
                .await?;
            Decision::Begun(run)
        } else {
            Decision::Passed
        };
        writing.commit().await?;
        Ok(decision)
    }

    /// What a source is busy with. Jobs that merely wait for their next attempt do not count:
    /// a source that cannot be had keeps no slot from running.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn load(&self, source: &SourceId) -> Result<Load, LedgerError> {
        let row = sqlx::query(
            "SELECT count(CASE WHEN kind = 'plan' AND state = 'ready' THEN 1 END) AS waiting,
                    count(*) AS busy
             FROM jobs
             WHERE source = $1
               AND (state = 'running' OR (state = 'ready' AND attempts = 0))",
        )
        .bind(source.as_str())
        .fetch_one(&self.pool)
        .await
        .map_err(failed("look up what a source is busy with"))?;
        let (waiting, busy): (i64, i64) = (row.get("waiting"), row.get("busy"));
        Ok(match (waiting, busy) {
            (0, 0) => Load::Idle,
            (0, _) => Load::Running,
            _ => Load::Waiting,
        })
    }

    /// The jobs of a run, whatever their state, in the order in which they were added.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn run_jobs(&self, run: RunId) -> Result<Vec<JobRecord>, LedgerError> {
        composed(format!(
            "SELECT {JOB} FROM jobs WHERE run = $1 ORDER BY job"
        ))
        .bind(run.0)
        .fetch_all(&self.pool)
        .await
        .map_err(failed("list the jobs of a run"))?
        .iter()
        .map(stored::job)
        .collect()
    }

    /// Whether a run has a job that is running, may be claimed, or was never tried (a release
    /// waits for the indicators, and is not tried before them). Jobs that wait for their next
    /// attempt do not count.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn is_active(&self, run: RunId, now: Timestamp) -> Result<bool, LedgerError> {
        sqlx::query_scalar::<_, i64>(
            "SELECT count(*) FROM jobs
             WHERE run = $1
               AND (state = 'running'
                    OR (state = 'ready' AND (attempts = 0 OR not_before_ms <= $2)))",
        )
        .bind(run.0)
        .bind(now.as_millisecond())
        .fetch_one(&self.pool)
        .await
        .map(|jobs| jobs > 0)
        .map_err(failed("look up whether a run goes on"))
    }
}

impl Writing<'_> {
    pub(super) async fn begin_run(&mut self, tasks: &[Task]) -> Result<RunId, LedgerError> {
        let begun = self
            .one(
                sqlx::query("INSERT INTO runs (started_ms) VALUES ($1) RETURNING run")
                    .bind(self.now.as_millisecond()),
            )
            .await?;
        let run = RunId(begun.get("run"));
        self.touches(run);
        for task in tasks {
            let job = NewJob {
                sweep: None,
                task: task.clone(),
            };
            self.add_job(run, &job).await?;
        }
        Ok(run)
    }

    /// Adds a job to a run, or joins one that is open for the same. What failed for good is
    /// superseded.
    pub(super) async fn add_job(&mut self, run: RunId, new: &NewJob) -> Result<(), LedgerError> {
        let key = new.task.key(run);
        let lock = self.ledger.backend.lock();
        let open = self
            .row(
                composed(format!(
                    "SELECT job, run, state, task FROM jobs
                     WHERE key = $1 AND state IN ('ready', 'running'){lock}"
                ))
                .bind(key.clone()),
            )
            .await?;
        let sweep = new.sweep.as_ref().map(|sweep| sweep.as_str().to_owned());
        let now = self.now.as_millisecond();
        if new.task == Task::Release {
            self.supersede_releases(run).await?;
        }
        let Some(open) = open else {
            self.execute(
                sqlx::query("DELETE FROM jobs WHERE key = $1 AND state = 'dead'").bind(key.clone()),
            )
            .await?;
            self.execute(
                sqlx::query(
                    "INSERT INTO jobs (run, sweep, source, kind, step, key, task, state,
                                       attempts, vanished, not_before_ms, created_ms)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, 'ready', 0, 0, $8, $8)",
                )
                .bind(run.0)
                .bind(sweep)
                .bind(new.task.source().map(|source| source.as_str().to_owned()))
                .bind(new.task.kind().as_str())
                .bind(new.task.kind().step())
                .bind(key)
                .bind(json(&new.task))
                .bind(now),
            )
            .await?;
            self.touches(run);
            return Ok(());
        };
        if open.get::<&str, _>("state") == JobState::Running.as_str() {
            return Ok(());
        }
        let earlier: Task = from_json("task", open.get("task"))?;
        if !new.task.may_join(&earlier) {
            return Ok(());
        }
        self.execute(
            sqlx::query(
                "UPDATE jobs SET run = $2, sweep = $3, task = $4, attempts = 0, vanished = 0,
                                 not_before_ms = $5
                 WHERE job = $1",
            )
            .bind(open.get::<i64, _>("job"))
            .bind(run.0)
            .bind(sweep)
            .bind(json(&new.task.joined(&earlier)))
            .bind(now),
        )
        .await?;
        self.touches(RunId(open.get("run")));
        self.touches(run);
        Ok(())
    }
}
