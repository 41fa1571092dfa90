//! `peers.parquet`: with which others every region is compared, and why with these.
//!
//! * What the settings say of a region holds: chosen regions, those that share a border,
//!   or the nearest.
//! * A municipality of which they say nothing has the [`NEAREST`] that are nearest by
//!   structure; any other region has no peers.
//!
//! The structure is what a municipality cannot change in a year and what decides for whom
//! it works and at which cost: how many live there, of which age, in which language, and
//! in which kind of area. Outcomes, money and services are no part of it, because they are
//! what is compared. The population counts twice, because it decides both what a
//! municipality can do and how much chance its figures have; the language half, because
//! most municipalities have next to no Swedish speakers, which makes the others very
//! distant. A figure that the release does not have of nearly all municipalities is left
//! out, and `basis` says of what a distance consists; without populations there are no
//! nearest ones, nor for a municipality of which one of the figures is not known.
//!
//! Åland has laws of its own on social and health care: its municipalities are near to each
//! other only.

use std::collections::HashMap;

use botnia_config::{PeerRule, RegionPeers, RegionTables};
use botnia_model::{Indicator, Observation, PeerMethod, Period, RegionKey, RegionLevel, Sex};

use super::Inputs;
use super::credits::{Catalogue, Treatment};
use super::files::Files;
use super::places::{POPULATION_INDICATOR, Place, Places};
use super::table::Columns;
use crate::TransformError;
use crate::methods::nearest::{Component, Structure};

const PATH: &str = "peers.parquet";

/// How many municipalities are nearest.
const NEAREST: usize = 20;

/// The share of the municipalities that must have a figure of a year for it to count.
const COVERAGE: f64 = 0.9;

/// Where Åland is.
const ALAND: &str = "21";

/// A figure of the structure.
struct Measure {
    indicator: &'static str,
    weight: f64,
    /// Whether its logarithm counts: the step from 1 000 to 2 000 inhabitants is as large
    /// as that from 100 000 to 200 000.
    logarithm: bool,
}

const MEASURES: [Measure; 4] = [
    // Inhabitants.
    Measure {
        indicator: POPULATION_INDICATOR,
        weight: 2.0,
        logarithm: true,
    },
    // Those aged 0–17 in percent of them.
    Measure {
        indicator: "sotkanet:1065",
        weight: 1.0,
        logarithm: false,
    },
    // Those aged 65 and over.
    Measure {
        indicator: "sotkanet:1068",
        weight: 1.0,
        logarithm: false,
    },
    // Those whose language is Swedish.
    Measure {
        indicator: "sotkanet:2343",
        weight: 0.5,
        logarithm: false,
    },
];

/// The kinds of area, from rural to urban, and how much they count.
const AREAS: [&str; 3] = ["rural", "semi_urban", "urban"];
const AREA_WEIGHT: f64 = 1.0;

/// The peers of a region.
struct Group {
    method: PeerMethod,
    basis: String,
    peers: Vec<RegionKey>,
    /// Of each peer, where they are the nearest.
    distances: Vec<f64>,
}

/// The peers of all regions.
pub(super) struct Peers<'a> {
    /// By the position of the region.
    groups: HashMap<usize, Group>,
    /// The indicators that a distance is made of.
    measured: Vec<&'a Indicator>,
}

impl<'a> Peers<'a> {
    /// Finds the peers of the regions that exist on the day of the list. Reads the
    /// observations of the structure.
    pub(super) fn find(
        settings: &[RegionPeers],
        catalogue: Catalogue<'a>,
        tables: &RegionTables,
        places: &Places,
        inputs: &mut dyn Inputs,
    ) -> Result<Self, TransformError> {
        let municipalities = Municipalities::read(catalogue, places, inputs)?;
        let mut groups = HashMap::new();
        for (position, place) in places.all().iter().enumerate() {
            let key = &place.region.key;
            if !place.valid {
                continue;
            }
            let said = settings.iter().find(|peers| peers.region == *key);
            let group = match said.map(|peers| &peers.rule) {
                Some(PeerRule::Chosen(chosen)) => chosen_group(chosen, places),
                Some(PeerRule::Neighbours) => neighbours(key, tables, places),
                Some(PeerRule::Nearest) | None => municipalities.nearest(position, places),
            };
            if !group.peers.is_empty() {
                groups.insert(position, group);
            }
        }
        Ok(Self {
            groups,
            measured: municipalities.measured,
        })
    }

