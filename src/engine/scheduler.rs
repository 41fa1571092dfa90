//! The scheduler: begins a run of each source when its schedule says so.
//!
//! It decides with [`due`] and keeps what it decided in the ledger, in the transaction that
//! begins the run: a restart neither loses nor repeats a slot, and of several schedulers on
//! one ledger one decides. The work itself is the workers'.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use botnia_config::Settings;
use botnia_model::SourceId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use super::Engine;
use super::job::{Fetching, Task};
use super::ledger::{Decision, LedgerError};
use super::schedule::{Action, FireTimes, Policy, Situation, SlotId, Watch, due, next_check};
use super::sweep::chain;

/// The pause before a ledger that cannot be reached is asked again.
const LEDGER_PAUSE: Duration = Duration::from_secs(5);

/// A source with a schedule.
struct Scheduled {
    source: SourceId,
    times: FireTimes,
    policy: Policy,
}

/// Sweeps the sources of one engine by their schedules.
pub struct Scheduler {
    engine: Arc<Engine>,
    scheduled: Vec<Scheduled>,
    next: Arc<NextSlots>,
}

/// The next slot of every source, for whoever wants to show it.
#[derive(Debug, Default)]
pub struct NextSlots(Mutex<Vec<(SourceId, Timestamp)>>);

impl NextSlots {
    /// The next slots as of the scheduler's latest look.
    pub fn get(&self) -> Vec<(SourceId, Timestamp)> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, next: Vec<(SourceId, Timestamp)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

impl Scheduler {
    /// The scheduler of `engine`, by the schedules of its settings.
    pub fn new(engine: Arc<Engine>) -> Self {
        let settings = engine.settings();
        let scheduled = scheduled(settings);
        Self {
            engine,
            scheduled,
            next: Arc::default(),
        }
    }

    /// Where the next slots are to be read.
    pub fn next_slots(&self) -> Arc<NextSlots> {
        Arc::clone(&self.next)
    }

    /// Begins runs until `shutdown`. While the ledger cannot be used it begins none, and
    /// looks again: what was missed meanwhile is decided then.
    pub async fn run(&self, shutdown: CancellationToken) {
        loop {
            let sleep = match self.look_at_all().await {
                Ok(sleep) => sleep,
                Err(error) => {
                    tracing::error!(
                        error = chain(&error),
                        "The ledger cannot be used; no slot is decided"
                    );
                    LEDGER_PAUSE
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    /// Looks at every source once, and says when to look again.
    ///
    /// # Errors
    /// The ledger cannot be read or written: without it nothing can be decided.
    pub async fn look_at_all(&self) -> Result<Duration, LedgerError> {
        let sources: Vec<_> = self
            .scheduled
            .iter()
            .map(|scheduled| scheduled.source.clone())
            .collect();
        self.engine.ledger().drop_watches_except(&sources).await?;
        let now = self.engine.clock().now();
        for scheduled in &self.scheduled {
            self.look(scheduled, now).await?;
        }
        let next = self.next_after(now);
        let sleep = next_check(now, next.iter().map(|(_, slot)| *slot).min());
        self.next.set(next);
        Ok(sleep)
    }

    /// Looks at one source, and begins its run where a slot is due.
    async fn look(&self, scheduled: &Scheduled, now: Timestamp) -> Result<(), LedgerError> {
        let ledger = self.engine.ledger();
        let previous = ledger.watch(&scheduled.source).await?;
        let watch = Watch::over(&scheduled.times, previous.clone(), now);
        if previous.as_ref() != Some(&watch) {
            ledger.keep_watch(&scheduled.source, &watch).await?;
        }
        let situation = Situation {
            now,
            since: watch.since,
            last_decided: ledger.last_decided(&scheduled.source, now).await?,
            load: ledger.load(&scheduled.source).await?,
        };
        let Some(due) = due(&scheduled.times, scheduled.policy, &situation) else {
            return Ok(());
        };
        let plan = Task::Plan {
            source: scheduled.source.clone(),
            indicators: Vec::new(),
            fetching: Fetching::Moved,
        };
        let decision = ledger.decide(&scheduled.source, due, now, &[plan]).await?;
        let slot = SlotId {
            source: scheduled.source.clone(),
            slot: due.slot,
        };
        match (decision, due.action) {
            (Decision::Begun(run), _) => tracing::info!(%slot, %run, "A run begins"),
            (Decision::Passed, Action::PassOverlapping) => {
                tracing::warn!(%slot, "A slot was passed over: the sweep before it still runs");
            }
            (Decision::Passed, _) => tracing::info!(%slot, "A missed slot was passed over"),
            (Decision::DecidedBefore, _) => {}
        }
        Ok(())
    }

    fn next_after(&self, now: Timestamp) -> Vec<(SourceId, Timestamp)> {
        self.scheduled
            .iter()
            .filter_map(|scheduled| {
                Some((scheduled.source.clone(), scheduled.times.next_after(now)?))
            })
            .collect()
    }
}

/// The sources with a schedule.
fn scheduled(settings: &Settings) -> Vec<Scheduled> {
    // The settings' reader has checked the name of the zone.
    let zone = TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC);
    settings
        .source
        .iter()
        .filter_map(|source| {
            let schedule = source.schedule.clone()?;
            Some(Scheduled {
                source: source.id.clone(),
                times: FireTimes::new(schedule, zone.clone()),
                policy: Policy {
                    missed: source.missed,
                    overlap: source.overlap,
                },
            })
        })
        .collect()
}
