//! Made-up reports for tests, and the Parquet tables that they would be read from, written
//! by the published layout.

use std::fs::File;
use std::io::Seek;
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int32Array, RecordBatch, StringArray};
use botnia_model::{
    Comparator, IntervalMethod, Origin, Polarity, Region, RegionKey, RegionLevel, Sex, Status,
    Text, Trend, TrendVerdict, ValueKind, Verdict,
};
use parquet::arrow::ArrowWriter;

use super::{Comparison, Interval, Judged, Point, ReportRow};

pub(crate) fn text(fi: &str, sv: &str, en: &str) -> Text {
    Text {
        fi: fi.to_owned(),
        sv: sv.to_owned(),
        en: en.to_owned(),
    }
}

pub(crate) fn region(level: RegionLevel, code: &str, name: Text) -> Region {
    Region {
        key: RegionKey::new(level, code.parse().unwrap()),
        source_region_id: None,
        name,
        valid_from: None,
        valid_to: None,
        province: None,
        wellbeing_county: None,
        language_status: None,
        urban_rural: None,
        population: None,
    }
}

/// Vaasa, of province 15 and county 17.
pub(crate) fn vaasa() -> Region {
    Region {
        province: Some("15".parse().unwrap()),
        wellbeing_county: Some("17".parse().unwrap()),
        ..region(
            RegionLevel::Municipality,
            "905",
            text("Vaasa", "Vasa", "Vaasa"),
        )
    }
}

/// A share of 2024 with everything that can be known of it.
pub(crate) fn row(indicator_id: &str, theme: &str, value: f64) -> ReportRow {
    let compared = |comparator, value, verdict| Comparison {
        comparator,
        value: Some(value),
        judged: Judged {
            verdict,
            not_compared: None,
        },
    };
    ReportRow {
        set_id: "hyvinvointikertomus".to_owned(),
        set_version: 1,
        position: 1,
        theme: theme.to_owned(),
        indicator_id: indicator_id.to_owned(),
        title: text("Työttömät, %", "Arbetslösa, %", "Unemployed, %"),
        unit: text("Prosenttia", "Procent", "Percent"),
        value_kind: ValueKind::Share,
        polarity: Polarity::LowerIsBetter,
        sex: Sex::Total,
        year: Some(2024),
        period: Some("2024".parse().unwrap()),
        value: Some(value),
        absolute_value: Some(1_234.0),
        status: Status::Normal,
        decimals: Some(1),
        interval: Some(Interval {
            low: value - 0.5,
            high: value + 0.5,
            method: IntervalMethod::WilsonFromCounts,
        }),
        previous_year: Some(2023),
        previous_value: Some(value + 1.0),
        change: Some(-1.0),
        change_percent: Some(-100.0 / (value + 1.0)),
        five_year_change: Some(-2.5),
        change_verdict: Judged {
            verdict: Verdict::Better,
            not_compared: None,
        },
        comparisons: [
            compared(Comparator::Province, value + 2.0, Verdict::Better),
            compared(Comparator::WellbeingCounty, value + 0.1, Verdict::Similar),
            compared(Comparator::Country, value + 3.0, Verdict::Better),
            compared(Comparator::Peers, value - 2.0, Verdict::Worse),
            compared(Comparator::RestOfProvince, value + 2.2, Verdict::Better),
        ],
        trend: Trend::Decreasing,
        trend_verdict: TrendVerdict::GettingBetter,
        no_trend: None,
        sentence: text(
            "Vaasassa työttömiä oli 8,0 prosenttia työvoimasta.",
            "I Vasa var 8,0 procent av arbetskraften arbetslösa.",
            "In Vaasa 8.0 per cent of the labour force were unemployed.",
        ),
        origin: Some(Origin::Published),
        blocked: None,
    }
}

/// The figures of these years in a row.
pub(crate) fn points(first: i32, values: &[Option<f64>]) -> Vec<Point> {
    (first..)
        .zip(values)
        .map(|(year, value)| Point {
            period: year.to_string().parse().unwrap(),
            value: *value,
            status: if value.is_some() {
                Status::Normal
            } else {
                Status::NotPublished
            },
        })
        .collect()
}

type Column = (String, ArrayRef);

fn words<'a>(name: &str, texts: impl IntoIterator<Item = Option<&'a str>>) -> Column {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    for text in texts {
        builder.append_option(text);
    }
    (name.to_owned(), Arc::new(builder.finish()))
}

fn plain<'a>(name: &str, texts: impl IntoIterator<Item = Option<&'a str>>) -> Column {
    let texts: Vec<Option<&str>> = texts.into_iter().collect();
    (name.to_owned(), Arc::new(StringArray::from(texts)))
}

