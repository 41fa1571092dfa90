//! What becomes of a job that failed, decided by the remedy alone.

use std::time::Duration;

use botnia_ingest::SourceError;
use jiff::{SignedDuration, Timestamp};

use super::EngineError;
use super::job::{JobFailure, Lease, Verdict};
use super::sweep::{Trouble, chain};

/// Attempts of one job; after the last one it waits for a person, or for the next sweep.
pub(crate) const ATTEMPTS: u32 = 6;

/// The pause after the first failed attempt. Each further one is four times as long: the
/// client itself has already asked several times within the minute.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(2);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(2);

/// When a job may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remedy {
    /// Later, but not before so long.
    Later(Duration),
    /// Exactly after so long: the source said so.
    Then(Duration),
    /// Not before a person has looked, or the source is swept again.
    Never,
}

impl Trouble {
    fn retry(&self) -> Remedy {
        match self {
            Self::Source(SourceError::Unavailable { retry_after, .. }) => {
                Remedy::Later(retry_after.unwrap_or_default())
            }
            Self::Source(SourceError::Throttled { retry_after, .. }) => match retry_after {
                Some(pause) => Remedy::Then(*pause),
                None => Remedy::Later(Duration::ZERO),
            },
            // A page of maintenance in place of the answer passes by itself.
            Self::Source(SourceError::Malformed { .. }) => Remedy::Later(Duration::ZERO),
            Self::Source(
                SourceError::NotFound { .. }
                | SourceError::Refused { .. }
                | SourceError::Contract { .. },
            )
            | Self::Unreadable(_)
            | Self::Lost(_) => Remedy::Never,
        }
    }
}

/// The verdict on a job that a source failed.
pub(super) fn after_trouble(lease: &Lease, trouble: &Trouble, now: Timestamp) -> Verdict {
    let failure = JobFailure {
        remedy: trouble.remedy().to_owned(),
        message: chain(trouble),
        since: lease.failing_since.unwrap_or(now),
        rejected: trouble.rejected().map(|answer| answer.snapshot.hash),
    };
    decide(lease, trouble.retry(), failure, now)
}

/// The verdict on a job that failed on our side: the disk, the store, the release.
pub(super) fn after_error(lease: &Lease, error: &EngineError, now: Timestamp) -> Verdict {
    let failure = JobFailure {
        remedy: "engine".to_owned(),
        message: chain(error),
        since: lease.failing_since.unwrap_or(now),
        rejected: None,
    };
    decide(lease, Remedy::Later(Duration::ZERO), failure, now)
}

fn decide(lease: &Lease, remedy: Remedy, failure: JobFailure, now: Timestamp) -> Verdict {
    if lease.attempt >= ATTEMPTS {
        return Verdict::Dead(failure);
    }
    let pause = match remedy {
        Remedy::Never => return Verdict::Dead(failure),
        Remedy::Then(pause) => signed(pause),
        Remedy::Later(minimum) => pause_after(lease).max(signed(minimum)),
    };
    // Far beyond any pause that a source asks for; then the next sweep comes first.
    let at = now.checked_add(pause).unwrap_or(Timestamp::MAX);
    Verdict::Again { at, failure }
}

/// The pause after an attempt, with up to a quarter more, so that jobs that failed together
/// do not come back together. Which part of the quarter follows from the job alone.
fn pause_after(lease: &Lease) -> SignedDuration {
    let factor = 4_i32.saturating_pow(lease.attempt.saturating_sub(1).min(8));
    let pause = FIRST_PAUSE
        .checked_mul(factor)
        .unwrap_or(LONGEST_PAUSE)
        .min(LONGEST_PAUSE);
    let part = lease.job.0.wrapping_mul(0x9e37).rem_euclid(64);
    pause + (pause / 4) * i32::try_from(part).unwrap_or(0) / 64
}

