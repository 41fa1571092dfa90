//! When a source is swept: five-field cron, as POSIX defines it, in the time zone of the
//! settings.
//!
//! Deliberately absent: time zones and the clock. A schedule speaks of wall-clock minutes;
//! what a skipped or repeated hour means is for the scheduler to decide.

use std::fmt;
use std::str::FromStr;

use cron::TimeUnitSpec as _;
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time};

/// A cron line: minute, hour, day of the month, month, day of the week.
#[derive(Clone, Debug)]
pub struct Schedule {
    text: String,
    fields: cron::Schedule,
}

/// What becomes of slots that passed while nothing ran: the machine was off or asleep, or its
/// clock was set forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Missed {
    /// The latest of them runs, once.
    #[default]
    Run,
    /// None of them runs.
    Skip,
}

/// What becomes of a slot that comes while the sweep before it still runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Overlap {
    /// It does not run.
    #[default]
    Skip,
    /// It runs when the other has ended; at most one waits.
    Queue,
}

/// Text that is not a cron line of five fields.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    /// Too few or too many fields.
    #[error("a cron line has five fields (minute, hour, day, month, weekday), this has {count}")]
    FieldCount {
        /// How many there are.
        count: usize,
    },
    /// One field cannot be read.
    #[error("`{text}` is not {expected}")]
    Field {
        /// The field's text.
        text: String,
        /// What it should be, with its article.
        expected: &'static str,
    },
    /// Its days are none of any of its months: the 31st of February.
    #[error("`{text}` never fires: none of its months has such a day")]
    Never {
        /// The line.
        text: String,
    },
}

/// The six fields of the library that reads them, all open: the seconds, and POSIX's five.
const OPEN: [&str; 6] = ["0", "*", "*", "*", "*", "*"];

const EXPECTED: [&str; 5] = [
    "a minute (0–59), the first of the five fields",
    "an hour (0–23), the second of the five fields",
    "a day of the month (1–31), the third of the five fields",
    "a month (1–12 or JAN–DEC), the fourth of the five fields",
    "a day of the week (0–7 or SUN–SAT, 0 and 7 are Sunday), the last of the five fields",
];

const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Schedule {
    /// The line as it was written, with one space between its fields.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it fires in the minute of `moment`, read from a clock on the wall.
    pub fn matches(&self, moment: DateTime) -> bool {
        has(self.fields.minutes(), moment.minute())
            && has(self.fields.hours(), moment.hour())
            && self.matches_day(moment.date())
    }

    /// Whether it fires on `day`, at each of [`Schedule::times`]. Where the day of the month
    /// and the day of the week are both restricted, either may match, as POSIX has it.
    pub fn matches_day(&self, day: Date) -> bool {
        let (days, weekdays) = (self.fields.days_of_month(), self.fields.days_of_week());
        let in_month = has(days, day.day());
        // Counted from 1 on Sunday here.
        let in_week = has(weekdays, day.weekday().to_sunday_one_offset());
        has(self.fields.months(), day.month())
            && if days.is_all() || weekdays.is_all() {
                in_month && in_week
            } else {
                in_month || in_week
            }
    }

    /// Every combination of month and day comes in a leap year. Which weekday it falls on is
    /// another in other years, but a weekday never narrows a day of the month: where both are
    /// restricted, either may match.
    fn can_fire(&self) -> bool {
        const NEW_YEAR_OF_A_LEAP_YEAR: Date = jiff::civil::date(2024, 1, 1);
        NEW_YEAR_OF_A_LEAP_YEAR
            .series(1.day())
            .take(366)
            .any(|day| self.matches_day(day))
    }

    /// The minutes of a day on which it fires, in order.
    pub fn times(&self) -> impl DoubleEndedIterator<Item = Time> {
        self.fields.hours().iter().flat_map(|hour| {
            self.fields.minutes().iter().filter_map(move |minute| {
                let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
                Time::new(hour, minute, 0, 0).ok()
            })
        })
    }

    /// Whether it means "every so often" and not "at these hours": its hour field begins with
    /// a `*`, as in `*/30 * * * *` and `0 */6 * * *`, or names every hour.
    pub fn is_interval(&self) -> bool {
        let hours = self.text.split(' ').nth(1);
        hours.is_some_and(|hours| hours.starts_with('*')) || self.fields.hours().is_all()
    }
}

