//! Lost and added rows, regions, levels, years and sexes.

use botnia_model::{Observation, RegionLevel, Sex, Status};

use super::{World, is, observations, row};
use crate::checks::Gate;

#[test]
fn everything_lost_is_held_once() {
    assert_eq!(World::keeping(|_| false).held(), [Gate::AllRowsLost]);
    let world = World::changing(|row| {
        row.value = None;
        row.status = Status::NotPublished;
    });
    assert_eq!(world.held(), [Gate::AllRowsLost]);
}

#[test]
fn a_tenth_may_be_lost_and_not_one_more() {
    // 30 of 300 figures: two years of the twenty, of all regions but those whose only
    // figures they would be.
    let world = World::keeping(|row| {
        row.period.year() >= 2004
            || row.region.level == RegionLevel::Municipality && row.period.year() >= 2002
    });
    let lost = world.before.len() - world.after.len();
    assert_eq!((world.before.len(), lost), (300, 36));
    assert!(world.held().contains(&Gate::RowsLost));

    let tenth = |row: &Observation| {
        let of_two_years = row.period.year() < 2002;
        !of_two_years || row.region.level == RegionLevel::Country
    };
    let mut world = World::keeping(tenth);
    assert_eq!(world.before.len() - world.after.len(), 28);
    assert!(!world.held().contains(&Gate::RowsLost));
    world.thresholds.lost_percent = 9.0;
    assert_eq!(world.held(), [Gate::RowsLost]);
}

#[test]
fn lost_rows_are_not_made_up_for_by_new_ones() {
    let mut world = World::keeping(|row| row.period.year() >= 2003);
    for region in super::regions().regions() {
        for year in 2020..2023 {
            world.after.push(row(&region.key, year, 101.0));
        }
    }
    world
        .after
        .sort_by(|left, right| left.key().cmp(&right.key()));
    assert_eq!(world.held(), [Gate::RowsLost, Gate::YearsLost]);
}

#[test]
fn a_value_that_is_gone_is_lost() {
    let world = World::changing(|row| {
        if row.period.year() >= 2015 && row.region.level == RegionLevel::Municipality {
            row.value = None;
            row.status = Status::NotPublished;
        }
    });
    assert_eq!(world.held(), [Gate::RowsLost]);
}

#[test]
fn a_whole_level_lost_is_held() {
    let lost = World::keeping(|row| row.region.level != RegionLevel::Country);
    assert_eq!(lost.held(), [Gate::LevelLost]);
    assert_eq!(lost.warned(), []);
}

#[test]
fn a_province_lost_is_held() {
    let mut world = World::keeping(|row| !is(row, RegionLevel::Province, &["15"]));
    assert_eq!(world.held(), [Gate::RegionsLost]);
    assert_eq!(
        world.objections()[0].message,
        "No figure of Pohjanmaa (province 15) is left."
    );
    // One that had no figure before is not lost.
    world.before.clone_from(&world.after);
    assert_eq!(world.held(), []);
}

#[test]
fn all_municipalities_of_a_province_lost_are_held_and_one_is_said() {
    let of_15 = ["231", "280", "287", "499", "545", "905"];
    let without = |codes: &[&str]| {
        let mut world = World::keeping(|row| !is(row, RegionLevel::Municipality, codes));
        world.thresholds.lost_percent = 50.0;
        world
    };
    assert_eq!(without(&of_15).held(), [Gate::RegionsLost]);
    assert_eq!(without(&of_15[..1]).held(), []);
    assert_eq!(without(&of_15[..1]).warned(), [Gate::SingleRegionsLost]);
}

#[test]
fn a_year_lost_is_held_and_one_of_a_single_level_is_not() {
    let lost = World::keeping(|row| row.period.year() != 2010);
    assert_eq!(lost.held(), [Gate::YearsLost]);
    assert_eq!(
        lost.objections()[0].message,
        "No figure of 2010 is left; the last release had 15."
    );
    let of_country =
        World::keeping(|row| row.period.year() != 2010 || row.region.level != RegionLevel::Country);
    assert_eq!(of_country.held(), []);
}

#[test]
fn a_sex_lost_is_held() {
    let mut world = World::new();
    let women = observations()
        .into_iter()
        .filter(|row| row.period.year() == 2000)
        .map(|row| Observation {
            sex: Sex::Female,
            ..row
        });
    world.before.extend(women);
    world
        .before
        .sort_by(|left, right| left.key().cmp(&right.key()));
    assert_eq!(world.held(), [Gate::SexLost]);
    world.after.clone_from(&world.before);
    assert_eq!(world.held(), []);
}

#[test]
fn many_figures_for_old_years_are_said_and_a_new_year_is_not() {
    let mut world = World::new();
    world
        .before
        .retain(|row| row.region.level != RegionLevel::Province);
    assert_eq!(
        world.said(),
        [(botnia_model::Severity::Warn, Gate::RowsAdded)]
    );
    let mut world = World::new();
    world.before.retain(|row| row.period.year() < 2015);
    assert_eq!(world.warned(), []);
}

#[test]
fn messages_name_numbers() {
    let world = World::keeping(|row| row.region.level != RegionLevel::Province);
    let messages: Vec<String> = world
        .objections()
        .into_iter()
        .map(|objection| objection.message)
        .collect();
    assert_eq!(
        messages,
        [
            "40 of the 300 figures of the last release are gone (13.3 %; up to 10 % pass by themselves).",
            "No figure of the level `province` is left; the last release had 2 regions of it.",
        ]
    );
}
