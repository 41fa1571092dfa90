//! What asking needs of a JSON-stat answer: which dimensions with which categories it has.
//! Figures are passed over.

use std::collections::BTreeMap;

use botnia_config::mapping::VariableRole;
use serde::Deserialize;

use super::{Table, TableVariable};

/// A dataset without its figures.
#[derive(Debug)]
pub(in crate::sources) struct Dataset {
    ids: Vec<String>,
    dimensions: BTreeMap<String, (String, Vec<String>, Vec<String>)>,
    roles: BTreeMap<String, VariableRole>,
    /// When the source updated it, as written.
    pub(in crate::sources) updated: Option<String>,
}

impl Dataset {
    /// Its dimensions in their order.
    pub(in crate::sources) fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The categories of a dimension, if it has that dimension.
    pub(in crate::sources) fn categories(&self, id: &str) -> Option<&[String]> {
        self.dimensions
            .get(id)
            .map(|(_, codes, _)| codes.as_slice())
    }

    /// It as a table to ask of.
    pub(in crate::sources) fn table(&self) -> Table {
        let variables = self.ids.iter().map(|id| {
            let (label, values, labels) = self.dimensions.get(id).cloned().unwrap_or_default();
            TableVariable {
                code: id.clone(),
                label,
                values,
                labels,
                role: self.roles.get(id).copied(),
            }
        });
        Table {
            variables: variables.collect(),
        }
    }
}

/// Figures are no member of it, so they are passed over without being taken.
#[derive(Deserialize)]
struct WireDataset {
    dataset: Option<Box<WireDataset>>,
    id: Option<Vec<String>>,
    role: Option<WireRole>,
    updated: Option<String>,
    dimension: Option<BTreeMap<String, serde_json::Value>>,
}

#[derive(Default, Deserialize)]
struct WireRole {
    time: Option<Vec<String>>,
    geo: Option<Vec<String>>,
    metric: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct WireDimension {
    label: Option<String>,
    category: WireCategory,
}

#[derive(Deserialize)]
struct WireCategory {
    index: Option<WireIndex>,
    label: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireIndex {
    List(Vec<String>),
    Places(BTreeMap<String, u64>),
}

/// Reads a dataset, by itself or in `dataset`.
pub(in crate::sources) fn read_dataset(body: &[u8]) -> Result<Dataset, serde_json::Error> {
    let mut wire: WireDataset = serde_json::from_slice(body)?;
    if let Some(inner) = wire.dataset.take() {
        wire = *inner;
    }
    let mut listed = wire.dimension.take().unwrap_or_default();
    let ids = match wire.id {
        Some(ids) => ids,
        None => match listed.remove("id") {
            Some(ids) => serde_json::from_value(ids)?,
            None => return Err(serde::de::Error::missing_field("id")),
        },
    };
    let role = match wire.role {
        Some(role) => role,
        None => match listed.remove("role") {
            Some(role) => serde_json::from_value(role)?,
            None => WireRole::default(),
        },
    };
    let mut roles = BTreeMap::new();
    for (ids, role) in [
        (role.time, VariableRole::Time),
        (role.geo, VariableRole::Geo),
        (role.metric, VariableRole::Metric),
    ] {
        for id in ids.into_iter().flatten() {
            roles.insert(id, role);
        }
    }
    let mut dimensions = BTreeMap::new();
    for id in &ids {
        let Some(value) = listed.remove(id) else {
            return Err(serde::de::Error::custom(format!(
                "`{id}` is only announced"
            )));
        };
        let dimension: WireDimension = serde_json::from_value(value)?;
        let named = dimension.category.label.unwrap_or_default();
        let codes = match dimension.category.index {
            Some(WireIndex::List(codes)) => codes,
            Some(WireIndex::Places(places)) => {
                let mut places: Vec<_> = places.into_iter().collect();
                places.sort_by_key(|(_, place)| *place);
                places.into_iter().map(|(code, _)| code).collect()
            }
            None => named.keys().cloned().collect(),
        };
        let labels = codes
            .iter()
            .map(|code| named.get(code).cloned().unwrap_or_default())
            .collect();
        let label = dimension.label.unwrap_or_default();
        dimensions.insert(id.clone(), (label, codes, labels));
    }
    Ok(Dataset {
        ids,
        dimensions,
        roles,
        updated: wire.updated,
    })
}
