//! Cubes as the server writes them, and its own test data.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use botnia_config::{RegionTables, SourceKind};
use botnia_model::ValueKind;
use proptest::prelude::*;

use super::*;
use crate::normalise::{RegionIndex, regions_of_tables};

const DIMENSIONS: &str = r#"thl.pivot.loadDimensions(
[
{ "id":"area", "label":"Alue", "children": [
 { "id":"1", "sid":100, "label":"Kaikki alueet", "stage":"root", "children": [
  { "id":"2", "sid":110, "label":"Pohjanmaa", "stage":"region", "code":"15", "children": [
   { "id":"3", "sid":111, "label":"Vaasa", "stage":"municipality", "code":"905", "children": [] },
   { "id":"4", "sid":112, "label":"Laihia", "stage":"municipality", "code":"hcd77", "children": [] }
  ]},
  { "id":"5", "sid":120, "label":"Vaasan SHP", "stage":"hcd", "code":"x", "children": [] },
  { "id":"6", "sid":130, "label":"Jokin muu", "stage":"cluster", "children": [] }
 ]}]},
{ "id":"time", "label":"Aika", "children": [
 { "id":"7", "sid":200, "label":"Kaikki vuodet", "stage":"root", "children": [
  { "id":"8", "sid":201, "label":"2020", "stage":"year", "children": [] },
  { "id":"9", "sid":202, "label":"2021", "stage":"year", "code":"2021", "children": [] }
 ]}]},
{ "id":"measure", "label":"Mittari", "children": [
 { "id":"10", "sid":300, "label":"Asiakkaat	(kpl)", "stage":"leaf", "code":"clients", "decimals":0, "children": [] },
 { "id":"11", "sid":301, "label":"Osuus", "stage":"leaf", "children": [] }
]}]
);
"#;

fn id(measure: &str) -> IndicatorId {
    format!("thl:toitu/ennakko3/fact_toitu/{measure}")
        .parse()
        .unwrap()
}

fn regions() -> RegionIndex {
    regions_of_tables(RegionTables::builtin())
}

fn read(dimensions: &str, measure: &str, figures: &[&str]) -> Result<Normalised, TransformError> {
    let id = id(measure);
    let description = describe(&id, dimensions.as_bytes(), None, &[])?;
    let mut data = vec![dimensions.as_bytes()];
    data.extend(figures.iter().map(|body| body.as_bytes()));
    crate::normalise::normalise(&Input {
        kind: SourceKind::ThlCube,
        indicator_id: &id,
        description: &description,
        data: &data,
        regions: &regions(),
        expected: None,
    })
}

/// An answer with regions in rows, years in columns and the measure, as the server writes
/// it: categories by surrogate id, values as texts by position.
fn answer(areas: &[u32], years: &[u32], measure: u32, values: &[(usize, &str)]) -> String {
    let category = |sids: &[u32]| {
        let places: Vec<_> = (0..)
            .zip(sids)
            .map(|(at, sid): (usize, _)| format!("\"{sid}\":{at}"))
            .collect();
        let labels: Vec<_> = sids
            .iter()
            .map(|sid| format!("\"{sid}\":\"n {sid}\""))
            .collect();
        let (places, labels) = (places.join(","), labels.join(","));
        format!("{{\"category\":{{\"index\":{{{places}}},\"label\":{{{labels}}}}}}}")
    };
    let values: Vec<_> = values
        .iter()
        .map(|(at, value)| format!("\"{at}\":\"{value}\""))
        .collect();
    let value = if values.is_empty() {
        "[]".to_owned()
    } else {
        format!("{{{}}}", values.join(","))
    };
    format!(
        "{{\"dataset\":{{\"version\":\"2.0\",\"class\":\"dataset\",\"label\":\"Kuutio\",\
         \"dimension\":{{\"id\":[\"area\",\"time\",\"measure\"],\"size\":[{},{},1],\
         \"area\":{},\"time\":{},\"measure\":{}}},\"value\":{value}}}}}",
        areas.len(),
        years.len(),
        category(areas),
        category(years),
        category(&[measure]),
    )
}

fn shown(normalised: &Normalised) -> Vec<String> {
    normalised
        .observations
        .iter()
        .map(|row| {
            let value = row.value.map_or("-".to_owned(), |value| value.to_string());
            format!("{} {} {value} {}", row.region.id(), row.period, row.status)
        })
        .collect()
}

#[test]
fn nodes_are_known_by_stage_code_and_label() {
    let body = answer(
        &[111, 112, 110, 120, 100, 130],
        &[201, 202, 200],
        300,
        &[
            (0, "5"),
            (1, "6,5"),
            (2, "99"),
            (3, ".."),
            (6, "12"),
            (9, "7"),
            (12, "40"),
            (15, "3"),
        ],
    );
    let normalised = read(DIMENSIONS, "clients", &[&body]).unwrap();
    assert_eq!(
        shown(&normalised),
        [
            "SSS 2020 40 normal",
            "SHP16 2020 7 normal",
            "KU399 2020 - suppressed",
            "KU905 2020 5 normal",
            "KU905 2021 6.5 normal",
            "MK15 2020 12 normal",
        ]
    );
    // All years together and the cluster are no rows of theirs.
    assert_eq!(normalised.rows_in, 6);
    assert_eq!(normalised.findings.count(FindingKind::RowWithoutValue), 1);
}

