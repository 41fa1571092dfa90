use botnia_model::{FindingKind, Sex, Status};
use serde_json::{Value, json};

use super::*;

/// A table of regions, sexes and years with `values`, and perhaps statuses.
#[expect(
    clippy::needless_pass_by_value,
    reason = "made in place by the callers"
)]
fn table(regions: &[&str], sexes: Value, years: &[&str], values: Value, status: Value) -> Vec<u8> {
    let sex_count = sexes["index"].as_array().map_or(1, Vec::len);
    let dataset = json!({
        "version": "2.0", "class": "dataset", "label": "Väestö", "source": "Tilastokeskus",
        "updated": "2026-04-01T05:00:00Z",
        "id": ["Alue", "Sukupuoli", "Vuosi"],
        "size": [regions.len(), sex_count, years.len()],
        "role": {"time": ["Vuosi"]},
        "dimension": {
            "Alue": {"category": {"index": regions}},
            "Sukupuoli": {"category": sexes},
            "Vuosi": {"category": {"index": years}}
        },
        "value": values, "status": status
    });
    serde_json::to_vec(&dataset).unwrap()
}

fn sexes() -> Value {
    json!({"index": ["SSS", "1", "2"],
        "label": {"SSS": "Yhteensä", "1": "Miehet", "2": "Naiset"}})
}

fn total() -> Value {
    json!({"index": ["SSS"]})
}

#[test]
fn regions_land_on_their_levels_and_codes() {
    let regions = [
        "SSS", "MK14", "KU005", "091", "HVA16", "SK142", "KUJOU", "KU999",
    ];
    let values = json!([1, 2, 3, 4, 5, 6, 7, 8]);
    let body = table(&regions, total(), &["2024"], values, Value::Null);
    let read = read(&mapping(TableMapping::default(), None), &[&body]).unwrap();
    assert_eq!(
        lines(&read),
        [
            "SSS 2024 total - 1 normal",
            "KU005 2024 total - 3 normal",
            "KU091 2024 total - 4 normal",
            "MK14 2024 total - 2 normal",
            "SK142 2024 total - 6 normal",
            "HVA16 2024 total - 5 normal",
        ]
    );
    // Inhabitants without a municipality are counted, not lost in silence.
    assert_eq!(read.findings.count(FindingKind::UnknownRegion), 2);
    let example = &read.findings.iter().next().unwrap().1.examples[0];
    assert_eq!(example, "Alue=KUJOU Sukupuoli=SSS Vuosi=2024 7");
}

#[test]
fn symbols_are_zeros_or_reasons() {
    let years: Vec<String> = (2001..=2014).map(|year| year.to_string()).collect();
    let years: Vec<&str> = years.iter().map(String::as_str).collect();
    let values = json!([
        null, null, null, null, null, "-", "..", 7, 8, 9, "1,5", "1 234", null, "xyz"
    ]);
    let status = json!([
        "-", ".", "..", "...", "......", null, null, "p", "b", "*", null, null, null, null
    ]);
    let body = table(&["SSS"], total(), &years, values, status);
    let read = read(&mapping(TableMapping::default(), None), &[&body]).unwrap();
    let found: Vec<_> = read
        .observations
        .iter()
        .map(|one| (one.value, one.status))
        .collect();
    assert_eq!(
        found,
        [
            (Some(0.0), Status::Nil),
            (None, Status::NotApplicable),
            (None, Status::NotPublished),
            (None, Status::Suppressed),
            (None, Status::NotPublished),
            (Some(0.0), Status::Nil),
            (None, Status::NotPublished),
            (Some(7.0), Status::Provisional),
            (Some(8.0), Status::Break),
            (Some(9.0), Status::Provisional),
            (Some(1.5), Status::Normal),
            (Some(1234.0), Status::Normal),
            (None, Status::NotPublished),
            (None, Status::NotPublished),
        ]
    );
    assert_eq!(read.findings.count(FindingKind::RowWithoutValue), 1);
    assert_eq!(read.findings.count(FindingKind::UnknownSymbol), 1);
}

