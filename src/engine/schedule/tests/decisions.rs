use std::collections::BTreeSet;

use super::*;

/// What a scheduler keeps, and its look at a source.
struct Source {
    times: FireTimes,
    policy: Policy,
    watch: Option<Watch>,
    decided: BTreeSet<Timestamp>,
}

impl Source {
    fn new(schedule: &str, policy: Policy) -> Self {
        Self {
            times: times(schedule, HELSINKI),
            policy,
            watch: None,
            decided: BTreeSet::new(),
        }
    }

    fn look(&mut self, now: Timestamp, load: Load) -> Option<Due> {
        let watch = Watch::over(&self.times, self.watch.take(), now);
        let since = watch.since;
        self.watch = Some(watch);
        let last_decided = self.decided.range(..=now).next_back().copied();
        let situation = Situation {
            now,
            since,
            last_decided,
            load,
        };
        let due = due(&self.times, self.policy, &situation)?;
        self.decided.insert(due.slot);
        Some(due)
    }

    /// The same with an idle source, as `slot action`.
    fn shown(&mut self, now: &str) -> String {
        self.look(at(now), Load::Idle).map_or_else(
            || "nothing".to_owned(),
            |due| format!("{} {:?}", due.slot, due.action),
        )
    }
}

const DAILY: &str = "15 5 * * *";

#[test]
fn of_the_slots_missed_while_down_the_latest_runs_once_or_none() {
    let skip = Policy {
        missed: Missed::Skip,
        ..Policy::default()
    };
    for (policy, expected) in [(Policy::default(), "Run"), (skip, "PassMissed")] {
        let mut source = Source::new(DAILY, policy);
        assert_eq!(source.shown("2026-06-01T12:00Z"), "nothing");
        assert_eq!(
            source.shown("2026-06-05T12:00Z"),
            format!("2026-06-05T02:15:00Z {expected}")
        );
        assert_eq!(source.shown("2026-06-05T12:00:01Z"), "nothing");
        assert_eq!(
            source.shown("2026-06-06T02:15:00.2Z"),
            "2026-06-06T02:15:00Z Run"
        );
    }
}

#[test]
fn a_slot_is_missed_when_two_looks_passed_it() {
    for (now, expected) in [
        ("2026-06-02T02:15:00Z", Action::Run),
        ("2026-06-02T02:17:00Z", Action::Run),
        ("2026-06-02T02:17:01Z", Action::PassMissed),
    ] {
        let policy = Policy {
            missed: Missed::Skip,
            ..Policy::default()
        };
        let mut source = Source::new(DAILY, policy);
        source.look(at("2026-06-01T12:00Z"), Load::Idle);
        let due = source.look(at(now), Load::Idle).unwrap();
        assert_eq!(due.action, expected, "{now}");
    }
}

#[test]
fn a_slot_that_meets_a_sweep_is_passed_over_or_waits_and_one_waits_at_most() {
    let table = [
        (Overlap::Skip, Load::Idle, Action::Run),
        (Overlap::Skip, Load::Running, Action::PassOverlapping),
        (Overlap::Skip, Load::Waiting, Action::PassOverlapping),
        (Overlap::Queue, Load::Idle, Action::Run),
        (Overlap::Queue, Load::Running, Action::Run),
        (Overlap::Queue, Load::Waiting, Action::PassOverlapping),
    ];
    for (overlap, load, expected) in table {
        let policy = Policy {
            overlap,
            ..Policy::default()
        };
        let mut source = Source::new(DAILY, policy);
        source.look(at("2026-06-01T12:00Z"), Load::Idle);
        let due = source.look(at("2026-06-02T02:15Z"), load).unwrap();
        assert_eq!(due.action, expected, "{overlap:?} {load:?}");
        // Passed over is passed over: it does not run late when the source is idle again.
        assert_eq!(source.look(at("2026-06-02T02:45Z"), Load::Idle), None);
    }
}

#[test]
fn an_edited_schedule_runs_nothing_of_the_past() {
    let mut source = Source::new(DAILY, Policy::default());
    assert_eq!(source.shown("2026-06-01T12:00Z"), "nothing", "first seen");
    // At noon to a time of that morning, to another zone, to this very minute, and back.
    source.times = times("0 8 * * *", HELSINKI);
    assert_eq!(source.shown("2026-06-02T12:00Z"), "nothing");
    source.times = times("0 8 * * *", "Europe/London");
    assert_eq!(source.shown("2026-06-02T12:10Z"), "nothing");
    source.times = times("15 15 * * *", HELSINKI);
    assert_eq!(source.shown("2026-06-02T12:15Z"), "nothing");
    source.times = times("0 8 * * *", "Europe/London");
    assert_eq!(source.shown("2026-06-02T12:20Z"), "nothing");
    assert_eq!(
        source.shown("2026-06-03T07:00Z"),
        "2026-06-03T07:00:00Z Run"
    );
    // To what it was at first: this morning's slot of it passed before the edit.
    source.times = times(DAILY, HELSINKI);
    assert_eq!(source.shown("2026-06-03T07:01Z"), "nothing");
    assert_eq!(
        source.shown("2026-06-04T02:15Z"),
        "2026-06-04T02:15:00Z Run"
    );
}

