use serde_json::{Value, json};

use super::*;

fn server(options: TableOptions) -> TableServer {
    TableServer::new(options, 1).unwrap()
}

fn get(server: &TableServer, path: &str) -> (u16, Value) {
    ask(server, path, None)
}

fn ask(server: &TableServer, path: &str, body: Option<&Value>) -> (u16, Value) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let answer = server.answer(&TableRequest {
        is_post: body.is_some(),
        path: path.to_owned(),
        query: query.to_owned(),
        body: body.map(ToString::to_string).unwrap_or_default().into(),
    });
    let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    (answer.status.as_u16(), body)
}

const PEOPLE: &str = "/PxWeb/api/v1/fi/StatFin/vaerak/11re.px";

fn item(code: &str, values: &[&str]) -> Value {
    json!({"code": code, "selection": {"filter": "item", "values": values}})
}

fn question(query: &[Value]) -> Value {
    json!({"query": query, "response": {"format": "json-stat2"}})
}

#[test]
fn parts_of_the_population_add_up() {
    let server = server(TableOptions::default());
    let query = question(&[
        item("alue_23_20260101", &["SSS", "MK14", "MK15", "KU905"]),
        item("ikaryhma_10_20180101", &["SSS", "0-14", "15-64", "65-"]),
        item("sukupuoli_9_20180101", &["SSS", "1", "2"]),
        item("timeperiod_y", &["2024"]),
        item("contentscode", &["vaerak-vaesto"]),
    ]);
    let (status, body) = ask(&server, PEOPLE, Some(&query));
    assert_eq!(status, 200);
    let values: Vec<i64> = body["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| value.as_i64().unwrap())
        .collect();
    for region in values.chunks(12) {
        for age in region.chunks(3) {
            assert_eq!(age[0], age[1] + age[2], "the sexes of {region:?}");
        }
        assert_eq!(
            region[0],
            region[3] + region[6] + region[9],
            "the ages of {region:?}"
        );
    }
    assert!(values[0] > 4_000_000, "{}", values[0]);
}

#[test]
fn version_1_refuses_as_the_real_one_does() {
    let limits = TableLimits {
        cells: 100,
        values: 500,
        ..TableLimits::default()
    };
    let server = server(TableOptions {
        limits,
        broken_code: Some("MK21".to_owned()),
        ..TableOptions::default()
    });
    let (status, config) = get(&server, "/PxWeb/api/v1/fi/StatFin?config");
    assert_eq!((status, &config["maxCells"]), (200, &json!(100)));
    assert_eq!(
        get(&server, "/PxWeb/api/v1/fi/StatFin/vaerak/none.px").0,
        400
    );
    let (status, metadata) = get(&server, PEOPLE);
    assert_eq!(status, 200);
    assert_eq!(metadata["variables"][3]["time"], json!(true));
    let all_regions = json!({"code": "alue_23_20260101",
        "selection": {"filter": "all", "values": ["*"]}});
    for (query, status) in [
        (question(&[item("alue_23_20260101", &["MK14"])]), 200),
        (question(&[item("alue_23_20260101", &["MK99"])]), 400),
        (question(&[item("alue_23_20260101", &["MK21"])]), 400),
        (question(&[item("Alue", &["MK14"])]), 400),
        (json!({"query": [item("alue_23_20260101", &["MK14"])]}), 400),
        (question(&[all_regions]), 403),
    ] {
        assert_eq!(ask(&server, PEOPLE, Some(&query)).0, status, "{query}");
    }
}

#[test]
fn long_dimensions_are_not_listed() {
    let limits = TableLimits {
        values: 20,
        ..TableLimits::default()
    };
    let server = server(TableOptions {
        limits,
        ..TableOptions::default()
    });
    let (_, metadata) = get(&server, PEOPLE);
    assert_eq!(metadata["variables"][0].get("values"), None);
    assert_eq!(metadata["variables"][2]["values"], json!(["SSS", "1", "2"]));
}

#[test]
fn names_are_those_of_before_or_since() {
    let server = server(TableOptions {
        naming: TableNaming::Until2026,
        ..TableOptions::default()
    });
    assert_eq!(get(&server, PEOPLE).0, 400);
    let (status, metadata) = get(
        &server,
        "/PxWeb/api/v1/fi/StatFin/vaerak/statfin_vaerak_pxt_11re.px",
    );
    assert_eq!(status, 200);
    let codes: Vec<&str> = metadata["variables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variable| variable["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["Alue", "Ikä", "Sukupuoli", "Vuosi", "Tiedot"]);
    assert_eq!(metadata["variables"][4]["values"], json!(["vaesto"]));
}

#[test]
fn too_many_requests_are_turned_down_and_counted() {
    let limits = TableLimits {
        calls: 3,
        ..TableLimits::default()
    };
    let server = server(TableOptions {
        limits,
        ..TableOptions::default()
    });
    let statuses: Vec<u16> = (0..5)
        .map(|_| get(&server, "/PxWeb/api/v1/fi/StatFin?config").0)
        .collect();
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    assert_eq!(server.turned_down(), 2);
}

#[test]
fn version_2_gives_a_slice_where_nothing_is_selected() {
    let server = server(TableOptions::default());
    let (status, slice) = get(&server, "/api/v2/tables/11re/data?outputFormat=json-stat2");
    assert_eq!(status, 200);
    assert_eq!(slice["size"], json!([2, 2, 2, 2, 1]));
    let (_, metadata) = get(&server, "/api/v2/tables/11re/metadata");
    assert_eq!(metadata["value"], json!([]));
    let (status, problem) = ask(
        &server,
        "/api/v2/tables/11re/data",
        Some(
            &json!({"selection": [{"variableCode": "alue_23_20260101", "valueCodes": ["KU999"]}]}),
        ),
    );
    assert_eq!(status, 400);
    assert_eq!(problem["detail"], "KU999");
    let (_, page) = get(&server, "/api/v2/tables?pageSize=1&pageNumber=2");
    assert_eq!(page["page"]["totalPages"], json!(2));
    assert_eq!(page["tables"][0]["id"], "11re");
}

#[test]
fn small_counts_are_hidden_and_nothing_is_a_dash() {
    let server = server(TableOptions::default());
    let (_, dataset) = get(&server, "/jsonstat/135l");
    let status = dataset["status"].as_object().unwrap();
    let symbols: std::collections::BTreeSet<&str> =
        status.values().filter_map(Value::as_str).collect();
    assert_eq!(symbols.into_iter().collect::<Vec<_>>(), ["-", "..."]);
    for position in status.keys() {
        let position: usize = position.parse().unwrap();
        assert_eq!(dataset["value"][position], Value::Null);
    }
}

#[test]
fn recordings_are_tables_to_ask_of() {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/recordings"
    ));
    if !folder.is_dir() {
        eprintln!("left out: recorded tables: the recordings are absent");
        return;
    }
    let server = server(TableOptions {
        recordings: Some(folder.to_owned()),
        ..TableOptions::default()
    });
    let crime = "/PxWeb/api/v1/fi/StatFin/rpk/135l.px";
    let (status, metadata) = get(&server, crime);
    assert_eq!(status, 200);
    assert_eq!(
        metadata["variables"][2]["values"].as_array().unwrap().len(),
        328
    );
    let query = question(&[
        item("Vuosi", &["1987", "2020"]),
        item("Rikosnimike", &["RLL"]),
        item("Alue", &["MK01"]),
    ]);
    let (_, part) = ask(&server, crime, Some(&query));
    let recorded = folder.join("pxweb1/statfin/rpk_crime_municipality_1987-2020.jsonstat2.json");
    let whole: Value = serde_json::from_slice(&std::fs::read(recorded).unwrap()).unwrap();
    assert_eq!(part["value"][0], whole["value"][0]);
    assert_eq!(part["value"][1], whole["value"][33 * 328]);
    let answer = server.answer(&TableRequest {
        is_post: false,
        path: crime.to_owned(),
        query: String::new(),
        body: Bytes::new(),
    });
    assert!(!answer.is_synthetic);
}
