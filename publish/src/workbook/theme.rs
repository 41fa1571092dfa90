//! The sheet of a theme: the table of the national report tool, a row per indicator.

use botnia_config::words::{self, times};
use botnia_model::{Comparator, Language, NotCompared, Origin, Verdict};

use super::RegionWorkbook;
use super::sheet::{Cell, Heading, SheetNames, TableSheet, cell_text};
use super::words::Phrases;
use crate::report::{RegionReport, ReportContext, ReportRow};

/// A column of comparators.
pub(crate) struct ComparatorColumn {
    pub(crate) comparator: Comparator,
    /// "V1 Pohjanmaa", "Muu maakunta".
    pub(crate) name: String,
}

/// The areas that a region is compared with, as the columns of the national table are called.
pub(crate) fn comparator_columns(
    report: &RegionReport,
    context: &ReportContext,
    language: Language,
) -> Vec<ComparatorColumn> {
    let region = &report.region;
    let named = |comparator, named: Option<&botnia_model::Region>| {
        let name = named?.name.or_finnish(language);
        Some((comparator, cell_text(name)))
    };
    let told = |comparator| {
        let mut name = words::comparator(language, comparator).to_owned();
        capitalise(&mut name);
        Some((comparator, name))
    };
    let province = context.province(region);
    let peers = context.peers_of(region);
    let columns = [
        ("V1 ", named(Comparator::Province, province)),
        (
            "V2 ",
            named(
                Comparator::WellbeingCounty,
                context.wellbeing_county(region),
            ),
        ),
        ("V3 ", told(Comparator::Country)),
        (
            "V4 ",
            (!peers.is_empty())
                .then(|| told(Comparator::Peers))
                .flatten(),
        ),
        ("", province.and_then(|_| told(Comparator::RestOfProvince))),
    ];
    let columns = columns.into_iter();
    columns
        .filter_map(|(label, column)| {
            let (comparator, name) = column?;
            let name = format!("{label}{name}");
            Some(ComparatorColumn { comparator, name })
        })
        .collect()
}

/// The name of a theme as a heading.
pub(crate) fn theme_name(language: Language, theme: &str) -> String {
    words::theme(language, theme).map_or_else(|| cell_text(theme), str::to_owned)
}

/// Names of sheets whose headings are too long for one.
fn sheet_name(language: Language, theme: &str) -> Option<&'static str> {
    (theme == "health_promotion").then(|| {
        words::in_language(
            language,
            [
                "Hyvinvoinnin edistäminen",
                "Främjande av välfärd",
                "Health promotion",
            ],
        )
    })
}

/// The sheet of a theme with these rows.
pub(super) fn sheet(
    of: &RegionWorkbook<'_>,
    language: Language,
    theme: &str,
    rows: &[&ReportRow],
    names: &mut SheetNames,
) -> TableSheet {
    let phrases = Phrases::of(language);
    let heading = theme_name(language, theme);
    let name = names.take(sheet_name(language, theme).unwrap_or(&heading));
    let columns = comparator_columns(of.report, of.context, language);
    let mut headings = vec![
        Heading::new(phrases.indicator, 46),
        Heading::new(phrases.unit, 18),
        Heading::new(phrases.year, 10),
        Heading::new(phrases.own, 12),
        Heading::new(phrases.change, 13),
    ];
    headings.extend(columns.iter().map(|column| Heading::new(&column.name, 15)));
    headings.extend([
        Heading::new(phrases.five_years, 13),
        Heading::new(phrases.low, 12),
        Heading::new(phrases.high, 12),
        Heading::new(phrases.change_in_words, 18),
    ]);
    headings.extend(columns.iter().map(|column| {
        let text = format!("{}: {}", phrases.difference, column.name);
        Heading::new(text, 18)
    }));
    headings.extend([
        Heading::new(phrases.direction, 18),
        Heading::new(phrases.status, 22),
        Heading::new(phrases.remark, 80),
        Heading::new(phrases.source, 28),
        Heading::new(phrases.code, 16),
    ]);
    let rows = rows
        .iter()
        .map(|row| cells(of, language, &columns, row))
        .collect();
    TableSheet {
        headings,
        rows,
        ..of.table_sheet(language, name, &heading, phrases.theme_about.to_owned())
    }
}

fn cells(
    of: &RegionWorkbook<'_>,
    language: Language,
    columns: &[ComparatorColumn],
    row: &ReportRow,
) -> Vec<Cell> {
    let decimals = row.decimals;
    let difference =
        |value: Option<f64>| value.map_or(Cell::Empty, |value| Cell::Difference(value, decimals));
    let mut cells = vec![
        Cell::lines(row.title.or_finnish(language)),
        Cell::lines(row.unit.or_finnish(language)),
        when(language, row),
        Cell::number(row.value, decimals),
        difference(row.change),
    ];
    cells.extend(columns.iter().map(|column| {
        let comparison = row.comparison(column.comparator);
        Cell::number(comparison.value, decimals)
    }));
    cells.extend([
        difference(row.five_year_change),
        Cell::number(row.interval.map(|interval| interval.low), decimals),
        Cell::number(row.interval.map(|interval| interval.high), decimals),
        Cell::text(words::change_verdict(language, row.change_verdict.verdict)),
    ]);
    cells.extend(columns.iter().map(|column| {
        let verdict = row.comparison(column.comparator).judged.verdict;
        Cell::text(words::verdict(language, verdict))
    }));
    let details = of.context.indicators.get(&row.indicator_id);
    cells.extend([
        Cell::text(words::trend_verdict(language, row.trend_verdict)),
        Cell::text(words::status(language, row.status)),
        Cell::lines(&remark(of, language, columns, row)),
        details.map_or(Cell::Empty, |details| {
            Cell::lines(details.producer.or_finnish(language))
        }),
        Cell::text(&row.indicator_id),
    ]);
    cells
}

/// The year as a number where the period is one; as words where it is another period.
pub(super) fn when(language: Language, row: &ReportRow) -> Cell {
    match (&row.period, row.year) {
        (Some(period), Some(year)) if period.as_str() == year.to_string() => Cell::Year(year),
        (Some(period), _) => Cell::text(&times::period(language, period)),
        (None, _) => Cell::Empty,
    }
}

/// Why there is no value, no verdict or no direction, each reason once.
fn remark(
    of: &RegionWorkbook<'_>,
    language: Language,
    columns: &[ComparatorColumn],
    row: &ReportRow,
) -> String {
    let phrases = Phrases::of(language);
    let mut sentences = Vec::new();
    if row.value.is_none() {
        let level = of.report.region.key.level;
        return words::missing_sentence(language, row.status, level).unwrap_or_default();
    }
    if row.origin == Some(Origin::Computed) {
        sentences.push(phrases.computed.to_owned());
    }
    let mut told: Vec<NotCompared> = Vec::new();
    for column in columns {
        let judged = row.comparison(column.comparator).judged;
        let Some(reason) = judged.not_compared else {
            continue;
        };
        if judged.verdict == Verdict::NotCompared
            && reason != NotCompared::SameRegion
            && !told.contains(&reason)
        {
            told.push(reason);
            let reason = words::not_compared(language, reason);
            sentences.push(format!("{}: {reason}.", phrases.not_compared_with));
        }
    }
    if let Some(reason) = row.no_trend {
        let reason = words::no_trend(language, reason);
        sentences.push(format!("{}: {reason}.", phrases.no_direction));
    }
    sentences.join(" ")
}

fn capitalise(text: &mut str) {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
}