fn numbers(name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Column {
    let values: Vec<Option<f64>> = values.into_iter().collect();
    (name.to_owned(), Arc::new(Float64Array::from(values)))
}

fn integers(name: &str, values: impl IntoIterator<Item = Option<i32>>) -> Column {
    let values: Vec<Option<i32>> = values.into_iter().collect();
    (name.to_owned(), Arc::new(Int32Array::from(values)))
}

fn in_languages(name: &str, texts: &[&Text]) -> [Column; 3] {
    let column = |language: &str, text: fn(&Text) -> &str| {
        plain(
            &format!("{name}_{language}"),
            texts.iter().map(|one| Some(text(one))),
        )
    };
    [
        column("fi", |text| &text.fi),
        column("sv", |text| &text.sv),
        column("en", |text| &text.en),
    ]
}

/// A Parquet file of these columns, at its beginning.
pub(crate) fn parquet(columns: Vec<Column>) -> File {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file.rewind().unwrap();
    file
}

/// A Parquet file of the rows of several tables with the same columns.
pub(crate) fn joined(tables: Vec<Vec<Column>>) -> File {
    let batches: Vec<RecordBatch> = tables
        .into_iter()
        .map(|columns| {
            // Which columns lack a value somewhere differs between the tables.
            let columns = columns.into_iter();
            let columns = columns.map(|(name, column)| (name, column, true));
            RecordBatch::try_from_iter_with_nullable(columns).unwrap()
        })
        .collect();
    let mut file = tempfile::tempfile().unwrap();
    let mut writer = ArrowWriter::try_new(&mut file, batches[0].schema(), None).unwrap();
    for batch in &batches {
        writer.write(batch).unwrap();
    }
    writer.close().unwrap();
    file.rewind().unwrap();
    file
}

/// The columns of `wellbeing.parquet` with these rows.
pub(crate) fn wellbeing_columns(region: &Region, rows: &[ReportRow]) -> Vec<Column> {
    let id = region.key.id();
    let each = |text: fn(&ReportRow) -> &Text| rows.iter().map(text).collect::<Vec<_>>();
    let mut columns = vec![
        words("set_id", rows.iter().map(|row| Some(row.set_id.as_str()))),
        integers("set_version", rows.iter().map(|row| Some(row.set_version))),
        integers("position", rows.iter().map(|row| Some(row.position))),
        words("theme", rows.iter().map(|row| Some(row.theme.as_str()))),
        words(
            "indicator_id",
            rows.iter().map(|row| Some(row.indicator_id.as_str())),
        ),
    ];
    columns.extend(in_languages("title", &each(|row| &row.title)));
    columns.extend(in_languages("unit", &each(|row| &row.unit)));
    columns.extend([
        words(
            "value_kind",
            rows.iter().map(|row| Some(row.value_kind.as_str())),
        ),
        words(
            "polarity",
            rows.iter().map(|row| Some(row.polarity.as_str())),
        ),
        words(
            "region_level",
            rows.iter().map(|_| Some(region.key.level.as_str())),
        ),
        words("region_id", rows.iter().map(|_| Some(id.as_str()))),
        words("sex", rows.iter().map(|row| Some(row.sex.as_str()))),
        integers("year", rows.iter().map(|row| row.year)),
        plain(
            "period",
            rows.iter().map(|row| Some(row.period.as_ref()?.as_str())),
        ),
        numbers("value", rows.iter().map(|row| row.value)),
        numbers("absolute_value", rows.iter().map(|row| row.absolute_value)),
        words("status", rows.iter().map(|row| Some(row.status.as_str()))),
        integers(
            "decimals",
            rows.iter().map(|row| row.decimals.map(i32::from)),
        ),
        numbers(
            "interval_low",
            rows.iter().map(|row| Some(row.interval?.low)),
        ),
        numbers(
            "interval_high",
            rows.iter().map(|row| Some(row.interval?.high)),
        ),
        words(
            "interval_method",
            rows.iter()
                .map(|row| Some(row.interval.map_or("none", |one| one.method.as_str()))),
        ),
    ]);
    columns.extend(change_columns(rows));
    let mut judged = |name: &str, of: &dyn Fn(&ReportRow) -> Judged| {
        columns.extend([
            words(
                &format!("{name}_verdict"),
                rows.iter().map(|row| Some(of(row).verdict.as_str())),
            ),
            words(
                &format!("{name}_not_compared"),
                rows.iter().map(|row| Some(of(row).not_compared?.as_str())),
            ),
        ]);
    };
    judged("change", &|row| row.change_verdict);
    for comparator in Comparator::ALL {
        judged(comparator.as_str(), &|row| {
            row.comparison(*comparator).judged
        });
    }
    for comparator in Comparator::ALL {
        columns.push(numbers(
            &format!("{comparator}_value"),
            rows.iter().map(|row| row.comparison(*comparator).value),
        ));
    }
    columns.extend([
        words("trend", rows.iter().map(|row| Some(row.trend.as_str()))),
        words(
            "trend_verdict",
            rows.iter().map(|row| Some(row.trend_verdict.as_str())),
        ),
        words(
            "no_trend",
            rows.iter().map(|row| Some(row.no_trend?.as_str())),
        ),
    ]);
    columns.extend(in_languages("sentence", &each(|row| &row.sentence)));
    columns.extend([
        words("origin", rows.iter().map(|row| Some(row.origin?.as_str()))),
        words("blocked", rows.iter().map(|row| row.blocked.as_deref())),
    ]);
    columns
}

fn change_columns(rows: &[ReportRow]) -> Vec<Column> {
    vec![
        integers("previous_year", rows.iter().map(|row| row.previous_year)),
        numbers("previous_value", rows.iter().map(|row| row.previous_value)),
        numbers("change", rows.iter().map(|row| row.change)),
        numbers("change_percent", rows.iter().map(|row| row.change_percent)),
        numbers(
            "five_year_change",
            rows.iter().map(|row| row.five_year_change),
        ),
    ]
}

/// One observation: indicator, level, region id, period, sex, breakdown, value.
pub(crate) type Observed<'a> = (
    &'a str,
    RegionLevel,
    &'a str,
    &'a str,
    Sex,
    Option<&'a str>,
    Option<f64>,
);

