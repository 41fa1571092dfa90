//! The region's own observations, and what each indicator is.

use botnia_config::words::{self, times};
use botnia_model::{IndicatorState, Language, Polarity};

use super::RegionWorkbook;
use super::sheet::{Cell, Heading, SheetNames, TableSheet, address};
use super::theme::theme_name;
use super::words::Phrases;
use crate::documents::words::licence_name;
use crate::report::plain::plain;

/// The sheet with the series of the report's indicators, a row per figure.
pub(super) fn observations(
    of: &RegionWorkbook<'_>,
    language: Language,
    names: &mut SheetNames,
) -> TableSheet {
    let phrases = Phrases::of(language);
    let mut rows = Vec::new();
    for row in of.report.rows_in_order() {
        for point in of.report.own_series(&row.indicator_id) {
            let period = &point.period;
            let when = if period.as_str() == period.year().to_string() {
                Cell::Year(period.year())
            } else {
                Cell::text(&times::period(language, period))
            };
            rows.push(vec![
                Cell::text(&row.indicator_id),
                Cell::text(row.title.or_finnish(language)),
                when,
                Cell::text(words::sex(language, row.sex)),
                Cell::number(point.value, row.decimals),
                Cell::text(row.unit.or_finnish(language)),
                Cell::text(words::status(language, point.status)),
            ]);
        }
    }
    let name = names.take(phrases.observations);
    let about = phrases.observations_about.to_owned();
    TableSheet {
        headings: vec![
            Heading::new(phrases.code, 18),
            Heading::new(phrases.indicator, 60),
            Heading::new(phrases.period, 14),
            Heading::new(phrases.sex, 12),
            Heading::new(phrases.value, 14),
            Heading::new(phrases.unit, 26),
            Heading::new(phrases.status, 26),
        ],
        rows,
        ..of.table_sheet(language, name, phrases.observations, about)
    }
}

/// The sheet that says what each indicator is.
pub(super) fn descriptions(
    of: &RegionWorkbook<'_>,
    language: Language,
    names: &mut SheetNames,
) -> TableSheet {
    let phrases = Phrases::of(language);
    let mut rows = Vec::new();
    for row in of.report.rows_in_order() {
        let details = of.context.indicators.get(&row.indicator_id);
        let html = |text: Option<&botnia_model::Text>| {
            text.map_or(Cell::Empty, |text| {
                Cell::lines(&plain(text.or_finnish(language)))
            })
        };
        rows.push(vec![
            Cell::text(&row.indicator_id),
            Cell::lines(row.title.or_finnish(language)),
            Cell::lines(&theme_name(language, &row.theme)),
            html(details.map(|details| &details.description)),
            html(details.map(|details| &details.interpretation)),
            html(details.map(|details| &details.limits)),
            Cell::lines(row.unit.or_finnish(language)),
            Cell::text(match row.polarity {
                Polarity::HigherIsBetter => phrases.higher_is_good,
                Polarity::LowerIsBetter => phrases.lower_is_good,
                Polarity::None => phrases.neither_is_good,
            }),
            details.map_or(Cell::Empty, |details| {
                Cell::lines(details.producer.or_finnish(language))
            }),
            details.map_or(Cell::Empty, |details| {
                Cell::lines(&licence_name(language, &details.licence))
            }),
            // As the source writes it, which sorts as text.
            details
                .and_then(|details| details.data_updated.as_deref())
                .map_or(Cell::Empty, Cell::text),
            details.map_or(Cell::Empty, |details| {
                Cell::lines(match details.state {
                    IndicatorState::Active => phrases.states[0],
                    IndicatorState::Stale => phrases.states[1],
                    IndicatorState::Ended => phrases.states[2],
                    IndicatorState::Held => phrases.states[3],
                })
            }),
            details
                .and_then(|details| details.source_url.as_deref())
                .map_or(Cell::Empty, address),
        ]);
    }
    let name = names.take(phrases.descriptions);
    let about = phrases.descriptions_about.to_owned();
    TableSheet {
        headings: vec![
            Heading::new(phrases.code, 18),
            Heading::new(phrases.indicator, 40),
            Heading::new(phrases.theme, 22),
            Heading::new(phrases.measures, 70),
            Heading::new(phrases.interpretation, 50),
            Heading::new(phrases.limits, 50),
            Heading::new(phrases.unit, 18),
            Heading::new(phrases.good, 20),
            Heading::new(phrases.producer, 28),
            Heading::new(phrases.licence, 28),
            Heading::new(phrases.updated, 14),
            Heading::new(phrases.kept_up, 28),
            Heading::new(phrases.address, 40),
        ],
        rows,
        ..of.table_sheet(language, name, phrases.descriptions, about)
    }
}
