//! Statistics Finland's classification service, version 2 of its interface.

use std::collections::BTreeMap;

use botnia_model::{RegionCode, RegionKey, RegionLevel};
use serde::Deserialize;

use super::Listed;
use crate::TransformError;

/// The official divisions of one year, as far as they were asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classifications {
    /// Finnish names.
    names: BTreeMap<RegionKey, String>,
    parents: BTreeMap<RegionKey, Vec<RegionKey>>,
}

#[derive(Deserialize)]
struct WireItem {
    code: String,
    #[serde(rename = "classificationItemNames")]
    names: Vec<WireName>,
}

#[derive(Deserialize)]
struct WireName {
    name: String,
}

impl Classifications {
    /// Adds the answer with the items of a classification, asked for in Finnish.
    ///
    /// # Errors
    /// Bytes that are no list of items, an item without a name or with an impossible code,
    /// or no item at all.
    pub fn add_regions(&mut self, level: RegionLevel, bytes: &[u8]) -> Result<(), TransformError> {
        let object = format!("the classification of the level `{level}`");
        let items: Vec<WireItem> =
            serde_json::from_slice(bytes).map_err(|source| TransformError::Malformed {
                object: object.clone(),
                source,
            })?;
        if items.is_empty() {
            return Err(TransformError::contract(object, "it has no items"));
        }
        for item in items {
            let key = key(&object, level, &item.code)?;
            let Some(name) = item.names.into_iter().next() else {
                let reason = format!("the item `{}` has no name", item.code);
                return Err(TransformError::contract(object, reason));
            };
            // Names have been seen with blanks at their ends.
            self.names.insert(key, name.name.trim().to_owned());
        }
        Ok(())
    }

    /// Adds the answer with the addresses of the rows of a correspondence table from
    /// municipalities to another level. Each address ends in the two codes.
    ///
    /// # Errors
    /// Bytes that are no list of addresses, an address without two possible codes at its
    /// end, or no address at all.
    pub fn add_memberships(
        &mut self,
        level: RegionLevel,
        bytes: &[u8],
    ) -> Result<(), TransformError> {
        let object = format!("the correspondence of municipalities to the level `{level}`");
        let addresses: Vec<String> =
            serde_json::from_slice(bytes).map_err(|source| TransformError::Malformed {
                object: object.clone(),
                source,
            })?;
        if addresses.is_empty() {
            return Err(TransformError::contract(object, "it has no rows"));
        }
        for address in addresses {
            let path = address.split('?').next().unwrap_or_default();
            let mut segments = path.rsplit('/');
            let (Some(region), Some(municipality)) = (segments.next(), segments.next()) else {
                let reason = format!("`{address}` does not end in two codes");
                return Err(TransformError::contract(object, reason));
            };
            let region = key(&object, level, region)?;
            let municipality = key(&object, RegionLevel::Municipality, municipality)?;
            self.parents.entry(municipality).or_default().push(region);
        }
        Ok(())
    }

    /// How many regions they have.
    pub fn regions(&self) -> usize {
        self.names.len()
    }

    pub(super) fn listed(&self) -> Vec<Listed> {
        self.names
            .iter()
            .map(|(key, name)| Listed {
                key: key.clone(),
                name: name.clone(),
                parents: self.parents.get(key).cloned().unwrap_or_default(),
            })
            .collect()
    }
}

fn key(object: &str, level: RegionLevel, code: &str) -> Result<RegionKey, TransformError> {
    let code: RegionCode = code
        .parse()
        .map_err(|_| TransformError::contract(object, format!("`{code}` is no code")))?;
    Ok(RegionKey::new(level, code))
}
