//! A worker: takes jobs from the ledger, keeps their leases alive, and records what came
//! of them. It decides nothing about order or retries: the ledger and the verdicts do.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::PoisonError;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::collect::REMEMBERED;
use super::job::{Lease, RunId, Task};
use super::ledger::LedgerError;
use super::sweep::chain;
use super::{Engine, EngineError, Progress, retry};

/// How long jobs that are under way may take to end once the worker was told to stop.
/// After that they are given back, and go on elsewhere or at the next start.
pub const DRAIN: Duration = Duration::from_secs(90);

/// The longest a worker sleeps before it looks again: a wake-up can be lost with its
/// connection, and clocks are set and machines suspended.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);

/// The pause before a ledger that cannot be reached is asked again.
const LEDGER_PAUSE: Duration = Duration::from_secs(5);

/// Which jobs a worker takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every job, until told to stop. What fails is recorded, and the others go on.
    Everything,
    /// The jobs of one run, until all were tried. A failure on our side ends the work.
    Run(RunId),
}

impl Scope {
    fn run(self) -> Option<RunId> {
        match self {
            Self::Everything => None,
            Self::Run(run) => Some(run),
        }
    }
}

/// How the work on one job ended for the worker.
type Ended = (Lease, Result<(), EngineError>);

impl Engine {
    /// Works until `stop`, or until the run of `scope` has nothing more to try.
    ///
    /// # Errors
    /// In [`Scope::Run`] the first failure that is not the source's; the job is tried again
    /// in the next run. In [`Scope::Everything`] none: failures are logged and recorded.
    pub async fn work(
        &self,
        scope: Scope,
        progress: &dyn Progress,
        stop: &CancellationToken,
    ) -> Result<(), EngineError> {
        let mut under_way = FuturesUnordered::new();
        let mut held: Vec<Lease> = Vec::new();
        let mut failure = None;
        let mut deadline: Option<Instant> = None;
        loop {
            let stopping = stop.is_cancelled();
            if stopping && deadline.is_none() && !held.is_empty() {
                tracing::info!(jobs = held.len(), "Waiting for the jobs under way");
            }
            if stopping {
                deadline.get_or_insert_with(|| Instant::now() + DRAIN);
            }
            // Before looking: what is added from now on is not missed.
            let woken = self.ledger.woken();
            let mut pause = LONGEST_SLEEP;
            let mut ended = Vec::new();
            if !stopping && failure.is_none() {
                // What is under way goes on: one of those jobs may be within a transaction
                // that taking another has to wait for.
                let taking = self.take(scope, held.len());
                match meanwhile(taking, &mut under_way, &mut ended).await {
                    Ok(Taken { leases, sleep }) => {
                        for lease in leases {
                            held.push(lease.clone());
                            under_way.push(self.perform(lease, progress));
                        }
                        pause = pause.min(sleep);
                    }
                    Err(error) => {
                        note_ledger_failure(scope, error, &mut failure);
                        pause = LEDGER_PAUSE;
                    }
                }
            }
            if !ended.is_empty() {
                for one in ended {
                    note_ended(scope, one, &mut held, &mut failure);
                }
                continue;
            }
            let idle = held.is_empty();
            if idle && (stopping || failure.is_some()) {
                break;
            }
            if idle
                && let Some(run) = scope.run()
                && !self.ledger.is_active(run, self.clock.now()).await?
            {
                break;
            }
            tokio::select! {
                Some(ended) = under_way.next() => {
                    note_ended(scope, ended, &mut held, &mut failure);
                }
                () = woken, if !stopping => {}
                () = stop.cancelled(), if !stopping => {}
                () = sleep(pause), if !stopping => {}
                () = drained(deadline) => {
                    drop(under_way);
                    self.give_back(&held).await;
                    break;
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Goes on with what runs before `run` left because they were killed: with a ledger of
    /// this disk alone, nobody else may ever come to do it. What waits for its next attempt
    /// goes on waiting.
    pub(super) async fn finish_interrupted(
        &self,
        run: RunId,
        progress: &dyn Progress,
    ) -> Result<(), EngineError> {
        if self.ledger.is_shared() {
            return Ok(());
        }
        let open = self.ledger.open_jobs().await?;
        let interrupted: BTreeSet<_> = open.iter().map(|job| job.run).collect();
        for earlier in interrupted.into_iter().filter(|earlier| *earlier < run) {
            self.work(Scope::Run(earlier), progress, &CancellationToken::new())
                .await?;
        }
        Ok(())
    }

    /// Takes as many jobs as there is room for, and says how long nothing more can come by
    /// the passing of time alone.
    async fn take(&self, scope: Scope, held: usize) -> Result<Taken, LedgerError> {
        let mut leases = Vec::new();
        while held + leases.len() < self.width() {
            let now = self.clock.now();
            let lease = self
                .ledger
                .claim(&self.worker, scope.run(), now, self.lease_time())
                .await?;
            match lease {
                Some(lease) => leases.push(lease),
                None => break,
            }
        }
        let now = self.clock.now();
        let due = self.ledger.next_due(scope.run(), now).await?;
        let sleep = due.map_or(LONGEST_SLEEP, |due| until(now, due));
        Ok(Taken { leases, sleep })
    }

    /// Two more than the requests under way to the busiest source, so that the next
    /// indicators are normalised while the network is busy. Bounds memory: one indicator
    /// each.
    fn width(&self) -> usize {
        let sources = self.settings.source.iter();
        let busiest = sources.map(|source| source.concurrency).max().unwrap_or(1);
        usize::from(busiest) + 2
    }

    pub(super) fn lease_time(&self) -> SignedDuration {
        SignedDuration::try_from(self.settings.workers.lease).unwrap_or(SignedDuration::MAX)
    }

    /// One job, from its lease to its verdict in the ledger.
    async fn perform(&self, lease: Lease, progress: &dyn Progress) -> Ended {
        let span = tracing::info_span!(
            "job", job = %lease.job, run = %lease.run, kind = lease.task.kind().as_str(),
            attempt = lease.attempt
        );
        let result = async {
            tokio::select! {
                result = self.perform_held(&lease, progress) => result,
                () = self.lease_lost(&lease) => Err(LedgerError::LeaseLost { job: lease.job }.into()),
            }
        }
        .instrument(span)
        .await;
        let result = match result {
            // Somebody else has the job now, and everything that it brings.
            Err(EngineError::Ledger(LedgerError::LeaseLost { .. })) => {
                tracing::warn!(job = %lease.job, "The job was taken over by another worker");
                Ok(())
            }
            result => result,
        };
        (lease, result)
    }

    async fn perform_held(
        &self,
        lease: &Lease,
        progress: &dyn Progress,
    ) -> Result<(), EngineError> {
        let (work, error) = match self.do_task(lease, progress).await {
            Ok(work) => (work, None),
            // Without the ledger no verdict can be kept: the lease runs out by itself.
            Err(error @ EngineError::Ledger(_)) => return Err(error),
            Err(error) => {
                let verdict = retry::after_error(lease, &error, self.clock.now());
                (super::Work::failed(verdict), Some(error))
            }
        };
        self.ledger
            .finish(self.clock.now(), lease, &work.verdict, &work.done)
            .await?;
        if let Some((indicator, figures)) = &work.replaced {
            self.quarantine.forget(indicator, *figures).await;
        }
        if lease.task == Task::Release {
            self.forget_daily().await;
        }
        error.map_or(Ok(()), Err)
    }

    /// Keeps the ledger small: once a day, with the release that is due anyway, it forgets
    /// what is long past. What could not be forgotten today is tomorrow.
    async fn forget_daily(&self) {
        let now = self.clock.now();
        {
            let mut forgotten = self
                .forgotten_at
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if forgotten
                .is_some_and(|last| now.duration_since(last) < SignedDuration::from_hours(24))
            {
                return;
            }
            *forgotten = Some(now);
        }
        match self.ledger.forget(now - REMEMBERED).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "The ledger forgot what is long past"),
            Err(error) => {
                tracing::warn!(
                    error = chain(&error),
                    "The ledger could not forget what is long past"
                );
            }
        }
    }

    /// Extends the lease for as long as it is polled; ends when it is lost.
    async fn lease_lost(&self, lease: &Lease) {
        let whole = self.settings.workers.lease;
        let mut extended = Instant::now();
        loop {
            sleep(whole / 3).await;
            let extending = self
                .ledger
                .heartbeat(lease, self.clock.now(), self.lease_time());
            match extending.await {
                Ok(()) => extended = Instant::now(),
                Err(LedgerError::LeaseLost { .. }) => return,
                Err(error) if extended.elapsed() < whole => {
                    tracing::warn!(job = %lease.job, error = chain(&error), "A lease could not be extended");
                }
                Err(_) => return,
            }
        }
    }

    async fn give_back(&self, held: &[Lease]) {
        for lease in held {
            tracing::warn!(job = %lease.job, subject = lease.task.subject(), "A job was cut off; it goes on later");
            if let Err(error) = self.ledger.give_back(lease, self.clock.now()).await {
                tracing::warn!(job = %lease.job, error = chain(&error), "A job could not be given back");
            }
        }
    }
}

/// What a look at the ledger brought.
struct Taken {
    leases: Vec<Lease>,
    sleep: Duration,
}

/// Does `work` while the jobs under way go on, and collects those that end.
async fn meanwhile<T>(
    work: impl Future<Output = T>,
    under_way: &mut FuturesUnordered<impl Future<Output = Ended>>,
    ended: &mut Vec<Ended>,
) -> T {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            Some(one) = under_way.next() => ended.push(one),
        }
    }
}

/// A job is no longer held. What failed on our side ends a run, but not a service.
fn note_ended(
    scope: Scope,
    (lease, result): Ended,
    held: &mut Vec<Lease>,
    failure: &mut Option<EngineError>,
) {
    held.retain(|other| other.token != lease.token);
    if let Err(error) = result {
        tracing::error!(
            job = %lease.job, subject = lease.task.subject(), error = chain(&error),
            "A job failed"
        );
        if scope != Scope::Everything {
            failure.get_or_insert(error);
        }
    }
}

/// A service outlives a ledger that is away for a while; a run does not.
fn note_ledger_failure(scope: Scope, error: LedgerError, failure: &mut Option<EngineError>) {
    match scope {
        Scope::Run(_) => {
            failure.get_or_insert(error.into());
        }
        Scope::Everything => {
            tracing::error!(
                error = chain(&error),
                "The ledger cannot be used; trying again"
            );
        }
    }
}

/// From `now` to `due`; nothing where it has passed.
fn until(now: Timestamp, due: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(now)).unwrap_or(Duration::ZERO)
}

async fn drained(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
