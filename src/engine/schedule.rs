//! When a source is swept: the slots of its schedule, and whether one is due.
//!
//! A schedule speaks of the clock on the wall, which skips an hour in spring and repeats one
//! in autumn. Here that becomes moments, *slots*, by four rules:
//!
//! 1. **A time that the clock skips** runs once, at the first moment after the gap: a daily
//!    sweep is not lost because its hour does not exist. Several skipped times run once
//!    together, since they would all run at the same moment.
//! 2. **A time that the clock repeats** runs once, the first time: the day has one sweep.
//! 3. **An interval** ([`Schedule::is_interval`]: the hour field begins with `*`, or names
//!    every hour) runs through both passages of the repeated time, in order: what is meant is
//!    the time between two sweeps.
//! 4. **An interval in the gap** runs right after it only if none of its own times follows
//!    within as long again: it goes on in step, and is not doubled. (After a gap of an hour
//!    `15 * * * *` goes on at a quarter past; `0 */12 * * *`, whose midnight was skipped,
//!    does not wait until noon.)
//!
//! A slot is a moment in UTC, so the two passages of a repeated time are two slots, and the
//! same slot is found again however often and from wherever one looks: [`SlotId`] names it.
//!
//! [`due`] decides what becomes of a slot. It looks at the latest slot only and compares it
//! with the slots that were decided before; it counts no time itself. This is why neither
//! daylight saving, a clock that is set, nor a machine that sleeps can run a slot twice.
//!
//! Deliberately absent: the clock, the ledger and the waiting. All here is a function of its
//! arguments.

use std::fmt;
use std::time::Duration;

