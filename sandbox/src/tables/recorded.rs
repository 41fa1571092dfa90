//! Recorded datasets as tables that can be asked for in part.

use std::path::Path;

use serde_json::Value as Json;

use super::folders_of;
use super::table::{Dimension, Figures, Role, Table, Value};
use crate::SandboxError;

/// Figures as they were recorded.
#[derive(Debug)]
struct Recorded {
    sizes: Vec<usize>,
    values: Vec<(Option<f64>, Option<String>)>,
}

impl Figures for Recorded {
    fn at(&self, places: &[usize]) -> (Option<f64>, Option<String>) {
        let position = places
            .iter()
            .zip(&self.sizes)
            .fold(0, |position, (place, size)| position * size + place);
        self.values.get(position).cloned().unwrap_or_default()
    }
}

/// The datasets of a folder and of those in it where recordings of tables lie, by id. Other
/// files are passed over; of two with the same id the larger one is taken.
pub(super) fn tables(recordings: &Path) -> Result<Vec<Table>, SandboxError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| SandboxError::ReadRecording { path, source }
    };
    let mut tables: Vec<Table> = Vec::new();
    for folder in folders_of(recordings) {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(failed(&folder))? {
            let path = entry.map_err(failed(&folder))?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                files.push(path);
            }
        }
        files.sort();
        for path in files {
            let bytes = std::fs::read(&path).map_err(failed(&path))?;
            let Ok(json) = serde_json::from_slice::<Json>(&bytes) else {
                continue;
            };
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let Some(table) = table(&json, &stem) else {
                continue;
            };
            match tables.iter_mut().find(|known| known.id == table.id) {
                Some(known) if known.cells() < table.cells() => *known = table,
                Some(_) => {}
                None => tables.push(table),
            }
        }
    }
    tables.sort_by(|left, right| (&left.folder, &left.id).cmp(&(&right.folder, &right.id)));
    Ok(tables)
}

impl Table {
    fn cells(&self) -> usize {
        self.dimensions.iter().map(|one| one.values.len()).product()
    }
}

fn table(json: &Json, stem: &str) -> Option<Table> {
    let json = json.get("dataset").unwrap_or(json);
    let dimensions = dimensions(json)?;
    let figures = figures(json, &dimensions)?;
    let px = json
        .get("extension")
        .and_then(|extension| extension.get("px"));
    let id = px
        .and_then(|px| px.get("tableid"))
        .and_then(Json::as_str)
        .unwrap_or(stem);
    // `statfin_rpk_pxt_135l`: folder and short name.
    let (folder, id) = match id.split_once("_pxt_") {
        Some((start, short)) => (
            start.split_once('_').map_or("", |(_, folder)| folder),
            short,
        ),
        None => ("tables", id),
    };
    let named = |name: &str| {
        let text = json.get(name).and_then(Json::as_str);
        text.unwrap_or_default().to_owned()
    };
    Some(Table {
        id: id.to_owned(),
        folder: folder.to_owned(),
        title: named("label"),
        source: named("source"),
        updated: named("updated"),
        figures: Box::new(figures),
        dimensions,
    })
}

fn dimensions(json: &Json) -> Option<Vec<Dimension>> {
    let listed = json.get("dimension")?;
    // Before 2.0, ids and roles stood among the dimensions.
    let layout = if json.get("id").is_some() {
        json
    } else {
        listed
    };
    let ids = layout
        .get("id")?
        .as_array()?
        .iter()
        .filter_map(Json::as_str);
    ids.map(|id| {
        let dimension = listed.get(id)?;
        let label = dimension.get("label").and_then(Json::as_str);
        Some(Dimension {
            code: id.to_owned(),
            label: label.unwrap_or(id).to_owned(),
            role: role(layout, id),
            values: values(dimension.get("category")?)?,
            elimination: None,
            unit: None,
        })
    })
    .collect()
}

fn role(layout: &Json, id: &str) -> Option<Role> {
    [
        ("time", Role::Time),
        ("geo", Role::Geo),
        ("metric", Role::Metric),
    ]
    .into_iter()
    .find(|(name, _)| {
        let named = layout.get("role").and_then(|role| role.get(*name));
        let named = named.and_then(Json::as_array);
        named.is_some_and(|ids| ids.iter().any(|one| one == id))
    })
    .map(|(_, role)| role)
}

fn values(category: &Json) -> Option<Vec<Value>> {
    let labels = category.get("label");
    let codes: Vec<String> = match category.get("index") {
        Some(Json::Array(codes)) => {
            let codes = codes.iter().filter_map(Json::as_str);
            codes.map(str::to_owned).collect()
        }
        Some(Json::Object(places)) => {
            let mut places: Vec<_> = places.iter().collect();
            places.sort_by_key(|(_, place)| place.as_u64());
            places.into_iter().map(|(code, _)| code.clone()).collect()
        }
        _ => labels?.as_object()?.keys().cloned().collect(),
    };
    let value = |code: String| {
        let label = labels
            .and_then(|labels| labels.get(&code))
            .and_then(Json::as_str);
        Value {
            label: label.unwrap_or(&code).to_owned(),
            earlier: None,
            code,
        }
    };
    Some(codes.into_iter().map(value).collect())
}

/// `None` of metadata, which have no figures.
fn figures(json: &Json, dimensions: &[Dimension]) -> Option<Recorded> {
    let sizes: Vec<usize> = dimensions.iter().map(|one| one.values.len()).collect();
    let recorded = json.get("value")?;
    if recorded.as_array().is_some_and(Vec::is_empty) {
        return None;
    }
    let cell = |of: &Json, position: usize| match of {
        Json::Array(values) => values.get(position).cloned(),
        Json::Object(values) => values.get(&position.to_string()).cloned(),
        _ => None,
    };
    let status = json.get("status").cloned().unwrap_or_default();
    let values = (0..sizes.iter().product()).map(|position| {
        let value = cell(recorded, position).and_then(|value| value.as_f64());
        let symbol = cell(&status, position).and_then(|one| one.as_str().map(str::to_owned));
        (value, symbol)
    });
    Some(Recorded {
        values: values.collect(),
        sizes,
    })
}
