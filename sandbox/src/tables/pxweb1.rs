//! Version 1 of `PxWeb`'s API, with its ways: 400 without a word for what it does not know,
//! 403 for too many cells, values left out where there are many, a dimension that is not
//! named summed or given whole.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::table::{Dimension, Role, Table};
use super::{TableAnswer, TableNaming, TableOptions, TableRequest, written};

const DATABASE: &str = "StatFin";

/// The body of a question.
#[derive(Deserialize)]
struct Question {
    query: Vec<QuestionVariable>,
    #[serde(default)]
    response: QuestionResponse,
}

#[derive(Deserialize)]
struct QuestionVariable {
    code: String,
    selection: QuestionSelection,
}

#[derive(Deserialize)]
struct QuestionSelection {
    filter: String,
    values: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct QuestionResponse {
    format: String,
}

pub(super) fn answer(
    tables: &[Table],
    options: &TableOptions,
    path: &[&str],
    request: &TableRequest,
) -> TableAnswer {
    if request.query == "config" {
        return config(options);
    }
    let naming = options.naming;
    match path {
        [] => found(&json!([{"dbid": DATABASE, "text": "StatFin"}])),
        [database, ..] if *database != DATABASE => bad_request(),
        [_] => level(tables, naming, ""),
        [_, name] => match at(tables, naming, "", name) {
            Some(table) => of_table(table, options, request),
            None => level(tables, naming, name),
        },
        [_, folder, name] => match at(tables, naming, folder, name) {
            Some(table) => of_table(table, options, request),
            None => bad_request(),
        },
        _ => bad_request(),
    }
}

fn config(options: &TableOptions) -> TableAnswer {
    let limits = options.limits;
    found(&json!({
        "maxValues": limits.values, "maxCells": limits.cells, "maxCalls": limits.calls,
        "timeWindow": limits.window.as_secs_f64(), "CORS": true
    }))
}

/// The table of that name in a folder; short names are found by the search index too.
fn at<'t>(tables: &'t [Table], naming: TableNaming, folder: &str, name: &str) -> Option<&'t Table> {
    tables
        .iter()
        .find(|table| table.file(naming) == name && (table.folder == folder || folder.is_empty()))
}

/// The list of a level. Dates of update moved for all tables at once, without their figures.
fn level(tables: &[Table], naming: TableNaming, folder: &str) -> TableAnswer {
    if folder.is_empty() {
        let mut folders: Vec<&str> = tables.iter().map(|table| table.folder.as_str()).collect();
        folders.dedup();
        let list = folders.iter().filter(|name| !name.is_empty());
        let list = list.map(|name| json!({"id": name, "type": "l", "text": name}));
        return found(&Value::Array(list.collect()));
    }
    let inside = tables.iter().filter(|table| table.folder == folder);
    let list: Vec<Value> = inside
        .map(|table| {
            json!({"id": table.file(naming), "type": "t", "text": table.title,
                "updated": "2026-06-06T21:04:30"})
        })
        .collect();
    if list.is_empty() {
        return bad_request();
    }
    found(&Value::Array(list))
}

fn of_table(table: &Table, options: &TableOptions, request: &TableRequest) -> TableAnswer {
    if request.is_post {
        figures(table, options, request)
    } else {
        metadata(table, options)
    }
}

fn metadata(table: &Table, options: &TableOptions) -> TableAnswer {
    let naming = options.naming;
    let variables = table.dimensions.iter().map(|dimension| {
        let mut variable = json!({
            "code": dimension.code(naming), "text": dimension.name(naming)
        });
        // More values than are listed are left out, texts as well.
        if dimension.values.len() <= options.limits.values {
            let codes = dimension.values.iter().map(|value| value.code(naming));
            let texts = dimension.values.iter().map(|value| value.label.as_str());
            variable["values"] = json!(codes.collect::<Vec<_>>());
            variable["valueTexts"] = json!(texts.collect::<Vec<_>>());
        }
        if dimension.elimination.is_some() {
            variable["elimination"] = json!(true);
        }
        if dimension.role == Some(Role::Time) {
            variable["time"] = json!(true);
        }
        variable
    });
    let variables: Vec<Value> = variables.collect();
    found(&json!({"title": table.title, "variables": variables}))
}

