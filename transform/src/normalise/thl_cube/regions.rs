//! Which region a node is: the stage is its level, the code or else the label the region.

use std::collections::BTreeMap;

use botnia_config::RegionTables;
use botnia_model::{Region, RegionKey, RegionLevel, Text};

use super::tree::Node;
use crate::normalise::RegionIndex;
use crate::normalise::region_index::RegionIndexBuilder;

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

/// All regions of the tables that the cubes can have, by their ids.
pub(super) fn all(tables: &RegionTables) -> RegionIndex {
    let mut builder = RegionIndexBuilder::default();
    let mut add = |key: RegionKey, name: Text, days: (Option<String>, Option<String>)| {
        let municipality = tables.municipality(&key.code);
        let municipality = municipality.filter(|_| key.level == RegionLevel::Municipality);
        let parent = |level| municipality.and_then(|known| known.member_at(level).cloned());
        let region = Region {
            source_region_id: None,
            name,
            valid_from: days.0,
            valid_to: days.1,
            province: parent(RegionLevel::Province),
            wellbeing_county: parent(RegionLevel::WellbeingCounty),
            language_status: municipality.and_then(|known| known.language_status.clone()),
            urban_rural: municipality.and_then(|known| known.urban_rural.clone()),
            population: None,
            key: key.clone(),
        };
        builder.add(key.id().as_str().to_owned(), region);
    };
    for known in &tables.municipalities {
        let days = (known.valid_from.clone(), known.valid_to.clone());
        add(known.key(), known.name.clone(), days);
    }
    for known in &tables.regions {
        let days = (known.valid_from.clone(), known.valid_to.clone());
        add(known.key.clone(), known.name.clone(), days);
    }
    let finland = Text {
        fi: "Koko maa".to_owned(),
        sv: "Hela landet".to_owned(),
        en: "Whole country".to_owned(),
    };
    if tables.region(&RegionKey::finland()).is_none() {
        add(RegionKey::finland(), finland, (None, None));
    }
    builder.finish()
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
