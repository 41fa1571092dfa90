//! How often something may happen: a few times at once, then again and again at intervals.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A number of times at once, of which one comes back after each interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At once, after a long silence; at least 1.
    pub burst: u32,
    /// After so long one comes back.
    pub interval: Duration,
}

/// What is left of a [`Rate`]. By the generic cell rate algorithm: one moment says it all.
#[derive(Debug)]
pub(super) struct Allowance {
    rate: Rate,
    /// When everything will have come back.
    whole_at: Mutex<Instant>,
}

impl Allowance {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            rate,
            whole_at: Mutex::new(Instant::now()),
        }
    }

    /// Whether one is left. The error is the pause until there is.
    pub(super) fn look(&self) -> Result<(), Duration> {
        let whole_at = *self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        self.left(whole_at, Instant::now())
    }

    /// Takes one. The error is the pause until there is one.
    pub(super) fn take(&self) -> Result<(), Duration> {
        let mut whole_at = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        self.left(*whole_at, now)?;
        *whole_at = (*whole_at).max(now) + self.rate.interval;
        Ok(())
    }

    fn left(&self, whole_at: Instant, now: Instant) -> Result<(), Duration> {
        let spent = whole_at.saturating_duration_since(now);
        let spendable = self.rate.interval * (self.rate.burst - 1);
        match spent.checked_sub(spendable) {
            None | Some(Duration::ZERO) => Ok(()),
            Some(pause) => Err(pause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_spent_and_comes_back_one_by_one() {
        let allowance = Allowance::new(Rate {
            burst: 3,
            interval: Duration::from_secs(10),
        });
        for _ in 0..3 {
            assert_eq!(allowance.take(), Ok(()));
        }
        assert_eq!(allowance.take(), Err(Duration::from_secs(10)));
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(allowance.look(), Err(Duration::from_secs(6)));
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(allowance.look(), Ok(()));
        assert_eq!(allowance.take(), Ok(()));
        assert_eq!(allowance.take(), Err(Duration::from_secs(10)));
        // However long the silence, no more than the burst.
        tokio::time::advance(Duration::from_hours(1)).await;
        for _ in 0..3 {
            assert_eq!(allowance.take(), Ok(()));
        }
        assert_eq!(allowance.take(), Err(Duration::from_secs(10)));
    }

    #[tokio::test(start_paused = true)]
    async fn looking_takes_nothing() {
        let allowance = Allowance::new(Rate {
            burst: 1,
            interval: Duration::from_secs(10),
        });
        for _ in 0..5 {
            assert_eq!(allowance.look(), Ok(()));
        }
        assert_eq!(allowance.take(), Ok(()));
        assert_eq!(allowance.look(), Err(Duration::from_secs(10)));
    }
}