fn signed(pause: Duration) -> SignedDuration {
    SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use botnia_ingest::SourceError;
    use botnia_ingest::error::Failure;

    use super::*;
    use crate::engine::job::{Fetching, JobId, RunId, Task};

    fn now() -> Timestamp {
        "2026-11-22T05:15:00Z".parse().expect("a moment")
    }

    fn lease(job: i64, attempt: u32) -> Lease {
        Lease {
            job: JobId(job),
            run: RunId(1),
            sweep: None,
            task: Task::Plan {
                source: "sotkanet".parse().expect("a source"),
                indicators: Vec::new(),
                fetching: Fetching::Moved,
            },
            token: 1,
            attempt,
            failing_since: None,
        }
    }

    fn failure() -> Failure {
        Failure {
            operation: "fetch".to_owned(),
            problem: "nothing came".to_owned(),
            rejected: None,
        }
    }

    fn unavailable(retry_after: Option<Duration>) -> Trouble {
        Trouble::Source(SourceError::Unavailable {
            failure: failure(),
            cause: None,
            retry_after,
        })
    }

    fn throttled(retry_after: Option<Duration>) -> Trouble {
        Trouble::Source(SourceError::Throttled {
            failure: failure(),
            retry_after,
        })
    }

    /// Seconds until the next attempt; `None`: there is none.
    fn pause(attempt: u32, trouble: &Trouble) -> Option<i64> {
        match after_trouble(&lease(7, attempt), trouble, now()) {
            Verdict::Again { at, .. } => Some(at.duration_since(now()).as_secs()),
            Verdict::Dead(_) => None,
            Verdict::Done(_) => panic!("a failure is not done"),
        }
    }

    #[test]
    fn what_is_unavailable_is_asked_later_and_later() {
        let trouble = unavailable(None);
        // Two minutes, four times as long each time, at most two hours; up to a quarter more.
        for (attempt, least) in [(1, 120), (2, 480), (3, 1920), (4, 7200), (5, 7200)] {
            let pause = pause(attempt, &trouble).expect("another attempt");
            assert!(
                (least..=least + least / 4).contains(&pause),
                "attempt {attempt}: {pause}"
            );
        }
        assert_eq!(pause(6, &trouble), None);
    }

    #[test]
    fn jobs_that_failed_together_do_not_come_back_together() {
        let at = |job| match after_trouble(&lease(job, 1), &unavailable(None), now()) {
            Verdict::Again { at, .. } => at,
            other => panic!("{other:?}"),
        };
        let mut moments: Vec<_> = (1..=32).map(at).collect();
        moments.sort();
        moments.dedup();
        assert!(moments.len() > 16, "{} moments of 32", moments.len());
    }

    #[test]
    fn an_open_circuit_is_waited_for() {
        let hour = Duration::from_hours(1);
        assert_eq!(pause(1, &unavailable(Some(hour))), Some(3600));
    }

    #[test]
    fn who_throttles_says_exactly_when() {
        let wait = Duration::from_secs(3_725);
        for attempt in 1..6 {
            assert_eq!(pause(attempt, &throttled(Some(wait))), Some(3_725));
        }
        let unnamed = pause(1, &throttled(None)).expect("another attempt");
        assert!((120..=150).contains(&unnamed), "{unnamed}");
    }

    #[test]
    fn what_only_a_person_can_mend_is_not_asked_again() {
        let refused = SourceError::Refused { failure: failure() };
        let not_found = SourceError::NotFound { failure: failure() };
        let contract = SourceError::Contract {
            failure: failure(),
            cause: None,
        };
        for error in [refused, not_found, contract] {
            assert_eq!(pause(1, &Trouble::Source(error)), None);
        }
        let malformed = SourceError::Malformed {
            failure: failure(),
            cause: None,
        };
        assert!(pause(1, &Trouble::Source(malformed)).is_some());
    }

    #[test]
    fn since_when_it_fails_is_kept_over_attempts() {
        let since = "2026-11-20T00:00:00Z".parse().expect("a moment");
        let lease = Lease {
            failing_since: Some(since),
            ..lease(7, 2)
        };
        match after_trouble(&lease, &unavailable(None), now()) {
            Verdict::Again { failure, .. } => assert_eq!(failure.since, since),
            other => panic!("{other:?}"),
        }
    }
}
