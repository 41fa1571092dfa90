//! What botnia computes itself, and what it leaves alone.

use botnia_config::CustomGroup;
use botnia_model::{Observation, RegionKey, RegionLevel, Sex, ValueKind};

use super::world::{World, id, key, municipality, observation, sorted, text};

const COMPUTED: [&str; 6] = [
    "region_id",
    "period",
    "value",
    "status",
    "origin",
    "coverage",
];
const REPORTED: [&str; 5] = ["region_id", "value", "status", "origin", "blocked"];

fn total(region: &RegionKey, period: &str, value: f64) -> Observation {
    observation(region, period, Sex::Total, value)
}

fn province(code: &str) -> RegionKey {
    key(RegionLevel::Province, code)
}

/// A figure for each municipality: 1, 2 in province 14, and 4, 8 in province 15.
fn municipal(period: &str) -> Vec<Observation> {
    [("005", 1.0), ("743", 2.0), ("545", 4.0), ("905", 8.0)]
        .map(|(code, value)| total(&municipality(code), period, value))
        .into()
}

fn counts(observations: Vec<Observation>) -> World {
    let mut world = World::new();
    world.set("1", observations);
    world.report_as(ValueKind::Count, "set", &["1"]);
    world
}

fn group(members: &[RegionKey]) -> CustomGroup {
    CustomGroup {
        id: "pohjat".parse().unwrap(),
        name: text("Pohjat"),
        members: members.to_vec(),
    }
}

/// The computed rows of `observations.parquet`.
fn computed(world: &World) -> Vec<String> {
    let rows = world
        .release(None)
        .select("observations.parquet", &COMPUTED);
    rows.into_iter()
        .filter(|row| row.contains(" computed "))
        .collect()
}

/// The row of a region in the reporting table.
fn reported(world: &World, region: &str) -> String {
    let rows = world.release(None).select("wellbeing.parquet", &REPORTED);
    let mut rows = rows.into_iter().filter(|row| row.starts_with(region));
    let row = rows.next().unwrap();
    assert_eq!(rows.next(), None);
    row
}

#[test]
fn a_level_that_the_source_does_not_publish_is_computed() {
    let mut observations = municipal("2023");
    observations.push(total(&province("14"), "2023", 3.0));
    observations.push(total(&province("15"), "2023", 12.0));
    let world = counts(observations);
    assert_eq!(
        computed(&world),
        [
            "HVA16 2023 3 normal computed 1",
            "HVA17 2023 12 normal computed 1",
        ]
    );
    assert_eq!(reported(&world, "HVA17"), "HVA17 12 normal computed -");
    assert_eq!(reported(&world, "MK15"), "MK15 12 normal published -");

    // They stand where every other figure of the region stands.
    let release = world.release(None);
    let path = "wellbeing-counties/16-etela-pohjanmaa/observations.parquet";
    assert_eq!(
        release.select(path, &COMPUTED),
        ["HVA16 2023 3 normal computed 1"]
    );
    let says = |path: &str| release.says(path, "botnia.attribution_en").unwrap();
    assert!(says("municipalities/905-vaasa/observations.parquet").contains("Made up by hand."));
    assert_eq!(
        release.select("indicators.parquet", &["levels"]),
        ["municipality,province,wellbeing_county"]
    );
}

#[test]
fn a_gap_within_a_published_level_is_left_alone() {
    let mut observations = municipal("2023");
    // The source decided to show one province in 2023; in 2022 it shows none.
    observations.extend(municipal("2022"));
    observations.push(total(&province("14"), "2023", 3.0));
    let county = key(RegionLevel::WellbeingCounty, "16");
    observations.push(Observation {
        value: None,
        status: botnia_model::Status::Suppressed,
        ..total(&county, "2023", 0.0)
    });
    assert_eq!(
        computed(&counts(observations)),
        [
            "MK14 2022 3 normal computed 1",
            "MK15 2022 12 normal computed 1",
            "HVA16 2022 3 normal computed 1",
            "HVA17 2022 12 normal computed 1",
        ]
    );
}

