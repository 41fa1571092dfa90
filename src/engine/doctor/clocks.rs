//! The time zone, and whether this machine's clock agrees with others.

use botnia_model::Clock;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::super::ledger::Ledger;
use super::super::sweep::chain;
use super::Diagnosis;

/// A larger difference makes schedules and pauses wrong by more than anybody expects.
const TOLERATED: SignedDuration = SignedDuration::from_mins(2);

const SET_THE_CLOCK: &str = "let the machine set its clock by the network (NTP)";

/// Whether the rules of the settings' time zone are at hand.
pub(super) fn time_zone(name: &str, now: Timestamp) -> Diagnosis {
    match TimeZone::get(name) {
        Ok(zone) => {
            let local = now.to_zoned(zone).strftime("%Y-%m-%d %H:%M %:z");
            Diagnosis::good("time zone", format!("{name}: it is {local}"))
        }
        Err(error) => Diagnosis::bad(
            "time zone",
            format!("the rules of `{name}` are not known: {error}"),
            "name a zone of the IANA database in `time_zone`: `Europe/Helsinki`",
        ),
    }
}

/// The database's clock and ours.
pub(super) async fn of_database(ledger: &Ledger, clock: &dyn Clock) -> Option<Diagnosis> {
    match ledger.database_clock().await {
        Ok(None) => None,
        Ok(Some(theirs)) => Some(compared("clock of the database", theirs, clock.now())),
        Err(error) => Some(Diagnosis::bad(
            "clock of the database",
            chain(&error),
            "see whether the database still answers",
        )),
    }
}

/// Another clock and ours at the same moment.
pub(super) fn compared(looked_at: &str, theirs: Timestamp, ours: Timestamp) -> Diagnosis {
    let ahead = ours.duration_since(theirs);
    let seconds = ahead.as_secs().unsigned_abs();
    if ahead.abs() <= TOLERATED {
        return Diagnosis::good(
            looked_at,
            format!("this machine's clock agrees to {seconds} s"),
        );
    }
    let direction = if ahead.is_positive() {
        "ahead of"
    } else {
        "behind"
    };
    Diagnosis::doubtful(
        looked_at,
        format!("this machine's clock is {seconds} s {direction} it"),
        SET_THE_CLOCK,
    )
}

#[cfg(test)]
mod tests {
    use super::super::Condition;
    use super::*;

    fn difference(seconds: i64) -> Diagnosis {
        let theirs: Timestamp = "2026-11-22T05:15:00Z".parse().expect("a moment");
        let ours = theirs + SignedDuration::from_secs(seconds);
        compared("clock", theirs, ours)
    }

    #[test]
    fn two_minutes_are_tolerated_in_both_directions() {
        for seconds in [0, 120, -120] {
            assert_eq!(difference(seconds).condition, Condition::Good, "{seconds}");
        }
        let fast = difference(121);
        assert_eq!(fast.condition, Condition::Doubtful);
        assert_eq!(fast.found, "this machine's clock is 121 s ahead of it");
        let slow = difference(-3_600);
        assert_eq!(slow.condition, Condition::Doubtful);
        assert_eq!(slow.found, "this machine's clock is 3600 s behind it");
        assert!(slow.remedy.is_some());
    }

    #[test]
    fn an_unknown_zone_is_bad() {
        let now = "2026-03-29T01:00:00Z".parse().expect("a moment");
        let summer = time_zone("Europe/Helsinki", now);
        assert_eq!(summer.condition, Condition::Good);
        assert!(summer.found.contains("04:00 +03:00"), "{}", summer.found);
        assert_eq!(time_zone("Europe/Vasa", now).condition, Condition::Bad);
    }
}
