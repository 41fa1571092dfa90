//! What fetching reads of `PxWebApi` 2, besides datasets.

use serde::{Deserialize, Serialize};

use crate::sources::tables::Selection;

/// `/config`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Config {
    pub(super) max_data_cells: Option<u64>,
    pub(super) max_calls_per_time_window: Option<f64>,
    pub(super) time_window: Option<f64>,
    pub(super) data_formats: Vec<String>,
}

/// A page of `/tables`.
#[derive(Debug, Deserialize)]
pub(super) struct TablePage {
    pub(super) tables: Vec<ListedTable>,
    pub(super) page: Page,
}

/// A table in the list.
#[derive(Debug, Deserialize)]
pub(super) struct ListedTable {
    pub(super) id: String,
}

/// Where a page stands among the others.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) total_pages: u32,
}

/// What a service says of a question that it turns down (RFC 7807).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Problem {
    title: Option<String>,
    detail: Option<String>,
}

impl Problem {
    /// The words of a `problem+json` body; `None` where it has none.
    pub(super) fn words(body: &[u8]) -> Option<String> {
        let problem: Self = serde_json::from_slice(body).ok()?;
        let words: Vec<String> = [problem.title, problem.detail]
            .into_iter()
            .flatten()
            .filter(|words| !words.trim().is_empty())
            .map(|words| words.chars().take(200).collect())
            .collect();
        (!words.is_empty()).then(|| words.join(": "))
    }
}

/// The body of a question.
#[derive(Serialize)]
pub(super) struct Question<'a> {
    selection: Vec<VariableSelection<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VariableSelection<'a> {
    variable_code: &'a str,
    /// The code list that `value_codes` are of, where it is not the table's own.
    #[serde(skip_serializing_if = "Option::is_none", rename = "codelist")]
    code_list: Option<&'a str>,
    value_codes: &'a [String],
}

impl<'a> Question<'a> {
    /// Asks for exactly these codes of every dimension: what is not named would be the
    /// service's own choice, a slice that looks like the whole.
    pub(super) fn of(selection: &'a Selection, code_lists: &'a [(String, String)]) -> Self {
        let list_of = |code: &str| {
            let mut lists = code_lists.iter();
            lists
                .find(|(of, _)| of == code)
                .map(|(_, list)| list.as_str())
        };
        let variables = selection.0.iter().map(|(code, values)| VariableSelection {
            variable_code: code,
            code_list: list_of(code),
            value_codes: values,
        });
        Self {
            selection: variables.collect(),
        }
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).expect("texts alone become JSON")
    }
}
