//! The tables of memberships and classes, and the groups of the settings.

use botnia_config::{CustomGroup, RegionTables};
use botnia_model::{RegionLevel, Sex};

use super::world::{World, key, municipality, observation, text};

fn group() -> CustomGroup {
    CustomGroup {
        id: "pohjanmaat".parse().unwrap(),
        name: text("Pohjanmaan maakunnat"),
        members: vec![
            key(RegionLevel::Province, "14"),
            key(RegionLevel::Province, "15"),
        ],
    }
}

#[test]
fn memberships_and_classes_are_published_with_their_days() {
    let mut world = World::new();
    world.tables = RegionTables::builtin().clone();
    let release = world.release(None);
    let columns = ["region_id", "level", "valid_from", "valid_to", "member_of"];
    let memberships = release.select("region_memberships.parquet", &columns);
    assert!(memberships.is_sorted());
    let of = |start: &str| -> Vec<&String> {
        let rows = memberships.iter();
        rows.filter(|row| row.starts_with(start)).collect()
    };
    assert_eq!(
        of("KU152 province"),
        [
            "KU152 province 2013-01-01 2020-12-31 MK15",
            "KU152 province 2021-01-01 - MK14",
        ]
    );
    assert_eq!(
        of("KU288 hospital_district"),
        ["KU288 hospital_district 2014-01-01 2022-12-31 SHP17"]
    );
    assert_eq!(
        of("KU288 wellbeing_county"),
        ["KU288 wellbeing_county 2023-01-01 - HVA17"]
    );
    assert_eq!(
        of("KU443"),
        [
            "KU443 country - 2006-12-31 SSS",
            "KU443 province - 2006-12-31 MK06",
        ]
    );

    let columns = [
        "region_id",
        "classification",
        "class",
        "valid_from",
        "valid_to",
    ];
    let classes = release.select("region_classes.parquet", &columns);
    assert!(
        classes
            .contains(&"KU280 language_status bilingual_swedish_majority 2015-01-01 -".to_owned())
    );
    assert!(classes.contains(&"KU164 urban_rural rural 2013-01-01 2015-12-31".to_owned()));
}

#[test]
fn a_group_is_a_region_with_its_members() {
    let mut world = World::new();
    world.groups = vec![group()];
    world.set(
        "127",
        vec![observation(
            &municipality("905"),
            "2023",
            Sex::Total,
            68_000.0,
        )],
    );
    let release = world.release(None);
    let columns = ["region_id", "region_level", "region_code", "name_fi"];
    let regions = release.select("regions.parquet", &columns);
    assert!(
        regions.contains(&"CUSTOM-pohjanmaat custom pohjanmaat Pohjanmaan maakunnat".to_owned())
    );
    assert_eq!(
        release.select(
            "region_memberships.parquet",
            &["region_id", "level", "member_of"]
        ),
        [
            "MK14 custom CUSTOM-pohjanmaat",
            "MK15 custom CUSTOM-pohjanmaat",
        ]
    );
    // It has no folder of its own.
    assert!(!release.files.keys().any(|path| path.contains("pohjanmaat")));
}
