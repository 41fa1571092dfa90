//! The limiter of a table server: so many requests within a window, whatever they ask.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::TableLimits;

#[derive(Debug, Default)]
pub(super) struct Limiter(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    admitted: VecDeque<Instant>,
    turned_down: u64,
}

impl Limiter {
    /// Whether one more request is admitted now.
    pub(super) fn admits(&self, limits: TableLimits) -> bool {
        let now = Instant::now();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while seen
            .admitted
            .front()
            .is_some_and(|moment| now.duration_since(*moment) >= limits.window)
        {
            seen.admitted.pop_front();
        }
        if seen.admitted.len() >= limits.calls {
            seen.turned_down += 1;
            return false;
        }
        seen.admitted.push_back(now);
        true
    }

    pub(super) fn turned_down(&self) -> u64 {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .turned_down
    }
}
