//! The ledger is lost: the next run goes on from what the newest release says.

use std::path::Path;
use std::sync::Arc;

use botnia::engine::{RunRequest, RunSummary, Silent};
use botnia_model::{CommitRecord, FixedClock, IndicatorState, Manifest};
use botnia_sandbox::{Fault, FaultKind};

use crate::crash_store::{Fate, Steps};
use crate::small_world::{INDICATORS, SmallWorld, clock, open_engine, quick_folder};
use crate::support::{RUNTIME, assert_whole};

fn run(world: &SmallWorld, data: &Path, clock: &Arc<FixedClock>) -> RunSummary {
    RUNTIME.block_on(async {
        let steps = Steps::with(Fate::Nothing);
        let clock: Arc<FixedClock> = Arc::clone(clock);
        let engine = open_engine(world.settings(data), clock, &steps).await;
        let summary = Box::pin(engine.run(&RunRequest::default(), &Silent)).await;
        engine.close().await;
        summary.expect("a run")
    })
}

fn lose_the_ledger(data: &Path) {
    for name in ["state.db", "state.db-wal", "state.db-shm"] {
        match std::fs::remove_file(data.join(name)) {
            Ok(()) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
        }
    }
}

fn published(data: &Path, number: u32) -> Manifest {
    let record = data.join(format!("published/_log/{number:020}.json"));
    let record: CommitRecord =
        serde_json::from_slice(&std::fs::read(record).expect("a record")).expect("a record");
    assert_whole(
        &data.join(format!("published/releases/{number:06}")),
        &record,
    )
}

/// The announcements that watchers of the folder see.
fn announcements(data: &Path) -> usize {
    std::fs::read_dir(data.join("published/_events")).map_or(0, Iterator::count)
}

#[test]
fn nothing_is_published_twice_where_nothing_changed() {
    let (world, folder, clock) = (SmallWorld::start(), quick_folder(), clock());
    let data = folder.path().join("data");
    assert_eq!(run(&world, &data, &clock).begun_from, None);
    assert_eq!(announcements(&data), 1);
    lose_the_ledger(&data);
    clock.advance(24 * 60 * 60);
    let summary = run(&world, &data, &clock);
    assert_eq!(summary.begun_from, Some(published(&data, 1).release));
    assert!(summary.release.is_none(), "{summary:?}");
    assert_eq!(summary.sweeps[0].1.unchanged, INDICATORS.len() as u64);
    assert_eq!(announcements(&data), 1);
    // Now it knows again: nothing is asked for that did not move.
    let before = world.asked();
    let summary = run(&world, &data, &clock);
    assert_eq!(summary.begun_from, None);
    assert_eq!(world.asked() - before, 1 + INDICATORS.len());
}

#[test]
fn what_is_lost_is_held_and_what_fails_keeps_its_figures() {
    let (world, folder, clock) = (SmallWorld::start(), quick_folder(), clock());
    let data = folder.path().join("data");
    run(&world, &data, &clock);
    let first = published(&data, 1);
    lose_the_ledger(&data);
    world.publish_edition(2);
    let [short, fails, _] = INDICATORS;
    let rows = |kind| Fault::new(kind).path("/rest/1.1/json");
    world.set_faults(vec![
        rows(FaultKind::MissingRegions { regions: vec![4] }).indicator(short),
        rows(FaultKind::Forbidden).indicator(fails),
    ]);
    let summary = run(&world, &data, &clock);
    assert_eq!(summary.begun_from, Some(first.release));
    let held: Vec<_> = summary.held.iter().map(|(id, _)| id.to_string()).collect();
    assert_eq!(held, [format!("sotkanet:{short}")]);
    assert_eq!(summary.failures.len(), 1, "{:?}", summary.failures);
    // No figure moved, so there is nothing to publish.
    assert!(summary.release.is_none());

    // The next edition is released; what is held and what fails keep the old figures.
    let [_, _, third] = INDICATORS;
    world.set_faults(vec![
        rows(FaultKind::MissingRegions { regions: vec![4] }).indicator(short),
        Fault::new(FaultKind::Forbidden)
            .path("/rest/1.1/indicators")
            .indicator(third),
    ]);
    let summary = run(&world, &data, &clock);
    assert_eq!(summary.release.expect("a release").release.get(), 2);
    let second = published(&data, 2);
    let states: Vec<_> = second.indicators.iter().map(|one| one.state).collect();
    assert_eq!(
        states,
        [
            IndicatorState::Held,
            IndicatorState::Active,
            IndicatorState::Stale
        ]
    );
    let figures = |manifest: &Manifest| -> Vec<_> {
        manifest
            .indicators
            .iter()
            .map(|one| one.normalised)
            .collect()
    };
    let (before, after) = (figures(&first), figures(&second));
    assert_eq!(before[0], after[0]);
    assert_ne!(before[1], after[1]);
    assert_eq!(before[2], after[2]);
}

/// An older version wrote no recipe: the present sets stand in for it.
#[test]
fn a_release_without_a_recipe_is_begun_from_all_the_same() {
    let (world, folder, clock) = (SmallWorld::start(), quick_folder(), clock());
    let data = folder.path().join("data");
    run(&world, &data, &clock);
    lose_the_ledger(&data);
    let recipe = data.join("published/releases/000001/recipe.json");
    std::fs::remove_file(recipe).expect("removed");
    let summary = run(&world, &data, &clock);
    assert!(summary.begun_from.is_some());
    assert_eq!(summary.sweeps[0].1.unchanged, INDICATORS.len() as u64);
    assert!(summary.release.is_none());
}