fn figures(table: &Table, options: &TableOptions, request: &TableRequest) -> TableAnswer {
    let Ok(question) = serde_json::from_slice::<Question>(&request.body) else {
        return bad_request();
    };
    if question.response.format != "json-stat2" {
        // Whatever else is the default, it is not what anybody here reads.
        return bad_request();
    }
    let naming = options.naming;
    let known = |code: &str| {
        let mut dimensions = table.dimensions.iter();
        dimensions.any(|dimension| dimension.code(naming) == code)
    };
    if question.query.iter().any(|asked| !known(&asked.code)) {
        return bad_request();
    }
    let mut selected = Vec::new();
    for dimension in &table.dimensions {
        let code = dimension.code(naming);
        let asked = question.query.iter().find(|asked| asked.code == code);
        let places = match asked {
            Some(asked) => places(dimension, naming, &asked.selection, options),
            None => Some(unasked(dimension)),
        };
        match places {
            Some(places) if !places.is_empty() => selected.push(places),
            _ => return bad_request(),
        }
    }
    let cells: usize = selected.iter().map(Vec::len).product();
    // A mask is one value, whatever it finds.
    let values: usize = question
        .query
        .iter()
        .map(|asked| asked.selection.values.len())
        .sum();
    let most = options.kept_cells.unwrap_or(options.limits.cells);
    if cells > most || values > options.limits.values.max(table.dimensions.len()) {
        return TableAnswer::json(
            StatusCode::FORBIDDEN,
            r#"{"error":"Too many values selected"}"#,
        );
    }
    found(&written::dataset(table, naming, &selected, true))
}

/// The positions that a selection means, in the table's order and not the question's.
fn places(
    dimension: &Dimension,
    naming: TableNaming,
    selection: &QuestionSelection,
    options: &TableOptions,
) -> Option<Vec<usize>> {
    let all = 0..dimension.values.len();
    match selection.filter.as_str() {
        "item" => {
            let wanted = &selection.values;
            if options
                .broken_code
                .as_ref()
                .is_some_and(|broken| wanted.contains(broken))
            {
                return None;
            }
            let codes: Vec<&str> = dimension
                .values
                .iter()
                .map(|value| value.code(naming))
                .collect();
            if wanted.iter().any(|code| !codes.contains(&code.as_str())) {
                return None;
            }
            Some(
                all.filter(|at| wanted.iter().any(|code| code == codes[*at]))
                    .collect(),
            )
        }
        "all" => {
            let masks = &selection.values;
            let fits = |code: &str| {
                masks.iter().any(|mask| match mask.split_once('*') {
                    Some((start, end)) => code.starts_with(start) && code.ends_with(end),
                    None => code == mask,
                })
            };
            Some(
                all.filter(|at| fits(dimension.values[*at].code(naming)))
                    .collect(),
            )
        }
        "top" => {
            let count: usize = selection.values.first()?.parse().ok()?;
            Some(
                all.rev()
                    .take(count)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev()
                    .collect(),
            )
        }
        _ => None,
    }
}

/// What becomes of a dimension that is not named.
fn unasked(dimension: &Dimension) -> Vec<usize> {
    let total = dimension.elimination.as_ref().and_then(|total| {
        let mut values = dimension.values.iter();
        values.position(|value| value.code == *total)
    });
    match total {
        Some(total) => vec![total],
        None => (0..dimension.values.len()).collect(),
    }
}

fn found(body: &Value) -> TableAnswer {
    TableAnswer::json(StatusCode::OK, body.to_string())
}

/// All that is said of nearly everything.
fn bad_request() -> TableAnswer {
    let mut answer = TableAnswer::json(StatusCode::BAD_REQUEST, "Bad Request");
    answer.content_type = "text/plain";
    answer
}
