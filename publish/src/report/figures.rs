//! The rows of a report as a page shows them: numbers and words of one language.

use botnia_config::words::{self, numbers, times};
use botnia_model::{Comparator, Language, Origin, Status, Trend, Verdict};
use serde::Serialize;
use std::fmt::Write as _;

use super::charts::line::{LineChart, LineOf, within, years};
use super::charts::profile::verdict_class;
use super::charts::{escape, visible};
use super::plain::{beginning, plain};
use super::words::Words;
use super::{IndicatorDetails, Interval, Point, RegionReport, ReportContext, ReportRow};

/// How much of a source's description stands beside a figure.
const DESCRIPTION: usize = 200;

/// An indicator with its figure, in the table of its theme and in a card of its own.
#[derive(Serialize)]
pub(crate) struct Figure {
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) period: String,
    pub(crate) own: String,
    pub(crate) interval: Option<String>,
    /// What must be said of the value itself: provisional, computed.
    pub(crate) tag: Option<String>,
    pub(crate) change: String,
    pub(crate) change_class: &'static str,
    /// Only the sign is shown where nothing can be said.
    pub(crate) change_word: Option<&'static str>,
    pub(crate) change_is_clear: bool,
    pub(crate) others: Vec<Other>,
    pub(crate) trend_sign: &'static str,
    pub(crate) trend_word: &'static str,
    pub(crate) class: &'static str,
    pub(crate) verdict: &'static str,
    /// Escaped.
    pub(crate) url: Option<String>,
    pub(crate) producer: String,
    pub(crate) sentence: String,
    /// SVG.
    pub(crate) chart: String,
    pub(crate) notes: Vec<NoteView>,
    pub(crate) heads: Vec<String>,
    pub(crate) numbers: Vec<Line>,
    pub(crate) facts: Vec<Fact>,
}

/// The figure of a comparator.
#[derive(Serialize)]
pub(crate) struct Other {
    value: Option<String>,
    class: &'static str,
    word: Option<&'static str>,
}

/// A line of the numbers behind a chart.
#[derive(Serialize)]
pub(crate) struct Line {
    period: String,
    cells: Vec<String>,
}

/// Something worth knowing of a figure.
#[derive(Serialize)]
pub(crate) struct Fact {
    label: &'static str,
    text: String,
}

/// What somebody said beside a figure or a theme.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NoteView {
    /// The indicator, where the note does not stand beside its figure.
    pub(crate) about: Option<String>,
    pub(crate) language: &'static str,
    pub(crate) author: String,
    pub(crate) date: String,
    /// What it says, as safe HTML.
    pub(crate) html: String,
}

/// A column of comparators: which, the label of the national table, and its name.
pub(crate) struct ComparatorColumn {
    pub(crate) comparator: Comparator,
    pub(crate) label: &'static str,
    pub(crate) name: String,
}

/// Makes figures of rows.
pub(crate) struct Figures<'a> {
    pub(crate) language: Language,
    pub(crate) words: &'static Words,
    pub(crate) report: &'a RegionReport,
    pub(crate) context: &'a ReportContext,
    pub(crate) columns: &'a [ComparatorColumn],
    /// The areas of the charts, with their names.
    pub(crate) lines: &'a [ChartLine<'a>],
}

/// An area that charts compare with.
pub(crate) struct ChartLine<'a> {
    pub(crate) of: LineOf,
    pub(crate) region: &'a botnia_model::RegionId,
    pub(crate) name: String,
}

/// The id of the place of an indicator in a page; no two indicators have the same.
pub(crate) fn anchor(indicator_id: &str) -> String {
    let mut anchor = "i-".to_owned();
    for letter in indicator_id.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => anchor.push(letter),
            ':' => anchor.push('.'),
            other => {
                let _ = write!(anchor, "_{:x}_", u32::from(other));
            }
        }
    }
    anchor
}

/// An address that a reader may follow; `None` for one that is no web address.
pub(crate) fn web_address(url: &str) -> Option<String> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    (is_web
        && !url
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control()))
    .then(|| url.to_owned())
}

