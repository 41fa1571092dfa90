//! The rows of the reporting table, and its files.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use botnia_config::words::subject;
use botnia_config::{IndicatorSet, SetIndicator};
use botnia_model::{
    Comparator, Indicator, IntervalMethod, NoTrend, NotCompared, Origin, Period, Sex, Status, Text,
};

use super::sentences::{About, Teller};
use super::{Figure, Reported};
use crate::TransformError;
use crate::aggregation::BlockReason;
use crate::methods::Limits;
use crate::release::credits::{Catalogue, Treatment};
use crate::release::files::Files;
use crate::release::places::{Place, Places};
use crate::release::series_id;
use crate::release::table::Columns;

const PATH: &str = "wellbeing.parquet";
const SORTED_BY: [&str; 4] = ["set_id", "position", "region_level", "region_code"];

/// Writes the table of all regions and that of every folder.
pub(in crate::release) fn write(
    sets: &[IndicatorSet],
    reported: &Reported,
    places: &Places,
    catalogue: Catalogue<'_>,
    files: &mut Files<'_>,
) -> Result<(), TransformError> {
    let rows = rows(sets, reported, catalogue, &Teller::new(places));
    let credit = |rows: &[Row<'_>]| {
        let indicators: BTreeMap<_, _> = rows
            .iter()
            .filter(|row| row.figure.value.is_some())
            .filter_map(|row| Some((&row.indicator?.indicator_id, row.indicator?)))
            .collect();
        catalogue.credit(indicators.into_values(), Treatment::Derived)
    };
    files.table(PATH, table(&rows, places), &SORTED_BY, credit(&rows))?;

    let mut by_region: BTreeMap<usize, Vec<Row<'_>>> = BTreeMap::new();
    for row in rows {
        by_region.entry(row.figure.region).or_default().push(row);
    }
    for (position, place) in places.all().iter().enumerate() {
        if let Some(folder) = place.folder() {
            // An abolished region with figures has a folder, but nothing to report.
            let rows = by_region.remove(&position).unwrap_or_default();
            let path = format!("{folder}/{PATH}");
            files.table(&path, table(&rows, places), &SORTED_BY, credit(&rows))?;
        }
    }
    Ok(())
}

/// One row of the table.
struct Row<'a> {
    set: &'a IndicatorSet,
    position: i32,
    expected: &'a SetIndicator,
    id: String,
    /// None where the release does not have it.
    indicator: Option<&'a Indicator>,
    figure: Figure,
    /// What it says, in plain sentences.
    sentence: Text,
}

fn rows<'a>(
    sets: &'a [IndicatorSet],
    reported: &Reported,
    catalogue: Catalogue<'a>,
    teller: &Teller<'_>,
) -> Vec<Row<'a>> {
    let mut sets: Vec<&IndicatorSet> = sets.iter().collect();
    sets.sort_by(|one, other| one.id.cmp(&other.id));
    let mut rows = Vec::new();
    for set in sets {
        for (position, expected) in (1..).zip(&set.indicators) {
            let id = series_id(set, expected);
            let indicator = catalogue.find(&id);
            let figures = reported.figures.get(&id).cloned().unwrap_or_else(|| {
                let status = match indicator {
                    None => Status::FetchFailed,
                    // It is there, and its figures are withheld.
                    Some(_) => Status::NotPublished,
                };
                let surroundings = reported.surroundings.iter();
                surroundings
                    .map(|one| Figure::without_value(one, Sex::Total, status))
                    .collect()
            });
            let about = About {
                expected,
                indicator,
                subject: subject(&id, &expected.title.fi),
            };
            rows.extend(figures.into_iter().map(|figure| Row {
                set,
                position,
                expected,
                id: id.to_string(),
                indicator,
                sentence: teller.tell(&about, &figure),
                figure,
            }));
        }
    }
    rows
}

