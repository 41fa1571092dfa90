//! How moments, days and periods are written in the three languages.

use botnia_model::{Language, Period};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::in_language;

/// A moment, UTC: "21.11.2026 klo 5.15 (UTC)".
#[must_use]
pub fn moment(language: Language, moment: Timestamp) -> String {
    format!("{} (UTC)", local(language, &moment.to_zoned(TimeZone::UTC)))
}

/// A moment in its own time zone: "21.11.2026 klo 7.15".
#[must_use]
pub fn local(language: Language, moment: &Zoned) -> String {
    let format = in_language(
        language,
        [
            "%-d.%-m.%Y klo %-H.%M",
            "%-d.%-m.%Y kl. %-H.%M",
            "%-d %B %Y at %H:%M",
        ],
    );
    moment.strftime(format).to_string()
}

/// The day of a moment, UTC: "21.11.2026".
#[must_use]
pub fn day(language: Language, moment: Timestamp) -> String {
    date(language, moment.to_zoned(TimeZone::UTC).date())
}

/// A day: "21.11.2026", "21 November 2026".
#[must_use]
pub fn date(language: Language, date: Date) -> String {
    let format = in_language(language, ["%-d.%-m.%Y", "%-d.%-m.%Y", "%-d %B %Y"]);
    date.strftime(format).to_string()
}

/// Periods in their order: `1990–2012, 2014`. Years that follow each other stand together.
#[must_use]
pub fn periods(periods: &[Period]) -> String {
    let is_year = |period: &Period| period.as_str().len() == 4;
    let follows = |one: &Period, other: &Period| {
        is_year(one) && is_year(other) && one.year() + 1 == other.year()
    };
    let parts: Vec<String> = periods
        .chunk_by(follows)
        .map(|run| match run {
            [first, .., last] => format!("{first}–{last}"),
            _ => run
                .iter()
                .map(|period| period.as_str().replace('/', "–"))
                .collect(),
        })
        .collect();
    parts.join(", ")
}

/// A period as the heading of a column or in brackets: "2024", "2019–2021", "1. neljännes
/// 2024", "maaliskuu 2024".
#[must_use]
pub fn period(language: Language, period: &Period) -> String {
    let year = period.year();
    match parts(period) {
        Parts::Year => year.to_string(),
        Parts::Years(last) => format!("{year}–{last}"),
        Parts::Quarter(quarter) => match language {
            Language::Fi => format!("{quarter}.\u{a0}neljännes {year}"),
            Language::Sv => format!("{} kvartalet {year}", ordinal_sv(quarter)),
            Language::En => format!("Q{quarter} {year}"),
        },
        Parts::Month(month) => {
            let month = MONTHS[usize::from(month) - 1];
            match language {
                Language::Fi => format!("{} {year}", month[0]),
                Language::Sv => format!("{} {year}", month[1]),
                Language::En => format!("{} {year}", month[2]),
            }
        }
    }
}

/// A period as it answers "when": "vuonna 2024", "vuosina 2019–2021", "vuoden 2024
/// ensimmäisellä neljänneksellä", "maaliskuussa 2024".
#[must_use]
pub fn in_period(language: Language, period: &Period) -> String {
    let year = period.year();
    match (parts(period), language) {
        (Parts::Year, Language::Fi) => format!("vuonna {year}"),
        (Parts::Year, Language::Sv) => format!("år {year}"),
        (Parts::Year, Language::En) => format!("in {year}"),
        (Parts::Years(last), Language::Fi) => format!("vuosina {year}–{last}"),
        (Parts::Years(last), Language::Sv) => format!("åren {year}–{last}"),
        (Parts::Years(last), Language::En) => format!("in {year}–{last}"),
        (Parts::Quarter(quarter), Language::Fi) => {
            let ordinal = ["ensimmäisellä", "toisella", "kolmannella", "viimeisellä"]
                [usize::from(quarter) - 1];
            format!("vuoden {year} {ordinal} neljänneksellä")
        }
        (Parts::Quarter(quarter), Language::Sv) => {
            format!("under {} kvartalet {year}", ordinal_sv(quarter))
        }
        (Parts::Quarter(quarter), Language::En) => {
            let ordinal = ["first", "second", "third", "fourth"][usize::from(quarter) - 1];
            format!("in the {ordinal} quarter of {year}")
        }
        (Parts::Month(month), Language::Fi) => {
            format!("{}ssa {year}", MONTHS[usize::from(month) - 1][0])
        }
        (Parts::Month(month), Language::Sv) => {
            format!("i {} {year}", MONTHS[usize::from(month) - 1][1])
        }
        (Parts::Month(month), Language::En) => {
            format!("in {} {year}", MONTHS[usize::from(month) - 1][2])
        }
    }
}

/// The months; every Finnish one ends in `kuu`, so that `ssa` makes its inessive.
const MONTHS: [[&str; 3]; 12] = [
    ["tammikuu", "januari", "January"],
    ["helmikuu", "februari", "February"],
    ["maaliskuu", "mars", "March"],
    ["huhtikuu", "april", "April"],
    ["toukokuu", "maj", "May"],
    ["kesäkuu", "juni", "June"],
    ["heinäkuu", "juli", "July"],
    ["elokuu", "augusti", "August"],
    ["syyskuu", "september", "September"],
    ["lokakuu", "oktober", "October"],
    ["marraskuu", "november", "November"],
    ["joulukuu", "december", "December"],
];

fn ordinal_sv(quarter: u8) -> &'static str {
    ["första", "andra", "tredje", "fjärde"][usize::from(quarter) - 1]
}

enum Parts {
    Year,
    /// The last year.
    Years(i32),
    /// 1 to 4.
    Quarter(u8),
    /// 1 to 12.
    Month(u8),
}

/// A period always has one of the four forms: `Period` can be made in no other.
fn parts(period: &Period) -> Parts {
    let rest = period.as_str().get(4..).unwrap_or_default();
    let number = |text: &str| text.parse::<u8>().unwrap_or(1);
    if let Some(last) = rest.strip_prefix('/') {
        Parts::Years(last.parse().unwrap_or_else(|_| period.year()))
    } else if let Some(quarter) = rest.strip_prefix("-Q") {
        Parts::Quarter(number(quarter).clamp(1, 4))
    } else if let Some(month) = rest.strip_prefix('-') {
        Parts::Month(number(month).clamp(1, 12))
    } else {
        Parts::Year
    }
}
