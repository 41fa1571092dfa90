//! `botnia retry` and `discard`: jobs that failed for good and wait for a person.

use std::sync::Arc;

use anyhow::bail;
use botnia_model::Clock;
use jiff::Timestamp;

use super::output::{count, data, field, note};
use super::{Exit, Global, NothingToDecide, UsageError, held};
use crate::engine::job::{JobId, Task};
use crate::engine::ledger::{Ledger, LedgerError};

/// Try jobs again that failed for good, or list them.
#[derive(Debug, clap::Args)]
pub(super) struct Retry {
    /// The jobs; none: they are listed, with id, subject, attempts, since when, remedy,
    /// message and the hash of the answer that was turned down.
    #[arg(value_name = "JOB", value_parser = job)]
    jobs: Vec<JobId>,
    /// Every job that failed for good.
    #[arg(long, conflicts_with = "jobs")]
    all: bool,
}

/// Let a job go that failed for good.
#[derive(Debug, clap::Args)]
pub(super) struct Discard {
    /// The job, as `botnia retry` lists it.
    #[arg(value_name = "JOB", value_parser = job)]
    job: JobId,
    /// Why; it is kept.
    #[arg(long, value_name = "TEXT")]
    note: String,
}

fn job(text: &str) -> Result<JobId, std::num::ParseIntError> {
    text.parse().map(JobId)
}

impl Retry {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        let ledger = held::open(global).await?;
        let exit = self.decide(&ledger, clock.now()).await;
        ledger.close().await;
        exit
    }

    async fn decide(self, ledger: &Ledger, now: Timestamp) -> anyhow::Result<Exit> {
        if self.jobs.is_empty() && !self.all {
            return list(ledger).await;
        }
        let jobs = if self.all {
            let dead = ledger.dead_jobs().await?;
            dead.iter().map(|record| record.job).collect()
        } else {
            self.jobs
        };
        if jobs.is_empty() {
            note("No job has failed for good.");
        }
        for job in jobs {
            let record = ledger.retry(job, now).await.map_err(wrong_job)?;
            note(format_args!(
                "Job {job} ({}) is ready to be tried again: {}.",
                record.task.subject(),
                who_does(&record.task)
            ));
        }
        Ok(Exit::Done)
    }
}

impl Discard {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        if self.note.trim().is_empty() {
            bail!(UsageError(
                "a job is let go for a reason: `--note \"why\"`".to_owned()
            ));
        }
        let ledger = held::open(global).await?;
        let discarded = ledger.discard(self.job, clock.now(), &self.note).await;
        ledger.close().await;
        let record = discarded.map_err(wrong_job)?;
        note(format_args!(
            "Job {} ({}) is let go. What was published stays; the next sweep asks anew.",
            self.job,
            record.task.subject()
        ));
        Ok(Exit::Done)
    }
}

/// The jobs that failed for good, a line each. Exit 3 while there are any.
async fn list(ledger: &Ledger) -> anyhow::Result<Exit> {
    let dead = ledger.dead_jobs().await?;
    for record in &dead {
        let failure = record.failure.as_ref();
        let rejected = failure.and_then(|failure| failure.rejected);
        data(
            [
                record.job.to_string(),
                record.task.subject(),
                record.attempts.to_string(),
                failure.map_or_else(String::new, |failure| failure.since.to_string()),
                failure.map_or_else(String::new, |failure| failure.remedy.clone()),
                failure.map_or_else(String::new, |failure| field(&failure.message)),
                rejected.map_or_else(String::new, |hash| hash.to_string()),
            ]
            .join("\t"),
        );
    }
    if dead.is_empty() {
        note("No job has failed for good.");
        return Ok(Exit::Done);
    }
    note(format_args!(
        "{} failed for good.\nhint: `botnia retry JOB` or `botnia retry --all` tries again, \
         `botnia discard JOB --note WHY` lets one go",
        count(dead.len() as u64, "job")
    ));
    Ok(Exit::Held)
}

/// Who does a job that was made ready. A run does what its own plans add, and takes over
/// what is open for the same source or indicator; any other job is a service's.
fn who_does(task: &Task) -> &'static str {
    match task {
        Task::Plan { .. } | Task::Indicator { .. } => {
            "a service that runs takes it within a quarter of a minute; without one, the next \
             `botnia run` does"
        }
        Task::Release => {
            "a service that runs takes it within a quarter of a minute; without one, the next \
             `botnia run` publishes what is accepted"
        }
        Task::Announce { .. } => {
            "a service that runs takes it within a quarter of a minute; without one, it waits \
             for the next `botnia serve` or `botnia worker`"
        }
    }
}

/// A job that is not there is a mistake of the caller, anything else is ours.
fn wrong_job(error: LedgerError) -> anyhow::Error {
    match error {
        LedgerError::NoSuchJob { .. } => NothingToDecide(format!(
            "{error}\nhint: `botnia retry` lists the jobs that failed for good"
        ))
        .into(),
        error => error.into(),
    }
}
