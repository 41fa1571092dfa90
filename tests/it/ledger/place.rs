//! Where a test has its ledger, and the words in which tests speak of jobs.

use std::path::PathBuf;

use botnia::engine::job::{
    Fetching, JobFailure, JobRecord, JobResult, Lease, NewJob, RunId, Task, Verdict,
};
use botnia::engine::ledger::{Completion, Ledger};
use botnia_model::{ContentHash, SourceId, SweepId};
use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, Connection as _};
use tempfile::TempDir;

/// How long the tests' workers hold a job.
pub(super) const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// A fresh place for a ledger.
pub(super) struct Place {
    pub(super) state: String,
    folder: Option<TempDir>,
}

impl Place {
    pub(super) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            state: format!("sqlite:{}", folder.path().join("state.db").display()),
            folder: Some(folder),
        }
    }

    pub(super) fn postgres() -> Option<Self> {
        Some(Self {
            state: crate::postgres::database()?,
            folder: None,
        })
    }

    /// The file, if it is one.
    pub(super) fn file(&self) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(folder.path().join("state.db"))
    }

    /// Runs a check on several threads, so that what is done at once really is.
    pub(super) fn check(&self, check: impl AsyncFnOnce(&Self)) {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(check(self));
    }

    pub(super) async fn open(&self) -> Ledger {
        Ledger::open(&self.state).await.expect("a ledger")
    }

    /// Several ledgers on it, as several processes would have them where several may work.
    pub(super) async fn open_several(&self) -> Vec<Ledger> {
        let first = self.open().await;
        if !first.is_shared() {
            return vec![first.clone(), first.clone(), first.clone(), first];
        }
        vec![
            self.open().await,
            self.open().await,
            self.open().await,
            first,
        ]
    }

    /// Runs statements past the ledger.
    pub(super) async fn execute(&self, statements: impl Into<String>) {
        let mut connection = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(statements.into()))
            .execute(&mut connection)
            .await
            .expect("executed");
        connection.close().await.expect("closed");
    }

    /// Counts past the ledger.
    pub(super) async fn count(&self, statement: &'static str) -> i64 {
        let mut connection = self.connect().await;
        let count = sqlx::query_scalar(statement)
            .fetch_one(&mut connection)
            .await
            .expect("a count");
        connection.close().await.expect("closed");
        count
    }

    async fn connect(&self) -> sqlx::AnyConnection {
        sqlx::any::install_default_drivers();
        let address = if self.folder.is_some() {
            format!("{}?mode=rwc", self.state)
        } else {
            self.state.clone()
        };
        sqlx::AnyConnection::connect(&address)
            .await
            .expect("a connection")
    }
}

/// So many seconds after the beginning of the tests' time.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).expect("a moment")
}

pub(super) fn source() -> SourceId {
    "sotkanet".parse().expect("a source")
}

pub(super) fn sweep() -> SweepId {
    SweepId::new(&source(), at(0))
}

pub(super) fn plan() -> Task {
    plan_of(&[])
}

pub(super) fn plan_of(indicators: &[&str]) -> Task {
    Task::Plan {
        source: source(),
        indicators: indicators
            .iter()
            .map(|id| id.parse().expect("an indicator"))
            .collect(),
        fetching: Fetching::Moved,
    }
}

pub(super) fn indicator(number: u32) -> Task {
    Task::Indicator {
        indicator: format!("sotkanet:{number}").parse().expect("an indicator"),
        regions: Some(ContentHash::of(b"regions")),
        version: None,
        fetching: Fetching::Moved,
    }
}

pub(super) fn new(task: Task) -> NewJob {
    NewJob { sweep: None, task }
}

pub(super) fn done() -> Verdict {
    Verdict::Done(JobResult::Unchanged {
        snapshots: Vec::new(),
    })
}

pub(super) fn failure(since: i64) -> JobFailure {
    JobFailure {
        remedy: "unavailable".to_owned(),
        message: "fetch `sotkanet:127`: the host did not answer".to_owned(),
        since: at(since),
        rejected: None,
    }
}

pub(super) fn again(since: i64, next: i64) -> Verdict {
    Verdict::Again {
        at: at(next),
        failure: failure(since),
    }
}

pub(super) async fn begin(ledger: &Ledger, second: i64, tasks: &[Task]) -> RunId {
    ledger.begin_run(at(second), tasks).await.expect("a run")
}

/// The next job, if there is one.
pub(super) async fn claimed(ledger: &Ledger, second: i64) -> Option<Lease> {
    ledger
        .claim("worker", None, at(second), LEASE)
        .await
        .expect("an answer")
}

/// The next job.
pub(super) async fn claim(ledger: &Ledger, second: i64) -> Lease {
    claimed(ledger, second).await.expect("a job")
}

pub(super) async fn finish(ledger: &Ledger, second: i64, lease: &Lease, verdict: &Verdict) {
    ledger
        .finish(at(second), lease, verdict, &Completion::default())
        .await
        .expect("finished");
}

/// The only job of a run.
pub(super) async fn only_job(ledger: &Ledger, run: RunId) -> JobRecord {
    let mut jobs = ledger.run_jobs(run).await.expect("jobs");
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    jobs.remove(0)
}

/// What the jobs of a run are about, in their order.
pub(super) async fn subjects(ledger: &Ledger, run: RunId) -> Vec<String> {
    let jobs = ledger.run_jobs(run).await.expect("jobs");
    jobs.iter().map(|job| job.task.subject()).collect()
}