    /// The peers of the region at a position, the nearest first.
    pub(super) fn of(&self, position: usize) -> &[RegionKey] {
        self.groups
            .get(&position)
            .map_or(&[], |group| group.peers.as_slice())
    }

    /// Writes `peers.parquet`.
    pub(super) fn write(
        &self,
        places: &Places,
        catalogue: Catalogue<'_>,
        files: &mut Files<'_>,
    ) -> Result<(), TransformError> {
        let mut rows = Vec::new();
        for position in places.in_order() {
            let Some(group) = self.groups.get(&position) else {
                continue;
            };
            for (at, peer) in group.peers.iter().enumerate() {
                rows.push(Row {
                    place: &places.all()[position],
                    group,
                    peer,
                    at,
                });
            }
        }
        let is_measured = rows
            .iter()
            .any(|row| row.group.method == PeerMethod::Nearest);
        let measured = self.measured.iter().copied().filter(|_| is_measured);
        let credit = catalogue.credit(measured, Treatment::Derived);
        let table = Columns::default()
            .words(
                "region_level",
                rows.iter().map(|row| row.place.region.key.level.as_str()),
            )
            .words(
                "region_code",
                rows.iter().map(|row| row.place.region.key.code.as_str()),
            )
            .words("region_id", rows.iter().map(|row| row.place.id.as_str()))
            .words(
                "peer_region_id",
                rows.iter().map(|row| row.peer.id().to_string()),
            )
            .all_integers(
                "position",
                rows.iter()
                    .map(|row| i32::try_from(row.at).map_or(i32::MAX, |at| at.saturating_add(1))),
            )
            .words("method", rows.iter().map(|row| row.group.method.as_str()))
            .figures(
                "distance",
                rows.iter()
                    .map(|row| row.group.distances.get(row.at).copied()),
            )
            .words("basis", rows.iter().map(|row| &row.group.basis))
            .finish();
        let sorted_by = ["region_level", "region_code", "position"];
        files.table(PATH, table, &sorted_by, credit.with_region_tables())
    }
}

/// One peer of one region.
struct Row<'a> {
    place: &'a Place,
    group: &'a Group,
    peer: &'a RegionKey,
    at: usize,
}

/// Those that the settings name, as far as they exist.
fn chosen_group(chosen: &[RegionKey], places: &Places) -> Group {
    Group {
        method: PeerMethod::Chosen,
        basis: "settings".to_owned(),
        peers: chosen
            .iter()
            .filter(|key| exists(key, places))
            .cloned()
            .collect(),
        distances: Vec::new(),
    }
}

/// Those that share a border, by their codes.
fn neighbours(key: &RegionKey, tables: &RegionTables, places: &Places) -> Group {
    let mut peers: Vec<RegionKey> = tables
        .borders
        .iter()
        .filter_map(|border| border.across_from(&key.code))
        .map(|code| RegionKey::new(RegionLevel::Municipality, code.clone()))
        .filter(|peer| exists(peer, places))
        .collect();
    peers.sort();
    let day = tables.borders.first().map(|border| border.day.to_string());
    Group {
        method: PeerMethod::Neighbours,
        basis: format!("borders {}", day.unwrap_or_default()),
        peers,
        distances: Vec::new(),
    }
}

fn exists(key: &RegionKey, places: &Places) -> bool {
    places
        .position(key)
        .is_some_and(|position| places.all()[position].valid)
}

/// The municipalities and what is known of their structure.
struct Municipalities<'a> {
    /// Their positions among the places, by code.
    positions: Vec<usize>,
    structure: Structure,
    /// What the structure consists of, in words.
    basis: String,
    measured: Vec<&'a Indicator>,
}

