use std::collections::BTreeMap;

use botnia_model::Polarity;

use super::*;
use crate::YearRange;

const ALL_YEARS: YearRange = YearRange {
    first: 1900,
    last: None,
};

fn mapping(table: TableMapping) -> IndicatorMapping {
    IndicatorMapping {
        id: "vaesto".parse().unwrap(),
        table,
        measure: Some(Pattern::new("vaesto")),
        expected_label: None,
        select: BTreeMap::new(),
        title: Text::default(),
        description: Text::default(),
        comparability: Text::default(),
        unit: Text::default(),
        value_kind: None,
        polarity: Polarity::None,
        decimals: None,
        producer: Text::default(),
        licence: String::new(),
        redistributable: true,
        attribution: Text::default(),
        source_url: None,
    }
}

fn variable<'a>(code: &'a str, label: &'a str, values: &[&'a str]) -> Variable<'a> {
    Variable {
        code,
        label,
        values: values.to_vec(),
        labels: Vec::new(),
        role: None,
    }
}

/// Table 11re until June 2026, and since.
fn before_and_after() -> [Vec<Variable<'static>>; 2] {
    let regions = ["SSS", "MK14", "KU005", "KUJOU"];
    let ages = ["SSS", "000", "001"];
    [
        vec![
            variable("Alue", "Alue", &regions),
            variable("Ikä", "Ikä", &ages),
            variable("Sukupuoli", "Sukupuoli", &["SSS", "1", "2"]),
            variable("Vuosi", "Vuosi", &["1989", "1990", "2024"]),
            variable("Tiedot", "Tiedot", &["vaesto", "vaesto_osuus"]),
        ],
        vec![
            variable("alue_23_20260101", "Alue", &regions),
            variable("ikaryhma_10_20180101", "Ikä", &ages),
            variable("sukupuoli_9_20180101", "Sukupuoli", &["SSS", "1", "2"]),
            variable("timeperiod_y", "Vuosi", &["1989", "1990", "2024"]),
            variable("contentscode", "Tiedot", &["vaerak-vaesto", "vaerak-osuus"]),
        ],
    ]
}

fn ages(values: &[&str]) -> BTreeMap<Pattern, Vec<Pattern>> {
    let values = values.iter().copied().map(Pattern::new).collect();
    BTreeMap::from([(Pattern::new("ika*|ikä*"), values)])
}

fn with_ages(values: &[&str]) -> TableMapping {
    TableMapping {
        select: ages(values),
        ..TableMapping::default()
    }
}

