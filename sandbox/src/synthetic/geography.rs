//! The regions: real ones, as the region list gives them, and how figures add up in them.

use std::collections::BTreeMap;

use botnia_config::{RegionTables, TableRegion};
use botnia_model::{RegionKey, RegionLevel, Text};
use bytes::Bytes;
use serde::Serialize;

use super::chance::Chance;
use super::population::Population;
use super::wire_text::WireText;

/// Ids in figures that the region list does not explain.
pub(crate) const UNLISTED_REGIONS: [u32; 3] = [455, 456, 730];

/// The merger of edition 2: Halsua becomes part of Veteli. Made up, like the figures.
const MERGED: &str = "074";
const RECEIVER: &str = "924";

/// The region list and the divisions.
#[derive(Debug)]
pub(crate) struct Geography {
    /// The body of `/regions`.
    pub(crate) region_list: Bytes,
    /// Finland before the merger.
    pub(crate) before_merger: Division,
    /// Finland after it.
    pub(crate) after_merger: Division,
    /// The Nordic countries.
    pub(crate) nordic: Division,
}

/// Places with inhabitants, and the regions in which their figures are summed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Division {
    pub(crate) regions: Vec<SummedRegion>,
    pub(crate) places: Vec<Place>,
    /// The region of all places, by its position.
    pub(crate) whole: Option<usize>,
}

/// A region with figures.
#[derive(Clone, Debug)]
pub(crate) struct SummedRegion {
    /// The id in the region list.
    pub(crate) id: u32,
    pub(crate) is_municipality: bool,
    /// Inhabitants in the middle of the period; only for municipalities.
    pub(crate) size: i64,
}

/// A municipality, or a country.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// What its chance is found by; stays through mergers.
    pub(crate) key: u64,
    /// What the chance that it shares with its province is found by.
    pub(crate) province_key: u64,
    pub(crate) on_aland: bool,
    pub(crate) population: Population,
    /// The positions of the regions it belongs to, itself among them.
    pub(crate) regions: Vec<usize>,
}

#[derive(Serialize)]
struct WireRegion {
    id: u32,
    code: String,
    category: &'static str,
    title: WireText,
    #[serde(rename = "memberOf")]
    member_of: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
}

impl Geography {
    pub(crate) fn new(tables: &RegionTables, chance: Chance) -> Self {
        let listed: Vec<&TableRegion> = tables
            .regions
            .iter()
            // A dissolved province is in no list; other dissolved divisions still are.
            .filter(|region| region.key.level != RegionLevel::Province || region.valid_to.is_none())
            .collect();
        let ids: BTreeMap<RegionKey, u32> = listed
            .iter()
            .map(|region| {
                (
                    region.key.clone(),
                    region
                        .sotkanet_id
                        .unwrap_or_else(|| invented_id(&region.key)),
                )
            })
            .collect();
        let before_merger = finland(tables, &ids, chance.of(1), false);
        let after_merger = finland(tables, &ids, chance.of(1), true);
        let nordic = nordic(&listed, &ids, chance.of(2));
        Self {
            region_list: region_list(tables, &listed, &ids, chance.of(3)),
            before_merger,
            after_merger,
            nordic,
        }
    }
}

fn municipality_id(code: &botnia_model::RegionCode, sotkanet_id: Option<u32>) -> u32 {
    sotkanet_id
        .unwrap_or_else(|| invented_id(&RegionKey::new(RegionLevel::Municipality, code.clone())))
}

/// An id where none is known: from 20 000, a thousand per level, by code.
fn invented_id(key: &RegionKey) -> u32 {
    let level = RegionLevel::ALL
        .iter()
        .position(|level| *level == key.level)
        .and_then(|position| u32::try_from(position).ok())
        .unwrap_or_default();
    let code: u32 = key.code.as_str().parse().unwrap_or_default();
    20_000 + 1_000 * level + code % 1_000
}

/// A code as the key of its chances.
pub(crate) fn key_of(code: &str) -> u64 {
    code.bytes()
        .fold(0, |key, byte| key * 256 + u64::from(byte))
}