#[test]
fn a_watch_goes_on_over_the_same_times_only() {
    let (monday, friday) = (at("2026-06-01T12:00Z"), at("2026-06-05T12:00Z"));
    let since = |schedule: &str, zone_name: &str, now| {
        let first = Watch::over(&times(DAILY, HELSINKI), None, monday);
        assert_eq!(first.since, monday);
        Watch::over(&times(schedule, zone_name), Some(first), now).since
    };
    assert_eq!(since(DAILY, HELSINKI, friday), monday);
    assert_eq!(
        since("15  5 * * *", HELSINKI, friday),
        monday,
        "spaces only"
    );
    assert_eq!(since("15 6 * * *", HELSINKI, friday), friday);
    assert_eq!(since(DAILY, "Europe/Stockholm", friday), friday);
    let sunday = at("2026-05-31T12:00Z");
    assert_eq!(since(DAILY, HELSINKI, sunday), sunday, "set back");
}

#[test]
fn a_clock_that_is_set_back_runs_no_slot_twice() {
    let mut source = Source::new(DAILY, Policy::default());
    source.shown("2026-06-01T01:00Z");
    let slot = "2026-06-01T02:15:00Z Run";
    assert_eq!(source.shown("2026-06-01T02:15Z"), slot);
    assert_eq!(source.shown("2026-06-01T02:10Z"), "nothing");
    assert_eq!(source.shown("2026-06-01T02:15Z"), "nothing");
    assert_eq!(source.shown("2026-05-31T12:00Z"), "nothing");
    assert_eq!(source.shown("2026-06-01T03:00Z"), "nothing");
    assert_eq!(
        source.shown("2026-06-02T02:15Z"),
        "2026-06-02T02:15:00Z Run"
    );
}

#[test]
fn a_clock_that_was_years_ahead_does_not_stop_the_schedule_for_years() {
    let mut source = Source::new(DAILY, Policy::default());
    // The machine starts with a wrong clock, runs a slot by it, and is then put right.
    source.shown("2099-01-01T00:00Z");
    assert_eq!(
        source.shown("2099-01-01T03:15Z"),
        "2099-01-01T03:15:00Z Run"
    );
    assert_eq!(source.shown("2026-06-01T12:00Z"), "nothing");
    assert_eq!(
        source.shown("2026-06-02T02:15Z"),
        "2026-06-02T02:15:00Z Run"
    );
}

#[test]
fn the_scheduler_sleeps_until_the_next_slot_but_a_minute_at_most() {
    let now = at("2026-06-01T02:14:30Z");
    for (next, milliseconds) in [
        (Some("2026-06-01T02:15:00Z"), 30_000),
        (Some("2026-06-01T02:14:30.25Z"), 250),
        (Some("2026-06-01T02:15:30Z"), 60_000),
        (Some("2026-06-01T02:15:31Z"), 60_000),
        (Some("2026-06-01T02:14:29Z"), 0),
        (None, 60_000),
    ] {
        assert_eq!(
            next_check(now, next.map(at)),
            Duration::from_millis(milliseconds),
            "{next:?}"
        );
    }
}

/// What may happen between two looks, in seconds of the clock.
fn any_step() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => 1_i64..61,
        // Asleep, or set forward.
        2 => 61_i64..3 * 86_400,
        // Set back.
        2 => -2 * 86_400_i64..0,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_the_clock_does_no_slot_is_decided_twice(
        line in any_line(any_minute()),
        steps in prop::collection::vec((any_step(), 0_u8..3, prop::bool::weighted(0.05)), 60),
        queue in any::<bool>(),
        skip in any::<bool>(),
    ) {
        let policy = Policy {
            missed: if skip { Missed::Skip } else { Missed::Run },
            overlap: if queue { Overlap::Queue } else { Overlap::Skip },
        };
        let mut source = Source::new(&line.text, policy);
        let mut now = at("2026-10-24T12:00Z");
        let mut seen = now;
        source.look(now, Load::Idle);
        for (step, load, edited) in steps {
            now += step.seconds();
            if edited {
                let zone_name = source.times.zone.iana_name().unwrap();
                let other = if zone_name == HELSINKI { "Europe/London" } else { HELSINKI };
                source.times = times(&line.text, other);
            }
            seen = if edited { now } else { seen.min(now) };
            let before = source.decided.clone();
            let load = [Load::Idle, Load::Running, Load::Waiting][usize::from(load)];
            if let Some(due) = source.look(now, load) {
                prop_assert!(!before.contains(&due.slot), "{} again", due.slot);
                prop_assert!(due.slot <= now, "{} is to come", due.slot);
                prop_assert!(due.slot > seen, "{} is older than the schedule", due.slot);
                let later = source.times.next_after(due.slot).filter(|slot| *slot <= now);
                prop_assert_eq!(later, None, "not the latest");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_scheduler_that_is_never_disturbed_runs_every_slot_on_time(line in any_line(any_minute())) {
        let (from, end) = (at("2026-10-24T00:07Z"), at("2026-10-26T12:00Z"));
        let policy = Policy { missed: Missed::Skip, ..Policy::default() };
        let mut source = Source::new(&line.text, policy);
        let (mut now, mut ran) = (from, Vec::new());
        while now < end {
            if let Some(due) = source.look(now, Load::Idle) {
                prop_assert_eq!((due.slot, due.action), (now, Action::Run));
                ran.push(due.slot);
            }
            now += next_check(now, source.times.next_after(now));
        }
        let whole_hour = at("2026-10-24T00:00Z");
        let expected: Vec<_> = walk(&line, &zone(HELSINKI), whole_hour, end)
            .into_iter()
            .filter(|slot| *slot > from)
            .collect();
        prop_assert_eq!(ran, expected);
    }
}
