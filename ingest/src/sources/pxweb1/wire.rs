//! What fetching reads of `PxWeb`'s answers.

use serde::{Deserialize, Serialize};

use crate::sources::tables::{Selection, Table, TableVariable};
use botnia_config::mapping::VariableRole;

/// `?config`. Older servers leave out `maxCells`, some send everything as text.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Config {
    pub(super) max_values: Option<f64>,
    pub(super) max_cells: Option<f64>,
    pub(super) max_calls: Option<f64>,
    pub(super) time_window: Option<f64>,
}

/// A table's metadata.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    variables: Vec<WireVariable>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireVariable {
    code: String,
    #[serde(default)]
    text: String,
    /// Left out where there are more than the server lists.
    values: Option<Vec<String>>,
    value_texts: Option<Vec<String>>,
    #[serde(default)]
    time: bool,
}

impl Metadata {
    /// The table, and the places of the dimensions whose codes are not listed.
    pub(super) fn table(self) -> (Table, Vec<usize>) {
        let mut unlisted = Vec::new();
        let variables = self.variables.into_iter().enumerate().map(|(at, wire)| {
            if wire.values.is_none() {
                unlisted.push(at);
            }
            let values = wire.values.unwrap_or_default();
            // Texts that are not one for each code tell nothing.
            let texts = wire.value_texts.filter(|texts| texts.len() == values.len());
            TableVariable {
                code: wire.code,
                label: wire.text,
                labels: texts.unwrap_or_default(),
                values,
                role: wire.time.then_some(VariableRole::Time),
            }
        });
        let variables = variables.collect();
        (Table { variables }, unlisted)
    }
}

/// An entry of a level: a folder or a table.
#[derive(Debug, Deserialize)]
pub(super) struct LevelEntry {
    pub(super) id: String,
}

/// The body of a question.
#[derive(Serialize)]
pub(super) struct Query<'a> {
    query: Vec<QueryVariable<'a>>,
    response: QueryResponse,
}

#[derive(Serialize)]
struct QueryVariable<'a> {
    code: &'a str,
    selection: QuerySelection<'a>,
}

#[derive(Serialize)]
struct QuerySelection<'a> {
    filter: &'static str,
    values: Vec<&'a str>,
}

#[derive(Serialize)]
struct QueryResponse {
    format: &'static str,
}

impl<'a> Query<'a> {
    /// Asks for exactly these codes: every dimension is named, nothing is left to what a
    /// server makes of one that is not, or of a missing format.
    pub(super) fn of(selection: &'a Selection) -> Self {
        let variables = selection.0.iter().map(|(code, values)| QueryVariable {
            code,
            selection: QuerySelection {
                filter: "item",
                values: values.iter().map(String::as_str).collect(),
            },
        });
        Self::new(variables.collect())
    }

    /// Asks for all codes of the dimension at `all`, and the first one of the others.
    pub(super) fn codes_of(table: &'a Table, all: usize) -> Self {
        let variables = table.variables.iter().enumerate().map(|(at, variable)| {
            let (filter, values) = if at == all {
                ("all", vec!["*"])
            } else {
                match variable.values.first() {
                    Some(first) => ("item", vec![first.as_str()]),
                    None => ("top", vec!["1"]),
                }
            };
            QueryVariable {
                code: &variable.code,
                selection: QuerySelection { filter, values },
            }
        });
        Self::new(variables.collect())
    }

    fn new(query: Vec<QueryVariable<'a>>) -> Self {
        Self {
            query,
            response: QueryResponse {
                format: "json-stat2",
            },
        }
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).expect("texts alone become JSON")
    }
}