fn has(field: &impl cron::TimeUnitSpec, value: i8) -> bool {
    u32::try_from(value).is_ok_and(|value| field.includes(value))
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FromStr for Schedule {
    type Err = InvalidSchedule;

    fn from_str(text: &str) -> Result<Self, InvalidSchedule> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        if fields.len() != 5 {
            return Err(InvalidSchedule::FieldCount {
                count: fields.len(),
            });
        }
        let mut line = OPEN.map(str::to_owned);
        for (index, (field, expected)) in fields.iter().zip(EXPECTED).enumerate() {
            let invalid = || InvalidSchedule::Field {
                text: (*field).to_owned(),
                expected,
            };
            let translated = if index == 4 {
                weekdays(field).ok_or_else(invalid)?
            } else {
                (*field).to_owned()
            };
            // Alone, so that the complaint is about this field.
            let mut alone = OPEN.map(str::to_owned);
            alone[index + 1].clone_from(&translated);
            // The library also reads `?`, which is not POSIX.
            if field.contains('?') || cron::Schedule::from_str(&alone.join(" ")).is_err() {
                return Err(invalid());
            }
            line[index + 1] = translated;
        }
        let text = fields.join(" ");
        let fields =
            cron::Schedule::from_str(&line.join(" ")).map_err(|_| InvalidSchedule::Field {
                text: text.clone(),
                expected: "a cron line",
            })?;
        let schedule = Self { text, fields };
        if schedule.can_fire() {
            Ok(schedule)
        } else {
            Err(InvalidSchedule::Never {
                text: schedule.text,
            })
        }
    }
}

/// POSIX counts weekdays from 0 on Sunday and knows 7 as Sunday too; the library counts
/// from 1. Names mean the same to both, so the field becomes a list of names.
fn weekdays(field: &str) -> Option<String> {
    let mut names = [false; 7];
    for item in field.split(',') {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|step| *step > 0)?),
            None => (item, 1),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (0, 6),
            Some((first, last)) => (weekday(first)?, weekday(last)?),
            None if item.contains('/') => (weekday(range)?, 6),
            None => (weekday(range)?, weekday(range)?),
        };
        // `SAT-SUN` and `5-0` run over the end of the week.
        let last = if last < first { last + 7 } else { last };
        for day in (first..=last).step_by(step) {
            names[day % 7] = true;
        }
    }
    if names.iter().all(|named| *named) {
        return Some("*".to_owned());
    }
    let names: Vec<_> = WEEKDAYS
        .iter()
        .zip(names)
        .filter_map(|(name, named)| named.then_some(*name))
        .collect();
    Some(names.join(","))
}

