use super::*;

#[test]
fn a_table_is_looked_for_under_its_names_before_and_after() {
    let base = Url::parse("https://pxdata.stat.fi/PxWeb/api/v1/fi/StatFin").unwrap();
    for (path, names) in [
        (
            "vaerak/11re.px",
            &["vaerak/11re.px", "vaerak/statfin_vaerak_pxt_11re.px"][..],
        ),
        (
            "vaerak/statfin_vaerak_pxt_11re.px",
            &["vaerak/statfin_vaerak_pxt_11re.px", "vaerak/11re.px"],
        ),
        ("11re.px", &["11re.px"]),
        (
            "kuntien_avainluvut_viimeisin.px",
            &["kuntien_avainluvut_viimeisin.px"],
        ),
    ] {
        assert_eq!(names_of(path, &base), names, "{path}");
    }
}

#[test]
fn nonsense_is_no_limit() {
    for (limit, read) in [
        (None, None),
        (Some(120_000.0), Some(120_000)),
        (Some(0.0), None),
        (Some(-5.0), None),
        (Some(f64::NAN), None),
        (Some(1.0e300), None),
    ] {
        assert_eq!(whole(limit), read, "{limit:?}");
    }
}

#[test]
fn metadata_may_leave_out_values() {
    let metadata: wire::Metadata = serde_json::from_str(
        r#"{"title": "t", "variables": [
            {"code": "Alue", "text": "Alue"},
            {"code": "Vuosi", "text": "Vuosi", "values": ["2024"], "valueTexts": ["2024"], "time": true},
            {"code": "Ikä", "text": "Ikä", "values": ["1", "2"], "valueTexts": ["one"], "elimination": true}
        ]}"#,
    )
    .unwrap();
    let (table, unlisted) = metadata.table();
    assert_eq!(unlisted, [0]);
    assert_eq!(table.variables[1].labels, ["2024"]);
    assert!(table.variables[2].labels.is_empty());
    let query = wire::Query::codes_of(&table, 0).text();
    assert_eq!(
        query,
        r#"{"query":[{"code":"Alue","selection":{"filter":"all","values":["*"]}},{"code":"Vuosi","selection":{"filter":"item","values":["2024"]}},{"code":"Ikä","selection":{"filter":"item","values":["1"]}}],"response":{"format":"json-stat2"}}"#
    );
}