#[test]
fn a_table_may_give_its_symbols_other_meanings() {
    let status = json!(["...", "Uppgift är sekretessbelagd", "x", "-"]);
    let years = ["2001", "2002", "2003", "2004"];
    let body = table(
        &["SSS"],
        total(),
        &years,
        json!([null, null, 3, null]),
        status,
    );
    let mut of_table = TableMapping::default();
    for (symbol, status) in [
        ("...", Status::BelowRespondentLimit),
        ("x", Status::Projection),
        ("-", Status::NotPublished),
    ] {
        of_table.symbols.insert(symbol.to_owned(), status);
    }
    let read = read(&mapping(of_table, None), &[&body]).unwrap();
    let found: Vec<_> = read.observations.iter().map(|one| one.status).collect();
    assert_eq!(
        found,
        [
            Status::BelowRespondentLimit,
            Status::Suppressed,
            Status::Projection,
            Status::NotPublished
        ]
    );
}

#[test]
fn sexes_are_told_by_settings_then_names_then_codes() {
    for (codes, names, stated, expected) in [
        (
            ["SSS", "1", "2"],
            ["Yhteensä", "Miehet", "Naiset"],
            None,
            true,
        ),
        (["1+2", "1", "2"], ["totalt", "män", "kvinnor"], None, true),
        (["T", "M", "F"], ["", "", ""], None, true),
        // The names are right where codes are swapped.
        (["0", "2", "1"], ["Total", "Males", "Females"], None, true),
        (
            ["9", "7", "8"],
            ["a", "b", "c"],
            Some(["9", "7", "8"]),
            true,
        ),
        (["9", "7", "8"], ["a", "b", "c"], None, false),
    ] {
        let labels: serde_json::Map<String, Value> = codes
            .iter()
            .zip(names)
            .map(|(code, name)| ((*code).to_owned(), json!(name)))
            .collect();
        let sexes = json!({"index": codes, "label": labels});
        let body = table(&["SSS"], sexes, &["2024"], json!([1, 2, 3]), Value::Null);
        let mut of_table = TableMapping::default();
        for (code, sex) in stated
            .into_iter()
            .flatten()
            .zip([Sex::Total, Sex::Male, Sex::Female])
        {
            of_table.sexes.insert(code.to_owned(), sex);
        }
        let read = read(&mapping(of_table, None), &[&body]).unwrap();
        if expected {
            let found: Vec<_> = read
                .observations
                .iter()
                .map(|one| (one.sex, one.value))
                .collect();
            let by_text = [
                (Sex::Female, Some(3.0)),
                (Sex::Male, Some(2.0)),
                (Sex::Total, Some(1.0)),
            ];
            assert_eq!(found, by_text, "{codes:?}");
        } else {
            assert_eq!(read.findings.count(FindingKind::UnknownSex), 3);
        }
    }
}

#[test]
fn totals_of_a_breakdown_are_the_figures_without_it() {
    let dataset = json!({
        "version": "2.0", "class": "dataset", "id": ["Alue", "Ikä", "Koulutus", "Vuosi"],
        "size": [1, 3, 2, 1],
        "dimension": {
            "Alue": {"category": {"index": ["SSS"]}},
            "Ikä": {"category": {"index": ["SSS", "0-14", "65=;-"]}},
            "Koulutus": {"extension": {"eliminationValueCode": "9"},
                "category": {"index": ["9", "3"]}},
            "Vuosi": {"category": {"index": ["2024*"]}}
        },
        "value": [10, 4, 3, 1, 2, 0]
    });
    let body = serde_json::to_vec(&dataset).unwrap();
    let mut of_table = TableMapping::default();
    of_table
        .breakdown
        .insert("age".to_owned(), Pattern::new("ik*"));
    of_table
        .breakdown
        .insert("education".to_owned(), Pattern::new("koulutus"));
    let read = read(&mapping(of_table, None), &[&body]).unwrap();
    assert_eq!(
        lines(&read),
        [
            "SSS 2024 total - 10 provisional",
            "SSS 2024 total age=0-14 3 provisional",
            "SSS 2024 total age=0-14;education=3 1 provisional",
            "SSS 2024 total age=65__- 2 provisional",
            "SSS 2024 total age=65__-;education=3 0 provisional",
            "SSS 2024 total education=3 4 provisional",
        ]
    );
}

