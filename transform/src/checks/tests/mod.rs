//! Every gate on constructed figures: once where it must object, once where it must not.

mod coverage;
mod description;
mod differences;
mod history;
mod outliers;
mod recordings;
mod rows;
mod sums;

use botnia_config::{GateSettings, RegionTables, SourceKind};
use botnia_model::{
    Findings, Indicator, Observation, Origin, Period, RegionKey, RegionLevel, Severity, Sex, Status,
};
use serde_json::{Value, json};

use super::{Candidate, Gate, Objection, Population, Released, check};
use crate::normalise::{Description, Normalised, RegionIndex, describe, read_regions};

/// Six municipalities in each of the provinces 14 and 15.
const MUNICIPALITIES: [(&str, [u32; 6]); 2] = [
    ("14", [5, 10, 145, 152, 232, 743]),
    ("15", [231, 280, 287, 499, 545, 905]),
];

const YEARS: std::ops::Range<i32> = 2000..2020;

fn regions() -> RegionIndex {
    let mut list = vec![
        json!({"id": 14, "code": "14", "category": "MAAKUNTA", "title": {"fi": "Etelä-Pohjanmaa"}}),
        json!({"id": 15, "code": "15", "category": "MAAKUNTA", "title": {"fi": "Pohjanmaa"}}),
    ];
    for (province, codes) in MUNICIPALITIES {
        for code in codes {
            list.push(json!({
                "id": 1000 + code,
                "code": format!("{code:03}"),
                "category": "KUNTA",
                "title": {"fi": "kunta"},
                "memberOf": [province.parse::<u32>().unwrap()],
            }));
        }
    }
    let body = json!(list).to_string();
    let tables = RegionTables::default();
    read_regions(SourceKind::Sotkanet, body.as_bytes(), &tables).unwrap()
}

fn of(level: RegionLevel, code: &str) -> RegionKey {
    RegionKey::new(level, code.parse().unwrap())
}

fn row(region: &RegionKey, year: i32, value: f64) -> Observation {
    Observation {
        region: region.clone(),
        period: Period::of_year(year),
        sex: Sex::Total,
        breakdown: None,
        value: Some(value),
        absolute_value: None,
        status: Status::Normal,
        origin: Origin::Published,
    }
}

/// Twenty years of every region and the country: 300 figures that rise a little every
/// year, and wave by up to 2. The regions are about as large as each other.
fn observations() -> Vec<Observation> {
    let mut keys: Vec<RegionKey> = regions()
        .regions()
        .iter()
        .map(|region| region.key.clone())
        .collect();
    keys.push(RegionKey::finland());
    keys.sort();
    keys.iter()
        .zip(0..)
        .flat_map(|(region, place)| {
            YEARS.map(move |year| {
                let wave = f64::from((year * 7 + place * 3) % 5) / 2.0;
                row(region, year, 100.0 + f64::from(place) + wave)
            })
        })
        .collect()
}

fn is(row: &Observation, level: RegionLevel, codes: &[&str]) -> bool {
    row.region.level == level && codes.contains(&row.region.code.as_str())
}

/// A description of percentages with one decimal, with some of its fields replaced.
fn description(fields: &Value) -> Description {
    let mut body = json!({
        "id": 1,
        "title": {"fi": "Työttömät, % työvoimasta"},
        "primaryValueType": {"code": "PROS", "title": {"fi": "%"}},
        "decimals": 1,
        "organization": {"id": 2, "title": {"fi": "THL"}},
    });
    for (key, value) in fields.as_object().unwrap() {
        body[key] = value.clone();
    }
    let id = "sotkanet:1".parse().unwrap();
    let body = body.to_string();
    describe(SourceKind::Sotkanet, &id, body.as_bytes(), None, &[]).unwrap()
}

/// A world before and after, in which the tests change one thing each.
struct World {
    before: Vec<Observation>,
    then: Indicator,
    findings_then: Findings,
    after: Vec<Observation>,
    now: Description,
    findings_now: Findings,
    population: Population,
    thresholds: GateSettings,
}

impl World {
    /// In which nothing changed.
    fn new() -> Self {
        Self {
            before: observations(),
            then: description(&json!({})).indicator,
            findings_then: Findings::default(),
            after: observations(),
            now: description(&json!({})),
            findings_now: Findings::default(),
            population: Population::new(),
            thresholds: GateSettings::default(),
        }
    }

    /// The new figures are those of the old ones that `keep` names.
    fn keeping(keep: impl Fn(&Observation) -> bool) -> Self {
        let mut world = Self::new();
        world.after.retain(keep);
        world
    }

    /// The new figures are changed.
    fn changing(change: impl Fn(&mut Observation)) -> Self {
        let mut world = Self::new();
        world.after.iter_mut().for_each(change);
        world
    }

    fn objections(&self) -> Vec<Objection> {
        let released = Released {
            observations: &self.before,
            indicator: &self.then,
            findings: &self.findings_then,
        };
        self.check(Some(released))
    }

    /// As if it had never been released.
    fn first(&self) -> Vec<Objection> {
        self.check(None)
    }

    fn check(&self, released: Option<Released<'_>>) -> Vec<Objection> {
        check(&Candidate {
            released,
            described: &self.now,
            normalised: &Normalised {
                rows_in: self.after.len() as u64,
                observations: self.after.clone(),
                findings: self.findings_now.clone(),
            },
            regions: &regions(),
            population: &self.population,
            thresholds: &self.thresholds,
        })
    }

    /// What holds and what warns.
    fn said(&self) -> Vec<(Severity, Gate)> {
        of_weight(&self.objections())
    }

    fn held(&self) -> Vec<Gate> {
        gates(&self.said(), Severity::Hold)
    }

    fn warned(&self) -> Vec<Gate> {
        gates(&self.said(), Severity::Warn)
    }
}

fn of_weight(objections: &[Objection]) -> Vec<(Severity, Gate)> {
    objections
        .iter()
        .filter(|objection| objection.severity != Severity::Note)
        .map(|objection| (objection.severity, objection.gate))
        .collect()
}

fn gates(said: &[(Severity, Gate)], severity: Severity) -> Vec<Gate> {
    said.iter()
        .filter(|(weight, _)| *weight == severity)
        .map(|(_, gate)| *gate)
        .collect()
}

#[test]
fn what_is_unchanged_or_first_passes() {
    let mut world = World::new();
    assert_eq!(world.objections(), []);
    assert_eq!(world.first(), []);
    world.after.clear();
    assert_eq!(world.first(), []);
    world.before.clear();
    assert_eq!(world.objections(), []);
}

#[test]
fn first_figures_are_judged_by_no_gate_however_odd() {
    let mut world = World::changing(|row| row.value = Some(-1e9));
    world.after[7].value = Some(1e12);
    assert_eq!(world.first(), []);
    assert_ne!(world.held(), []);
}

#[test]
fn a_new_year_like_the_others_passes() {
    let mut world = World::new();
    world.before.retain(|row| row.period.year() < 2019);
    assert_eq!(world.said(), []);
}

#[test]
fn what_holds_stands_first() {
    let mut world = World::keeping(|row| row.period.year() != 2010);
    world.now = description(&json!({"decimals": 0}));
    let severities: Vec<_> = world.said().into_iter().map(|(weight, _)| weight).collect();
    assert_eq!(severities, [Severity::Hold, Severity::Warn]);
}
