//! What one host is asked at most: how often, how much at once, and not at all while it
//! wants a pause. Shared by everything that uses the client.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep};

use super::ClientLimits;
use super::circuit::{Circuit, Open, Passage};
use crate::Turns;
use crate::error::Cause;

/// For a host that no source has named its limits for.
const UNASKED: Limits = Limits {
    interval: Duration::from_secs(1),
    concurrency: 1,
};
/// No two requests follow each other faster than this, whatever the settings say.
const SHORTEST_INTERVAL: Duration = Duration::from_micros(100);
/// Nor does a limit make the next request wait longer than this.
const LONGEST_INTERVAL: Duration = Duration::from_hours(1);
/// A pause that a server asks for is kept for at most a day: a server that means years has
/// made a mistake, and one request a day does no harm.
const LONGEST_PAUSE: Duration = Duration::from_hours(24);

/// The clock of the limiter: the runtime's own, so that a test can move it.
#[derive(Clone, Debug)]
struct RuntimeClock {
    origin: Instant,
}

impl Clock for RuntimeClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.origin.elapsed()
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, RuntimeClock, NoOpMiddleware<Duration>>;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Limits {
    interval: Duration,
    concurrency: usize,
}

impl Limits {
    fn stricter(self, other: Self) -> Self {
        Self {
            interval: self.interval.max(other.interval),
            concurrency: self.concurrency.min(other.concurrency),
        }
    }
}

#[derive(Debug)]
struct State {
    limits: Limits,
    asked: bool,
    clock: RuntimeClock,
    limiter: Limiter,
    /// Slots that are in use and must not be handed out again.
    surplus_slots: usize,
    resumes_at: Option<Instant>,
    /// How far of that the other processes know.
    shared_until: Option<Instant>,
}

/// One host.
pub(super) struct Host {
    name: String,
    circuit: Circuit,
    /// Who hands out the turns where other processes ask it too; else the limiter does.
    turns: Option<Arc<dyn Turns>>,
    slots: Semaphore,
    state: Mutex<State>,
}

/// What a request has to do before it may go.
enum Turn {
    Now,
    AfterPause(Duration),
    /// Ask again after this, because somebody else may be quicker.
    AfterInterval(Duration),
    /// Its turn is then, and nobody else's.
    Reserved(Duration),
}

/// Why a request may not go.
#[derive(Debug)]
pub(super) enum Barred {
    /// The host wants a pause that is longer than anybody is ready to wait.
    Pause(Duration),
    /// The host does not answer.
    Circuit(Open),
    /// Nobody can say whose turn it is.
    NoTurn(Cause),
}

impl Host {
    /// A host without limits of its own yet, asked by others too where there are `turns`.
    pub(super) fn new(name: &str, limits: &ClientLimits, turns: Option<Arc<dyn Turns>>) -> Self {
        let clock = RuntimeClock {
            origin: Instant::now(),
        };
        Self {
            name: name.to_owned(),
            circuit: Circuit::new(name, limits),
            turns,
            slots: Semaphore::new(UNASKED.concurrency),
            state: Mutex::new(State {
                limits: UNASKED,
                asked: false,
                limiter: limiter(UNASKED.interval, &clock),
                clock,
                surplus_slots: 0,
                resumes_at: None,
                shared_until: None,
            }),
        }
    }

