//! Which region a node is: the stage is its level, the code or else the label the region.

use std::collections::BTreeMap;

use botnia_model::{RegionKey, RegionLevel};

use super::tree::Node;
use crate::normalise::RegionIndex;

/// The level of a stage, as the cubes name them.
pub(super) fn level(stage: &str) -> Option<RegionLevel> {
    Some(match stage {
        "municipality" | "kunta" => RegionLevel::Municipality,
        "region" | "maakunta" | "province" => RegionLevel::Province,
        "hva" | "hyvinvointialue" | "wellbeingservicescounty" => RegionLevel::WellbeingCounty,
        "hcd" | "shp" | "healthcaredistrict" | "sairaanhoitopiiri" => RegionLevel::HospitalDistrict,
        "avi" | "aluehallintovirasto" => RegionLevel::RegionalAgency,
        "yta" => RegionLevel::CollaborativeArea,
        "subregion" | "seutukunta" => RegionLevel::Subregion,
        "root" | "country" | "maa" => RegionLevel::Country,
        _ => return None,
    })
}

/// The regions of an index, by level and code and by level and Finnish name.
pub(super) struct Places<'a> {
    by_code: BTreeMap<(RegionLevel, &'a str), &'a RegionKey>,
    by_name: BTreeMap<(RegionLevel, String), &'a RegionKey>,
}

impl<'a> Places<'a> {
    pub(super) fn new(index: &'a RegionIndex) -> Self {
        let mut places = Self {
            by_code: BTreeMap::new(),
            by_name: BTreeMap::new(),
        };
        for region in index.regions() {
            let level = region.key.level;
            places
                .by_code
                .insert((level, region.key.code.as_str()), &region.key);
            let name = region.name.fi.to_lowercase();
            // Of two of one name the one that exists today.
            let is_free = !places.by_name.contains_key(&(level, name.clone()));
            if is_free || region.valid_to.is_none() {
                places.by_name.insert((level, name), &region.key);
            }
        }
        places
    }

    /// The region of a node. A code counts only if it has the length of an official one:
    /// some cubes have ids of their own there, and then the name decides.
    pub(super) fn find(&self, level: RegionLevel, node: &Node) -> Option<RegionKey> {
        if level == RegionLevel::Country {
            return Some(RegionKey::finland());
        }
        let official = match level {
            RegionLevel::Municipality | RegionLevel::Subregion => 3,
            RegionLevel::RegionalAgency | RegionLevel::CollaborativeArea => 1,
            _ => 2,
        };
        let code = node.code.as_deref().filter(|code| code.len() == official);
        let by_code = code.and_then(|code| self.by_code.get(&(level, code)));
        let name = node.label.to_lowercase();
        let full = name.replace(" shp", " sairaanhoitopiiri");
        by_code
            .or_else(|| self.by_name.get(&(level, name)))
            .or_else(|| self.by_name.get(&(level, full)))
            .map(|key| (*key).clone())
    }
}