use botnia_config::Schedule;
use botnia_config::schedule::{Missed, Overlap};
use botnia_model::SourceId;
use jiff::civil::{DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

/// The scheduler looks at least this often: a machine that slept, or whose clock was set,
/// does not know that its timer is wrong.
pub const LONGEST_SLEEP: Duration = Duration::from_mins(1);

/// How late a slot may be decided and still count as on time: two looks of the scheduler.
pub const ON_TIME: Duration = Duration::from_mins(2);

/// The rarest day is 29 February, eight years after the one before where the century has
/// none between them; the ninth year is for its times near a gap.
const SEARCHED_YEARS: i16 = 9;

/// The moments at which a schedule fires in a time zone.
///
/// It is displayed as the schedule and the zone's name: `15 5 * * * Europe/Helsinki`.
#[derive(Clone, Debug)]
pub struct FireTimes {
    schedule: Schedule,
    zone: TimeZone,
}

impl FireTimes {
    /// The moments at which `schedule` fires by the clocks on the walls of `zone`.
    pub fn new(schedule: Schedule, zone: TimeZone) -> Self {
        Self { schedule, zone }
    }

    /// The first slot later than `instant`; none if the schedule names a day that never
    /// comes, as `0 5 30 2 *` does, or the calendar ends (in the year 9999).
    pub fn next_after(&self, instant: Timestamp) -> Option<Timestamp> {
        let mut from = instant.checked_add(1.nanosecond()).ok()?;
        let limit = self
            .zone
            .to_datetime(from)
            .saturating_add(SEARCHED_YEARS.years());
        loop {
            let stretch = Stretch::around(from, &self.zone);
            if let Some(change) = &stretch.change
                && change.at == from
                && self.is_made_up(change)
            {
                return Some(from);
            }
            let wall = stretch.offset.to_datetime(from);
            if wall >= limit {
                return None;
            }
            let first = self
                .first_time(&stretch)
                .map_or(wall, |time| time.max(wall));
            let end = stretch.end.map(|end| stretch.offset.to_datetime(end));
            let end = end.map_or(limit, |end| end.min(limit));
            if let Some(time) = self.first_between(first, end) {
                return stretch.offset.to_timestamp(time).ok();
            }
            from = stretch.end?;
        }
    }

    /// The latest slot that is not later than `instant`; none as for
    /// [`FireTimes::next_after`].
    pub fn latest_at(&self, instant: Timestamp) -> Option<Timestamp> {
        let mut until = instant;
        let limit = self
            .zone
            .to_datetime(until)
            .saturating_sub(SEARCHED_YEARS.years());
        loop {
            let stretch = Stretch::around(until, &self.zone);
            let end = stretch.offset.to_datetime(until);
            if end <= limit {
                return None;
            }
            let first = self
                .first_time(&stretch)
                .map_or(limit, |time| time.max(limit));
            let end = end.saturating_add(1.nanosecond());
            if let Some(time) = self.last_between(first, end) {
                return stretch.offset.to_timestamp(time).ok();
            }
            let change = stretch.change?;
            if self.is_made_up(&change) {
                return Some(change.at);
            }
            until = change.at.checked_sub(1.nanosecond()).ok()?;
        }
    }

    /// The wall-clock time of a stretch from which on the schedule's times count: an interval
    /// runs from its beginning (rule 3), anything else only once the clock shows what it has
    /// not shown before (rule 2). None: the stretch has no beginning.
    fn first_time(&self, stretch: &Stretch) -> Option<DateTime> {
        let change = stretch.change.as_ref()?;
        Some(if self.schedule.is_interval() {
            change.to
        } else {
            change.to.max(change.from)
        })
    }

    /// Whether times that this change skipped run at its moment (rules 1 and 4).
    fn is_made_up(&self, change: &Change) -> bool {
        if self.first_between(change.from, change.to).is_none() {
            return false;
        }
        let gap = change.from.duration_until(change.to);
        let as_long_again = change.to.saturating_add(gap);
        !self.schedule.is_interval() || self.first_between(change.to, as_long_again).is_none()
    }

    /// The first time of the schedule from `from` on and before `end`.
    fn first_between(&self, from: DateTime, end: DateTime) -> Option<DateTime> {
        let mut day = from.date();
        while day.to_datetime(Time::midnight()) < end {
            if self.schedule.matches_day(day) {
                let mut times = self.schedule.times().map(|time| day.to_datetime(time));
                if let Some(found) = times.find(|time| *time >= from) {
                    return (found < end).then_some(found);
                }
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// The last time of the schedule from `from` on and before `end`.
    fn last_between(&self, from: DateTime, end: DateTime) -> Option<DateTime> {
        let mut day = end.date();
        while day >= from.date() {
            if self.schedule.matches_day(day) {
                let mut times = self.schedule.times().map(|time| day.to_datetime(time));
                if let Some(found) = times.rfind(|time| *time < end) {
                    return (found >= from).then_some(found);
                }
            }
            day = day.yesterday().ok()?;
        }
        None
    }
}

impl fmt::Display for FireTimes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.schedule.fmt(formatter)?;
        match self.zone.iana_name() {
            Some(name) => write!(formatter, " {name}"),
            None => Ok(()),
        }
    }
}

/// The time between two changes of a zone's offset: here the wall clock runs evenly.
struct Stretch {
    /// The change that began it, if there was one.
    change: Option<Change>,
    /// When the next one ends it, if one does.
    end: Option<Timestamp>,
    offset: Offset,
}

/// A change of the offset, at which a wall clock is set `from` one time `to` another.
struct Change {
    at: Timestamp,
    from: DateTime,
    to: DateTime,
}

impl Stretch {
    fn around(instant: Timestamp, zone: &TimeZone) -> Self {
        let offset = zone.to_offset(instant);
        // The zone looks for changes strictly before, and one may be at the instant itself.
        let just_after = instant.checked_add(1.nanosecond()).ok();
        let change = just_after
            .and_then(|just_after| zone.preceding(just_after).next())
            .and_then(|transition| {
                let at = transition.timestamp();
                let just_before = at.checked_sub(1.nanosecond()).ok()?;
                Some(Change {
                    at,
                    from: zone.to_offset(just_before).to_datetime(at),
                    to: offset.to_datetime(at),
                })
            });
        let following = zone.following(instant).next();
        Self {
            change,
            end: following.map(|transition| transition.timestamp()),
            offset,
        }
    }
}

/// The name of one slot of one source: `sotkanet@2026-10-25T00:30:00Z`. A job that carries it
/// as its key can be asked for any number of times and exists once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId {
    /// The source.
    pub source: SourceId,
    /// The slot.
    pub slot: Timestamp,
}

impl fmt::Display for SlotId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.source, self.slot)
    }
}

