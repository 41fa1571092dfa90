use serde_json::Value;

use super::*;

fn get(server: &CubeServer, options: CubeOptions, address: &str) -> (u16, String) {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let segments: Vec<&str> = path.split('/').collect();
    let answer = server.answer(
        options,
        &segments,
        &TableRequest {
            is_post: false,
            path: path.to_owned(),
            query: query.to_owned(),
            body: Bytes::new(),
        },
    );
    let body = String::from_utf8(answer.body.to_vec()).unwrap();
    (answer.status.as_u16(), body)
}

fn dimensions_of(server: &CubeServer, options: CubeOptions, address: &str) -> Value {
    let (status, body) = get(server, options, address);
    assert_eq!(status, 200, "{address}");
    let inner = body
        .strip_prefix("thl.pivot.loadDimensions(")
        .and_then(|rest| rest.trim_end().strip_suffix(");"))
        .unwrap();
    // Tabs stand there as they are.
    assert!(inner.contains('\t'));
    serde_json::from_str(&inner.replace('\t', " ")).unwrap()
}

const CUBE: &str = "fi/toitu/ennakko3/fact_toitu_ennakko3";
const VISITS: &str = "fi/toitu/kaynnit/fact_toitu_kaynnit";

fn server() -> CubeServer {
    CubeServer::new(1)
}

/// The surrogate id of the node with a label.
fn sid(node: &Value, label: &str) -> Option<u64> {
    if node["label"].as_str() == Some(label) && node["sid"].is_u64() {
        return node["sid"].as_u64();
    }
    let children = node["children"].as_array()?;
    children.iter().find_map(|child| sid(child, label))
}

#[test]
fn subjects_and_hydras_are_listed_in_every_language() {
    let server = server();
    let listed = |address: &str| -> Vec<String> {
        let (status, body) = get(&server, CubeOptions::default(), address);
        assert_eq!(status, 200);
        let body: Value = serde_json::from_str(&body).unwrap();
        let items = body["link"]["item"].as_array().unwrap();
        let addresses = items.iter().map(|item| item["href"].as_str().unwrap());
        addresses.map(str::to_owned).collect()
    };
    assert_eq!(listed("api/toitu.json").len(), 6);
    assert_eq!(
        listed("api/toitu/kaynnit.json"),
        ["fi", "sv", "en"].map(|language| format!(
            "https://sampo.thl.fi/pivot/prod/{language}/toitu/kaynnit/fact_toitu_kaynnit.json"
        ))
    );
    assert_eq!(listed("api/nothing.json"), Vec::<String>::new());
}

#[test]
fn every_version_has_its_own_ids_and_the_same_figures() {
    let server = server();
    let of = |version: u32| {
        let options = CubeOptions {
            version,
            ..CubeOptions::default()
        };
        let dimensions = dimensions_of(&server, options, &format!("{CUBE}.dimensions.json"));
        let [area, time, measure] = ["Vaasa", "2024", "Asiakkaat (lkm)"].map(|label| {
            let all = dimensions.as_array().unwrap();
            all.iter()
                .find_map(|dimension| sid(dimension, label))
                .unwrap()
        });
        let query = format!(
            "row=area-{area}.{area}.&column=time-{time}.{time}.&column=measure-{measure}.{measure}."
        );
        let (status, body) = get(&server, options, &format!("{CUBE}.json?{query}"));
        assert_eq!(status, 200);
        let body: Value = serde_json::from_str(&body.replace('\t', " ")).unwrap();
        (area, body["dataset"]["value"]["0"].clone())
    };
    let (first, value) = of(1);
    let (second, same) = of(2);
    assert_ne!(first, second);
    assert_eq!(value, same);
    assert!(value.as_str().unwrap().parse::<u32>().unwrap() > 1000);
    // The first version is kept beside the second, and a third is not there.
    let options = CubeOptions {
        version: 2,
        ..CubeOptions::default()
    };
    let kept = format!("{CUBE}.dimensions.json?run_id=20260101000000001");
    let kept = dimensions_of(&server, options, &kept);
    assert_eq!(
        kept.as_array()
            .unwrap()
            .iter()
            .find_map(|dimension| sid(dimension, "Vaasa")),
        Some(first)
    );
    let (status, body) = get(
        &server,
        options,
        &format!("{CUBE}.dimensions.json?run_id=20260101000000003"),
    );
    assert_eq!((status, body.as_str()), (404, ""));
}

#[test]
fn what_is_not_understood_is_forbidden_without_a_word() {
    let server = server();
    let options = CubeOptions::default();
    let dimensions = dimensions_of(&server, options, &format!("{CUBE}.dimensions.json"));
    let vaasa = sid(&dimensions[0], "Vaasa").unwrap();
    for query in [
        // Nothing selected, an unknown dimension, a dimension twice, one id taken for packed,
        // and no id that is known.
        String::new(),
        format!("row=place-{vaasa}L"),
        format!("row=area-{vaasa}L&column=area-{vaasa}L"),
        format!("row=area-{vaasa}."),
        "row=area-1.2.".to_owned(),
    ] {
        let (status, body) = get(&server, options, &format!("{CUBE}.json?{query}"));
        assert_eq!((status, body.as_str()), (403, ""), "{query}");
    }
    let (status, _) = get(
        &server,
        options,
        "fi/toitu/ennakko3/fact_other.json?row=area-1L",
    );
    assert_eq!(status, 500);
    let (status, _) = get(
        &server,
        options,
        "api/latest?subject=toitu&hydra=ennakko3&fact=toitu_ennakko3",
    );
    assert_eq!(status, 404, "the fact has its prefix in this call as well");
}

#[test]
fn hidden_values_stand_beside_absent_ones_and_subtotals_in_the_tree() {
    let server = server();
    let options = CubeOptions::default();
    let dimensions = dimensions_of(&server, options, &format!("{VISITS}.dimensions.json"));
    let municipality = sid(&dimensions[0], "Vaasa").unwrap();
    let month = sid(&dimensions[1], "2024-06").unwrap();
    let measure = sid(&dimensions[3], "Asiakkaat (lkm)").unwrap();
    let query = format!(
        "row=wscmunicipality2022-{municipality}L&column=yearmonth-{month}L&measure=measure-{measure}.{measure}."
    );
    let (_, body) = get(&server, options, &format!("{VISITS}.json?{query}"));
    let body: Value = serde_json::from_str(&body).unwrap();
    let values = body["dataset"]["value"].as_object().unwrap();
    let cells = body["dataset"]["dimension"]["size"].as_array().unwrap();
    let cells: u64 = cells.iter().map(|size| size.as_u64().unwrap()).product();
    assert!((values.len() as u64) < cells, "some are absent");
    let hidden = values.values().filter(|value| *value == "..").count();
    assert!(hidden > 100 && hidden < values.len(), "{hidden}");
    // A year and its months: the node last.
    let year = sid(&dimensions[1], "2024").unwrap();
    let root = sid(&dimensions[0], "Koko maa").unwrap();
    let query = format!(
        "row=wscmunicipality2022-{root}.{root}.&column=yearmonth-{year}&measure=measure-{measure}.{measure}."
    );
    let (_, body) = get(&server, options, &format!("{VISITS}.json?{query}"));
    let body: Value = serde_json::from_str(&body).unwrap();
    let value = |at: usize| -> i64 {
        let value = &body["dataset"]["value"][at.to_string()];
        value.as_str().unwrap().parse().unwrap()
    };
    assert_eq!((0..12).map(value).sum::<i64>(), value(12));
}
