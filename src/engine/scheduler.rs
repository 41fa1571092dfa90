//! The scheduler: sweeps each source when its schedule says so, one run at a time.
//!
//! It decides with [`due`] and keeps what it decided in the ledger, so that a restart
//! neither loses nor repeats a slot. A slot whose run was cut short runs again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use botnia_config::Settings;
use botnia_model::{IndicatorId, SourceId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::ledger::LedgerError;
use super::schedule::{Action, FireTimes, Load, Policy, Situation, SlotId, Watch, due, next_check};
use super::sweep::chain;
use super::{Engine, Progress, RunRequest};

/// How long a run that is under way may take to end once the service was told to stop.
/// After that it is cut off: the next run goes on from there.
const DRAIN: Duration = Duration::from_secs(90);

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

/// A run that is under way.
struct Running {
    slot: SlotId,
    ends: JoinHandle<()>,
}

/// Says nothing: the log lines tell how a scheduled run goes on.
struct Silent;

impl Progress for Silent {
    fn sweep(&self, _: &SourceId, _: usize) {}
    fn indicator(&self, _: &IndicatorId, _: &'static str) {}
    fn building(&self) {}
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

    /// Runs until `shutdown`; then begins no new run, and waits for the one under way.
    ///
    /// # Errors
    /// The ledger cannot be read or written: without it nothing can be decided.
    pub async fn run(&self, shutdown: CancellationToken) -> Result<(), LedgerError> {
        let ledger = self.engine.ledger();
        let sources: Vec<_> = self
            .scheduled
            .iter()
            .map(|scheduled| scheduled.source.clone())
            .collect();
        ledger.drop_watches_except(&sources).await?;
        let mut waiting = VecDeque::new();
        for scheduled in &self.scheduled {
            if let Some(slot) = ledger.interrupted(&scheduled.source).await? {
                tracing::info!(%slot, "A run was interrupted and goes on");
                waiting.push_back(slot);
            }
        }
        let mut running: Option<Running> = None;
        loop {
            let now = self.engine.clock().now();
            for scheduled in &self.scheduled {
                let load = load(&scheduled.source, running.as_ref(), &waiting);
                if let Some(slot) = self.look(scheduled, load, now).await? {
                    waiting.push_back(slot);
                }
            }
            if running.is_none()
                && let Some(slot) = waiting.pop_front()
            {
                running = Some(self.begin(slot));
            }
            let next = self.next_after(now);
            let sleep = next_check(now, next.iter().map(|(_, slot)| *slot).min());
            self.next.set(next);
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = ended(&mut running) => running = None,
                () = tokio::time::sleep(sleep) => {}
            }
        }
        if let Some(running) = running {
            tracing::info!(slot = %running.slot, "Waiting for the run under way");
            if tokio::time::timeout(DRAIN, running.ends).await.is_err() {
                tracing::warn!(slot = %running.slot, "The run was cut off; it goes on at the next start");
            }
        }
        Ok(())
    }

    /// Looks at one source: the slot that is to run, if one is.
    async fn look(
        &self,
        scheduled: &Scheduled,
        load: Load,
        now: Timestamp,
    ) -> Result<Option<SlotId>, LedgerError> {
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
            load,
        };
        let Some(due) = due(&scheduled.times, scheduled.policy, &situation) else {
            return Ok(None);
        };
        if !ledger.decide(&scheduled.source, due, now).await? {
            return Ok(None);
        }
        let slot = SlotId {
            source: scheduled.source.clone(),
            slot: due.slot,
        };
        match due.action {
            Action::Run => return Ok(Some(slot)),
            Action::PassMissed => tracing::info!(%slot, "A missed slot was passed over"),
            Action::PassOverlapping => {
                tracing::warn!(%slot, "A slot was passed over: the sweep before it still runs");
            }
        }
        Ok(None)
    }

    /// Begins the run of a slot in the background.
    fn begin(&self, slot: SlotId) -> Running {
        let engine = Arc::clone(&self.engine);
        let ending = slot.clone();
        let ends = tokio::spawn(async move {
            let request = RunRequest {
                source: Some(ending.source.clone()),
                ..RunRequest::default()
            };
            if let Err(error) = engine.run(&request, &Silent).await {
                tracing::error!(slot = %ending, error = chain(&error), "The run failed");
            }
            let now = engine.clock().now();
            if let Err(error) = engine.ledger().finish_slot(&ending, now).await {
                tracing::error!(slot = %ending, error = chain(&error), "The end of a run was not recorded");
            }
        });
        Running { slot, ends }
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

fn load(source: &SourceId, running: Option<&Running>, waiting: &VecDeque<SlotId>) -> Load {
    if waiting.iter().any(|slot| slot.source == *source) {
        Load::Waiting
    } else if running.is_some_and(|running| running.slot.source == *source) {
        Load::Running
    } else {
        Load::Idle
    }
}

/// Waits for the run under way; for ever where there is none.
async fn ended(running: &mut Option<Running>) {
    match running {
        // A run that panicked has ended too, and said so in the log.
        Some(running) => drop((&mut running.ends).await),
        None => std::future::pending().await,
    }
}