impl<'a> Municipalities<'a> {
    fn read(
        catalogue: Catalogue<'a>,
        places: &Places,
        inputs: &mut dyn Inputs,
    ) -> Result<Self, TransformError> {
        let mut positions = places.in_order();
        positions.retain(|position| {
            let place = &places.all()[*position];
            place.valid
                && place.region.key.level == RegionLevel::Municipality
                && !place.region.name.fi.is_empty()
        });
        let mut municipalities = Self {
            positions,
            structure: Structure::default(),
            basis: String::new(),
            measured: Vec::new(),
        };
        let mut components = Vec::new();
        let mut basis = Vec::new();
        for measure in &MEASURES {
            let indicator = catalogue.indicators().find(|indicator| {
                indicator.redistributable && indicator.indicator_id.to_string() == measure.indicator
            });
            if let Some(indicator) = indicator {
                let observations = inputs.observations(&indicator.indicator_id)?;
                let values = municipalities.values(&observations, measure, places);
                if let Some((period, values)) = values {
                    let logarithm = if measure.logarithm { "log " } else { "" };
                    let Measure {
                        indicator: id,
                        weight,
                        ..
                    } = measure;
                    basis.push(format!("{logarithm}{id} {period} ×{weight}"));
                    components.push(Component {
                        weight: measure.weight,
                        values,
                    });
                    municipalities.measured.push(indicator);
                }
            }
            if components.is_empty() {
                // Without populations a distance says little.
                return Ok(municipalities);
            }
        }
        if let Some(values) = municipalities.areas(places) {
            basis.push(format!("urban_rural ×{AREA_WEIGHT}"));
            components.push(Component {
                weight: AREA_WEIGHT,
                values,
            });
        }
        municipalities.structure = Structure::new(components);
        municipalities.basis = basis.join("; ");
        Ok(municipalities)
    }

    /// The values of the latest year of which nearly all municipalities have one.
    fn values(
        &self,
        observations: &[Observation],
        measure: &Measure,
        places: &Places,
    ) -> Option<(Period, Vec<Option<f64>>)> {
        let at: HashMap<&RegionKey, usize> = self
            .positions
            .iter()
            .enumerate()
            .map(|(at, position)| (&places.all()[*position].region.key, at))
            .collect();
        let mut by_period: HashMap<&Period, Vec<Option<f64>>> = HashMap::new();
        for observation in observations {
            let total = observation.sex == Sex::Total && observation.breakdown.is_none();
            let is_year = observation.period.as_str().len() == 4;
            let (true, true, Some(value), Some(at)) = (
                total,
                is_year,
                observation.value,
                at.get(&observation.region),
            ) else {
                continue;
            };
            let value = if measure.logarithm {
                value.log10()
            } else {
                value
            };
            let values = by_period
                .entry(&observation.period)
                .or_insert_with(|| vec![None; self.positions.len()]);
            values[*at] = Some(value).filter(|value| value.is_finite());
        }
        #[expect(clippy::cast_precision_loss, reason = "some hundred municipalities")]
        let share =
            |values: &[Option<f64>]| values.iter().flatten().count() as f64 / values.len() as f64;
        by_period
            .into_iter()
            .filter(|(_, values)| share(values) >= COVERAGE)
            .max_by_key(|(period, _)| *period)
            .map(|(period, values)| (period.clone(), values))
    }

    /// The kind of area as a number, if the kinds of all are known.
    fn areas(&self, places: &Places) -> Option<Vec<Option<f64>>> {
        let steps = [0.0, 1.0, 2.0];
        let of = |position: &usize| {
            let area = places.all()[*position].region.urban_rural.as_deref()?;
            let kinds = AREAS.iter().zip(steps);
            kinds
                .filter(|(kind, _)| **kind == area)
                .map(|(_, step)| step)
                .next()
        };
        let areas: Vec<Option<f64>> = self.positions.iter().map(of).collect();
        areas.iter().all(Option::is_some).then_some(areas)
    }

    /// The nearest to the region at a position; none to one that is no municipality.
    fn nearest(&self, position: usize, places: &Places) -> Group {
        let own = self.positions.iter().position(|one| *one == position);
        let on_aland = |at: usize| {
            let province = places.all()[self.positions[at]].region.province.as_ref();
            province.is_some_and(|province| province.as_str() == ALAND)
        };
        let nearest = own.map_or_else(Vec::new, |own| {
            self.structure
                .nearest(own, NEAREST, |at| on_aland(at) == on_aland(own))
        });
        let key = |at: usize| places.all()[self.positions[at]].region.key.clone();
        Group {
            method: PeerMethod::Nearest,
            basis: self.basis.clone(),
            peers: nearest.iter().map(|one| key(one.region)).collect(),
            distances: nearest.iter().map(|one| one.distance).collect(),
        }
    }
}
