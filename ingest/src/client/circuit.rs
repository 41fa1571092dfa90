//! The circuit breaker of a host: after a few requests in a row without an answer nothing
//! is sent for a while; then one request tries whether the host is back.
//!
//! It is our own, because neither of the well-kept crates does what a source needs.
//! `failsafe` counts failures in a row, but lets everybody through at once when its wait is
//! over; `recloser` opens at a rate of failures. Neither says how long it stays open, which
//! the caller must know to come back just then, and both read the system's clock, which a
//! test cannot move.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::{info, warn};

use super::ClientLimits;

/// Where the doubling of the wait between two probes ends.
const LONGEST_OPEN: Duration = Duration::from_hours(1);

/// The circuit breaker of one host.
#[derive(Debug)]
pub(super) struct Circuit {
    host: String,
    failures_to_open: usize,
    open_for: Duration,
    /// By when a probe that was sent has ended.
    probe_takes: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// Requests in a row that were not answered.
    failures: usize,
    opened: Option<Opened>,
}

#[derive(Clone, Copy, Debug)]
struct Opened {
    open_for: Duration,
    until: Instant,
    is_probed: bool,
}

/// The circuit is open: nothing may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Open {
    /// Requests in a row that were not answered.
    failures: usize,
    /// When to come back.
    pub(super) retry_after: Duration,
}

impl Open {
    /// What an operator reads of it.
    pub(super) fn problem(self) -> String {
        let seconds = self.retry_after.as_millis().div_ceil(1000);
        let wait = if seconds < 60 {
            format!("{seconds} s")
        } else {
            format!("{} min", seconds.div_ceil(60))
        };
        format!(
            "the host has not answered {} times in a row; asked again in {wait}",
            self.failures
        )
    }
}

/// The leave to make one request, with all its attempts and redirects. Dropped without a
/// verdict it counts for nothing, and the next request is the probe.
#[derive(Debug)]
pub(super) struct Passage<'a> {
    circuit: &'a Circuit,
    /// Until when the circuit was open that this request probes.
    probes: Option<Instant>,
    is_sent: AtomicBool,
}

impl Circuit {
    pub(super) fn new(host: &str, limits: &ClientLimits) -> Self {
        Self {
            host: host.to_owned(),
            failures_to_open: limits.failures_to_open,
            open_for: limits.open_for,
            probe_takes: limits.total_timeout,
            state: Mutex::new(State {
                failures: 0,
                opened: None,
            }),
        }
    }