/// "7,5–8,5".
pub(crate) fn interval_text(
    language: Language,
    interval: Interval,
    decimals: Option<u8>,
) -> String {
    let [low, high] = numbers::old_and_new(language, (interval.low, interval.high), decimals);
    if high.starts_with(numbers::MINUS) {
        format!("{low} – {high}")
    } else {
        format!("{low}–{high}")
    }
}

/// The sign that stands for a direction beside its word.
fn trend_sign(trend: Trend) -> &'static str {
    match trend {
        Trend::Increasing => "\u{2197}",
        Trend::Decreasing => "\u{2198}",
        Trend::NoChange => "\u{2192}",
        Trend::NotCalculated => "\u{2013}",
    }
}

impl Figures<'_> {
    /// A number with the decimals of the row.
    pub(crate) fn number(&self, row: &ReportRow, value: f64) -> String {
        numbers::figure(self.language, value, row.decimals)
    }

    /// The title of a row.
    pub(crate) fn title(&self, row: &ReportRow) -> String {
        visible(row.title.or_finnish(self.language))
    }

    /// The period of a row's value.
    pub(crate) fn period(&self, row: &ReportRow) -> String {
        row.period
            .as_ref()
            .map(|period| times::period(self.language, period))
            .unwrap_or_default()
    }

    /// The figure of a row with a value.
    pub(crate) fn of(&self, row: &ReportRow, notes: Vec<NoteView>) -> Figure {
        let language = self.language;
        let details = self.context.indicators.get(&row.indicator_id);
        let verdict = row.comparison(Comparator::Country).judged.verdict;
        let changed = row.change_verdict.verdict;
        let is_change_judged = changed != Verdict::NotCompared;
        let (heads, numbers) = self.numbers(row);
        Figure {
            anchor: anchor(&row.indicator_id),
            title: self.title(row),
            period: self.period(row),
            own: row
                .value
                .map(|value| self.number(row, value))
                .unwrap_or_default(),
            interval: row
                .interval
                .map(|interval| interval_text(language, interval, row.decimals)),
            tag: self.tag(row),
            change: row.change.map_or_else(
                || "–".to_owned(),
                |change| numbers::difference(language, change, row.decimals),
            ),
            change_class: verdict_class(changed),
            change_is_clear: changed != Verdict::Similar,
            change_word: is_change_judged.then(|| words::change_verdict(language, changed)),
            others: self
                .columns
                .iter()
                .map(|column| self.other(row, column.comparator))
                .collect(),
            trend_sign: trend_sign(row.trend),
            trend_word: words::trend_verdict(language, row.trend_verdict),
            class: verdict_class(verdict),
            verdict: words::verdict(language, verdict),
            url: details
                .and_then(|details| details.source_url.as_deref())
                .and_then(web_address)
                .map(|url| {
                    let mut escaped = String::new();
                    escape(&url, &mut escaped);
                    escaped
                }),
            producer: details.map_or_else(String::new, |details| {
                visible(details.producer.or_finnish(language))
            }),
            sentence: visible(row.sentence.get(language)),
            chart: self.chart(row).unwrap_or_default(),
            notes,
            heads,
            numbers,
            facts: self.facts(row, details),
        }
    }

    fn other(&self, row: &ReportRow, comparator: Comparator) -> Other {
        let comparison = row.comparison(comparator);
        let verdict = comparison.judged.verdict;
        Other {
            value: comparison.value.map(|value| self.number(row, value)),
            class: verdict_class(verdict),
            word: (verdict != Verdict::NotCompared).then(|| words::verdict(self.language, verdict)),
        }
    }

    fn tag(&self, row: &ReportRow) -> Option<String> {
        match (row.status, row.origin) {
            (Status::Provisional | Status::Projection | Status::Break, _) => {
                Some(words::status(self.language, row.status).to_owned())
            }
            (_, Some(Origin::Computed)) => Some(self.words.computed.to_owned()),
            _ => None,
        }
    }

    /// The series of the chart's areas. Numbers and amounts grow with the area: they are
    /// shown alone.
    fn others<'s>(&'s self, row: &ReportRow) -> Vec<(&'s ChartLine<'s>, &'s [Point])> {
        use botnia_model::ValueKind::{Count, Euro};
        if matches!(row.value_kind, Count | Euro) {
            return Vec::new();
        }
        let mut others: Vec<(&ChartLine<'_>, &[Point])> = Vec::new();
        for line in self.lines {
            let series = self.context.comparators.of(line.region, &row.indicator_id);
            // A county that is a province by another name has the same figures.
            let is_there = others.iter().any(|(_, known)| is_same(known, series));
            if !is_there && series.iter().any(|point| point.value.is_some()) {
                others.push((line, series));
            }
        }
        others
    }

    fn chart(&self, row: &ReportRow) -> Option<String> {
        let others: Vec<(LineOf, &[Point])> = self
            .others(row)
            .into_iter()
            .map(|(line, series)| (line.of, series))
            .collect();
        LineChart {
            own: self.report.own_series(&row.indicator_id),
            others: &others,
            interval: row.interval,
            alternative: &self.alternative(row),
            language: self.language,
        }
        .draw()
    }

    /// What the chart says: the first and the last figure, and the last of the other lines.
    fn alternative(&self, row: &ReportRow) -> String {
        let own = self.report.own_series(&row.indicator_id);
        let mut text = format!(
            "{} {}:",
            self.words.line_chart,
            self.report.name(self.language)
        );
        let Some(years) = years(own) else {
            return text;
        };
        let mut ends: Vec<&Point> = within(own, years)
            .filter(|point| point.value.is_some())
            .collect();
        if ends.len() > 2 {
            ends.drain(1..ends.len() - 1);
        }
        for (index, point) in ends.iter().enumerate() {
            let value = point.value.unwrap_or_default();
            let _ = write!(
                text,
                "{} {} {}",
                if index > 0 { "," } else { "" },
                times::period(self.language, &point.period),
                self.number(row, value)
            );
        }
        for (line, series) in self.others(row) {
            let last = within(series, years).filter_map(|point| point.value).last();
            if let Some(value) = last {
                let _ = write!(text, "; {} {}", line.name, self.number(row, value));
            }
        }
        text.push('.');
        text
    }

    /// The numbers behind the chart: the headings of the comparators, and a line per period.
    fn numbers(&self, row: &ReportRow) -> (Vec<String>, Vec<Line>) {
        let own = self.report.own_series(&row.indicator_id);
        let Some(years) = years(own) else {
            return (Vec::new(), Vec::new());
        };
        let others = self.others(row);
        let heads = others.iter().map(|(line, _)| line.name.clone()).collect();
        let lines = within(own, years)
            .map(|point| {
                let cell = |value: Option<f64>| {
                    value.map_or_else(|| "–".to_owned(), |value| self.number(row, value))
                };
                let own = match point.value {
                    None => words::status(self.language, point.status).to_owned(),
                    Some(value) => self.number(row, value),
                };
                let others = others.iter().map(|(_, series)| {
                    let same = series.iter().find(|other| other.period == point.period);
                    cell(same.and_then(|other| other.value))
                });
                Line {
                    period: times::period(self.language, &point.period),
                    cells: std::iter::once(own).chain(others).collect(),
                }
            })
            .collect();
        (heads, lines)
    }

    fn facts(&self, row: &ReportRow, details: Option<&IndicatorDetails>) -> Vec<Fact> {
        let language = self.language;
        let words_of = self.words;
        let mut facts = Vec::new();
        let mut add = |label, text: String| {
            if !text.is_empty() {
                facts.push(Fact { label, text });
            }
        };
        if let Some(interval) = row.interval {
            let text = interval_text(language, interval, row.decimals);
            let method = words::interval_method(language, interval.method);
            add(words_of.uncertainty, format!("{text} ({method})"));
        } else if let Some(reason) = row.comparison(Comparator::Country).judged.not_compared {
            let reason = words::not_compared(language, reason);
            let verdict = words::verdict(language, Verdict::NotCompared);
            add(words_of.uncertainty, format!("{verdict}: {reason}"));
        }
        let rest = row.comparison(Comparator::RestOfProvince);
        if let Some(value) = rest.value {
            let verdict = match rest.judged.verdict {
                Verdict::NotCompared => String::new(),
                verdict => format!(" ({})", words::verdict(language, verdict)),
            };
            add(
                words_of.rest_of_province,
                format!("{}{verdict}", self.number(row, value)),
            );
        }
        if let Some(reason) = row.no_trend {
            let none = words::trend_verdict(language, row.trend_verdict);
            let reason = words::no_trend(language, reason);
            add(words_of.direction, format!("{none}: {reason}"));
        }
        if let Some(details) = details {
            let text = |html: &botnia_model::Text| {
                beginning(&plain(html.or_finnish(language)), DESCRIPTION)
            };
            add(words_of.measures, text(&details.description));
            add(words_of.beware, text(&details.limits));
            let updated = details.data_updated.as_deref().unwrap_or_default();
            add(words_of.updated, date(language, updated));
            if let Some(state) = self.state(details) {
                add(words_of.beware, state);
            }
        }
        facts
    }

    /// That the figures may be older than the source's.
    fn state(&self, details: &IndicatorDetails) -> Option<String> {
        use botnia_model::IndicatorState::{Active, Ended, Held, Stale};
        let text = match details.state {
            Active => return None,
            Stale => [
                "Lähteestä ei ole saatu uusia tietoja",
                "Nya uppgifter har inte kunnat hämtas från källan",
                "New figures could not be retrieved from the source",
            ],
            Held => [
                "Uudemmat luvut odottavat tarkistusta",
                "Nyare siffror väntar på kontroll",
                "Newer figures await a check",
            ],
            Ended => [
                "Lähde ei enää julkaise uusia vuosia",
                "Källan publicerar inte längre nya år",
                "The source no longer publishes new years",
            ],
        };
        let text = words::in_language(self.language, text);
        Some(match &details.state_since {
            Some(since) => {
                let since = date(self.language, since);
                match self.language {
                    Language::Fi => format!("{text} ({since} {}).", self.words.since),
                    _ => format!("{text} ({} {since}).", self.words.since),
                }
            }
            None => format!("{text}."),
        })
    }
}

