use botnia_model::{IndicatorState, NotCompared, RegionKey, RegionLevel};

use super::made_up::{
    indicator_columns, observation_columns, parquet, peer_columns, region, row, text, vaasa,
    wellbeing_columns,
};
use super::read::RegionFile;
use super::*;
use crate::PublishError;

const WELLBEING: &str = "municipalities/905-vaasa/wellbeing.parquet";

fn file(columns: Vec<(String, arrow_array::ArrayRef)>) -> RegionFile<'static> {
    RegionFile {
        path: WELLBEING,
        file: parquet(columns),
    }
}

/// A row without a value.
fn without_value(indicator_id: &str, theme: &str, status: Status) -> ReportRow {
    let not_compared = Judged {
        verdict: Verdict::NotCompared,
        not_compared: Some(NotCompared::NoValue),
    };
    let known = row(indicator_id, theme, 0.0);
    ReportRow {
        year: None,
        period: None,
        value: None,
        absolute_value: None,
        status,
        decimals: None,
        interval: None,
        previous_year: None,
        previous_value: None,
        change: None,
        change_percent: None,
        five_year_change: None,
        change_verdict: not_compared,
        comparisons: known.comparisons.map(|one| Comparison {
            value: None,
            judged: not_compared,
            ..one
        }),
        trend: Trend::NotCalculated,
        trend_verdict: TrendVerdict::NotCalculated,
        no_trend: Some(NoTrend::NoValue),
        origin: None,
        blocked: Some("member_missing".to_owned()),
        ..known
    }
}

#[test]
fn a_report_is_what_its_tables_say() {
    let rows = vec![
        row("sotkanet:181", "working_age", 8.0),
        without_value("sotkanet:4404", "everyone", Status::BelowRespondentLimit),
    ];
    let observations = observation_columns(&[
        (
            "sotkanet:181",
            RegionLevel::Municipality,
            "KU905",
            "2023",
            Sex::Female,
            None,
            Some(1.0),
        ),
        (
            "sotkanet:181",
            RegionLevel::Municipality,
            "KU905",
            "2023",
            Sex::Total,
            None,
            None,
        ),
        (
            "sotkanet:181",
            RegionLevel::Municipality,
            "KU905",
            "2024",
            Sex::Total,
            None,
            Some(8.0),
        ),
        (
            "sotkanet:181",
            RegionLevel::Municipality,
            "KU905",
            "2024",
            Sex::Total,
            Some("age=15-24"),
            Some(2.0),
        ),
        (
            "sotkanet:9",
            RegionLevel::Municipality,
            "KU905",
            "2024",
            Sex::Total,
            None,
            Some(3.0),
        ),
    ]);
    let report = read_region_report(
        vaasa(),
        file(wellbeing_columns(&vaasa(), &rows)),
        Some(file(observations)),
    )
    .unwrap();
    assert_eq!(report.rows, rows);
    // Only of the reported sex, without breakdowns, and a missing figure stays missing.
    assert_eq!(
        report
            .own_series("sotkanet:181")
            .iter()
            .map(|point| (point.period.as_str(), point.value, point.status))
            .collect::<Vec<_>>(),
        [
            ("2023", None, Status::Suppressed),
            ("2024", Some(8.0), Status::Normal)
        ]
    );
    assert!(report.own_series("sotkanet:9").is_empty());
    let missing = report.missing();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].status, Status::BelowRespondentLimit);
}

