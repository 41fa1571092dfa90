//! The fire times against tables written by hand and against a walk over every minute; the
//! decisions against a clock that does what clocks do.

mod decisions;
mod fire_times;

use proptest::prelude::*;

use super::*;

const HELSINKI: &str = "Europe/Helsinki";

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn times(schedule: &str, zone_name: &str) -> FireTimes {
    FireTimes::new(schedule.parse().unwrap(), zone(zone_name))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Every slot from `from` on and before `end`, by looking at the wall clock each minute and
/// remembering what it has shown. Where it runs evenly, a quarter of an hour is read at once.
fn walk(line: &Line, zone: &TimeZone, from: Timestamp, end: Timestamp) -> Vec<Timestamp> {
    let schedule: Schedule = line.text.parse().unwrap();
    let fires_between = |mut time: DateTime, end: DateTime| {
        while time < end {
            if schedule.matches(time) {
                return true;
            }
            time += 1.minute();
        }
        false
    };
    // A day before, for what the clock has shown already.
    let mut now = from - 24.hours();
    let mut shown = zone.to_datetime(now);
    let mut expected = shown;
    let mut slots = Vec::new();
    while now < end {
        let wall = zone.to_datetime(now);
        if wall > expected && fires_between(expected, wall) {
            let goes_on = fires_between(wall, wall + expected.duration_until(wall));
            if !(line.interval && goes_on) {
                slots.push(now);
            }
        }
        let evenly = zone.to_datetime(now + 14.minutes()) == wall + 14.minutes();
        let minutes = if evenly && wall.minute() % 15 == 0 {
            15
        } else {
            1
        };
        for minute in 0..minutes {
            let time = wall.date().at(wall.hour(), wall.minute() + minute, 0, 0);
            let slot = now + i64::from(minute).minutes();
            if schedule.matches(time)
                && (line.interval || time >= shown)
                && slots.last() != Some(&slot)
            {
                slots.push(slot);
            }
        }
        expected = wall + i64::from(minutes).minutes();
        shown = shown.max(expected);
        now += i64::from(minutes).minutes();
    }
    slots.retain(|slot| *slot >= from && *slot < end);
    slots
}

/// A cron line, and whether whoever wrote it means an interval.
#[derive(Clone, Debug)]
struct Line {
    text: String,
    interval: bool,
}

const ZONES: [&str; 8] = [
    HELSINKI,
    "Australia/Lord_Howe",
    "America/New_York",
    "America/St_Johns",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "Asia/Kathmandu",
];

fn any_minute() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (0_u8..60).prop_map(|minute| minute.to_string()),
        1 => (0_u8..60, 0_u8..60).prop_map(|(one, other)| format!("{one},{other}")),
        2 => prop::sample::select(vec!["*/15", "*/20", "*/30", "0", "59"]).prop_map(str::to_owned),
    ]
}

fn any_hour() -> impl Strategy<Value = (String, bool)> {
    prop_oneof![
        2 => Just(("*".to_owned(), true)),
        2 => (2_u8..13).prop_map(|step| (format!("*/{step}"), true)),
        // Clocks change in the first hours of the day.
        4 => (0_u8..5).prop_map(|hour| (hour.to_string(), false)),
        1 => (0_u8..24).prop_map(|hour| (hour.to_string(), false)),
        1 => (0_u8..12, 12_u8..24).prop_map(|(one, other)| (format!("{one},{other}"), false)),
        2 => (0_u8..4, 4_u8..23).prop_map(|(first, last)| (format!("{first}-{last}"), false)),
    ]
}

fn any_line(minute: impl Strategy<Value = String>) -> impl Strategy<Value = Line> {
    let day = prop_oneof![
        4 => Just("*".to_owned()),
        1 => (1_u8..32).prop_map(|day| day.to_string()),
        1 => Just("*/2".to_owned()),
        1 => Just("25-31".to_owned()),
    ];
    let month = prop_oneof![
        4 => Just("*".to_owned()),
        1 => Just("3,4,9-11".to_owned()),
        1 => (1_u8..13).prop_map(|month| month.to_string()),
    ];
    let weekday = prop_oneof![
        4 => Just("*".to_owned()),
        2 => Just("0".to_owned()),
        1 => Just("5-7".to_owned()),
        1 => Just("1-5".to_owned()),
    ];
    // 30 February never comes, and a line that never fires is refused.
    let is_possible = |day: &str, month: &str| match day.parse::<u8>() {
        Ok(30 | 31) if month == "2" => false,
        Ok(31) => !matches!(month, "4" | "6" | "9" | "11"),
        Ok(_) | Err(_) => true,
    };
    (minute, any_hour(), day, month, weekday)
        .prop_filter("a day that comes", move |(_, _, day, month, _)| {
            is_possible(day, month)
        })
        .prop_map(|(minute, (hour, interval), day, month, weekday)| Line {
            text: format!("{minute} {hour} {day} {month} {weekday}"),
            interval,
        })
}
