//! With whom each region of the reporting table is compared.

use std::collections::HashMap;

use botnia_model::{Comparator, RegionCode, RegionKey, RegionLevel};

use crate::release::peers::Peers;
use crate::release::places::{Place, Places};

/// The comparators, in the order of the columns.
pub(super) const COMPARATORS: usize = Comparator::ALL.len();

/// A region and those with whom it is compared.
pub(super) struct Surroundings {
    /// The position of the region.
    pub(super) region: usize,
    pub(super) key: RegionKey,
    /// By the order of [`Comparator::ALL`].
    pub(super) others: [Other; COMPARATORS],
}

/// One with whom a region may be compared.
pub(super) enum Other {
    /// It is the region itself, or does not exist for it.
    None,
    /// A region with figures of its own.
    Region(RegionKey),
    /// Regions of which the median counts.
    Peers(Vec<RegionKey>),
    /// The other municipalities of its province.
    RestOfProvince,
}

/// The regions of the reporting table, in its order.
pub(super) fn surroundings(places: &Places, peers: &Peers) -> Vec<Surroundings> {
    let members = member_counts(places);
    let reported = places.reported();
    reported
        .map(|position| {
            let place = &places.all()[position];
            let parent = |level, code: Option<&RegionCode>| {
                let key = RegionKey::new(level, code?.clone());
                // A county of one municipality is the municipality.
                (members.get(&key) != Some(&1)).then_some(key)
            };
            let others = Comparator::ALL.iter().map(|comparator| match comparator {
                Comparator::Province => Other::region(parent(
                    RegionLevel::Province,
                    place.region.province.as_ref(),
                )),
                Comparator::WellbeingCounty => {
                    let county = place.region.wellbeing_county.as_ref();
                    Other::region(parent(RegionLevel::WellbeingCounty, county))
                }
                Comparator::Country => Other::region(
                    (place.region.key.level != RegionLevel::Country).then(RegionKey::finland),
                ),
                Comparator::Peers => match peers.of(position) {
                    [] => Other::None,
                    peers => Other::Peers(peers.to_vec()),
                },
                Comparator::RestOfProvince => rest_of_province(place, &parent),
            });
            let mut filled = [const { Other::None }; COMPARATORS];
            for (slot, other) in filled.iter_mut().zip(others) {
                *slot = other;
            }
            Surroundings {
                region: position,
                key: place.region.key.clone(),
                others: filled,
            }
        })
        .collect()
}

fn rest_of_province(
    place: &Place,
    parent: &dyn Fn(RegionLevel, Option<&RegionCode>) -> Option<RegionKey>,
) -> Other {
    let is_part = place.region.key.level == RegionLevel::Municipality
        && parent(RegionLevel::Province, place.region.province.as_ref()).is_some();
    if is_part {
        Other::RestOfProvince
    } else {
        Other::None
    }
}

impl Other {
    fn region(key: Option<RegionKey>) -> Self {
        key.map_or(Self::None, Self::Region)
    }
}

/// How many municipalities of today each province and wellbeing services county has.
fn member_counts(places: &Places) -> HashMap<RegionKey, usize> {
    let mut counts = HashMap::new();
    let municipalities = places
        .valid()
        .filter(|region| region.key.level == RegionLevel::Municipality);
    for region in municipalities {
        for (level, code) in [
            (RegionLevel::Province, &region.province),
            (RegionLevel::WellbeingCounty, &region.wellbeing_county),
        ] {
            if let Some(code) = code {
                *counts
                    .entry(RegionKey::new(level, code.clone()))
                    .or_insert(0) += 1;
            }
        }
    }
    counts
}
