//! `catalog.jsonld`: the dataset and its distributions in DCAT-AP 3.

use botnia_model::Language;
use serde_json::{Value, json};

use super::words::{dataset_description, dataset_title, synthetic_notice};
use super::{ReleaseFacts, TableFact};
use crate::PublishError;
use crate::manifest::to_json;

const AUTHORITY: &str = "http://publications.europa.eu/resource/authority";

/// The bytes of `catalog.jsonld`. Its addresses are relative to the document, so that it
/// holds wherever the release is served.
pub(super) fn catalog(facts: &ReleaseFacts, tables: &[TableFact]) -> Result<Vec<u8>, PublishError> {
    let in_each = |text: fn(Language) -> &'static str| -> Vec<Value> {
        Language::ALL
            .iter()
            .map(|language| json!({"@language": language.code(), "@value": text(*language)}))
            .collect()
    };
    let description = if facts.synthetic {
        in_each(synthetic_notice)
    } else {
        in_each(dataset_description)
    };
    let mut dataset = json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": "./",
        "@type": "dcat:Dataset",
        "dct:title": in_each(dataset_title),
        "dct:description": description,
        "dct:identifier": format!("botnia-release-{}", facts.number),
        "dcat:version": facts.version(),
        "dct:issued": {"@type": "xsd:date", "@value": facts.date()},
        "dct:language": in_authority("language", &["FIN", "SWE", "ENG"]),
        "dct:spatial": {"@id": format!("{AUTHORITY}/country/FIN")},
        "dcat:theme": in_authority("data-theme", &["HEAL", "SOCI"]),
        "dct:source": facts
            .sources
            .iter()
            .map(|source| json!({"@id": source.url}))
            .collect::<Vec<_>>(),
        "dcat:distribution": tables
            .iter()
            .map(|table| distribution(facts, table))
            .collect::<Vec<_>>(),
    });
    if let Some((first, last)) = facts.years() {
        let year = |year: i32| json!({"@type": "xsd:gYear", "@value": format!("{year:04}")});
        dataset["dct:temporal"] = json!({
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": year(first),
            "dcat:endDate": year(last),
        });
    }
    if !facts.synthetic {
        dataset["dct:creator"] = facts
            .producers()
            .iter()
            .filter_map(|producer| producer.producer)
            .map(|producer| {
                let names: Vec<Value> = Language::ALL
                    .iter()
                    .filter(|language| !producer.name.get(**language).is_empty())
                    .map(|language| {
                        json!({
                            "@language": language.code(),
                            "@value": producer.name.get(*language),
                        })
                    })
                    .collect();
                json!({"@type": "foaf:Agent", "foaf:name": names})
            })
            .collect();
    }
    to_json("catalog.jsonld", &dataset)
}

/// Terms of one of the European Union's vocabularies.
fn in_authority(vocabulary: &str, codes: &[&str]) -> Vec<Value> {
    codes
        .iter()
        .map(|code| json!({"@id": format!("{AUTHORITY}/{vocabulary}/{code}")}))
        .collect()
}

fn distribution(facts: &ReleaseFacts, table: &TableFact) -> Value {
    let mut distribution = json!({
        "@type": "dcat:Distribution",
        "dct:title": table.path,
        "dcat:accessURL": {"@id": "./"},
        "dcat:downloadURL": {"@id": table.path},
        "dct:format": {"@id": format!("{AUTHORITY}/file-type/PARQUET")},
        "dcat:mediaType": {
            "@id": "https://www.iana.org/assignments/media-types/application/vnd.apache.parquet",
        },
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": table.bytes.to_string()},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {
                "@type": "xsd:hexBinary",
                "@value": table.sha256.to_string(),
            },
        },
    });
    if facts.single_licence() == Some("CC-BY-4.0") {
        distribution["dct:license"] = json!({"@id": format!("{AUTHORITY}/licence/CC_BY_4_0")});
    } else {
        distribution["dct:rights"] = json!({"@id": "LICENCE.md"});
    }
    distribution
}
