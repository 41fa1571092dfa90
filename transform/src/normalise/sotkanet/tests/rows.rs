//! Rows and what becomes of them.

use botnia_config::{SetIndicator, SourceKind};
use botnia_model::FindingKind;
use proptest::prelude::*;

use super::{description, expected, kinds, regions};
use crate::TransformError;
use crate::normalise::{Input, Normalised, normalise};

fn normalise_bodies(
    bodies: &[&[u8]],
    expected: Option<&SetIndicator>,
) -> Result<Normalised, TransformError> {
    let normalised = normalise(&Input {
        kind: SourceKind::Sotkanet,
        indicator_id: &"sotkanet:127".parse().unwrap(),
        description: &description(),
        data: bodies,
        regions: &regions(),
        expected,
    })?;
    let out = normalised.observations.len() as u64;
    assert_eq!(
        normalised.rows_in,
        out + normalised.findings.withheld_rows()
    );
    Ok(normalised)
}

fn lines(normalised: &Normalised) -> Vec<String> {
    let number =
        |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    normalised
        .observations
        .iter()
        .map(|row| {
            format!(
                "{} {} {} {} {} {}",
                row.region.id(),
                row.period,
                row.sex,
                number(row.value),
                number(row.absolute_value),
                row.status
            )
        })
        .collect()
}

/// Rows, the observations and the findings they have to become.
fn check(body: &str, observations: &[&str], findings: &[(FindingKind, u64)]) {
    let normalised = normalise_bodies(&[body.as_bytes()], None).unwrap();
    assert_eq!(lines(&normalised), observations, "{body}");
    assert_eq!(kinds(&normalised.findings), findings, "{body}");
}

