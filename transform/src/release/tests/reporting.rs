//! The reporting table.

use botnia_model::{Observation, RegionKey, RegionLevel, Sex, Status};

use super::world::{World, key, municipality, observation};

const FIGURES: [&str; 8] = [
    "indicator_id",
    "region_id",
    "sex",
    "period",
    "value",
    "status",
    "previous_year",
    "previous_value",
];

fn total(region: &RegionKey, period: &str, value: f64) -> Observation {
    observation(region, period, Sex::Total, value)
}

#[test]
fn every_indicator_and_region_has_a_row_that_says_why_it_is_empty() {
    let mut world = World::new();
    let vaasa = municipality("905");
    let suppressed = Observation {
        value: None,
        status: Status::Suppressed,
        ..total(&municipality("545"), "2023", 0.0)
    };
    world.set(
        "1",
        vec![
            total(&vaasa, "2021", 4.0),
            total(&vaasa, "2023", 5.0),
            suppressed,
        ],
    );
    world.report("zebra", &["1"]);
    world.report("aardvark", &["9"]);
    let release = world.release(None);
    let rows = release.select("wellbeing.parquet", &FIGURES);
    assert_eq!(
        rows,
        [
            "made:9 SSS total - - fetch_failed - -",
            "made:9 KU005 total - - fetch_failed - -",
            "made:9 KU545 total - - fetch_failed - -",
            "made:9 KU743 total - - fetch_failed - -",
            "made:9 KU905 total - - fetch_failed - -",
            "made:9 MK14 total - - fetch_failed - -",
            "made:9 MK15 total - - fetch_failed - -",
            "made:9 HVA16 total - - fetch_failed - -",
            "made:9 HVA17 total - - fetch_failed - -",
            "made:1 SSS total - - not_published - -",
            "made:1 KU005 total - - not_published - -",
            "made:1 KU545 total - - suppressed - -",
            "made:1 KU743 total - - not_published - -",
            "made:1 KU905 total 2023 5 normal 2021 4",
            "made:1 MK14 total - - not_published - -",
            "made:1 MK15 total - - not_published - -",
            "made:1 HVA16 total - - not_published - -",
            "made:1 HVA17 total - - not_published - -",
        ]
    );
    assert_eq!(
        release.select("municipalities/905-vaasa/wellbeing.parquet", &FIGURES),
        [rows[4].clone(), rows[13].clone()]
    );
    let words = [
        "set_id",
        "set_version",
        "position",
        "theme",
        "title_fi",
        "unit_fi",
        "value_kind",
        "polarity",
        "region_name_fi",
        "region_name_sv",
    ];
    let described = release.select("wellbeing.parquet", &words);
    assert_eq!(
        described[4],
        "aardvark 3 1 children expected title - share lower_is_better Vaasa Vaasa på svenska"
    );
    assert_eq!(
        described[13],
        "zebra 3 1 children title of made:1 prosenttia share lower_is_better \
         Vaasa Vaasa på svenska"
    );
}

/// The row of one region and indicator 1.
fn row(world: &mut World, region: &str, columns: &[&str]) -> String {
    world.report("set", &["1"]);
    let mut all = vec!["region_id"];
    all.extend(columns);
    let rows = world.release(None).select("wellbeing.parquet", &all);
    let mut rows = rows
        .iter()
        .filter_map(|row| row.strip_prefix(&format!("{region} ")));
    let only = rows.next().unwrap().to_owned();
    assert_eq!(rows.next(), None);
    only
}

#[test]
fn every_row_is_told_in_plain_sentences() {
    let vaasa = municipality("905");
    let mut world = World::new();
    world.set(
        "1",
        vec![
            total(&vaasa, "2019/2021", 4.0),
            total(&vaasa, "2021/2023", 5.0),
            total(&RegionKey::finland(), "2021/2023", 6.0),
        ],
    );
    assert_eq!(
        row(&mut world.clone(), "KU905", &["sentence_fi"]),
        "title of made:1: Vaasassa 5,0\u{a0}% vuosina 2021–2023. Koko maassa luku oli 6,0\u{a0}%. \
         Edellinen luku oli 4,0\u{a0}% vuosina 2019–2021."
    );
    assert_eq!(
        row(&mut world.clone(), "SSS", &["sentence_fi"]),
        "title of made:1: koko maassa 6,0\u{a0}% vuosina 2021–2023."
    );
    assert_eq!(
        row(&mut world.clone(), "MK15", &["sentence_fi"]),
        "title of made:1 (Pohjanmaa): tietoa ei ole julkaistu."
    );
    // A name that the tables do not have in Swedish stands as it is.
    assert_eq!(
        row(&mut world, "KU905", &["sentence_sv"]),
        "title of made:1 på svenska: 5,0\u{a0}% i Vaasa på svenska åren 2021–2023. I hela landet \
         var siffran 6,0\u{a0}%. Den föregående siffran var 4,0\u{a0}% åren 2019–2021."
    );
}

