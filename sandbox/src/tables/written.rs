//! A selection of a table as JSON-stat 2.0.

use serde_json::{Map, Value, json};

use super::TableNaming;
use super::table::{Role, Table};

/// The dataset of the selected positions; without figures where only described.
pub(super) fn dataset(
    table: &Table,
    naming: TableNaming,
    selected: &[Vec<usize>],
    with_figures: bool,
) -> Value {
    let mut ids = Vec::new();
    let mut sizes = Vec::new();
    let mut dimensions = Map::new();
    let mut roles: Map<String, Value> = Map::new();
    for (dimension, places) in table.dimensions.iter().zip(selected) {
        let id = dimension.code(naming);
        ids.push(id);
        sizes.push(places.len());
        let mut index = Map::new();
        let mut labels = Map::new();
        let mut units = Map::new();
        for (at, place) in places.iter().enumerate() {
            let value = &dimension.values[*place];
            let code = value.code(naming).to_owned();
            index.insert(code.clone(), json!(at));
            labels.insert(code.clone(), json!(value.label));
            if let Some((unit, decimals)) = &dimension.unit {
                units.insert(code, json!({"base": unit, "decimals": decimals}));
            }
        }
        let mut category = json!({"index": index, "label": labels});
        if !units.is_empty() {
            category["unit"] = Value::Object(units);
        }
        let mut extension = json!({
            "elimination": dimension.elimination.is_some(), "show": "value", "codelists": []
        });
        if let Some(code) = &dimension.elimination {
            extension["eliminationValueCode"] = json!(code);
        }
        dimensions.insert(
            id.to_owned(),
            json!({"label": dimension.name(naming), "category": category, "extension": extension}),
        );
        let role = match dimension.role {
            Some(Role::Time) => "time",
            Some(Role::Geo) => "geo",
            Some(Role::Metric) => "metric",
            None => continue,
        };
        roles.insert(role.to_owned(), json!([id]));
    }
    let mut dataset = json!({
        "version": "2.0", "class": "dataset", "label": table.title, "source": table.source,
        "updated": table.updated, "role": roles, "id": ids, "size": sizes,
        "dimension": dimensions,
        "extension": {"px": {"tableid": table.id, "decimals": 0, "language": "fi"}},
    });
    let (values, status) = if with_figures {
        figures(table, selected)
    } else {
        (Vec::new(), Map::new())
    };
    dataset["value"] = Value::Array(values);
    if !status.is_empty() {
        dataset["status"] = Value::Object(status);
    }
    dataset
}

fn figures(table: &Table, selected: &[Vec<usize>]) -> (Vec<Value>, Map<String, Value>) {
    let count = selected.iter().map(Vec::len).product();
    let mut values = Vec::with_capacity(count);
    let mut status = Map::new();
    let mut at = vec![0; selected.len()];
    for position in 0..count {
        let places: Vec<usize> = at
            .iter()
            .zip(selected)
            .map(|(at, places)| places[*at])
            .collect();
        let (value, symbol) = table.figures.at(&places);
        values.push(number(value));
        if let Some(symbol) = symbol {
            status.insert(position.to_string(), json!(symbol));
        }
        for (at, places) in at.iter_mut().zip(selected).rev() {
            *at += 1;
            if *at < places.len() {
                break;
            }
            *at = 0;
        }
    }
    (values, status)
}

/// Whole numbers without a decimal point, as the servers write them.
fn number(value: Option<f64>) -> Value {
    match value {
        Some(value) if value.fract() == 0.0 && value.abs() < 9.0e15 => {
            #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
            let whole = value as i64;
            json!(whole)
        }
        other => json!(other),
    }
}