#[test]
fn patterns_know_stars_and_alternatives() {
    for (pattern, text, matches) in [
        ("alue*", "Alue", true),
        ("alue*", "alue_23_20260101", true),
        ("alue*", "osa-alue", false),
        ("*-vaesto", "vaerak-vaesto", true),
        ("ika*|ikä*", "Ikä", true),
        ("IKÄ", "ikä", true),
        ("a*b*c", "a1b2b3c", true),
        ("a*b*c", "a1b2b3", false),
        ("*", "", true),
        ("", "", true),
        ("", "x", false),
        ("2024*", "2024M01", true),
        ("*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
    ] {
        assert_eq!(
            Pattern::new(pattern).matches(text),
            matches,
            "{pattern} {text}"
        );
    }
}

#[test]
fn both_namings_of_a_table_resolve_to_the_same() {
    let mapping = mapping(with_ages(&["SSS"]));
    let years = YearRange {
        first: 1990,
        last: None,
    };
    for variables in before_and_after() {
        let resolved = mapping.resolve(&variables, years).unwrap();
        assert_eq!(
            resolved.purposes,
            [
                Purpose::Region,
                Purpose::Fixed,
                Purpose::Sex,
                Purpose::Time,
                Purpose::Measure
            ]
        );
        // A code that botnia does not know is asked for, and noticed when it is read.
        let wanted = [
            vec![0, 1, 2, 3],
            vec![0],
            vec![0, 1, 2],
            vec![1, 2],
            vec![0],
        ];
        assert_eq!(resolved.wanted, wanted);
    }
}

#[test]
fn a_dimension_becomes_a_breakdown_in_part_or_whole() {
    let mut table = TableMapping {
        breakdown: [("age".to_owned(), Pattern::new("ika*|ikä*"))].into(),
        ..TableMapping::default()
    };
    let [before, _] = before_and_after();
    let resolved = mapping(table.clone()).resolve(&before, ALL_YEARS).unwrap();
    assert_eq!(resolved.purposes[1], Purpose::Breakdown("age".to_owned()));
    assert_eq!(resolved.wanted[1], [0, 1, 2]);
    table.select = ages(&["00*"]);
    let resolved = mapping(table).resolve(&before, ALL_YEARS).unwrap();
    assert_eq!(resolved.wanted[1], [1, 2]);
}

#[test]
fn what_does_not_fit_says_both_sides() {
    let [before, _] = before_and_after();
    let reason = |change: &dyn Fn(&mut IndicatorMapping), table: &[Variable<'_>]| {
        let mut mapping = mapping(with_ages(&["SSS"]));
        change(&mut mapping);
        mapping.resolve(table, ALL_YEARS).unwrap_err().to_string()
    };
    let text = reason(
        &|mapping| mapping.table.region = Some(Pattern::new("kunta*")),
        &before,
    );
    assert_eq!(
        text,
        "the mapping of `vaesto` does not fit: no dimension `kunta*`; the table has `Alue` \
         with SSS, MK14, KU005 and 1 more, `Ikä` with SSS, 000, 001, `Sukupuoli` with SSS, 1, 2, \
         `Vuosi` with 1989, 1990, 2024, `Tiedot` with vaesto, vaesto_osuus"
    );
    for (change, words) in [
        (
            (&|mapping: &mut IndicatorMapping| mapping.table.select.clear())
                as &dyn Fn(&mut IndicatorMapping),
            "`Ikä` has 3 categories and no purpose",
        ),
        (
            &|mapping| mapping.table.select = ages(&["65-"]),
            "`Ikä` has no category `65-`",
        ),
        (
            &|mapping| mapping.measure = Some(Pattern::new("kuolleet")),
            "`Tiedot` has no measure `kuolleet`",
        ),
        (&|mapping| mapping.measure = None, "`Tiedot` has 2 measures"),
        (
            &|mapping| mapping.measure = Some(Pattern::new("vaesto*")),
            "`Tiedot` has 2 categories and no purpose",
        ),
        (
            &|mapping| {
                mapping
                    .select
                    .insert(Pattern::new("kieli"), vec![Pattern::new("1")]);
            },
            "no dimension `kieli` to select from",
        ),
        (
            &|mapping| {
                mapping.table.time = Some(Pattern::new("alue"));
                mapping.table.region = Some(Pattern::new("alue"));
            },
            "`Alue` would be both",
        ),
        (
            &|mapping| mapping.table.time = Some(Pattern::new("*")),
            "`*` describes several dimensions",
        ),
    ] {
        let text = reason(change, &before);
        assert!(text.contains(words), "{text}");
        assert!(text.contains("the table has `Alue`"), "{text}");
    }
    let nothing = reason(&|_| {}, &[]);
    assert!(nothing.contains("no dimension with time"), "{nothing}");
}

#[test]
fn a_measure_under_another_name_does_not_fit() {
    let [mut before, _] = before_and_after();
    before[4].labels = vec!["Väestö 31.12.", "Osuus"];
    let mut mapping = mapping(with_ages(&["SSS"]));
    mapping.expected_label = Some(Pattern::new("väestö*"));
    assert!(mapping.resolve(&before, ALL_YEARS).is_ok());
    mapping.expected_label = Some(Pattern::new("kuolleet*"));
    let misfit = mapping.resolve(&before, ALL_YEARS).unwrap_err();
    assert!(
        misfit.reason.contains("is now called \"Väestö 31.12.\""),
        "{misfit}"
    );
}

#[test]
fn roles_decide_before_names() {
    let mut variables = vec![
        variable("Region", "region", &["00", "01"]),
        variable("Tid", "månad", &["2025M01"]),
        variable("ContentsCode", "tabellinnehåll", &["000007SF"]),
        variable("year of birth", "Year", &["1990"]),
    ];
    variables[1].role = Some(VariableRole::Time);
    variables[2].role = Some(VariableRole::Metric);
    let mut mapping = mapping(TableMapping {
        region_codes: RegionCodes::Listed,
        regions: BTreeMap::from([("00".to_owned(), "NORDIC752".parse().unwrap())]),
        ..TableMapping::default()
    });
    mapping.measure = None;
    let resolved = mapping.resolve(&variables, ALL_YEARS).unwrap();
    assert_eq!(resolved.purposes[1], Purpose::Time);
    assert_eq!(resolved.purposes[3], Purpose::Fixed);
    // Regions that the mapping does not list are left unasked.
    assert_eq!(resolved.wanted[0], [0]);
}

#[test]
fn a_table_about_one_region_needs_no_dimension_for_it() {
    let variables = vec![variable("Vuosi", "Vuosi", &["2020", "2021"])];
    let mut mapping = mapping(TableMapping {
        about: Some("SSS".parse().unwrap()),
        ..TableMapping::default()
    });
    mapping.measure = None;
    assert!(mapping.resolve(&variables, ALL_YEARS).is_ok());
    mapping.table.about = None;
    let misfit = mapping.resolve(&variables, ALL_YEARS).unwrap_err();
    assert_eq!(misfit.reason, "no dimension with regions");
}

#[test]
fn periods_have_the_forms_of_many_offices() {
    for (code, label, expected) in [
        ("2024", "2024", Some("2024")),
        ("2024*", "", Some("2024")),
        ("2024", "2024*", Some("2024")),
        ("2025M01", "", Some("2025-01")),
        ("2025M1", "", Some("2025-01")),
        ("2025K3", "", Some("2025-Q3")),
        ("2010Q1", "", Some("2010-Q1")),
        ("2024-Q2", "", Some("2024-Q2")),
        ("2024-03", "", Some("2024-03")),
        ("2021-2024", "", Some("2021/2024")),
        ("2021–2024", "", Some("2021/2024")),
        ("2020_2020", "", Some("2020")),
        ("2018/2020", "", Some("2018/2020")),
        ("17", "2019", Some("2019")),
        ("2024-2021", "", None),
        ("2024H1", "", None),
        ("2024W07", "", None),
        ("0", "", None),
        ("20245", "", None),
        ("kaikki", "Kaikki vuodet", None),
        ("2024M13", "", None),
    ] {
        let period = period_of(code, label);
        assert_eq!(
            period.as_ref().map(botnia_model::Period::as_str),
            expected,
            "{code} {label}"
        );
    }
}