#[test]
fn a_measure_without_a_code_is_named_by_its_label() {
    let body = answer(&[111], &[202], 301, &[(0, "12.5")]);
    assert_eq!(
        shown(&read(DIMENSIONS, "Osuus", &[&body]).unwrap()),
        ["KU905 2021 12.5 normal"]
    );
    let description = describe(&id("clients"), DIMENSIONS.as_bytes(), None, &[]).unwrap();
    assert_eq!(description.indicator.title.fi, "Asiakkaat (kpl)");
    assert_eq!(description.indicator.decimals, Some(0));
    assert_eq!(
        description.declared_levels,
        [
            RegionLevel::Municipality,
            RegionLevel::Province,
            RegionLevel::HospitalDistrict,
            RegionLevel::Country,
        ]
    );
    let error = describe(&id("nothing"), DIMENSIONS.as_bytes(), None, &[]).unwrap_err();
    assert!(error.to_string().contains("no such measure"), "{error}");
}

#[test]
fn a_set_with_the_same_title_gives_it_in_the_other_languages() {
    let described = |finnish: &str| {
        let expected = SetIndicator {
            id: "toitu/ennakko3/fact_toitu/clients".parse().unwrap(),
            title: Text {
                fi: finnish.to_owned(),
                sv: "Klienter (antal)".to_owned(),
                en: "Clients (number)".to_owned(),
            },
            theme: "everyone".to_owned(),
            topics: Vec::new(),
            polarity: Polarity::None,
            value_kind: ValueKind::Count,
            denominator: Text::default(),
            producer: "THL".to_owned(),
            sexes: vec![Sex::Total],
            projection: false,
            independent_events: false,
            why: String::new(),
        };
        describe(&id("clients"), DIMENSIONS.as_bytes(), Some(&expected), &[]).unwrap()
    };
    let title = described("Asiakkaat (kpl)").indicator.title;
    assert_eq!(
        (title.fi.as_str(), title.sv.as_str(), title.en.as_str()),
        ("Asiakkaat (kpl)", "Klienter (antal)", "Clients (number)")
    );
    // Of something else it says nothing.
    let other = described("Lapset, joilla on lemmikkejä");
    assert!(matches!(other.title_check, TitleCheck::Different { .. }));
    assert_eq!(other.indicator.title.sv, "");
}

#[test]
fn figures_of_another_measure_are_not_taken() {
    let body = answer(&[111], &[202], 301, &[(0, "12.5")]);
    let error = read(DIMENSIONS, "clients", &[&body]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("not about the measure `Asiakkaat (kpl)`"),
        "{error}"
    );
}

#[test]
fn an_answer_of_another_version_is_refused() {
    let body = answer(&[999], &[202], 300, &[(0, "1")]);
    let error = read(DIMENSIONS, "clients", &[&body]).unwrap_err();
    assert!(error.to_string().contains("another version"), "{error}");
}

#[test]
fn what_contradicts_itself_is_withheld_and_counted() {
    let one = answer(&[111], &[202], 300, &[(0, "1")]);
    let other = answer(&[111], &[202], 300, &[(0, "2")]);
    let odd = answer(&[112], &[202], 300, &[(0, "1e300")]);
    let normalised = read(DIMENSIONS, "clients", &[&one, &one, &other, &odd]).unwrap();
    assert_eq!(normalised.observations, []);
    assert_eq!(normalised.rows_in, 4);
    assert_eq!(normalised.findings.withheld_rows(), 4);
}

#[test]
fn nothing_at_all_is_no_figures() {
    let body = answer(&[111], &[202], 300, &[]);
    assert_eq!(read(DIMENSIONS, "clients", &[&body]).unwrap().rows_in, 0);
}

fn recording(name: &str) -> Option<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/recordings/thl");
    let path = Path::new(folder).join(name);
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        println!("left out: the recording thl/{name} is absent");
    }
    text
}

#[test]
fn recorded_dimensions_are_read() {
    let Some(text) = recording("reconstructed/toitu_ennakko3_area.dimensions.jsonp") else {
        return;
    };
    let dimensions = tree::read("the recording", text.as_bytes()).unwrap();
    let area = area(&dimensions).unwrap();
    let index = regions();
    let places = regions::Places::new(&index);
    let found: Vec<_> = area
        .nodes
        .iter()
        .map(|node| {
            let level = regions::level(&node.stage).unwrap();
            places.find(level, node).unwrap().id().to_string()
        })
        .collect();
    assert_eq!(
        found,
        ["SSS", "AVI1", "MK01", "KU018", "KU049", "KU078", "KU091"]
    );
}