#[test]
fn only_a_reviewed_kind_that_can_be_aggregated_is() {
    for kind in [
        ValueKind::SurveyShare,
        ValueKind::Index,
        ValueKind::Mean,
        ValueKind::Ratio,
    ] {
        let mut world = World::new();
        world.set("1", municipal("2023"));
        world.report_as(kind, "set", &["1"]);
        world.groups = vec![group(&[municipality("005"), municipality("743")])];
        assert_eq!(computed(&world), Vec::<String>::new(), "{kind}");
        assert_eq!(
            reported(&world, "CUSTOM-pohjat"),
            "CUSTOM-pohjat - not_applicable - -"
        );
    }
    // Outside every set the source's own type is not enough.
    let mut world = World::new();
    world.set("1", municipal("2023"));
    assert_eq!(computed(&world), Vec::<String>::new());
}

#[test]
fn a_group_is_made_of_its_members_published_or_computed() {
    let group_of_provinces = group(&[province("14"), province("15")]);
    let mut world = counts(municipal("2023"));
    world.groups = vec![group_of_provinces.clone()];
    assert_eq!(
        computed(&world)[0],
        "CUSTOM-pohjat 2023 15 normal computed 1"
    );

    // Whatever its members' members say, what is published of a member counts; and a
    // province that is not the sum of its parts is no part of a sum.
    let mut observations = municipal("2023");
    observations.push(total(&province("14"), "2023", 3.0));
    observations.push(total(&province("15"), "2023", 11.0));
    let mut world = counts(observations);
    world.groups = vec![group_of_provinces];
    assert_eq!(computed(&world), ["HVA16 2023 3 normal computed 1"]);
    assert_eq!(
        reported(&world, "CUSTOM-pohjat"),
        "CUSTOM-pohjat - not_published - parts_disagree"
    );
    assert_eq!(
        reported(&world, "HVA17"),
        "HVA17 - not_published - parts_disagree"
    );

    let mut world = counts(municipal("2023"));
    world.groups = vec![group(&[province("14"), municipality("905")])];
    assert_eq!(
        computed(&world)[0],
        "CUSTOM-pohjat 2023 11 normal computed 1"
    );
}

#[test]
fn a_missing_member_blocks_and_the_report_says_so() {
    let mut observations = municipal("2023");
    observations.extend(municipal("2022"));
    observations.retain(|row| row.region != municipality("905") || row.period.year() == 2022);
    // The whole country is known: the missing one would be the difference.
    observations.push(total(&RegionKey::finland(), "2023", 15.0));
    let world = counts(observations);
    let rows = computed(&world);
    assert!(rows.contains(&"HVA17 2022 12 normal computed 1".to_owned()));
    assert!(!rows.iter().any(|row| row.starts_with("HVA17 2023")));
    // The year that is there, and why there is no later one.
    assert_eq!(
        reported(&world, "HVA17"),
        "HVA17 12 normal computed member_missing"
    );
    assert_eq!(reported(&world, "HVA16"), "HVA16 3 normal computed -");
}

#[test]
fn figures_on_another_division_are_not_summed() {
    let mut world = counts(municipal("2010"));
    world.abolished("164", "Jalasjärvi", "2015-12-31");
    world
        .figures
        .get_mut(&id("1"))
        .unwrap()
        .push(total(&municipality("164"), "2010", 16.0));
    let figures = world.figures.get_mut(&id("1")).unwrap();
    figures.sort_by(|one, other| one.key().cmp(&other.key()));
    assert_eq!(
        computed(&world),
        [
            "MK15 2010 12 normal computed 1",
            "HVA17 2010 12 normal computed 1",
        ]
    );
    assert_eq!(
        reported(&world, "MK14"),
        "MK14 - not_published - another_division"
    );
}