fn finland(
    tables: &RegionTables,
    ids: &BTreeMap<RegionKey, u32>,
    chance: Chance,
    merged: bool,
) -> Division {
    let mut division = Division::default();
    let mut positions: BTreeMap<RegionKey, usize> = BTreeMap::new();
    for (key, id) in ids {
        if matches!(
            key.level,
            RegionLevel::NordicCountry | RegionLevel::EuropeanCountry
        ) {
            continue;
        }
        positions.insert(key.clone(), division.regions.len());
        division.regions.push(SummedRegion {
            id: *id,
            is_municipality: false,
            size: 0,
        });
    }
    let country = positions.get(&RegionKey::finland()).copied();
    division.whole = country;
    let existing = || {
        tables
            .municipalities
            .iter()
            .filter(|municipality| municipality.valid_to.is_none())
    };
    let mut own: BTreeMap<&str, usize> = BTreeMap::new();
    for municipality in existing() {
        if merged && municipality.code.as_str() == MERGED {
            continue;
        }
        own.insert(municipality.code.as_str(), division.regions.len());
        division.regions.push(SummedRegion {
            id: municipality_id(&municipality.code, municipality.sotkanet_id),
            is_municipality: true,
            size: 0,
        });
    }
    for municipality in existing() {
        let code = municipality.code.as_str();
        let Some(own) = own
            .get(code)
            .or_else(|| own.get(RECEIVER).filter(|_| code == MERGED))
        else {
            continue;
        };
        let province = municipality
            .member_of
            .iter()
            .find(|key| key.level == RegionLevel::Province)
            .map_or("", |key| key.code.as_str());
        let population = Population::of_municipality(municipality, chance.of(key_of(code)));
        division.regions[*own].size += population.size();
        let mut regions: Vec<usize> = municipality
            .member_of
            .iter()
            .filter_map(|key| positions.get(key).copied())
            .chain(country)
            .chain([*own])
            .collect();
        regions.sort_unstable();
        regions.dedup();
        division.places.push(Place {
            key: key_of(code),
            province_key: key_of(province),
            on_aland: province == "21",
            population,
            regions,
        });
    }
    division
}

fn nordic(listed: &[&TableRegion], ids: &BTreeMap<RegionKey, u32>, chance: Chance) -> Division {
    let mut division = Division::default();
    let countries: Vec<&RegionKey> = listed
        .iter()
        .map(|region| &region.key)
        .filter(|key| key.level == RegionLevel::NordicCountry)
        .collect();
    for key in &countries {
        division.regions.push(SummedRegion {
            id: ids.get(*key).copied().unwrap_or_default(),
            is_municipality: false,
            size: 0,
        });
    }
    division.whole = countries
        .iter()
        .position(|key| Population::of_country(key.code.as_str(), chance).is_none());
    for (position, key) in countries.iter().enumerate() {
        let code = key_of(key.code.as_str());
        if let Some(population) = Population::of_country(key.code.as_str(), chance.of(code)) {
            division.places.push(Place {
                key: code,
                province_key: code,
                on_aland: false,
                population,
                regions: [Some(position), division.whole]
                    .into_iter()
                    .flatten()
                    .collect(),
            });
        }
    }
    division
}

fn region_list(
    tables: &RegionTables,
    listed: &[&TableRegion],
    ids: &BTreeMap<RegionKey, u32>,
    chance: Chance,
) -> Bytes {
    let mut regions: Vec<WireRegion> = listed
        .iter()
        .map(|region| {
            let id = ids.get(&region.key).copied().unwrap_or_default();
            let code = region.key.code.as_str();
            WireRegion {
                id,
                code: if region.key == RegionKey::finland() {
                    // The country's code is its telephone prefix there.
                    "358".to_owned()
                } else {
                    code.to_owned()
                },
                category: category(&region.key),
                title: title(&region.name, chance.of(u64::from(id))),
                member_of: parents(tables, listed, ids, &region.key),
                uri: uri(&region.key),
            }
        })
        .collect();
    regions.extend(
        tables
            .municipalities
            .iter()
            .filter(|municipality| {
                // Of the abolished ones only the recent stay in the list.
                municipality
                    .valid_to
                    .as_deref()
                    .is_none_or(|day| day >= "2012-12-31")
            })
            .map(|municipality| {
                let id = municipality_id(&municipality.code, municipality.sotkanet_id);
                let mut member_of: Vec<u32> = municipality
                    .member_of
                    .iter()
                    .chain([&RegionKey::finland()])
                    .filter_map(|key| ids.get(key).copied())
                    .collect();
                member_of
                    .sort_by_key(|parent| chance.of(u64::from(id)).of(u64::from(*parent)).bits());
                member_of.dedup();
                WireRegion {
                    id,
                    code: municipality.code.as_str().to_owned(),
                    category: "KUNTA",
                    title: title(&municipality.name, chance.of(u64::from(id))),
                    member_of,
                    uri: Some(format!(
                        "http://www.yso.fi/onto/kunnat/k{}",
                        municipality.code
                    )),
                }
            }),
    );
    regions.sort_by_key(|region| (region.category, region.id));
    serde_json::to_vec(&regions)
        .expect("plain structs make JSON")
        .into()
}

