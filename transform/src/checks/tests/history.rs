//! Rewritten history, and new years that are far from the old ones.

use botnia_model::{Observation, RegionLevel};

use super::{World, is};
use crate::checks::Gate;

fn add(row: &mut Observation, what: f64) {
    row.value = row.value.map(|value| value + what);
}

fn multiply(row: &mut Observation, by: f64) {
    row.value = row.value.map(|value| value * by);
}

/// A sixth, a fifth, … of the years change by two units of a hundred.
fn rewritten(years: i32) -> World {
    World::changing(|row| {
        if row.period.year() < 2000 + years {
            add(row, 2.0);
        }
    })
}

#[test]
fn a_quarter_of_the_history_may_change_and_not_more() {
    assert_eq!(rewritten(5).held(), []);
    assert_eq!(rewritten(5).warned(), [Gate::HistoryChanged]);
    assert_eq!(rewritten(6).held(), [Gate::HistoryChanged]);
    assert_eq!(rewritten(1).said(), []);
}

#[test]
fn what_was_only_rounded_again_did_not_change() {
    // One decimal is shown: figures may move by a tenth.
    let moved = |by: f64| World::changing(move |row| add(row, by));
    assert_eq!(moved(0.1).said(), []);
    assert_eq!(moved(0.2).held(), [Gate::HistoryChanged]);
    let mut counts = moved(0.1);
    counts.now.indicator.value_kind = Some(botnia_model::ValueKind::Count);
    counts.then.value_kind = counts.now.indicator.value_kind;
    assert!(counts.held().contains(&Gate::HistoryChanged));
}

#[test]
fn a_year_that_moved_as_a_whole_is_held_and_single_regions_are_not() {
    let of_2010 = |row: &Observation| row.period.year() == 2010;
    let year = World::changing(|row| {
        if of_2010(row) {
            multiply(row, 1.2);
        }
    });
    assert!(year.held().contains(&Gate::YearRevised));
    assert!(year.objections()[0].message.contains("2010"));
    // A merger: one region takes in another, in every year.
    let merger = World::changing(|row| {
        if is(row, RegionLevel::Municipality, &["743"]) {
            multiply(row, 1.05);
        }
    });
    assert_eq!(merger.held(), []);
}

#[test]
fn a_new_year_in_another_unit_is_held_and_a_lively_one_is_not() {
    let with_new_year = |by: f64| {
        let mut world = World::changing(|row| {
            if row.period.year() == 2019 {
                multiply(row, by);
            }
        });
        world.before.retain(|row| row.period.year() < 2019);
        world
    };
    assert!(with_new_year(10.0).held().contains(&Gate::YearJumps));
    assert!(with_new_year(0.1).held().contains(&Gate::YearJumps));
    assert!(!with_new_year(1.3).held().contains(&Gate::YearJumps));
}

#[test]
fn a_figure_of_the_country_alone_can_jump() {
    let mut world = World::changing(|row| {
        if row.region.level == RegionLevel::Country && row.period.year() == 2019 {
            multiply(row, 10.0);
        }
    });
    world.before.retain(|row| row.period.year() < 2019);
    assert_eq!(world.held(), [Gate::YearJumps]);
}
