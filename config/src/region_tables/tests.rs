//! The embedded tables against published counts, and what the reader refuses.

mod in_time;

use std::collections::BTreeSet;

use botnia_model::RegionLevel::{
    Country, HospitalDistrict, Municipality as MunicipalityLevel, Nuts1, Province, Subregion,
    WellbeingCounty,
};
use botnia_model::{RegionCode, RegionKey, RegionLevel};
use jiff::civil::date;

use super::{BUILTIN_REGION_FILES, RegionFiles, RegionTables};

fn code(text: &str) -> RegionCode {
    text.parse().unwrap()
}

fn key(level: RegionLevel, text: &str) -> RegionKey {
    RegionKey::new(level, code(text))
}

#[test]
fn municipalities_per_year_are_those_that_were_published() {
    let tables = RegionTables::builtin();
    let published = [
        (2000, 452),
        (2001, 448),
        (2002, 448),
        (2003, 446),
        (2004, 444),
        (2005, 432),
        (2006, 431),
        (2007, 416),
        (2008, 415),
        (2009, 348),
        (2010, 342),
        (2011, 336),
        (2012, 336),
        (2013, 320),
        (2014, 320),
        (2015, 317),
        (2016, 313),
        (2017, 311),
        (2018, 311),
        (2019, 311),
        (2020, 310),
        (2021, 309),
        (2022, 309),
        (2023, 309),
        (2024, 309),
        (2025, 308),
        (2026, 308),
    ];
    for (year, count) in published {
        for day in [date(year, 1, 1), date(year, 12, 31)] {
            assert_eq!(tables.municipalities_on(day).count(), count, "on {day}");
        }
    }
}

#[test]
fn every_level_has_its_number_of_regions() {
    let tables = RegionTables::builtin();
    let valid = |level| {
        tables
            .regions
            .iter()
            .filter(|region| region.key.level == level && region.valid_to.is_none())
            .count()
    };
    assert_eq!(valid(Province), 19);
    assert_eq!(valid(WellbeingCounty), 23);
    assert_eq!(valid(Subregion), 69);
    assert_eq!(valid(RegionLevel::CollaborativeArea), 6);
    assert_eq!(valid(RegionLevel::MajorRegion), 5);
    assert_eq!(valid(HospitalDistrict), 0);
    assert_eq!(valid(Country), 1);
    assert_eq!(valid(RegionLevel::NordicCountry), 7);
    assert_eq!(
        tables
            .region(&key(Province, "20"))
            .and_then(|province| province.valid_to.as_deref()),
        Some("2010-12-31")
    );
}

#[test]
fn a_code_means_something_only_with_its_level() {
    let tables = RegionTables::builtin();
    let name = |level, text| tables.region(&key(level, text)).unwrap().name.fi.as_str();
    assert_eq!(name(Province, "16"), "Keski-Pohjanmaa");
    assert_eq!(
        name(WellbeingCounty, "16"),
        "Etelä-Pohjanmaan hyvinvointialue"
    );
    assert_eq!(name(Country, "SSS"), "Koko maa");
}

#[test]
fn the_three_provinces_have_their_forty_municipalities() {
    let tables = RegionTables::builtin();
    for (province, county, count) in [("14", "16", 18), ("15", "17", 14), ("16", "18", 8)] {
        let members: Vec<_> = tables
            .municipalities
            .iter()
            .filter(|municipality| municipality.exists_on(date(2026, 1, 1)))
            .filter(|municipality| municipality.member_at(Province) == Some(&code(province)))
            .collect();
        assert_eq!(members.len(), count, "province {province}");
        for municipality in members {
            assert_eq!(
                municipality.member_at(WellbeingCounty),
                Some(&code(county)),
                "{}",
                municipality.name.fi
            );
        }
    }
}

#[test]
fn isokyro_moved_and_kruunupyy_had_another_hospital_district() {
    let tables = RegionTables::builtin();
    let isokyro = tables.municipality(&code("152")).unwrap();
    assert_eq!(isokyro.member_at(Province), Some(&code("14")));
    let moved = tables
        .changes
        .iter()
        .find(|change| change.from == isokyro.key())
        .unwrap();
    assert_eq!(
        (moved.effective.as_str(), moved.kind.as_str(), &moved.to),
        ("2021-01-01", "province_move", &key(Province, "14"))
    );

    let kruunupyy = tables.municipality(&code("288")).unwrap();
    assert_eq!(kruunupyy.name.sv, "Kronoby");
    assert_eq!(kruunupyy.member_at(Province), Some(&code("15")));
    assert_eq!(kruunupyy.member_at(WellbeingCounty), Some(&code("17")));
    assert_eq!(kruunupyy.member_at(HospitalDistrict), Some(&code("17")));
    assert_eq!(
        tables
            .region(&key(HospitalDistrict, "17"))
            .map(|district| district.name.fi.as_str()),
        Some("Keski-Pohjanmaan sairaanhoitopiiri")
    );
    assert_eq!(
        kruunupyy.language_status.as_deref(),
        Some("bilingual_swedish_majority")
    );
}

