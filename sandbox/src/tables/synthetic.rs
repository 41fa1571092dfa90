//! Made-up tables of the shape of Statistics Finland's: the population of the same made-up
//! people as in the made-up Sotkanet, and recorded offences.

use std::collections::BTreeMap;
use std::sync::Arc;

use botnia_config::RegionTables;
use botnia_model::{RegionKey, RegionLevel};

use super::table::{Dimension, Figures, Role, Table, Value};
use crate::synthetic::chance::{Chance, rounded};
use crate::synthetic::key_of;
use crate::synthetic::population::Population;

const FIRST_YEAR: i32 = 2010;
const LAST_YEAR: i32 = 2025;
/// Smaller counts of a municipality are not shown.
const LEAST_SHOWN: i64 = 4;
/// Inhabitants whose municipality is not known.
const NOWHERE: &str = "KUJOU";

/// The made-up people of today's municipalities, and which of them make up a region.
#[derive(Debug)]
struct People {
    municipalities: Vec<(Population, Chance)>,
    /// The municipalities of each region, in the order of the region dimension.
    regions: Vec<Vec<usize>>,
}

impl People {
    /// So many of one municipality, by sex (0 both, 1 men, 2 women) and age (0 all).
    fn count(&self, municipality: usize, year: i32, sex: usize, age: usize) -> i64 {
        let (population, chance) = &self.municipalities[municipality];
        let inhabitants = population.at(year);
        let of_sex = |total: i64| {
            let share = |key, low, high| rounded(total as f64 * chance.of(key).within(low, high));
            let young = share(11, 0.12, 0.19);
            let old = share(12, 0.17, 0.34);
            match age {
                0 => total,
                1 => young,
                2 => total - young - old,
                _ => old,
            }
        };
        match sex {
            0 => of_sex(inhabitants.male) + of_sex(inhabitants.female),
            1 => of_sex(inhabitants.male),
            _ => of_sex(inhabitants.female),
        }
    }

    fn sum(&self, region: usize, of: impl Fn(usize) -> i64) -> i64 {
        self.regions[region].iter().map(|at| of(*at)).sum()
    }
}

#[derive(Debug)]
struct Inhabitants(Arc<People>);

impl Figures for Inhabitants {
    fn at(&self, places: &[usize]) -> (Option<f64>, Option<String>) {
        let [region, age, sex, year, _] = places else {
            return (None, None);
        };
        let year = year_at(*year);
        let count = self.0.sum(*region, |at| self.0.count(at, year, *sex, *age));
        (Some(count as f64), None)
    }
}

#[derive(Debug)]
struct Offences(Arc<People>);

impl Offences {
    fn count(&self, municipality: usize, year: i32, group: usize) -> i64 {
        let inhabitants = self.0.count(municipality, year, 0, 0);
        let chance = self.0.municipalities[municipality].1.of(20 + group as u64);
        let rate = chance.within(0.2, 1.0) * [0.05, 0.012, 0.0008][group.min(2)];
        let jitter = chance.of_year(year).within(0.8, 1.2);
        rounded(inhabitants as f64 * rate * jitter)
    }
}

impl Figures for Offences {
    fn at(&self, places: &[usize]) -> (Option<f64>, Option<String>) {
        let [year, group, region, measure] = places else {
            return (None, None);
        };
        let year = year_at(*year);
        let count = self.0.sum(*region, |at| match group {
            // All together, so that parts add up.
            0 => (0..3).map(|group| self.count(at, year, group)).sum(),
            group => self.count(at, year, group - 1),
        });
        let is_small = self.0.regions[*region].len() == 1;
        match count {
            0 => (None, Some("-".to_owned())),
            1..LEAST_SHOWN if is_small => (None, Some("...".to_owned())),
            count if *measure == 0 => (Some(count as f64), None),
            count => {
                let inhabitants = self.0.sum(*region, |at| self.0.count(at, year, 0, 0));
                let rate = 1000.0 * count as f64 / inhabitants.max(1) as f64;
                (Some((rate * 10.0).round() / 10.0), None)
            }
        }
    }
}

fn year_at(place: usize) -> i32 {
    FIRST_YEAR + i32::try_from(place).unwrap_or_default()
}

