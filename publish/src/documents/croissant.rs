//! `croissant.json`: Croissant 1.0 (`MLCommons`) of the top-level tables.

use botnia_model::Language;
use serde_json::{Value, json};

use super::words::{dataset_description, dataset_title, licence_url, synthetic_notice};
use super::{ColumnFact, ColumnKind, ReleaseFacts, TableFact, column_description};
use crate::PublishError;
use crate::manifest::to_json;

/// The bytes of `croissant.json`.
pub(super) fn croissant(
    facts: &ReleaseFacts,
    tables: &[TableFact],
) -> Result<Vec<u8>, PublishError> {
    let description = if facts.synthetic {
        synthetic_notice(Language::En)
    } else {
        dataset_description(Language::En)
    };
    // A mixture of licences is described where each of them can be.
    let licence = facts
        .single_licence()
        .and_then(licence_url)
        .unwrap_or("LICENCE.md");
    let creators: Vec<Value> = facts
        .producers()
        .iter()
        .filter(|_| !facts.synthetic)
        .filter_map(|producer| producer.producer)
        .map(|producer| {
            json!({"@type": "sc:Organization", "name": producer.name.or_finnish(Language::En)})
        })
        .collect();
    to_json(
        "croissant.json",
        &json!({
            "@context": context(),
            "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.0",
            "name": "botnia",
            "alternateName": dataset_title(Language::En),
            "description": description,
            "url": "./",
            "version": facts.version(),
            "datePublished": facts.date(),
            "license": licence,
            "creator": creators,
            "isBasedOn": facts.sources.iter().map(|source| &source.url).collect::<Vec<_>>(),
            "inLanguage": ["fi", "sv", "en"],
            "distribution": tables.iter().map(file_object).collect::<Vec<_>>(),
            "recordSet": tables.iter().map(record_set).collect::<Vec<_>>(),
        }),
    )
}

fn file_object(table: &TableFact) -> Value {
    json!({
        "@type": "cr:FileObject",
        "@id": table.path,
        "name": table.path,
        "contentUrl": table.path,
        "contentSize": format!("{} B", table.bytes),
        // The registered type is another; the format's own reader only knows this one.
        "encodingFormat": "application/x-parquet",
        "sha256": table.sha256.to_string(),
    })
}

fn record_set(table: &TableFact) -> Value {
    json!({
        "@type": "cr:RecordSet",
        "@id": table.name(),
        "name": table.name(),
        "field": table
            .columns
            .iter()
            .map(|column| field(table, column))
            .collect::<Vec<_>>(),
    })
}

fn field(table: &TableFact, column: &ColumnFact) -> Value {
    let data_type = match column.kind {
        ColumnKind::Text | ColumnKind::TextList => "sc:Text",
        ColumnKind::Integer => "sc:Integer",
        ColumnKind::Number => "sc:Float",
        ColumnKind::Boolean => "sc:Boolean",
    };
    let mut field = json!({
        "@type": "cr:Field",
        "@id": format!("{}/{}", table.name(), column.name),
        "name": column.name,
        "dataType": data_type,
        "source": {
            "fileObject": {"@id": table.path},
            "extract": {"column": column.name},
        },
    });
    if let Some(description) = column_description(table.name(), &column.name) {
        field["description"] = description.into();
    }
    if column.kind == ColumnKind::TextList {
        field["repeated"] = true.into();
    }
    field
}

/// The context that the specification prescribes.
fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "equivalentProperty": "cr:equivalentProperty",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "extract": "cr:extract",
        "field": "cr:field",
        "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "path": "cr:path",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
    })
}