#[test]
fn changes_and_comparators_are_of_the_same_kind_of_period() {
    let vaasa = municipality("905");
    let province = key(RegionLevel::Province, "15");
    let county = key(RegionLevel::WellbeingCounty, "17");
    let finland = RegionKey::finland();
    let columns = [
        "value",
        "previous_year",
        "change",
        "change_percent",
        "five_year_change",
        "province_value",
        "wellbeing_county_value",
        "country_value",
    ];

    let mut world = World::new();
    world.set(
        "1",
        vec![
            total(&vaasa, "2018", 8.0),
            total(&vaasa, "2022", 16.0),
            total(&vaasa, "2023", 12.0),
            total(&province, "2023", 11.0),
            total(&county, "2022", 9.0),
            total(&finland, "2023", 10.0),
            total(&finland, "2024", 99.0),
        ],
    );
    // The county has no figure of 2023: an older one is no comparator.
    assert_eq!(
        row(&mut world.clone(), "KU905", &columns),
        "12 2022 -4 -25 4 11 - 10"
    );
    assert_eq!(row(&mut world, "MK15", &columns), "11 - - - - - - 10");

    let mut world = World::new();
    world.set(
        "1",
        vec![
            total(&vaasa, "2022-Q3", 0.0),
            total(&vaasa, "2023-Q2", 5.0),
            total(&vaasa, "2023-Q3", 7.0),
        ],
    );
    // From nothing there is no change in percent.
    assert_eq!(row(&mut world, "KU905", &columns), "7 2022 7 - - - - -");

    let mut world = World::new();
    world.set(
        "1",
        vec![
            total(&vaasa, "2014/2016", -2.0),
            total(&vaasa, "2018", 1.0),
            total(&vaasa, "2019/2021", -1.0),
        ],
    );
    assert_eq!(row(&mut world, "KU905", &columns), "-1 2014 1 50 1 - - -");
}

#[test]
fn a_single_sex_is_reported_as_itself() {
    let vaasa = municipality("905");
    let mut world = World::new();
    world.set("1", vec![observation(&vaasa, "2023", Sex::Female, 3.0)]);
    let columns = ["sex", "value", "status"];
    assert_eq!(row(&mut world, "KU905", &columns), "female 3 normal");

    // Two of them without a total are no total.
    let mut world = World::new();
    world.set(
        "1",
        vec![
            observation(&vaasa, "2023", Sex::Female, 3.0),
            observation(&vaasa, "2023", Sex::Male, 4.0),
        ],
    );
    assert_eq!(row(&mut world, "KU905", &columns), "total - not_published");
}

#[test]
fn a_level_has_ended_when_others_are_two_years_on() {
    let status = |province_year: &str| {
        let mut world = World::new();
        let province = key(RegionLevel::Province, "15");
        world.set(
            "1",
            vec![
                total(&municipality("545"), "2013", 1.0),
                total(&province, province_year, 2.0),
            ],
        );
        row(&mut world, "KU905", &["status"])
    };
    assert_eq!(status("2014"), "not_published");
    assert_eq!(status("2015"), "series_ended_at_level");
}

#[test]
fn a_level_that_ended_is_told_from_one_that_never_was() {
    // As child welfare: by municipality to 2022, by wellbeing services county from 2023,
    // and never by province.
    let mut world = World::new();
    let county = |code| key(RegionLevel::WellbeingCounty, code);
    world.set(
        "1",
        vec![
            total(&municipality("545"), "2022", 1.0),
            total(&county("16"), "2023", 2.0),
            total(&county("17"), "2023", 2.0),
            total(&county("17"), "2024", 3.0),
        ],
    );
    world.declared_levels.insert(
        super::world::id("1"),
        vec![RegionLevel::Municipality, RegionLevel::WellbeingCounty],
    );
    world.report("set", &["1"]);
    let rows = world.release(None).select(
        "wellbeing.parquet",
        &["region_id", "period", "value", "status"],
    );
    assert_eq!(
        rows,
        [
            "SSS - - not_applicable",
            "KU005 - - series_ended_at_level",
            "KU545 2022 1 normal",
            "KU743 - - series_ended_at_level",
            "KU905 - - series_ended_at_level",
            "MK14 - - not_applicable",
            "MK15 - - not_applicable",
            "HVA16 2023 2 normal",
            "HVA17 2024 3 normal",
        ]
    );
    // Where the source does not say on which levels it exists, nothing is ruled out; and
    // what is published on a level that it does not name is there all the same.
    world.declared_levels.clear();
    let finland = "SSS - - not_published";
    let columns = ["region_id", "period", "value", "status"];
    let rows = world.release(None).select("wellbeing.parquet", &columns);
    assert_eq!(rows[0], finland);
    world.declared_levels.insert(
        super::world::id("1"),
        vec![RegionLevel::Municipality, RegionLevel::Country],
    );
    let rows = world.release(None).select("wellbeing.parquet", &columns);
    assert_eq!(rows[0], finland);
    assert_eq!(rows[8], "HVA17 2024 3 normal");
}

#[test]
fn the_table_has_every_indicator_and_every_region() {
    let mut world = World::new();
    world.set("1", vec![total(&municipality("545"), "2022", 1.0)]);
    world.set("2", vec![total(&municipality("545"), "2022", 1.0)]);
    world.withheld.insert(super::world::id("2"));
    world.abolished("164", "Jalasjärvi", "2015-12-31");
    world.groups = vec![botnia_config::CustomGroup {
        id: "rannikko".parse().unwrap(),
        name: super::world::text("Rannikko"),
        members: vec![municipality("545"), municipality("905")],
    }];
    world.report("one", &["1", "2", "3"]);
    world.report("two", &["1"]);
    let rows = world.release(None).rows("wellbeing.parquet");
    // Four indicators; four municipalities, two provinces, two counties, the country and
    // the group. The abolished municipality is not asked for.
    assert_eq!(rows.len(), 4 * (4 + 2 + 2 + 1 + 1));
    for row in &rows {
        let status: Status = row["status"].as_deref().unwrap().parse().unwrap();
        assert_eq!(status.has_value(), row["value"].is_some(), "{row:?}");
    }
}
