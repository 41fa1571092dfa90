//! `/regions`: every category of region with Sotkanet's own ids.

use std::collections::{BTreeMap, HashMap};

use botnia_config::RegionTables;
use botnia_model::{FindingKind, Region, RegionCode, RegionKey, RegionLevel, Text};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{WireText, excerpt, without_byte_order_mark};
use crate::TransformError;
use crate::normalise::RegionIndex;
use crate::normalise::region_index::RegionIndexBuilder;
use crate::text::clean_title;

#[derive(Deserialize)]
struct WireRegion {
    id: u64,
    code: String,
    category: String,
    title: Option<WireText>,
    #[serde(rename = "memberOf")]
    member_of: Option<Vec<u64>>,
}

/// Sotkanet's code of "Koko maa": the telephone prefix. The statistical code is SSS.
const WHOLE_COUNTRY: &str = "358";

pub(in crate::normalise) fn read_regions(
    bytes: &[u8],
    tables: &RegionTables,
) -> Result<RegionIndex, TransformError> {
    let object = "the region list of Sotkanet";
    let entries: Vec<&RawValue> =
        serde_json::from_slice(without_byte_order_mark(bytes)).map_err(|source| {
            TransformError::Malformed {
                object: object.to_owned(),
                source,
            }
        })?;

    let mut builder = RegionIndexBuilder::default();
    let mut readable = Vec::new();
    for entry in entries {
        match serde_json::from_str::<WireRegion>(entry.get()) {
            Ok(region) => readable.push(region),
            Err(_) => builder.find(FindingKind::UnreadableRow, || excerpt(entry.get())),
        }
    }
    let parents: HashMap<u64, RegionKey> = readable
        .iter()
        .filter_map(|region| Some((region.id, key(region)?)))
        .collect();

    let mut regions = Vec::new();
    for region in readable {
        let source_id = region.id.to_string();
        if level(&region.category).is_none() {
            builder.add_unknown(source_id, &region.category);
        } else if let Some(key) = key(&region) {
            regions.push((source_id, complete(region, key, &parents, tables)));
        } else {
            builder.find(FindingKind::UnreadableRow, || {
                excerpt(&format!("id {}: code `{}`", region.id, region.code))
            });
        }
    }
    place_subregions(&mut regions);
    for (source_id, region) in regions {
        builder.add(source_id, region.region);
    }

    let index = builder.finish();
    if index.regions().is_empty() {
        return Err(TransformError::contract(object, "it has no usable region"));
    }
    Ok(index)
}

fn level(category: &str) -> Option<RegionLevel> {
    Some(match category {
        "KUNTA" => RegionLevel::Municipality,
        "MAAKUNTA" => RegionLevel::Province,
        "HYVINVOINTIALUE" => RegionLevel::WellbeingCounty,
        "SEUTUKUNTA" => RegionLevel::Subregion,
        "SAIRAANHOITOPIIRI" => RegionLevel::HospitalDistrict,
        "YTA" => RegionLevel::CollaborativeArea,
        "ALUEHALLINTOVIRASTO" => RegionLevel::RegionalAgency,
        "ELY-KESKUS" => RegionLevel::ElyCentre,
        "ERVA" => RegionLevel::SpecialResponsibilityArea,
        "SUURALUE" => RegionLevel::MajorRegion,
        "NUTS1" => RegionLevel::Nuts1,
        "MAA" => RegionLevel::Country,
        "POHJOISMAAT" => RegionLevel::NordicCountry,
        // The second is a group of European countries under a category of its own.
        "EUROOPPA" | "EURALUEET" => RegionLevel::EuropeanCountry,
        _ => return None,
    })
}

fn key(region: &WireRegion) -> Option<RegionKey> {
    let level = level(&region.category)?;
    if level == RegionLevel::Country && region.code == WHOLE_COUNTRY {
        return Some(RegionKey::finland());
    }
    Some(RegionKey::new(level, region.code.parse().ok()?))
}

/// A region together with the list's own parents of it.
struct Listed {
    region: Region,
    parents: Vec<RegionKey>,
}

/// The region with what the list and the tables say of it. The list decides on
/// memberships; where it is silent on one, the tables do.
fn complete(
    wire: WireRegion,
    key: RegionKey,
    listed: &HashMap<u64, RegionKey>,
    tables: &RegionTables,
) -> Listed {
    let parents: Vec<RegionKey> = wire
        .member_of
        .unwrap_or_default()
        .iter()
        .filter_map(|parent| listed.get(parent).cloned())
        .collect();
    let municipality = match key.level {
        RegionLevel::Municipality => tables.municipality(&key.code),
        _ => None,
    };
    let table_region = tables.region(&key);
    let parent = |level| {
        let of = |keys: &[RegionKey]| {
            keys.iter()
                .find(|parent| parent.level == level)
                .map(|parent| parent.code.clone())
        };
        of(&parents).or_else(|| municipality.and_then(|known| of(&known.member_of)))
    };
    let (valid_from, valid_to) = municipality
        .map(|known| (known.valid_from.clone(), known.valid_to.clone()))
        .or_else(|| table_region.map(|known| (known.valid_from.clone(), known.valid_to.clone())))
        .unwrap_or_default();
    let region = Region {
        source_region_id: Some(wire.id.to_string()),
        name: Text::from(wire.title.unwrap_or_default()).map(clean_title),
        valid_from,
        valid_to,
        province: parent(RegionLevel::Province),
        wellbeing_county: parent(RegionLevel::WellbeingCounty),
        language_status: municipality.and_then(|known| known.language_status.clone()),
        urban_rural: municipality.and_then(|known| known.urban_rural.clone()),
        population: None,
        key,
    };
    Listed { region, parents }
}

/// Sotkanet names no parent of a subregion; its province is the one of all its
/// municipalities, if they agree.
fn place_subregions(regions: &mut [(String, Listed)]) {
    let mut provinces: BTreeMap<RegionKey, Vec<RegionCode>> = BTreeMap::new();
    for (_, listed) in regions.iter() {
        let Some(province) = &listed.region.province else {
            continue;
        };
        for parent in &listed.parents {
            if parent.level == RegionLevel::Subregion {
                let known = provinces.entry(parent.clone()).or_default();
                if !known.contains(province) {
                    known.push(province.clone());
                }
            }
        }
    }
    for (_, listed) in regions {
        if let Some([province]) = provinces.get(&listed.region.key).map(Vec::as_slice) {
            listed.region.province = Some(province.clone());
        }
    }
}
