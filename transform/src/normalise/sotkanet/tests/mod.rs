//! Small hand-made answers, one quirk at a time.

mod descriptions;
mod regions;
mod rows;

use botnia_config::{Municipality, RegionTables, SetIndicator, SourceKind, TableRegion};
use botnia_model::{FindingKind, Findings, Polarity, RegionKey, RegionLevel, Text, ValueKind};
use serde_json::json;

use crate::TransformError;
use crate::normalise::{Description, RegionIndex, describe, read_regions};

const REGIONS: &str = r#"[
    {"id":46,"code":"091","category":"KUNTA","title":{"fi":"Helsinki ","sv":"Helsingfors","en":"Helsinki"},"memberOf":[658,488,960,510,77777]},
    {"id":305,"code":"743","category":"KUNTA","title":{"fi":"Seinäjoki"},"memberOf":[]},
    {"id":510,"code":"011","category":"SEUTUKUNTA","title":{"fi":"Helsinki"},"memberOf":[]},
    {"id":488,"code":"01","category":"MAAKUNTA","title":{"fi":"Uusimaa","sv":"Nyland"},"memberOf":[],"uri":""},
    {"id":500,"code":"14","category":"MAAKUNTA","title":{"fi":"Etelä-Pohjanmaa"}},
    {"id":960,"code":"90","category":"HYVINVOINTIALUE","title":{"fi":"Helsingin kaupunki"},"memberOf":null},
    {"id":658,"code":"358","category":"MAA","title":{"fi":"Koko maa"},"memberOf":[]},
    {"id":1033,"code":"33","category":"EURALUEET","title":{"fi":"Pohjoismaat"},"memberOf":[]},
    {"id":1047,"code":"33","category":"POHJOISMAAT","title":{"fi":"Pohjoismaat"},"memberOf":[]},
    {"id":2000,"code":"1","category":"ELINVOIMAKESKUS","title":{"fi":"Uusi laji"},"memberOf":[]}
]"#;

fn key(level: RegionLevel, code: &str) -> RegionKey {
    RegionKey::new(level, code.parse().unwrap())
}

fn tables() -> RegionTables {
    RegionTables {
        municipalities: vec![Municipality {
            code: "743".parse().unwrap(),
            name: Text::default(),
            valid_from: Some("2009-01-01".to_owned()),
            valid_to: None,
            member_of: vec![
                key(RegionLevel::Province, "14"),
                key(RegionLevel::WellbeingCounty, "16"),
            ],
            language_status: Some("finnish".to_owned()),
            urban_rural: Some("urban".to_owned()),
            sotkanet_id: None,
        }],
        regions: vec![TableRegion {
            key: key(RegionLevel::WellbeingCounty, "90"),
            name: Text::default(),
            valid_from: Some("2023-01-01".to_owned()),
            valid_to: None,
            sotkanet_id: None,
        }],
        ..RegionTables::default()
    }
}

fn regions() -> RegionIndex {
    read_regions(SourceKind::Sotkanet, REGIONS.as_bytes(), &tables()).unwrap()
}

fn expected(title: &str) -> SetIndicator {
    SetIndicator {
        id: "127".parse().unwrap(),
        title: Text {
            fi: title.to_owned(),
            ..Text::default()
        },
        theme: "population".to_owned(),
        topics: Vec::new(),
        polarity: Polarity::HigherIsBetter,
        value_kind: ValueKind::Count,
        denominator: Text::default(),
        producer: String::new(),
        sexes: Vec::new(),
        projection: false,
        independent_events: true,
        why: String::new(),
    }
}

fn description() -> Description {
    let body = json!({"id": 127, "title": {"fi": "Väestö 31.12."}}).to_string();
    describe_body(&body, None).unwrap()
}

fn describe_body(
    body: &str,
    expected: Option<&SetIndicator>,
) -> Result<Description, TransformError> {
    let id = "sotkanet:127".parse().unwrap();
    let themes = ["everyone".to_owned()];
    describe(
        SourceKind::Sotkanet,
        &id,
        body.as_bytes(),
        expected,
        &themes,
    )
}

fn kinds(findings: &Findings) -> Vec<(FindingKind, u64)> {
    findings
        .iter()
        .map(|(kind, finding)| (kind, finding.count))
        .collect()
}
