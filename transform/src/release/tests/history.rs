//! First releases and revisions.

use std::collections::BTreeMap;

use botnia_model::{Observation, RegionLevel, Sex, Status};
use proptest::prelude::*;

use super::world::{Release, TableRow, World, id, key, municipality, observation, select};
use crate::release::RevisionCounts;

const VINTAGE: [&str; 6] = [
    "indicator_id",
    "region_code",
    "period",
    "value",
    "status",
    "first_release",
];
const REVISION: [&str; 11] = [
    "indicator_id",
    "region_id",
    "period",
    "change",
    "old_value",
    "new_value",
    "old_status",
    "new_status",
    "old_first_release",
    "release",
    "reason",
];

#[test]
fn a_value_keeps_its_first_release_until_it_changes() {
    let total = |code: &str, period: &str, value| {
        observation(&municipality(code), period, Sex::Total, value)
    };
    let mut world = World::new();
    world.abolished("164", "Jalasjärvi", "2015-12-31");
    world.set(
        "1",
        vec![
            total("005", "2020", 1.0),
            total("005", "2021", 2.0),
            total("164", "2014", 5.0),
            total("743", "2020", 3.0),
        ],
    );
    world.set("2", vec![total("905", "2020", 7.0)]);
    let first = world.release(None);
    assert_eq!(first.rows("revisions.parquet").len(), 0);
    assert_eq!(first.built.changes.new_series, [id("1"), id("2")]);

    let provisional = Observation {
        status: Status::Provisional,
        ..total("743", "2020", 3.0)
    };
    world.set(
        "1",
        vec![
            total("005", "2020", 1.0),
            total("005", "2021", 2.5),
            total("005", "2022", 4.0),
            provisional,
        ],
    );
    world.figures.remove(&id("2"));
    world.set("3", vec![total("905", "2020", 9.0)]);
    let second = world.release(Some(&first));

    assert_eq!(
        second.select("observations.parquet", &VINTAGE),
        [
            "made:1 005 2020 1 normal 1",
            "made:1 005 2021 2.5 normal 2",
            "made:1 005 2022 4 normal 2",
            "made:1 743 2020 3 provisional 2",
            "made:3 905 2020 9 normal 2",
        ]
    );
    assert_eq!(
        second.select("revisions.parquet", &REVISION),
        [
            "made:1 KU005 2021 changed 2 2.5 normal normal 1 2 upstream_update",
            "made:1 KU005 2022 added - 4 - normal - 2 upstream_update",
            "made:1 KU164 2014 removed 5 - normal - 1 2 region_list_changed",
            "made:1 KU743 2020 changed 3 3 normal provisional 1 2 upstream_update",
            "made:2 KU905 2020 removed 7 - normal - 1 2 indicator_removed",
        ]
    );
    let changes = &second.built.changes;
    assert_eq!(changes.new_series, [id("3")]);
    assert_eq!(changes.gone_series, [id("2")]);
    assert_eq!(
        changes.revised[&id("1")],
        RevisionCounts {
            added: 1,
            changed: 2,
            removed: 1,
        }
    );
    assert_eq!(changes.revised[&id("2")].removed, 1);

    // Revisions accumulate, and one that is undone is a revision too.
    world.set(
        "1",
        vec![total("005", "2020", 1.0), total("005", "2021", 2.0)],
    );
    let third = world.release(Some(&second));
    let revisions = third.select("revisions.parquet", &REVISION);
    assert_eq!(
        revisions[..5],
        second.select("revisions.parquet", &REVISION)
    );
    assert_eq!(
        revisions[5..],
        [
            "made:1 KU005 2021 changed 2.5 2 normal normal 2 3 upstream_update",
            "made:1 KU005 2022 removed 4 - normal - 2 3 upstream_update",
            "made:1 KU743 2020 removed 3 - provisional - 2 3 upstream_update",
        ]
    );
}

const KEY: [&str; 6] = [
    "indicator_id",
    "region_level",
    "region_code",
    "sex",
    "breakdown",
    "period",
];
const FIGURES: [&str; 4] = ["value", "absolute_value", "status", "first_release"];

/// What a release said, by key.
fn said(release: &Release) -> BTreeMap<String, String> {
    release
        .rows("observations.parquet")
        .iter()
        .map(|row| (select(row, &KEY), select(row, &FIGURES)))
        .collect()
}

/// Takes a release's own revisions back.
fn without_the_latest(release: &Release) -> BTreeMap<String, String> {
    let number = release.manifest.release.to_string();
    let mut figures = said(release);
    figures.retain(|_, figures| !figures.ends_with(&format!(" {number}")));
    let own = |row: &&TableRow| row["release"].as_ref() == Some(&number);
    for revision in release.rows("revisions.parquet").iter().filter(own) {
        let old = [
            "old_value",
            "old_absolute_value",
            "old_status",
            "old_first_release",
        ];
        if revision["change"].as_deref() != Some("added") {
            figures.insert(select(revision, &KEY), select(revision, &old));
        }
    }
    figures
}

/// One figure or none for each cell of a small cube: indicator, region, sex, period.
fn figures() -> impl Strategy<Value = Vec<(usize, Observation)>> {
    let regions = [
        municipality("005"),
        municipality("905"),
        key(RegionLevel::Province, "14"),
    ];
    let cells: Vec<_> = (0..3)
        .flat_map(|indicator| {
            let regions = regions.clone();
            regions.into_iter().flat_map(move |region| {
                [Sex::Total, Sex::Male].into_iter().flat_map(move |sex| {
                    let region = region.clone();
                    ["2020", "2019/2021"]
                        .map(|period| (indicator, observation(&region, period, sex, 0.0)))
                })
            })
        })
        .collect();
    let figure = prop_oneof![
        1 => Just(None),
        3 => (0..3_i8, prop::option::of(0..2_u8), any::<bool>()).prop_map(Some),
    ];
    prop::collection::vec(figure, cells.len()).prop_map(move |figures| {
        cells
            .iter()
            .zip(figures)
            .filter_map(|((indicator, cell), figure)| {
                let (value, absolute_value, published) = figure?;
                let observation = Observation {
                    value: published.then(|| f64::from(value) / 3.0),
                    absolute_value: absolute_value.map(f64::from),
                    status: if published {
                        Status::Normal
                    } else {
                        Status::NotPublished
                    },
                    ..cell.clone()
                };
                Some((*indicator, observation))
            })
            .collect()
    })
}

fn world_of(figures: &[(usize, Observation)]) -> World {
    let mut world = World::new();
    for (indicator, observation) in figures {
        let number = indicator.to_string();
        let mut all = world.figures.remove(&id(&number)).unwrap_or_default();
        all.push(observation.clone());
        world.set(&number, all);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Every release can be had back from the latest one, however figures went.
    #[test]
    fn revisions_taken_back_give_the_release_before(
        one in figures(), two in figures(), three in figures(),
    ) {
        let first = world_of(&one).release(None);
        let second = world_of(&two).release(Some(&first));
        let third = world_of(&three).release(Some(&second));
        prop_assert_eq!(without_the_latest(&second), said(&first));
        prop_assert_eq!(without_the_latest(&third), said(&second));
    }
}
