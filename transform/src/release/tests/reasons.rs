//! Why figures differ: borders, lists, our own code, or the source.

use botnia_config::{RegionChange, RegionTables};
use botnia_model::{Observation, RegionKey, RegionLevel, Sex, Text};

use super::world::{World, id, key, municipality, observation};
use crate::release::boundaries::Boundaries;

fn total(code: &str, period: &str, value: f64) -> Observation {
    observation(&municipality(code), period, Sex::Total, value)
}

/// Jalasjärvi becomes a part of Seinäjoki in the middle of 2025.
fn with_a_merger() -> World {
    let mut world = World::new();
    world.abolished("164", "Jalasjärvi", "2025-05-31");
    world.tables.changes.push(RegionChange {
        effective: "2025-06-01".to_owned(),
        kind: "merger".to_owned(),
        from: municipality("164"),
        to: municipality("743"),
        successor_today: Some(municipality("743")),
        note: Text::default(),
    });
    world
}

/// The revisions of a world whose figures go from `before` to `after`.
fn revised(
    mut world: World,
    before: Vec<Observation>,
    after: Vec<Observation>,
    day: &'static str,
) -> Vec<String> {
    world.set("1", before);
    let first = world.release(None);
    world.set("1", after);
    world.day = day;
    let second = world.release(Some(&first));
    second.select(
        "revisions.parquet",
        &["region_id", "period", "change", "reason"],
    )
}

#[test]
fn a_moved_border_explains_old_years_and_no_new_one() {
    let before = || {
        vec![
            total("164", "2023", 5.0),
            total("743", "2023", 10.0),
            total("905", "2023", 7.0),
        ]
    };
    let after = || {
        vec![
            total("743", "2023", 15.0),
            total("743", "2024", 16.0),
            total("905", "2023", 8.0),
        ]
    };
    assert_eq!(
        revised(with_a_merger(), before(), after(), "2026-01-01"),
        [
            "KU164 2023 removed boundary_change",
            "KU743 2023 changed boundary_change",
            "KU743 2024 added upstream_update",
            "KU905 2023 changed upstream_update",
        ]
    );
    // The same figures on a division from before the merger.
    assert_eq!(
        revised(with_a_merger(), before(), after(), "2025-05-31"),
        [
            "KU164 2023 removed region_list_changed",
            "KU743 2023 changed upstream_update",
            "KU743 2024 added upstream_update",
            "KU905 2023 changed upstream_update",
        ]
    );
}

#[test]
fn the_same_answers_read_in_another_way_are_our_code() {
    let mut world = World::new();
    world.set("1", vec![total("905", "2023", 7.0)]);
    let first = world.release(None);
    let answers = first.manifest.indicators[0].data[0];
    world.answers.insert(id("1"), answers);
    world.set("1", vec![total("905", "2023", 8.0)]);
    let second = world.release(Some(&first));
    assert_eq!(
        second.select("revisions.parquet", &["reason"]),
        ["our_code"]
    );
    world.answers.clear();
    world.set("1", vec![total("905", "2023", 9.0)]);
    let third = world.release(Some(&second));
    assert_eq!(
        third.select("revisions.parquet", &["reason"]),
        ["our_code", "upstream_update"]
    );
}

#[test]
fn a_border_moves_where_a_change_crosses_it() {
    let between = |first, second| Boundaries::between(RegionTables::builtin(), first, second);
    let province = |code| key(RegionLevel::Province, code);
    let moved = |boundaries: &Boundaries, regions: &[RegionKey]| -> Vec<bool> {
        regions
            .iter()
            .map(|region| boundaries.moved(region))
            .collect()
    };

    // Isokyrö went from Pohjanmaa to Etelä-Pohjanmaa and is what it was.
    let isokyro = [
        province("14"),
        province("15"),
        province("16"),
        municipality("152"),
        RegionKey::finland(),
    ];
    assert_eq!(
        moved(&between("2020-12-31", "2021-01-01"), &isokyro),
        [true, true, false, false, false]
    );
    assert_eq!(
        moved(&between("2021-01-01", "2021-12-31"), &isokyro),
        [false; 5]
    );
    assert_eq!(
        moved(&between("2021-01-01", "2020-12-31"), &isokyro),
        [false; 5]
    );

    // Valtimo became a part of Nurmes, within one province.
    let nurmes = [municipality("911"), municipality("541"), province("12")];
    assert_eq!(
        moved(&between("2019-06-01", "2020-06-01"), &nurmes),
        [true, true, false]
    );
}