/// The server's own test data: trees, names and facts as its database has them. From these
/// the answers are written as the server would.
#[test]
fn the_test_data_of_the_server_is_read() {
    let (Some(tree), Some(meta), Some(facts)) = (
        recording("tiku-server-tests/test-tree.csv"),
        recording("tiku-server-tests/test-meta.csv"),
        recording("tiku-server-tests/test-fact.csv"),
    ) else {
        return;
    };
    let lines = |text: &str| -> Vec<Vec<String>> {
        let lines = text
            .split(['\r', '\n'])
            .filter(|line| !line.is_empty())
            .skip(1);
        lines
            .map(|line| line.split(';').map(str::to_owned).collect())
            .collect()
    };
    let meta = lines(&meta);
    let said = |reference: &str, tag: &str| {
        let mut lines = meta.iter();
        let line = lines.find(|line| {
            line[0] == reference && line[2] == tag && matches!(line[1].as_str(), "fi" | "")
        });
        line.map(|line| line[3].clone())
    };
    let mut nodes: BTreeMap<String, String> = BTreeMap::new();
    for line in lines(&tree) {
        let [key, _, dimension, stage, reference] = line.as_slice() else {
            panic!("{line:?}")
        };
        // The country's tag is "Koko maa"; measures have names but no codes.
        let label = said(reference, "name").unwrap_or_else(|| "n/a".to_owned());
        let code = said(reference, "code");
        let code = code.map_or(String::new(), |code| format!("\"code\":\"{code}\","));
        let _ = write!(
            nodes.entry(dimension.clone()).or_default(),
            "{{\"id\":\"{key}\",\"sid\":{key},\"label\":\"{label}\",\"stage\":\"{stage}\",{code}\"children\":[]}},"
        );
    }
    let dimensions: Vec<_> = nodes
        .iter()
        .map(|(id, nodes)| {
            let nodes = nodes.trim_end_matches(',');
            format!("{{\"id\":\"{id}\",\"label\":\"{id}\",\"children\":[{nodes}]}}")
        })
        .collect();
    let dimensions = format!("thl.pivot.loadDimensions([{}]);", dimensions.join(","));
    let mut values = Vec::new();
    let (areas, years) = ([22, 23, 29], [1118, 1128, 1158]);
    let facts = lines(&facts);
    for line in facts.iter().filter(|line| line[2] == "333") {
        let at = |all: &[u32], key: &str| {
            all.iter()
                .position(|known| known.to_string() == key)
                .unwrap()
        };
        values.push((
            at(&areas, &line[1]) * 3 + at(&years, &line[0]),
            line[3].as_str(),
        ));
    }
    let body = answer(&areas, &years, 333, &values);
    let normalised = read(&dimensions, "Potilaita", &[&body]).unwrap();
    let shown = shown(&normalised);
    // Facts of 2010 and 2011; the district has a name that no list of districts spells so.
    assert!(
        shown.contains(&"KU091 2010 1.224 normal".to_owned()),
        "{shown:#?}"
    );
    assert!(
        shown.contains(&"KU091 2011 0.144 normal".to_owned()),
        "{shown:#?}"
    );
    assert!(
        shown.contains(&"SSS 2010 4 normal".to_owned()),
        "{shown:#?}"
    );
    assert!(
        shown.contains(&"SSS 2011 1448.3234 normal".to_owned()),
        "{shown:#?}"
    );
    assert!(
        shown.iter().all(|row| !row.contains("12312")),
        "sums over years: {shown:#?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = tree::read("bytes", &bytes);
    }

    #[test]
    fn damaged_dimensions_never_panic(at in any::<prop::sample::Index>(), letter in any::<char>()) {
        let mut letters: Vec<char> = DIMENSIONS.chars().collect();
        let place = at.index(letters.len());
        letters[place] = letter;
        let text: String = letters.into_iter().collect();
        let body = answer(&[111, 110], &[201, 202], 300, &[(0, "5"), (3, "..")]);
        let _ = read(&text, "clients", &[&body]);
    }

    #[test]
    fn any_cell_is_a_row_or_a_finding(values in proptest::collection::vec("[0-9,.eE+-]{0,8}|\\.\\.|\\PC{0,3}", 4)) {
        let clean: Vec<String> = values.iter().map(|value| value.replace(['"', '\\'], "")).collect();
        let cells: Vec<(usize, &str)> = clean.iter().map(String::as_str).enumerate().collect();
        let body = answer(&[111, 110], &[201, 202], 300, &cells);
        if let Ok(normalised) = read(DIMENSIONS, "clients", &[&body]) {
            let out = normalised.observations.len() as u64;
            prop_assert_eq!(normalised.rows_in, out + normalised.findings.withheld_rows());
        }
    }
}
