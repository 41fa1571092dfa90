//! Memberships, classes and successors on a day, and what the reader refuses of them.

use std::collections::BTreeMap;

use botnia_model::RegionLevel::{
    CollaborativeArea, ElyCentre, MajorRegion, RegionalAgency, SpecialResponsibilityArea,
};
use jiff::civil::Date;

use super::*;
use crate::region_tables::Succession;

fn belongs(municipality: &str, level: RegionLevel, day: Date) -> Option<&'static str> {
    RegionTables::builtin()
        .member_on(&code(municipality), level, day)
        .map(RegionCode::as_str)
}

#[test]
fn isokyro_lies_in_pohjanmaa_or_etela_pohjanmaa_by_the_day() {
    assert_eq!(belongs("152", Province, date(2015, 6, 1)), Some("15"));
    assert_eq!(belongs("152", Province, date(2020, 12, 31)), Some("15"));
    assert_eq!(belongs("152", Province, date(2021, 1, 1)), Some("14"));
    assert_eq!(belongs("152", Province, date(2026, 11, 22)), Some("14"));
    // Its hospital district was Etelä-Pohjanmaa before it moved.
    assert_eq!(
        belongs("152", HospitalDistrict, date(2018, 1, 1)),
        Some("15")
    );
    let tables = RegionTables::builtin();
    let members = |province, day| tables.members_on(&key(Province, province), day).len();
    assert_eq!(members("15", date(2020, 12, 31)), 15);
    assert_eq!(members("15", date(2021, 1, 1)), 14);
    assert_eq!(members("14", date(2020, 12, 31)), 17);
    assert_eq!(members("14", date(2021, 1, 1)), 18);
    assert_eq!(members("16", date(2021, 1, 1)), 8);
}

#[test]
fn kruunupyy_had_the_hospital_district_of_another_county() {
    let last_day = date(2022, 12, 31);
    assert_eq!(belongs("288", HospitalDistrict, last_day), Some("17"));
    assert_eq!(belongs("288", HospitalDistrict, date(2023, 1, 1)), None);
    assert_eq!(belongs("288", WellbeingCounty, last_day), None);
    assert_eq!(
        belongs("288", WellbeingCounty, date(2023, 1, 1)),
        Some("17")
    );
    let tables = RegionTables::builtin();
    let name = |level| &tables.region(&key(level, "17")).unwrap().name.fi;
    assert_eq!(name(HospitalDistrict), "Keski-Pohjanmaan sairaanhoitopiiri");
    assert_eq!(name(WellbeingCounty), "Pohjanmaan hyvinvointialue");
    // It is the only one of the county that came from there.
    let county = tables.members_on(&key(WellbeingCounty, "17"), date(2023, 1, 1));
    let from_there: Vec<_> = county
        .iter()
        .filter(|one| tables.member_on(&one.code, HospitalDistrict, last_day) == Some(&code("17")))
        .map(|one| one.name.sv.as_str())
        .collect();
    assert_eq!(from_there, ["Kronoby"]);
}