#[test]
fn every_municipality_belongs_to_one_region_per_level() {
    let tables = RegionTables::builtin();
    for municipality in &tables.municipalities {
        let levels: BTreeSet<_> = municipality.member_of.iter().map(|key| key.level).collect();
        assert_eq!(levels.len(), municipality.member_of.len());
        // Längelmäki went to two municipalities in different provinces.
        let expected = if municipality.code.as_str() == "443" {
            assert!(!levels.contains(&Province));
            continue;
        } else {
            11
        };
        assert_eq!(levels.len(), expected, "{}", municipality.name.fi);
        for key in &municipality.member_of {
            assert!(tables.region(key).is_some(), "{key}");
        }
    }
    let himanka = tables.municipality(&code("095")).unwrap();
    assert_eq!(himanka.member_at(Province), Some(&code("17")));
}

#[test]
fn following_the_changes_leads_to_the_successor_of_today() {
    let tables = RegionTables::builtin();
    let day = date(2026, 1, 1);
    let next = |from: &RegionKey| {
        tables
            .changes
            .iter()
            .find(|change| change.kind == "merger" && change.from == *from)
    };
    let mut followed = 0;
    for change in &tables.changes {
        let (Some(successor), MunicipalityLevel) = (&change.successor_today, change.from.level)
        else {
            continue;
        };
        let mut at = change.to.clone();
        while let Some(merger) = next(&at) {
            assert!(merger.effective > change.effective);
            at = merger.to.clone();
        }
        assert_eq!(at, *successor, "{}", change.from);
        assert!(tables.municipality(&at.code).unwrap().exists_on(day));
        let abolished = tables.municipality(&change.from.code).unwrap();
        assert!(!abolished.exists_on(day));
        assert!(!abolished.exists_on(change.effective.parse().unwrap()));
        followed += 1;
    }
    assert_eq!(followed, 155);
    let abolished = tables
        .municipalities
        .iter()
        .filter(|municipality| !municipality.exists_on(day));
    assert_eq!(abolished.count(), 154);
}

#[test]
fn a_merger_without_a_note_gets_one() {
    let tables = RegionTables::builtin();
    let change = tables
        .changes
        .iter()
        .find(|change| change.from == key(MunicipalityLevel, "559"))
        .unwrap();
    assert_eq!(
        change.note.en,
        "Merger on 2011-01-01: Oravais (559) became part of Vörå (946)."
    );
    for change in &tables.changes {
        for text in [&change.note.fi, &change.note.sv, &change.note.en] {
            assert!(text.ends_with('.'), "{change:?}");
        }
    }
}

#[test]
fn the_reader_refuses_what_cannot_be() {
    let header = BUILTIN_REGION_FILES.municipalities.lines().next().unwrap();
    let vaasa = BUILTIN_REGION_FILES
        .municipalities
        .lines()
        .find(|line| line.starts_with("905,"))
        .unwrap();
    let refused = |lines: &[&str]| {
        let municipalities = format!("{header}\n{}\n", lines.join("\n"));
        let all = BUILTIN_REGION_FILES;
        let header = |text: &'static str| text.lines().next().unwrap();
        RegionTables::parse(RegionFiles {
            municipalities: &municipalities,
            regions: all.regions,
            changes: header(all.changes),
            memberships: header(all.memberships),
            classes: header(all.classes),
            neighbours: header(all.neighbours),
        })
        .map_err(|error| error.problems()[0].to_string())
    };
    assert!(refused(&[vaasa]).is_ok());
    assert_eq!(
        refused(&[vaasa, vaasa]).unwrap_err(),
        "regions/municipalities.csv:3:1: municipality 905 stands in the file twice"
    );
    assert_eq!(
        refused(&[&vaasa.replace(",15,17,", ",03,17,")]).unwrap_err(),
        "regions/municipalities.csv:2:1: `province`: province 03 is in none of the tables"
    );
    assert_eq!(
        refused(&[&vaasa.replace(",15,17,", ",,17,")]).unwrap_err(),
        "regions/municipalities.csv:2:1: `province`: `` is not a region code"
    );
    assert_eq!(
        refused(&[&vaasa.replace("urban", "suburban")]).unwrap_err(),
        "regions/municipalities.csv:2:1: `urban_rural`: `suburban` is not one of urban, \
         semi_urban, rural"
    );
    assert!(
        refused(&["905,Vaasa"])
            .unwrap_err()
            .starts_with("regions/municipalities.csv:2:1: CSV error")
    );
}