    /// Its circuit breaker.
    pub(super) fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// Sets the limits; the strictest ever asked for win. Nonsense (zero, negative, not a
    /// number) counts as the strictest there is.
    pub(super) fn limit(&self, requests_per_second: f64, concurrency: u8) {
        let interval = if requests_per_second > 0.0 {
            Duration::try_from_secs_f64(requests_per_second.recip())
                .unwrap_or(LONGEST_INTERVAL)
                .clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL)
        } else {
            LONGEST_INTERVAL
        };
        let wanted = Limits {
            interval,
            concurrency: usize::from(concurrency.max(1)),
        };
        let mut state = self.state();
        let limits = if state.asked {
            state.limits.stricter(wanted)
        } else {
            wanted
        };
        if limits.interval != state.limits.interval {
            state.limiter = limiter(limits.interval, &state.clock);
        }
        let slots = state.limits.concurrency;
        if limits.concurrency > slots {
            self.slots.add_permits(limits.concurrency - slots);
        } else {
            let fewer = slots - limits.concurrency;
            state.surplus_slots += fewer - self.slots.forget_permits(fewer);
        }
        state.limits = limits;
        state.asked = true;
    }

    /// Sends nothing to this host for `pause`; a longer pause already under way stays.
    pub(super) fn pause(&self, pause: Duration) {
        let resumes_at = Instant::now() + pause.min(LONGEST_PAUSE);
        let mut state = self.state();
        state.resumes_at = state.resumes_at.max(Some(resumes_at));
    }

    /// Tells the other processes of a pause that only this one knows yet.
    pub(super) async fn share_pause(&self) -> Result<(), Cause> {
        let Some(turns) = &self.turns else {
            return Ok(());
        };
        let (resumes_at, shared_until) = {
            let state = self.state();
            (state.resumes_at, state.shared_until)
        };
        let Some(resumes_at) = resumes_at.filter(|moment| Some(*moment) > shared_until) else {
            return Ok(());
        };
        let pause = resumes_at.duration_since(Instant::now());
        turns.pause(&self.name, pause).await?;
        let mut state = self.state();
        state.shared_until = state.shared_until.max(Some(resumes_at));
        Ok(())
    }

    /// Waits until a request may go, and holds its slot until the permit is dropped. A
    /// pause longer than `patience` is not waited for but returned.
    pub(super) async fn admit(
        &self,
        passage: &Passage<'_>,
        patience: Duration,
    ) -> Result<SemaphorePermit<'_>, Barred> {
        let permit = self.slot().await;
        let mut reserved = false;
        loop {
            passage.check().map_err(Barred::Circuit)?;
            match self.turn(reserved).await.map_err(Barred::NoTurn)? {
                Turn::Now => return Ok(permit),
                Turn::AfterPause(pause) if pause > patience => return Err(Barred::Pause(pause)),
                Turn::AfterPause(wait) => {
                    sleep(wait).await;
                    // Turns of before a pause would all come at once when it ends.
                    reserved = false;
                }
                Turn::AfterInterval(wait) => sleep(wait).await,
                Turn::Reserved(wait) => {
                    sleep(wait).await;
                    reserved = true;
                }
            }
        }
    }

    async fn slot(&self) -> SemaphorePermit<'_> {
        loop {
            let permit = self
                .slots
                .acquire()
                .await
                .expect("nothing closes the semaphore");
            let mut state = self.state();
            if state.surplus_slots == 0 {
                return permit;
            }
            state.surplus_slots -= 1;
            permit.forget();
        }
    }

    /// What comes next for a request that has its turn (`reserved`) or has none yet.
    async fn turn(&self, reserved: bool) -> Result<Turn, Cause> {
        let pause = self.pause_left().await?;
        if !pause.is_zero() {
            return Ok(Turn::AfterPause(pause));
        }
        if reserved {
            return Ok(Turn::Now);
        }
        let Some(turns) = &self.turns else {
            let state = self.state();
            return Ok(match state.limiter.check() {
                Ok(()) => Turn::Now,
                Err(not_until) => Turn::AfterInterval(not_until.wait_time_from(state.clock.now())),
            });
        };
        let interval = self.state().limits.interval;
        let wait = turns.reserve(&self.name, interval).await?;
        Ok(if wait.is_zero() {
            Turn::Now
        } else {
            Turn::Reserved(wait)
        })
    }

    /// How much is left of the longest pause that this process or another knows of.
    async fn pause_left(&self) -> Result<Duration, Cause> {
        self.share_pause().await?;
        let elsewhere = match &self.turns {
            Some(turns) => turns.paused(&self.name).await?.min(LONGEST_PAUSE),
            None => Duration::ZERO,
        };
        let here = self.state().resumes_at.map_or(Duration::ZERO, |moment| {
            moment.duration_since(Instant::now())
        });
        Ok(here.max(elsewhere))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every write under the lock is a plain assignment: a panic elsewhere leaves the
        // state whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn limiter(interval: Duration, clock: &RuntimeClock) -> Limiter {
    let quota = Quota::with_period(interval).expect("the interval is never zero");
    RateLimiter::direct_with_clock(quota, clock.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> Host {
        Host::new("stat.example", &ClientLimits::default(), None)
    }

    async fn admit(host: &Host, patience: Duration) -> Result<SemaphorePermit<'_>, Duration> {
        let passage = host.circuit().pass().unwrap();
        host.admit(&passage, patience)
            .await
            .map_err(|barred| match barred {
                Barred::Pause(pause) => pause,
                other => panic!("{other:?}"),
            })
    }

    #[tokio::test(start_paused = true)]
    async fn requests_keep_their_distance() {
        let host = host();
        host.limit(4.0, 8);
        let start = Instant::now();
        for _ in 0..9 {
            drop(admit(&host, Duration::ZERO).await.unwrap());
        }
        let elapsed = start.elapsed();
        assert!(elapsed >= Duration::from_secs(2), "{elapsed:?}");
        assert!(elapsed < Duration::from_millis(2100), "{elapsed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_strictest_limits_win_even_over_slots_in_use() {
        let host = host();
        host.limit(1000.0, 3);
        let first = admit(&host, Duration::ZERO).await.unwrap();
        let second = admit(&host, Duration::ZERO).await.unwrap();
        host.limit(2.0, 1);
        host.limit(1000.0, 8);
        drop(first);
        let waiting = tokio::time::timeout(Duration::from_mins(1), admit(&host, Duration::ZERO));
        assert!(waiting.await.is_err(), "one slot in all, and it is in use");
        drop(second);
        let start = Instant::now();
        drop(admit(&host, Duration::ZERO).await.unwrap());
        drop(admit(&host, Duration::ZERO).await.unwrap());
        assert!(start.elapsed() >= Duration::from_millis(499));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_everybody_and_the_longest_counts() {
        let host = host();
        host.limit(1000.0, 4);
        host.pause(Duration::from_secs(30));
        host.pause(Duration::from_secs(5));
        let start = Instant::now();
        let refused = admit(&host, Duration::from_secs(29)).await.unwrap_err();
        assert_eq!(refused, Duration::from_secs(30));
        drop(admit(&host, Duration::from_secs(30)).await.unwrap());
        assert_eq!(start.elapsed().as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn nonsense_limits_are_the_strictest() {
        for nonsense in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
            let host = host();
            host.limit(nonsense, 0);
            let start = Instant::now();
            drop(admit(&host, Duration::ZERO).await.unwrap());
            drop(admit(&host, Duration::ZERO).await.unwrap());
            assert_eq!(start.elapsed().as_secs(), 3600, "{nonsense}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_absurd_pause_ends_after_a_day() {
        let host = host();
        host.pause(Duration::MAX);
        let start = Instant::now();
        drop(admit(&host, Duration::MAX).await.unwrap());
        assert_eq!(start.elapsed(), Duration::from_hours(24));
    }
}