    /// Lets a request through if the circuit is closed, or as its probe.
    pub(super) fn pass(&self) -> Result<Passage<'_>, Open> {
        let mut state = self.state();
        let mut probes = None;
        if let Some(opened) = &mut state.opened {
            if opened.is_probed || Instant::now() < opened.until {
                return Err(self.open(*state));
            }
            opened.is_probed = true;
            probes = Some(opened.until);
        }
        Ok(Passage {
            circuit: self,
            probes,
            is_sent: AtomicBool::new(false),
        })
    }

    fn open(&self, state: State) -> Open {
        let wait = state.opened.map_or(Duration::ZERO, |opened| {
            if opened.is_probed {
                self.probe_takes
            } else {
                opened.until.duration_since(Instant::now())
            }
        });
        Open {
            failures: state.failures,
            retry_after: wait,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every write under the lock is a plain assignment: a panic elsewhere leaves the
        // state whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Passage<'_> {
    /// Whether it is still good: the circuit may have opened while the request waited.
    pub(super) fn check(&self) -> Result<(), Open> {
        let state = self.circuit.state();
        match state.opened {
            Some(opened) if !self.is_probe_of(opened) => Err(self.circuit.open(*state)),
            _ => Ok(()),
        }
    }

    /// Notes that from here on the host is to blame for a missing answer.
    pub(super) fn send(&self) {
        self.is_sent.store(true, Ordering::Relaxed);
    }

    /// Whether it probes an open circuit.
    pub(super) fn is_probe(&self) -> bool {
        self.probes.is_some()
    }

    /// The host has answered, whatever the answer was.
    pub(super) fn answered(self) {
        if !self.is_sent() {
            return;
        }
        let mut state = self.circuit.state();
        if state.opened.is_some() {
            info!(host = self.circuit.host, "A host answers again");
        }
        *state = State {
            failures: 0,
            opened: None,
        };
    }

    /// The host has not answered, or not usably. Returns how long the circuit is open now.
    pub(super) fn unanswered(self) -> Option<Duration> {
        let circuit = self.circuit;
        let mut state = circuit.state();
        if self.is_sent() {
            let open_for = match state.opened {
                None => {
                    state.failures += 1;
                    (state.failures >= circuit.failures_to_open).then_some(circuit.open_for)
                }
                Some(opened) if self.is_probe_of(opened) => {
                    state.failures += 1;
                    let doubled = opened.open_for.saturating_mul(2).min(LONGEST_OPEN);
                    Some(doubled.max(opened.open_for))
                }
                // It was on its way when the circuit opened, and says nothing new.
                Some(_) => None,
            };
            if let Some(open_for) = open_for {
                warn!(
                    host = circuit.host,
                    failures = state.failures,
                    seconds = open_for.as_secs(),
                    "A host does not answer and is left alone for a while"
                );
                state.opened = Some(Opened {
                    open_for,
                    until: Instant::now() + open_for,
                    is_probed: false,
                });
            }
        }
        state.opened.map(|_| circuit.open(*state).retry_after)
    }

    fn is_sent(&self) -> bool {
        self.is_sent.load(Ordering::Relaxed)
    }

    fn is_probe_of(&self, opened: Opened) -> bool {
        self.probes == Some(opened.until)
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        let mut state = self.circuit.state();
        if let Some(opened) = &mut state.opened
            && self.is_probe_of(*opened)
        {
            opened.is_probed = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(circuit: &Circuit) -> Option<Duration> {
        let passage = circuit.pass().unwrap();
        passage.send();
        passage.unanswered()
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_doubles_up_to_an_hour() {
        let circuit = Circuit::new("stat.example", &ClientLimits::default());
        for _ in 0..4 {
            assert_eq!(fail(&circuit), None);
        }
        let instant = Duration::from_millis(1);
        for minutes in [5, 10, 20, 40, 60, 60, 60] {
            let wait = Duration::from_mins(minutes);
            assert_eq!(fail(&circuit), Some(wait));
            tokio::time::advance(wait.checked_sub(instant).unwrap()).await;
            let open = circuit.pass().unwrap_err();
            assert_eq!(open.retry_after, instant);
            tokio::time::advance(instant).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_under_way_when_it_opened_only_brings_good_news() {
        let circuit = Circuit::new("stat.example", &ClientLimits::default());
        let [first, second] = [(); 2].map(|()| circuit.pass().unwrap());
        first.send();
        second.send();
        for _ in 0..5 {
            fail(&circuit);
        }
        assert_eq!(first.check().unwrap_err().failures, 5);
        tokio::time::advance(Duration::from_mins(1)).await;
        let left = Duration::from_mins(4);
        assert_eq!(first.unanswered(), Some(left), "not from the start");
        assert_eq!(circuit.pass().unwrap_err().failures, 5);
        second.answered();
        assert!(circuit.pass().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_never_sent_says_nothing_of_the_host() {
        let circuit = Circuit::new("stat.example", &ClientLimits::default());
        for _ in 0..4 {
            fail(&circuit);
        }
        assert_eq!(circuit.pass().unwrap().unanswered(), None);
        circuit.pass().unwrap().answered();
        assert_eq!(fail(&circuit), Some(Duration::from_mins(5)), "the fifth");
    }

    #[test]
    fn the_wait_is_said_in_words() {
        for (milliseconds, words) in [
            (1, "1 s"),
            (59_000, "59 s"),
            (59_001, "1 min"),
            (240_001, "5 min"),
            (3_600_000, "60 min"),
        ] {
            let open = Open {
                failures: 5,
                retry_after: Duration::from_millis(milliseconds),
            };
            let expected =
                format!("the host has not answered 5 times in a row; asked again in {words}");
            assert_eq!(open.problem(), expected);
        }
    }
}