#[test]
fn an_indicator_of_several_sets_is_shown_once_in_the_report_s_own_order() {
    let of = |set: &str, position, id: &str, theme: &str| ReportRow {
        set_id: set.to_owned(),
        position,
        ..row(id, theme, 1.0)
    };
    let report = RegionReport {
        region: vaasa(),
        rows: vec![
            of("hyte", 1, "sotkanet:2", "children"),
            of("hyte", 2, "sotkanet:3", "children"),
            of(REPORT_SET, 1, "sotkanet:1", "children"),
            of(REPORT_SET, 2, "sotkanet:2", "children"),
            of(REPORT_SET, 3, "sotkanet:5", "everyone"),
            // Another set sees it under another theme.
            of("ikaihmiset", 1, "sotkanet:5", "children"),
            of("pohjoismaat", 1, "sotkanet:10055", "nordic"),
        ],
        series: BTreeMap::new(),
    };
    let ids = |rows: Vec<&ReportRow>| {
        rows.iter()
            .map(|row| row.indicator_id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids(report.of_theme("children")),
        ["sotkanet:1", "sotkanet:2", "sotkanet:3"]
    );
    assert_eq!(
        ids(report.rows_in_order()),
        ["sotkanet:1", "sotkanet:2", "sotkanet:3", "sotkanet:5"]
    );
}

fn refused(columns: Vec<(String, arrow_array::ArrayRef)>) -> String {
    let error = read_region_report(vaasa(), file(columns), None).unwrap_err();
    assert!(
        matches!(error, PublishError::TableContract { .. }),
        "{error:?}"
    );
    error.to_string()
}

#[test]
fn a_table_that_breaks_the_contract_is_refused_by_name() {
    let rows = [row("sotkanet:181", "working_age", 8.0)];
    let columns = || wellbeing_columns(&vaasa(), &rows);

    let mut without = columns();
    without.retain(|(name, _)| name != "peers_verdict");
    assert!(refused(without).contains("`peers_verdict`"));

    let mut other_word = columns();
    for (name, array) in &mut other_word {
        if name == "country_verdict" {
            *array = std::sync::Arc::new(arrow_array::StringArray::from(vec!["splendid"]));
        }
    }
    assert!(refused(other_word).contains("`splendid` in `country_verdict`"));

    let mut no_number = columns();
    for (name, array) in &mut no_number {
        if name == "value" {
            *array = std::sync::Arc::new(arrow_array::Float64Array::from(vec![f64::NAN]));
        }
    }
    assert!(refused(no_number).contains("`value` has NaN"));

    let halsua = region(
        RegionLevel::Municipality,
        "074",
        text("Halsua", "Halso", ""),
    );
    let elsewhere = refused(wellbeing_columns(&halsua, &rows));
    assert!(elsewhere.contains("`KU074`"), "{elsewhere}");
}

#[test]
fn comparators_are_provinces_counties_and_the_country() {
    let sexes = BTreeMap::from([("sotkanet:181".to_owned(), Sex::Total)]);
    let point = |level, id: &'static str, value| {
        (
            "sotkanet:181",
            level,
            id,
            "2024",
            Sex::Total,
            None,
            Some(value),
        )
    };
    let table = parquet(observation_columns(&[
        point(RegionLevel::Country, "SSS", 1.0),
        point(RegionLevel::Municipality, "KU905", 2.0),
        point(RegionLevel::Province, "MK15", 3.0),
        point(RegionLevel::WellbeingCounty, "HVA17", 4.0),
    ]));
    let series = ComparatorSeries::read("observations.parquet", table, &sexes).unwrap();
    let value = |level, code: &str| {
        let id = RegionKey::new(level, code.parse().unwrap()).id();
        series
            .of(&id, "sotkanet:181")
            .first()
            .and_then(|one| one.value)
    };
    assert_eq!(value(RegionLevel::Country, "SSS"), Some(1.0));
    assert_eq!(value(RegionLevel::Municipality, "905"), None);
    assert_eq!(value(RegionLevel::Province, "15"), Some(3.0));
    assert_eq!(value(RegionLevel::WellbeingCounty, "17"), Some(4.0));
}

#[test]
fn the_context_knows_indicators_sexes_parents_and_peers() {
    let indicators = IndicatorDetails::read(
        "indicators.parquet",
        parquet(indicator_columns("sotkanet:181")),
    )
    .unwrap();
    let details = &indicators["sotkanet:181"];
    assert_eq!(details.producer.sv, "Statistikcentralen");
    assert_eq!(details.unit.fi, "Prosenttia");
    assert_eq!(details.state, IndicatorState::Stale);
    assert_eq!(details.state_since.as_deref(), Some("2026-06-01"));

    let rows = [ReportRow {
        sex: Sex::Female,
        ..row("sotkanet:232", "young_adults", 1.0)
    }];
    let sexes = ReportContext::reported_sexes(
        "wellbeing.parquet",
        parquet(wellbeing_columns(&vaasa(), &rows)),
    )
    .unwrap();
    assert_eq!(sexes["sotkanet:232"], Sex::Female);

    let peers = PeerGroup::read(
        "peers.parquet",
        parquet(peer_columns(&[
            ("KU905", "KU074", 2),
            ("KU905", "KU743", 1),
        ])),
    )
    .unwrap();
    let seinajoki = region(RegionLevel::Municipality, "743", text("Seinäjoki", "", ""));
    let pohjanmaa = region(
        RegionLevel::Province,
        "15",
        text("Pohjanmaa", "Österbotten", ""),
    );
    let known = [vaasa(), seinajoki.clone(), pohjanmaa.clone()];
    let context = ReportContext {
        indicators,
        peers,
        regions: known.map(|one| (one.key.id(), one)).into(),
        ..ReportContext::default()
    };
    // KU074 is no region of this release.
    assert_eq!(context.peers_of(&vaasa()), [&seinajoki]);
    assert_eq!(context.province(&vaasa()), Some(&pohjanmaa));
    assert_eq!(context.wellbeing_county(&vaasa()), None);
    // A province that names itself as its province has none above it.
    let itself = Region {
        province: Some("15".parse().unwrap()),
        ..pohjanmaa
    };
    assert_eq!(context.province(&itself), None);
}