#[test]
fn province_16_is_not_county_16() {
    let tables = RegionTables::builtin();
    let day = date(2026, 1, 1);
    let codes = |level| {
        let members = tables.members_on(&key(level, "16"), day);
        members
            .iter()
            .map(|one| one.code.to_string())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(codes(Province).len(), 8);
    assert_eq!(codes(WellbeingCounty).len(), 18);
    assert!(codes(Province).is_disjoint(&codes(WellbeingCounty)));
}

/// Members per region on the first day of a year, from Statistics Finland's classification
/// of that year.
#[test]
fn the_regions_of_a_year_have_their_municipalities() {
    let tables = RegionTables::builtin();
    for year in 2013..=2026 {
        let day = date(year, 1, 1);
        let existing = tables.municipalities_on(day).count();
        let mut regions = BTreeMap::<RegionLevel, BTreeSet<String>>::new();
        let levels = [
            (Province, 2013, 2026),
            (Subregion, 2013, 2026),
            (MajorRegion, 2014, 2026),
            (HospitalDistrict, 2014, 2022),
            (ElyCentre, 2013, 2025),
            (RegionalAgency, 2013, 2025),
            (SpecialResponsibilityArea, 2020, 2022),
            (Nuts1, 2017, 2026),
            (WellbeingCounty, 2023, 2026),
            (CollaborativeArea, 2023, 2026),
        ];
        for (level, first, last) in levels {
            let placed = tables
                .municipalities_on(day)
                .filter_map(|one| tables.member_on(&one.code, level, day))
                .inspect(|code| {
                    regions.entry(level).or_default().insert(code.to_string());
                })
                .count();
            let expected = match (level, year) {
                // Of Nurmes, the classification of 2021 is not at hand.
                (SpecialResponsibilityArea, 2021) => existing - 1,
                // The State Department of Åland outlived the agencies of the mainland.
                (RegionalAgency, 2026) => 16,
                _ if (first..=last).contains(&year) => existing,
                _ => 0,
            };
            assert_eq!(placed, expected, "{level} {year}");
        }
        assert_eq!(regions[&Province].len(), 19);
        assert_eq!(regions[&Subregion].len(), if year < 2021 { 70 } else { 69 });
    }
    let counties = tables
        .municipalities_on(date(2023, 1, 1))
        .filter_map(|one| tables.member_on(&one.code, WellbeingCounty, date(2023, 1, 1)));
    assert_eq!(
        counties
            .map(RegionCode::as_str)
            .collect::<BTreeSet<_>>()
            .len(),
        23
    );
}

#[test]
fn before_2013_only_what_is_proven_is_said() {
    let before = |municipality, year| belongs(municipality, Province, date(year, 12, 31));
    assert_eq!(before("619", 2004), Some("04"));
    assert_eq!(before("619", 2005), Some("06"));
    assert_eq!(before("095", 2009), Some("16"));
    assert_eq!(before("208", 2009), None);
    assert_eq!(before("208", 2010), Some("17"));
    assert_eq!(before("638", 2010), Some("20"));
    assert_eq!(before("638", 2011), Some("01"));
    assert_eq!(before("905", 2012), None);
    assert_eq!(before("905", 2013), Some("15"));
    assert_eq!(belongs("905", Country, date(2005, 1, 1)), Some("SSS"));
}

#[test]
fn classes_are_those_of_the_day() {
    let tables = RegionTables::builtin();
    let language = |municipality, day| tables.language_status_on(&code(municipality), day);
    assert_eq!(language("280", date(2014, 12, 31)), Some("swedish"));
    assert_eq!(
        language("280", date(2015, 1, 1)),
        Some("bilingual_swedish_majority")
    );
    assert_eq!(language("545", date(2015, 12, 31)), Some("swedish"));
    assert_eq!(
        language("545", date(2016, 1, 1)),
        Some("bilingual_swedish_majority")
    );
    // Abolished.
    assert_eq!(language("164", date(2015, 12, 31)), Some("finnish"));
    assert_eq!(language("164", date(2016, 1, 1)), None);
    assert_eq!(language("905", date(2012, 12, 31)), None);
    let kind = |municipality, year| tables.urban_rural_on(&code(municipality), date(year, 7, 1));
    assert_eq!(kind("440", 2022), Some("rural"));
    assert_eq!(kind("440", 2023), Some("urban"));
    assert_eq!(kind("440", 2026), Some("rural"));
    let count = |class| {
        let day = date(2026, 1, 1);
        let municipalities = tables.municipalities_on(day);
        municipalities
            .filter(|one| tables.urban_rural_on(&one.code, day) == Some(class))
            .count()
    };
    assert_eq!(["urban", "semi_urban", "rural"].map(count), [56, 67, 185]);
}

#[test]
fn successors_are_followed_over_every_merger() {
    let tables = RegionTables::builtin();
    let what = |municipality, from, to| {
        tables.successors(&code(municipality), date(from, 1, 1), date(to, 1, 1))
    };
    let merged = |into| Succession::Merged(code(into));
    assert_eq!(what("559", 2010, 2026), merged("946"));
    // Maksamaa became part of Vöyri-Maksamaa, and that of Vöyri.
    assert_eq!(what("479", 2006, 2010), merged("945"));
    assert_eq!(what("479", 2006, 2026), merged("946"));
    assert_eq!(what("152", 2015, 2026), Succession::Same);
    assert_eq!(what("743", 2000, 2026), Succession::Same);
    assert_eq!(
        what("443", 2006, 2026),
        Succession::Split(vec![code("182"), code("562")])
    );
    assert_eq!(what("443", 2005, 2006), Succession::Same);
    // Not yet, no longer, and backwards.
    assert_eq!(what("946", 2010, 2026), Succession::Unknown);
    assert_eq!(what("559", 2012, 2026), Succession::Unknown);
    assert_eq!(what("905", 2026, 2000), Succession::Unknown);
    let lost = tables.municipalities.iter().filter(|one| {
        let first = one.valid_from.as_deref().unwrap_or("2000-01-01");
        let what = tables.successors(&one.code, first.parse().unwrap(), date(2026, 1, 1));
        !matches!(what, Succession::Same | Succession::Merged(_))
    });
    assert_eq!(
        lost.map(|one| one.code.as_str()).collect::<Vec<_>>(),
        ["443"]
    );
}

/// The text of a problem when one line of a file is another, or is left out.
fn with(file: &str, line: &str, other: &str) -> String {
    let all = BUILTIN_REGION_FILES;
    let replaced = |name: &str, text: &str| {
        if name != file {
            return text.to_owned();
        }
        assert_eq!(text.matches(line).count(), 1, "{line}");
        text.replace(line, other)
    };
    let texts = [
        ("municipalities", all.municipalities),
        ("regions", all.regions),
        ("changes", all.changes),
        ("memberships", all.memberships),
        ("classes", all.classes),
    ]
    .map(|(name, text)| replaced(name, text));
    let [municipalities, regions, changes, memberships, classes] = &texts;
    let files = RegionFiles {
        municipalities,
        regions,
        changes,
        memberships,
        classes,
        neighbours: all.neighbours,
    };
    match RegionTables::parse(files) {
        Ok(_) => "right".to_owned(),
        Err(error) => {
            let problem = &error.problems()[0];
            let what = format!("{}: {}", problem.file, problem.what);
            what.trim_start_matches("regions/").to_owned()
        }
    }
}

#[test]
fn memberships_that_cannot_be_are_refused() {
    let memberships = |line, other| with("memberships", line, other);
    let before = "152,province,15,2013-01-01,2020-12-31\n";
    let after = "152,province,14,2021-01-01,\n";
    assert_eq!(memberships(before, before), "right");
    assert_eq!(
        memberships(before, "152,province,15,2013-01-01,2021-01-01\n"),
        "memberships.csv: a day of municipality 152 at the level province stands in the file twice"
    );
    assert_eq!(
        memberships(before, "152,province,03,2013-01-01,2020-12-31\n"),
        "memberships.csv: province 03 is in none of the tables"
    );
    assert_eq!(
        memberships(before, "002,province,15,2013-01-01,2020-12-31\n"),
        "memberships.csv: municipality 002 is in none of the tables"
    );
    assert_eq!(
        memberships(before, "152,province,15,2020-12-31,2013-01-01\n"),
        "memberships.csv: `2013-01-01` is not on or after 2020-12-31"
    );
    assert_eq!(
        memberships(after, "152,province,16,2021-01-01,\n"),
        "memberships.csv: the last line does not lead to province 14 of today"
    );
    assert_eq!(
        memberships(after, ""),
        "memberships.csv: the last line does not lead to province 14 of today"
    );
    let abolished = "095,province,16,,2009-12-31\n";
    assert_eq!(
        memberships(abolished, "095,province,16,,2010-12-31\n"),
        "memberships.csv: municipality 095 did not exist all the time"
    );
    assert_eq!(
        memberships(
            "018,province,20,,2010-12-31\n",
            "018,province,20,,2011-12-31\n"
        ),
        "memberships.csv: province 20 did not exist all the time"
    );
}

#[test]
fn classes_that_cannot_be_are_refused() {
    let classes = |line, other| with("classes", line, other);
    let before = "280,language_status,swedish,2013-01-01,2014-12-31\n";
    let after = "280,language_status,bilingual_swedish_majority,2015-01-01,\n";
    assert_eq!(
        classes(
            before,
            "280,language_status,swedish,2013-01-01,2015-01-01\n"
        ),
        "classes.csv: a day of municipality 280, language_status stands in the file twice"
    );
    assert_eq!(
        classes(before, "280,language_status,rural,2013-01-01,2014-12-31\n"),
        "classes.csv: `rural` is not one of finnish, bilingual_finnish_majority, \
         bilingual_swedish_majority, swedish"
    );
    assert_eq!(
        classes(before, "280,language,swedish,2013-01-01,2014-12-31\n"),
        "classes.csv: `language` is not one of language_status, urban_rural"
    );
    for line in [
        after.replace("bilingual_swedish_majority", "finnish"),
        String::new(),
    ] {
        assert_eq!(
            with("classes", after, &line),
            "classes.csv: the last line does not lead to `bilingual_swedish_majority` of today"
        );
    }
}

#[test]
fn moves_and_memberships_tell_the_same() {
    let memberships = |line, other| with("memberships", line, other);
    assert_eq!(
        memberships("152,province,15,2013-01-01,2020-12-31\n", ""),
        "changes.csv: no line has municipality 152 elsewhere until then"
    );
    assert_eq!(
        memberships(
            "152,province,14,2021-01-01,\n",
            "152,province,14,2021-02-01,\n"
        ),
        "changes.csv: no line has municipality 152 in province 14 from then on"
    );
    assert_eq!(
        memberships("208,province,17,2010-01-01,\n", ""),
        "changes.csv: no line has municipality 095 in province 17 from then on"
    );
    let line = BUILTIN_REGION_FILES
        .changes
        .lines()
        .find(|line| line.contains(",municipality,152,province,14,"))
        .unwrap();
    assert_eq!(
        with("changes", &format!("{line}\n"), ""),
        "changes.csv: no line says that municipality 152 moved to province 14, as \
         regions/memberships.csv has it"
    );
}