pub(super) fn tables(seed: u64) -> Vec<Table> {
    let tables = RegionTables::builtin();
    let chance = Chance::new(seed).of(1).of(1);
    let existing: Vec<_> = tables
        .municipalities
        .iter()
        .filter(|municipality| municipality.valid_to.is_none())
        .collect();
    let municipalities = existing.iter().map(|municipality| {
        let own = chance.of(key_of(municipality.code.as_str()));
        (Population::of_municipality(municipality, own), own)
    });
    let mut members: BTreeMap<RegionKey, Vec<usize>> = BTreeMap::new();
    for (at, municipality) in existing.iter().enumerate() {
        for key in &municipality.member_of {
            members.entry(key.clone()).or_default().push(at);
        }
    }
    let mut values = vec![value("SSS", "KOKO MAA")];
    let mut regions = vec![(0..existing.len()).collect::<Vec<_>>()];
    for level in [
        RegionLevel::Province,
        RegionLevel::Subregion,
        RegionLevel::WellbeingCounty,
    ] {
        for (key, within) in members.iter().filter(|(key, _)| key.level == level) {
            let name = tables
                .region(key)
                .map_or("", |region| region.name.fi.as_str());
            values.push(value(key.id().as_str(), name));
            regions.push(within.clone());
        }
    }
    for (at, municipality) in existing.iter().enumerate() {
        values.push(value(
            municipality.key().id().as_str(),
            &municipality.name.fi,
        ));
        regions.push(vec![at]);
    }
    values.push(value(NOWHERE, "Tuntematon kunta"));
    regions.push(Vec::new());
    let people = Arc::new(People {
        municipalities: municipalities.collect(),
        regions,
    });
    let area = Dimension {
        code: "alue_23_20260101".to_owned(),
        label: "Alue".to_owned(),
        role: Some(Role::Geo),
        values,
        ..Dimension::default()
    };
    let made_up = "(keksittyä aineistoa)";
    vec![
        Table {
            id: "135l".to_owned(),
            folder: "rpk".to_owned(),
            title: format!("135l -- Tietoon tulleet rikokset kunnittain {made_up}"),
            source: format!("Rikos- ja pakkokeinotilasto, Tilastokeskus {made_up}"),
            updated: "2026-03-20T06:00:00Z".to_owned(),
            dimensions: vec![years(), offences(), area.clone(), measures_of_offences()],
            figures: Box::new(Offences(Arc::clone(&people))),
        },
        Table {
            id: "11re".to_owned(),
            folder: "vaerak".to_owned(),
            title: format!("11re -- Väestö iän ja sukupuolen mukaan alueittain {made_up}"),
            source: format!("Tilastokeskus, väestörakenne {made_up}"),
            updated: "2026-04-01T05:00:00Z".to_owned(),
            dimensions: vec![area, ages(), sexes(), years(), measure_of_people()],
            figures: Box::new(Inhabitants(people)),
        },
    ]
}

fn value(code: &str, label: &str) -> Value {
    Value {
        code: code.to_owned(),
        earlier: None,
        label: label.to_owned(),
    }
}

fn years() -> Dimension {
    let years = (FIRST_YEAR..=LAST_YEAR).map(|year| {
        // The last year is preliminary.
        let star = if year == LAST_YEAR { "*" } else { "" };
        value(&year.to_string(), &format!("{year}{star}"))
    });
    Dimension {
        code: "timeperiod_y".to_owned(),
        label: "Vuosi".to_owned(),
        role: Some(Role::Time),
        values: years.collect(),
        ..Dimension::default()
    }
}

fn ages() -> Dimension {
    let ages = [
        ("SSS", "Yhteensä"),
        ("0-14", "0 - 14"),
        ("15-64", "15 - 64"),
        ("65-", "65 -"),
    ];
    Dimension {
        code: "ikaryhma_10_20180101".to_owned(),
        label: "Ikä".to_owned(),
        values: ages.map(|(code, label)| value(code, label)).into(),
        elimination: Some("SSS".to_owned()),
        ..Dimension::default()
    }
}

fn sexes() -> Dimension {
    let sexes = [("SSS", "Yhteensä"), ("1", "Miehet"), ("2", "Naiset")];
    Dimension {
        code: "sukupuoli_9_20180101".to_owned(),
        label: "Sukupuoli".to_owned(),
        values: sexes.map(|(code, label)| value(code, label)).into(),
        elimination: Some("SSS".to_owned()),
        ..Dimension::default()
    }
}

fn offences() -> Dimension {
    let groups = [
        ("RLL", "1) RIKOKSET JA RIKKOMUKSET YHTEENSÄ"),
        ("A", "A Omaisuusrikokset"),
        ("B", "B Henkeen ja terveyteen kohdistuneet rikokset"),
        ("C", "C Seksuaalirikokset"),
    ];
    Dimension {
        code: "rikosnimike_1_20200101".to_owned(),
        label: "Rikosnimike".to_owned(),
        values: groups.map(|(code, label)| value(code, label)).into(),
        ..Dimension::default()
    }
}

fn measure_of_people() -> Dimension {
    Dimension {
        code: "contentscode".to_owned(),
        label: "Tiedot".to_owned(),
        role: Some(Role::Metric),
        values: vec![Value {
            earlier: Some("vaesto".to_owned()),
            ..value("vaerak-vaesto", "Väestö 31.12.")
        }],
        unit: Some(("lukumäärä".to_owned(), 0)),
        ..Dimension::default()
    }
}

fn measures_of_offences() -> Dimension {
    Dimension {
        code: "contentscode".to_owned(),
        label: "Tiedot".to_owned(),
        role: Some(Role::Metric),
        values: vec![
            Value {
                earlier: Some("rik_lkm".to_owned()),
                ..value("rpk-rik_lkm", "Rikokset, lkm")
            },
            Value {
                earlier: Some("rik_1000".to_owned()),
                ..value("rpk-rik_1000", "Rikokset alueen 1 000 asukasta kohden")
            },
        ],
        ..Dimension::default()
    }
}
