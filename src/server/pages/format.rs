//! Numbers, sizes and moments as they are written in the language of the page.

use botnia_config::words::{numbers, times};
use botnia_model::Language;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::job_words::JobWords;
use super::words::{self, Unit, Words};

/// A moment for people and for machines.
#[derive(Debug, Serialize)]
pub(super) struct Moment {
    /// RFC 3339, UTC.
    machine: String,
    /// In the language and the time zone of the page.
    text: String,
    /// How long ago, or in how long.
    distance: String,
}

/// How a page writes things.
pub(super) struct Formats {
    language: Language,
    zone: TimeZone,
    now: Timestamp,
}

impl Formats {
    pub(super) fn new(language: Language, zone: TimeZone, now: Timestamp) -> Self {
        Self {
            language,
            zone,
            now,
        }
    }

    pub(super) fn language(&self) -> Language {
        self.language
    }

    pub(super) fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    pub(super) fn job_words(&self) -> &'static JobWords {
        JobWords::of(self.language)
    }

    pub(super) fn moment(&self, moment: Timestamp) -> Moment {
        Moment {
            machine: moment.to_string(),
            text: times::local(self.language, &moment.to_zoned(self.zone.clone())),
            distance: self.distance(moment),
        }
    }

    fn distance(&self, moment: Timestamp) -> String {
        let seconds = self.now.duration_since(moment).as_secs();
        let is_past = seconds >= 0;
        let (unit, count) = match seconds.abs() {
            0..60 => return words::just_now(self.language, is_past).to_owned(),
            seconds @ 60..3_600 => (Unit::Minute, seconds / 60),
            seconds @ 3_600..172_800 => (Unit::Hour, seconds / 3_600),
            seconds => (Unit::Day, seconds / 86_400),
        };
        words::distance(self.language, unit, count, is_past)
    }

    /// A day, `YYYY-MM-DD` in the data; as it stands where it is none.
    pub(super) fn day(&self, day: &str) -> String {
        day.parse::<Date>()
            .map_or_else(|_| day.to_owned(), |day| times::date(self.language, day))
    }

    /// A whole number with its thousands apart: by a no-break space in Finnish and
    /// Swedish, by a comma in English.
    pub(super) fn number(&self, number: u64) -> String {
        numbers::count(self.language, number)
    }

    /// A number with its noun: the first of `words` for 1, the second for any other.
    pub(super) fn counted(&self, words: [&str; 2], count: u64) -> String {
        words[usize::from(count != 1)].replace("{n}", &self.number(count))
    }

    /// A length in bytes, in units of a thousand.
    pub(super) fn size(&self, bytes: u64) -> String {
        let (letter, comma) = match self.language {
            Language::Fi => ('t', ','),
            Language::Sv => ('B', ','),
            Language::En => ('B', '.'),
        };
        let (prefix, unit) = match bytes {
            0..1_000 => return format!("{bytes}\u{a0}{letter}"),
            1_000..1_000_000 => ("k", 1_000),
            1_000_000..1_000_000_000 => ("M", 1_000_000),
            _ => ("G", 1_000_000_000),
        };
        let tenths = bytes / (unit / 10);
        let (whole, tenth) = (self.number(tenths / 10), tenths % 10);
        // Two digits are enough to compare by.
        if tenths >= 100 {
            format!("{whole}\u{a0}{prefix}{letter}")
        } else {
            format!("{whole}{comma}{tenth}\u{a0}{prefix}{letter}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(language: Language) -> Formats {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        Formats::new(language, TimeZone::get("Europe/Helsinki").unwrap(), now)
    }

    #[test]
    fn moments_are_written_in_the_language_and_the_zone() {
        for (language, at, text, distance) in [
            (
                Language::Fi,
                "2026-11-21T03:15:00Z",
                "21.11.2026 klo 5.15",
                "8 tuntia sitten",
            ),
            (
                Language::Sv,
                "2026-07-01T21:30:00Z",
                "2.7.2026 kl. 0.30",
                "för 142 dagar sedan",
            ),
            (
                Language::En,
                "2026-11-21T12:01:00Z",
                "21 November 2026 at 14:01",
                "in 1 minute",
            ),
            (
                Language::Fi,
                "2026-11-22T12:00:00Z",
                "22.11.2026 klo 14.00",
                "24 tunnin kuluttua",
            ),
            (
                Language::Sv,
                "2026-11-21T10:59:00Z",
                "21.11.2026 kl. 12.59",
                "för 1 timme sedan",
            ),
            (
                Language::En,
                "2026-11-21T11:59:01Z",
                "21 November 2026 at 13:59",
                "just now",
            ),
        ] {
            let moment = formats(language).moment(at.parse().unwrap());
            assert_eq!(
                (moment.text.as_str(), moment.distance.as_str()),
                (text, distance)
            );
            assert_eq!(moment.machine, at);
        }
    }

    #[test]
    fn sizes_have_two_digits_or_more() {
        for (bytes, fi, en) in [
            (0, "0\u{a0}t", "0\u{a0}B"),
            (999, "999\u{a0}t", "999\u{a0}B"),
            (1_000, "1,0\u{a0}kt", "1.0\u{a0}kB"),
            (12_399, "12\u{a0}kt", "12\u{a0}kB"),
            (1_250_000, "1,2\u{a0}Mt", "1.2\u{a0}MB"),
            (3_210_000_000, "3,2\u{a0}Gt", "3.2\u{a0}GB"),
        ] {
            assert_eq!(formats(Language::Fi).size(bytes), fi);
            assert_eq!(formats(Language::En).size(bytes), en);
        }
    }

    #[test]
    fn numbers_and_nouns_agree() {
        let finnish = formats(Language::Fi);
        let words = ["{n} tiedosto", "{n} tiedostoa"];
        assert_eq!(finnish.counted(words, 1), "1 tiedosto");
        assert_eq!(finnish.counted(words, 0), "0 tiedostoa");
        assert_eq!(finnish.counted(words, 84_083), "84\u{a0}083 tiedostoa");
        assert_eq!(formats(Language::En).number(1_234_567), "1,234,567");
        assert_eq!(finnish.day("2026-11-21"), "21.11.2026");
        assert_eq!(finnish.day("unknown"), "unknown");
    }
}