#[test]
fn a_change_between_unknown_regions_is_refused() {
    let changes = BUILTIN_REGION_FILES.changes.replacen(
        "municipality,152,province,14",
        "municipality,152,province,40",
        1,
    );
    let error = RegionTables::parse(RegionFiles {
        changes: &changes,
        ..BUILTIN_REGION_FILES
    })
    .unwrap_err();
    let error = error.problems()[0].to_string();
    assert!(
        error.ends_with("`to_code`: province 40 is in none of the tables"),
        "{error}"
    );
}

#[test]
fn aland_is_not_the_mainland() {
    let mariehamn = RegionTables::builtin().municipality(&code("478")).unwrap();
    assert_eq!(mariehamn.member_at(Nuts1), Some(&code("2")));
    assert_eq!(mariehamn.member_at(WellbeingCounty), Some(&code("91")));
    assert_eq!(mariehamn.language_status.as_deref(), Some("swedish"));
}

#[test]
fn neighbours_are_those_that_share_a_border() {
    let tables = RegionTables::builtin();
    let neighbours = |municipality: &str| {
        let municipality = code(municipality);
        let mut names: Vec<_> = tables
            .borders
            .iter()
            .filter_map(|border| {
                let other = tables.municipality(border.across_from(&municipality)?);
                Some(format!("{} ({})", other.unwrap().name.fi, border.border))
            })
            .collect();
        names.sort();
        names.join(", ")
    };
    assert_eq!(
        neighbours("905"),
        "Isokyrö (land), Laihia (land), Maalahti (land), Mustasaari (land), Vöyri (land)"
    );
    assert_eq!(neighbours("231"), "Närpiö (land)");
    assert_eq!(
        neighbours("072"),
        "Lumijoki (sea), Oulu (sea), Siikajoki (sea)"
    );
    // Every municipality of today has one, if only across the sea.
    for municipality in &tables.municipalities {
        let today = municipality.exists_on(date(2026, 1, 1));
        assert_eq!(
            today,
            !neighbours(municipality.code.as_str()).is_empty(),
            "{}",
            municipality.name.fi
        );
    }
}

#[test]
fn borders_that_cannot_be_are_refused() {
    let refused = |lines: &str| {
        let neighbours = format!("municipality,neighbour,border,day\n{lines}\n");
        let files = RegionFiles {
            neighbours: &neighbours,
            ..BUILTIN_REGION_FILES
        };
        match RegionTables::parse(files) {
            Ok(tables) => format!("{} borders", tables.borders.len()),
            Err(error) => error.problems()[0].to_string(),
        }
    };
    insta::assert_snapshot!(
        [
            "152,905,land,2026-01-01\n231,545,land,2026-01-01",
            "905,152,land,2026-01-01",
            "905,905,land,2026-01-01",
            "152,905,land,2026-01-01\n152,905,sea,2026-01-01",
            "231,545,land,2026-01-01\n152,905,land,2026-01-01",
            "152,905,river,2026-01-01",
            "152,905,land,2026-01-01\n231,545,land,2025-01-01",
            "152,999,land,2026-01-01",
            "164,301,land,2026-01-01",
            "152,905,land,yesterday",
        ]
        .map(refused)
        .join("\n"),
        @r"
    2 borders
    regions/neighbours.csv:2:1: `neighbour`: `152` does not come after `905`
    regions/neighbours.csv:2:1: `neighbour`: `905` does not come after `905`
    regions/neighbours.csv:3:1: the border of 152 and 905 stands in the file twice
    regions/neighbours.csv:3:1: `neighbour`: the border of 152 and 905 stands after that of 231 and 545
    regions/neighbours.csv:2:1: `border`: `river` is not one of land, sea
    regions/neighbours.csv:3:1: `day`: `2025-01-01` is not 2026-01-01, the day of the lines above
    regions/neighbours.csv:2:1: `neighbour`: municipality 999 is in none of the tables
    regions/neighbours.csv:2:1: `municipality`: municipality 164 did not exist on 2026-01-01
    regions/neighbours.csv:2:1: `day`: `yesterday` is not a day as YYYY-MM-DD
    "
    );
}