fn row(region: u32, year: i32, sex: &str, figures: &str) -> String {
    format!(r#"{{"indicator":127,"region":{region},"year":{year},"gender":"{sex}"{figures}}}"#)
}

#[test]
fn rows_become_observations_in_the_published_order() {
    let body = format!(
        "[{},{},{},{},{}]",
        row(488, 2023, "total", r#","value":0"#),
        row(46, 2024, "total", r#","value":-145.6,"absValue":48189"#),
        row(46, 2023, "total", r#","value":13.0"#),
        row(46, 2024, "female", r#","value":7"#),
        row(658, 2023, "male", r#","value":5351427"#),
    );
    check(
        &body,
        &[
            "SSS 2023 male 5351427 - normal",
            "KU091 2024 female 7 - normal",
            "KU091 2023 total 13 - normal",
            "KU091 2024 total -145.6 48189 normal",
            "MK01 2023 total 0 - normal",
        ],
        &[],
    );
}

#[test]
fn what_cannot_be_taken_is_a_finding_and_costs_no_other_row() {
    let good = row(46, 2023, "total", r#","value":1"#);
    for (odd, kind) in [
        (
            row(456, 2009, "total", r#","value":0"#),
            FindingKind::UnknownRegion,
        ),
        (
            row(2000, 2023, "total", r#","value":1"#),
            FindingKind::UnknownRegionCategory,
        ),
        (
            row(46, 1899, "total", r#","value":1"#),
            FindingKind::ImpossibleYear,
        ),
        (
            row(46, 2101, "total", r#","value":1"#),
            FindingKind::ImpossibleYear,
        ),
        (
            row(46, 2023, "all", r#","value":1"#),
            FindingKind::UnknownSex,
        ),
        (
            row(46, 2022, "total", r#","value":1e999"#),
            FindingKind::ImpossibleValue,
        ),
        (
            row(46, 2022, "total", r#","value":"1""#),
            FindingKind::ImpossibleValue,
        ),
        (
            row(46, 2022, "total", r#","value":true"#),
            FindingKind::ImpossibleValue,
        ),
        (
            row(46, 2022, "total", r#","value":9007199254740993"#),
            FindingKind::ImpossibleValue,
        ),
        (
            row(46, 2022, "total", r#","value":1,"absValue":1e999"#),
            FindingKind::ImpossibleValue,
        ),
        (
            row(46, 2022, "total", r#","value":1,"value":2"#),
            FindingKind::UnreadableRow,
        ),
        (good.replace("127", "128"), FindingKind::WrongIndicator),
        (good.replace("2023", "\"2023\""), FindingKind::UnreadableRow),
        ("null".to_owned(), FindingKind::UnreadableRow),
        ("[1,2]".to_owned(), FindingKind::UnreadableRow),
    ] {
        let body = format!("[{odd},{good}]");
        check(&body, &["KU091 2023 total 1 - normal"], &[(kind, 1)]);
        let normalised = normalise_bodies(&[body.as_bytes()], None).unwrap();
        let (_, finding) = normalised.findings.iter().next().unwrap();
        assert_eq!(finding.examples, [odd]);
    }
}

#[test]
fn the_largest_exact_integer_is_taken() {
    check(
        &format!(
            "[{}]",
            row(46, 2023, "total", r#","value":9007199254740992"#)
        ),
        &["KU091 2023 total 9007199254740992 - normal"],
        &[],
    );
}

#[test]
fn values_are_exact_to_the_last_bit() {
    // A parser that multiplies by a power of ten gives a neighbour for some of these.
    for text in [
        "0.30000000000000004",
        "123456.78901234567",
        "8.41e-5",
        "2.2250738585072014e-308",
    ] {
        let body = format!(
            "[{}]",
            row(46, 2023, "total", &format!(r#","value":{text}"#))
        );
        let normalised = normalise_bodies(&[body.as_bytes()], None).unwrap();
        let exact: f64 = text.parse().unwrap();
        assert_eq!(
            normalised.observations[0].value.unwrap().to_bits(),
            exact.to_bits()
        );
    }
}

#[test]
fn a_row_without_a_value_stays_without_one() {
    check(
        &format!(
            "[{},{},{}]",
            row(46, 2022, "total", r#","absValue":3"#),
            row(46, 2023, "total", r#","value":null"#),
            row(46, 2024, "total", ""),
        ),
        &[
            "KU091 2022 total - 3 not_published",
            "KU091 2023 total - - not_published",
            "KU091 2024 total - - not_published",
        ],
        &[(FindingKind::RowWithoutValue, 3)],
    );
}

#[test]
fn repeated_rows_count_once_and_contradictory_rows_not_at_all() {
    let same = row(46, 2023, "total", r#","value":1.5"#);
    let again = row(46, 2023, "total", r#","value":1.50"#);
    check(
        &format!("[{same},{again},{same}]"),
        &["KU091 2023 total 1.5 - normal"],
        &[(FindingKind::DuplicateRow, 2)],
    );
    let other = row(46, 2023, "total", r#","value":2"#);
    let elsewhere = row(46, 2022, "total", r#","value":2"#);
    check(
        &format!("[{same},{elsewhere},{same},{other}]"),
        &["KU091 2022 total 2 - normal"],
        &[(FindingKind::ContradictoryRow, 3)],
    );
    // Over several answers too.
    let bodies = [format!("[{same}]"), format!("[{other}]")];
    let bodies: Vec<&[u8]> = bodies.iter().map(String::as_bytes).collect();
    let normalised = normalise_bodies(&bodies, None).unwrap();
    assert!(normalised.observations.is_empty());
    assert_eq!(normalised.findings.count(FindingKind::ContradictoryRow), 2);
}

#[test]
fn projections_say_so() {
    let mut projection = expected("Väestöennuste 2030");
    projection.projection = true;
    let body = format!(
        "[{},{}]",
        row(46, 2023, "total", r#","value":1"#),
        row(46, 2024, "total", "")
    );
    let normalised = normalise_bodies(&[body.as_bytes()], Some(&projection)).unwrap();
    assert_eq!(
        lines(&normalised),
        [
            "KU091 2023 total 1 - projection",
            "KU091 2024 total - - not_published"
        ]
    );
}

#[test]
fn csv_says_the_same_as_json() {
    let csv = "indicator;region;year;gender;primary value;absolute value\r\n\
        127;46;2023;total;13.0;2749\r\n\
        127;46;2022;total;;7\r\n\
        127;488;2023;total;2406;\r\n\
        127;46;2021;total;12,5;\r\n\
        127;46;2020;total;inf;\r\n\
        127;46;2020;total\r\n\
        127;46;2020;total;1;2;3\r\n";
    check(
        csv,
        &[
            "KU091 2022 total - 7 not_published",
            "KU091 2023 total 13 2749 normal",
            "MK01 2023 total 2406 - normal",
        ],
        &[
            (FindingKind::ImpossibleValue, 2),
            (FindingKind::UnreadableRow, 2),
            (FindingKind::RowWithoutValue, 1),
        ],
    );
    let broken =
        b"indicator;region;year;gender;primary value;absolute value\r\n127;46;2023;\xe4;1;\r\n";
    let normalised = normalise_bodies(&[broken], None).unwrap();
    assert_eq!(normalised.findings.count(FindingKind::UnreadableRow), 1);
}

#[test]
fn empty_answers_are_no_error() {
    check("[]", &[], &[]);
    check("\u{feff}[]", &[], &[]);
    check(
        "indicator;region;year;gender;primary value;absolute value\r\n",
        &[],
        &[],
    );
    assert_eq!(normalise_bodies(&[], None).unwrap(), Normalised::default());
}

#[test]
fn answers_in_another_format_are_an_error() {
    for body in [
        "",
        "<html>maintenance</html>",
        r#"{"error":"no"}"#,
        r#"[{"indicator":127"#,
        "[] []",
        "[NaN]",
    ] {
        let error = normalise_bodies(&[body.as_bytes()], None).unwrap_err();
        assert!(
            matches!(error, TransformError::Malformed { .. }),
            "{body}: {error}"
        );
    }
    let other_columns = "indicator;region;year;gender;value\r\n";
    let error = normalise_bodies(&[other_columns.as_bytes()], None).unwrap_err();
    assert!(matches!(error, TransformError::Contract { .. }), "{error}");
}

#[test]
fn figures_are_not_taken_under_the_description_of_another() {
    let error = normalise(&Input {
        kind: SourceKind::Sotkanet,
        indicator_id: &"sotkanet:128".parse().unwrap(),
        description: &description(),
        data: &[b"[]"],
        regions: &regions(),
        expected: None,
    })
    .unwrap_err();
    assert!(error.to_string().contains("`sotkanet:127`"), "{error}");
}

proptest! {
    /// Whatever the rows: each is an observation or a finding, and the observations are
    /// in order and unique.
    #[test]
    fn no_row_is_lost(rows in prop::collection::vec(any_row(), 0..40)) {
        let body = format!("[{}]", rows.join(","));
        let normalised = normalise_bodies(&[body.as_bytes()], None).unwrap();
        prop_assert_eq!(normalised.rows_in, rows.len() as u64);
        prop_assert!(
            normalised
                .observations
                .windows(2)
                .all(|pair| pair[0].key() < pair[1].key())
        );
        for observation in &normalised.observations {
            prop_assert_eq!(observation.value.is_some(), observation.status.has_value());
        }
    }

    /// The order of an answer is arbitrary, so it must not matter.
    #[test]
    fn order_does_not_matter(
        (rows, shuffled) in prop::collection::vec(any_row(), 0..12)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    ) {
        let of = |rows: &[String]| {
            normalise_bodies(&[format!("[{}]", rows.join(",")).as_bytes()], None).unwrap()
        };
        let (one, other) = (of(&rows), of(&shuffled));
        prop_assert_eq!(one.observations, other.observations);
        prop_assert_eq!(kinds(&one.findings), kinds(&other.findings));
    }

    #[test]
    fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = normalise_bodies(&[&body], None);
        let csv = [b"indicator;region;year;gender;primary value;absolute value\r\n", body.as_slice()].concat();
        prop_assert!(normalise_bodies(&[&csv], None).is_ok());
    }
}

fn any_row() -> impl Strategy<Value = String> {
    let region = prop_oneof![Just(46), Just(305), Just(488), Just(2000), Just(999)];
    let year = prop_oneof![Just(2022), Just(2023), Just(1)];
    let sex = prop_oneof![Just("total"), Just("male"), Just("x")];
    let figures = prop_oneof![
        Just(String::new()),
        Just(r#","value":1e400"#.to_owned()),
        Just(r#","value":1"#.to_owned()),
        Just(r#","value":1.0,"absValue":2"#.to_owned()),
        any::<i32>().prop_map(|value| format!(r#","value":{value}"#)),
    ];
    (region, year, sex, figures)
        .prop_map(|(region, year, sex, figures)| row(region, year, sex, &figures))
}