#[expect(clippy::too_many_lines, reason = "one column after the other")]
fn table(rows: &[Row<'_>], places: &Places) -> Result<RecordBatch, ArrowError> {
    let place = |row: &Row<'_>| -> &Place { &places.all()[row.figure.region] };
    let figure = |of: fn(&Figure) -> Option<f64>| rows.iter().map(move |row| of(&row.figure));
    let limits = |of: fn(Limits) -> f64| {
        let intervals = rows.iter().map(|row| row.figure.judgement.interval);
        intervals.map(move |interval| interval.map(|interval| of(interval.limits)))
    };
    let no_unit = Text::default();
    let columns = Columns::default()
        .words("set_id", rows.iter().map(|row| &row.set.id))
        .all_integers(
            "set_version",
            rows.iter()
                .map(|row| i32::try_from(row.set.version).unwrap_or(i32::MAX)),
        )
        .all_integers("position", rows.iter().map(|row| row.position))
        .words("theme", rows.iter().map(|row| &row.expected.theme))
        .words("indicator_id", rows.iter().map(|row| &row.id))
        .texts("title", || {
            rows.iter().map(|row| {
                row.indicator
                    .map_or(&row.expected.title, |indicator| &indicator.title)
            })
        })
        .texts("unit", || {
            rows.iter()
                .map(|row| row.indicator.map_or(&no_unit, |indicator| &indicator.unit))
        })
        .integers(
            "decimals",
            rows.iter()
                .map(|row| row.indicator?.decimals.map(i32::from)),
        )
        .words(
            "value_kind",
            rows.iter().map(|row| row.expected.value_kind.as_str()),
        )
        .words(
            "polarity",
            rows.iter().map(|row| row.expected.polarity.as_str()),
        )
        .words(
            "region_level",
            rows.iter().map(|row| place(row).region.key.level.as_str()),
        )
        .words(
            "region_code",
            rows.iter().map(|row| place(row).region.key.code.as_str()),
        )
        .words("region_id", rows.iter().map(|row| place(row).id.as_str()))
        .texts("region_name", || {
            rows.iter().map(|row| &place(row).region.name)
        })
        .words("sex", rows.iter().map(|row| row.figure.sex.as_str()))
        .integers(
            "year",
            rows.iter()
                .map(|row| row.figure.period.as_ref().map(Period::year)),
        )
        .text(
            "period",
            rows.iter()
                .map(|row| row.figure.period.as_ref().map(Period::as_str)),
        )
        .figures("value", figure(|figure| figure.value))
        .figures("absolute_value", figure(|figure| figure.absolute_value))
        .words("status", rows.iter().map(|row| row.figure.status.as_str()))
        .figures("interval_low", limits(|limits| limits.low))
        .figures("interval_high", limits(|limits| limits.high))
        .words(
            "interval_method",
            rows.iter().map(|row| {
                let interval = row.figure.judgement.interval;
                interval
                    .map_or(IntervalMethod::None, |interval| interval.method)
                    .as_str()
            }),
        )
        .integers(
            "previous_year",
            rows.iter().map(|row| Some(row.figure.previous?.0)),
        )
        .figures("previous_value", figure(|figure| Some(figure.previous?.1)))
        .figures(
            "change",
            figure(|figure| figure.since(Some(figure.previous?.1))),
        )
        .figures("change_percent", figure(change_percent))
        .figures(
            "five_year_change",
            figure(|figure| figure.since(figure.five_years_before)),
        )
        .words(
            "change_verdict",
            rows.iter()
                .map(|row| row.figure.judgement.change.verdict.as_str()),
        )
        .optional_words(
            "change_not_compared",
            rows.iter().map(|row| {
                let reason = row.figure.judgement.change.not_compared;
                reason.map(NotCompared::as_str)
            }),
        );
    let columns = comparators(columns, rows);
    columns
        .words(
            "trend",
            rows.iter()
                .map(|row| row.figure.judgement.direction.trend.as_str()),
        )
        .words(
            "trend_verdict",
            rows.iter()
                .map(|row| row.figure.judgement.direction.verdict.as_str()),
        )
        .optional_words(
            "no_trend",
            rows.iter().map(|row| {
                let reason = row.figure.judgement.direction.no_trend;
                reason.map(NoTrend::as_str)
            }),
        )
        .optional_words(
            "origin",
            rows.iter().map(|row| row.figure.origin.map(Origin::as_str)),
        )
        .optional_words(
            "blocked",
            rows.iter()
                .map(|row| row.figure.blocked.map(BlockReason::as_str)),
        )
        .texts("sentence", || rows.iter().map(|row| &row.sentence))
        .finish()
}

/// The figures of all comparators, and then the verdict beside each of them.
fn comparators(mut columns: Columns, rows: &[Row<'_>]) -> Columns {
    for (at, comparator) in Comparator::ALL.iter().enumerate() {
        columns = columns.figures(
            &format!("{comparator}_value"),
            rows.iter().map(|row| row.figure.others[at]),
        );
    }
    for (at, comparator) in Comparator::ALL.iter().enumerate() {
        let comparison = |row: &Row<'_>| row.figure.judgement.comparisons[at];
        columns = columns
            .words(
                &format!("{comparator}_verdict"),
                rows.iter().map(|row| comparison(row).verdict.as_str()),
            )
            .optional_words(
                &format!("{comparator}_not_compared"),
                rows.iter()
                    .map(|row| comparison(row).not_compared.map(NotCompared::as_str)),
            );
    }
    columns
}

/// The change in percent of the previous value's size; none from nothing.
fn change_percent(figure: &Figure) -> Option<f64> {
    let (_, previous) = figure.previous?;
    let change = figure.since(Some(previous))?;
    (previous != 0.0).then(|| 100.0 * change / previous.abs())
}