fn weekday(text: &str) -> Option<usize> {
    if let Ok(number) = text.parse::<usize>() {
        return (number <= 7).then_some(number);
    }
    let upper = text.to_ascii_uppercase();
    WEEKDAYS.iter().position(|name| *name == upper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// The days of one week, Sunday 7 June 2026 first, on which `field` fires.
    fn days(field: &str) -> String {
        let schedule: Schedule = format!("15 5 * * {field}").parse().unwrap();
        (7..14)
            .zip(WEEKDAYS)
            .filter(|(day, _)| schedule.matches(date(2026, 6, *day).at(5, 15, 0, 0)))
            .map(|(_, name)| name)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn weekdays_are_counted_as_posix_counts_them() {
        let cases = [
            ("0", "SUN"),
            ("7", "SUN"),
            ("1", "MON"),
            ("6", "SAT"),
            ("1-5", "MON TUE WED THU FRI"),
            ("5-7", "SUN FRI SAT"),
            ("0-2", "SUN MON TUE"),
            ("*/2", "SUN TUE THU SAT"),
            ("1-6/2", "MON WED FRI"),
            ("1,3,7", "SUN MON WED"),
            ("mon-wed,SAT", "MON TUE WED SAT"),
            ("SAT-SUN", "SUN SAT"),
            ("*", "SUN MON TUE WED THU FRI SAT"),
        ];
        for (field, expected) in cases {
            assert_eq!(days(field), expected, "{field}");
        }
    }

    #[test]
    fn the_minute_and_the_hour_must_match() {
        let schedule: Schedule = " 15  5 * * * ".parse().unwrap();
        assert_eq!(schedule.as_str(), "15 5 * * *");
        assert!(schedule.matches(date(2026, 6, 7).at(5, 15, 59, 0)));
        assert!(!schedule.matches(date(2026, 6, 7).at(5, 16, 0, 0)));
        assert!(!schedule.matches(date(2026, 6, 7).at(17, 15, 0, 0)));
    }

    #[test]
    fn a_day_and_a_weekday_are_alternatives() {
        let schedule: Schedule = "0 6 1 * MON".parse().unwrap();
        let fires = |day| schedule.matches(date(2026, 6, day).at(6, 0, 0, 0));
        // Monday the 1st, Monday the 8th; Tuesday the 9th does not.
        assert!(fires(1) && fires(8) && !fires(9));
        assert!(
            schedule.matches(date(2026, 7, 1).at(6, 0, 0, 0)),
            "a Wednesday"
        );
    }

    #[test]
    fn the_times_of_a_day_are_those_that_match() {
        let schedule: Schedule = "*/20,50 22,3 * * *".parse().unwrap();
        let times: Vec<_> = schedule.times().map(|time| time.to_string()).collect();
        assert_eq!(
            times.join(" "),
            "03:00:00 03:20:00 03:40:00 03:50:00 22:00:00 22:20:00 22:40:00 22:50:00"
        );
        let day = date(2026, 6, 7);
        let matching: Vec<_> = (0..24_i16 * 60)
            .filter_map(|minute| Time::midnight().checked_add(minute.minutes()).ok())
            .filter(|time| schedule.matches(day.to_datetime(*time)))
            .collect();
        assert_eq!(schedule.times().collect::<Vec<_>>(), matching);
    }

    #[test]
    fn an_interval_is_told_from_fixed_hours() {
        for (text, expected) in [
            ("*/30 * * * *", true),
            ("0 * * * *", true),
            ("5 */6 * * *", true),
            ("5 0-23 * * *", true),
            ("*/15 3 * * *", false),
            ("0 0,12 * * *", false),
            ("0 8-16/2 * * *", false),
        ] {
            let schedule: Schedule = text.parse().unwrap();
            assert_eq!(schedule.is_interval(), expected, "{text}");
        }
    }

    #[test]
    fn a_day_that_no_month_has_is_refused() {
        for text in ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 2,4,6,9,11 *"] {
            let error = text.parse::<Schedule>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("`{text}` never fires: none of its months has such a day")
            );
        }
        for text in [
            "30 4 29 2 *",
            "0 0 31 2,3 *",
            "0 0 29-31 2 *",
            // Either may match: on Mondays of February.
            "0 0 31 2 MON",
        ] {
            assert!(text.parse::<Schedule>().is_ok(), "{text}");
        }
    }

    #[test]
    fn the_wrong_field_is_named() {
        let error = |text: &str| text.parse::<Schedule>().unwrap_err().to_string();
        assert_eq!(
            error("15 5 * *"),
            "a cron line has five fields (minute, hour, day, month, weekday), this has 4"
        );
        assert_eq!(
            error("0 15 5 * * *"),
            "a cron line has five fields (minute, hour, day, month, weekday), this has 6"
        );
        for (text, field) in [
            ("60 5 * * *", "`60` is not a minute"),
            ("15 25 * * *", "`25` is not an hour"),
            ("15 5 32 * *", "`32` is not a day of the month"),
            ("15 5 * 13 *", "`13` is not a month"),
            ("15 5 * * 8", "`8` is not a day of the week"),
            ("15 5 * * mo", "`mo` is not a day of the week"),
            ("*/0 5 * * *", "`*/0` is not a minute"),
            ("15 5 ? * *", "`?` is not a day of the month"),
            ("15 5 * * ?", "`?` is not a day of the week"),
            ("15 9-5 * * *", "`9-5` is not an hour"),
        ] {
            assert!(error(text).starts_with(field), "{}", error(text));
        }
    }
}
