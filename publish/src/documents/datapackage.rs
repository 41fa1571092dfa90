//! `datapackage.json`: Data Package v2 (Frictionless) of the top-level tables.

use botnia_model::Language;
use serde::Serialize;

use super::words::{
    dataset_description, dataset_title, licence_name, licence_url, synthetic_notice,
};
use super::{ColumnKind, ReleaseFacts, TableFact, column_description};
use crate::PublishError;
use crate::manifest::to_json;

#[derive(Serialize)]
struct Package<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    name: &'static str,
    title: &'static str,
    description: String,
    version: String,
    created: String,
    licenses: Vec<License>,
    sources: Vec<Source<'a>>,
    contributors: Vec<Contributor<'a>>,
    resources: Vec<Resource<'a>>,
}

#[derive(Serialize)]
struct License {
    name: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'static str>,
}

#[derive(Serialize)]
struct Source<'a> {
    title: &'a str,
    path: &'a str,
}

#[derive(Serialize)]
struct Contributor<'a> {
    title: &'a str,
    roles: [&'static str; 1],
}

#[derive(Serialize)]
struct Resource<'a> {
    name: String,
    path: &'a str,
    format: &'static str,
    mediatype: &'static str,
    bytes: u64,
    hash: String,
    schema: TableSchema<'a>,
}

#[derive(Serialize)]
struct TableSchema<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    fields: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
}

/// The bytes of `datapackage.json`.
pub(super) fn datapackage(
    facts: &ReleaseFacts,
    tables: &[TableFact],
) -> Result<Vec<u8>, PublishError> {
    let description = if facts.synthetic {
        synthetic_notice(Language::En).to_owned()
    } else {
        dataset_description(Language::En).to_owned()
    };
    let mut licenses: Vec<License> = Vec::new();
    let mut producers: Vec<&str> = Vec::new();
    for producer in facts.producers() {
        if !licenses.iter().any(|known| known.name == producer.licence) {
            licenses.push(License {
                name: producer.licence.to_owned(),
                title: licence_name(Language::En, producer.licence),
                path: licence_url(producer.licence),
            });
        }
        let name = producer
            .producer
            .map_or("", |one| one.name.or_finnish(Language::En));
        if !facts.synthetic && !name.is_empty() && !producers.contains(&name) {
            producers.push(name);
        }
    }
    to_json(
        "datapackage.json",
        &Package {
            schema: "https://datapackage.org/profiles/2.0/datapackage.json",
            name: "botnia",
            title: dataset_title(Language::En),
            description,
            version: facts.version(),
            created: facts.moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            licenses,
            sources: facts
                .sources
                .iter()
                .map(|source| Source {
                    title: source.name.or_finnish(Language::En),
                    path: &source.url,
                })
                .collect(),
            contributors: producers
                .into_iter()
                .map(|title| Contributor {
                    title,
                    roles: ["creator"],
                })
                .collect(),
            resources: tables.iter().map(resource).collect(),
        },
    )
}

fn resource(table: &TableFact) -> Resource<'_> {
    let fields = table
        .columns
        .iter()
        .map(|column| Field {
            name: &column.name,
            kind: match column.kind {
                ColumnKind::Text => "string",
                ColumnKind::Integer => "integer",
                ColumnKind::Number => "number",
                ColumnKind::Boolean => "boolean",
                ColumnKind::TextList => "array",
            },
            description: column_description(table.name(), &column.name),
        })
        .collect();
    Resource {
        // Names of the specification have no underscores in its older readers.
        name: table.name().replace('_', "-"),
        path: &table.path,
        format: "parquet",
        mediatype: "application/vnd.apache.parquet",
        bytes: table.bytes,
        hash: format!("sha256:{}", table.sha256),
        schema: TableSchema {
            schema: "https://datapackage.org/profiles/2.0/tableschema.json",
            fields,
        },
    }
}