/// The columns of `observations.parquet` with these rows, as far as series need them.
pub(crate) fn observation_columns(rows: &[Observed<'_>]) -> Vec<Column> {
    vec![
        words("indicator_id", rows.iter().map(|row| Some(row.0))),
        words("region_level", rows.iter().map(|row| Some(row.1.as_str()))),
        words("region_id", rows.iter().map(|row| Some(row.2))),
        plain("period", rows.iter().map(|row| Some(row.3))),
        words("sex", rows.iter().map(|row| Some(row.4.as_str()))),
        words("breakdown", rows.iter().map(|row| row.5)),
        numbers("value", rows.iter().map(|row| row.6)),
        words(
            "status",
            rows.iter().map(|row| {
                Some(if row.6.is_some() {
                    "normal"
                } else {
                    "suppressed"
                })
            }),
        ),
    ]
}

/// The columns of `indicators.parquet` with one indicator.
pub(crate) fn indicator_columns(id: &str) -> Vec<Column> {
    let one = |name: &str, text: &'static str| plain(name, [Some(text)]);
    let mut columns = vec![words("indicator_id", [Some(id)])];
    for name in ["title", "description", "interpretation", "limits"] {
        for language in ["fi", "sv", "en"] {
            columns.push(plain(&format!("{name}_{language}"), [Some(name)]));
        }
    }
    columns.extend([
        one("unit", "Prosenttia"),
        one("unit_sv", "Procent"),
        one("unit_en", "Percent"),
        words("value_kind", [Some("share")]),
        words("polarity", [Some("lower_is_better")]),
        integers("decimals", [Some(1)]),
        one("producer", "Tilastokeskus"),
        one("producer_sv", "Statistikcentralen"),
        one("producer_en", "Statistics Finland"),
        one("licence", "CC-BY-4.0"),
        (
            "redistributable".to_owned(),
            Arc::new(BooleanArray::from(vec![true])) as ArrayRef,
        ),
        one("data_updated", "2026-05-01"),
        words("state", [Some("stale")]),
        one("state_since", "2026-06-01"),
        plain("source_url", [None]),
    ]);
    columns
}

/// The columns of `peers.parquet` with these rows: region, peer, position.
pub(crate) fn peer_columns(rows: &[(&str, &str, i32)]) -> Vec<Column> {
    vec![
        words("region_level", rows.iter().map(|_| Some("municipality"))),
        words("region_id", rows.iter().map(|row| Some(row.0))),
        words("peer_region_id", rows.iter().map(|row| Some(row.1))),
        integers("position", rows.iter().map(|row| Some(row.2))),
        words("method", rows.iter().map(|_| Some("nearest"))),
        numbers("distance", rows.iter().map(|_| Some(0.5))),
        plain("basis", rows.iter().map(|_| Some("väestö"))),
    ]
}
