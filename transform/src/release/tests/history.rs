//! First releases and revisions.

use botnia_model::{Observation, Sex, Status};

use super::world::{World, id, municipality, observation, text};
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
    assert_eq!(changes.gone_series, [(id("2"), text("title of made:2"))]);
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