/// Since when a source has the schedule that it has. It is kept across restarts, and goes when
/// the source's schedule goes: otherwise the slots of the time without one would count as
/// missed when it comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The schedule and its zone, as [`FireTimes`] displays them.
    pub times: String,
    /// When they were first seen: slots up to then are not this schedule's.
    pub since: Timestamp,
}

impl Watch {
    /// The watch over `times` at `now`. It goes on where the `previous` one was over the same
    /// times, and begins anew where there was none, or the schedule or the zone was edited. It
    /// also begins anew where the previous one would begin in the future: the clock was ahead
    /// then, and nothing would run until it gets there.
    pub fn over(times: &FireTimes, previous: Option<Self>, now: Timestamp) -> Self {
        let text = times.to_string();
        match previous {
            Some(watch) if watch.times == text && watch.since <= now => watch,
            _ => Self {
                times: text,
                since: now,
            },
        }
    }
}

/// What an operator decides about slots that cannot run as planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Those that passed while nothing looked.
    pub missed: Missed,
    /// Those that come while a sweep of the source runs.
    pub overlap: Overlap,
}

/// What a source is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Nothing.
    Idle,
    /// A sweep runs.
    Running,
    /// A sweep runs, and another waits for it to end.
    Waiting,
}

/// What is known when the scheduler looks at a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// The present moment.
    pub now: Timestamp,
    /// [`Watch::since`].
    pub since: Timestamp,
    /// The latest slot **up to `now`** that was decided, whether it ran or was passed over. A
    /// later one was decided by a clock that was ahead. It must not count before it is
    /// reached, or a clock that was years ahead for a minute would stop the schedule for
    /// years; once it is reached it counts, and does not run again.
    pub last_decided: Option<Timestamp>,
    /// What the source is busy with.
    pub load: Load,
}

/// A slot whose time has come, and what becomes of it. It is *decided* once both are in the
/// ledger, a run in the same transaction as its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The slot.
    pub slot: Timestamp,
    /// What becomes of it.
    pub action: Action,
}

/// What becomes of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It runs: at once, or when the sweep that runs now has ended.
    Run,
    /// It does not run, because it was missed, by more than [`ON_TIME`] ([`Missed::Skip`]).
    PassMissed,
    /// It does not run, because the source is busy ([`Overlap::Skip`], or one waits already).
    PassOverlapping,
}

/// What is to be decided now, if anything.
///
/// Only the latest slot is looked at: of all that passed since the last look one runs at most,
/// because a sweep reads what the source has now, and a second one would find the same. It
/// must be later than [`Situation::since`], so that editing a schedule runs nothing of the
/// past, and later than [`Situation::last_decided`], so that nothing runs twice. A clock that
/// was set forward, or slept, meets the latest of the slots it missed. One that was set back
/// comes by decided slots again and leaves them alone; of slots that were missed, and for
/// which a later one ran, it may find the latest on its way, and run it once.
pub fn due(times: &FireTimes, policy: Policy, situation: &Situation) -> Option<Due> {
    let slot = times.latest_at(situation.now)?;
    if slot <= situation.since || situation.last_decided.is_some_and(|last| slot <= last) {
        return None;
    }
    let lateness = situation.now.duration_since(slot).unsigned_abs();
    let action = match (policy.missed, policy.overlap, situation.load) {
        (Missed::Skip, _, _) if lateness > ON_TIME => Action::PassMissed,
        (_, _, Load::Idle) | (_, Overlap::Queue, Load::Running) => Action::Run,
        (_, Overlap::Skip, Load::Running) | (_, _, Load::Waiting) => Action::PassOverlapping,
    };
    Some(Due { slot, action })
}

/// How long the scheduler may sleep at `now` with `next` as its next slot: until then, but
/// never longer than [`LONGEST_SLEEP`].
pub fn next_check(now: Timestamp, next: Option<Timestamp>) -> Duration {
    let Some(next) = next else {
        return LONGEST_SLEEP;
    };
    // A slot that has come already leaves no time to sleep.
    Duration::try_from(now.duration_until(next))
        .unwrap_or(Duration::ZERO)
        .min(LONGEST_SLEEP)
}

#[cfg(test)]
mod tests;
