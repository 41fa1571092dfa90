use super::*;

/// The slots from `from` on and before `end`, each found from the one before.
fn forwards(times: &FireTimes, from: Timestamp, end: Timestamp) -> Vec<Timestamp> {
    let first = times.next_after(from - 1.nanosecond());
    let next = |slot: &Timestamp| {
        let next = times.next_after(*slot)?;
        assert!(next > *slot, "{next} comes after {slot}");
        Some(next)
    };
    std::iter::successors(first, next)
        .take_while(|slot| *slot < end)
        .collect()
}

/// The same, each found from the one after.
fn backwards(times: &FireTimes, from: Timestamp, end: Timestamp) -> Vec<Timestamp> {
    let last = times.latest_at(end - 1.nanosecond());
    let mut slots: Vec<_> =
        std::iter::successors(last, |slot| times.latest_at(*slot - 1.nanosecond()))
            .take_while(|slot| *slot >= from)
            .collect();
    slots.reverse();
    slots
}

/// Asserts the slots of a schedule in a window of UTC, as the wall clock shows them.
#[track_caller]
fn check(zone_name: &str, window: (&str, &str), schedule: &str, expected: &str) {
    let times = times(schedule, zone_name);
    let (from, end) = (at(window.0), at(window.1));
    let shown = |slots: Vec<Timestamp>| {
        slots
            .into_iter()
            .map(|slot| {
                let local = slot.to_zoned(zone(zone_name));
                local.strftime("%d %H:%M%:::z").to_string()
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    assert_eq!(shown(forwards(&times, from, end)), expected, "{schedule}");
    assert_eq!(
        shown(backwards(&times, from, end)),
        expected,
        "{schedule}, backwards"
    );
}

#[test]
fn in_autumn_a_fixed_time_runs_once_and_an_interval_through_both_hours() {
    // 25 October 2026, 04:00+03 becomes 03:00+02. From 02:00 to 06:00 on the wall.
    let night = ("2026-10-24T23:00Z", "2026-10-25T04:00Z");
    for (schedule, expected) in [
        ("30 3 * * *", "25 03:30+03"),
        ("0 3 * * *", "25 03:00+03"),
        ("0 4 * * *", "25 04:00+02"),
        ("30 3 * * 0", "25 03:30+03"),
        ("30 3 25 10 *", "25 03:30+03"),
        ("30 3 * * 1", ""),
        ("15 5 * * *", "25 05:15+02"),
        (
            "*/15 3 * * *",
            "25 03:00+03, 25 03:15+03, 25 03:30+03, 25 03:45+03",
        ),
        (
            "0,30 3,4 * * *",
            "25 03:00+03, 25 03:30+03, 25 04:00+02, 25 04:30+02",
        ),
        (
            "*/30 * * * *",
            "25 02:00+03, 25 02:30+03, 25 03:00+03, 25 03:30+03, 25 03:00+02, 25 03:30+02, \
             25 04:00+02, 25 04:30+02, 25 05:00+02, 25 05:30+02",
        ),
        (
            "0 * * * *",
            "25 02:00+03, 25 03:00+03, 25 03:00+02, 25 04:00+02, 25 05:00+02",
        ),
        (
            "20 0-23 * * *",
            "25 02:20+03, 25 03:20+03, 25 03:20+02, 25 04:20+02, 25 05:20+02",
        ),
        ("0 */3 * * *", "25 03:00+03, 25 03:00+02"),
    ] {
        check(HELSINKI, night, schedule, expected);
    }
    check(
        HELSINKI,
        ("2026-09-30T20:00Z", "2026-11-02T00:00Z"),
        "0 0 1 * *",
        "01 00:00+03, 01 00:00+02",
    );
}

#[test]
fn in_spring_a_skipped_time_runs_right_after_the_gap_and_an_interval_goes_on_in_step() {
    // 28 March 2027, 03:00+02 becomes 04:00+03. From 02:00 to 06:00 on the wall.
    let night = ("2027-03-28T00:00Z", "2027-03-28T03:00Z");
    for (schedule, expected) in [
        ("30 3 * * *", "28 04:00+03"),
        ("0 3 * * *", "28 04:00+03"),
        ("59 3 * * *", "28 04:00+03"),
        ("0 4 * * *", "28 04:00+03"),
        ("30 3 * * 0", "28 04:00+03"),
        ("30 3 28 3 *", "28 04:00+03"),
        ("30 3 * * 1", ""),
        ("15 5 * * *", "28 05:15+03"),
        ("*/15 3 * * *", "28 04:00+03"),
        ("0 3,4 * * *", "28 04:00+03"),
        ("30 2-4 * * *", "28 02:30+02, 28 04:00+03, 28 04:30+03"),
        (
            "*/30 * * * *",
            "28 02:00+02, 28 02:30+02, 28 04:00+03, 28 04:30+03, 28 05:00+03, 28 05:30+03",
        ),
        ("0 * * * *", "28 02:00+02, 28 04:00+03, 28 05:00+03"),
        ("15 * * * *", "28 02:15+02, 28 04:15+03, 28 05:15+03"),
        ("15 */3 * * *", "28 04:00+03"),
    ] {
        check(HELSINKI, night, schedule, expected);
    }
    check(
        HELSINKI,
        ("2027-03-27T00:00Z", "2027-03-30T00:00Z"),
        "30 3 * * *",
        "27 03:30+02, 28 04:00+03, 29 03:30+03",
    );
    check(
        HELSINKI,
        ("2027-02-28T20:00Z", "2027-04-02T00:00Z"),
        "0 0 1 * *",
        "01 00:00+02, 01 00:00+03",
    );
}

#[test]
fn a_change_of_half_an_hour_is_a_change() {
    let lord_howe = "Australia/Lord_Howe";
    // 4 October 2026, 02:00+10:30 becomes 02:30+11.
    let spring = ("2026-10-03T14:30Z", "2026-10-03T16:30Z");
    for (schedule, expected) in [
        ("15 2 * * *", "04 02:30+11"),
        (
            "*/30 * * * *",
            "04 01:00+10:30, 04 01:30+10:30, 04 02:30+11, 04 03:00+11",
        ),
        // No quarter past follows within half an hour, so that of two o'clock is made up.
        ("15 * * * *", "04 01:15+10:30, 04 02:30+11, 04 03:15+11"),
    ] {
        check(lord_howe, spring, schedule, expected);
    }
    // 4 April 2027, 02:00+11 becomes 01:30+10:30.
    let autumn = ("2027-04-03T14:00Z", "2027-04-03T16:00Z");
    for (schedule, expected) in [
        ("45 1 * * *", "04 01:45+11"),
        ("15 1 * * *", "04 01:15+11"),
        ("45 * * * *", "04 01:45+11, 04 01:45+10:30"),
        (
            "*/15 * * * *",
            "04 01:00+11, 04 01:15+11, 04 01:30+11, 04 01:45+11, 04 01:30+10:30, \
             04 01:45+10:30, 04 02:00+10:30, 04 02:15+10:30",
        ),
    ] {
        check(lord_howe, autumn, schedule, expected);
    }
}

#[test]
fn a_skipped_midnight_and_a_skipped_day_are_made_up_once() {
    // Cairo, 30 April 2027: 00:00+02 becomes 01:00+03.
    check(
        "Africa/Cairo",
        ("2027-04-29T00:00Z", "2027-04-30T21:00Z"),
        "0 */12 * * *",
        "29 12:00+02, 30 01:00+03, 30 12:00+03",
    );
    // Newfoundland, 2 April 2000: 00:01 became 01:01.
    let newfoundland = ("2000-04-02T01:30Z", "2000-04-02T07:00Z");
    for (schedule, expected) in [
        ("0 0 * * *", "02 00:00-03:30"),
        ("1 0 * * *", "02 01:01-02:30"),
        (
            "1 */2 * * *",
            "01 22:01-03:30, 02 01:01-02:30, 02 02:01-02:30, 02 04:01-02:30",
        ),
    ] {
        check("America/St_Johns", newfoundland, schedule, expected);
    }
    // Samoa had no 30 December 2011.
    let samoa = ("2011-12-29T10:00Z", "2011-12-31T00:00Z");
    check(
        "Pacific/Apia",
        samoa,
        "0 5 * * *",
        "29 05:00-10, 31 00:00+14, 31 05:00+14",
    );
    check("Pacific/Apia", samoa, "0 5 30 * *", "31 00:00+14");
    check(
        "Pacific/Apia",
        samoa,
        "15 */6 * * *",
        "29 00:15-10, 29 06:15-10, 29 12:15-10, 29 18:15-10, 31 00:15+14, 31 06:15+14, \
         31 12:15+14",
    );
}

#[test]
fn rare_days_are_found_and_time_has_an_end() {
    let leap = times("0 5 29 2 *", HELSINKI);
    assert_eq!(
        leap.next_after(at("2096-02-29T03:00Z")),
        Some(at("2104-02-29T03:00Z"))
    );
    assert_eq!(
        leap.latest_at(at("2104-02-29T02:59:59Z")),
        Some(at("2096-02-29T03:00Z"))
    );
    let daily = times("0 5 * * *", HELSINKI);
    assert_eq!(daily.next_after(Timestamp::MAX), None);
    assert_eq!(daily.latest_at(Timestamp::MIN), None);
}

#[test]
fn a_slot_is_later_than_and_not_later_than_to_the_nanosecond() {
    let daily = times("15 5 * * *", HELSINKI);
    let (yesterday, slot, tomorrow) = (
        at("2026-06-06T02:15Z"),
        at("2026-06-07T02:15Z"),
        at("2026-06-08T02:15Z"),
    );
    assert_eq!(daily.next_after(slot - 1.nanosecond()), Some(slot));
    assert_eq!(daily.next_after(slot), Some(tomorrow));
    assert_eq!(daily.latest_at(slot), Some(slot));
    assert_eq!(daily.latest_at(slot - 1.nanosecond()), Some(yesterday));
}

#[test]
fn a_slot_is_named_by_source_and_utc() {
    let source: SourceId = "sotkanet".parse().unwrap();
    let names: Vec<_> = forwards(
        &times("30 * * * *", HELSINKI),
        at("2026-10-25T00:00Z"),
        at("2026-10-25T02:00Z"),
    )
    .into_iter()
    .map(|slot| {
        let source = source.clone();
        SlotId { source, slot }.to_string()
    })
    .collect();
    assert_eq!(
        names,
        [
            "sotkanet@2026-10-25T00:30:00Z",
            "sotkanet@2026-10-25T01:30:00Z"
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn over_ten_years_no_slot_is_lost_doubled_or_out_of_order(
        line in any_line(any_minute()),
        zone_name in prop::sample::select(&ZONES[..]),
        year in 2000..2040,
    ) {
        let times = times(&line.text, zone_name);
        let (from, end) = (
            at(&format!("{year}-01-01T00:00Z")),
            at(&format!("{}-01-01T00:00Z", year + 10)),
        );
        let expected = walk(&line, &zone(zone_name), from, end);
        prop_assert!(expected.is_sorted_by(|one, next| one < next));
        prop_assert_eq!(forwards(&times, from, end), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn around_a_change_both_directions_and_every_start_find_the_same_slots(
        line in any_line(prop_oneof![
            4 => any_minute(),
            1 => Just("*".to_owned()),
            1 => (2_u8..30).prop_map(|step| format!("*/{step}")),
        ]),
        zone_name in prop::sample::select(&ZONES[..7]),
        change in 0_usize..20,
        starts in prop::collection::vec(0_i64..72 * 3600, 20),
    ) {
        let (times, zone) = (times(&line.text, zone_name), zone(zone_name));
        let change = zone.following(at("2023-06-01T00:00Z")).nth(change).unwrap().timestamp();
        let (from, end) = (change - 36.hours(), change + 36.hours());
        let expected = walk(&line, &zone, from, end);
        prop_assert_eq!(&forwards(&times, from, end), &expected);
        prop_assert_eq!(&backwards(&times, from, end), &expected);
        for start in starts {
            let start = from + start.seconds();
            let passed = expected.partition_point(|slot| *slot <= start);
            let next = times.next_after(start);
            prop_assert_eq!(next.filter(|slot| *slot < end), expected.get(passed).copied());
            let latest = times.latest_at(start);
            let before = passed.checked_sub(1).map(|last| expected[last]);
            prop_assert_eq!(latest.filter(|slot| *slot >= from), before);
        }
    }
}