#[test]
fn parts_of_a_table_are_put_together() {
    let part = |region: &str, values: Value| {
        table(&[region], sexes(), &["2023", "2024"], values, Value::Null)
    };
    let first = part("KU005", json!([1, 2, 3, 4, 5, 6]));
    let second = part("KU010", json!([7, 8, 9, 10, 11, 12]));
    let whole = table(
        &["KU005", "KU010"],
        sexes(),
        &["2023", "2024"],
        json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        Value::Null,
    );
    let mapping = mapping(TableMapping::default(), None);
    let in_parts = read(&mapping, &[&first, &second]).unwrap();
    assert_eq!(in_parts, read(&mapping, &[&whole]).unwrap());
    // The same part twice adds nothing; one that contradicts spoils what it contradicts.
    let twice = read(&mapping, &[&first, &first]).unwrap();
    assert_eq!(twice.observations.len(), 6);
    assert_eq!(twice.findings.count(FindingKind::DuplicateRow), 6);
    let other = part("KU005", json!([1, 2, 3, 4, 5, 7]));
    let contradicted = read(&mapping, &[&first, &other]).unwrap();
    assert_eq!(contradicted.observations.len(), 5);
    assert_eq!(
        contradicted.findings.count(FindingKind::ContradictoryRow),
        2
    );
}

#[test]
fn what_is_no_period_or_number_is_a_finding() {
    let years = ["2024", "2024H1", "2024W07", "1850"];
    let values = json!([9_007_199_254_740_993_u64, 1, 2, 3]);
    let body = table(&["SSS"], total(), &years, values, Value::Null);
    let read = read(&mapping(TableMapping::default(), None), &[&body]).unwrap();
    assert_eq!(read.observations, []);
    assert_eq!(read.findings.count(FindingKind::ImpossibleYear), 3);
    assert_eq!(read.findings.count(FindingKind::ImpossibleValue), 1);
}

#[test]
fn a_renamed_dimension_is_refused_with_both_sides() {
    let body = table(&["SSS"], total(), &["2024"], json!([1]), Value::Null);
    let of_table = TableMapping {
        region: Some(Pattern::new("kunta*")),
        ..TableMapping::default()
    };
    let reason = read(&mapping(of_table, None), &[&body]).unwrap_err();
    assert!(reason.contains("no dimension `kunta*`"), "{reason}");
    assert!(reason.contains("the table has `Alue` with SSS"), "{reason}");
}

#[test]
fn a_description_is_what_settings_and_table_say() {
    let body = table(&["SSS"], total(), &["2024"], json!([1]), Value::Null);
    let mapping = mapping(TableMapping::default(), None);
    let found = described(SourceKind::Jsonstat, &mapping, &body).indicator;
    assert_eq!(found.title.fi, "Otsikko");
    assert_eq!(found.original_title.fi, "Väestö");
    assert_eq!(found.data_updated.as_deref(), Some("2026-04-01"));
    assert_eq!(found.limits.fi, "Vain  varoen".replace("  ", " "));
    assert_eq!(found.notices.fi, "<p>Lähde: Tilastokeskus &amp; co</p>");
    assert_eq!(found.producer.unwrap().name.fi, "Tilastokeskus");
    // Notes come as HTML, several in one text.
    let mut dataset: Value = serde_json::from_slice(&body).unwrap();
    dataset["note"] = json!([
        "<A HREF='https://stat.fi/x' TARGET=_blank>Doc</A>##two\r\n lines",
        "<script>x</script>"
    ]);
    let noted = serde_json::to_vec(&dataset).unwrap();
    let found = described(SourceKind::Jsonstat, &mapping, &noted).indicator;
    assert_eq!(
        found.notices.en,
        "<p>Lähde: Tilastokeskus &amp; co</p><p><a href=\"https://stat.fi/x\" rel=\"noopener \
         noreferrer\">Doc</a></p><p>two lines</p>"
    );
    // Version 1 tells little, and is enough.
    let metadata = br#"{"title": "Rikokset", "variables": []}"#;
    let found = described(SourceKind::Pxweb, &mapping, metadata).indicator;
    assert_eq!(found.original_title.fi, "Rikokset");
    assert_eq!(found.data_updated, None);
}
