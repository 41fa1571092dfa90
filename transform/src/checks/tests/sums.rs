//! Municipalities, provinces and the country.

use botnia_model::{Observation, RegionKey, RegionLevel, ValueKind};
use serde_json::json;

use super::{World, description, is, observations};
use crate::checks::Gate;

/// Counts that sum: each province its municipalities, the country its provinces.
fn counts() -> Vec<Observation> {
    let mut rows = observations();
    let regions = super::regions();
    let province_of = |key: &RegionKey| {
        let region = regions.regions().iter().find(|region| region.key == *key);
        region.and_then(|region| region.province.clone())
    };
    for row in &mut rows {
        row.value = row.value.map(f64::round);
    }
    let municipal: Vec<Observation> = rows
        .iter()
        .filter(|row| row.region.level == RegionLevel::Municipality)
        .cloned()
        .collect();
    for row in &mut rows {
        let is_part = |part: &&Observation| {
            part.period == row.period
                && match row.region.level {
                    RegionLevel::Country => true,
                    RegionLevel::Province => {
                        province_of(&part.region).as_ref() == Some(&row.region.code)
                    }
                    _ => false,
                }
        };
        let sum: f64 = municipal
            .iter()
            .filter(is_part)
            .filter_map(|part| part.value)
            .sum();
        if row.region.level != RegionLevel::Municipality {
            row.value = Some(sum);
        }
    }
    rows
}

fn world() -> World {
    let mut world = World::new();
    world.now = description(&json!({"decimals": 0}));
    world.now.indicator.value_kind = Some(ValueKind::Count);
    world.then = world.now.indicator.clone();
    world.before = counts();
    world.after = counts();
    world
}

fn change(rows: &mut [Observation], level: RegionLevel, code: &str, year: i32, by: f64) {
    for row in rows
        .iter_mut()
        .filter(|row| is(row, level, &[code]) && row.period.year() == year)
    {
        row.value = row.value.map(|value| value + by);
    }
}

#[test]
fn parts_that_sum_pass() {
    assert_eq!(world().objections(), []);
}

#[test]
fn a_province_that_is_not_the_sum_of_its_municipalities_is_held() {
    let mut world = world();
    change(&mut world.after, RegionLevel::Province, "15", 2019, 8.0);
    assert_eq!(world.held(), [Gate::SumsDisagree]);
    let message = &world.objections()[0].message;
    // The province, and the country of which it is a part.
    assert!(message.starts_with("2 of 80 sums disagree"), "{message}");
    assert!(message.contains("Pohjanmaa (province 15)"), "{message}");
}

#[test]
fn half_a_unit_of_rounding_for_each_part_is_no_disagreement() {
    let mut world = world();
    // One decimal is shown, so each of three parts and the whole may be 0.05 off.
    change(&mut world.after, RegionLevel::Province, "15", 2019, 0.1);
    assert_eq!(world.held(), []);
    change(&mut world.after, RegionLevel::Province, "15", 2019, 0.3);
    assert_eq!(world.held(), [Gate::SumsDisagree]);
}

#[test]
fn a_missing_part_makes_no_sum() {
    let mut world = world();
    let one = |row: &Observation| {
        is(row, RegionLevel::Municipality, &["905"]) && row.period.year() == 2019
    };
    world.after.retain(|row| !one(row));
    assert_eq!(world.held(), []);
}

#[test]
fn what_disagreed_before_is_known_and_what_never_sums_is_not_checked() {
    let mut world = world();
    change(&mut world.after, RegionLevel::Country, "SSS", 2019, 50.0);
    assert_eq!(world.held(), [Gate::SumsDisagree]);
    let known = world.after.clone();
    world.before = known;
    assert_eq!(world.held(), []);
    // Persons who are counted in two places within a year: no sum ever agreed.
    for year in 2000..2019 {
        change(&mut world.before, RegionLevel::Country, "SSS", year, -50.0);
        change(&mut world.after, RegionLevel::Country, "SSS", year, -50.0);
    }
    change(&mut world.after, RegionLevel::Province, "15", 2019, 8.0);
    assert!(!world.held().contains(&Gate::SumsDisagree));
}

#[test]
fn only_counts_are_summed() {
    let mut world = world();
    change(&mut world.after, RegionLevel::Province, "15", 2019, 8.0);
    for kind in [ValueKind::Share, ValueKind::Rate, ValueKind::Index] {
        world.now.indicator.value_kind = Some(kind);
        world.then.value_kind = Some(kind);
        assert!(!world.held().contains(&Gate::SumsDisagree), "{kind}");
    }
}