#[test]
fn populations_weigh_although_their_indicator_comes_later() {
    let mut world = World::new();
    world.set("1", municipal("2023"));
    world.report_as(ValueKind::EuroPerPerson, "set", &["1"]);
    assert_eq!(computed(&world), Vec::<String>::new());
    assert_eq!(
        reported(&world, "MK14"),
        "MK14 - not_published - population_unknown"
    );

    let inhabitants = [("005", 100.0), ("743", 300.0), ("545", 50.0), ("905", 50.0)]
        .map(|(code, persons)| total(&municipality(code), "2023", persons));
    world.figures.insert(
        "sotkanet:127".parse().unwrap(),
        sorted(inhabitants.to_vec()),
    );
    world.groups = vec![group(&[municipality("005"), municipality("905")])];
    let rows = computed(&world);
    // (1 · 100 + 2 · 300) / 400, (4 + 8) / 2, (1 · 100 + 8 · 50) / 150
    assert!(rows.contains(&"MK14 2023 1.75 normal computed 1".to_owned()));
    assert!(rows.contains(&"HVA17 2023 6 normal computed 1".to_owned()));
    assert!(rows.contains(&format!(
        "CUSTOM-pohjat 2023 {} normal computed 1",
        500.0 / 150.0
    )));
    // The population itself is a count, and that of a group stands among the regions.
    assert!(
        world
            .release(None)
            .select("regions.parquet", &["region_id", "population"])
            .contains(&"CUSTOM-pohjat 150".to_owned())
    );
}

#[test]
fn computed_figures_have_a_history_like_all_others() {
    let world = counts(municipal("2023"));
    let first = world.release(None);
    let mut changed = world.clone();
    changed.figures.get_mut(&id("1")).unwrap()[0].value = Some(1.5);
    let second = changed.release(Some(&first));
    let columns = ["region_id", "old_value", "new_value", "reason"];
    assert_eq!(
        second.select("revisions.parquet", &columns),
        [
            "KU005 1 1.5 upstream_update",
            "MK14 3 3.5 upstream_update",
            "HVA16 3 3.5 upstream_update",
        ]
    );
    // The source now publishes the level: its figure stands in place of ours.
    let figures = changed.figures.get_mut(&id("1")).unwrap();
    figures.push(total(&province("14"), "2023", 3.5));
    let third = changed.release(Some(&second));
    let rows = third.select("observations.parquet", &COMPUTED);
    assert!(rows.contains(&"MK14 2023 3.5 normal published -".to_owned()));
    assert!(!rows.iter().any(|row| row.starts_with("MK15")));
}

#[test]
fn attributions_say_what_was_computed() {
    let release = counts(municipal("2023")).release(None);
    let says = |path: &str, language: &str| {
        release
            .says(path, &format!("botnia.attribution_{language}"))
            .unwrap()
    };
    for (path, computed) in [
        ("observations.parquet", true),
        ("by_province/province=14/observations.parquet", true),
        ("provinces/14-etela-pohjanmaa/observations.parquet", true),
        ("municipalities/905-vaasa/observations.parquet", false),
    ] {
        for language in ["fi", "sv", "en"] {
            // Without a producer nobody's figures were changed, and nobody is named.
            assert!(!says(path, language).contains("computed"), "{path}");
        }
        let mut named = counts(municipal("2023"));
        named.producers.insert(id("1"), "Producer of one");
        let release = named.release(None);
        for language in ["fi", "sv", "en"] {
            let says = release
                .says(path, &format!("botnia.attribution_{language}"))
                .unwrap();
            assert_eq!(says.contains("`computed`"), computed, "{path}: {says}");
        }
    }
}

#[test]
fn a_region_that_did_not_exist_on_the_day_is_not_computed() {
    let mut world = counts(municipal("2023"));
    for region in &mut world.regions {
        if region.key.level == RegionLevel::WellbeingCounty && region.key.code.as_str() == "16" {
            region.valid_from = Some("2025-01-02".to_owned());
        }
    }
    let rows = computed(&world);
    assert!(rows.contains(&"HVA17 2023 12 normal computed 1".to_owned()));
    assert!(!rows.iter().any(|row| row.starts_with("HVA16")));
}