/// A name as the list has it: now and then with a trailing space.
fn title(name: &Text, chance: Chance) -> WireText {
    let mut title = WireText::with_finnish_for_missing(name);
    if chance.of(1).one_in(40) {
        title.sv.push(' ');
    }
    if chance.of(2).one_in(60) {
        title.en.push(' ');
    }
    title
}

/// Parents are given for counties and for European countries; municipalities have their
/// own above.
fn parents(
    tables: &RegionTables,
    listed: &[&TableRegion],
    ids: &BTreeMap<RegionKey, u32>,
    key: &RegionKey,
) -> Vec<u32> {
    match key.level {
        RegionLevel::WellbeingCounty => tables
            .municipalities
            .iter()
            .filter(|municipality| municipality.valid_to.is_none())
            .find(|municipality| municipality.member_of.contains(key))
            .and_then(|municipality| {
                municipality
                    .member_of
                    .iter()
                    .find(|parent| parent.level == RegionLevel::CollaborativeArea)
            })
            .and_then(|parent| ids.get(parent).copied())
            .into_iter()
            .collect(),
        RegionLevel::EuropeanCountry => {
            let is_nordic = key.code.as_str() != NORDIC_GROUP
                && listed.iter().any(|region| {
                    region.key.level == RegionLevel::NordicCountry && region.key.code == key.code
                });
            listed
                .iter()
                .filter(|region| is_nordic && is_nordic_group(&region.key))
                .filter_map(|region| ids.get(&region.key).copied())
                .collect()
        }
        _ => Vec::new(),
    }
}

const NORDIC_GROUP: &str = "33";

fn is_nordic_group(key: &RegionKey) -> bool {
    key.level == RegionLevel::EuropeanCountry && key.code.as_str() == NORDIC_GROUP
}

fn category(key: &RegionKey) -> &'static str {
    match key.level {
        RegionLevel::Municipality => "KUNTA",
        RegionLevel::Province => "MAAKUNTA",
        RegionLevel::WellbeingCounty => "HYVINVOINTIALUE",
        RegionLevel::Subregion => "SEUTUKUNTA",
        RegionLevel::HospitalDistrict => "SAIRAANHOITOPIIRI",
        RegionLevel::CollaborativeArea => "YTA",
        RegionLevel::RegionalAgency => "ALUEHALLINTOVIRASTO",
        RegionLevel::ElyCentre => "ELY-KESKUS",
        RegionLevel::SpecialResponsibilityArea => "ERVA",
        RegionLevel::MajorRegion => "SUURALUE",
        RegionLevel::Nuts1 => "NUTS1",
        RegionLevel::Country | RegionLevel::Custom => "MAA",
        RegionLevel::NordicCountry => "POHJOISMAAT",
        RegionLevel::EuropeanCountry if is_nordic_group(key) => "EURALUEET",
        RegionLevel::EuropeanCountry => "EUROOPPA",
    }
}

fn uri(key: &RegionKey) -> Option<String> {
    let start = match key.level {
        RegionLevel::Municipality => "k",
        RegionLevel::Province => "mk",
        RegionLevel::Subregion => "sk",
        RegionLevel::HospitalDistrict => "shp",
        RegionLevel::RegionalAgency => "ahv",
        RegionLevel::MajorRegion => "sa",
        RegionLevel::Country => return Some("http://www.yso.fi/onto/kunnat/suomi".to_owned()),
        RegionLevel::WellbeingCounty | RegionLevel::CollaborativeArea => {
            return Some(String::new());
        }
        RegionLevel::ElyCentre
        | RegionLevel::SpecialResponsibilityArea
        | RegionLevel::Nuts1
        | RegionLevel::NordicCountry
        | RegionLevel::EuropeanCountry
        | RegionLevel::Custom => return None,
    };
    Some(format!("http://www.yso.fi/onto/kunnat/{start}{}", key.code))
}
