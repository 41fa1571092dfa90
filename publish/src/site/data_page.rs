//! The catalogue of the data: the tables, their columns, and how to read them.

use botnia_model::Language;
use serde::Serialize;

use super::format::{count, size};
use super::frame::Frame;
use super::paths::{Place, root};
use super::region_page::FileRow;
use super::{Desk, Press, in_each_language};
use crate::PublishError;
use crate::documents::{ColumnKind, column_meaning, readme};

#[derive(Serialize)]
struct Data {
    notes: Vec<String>,
    tables: Vec<FileRow>,
    examples_list: Vec<Example>,
    documents: Vec<FileRow>,
    dictionary: Vec<Dictionary>,
}

/// How a program reads the figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Example {
    pub(super) program: &'static str,
    pub(super) code: String,
}

#[derive(Serialize)]
struct Dictionary {
    id: String,
    name: String,
    columns: Vec<ColumnRow>,
}

#[derive(Serialize)]
struct ColumnRow {
    name: String,
    kind: String,
    meaning: &'static str,
    /// The language of the meaning, where it is another than the page's.
    language: Option<&'static str>,
}

/// The documents of a release, each with the key of what it is.
pub(super) const DOCUMENTS: [(&str, &str); 10] = [
    ("README.md", "doc_readme"),
    ("LICENCE.md", "doc_licence"),
    ("CITATION.cff", "doc_citation"),
    ("CHANGES.md", "doc_changes"),
    ("tiedote.fi.md", "doc_bulletin"),
    ("meddelande.sv.md", "doc_bulletin_sv"),
    ("datapackage.json", "doc_datapackage"),
    ("catalog.jsonld", "doc_catalog"),
    ("croissant.json", "doc_croissant"),
    ("recipe.json", "doc_recipe"),
];

pub(super) fn write(press: &mut Press<'_>, language: Language) -> Result<(), PublishError> {
    let counterparts = in_each_language(|language| Place::Data.path(language).to_owned());
    let root = root(Place::Data.path(language));
    let tables = press.desk.site.tables;
    let data = Data {
        notes: [
            "data_note_missing",
            "data_note_codes",
            "data_note_unrounded",
        ]
        .map(|key| press.desk.text(language, key).to_owned())
        .into(),
        tables: tables
            .iter()
            .map(|table| FileRow {
                url: Frame::to(&root, &table.path),
                name: table.path.clone(),
                what: press.desk.sentence(
                    language,
                    "rows_of",
                    &[
                        &count(language, table.rows),
                        readme::table_content(language, table.name()),
                    ],
                ),
                size: size(language, table.bytes),
            })
            .collect(),
        examples_list: examples("sotkanet:127", Some("KU743")),
        documents: documents(
            press.desk,
            language,
            &root,
            &DOCUMENTS.map(|(path, _)| path),
        ),
        dictionary: tables
            .iter()
            .map(|table| Dictionary {
                id: table.name().to_owned(),
                name: table.path.clone(),
                columns: table
                    .columns
                    .iter()
                    .map(|column| {
                        let (meaning, told_in) =
                            column_meaning(language, table.name(), &column.name)
                                .unwrap_or(("", language));
                        ColumnRow {
                            name: column.name.clone(),
                            kind: press.desk.text(language, kind(column.kind)).to_owned(),
                            meaning,
                            language: (told_in != language).then(|| told_in.code()),
                        }
                    })
                    .collect(),
            })
            .collect(),
    };
    let title = press.desk.text(language, "data_title").to_owned();
    press.print(
        "data.html",
        language,
        &counterparts,
        (&title, Some(Place::Data)),
        &data,
    )
}

/// Those of the documents of a release that are named. They are made beside the pages, so
/// their lengths are not told.
pub(super) fn documents(
    desk: Desk<'_>,
    language: Language,
    root: &str,
    named: &[&str],
) -> Vec<FileRow> {
    DOCUMENTS
        .iter()
        .filter(|(path, _)| named.contains(path))
        .map(|(path, key)| FileRow {
            url: Frame::to(root, path),
            name: (*path).to_owned(),
            what: desk.text(language, key).to_owned(),
            size: desk
                .site
                .files
                .get(*path)
                .map_or_else(String::new, |bytes| size(language, *bytes)),
        })
        .collect()
}

fn kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "kind_text",
        ColumnKind::Integer => "kind_integer",
        ColumnKind::Number => "kind_number",
        ColumnKind::Boolean => "kind_boolean",
        ColumnKind::TextList => "kind_list",
    }
}

/// How an indicator is read, of one region or of all, in a line each. What stands in
/// quotes is quoted as each language wants it: an id may hold any sign.
pub(super) fn examples(indicator: &str, region: Option<&str>) -> Vec<Example> {
    let in_sql = |text: &str| format!("'{}'", text.replace('\'', "''"));
    // A JSON string is one of Python and of R too.
    let in_code = |text: &str| serde_json::Value::from(text).to_string();
    let (sql_region, pandas_region, polars_region, r_region) = match region {
        Some(region) => (
            format!(" AND region_id = {}", in_sql(region)),
            format!(", (\"region_id\", \"==\", {})", in_code(region)),
            format!(", pl.col(\"region_id\") == {}", in_code(region)),
            format!(", region_id == {}", in_code(region)),
        ),
        None => Default::default(),
    };
    let (sql_id, id) = (in_sql(indicator), in_code(indicator));
    vec![
        Example {
            program: "DuckDB",
            code: format!(
                "SELECT region_id, period, value FROM 'observations.parquet' WHERE indicator_id = {sql_id}{sql_region} AND sex = 'total';"
            ),
        },
        Example {
            program: "Python (pandas)",
            code: format!(
                "import pandas as pd; observations = pd.read_parquet(\"observations.parquet\", filters=[(\"indicator_id\", \"==\", {id}){pandas_region}])"
            ),
        },
        Example {
            program: "Python (polars)",
            code: format!(
                "import polars as pl; observations = pl.scan_parquet(\"observations.parquet\").filter(pl.col(\"indicator_id\") == {id}{polars_region}).collect()"
            ),
        },
        Example {
            program: "R (arrow)",
            code: format!(
                "observations <- dplyr::collect(dplyr::filter(arrow::open_dataset(\"observations.parquet\"), indicator_id == {id}{r_region}))"
            ),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_its_quotes() {
        let examples = examples("a:b'c\"d\\e", None);
        assert!(examples[0].code.contains("= 'a:b''c\"d\\e' AND"));
        assert!(examples[1].code.contains(r#""a:b'c\"d\\e")"#));
        assert!(examples[3].code.contains(r#"== "a:b'c\"d\\e")"#));
    }
}
