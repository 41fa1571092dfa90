//! Outliers among new and changed figures, and among no others.

use botnia_model::{RegionLevel, Severity};

use super::{World, is, of};
use crate::checks::Gate;

/// A new year in which Seinäjoki has this figure.
fn new_year_with(value: f64) -> World {
    let mut world = World::changing(|row| {
        if is(row, RegionLevel::Municipality, &["743"]) && row.period.year() == 2019 {
            row.value = Some(value);
        }
    });
    world.before.retain(|row| row.period.year() < 2019);
    world
}

#[test]
fn a_figure_far_from_all_that_was_released_is_held() {
    // The largest change ever is 1.5, and the level is about 112.
    let world = new_year_with(118.0);
    assert_eq!(world.held(), [Gate::OutlierFar]);
    let message = &world.objections()[0].message;
    assert!(message.contains("(municipality 743) in 2019"), "{message}");
    assert_eq!(new_year_with(95.0).held(), [Gate::OutlierFar]);
}

#[test]
fn a_figure_outside_the_fences_alone_is_a_note() {
    let mut world = new_year_with(119.0);
    assert_eq!(world.held(), [Gate::OutlierFar]);
    world.thresholds.outlier_factor = 5.0;
    assert_eq!(world.said(), []);
    let noted = world.objections();
    assert!(
        noted
            .iter()
            .any(|one| (one.severity, one.gate) == (Severity::Note, Gate::OutlierInChange)),
        "{noted:?}"
    );
}

#[test]
fn what_was_released_is_not_judged_again() {
    let mut world = new_year_with(118.0);
    world.before.clone_from(&world.after);
    assert_eq!(world.objections(), []);
    // Not even where something else is new.
    world.before.retain(|row| row.period.year() > 2000);
    assert_eq!(world.held(), []);
}

#[test]
fn a_changed_figure_is_judged_like_a_new_one() {
    let world = World::changing(|row| {
        if is(row, RegionLevel::Municipality, &["743"]) && row.period.year() == 2010 {
            row.value = Some(150.0);
        }
    });
    assert_eq!(world.held(), [Gate::OutlierFar]);
}

#[test]
fn too_little_history_holds_nothing() {
    let mut world = new_year_with(118.0);
    // Two years are one change of each region: too few to tell how far figures move.
    world.before.retain(|row| row.period.year() > 2016);
    world.after.retain(|row| row.period.year() > 2016);
    assert!(!world.held().contains(&Gate::OutlierFar));
}

#[test]
fn many_outliers_in_level_are_a_warning() {
    // A third of the municipalities leaves the others, but by no more than figures moved.
    let far = ["005", "010", "145", "231", "280"];
    let mut world = World::changing(|row| {
        if is(row, RegionLevel::Municipality, &far) && row.period.year() == 2019 {
            row.value = row.value.map(|value| value + 3.9);
        }
    });
    world.before.retain(|row| row.period.year() < 2019);
    world.thresholds.outlier_factor = 100.0;
    world.thresholds.outlier_fence = 0.1;
    let mut calm = World::new();
    calm.before.retain(|row| row.period.year() < 2019);
    assert_eq!(calm.warned(), []);
    // The weight of one region narrows the fences to its own figure.
    let heavy = of(RegionLevel::Municipality, "905");
    world.population.insert(heavy, 1e9);
    assert!(
        world
            .objections()
            .iter()
            .any(|one| one.gate == Gate::OutlierInLevel),
        "{:?}",
        world.objections()
    );
}
