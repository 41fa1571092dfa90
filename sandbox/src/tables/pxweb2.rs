//! `PxWebApi` 2, with its ways: a question without a selection is answered with a slice, what
//! is turned down is explained, tables are listed in pages.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::table::Table;
use super::{TableAnswer, TableNaming, TableOptions, TableRequest, written};

/// The body of a question.
#[derive(Deserialize)]
struct Question {
    selection: Vec<QuestionSelection>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QuestionSelection {
    variable_code: String,
    #[serde(default)]
    codelist: Option<String>,
    #[serde(default)]
    value_codes: Vec<String>,
}

/// The one code list: the regions whose code is that of a municipality.
const MUNICIPALITIES: &str = "vs_Kunnat";

pub(super) fn answer(
    tables: &[Table],
    options: &TableOptions,
    path: &[&str],
    request: &TableRequest,
) -> TableAnswer {
    let table = |id: &str| tables.iter().find(|table| table.id == id);
    match path {
        ["config"] => config(options),
        ["tables"] => list(tables, request),
        ["tables", id, "metadata"] => match table(id) {
            Some(table) => {
                let all = table.everything(options.naming);
                found(&written::dataset(table, options.naming, &all, false))
            }
            None => problem(StatusCode::NOT_FOUND, "Non-existent table", id),
        },
        ["tables", id, "data"] => match table(id) {
            Some(table) => data(table, options, request),
            None => problem(StatusCode::NOT_FOUND, "Non-existent table", id),
        },
        ["codelists", MUNICIPALITIES] => found(&code_list(tables, options.naming)),
        ["codelists", id] => problem(StatusCode::NOT_FOUND, "Non-existent codelist", id),
        _ => problem(StatusCode::NOT_FOUND, "Not Found", &request.path),
    }
}

fn config(options: &TableOptions) -> TableAnswer {
    let limits = options.limits;
    found(&json!({
        "apiVersion": "2.2.0", "appVersion": "1.0.0",
        "languages": [{"id": "fi", "label": "suomi"}], "defaultLanguage": "fi",
        "maxDataCells": limits.cells, "maxCallsPerTimeWindow": limits.calls,
        "timeWindow": limits.window.as_secs_f64(),
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "sourceReferences": [], "defaultDataFormat": "json-stat2",
        "dataFormats": ["json-stat2", "csv", "px"], "features": []
    }))
}

fn list(tables: &[Table], request: &TableRequest) -> TableAnswer {
    let parameter = |name: &str| {
        form_urlencoded::parse(request.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let page_size: usize = parameter("pageSize")
        .and_then(|size| size.parse().ok())
        .unwrap_or(20);
    let page: usize = parameter("pageNumber")
        .and_then(|page| page.parse().ok())
        .unwrap_or(1);
    let wanted = parameter("query").unwrap_or_default().to_lowercase();
    let matching: Vec<&Table> = tables
        .iter()
        .filter(|table| table.id.contains(&wanted) || table.title.to_lowercase().contains(&wanted))
        .collect();
    let shown: Vec<Value> = matching
        .iter()
        .skip(page.saturating_sub(1) * page_size)
        .take(page_size)
        .map(|table| {
            json!({"id": table.id, "label": table.title, "updated": table.updated,
                "category": "public"})
        })
        .collect();
    found(&json!({
        "language": "fi", "tables": shown,
        "page": {"pageNumber": page, "pageSize": page_size, "totalElements": matching.len(),
            "totalPages": matching.len().div_ceil(page_size.max(1)).max(1)}
    }))
}

fn code_list(tables: &[Table], naming: TableNaming) -> Value {
    let regions = tables.iter().flat_map(|table| &table.dimensions);
    let regions = regions.flat_map(|dimension| &dimension.values);
    let mut values: Vec<Value> = Vec::new();
    for value in regions.filter(|value| is_municipality(&value.code)) {
        let code = value.code(naming);
        if !values.iter().any(|known| known["code"] == code) {
            values.push(json!({"code": code, "label": value.label, "valueMap": [code]}));
        }
    }
    json!({"id": MUNICIPALITIES, "label": "Kunnat", "language": "fi", "type": "Valueset",
        "values": values})
}

fn is_municipality(code: &str) -> bool {
    code.strip_prefix("KU")
        .is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn data(table: &Table, options: &TableOptions, request: &TableRequest) -> TableAnswer {
    let naming = options.naming;
    let question = if request.is_post {
        match serde_json::from_slice::<Question>(&request.body) {
            Ok(question) => Some(question),
            Err(error) => {
                return problem(StatusCode::BAD_REQUEST, "Malformed", &error.to_string());
            }
        }
    } else {
        None
    };
    let selections = question
        .map(|question| question.selection)
        .unwrap_or_default();
    let mut selected = Vec::new();
    for dimension in &table.dimensions {
        let code = dimension.code(naming);
        let asked = selections.iter().find(|asked| asked.variable_code == code);
        let Some(asked) = asked else {
            // The service's own choice: a slice that looks like the whole.
            let count = dimension.values.len();
            selected.push((count.saturating_sub(2)..count).collect());
            continue;
        };
        if let Some(list) = asked
            .codelist
            .as_ref()
            .filter(|list| *list != MUNICIPALITIES)
        {
            return problem(StatusCode::BAD_REQUEST, "Non-existent codelist", list);
        }
        let codes: Vec<&str> = dimension
            .values
            .iter()
            .map(|value| value.code(naming))
            .collect();
        let unknown = asked.value_codes.iter().find(|wanted| {
            !codes.contains(&wanted.as_str()) || options.broken_code.as_ref() == Some(*wanted)
        });
        if let Some(unknown) = unknown {
            return problem(StatusCode::BAD_REQUEST, "Non-existent value", unknown);
        }
        let places: Vec<usize> = (0..codes.len())
            .filter(|at| asked.value_codes.iter().any(|wanted| wanted == codes[*at]))
            .collect();
        selected.push(places);
    }
    let known = |code: &str| table.dimensions.iter().any(|one| one.code(naming) == code);
    if let Some(unknown) = selections.iter().find(|asked| !known(&asked.variable_code)) {
        let title = "Non-existent variable";
        return problem(StatusCode::BAD_REQUEST, title, &unknown.variable_code);
    }
    let cells: usize = selected.iter().map(Vec::len).product();
    if cells > options.kept_cells.unwrap_or(options.limits.cells) {
        let detail = format!("{cells} cells were asked for");
        return problem(StatusCode::FORBIDDEN, "Too many cells selected", &detail);
    }
    found(&written::dataset(table, naming, &selected, true))
}

fn found(body: &Value) -> TableAnswer {
    TableAnswer::json(StatusCode::OK, body.to_string())
}

/// RFC 7807.
fn problem(status: StatusCode, title: &str, detail: &str) -> TableAnswer {
    let body = json!({"type": "Parameter error", "title": title, "status": status.as_u16(),
        "detail": detail});
    let mut answer = TableAnswer::json(status, body.to_string());
    answer.content_type = "application/problem+json";
    answer
}