/// Whether two series have the same figures.
fn is_same(one: &[Point], other: &[Point]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(one, other)| one.period == other.period && one.value == other.value)
}

/// A day `YYYY-MM-DD` as the language writes it; anything else as it is.
pub(crate) fn date(language: Language, text: &str) -> String {
    text.parse()
        .map_or_else(|_| visible(text), |day| times::date(language, day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_indicators_share_a_place() {
        let ids = [
            "sotkanet:1",
            "sotkanet-1",
            "sotkanet.1",
            "sotkanet_2e_1",
            "sotkanet 1",
        ];
        let anchors: BTreeSet<String> = ids.iter().map(|id| anchor(id)).collect();
        assert_eq!(anchors.len(), ids.len());
        assert_eq!(anchor("sotkanet:181"), "i-sotkanet.181");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(web_address("javascript:alert(1)"), None);
        assert_eq!(web_address("https://x\u{a0}y"), None);
        assert!(web_address("https://sotkanet.fi/a?b=1&c=2").is_some());
    }

    #[test]
    fn an_interval_keeps_its_ends_apart() {
        let interval = |low, high| Interval {
            low,
            high,
            method: botnia_model::IntervalMethod::WilsonFromCounts,
        };
        let text = |low, high| interval_text(Language::Fi, interval(low, high), Some(1));
        assert_eq!(text(7.5, 8.5), "7,5–8,5");
        assert_eq!(text(-2.0, -1.0), "−2,0 – −1,0");
        assert_eq!(text(7.51, 7.54), "7,51–7,54");
    }
}
