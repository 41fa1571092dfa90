mod finnish_rules;

use botnia_model::{Language, RegionKey, RegionLevel, Text};

use super::*;

const TEXT: &str = include_str!("../../../regions/inflected_names.csv");

fn key(level: RegionLevel, code: &str) -> RegionKey {
    RegionKey::new(level, code.parse().unwrap())
}

fn forms(level: RegionLevel, code: &str) -> InflectedName {
    let tables = RegionTables::builtin();
    let key = key(level, code);
    let name = match level {
        RegionLevel::Municipality => tables.municipality(&key.code).unwrap().name.clone(),
        _ => tables.region(&key).unwrap().name.clone(),
    };
    InflectedNames::builtin().of(&key, &name)
}

#[test]
fn every_region_of_today_has_its_forms() {
    let names = InflectedNames::builtin();
    let count = |level| names.names.keys().filter(|key| key.level == level).count();
    assert_eq!(count(RegionLevel::Municipality), 308);
    assert_eq!(count(RegionLevel::Province), 19);
    assert_eq!(count(RegionLevel::WellbeingCounty), 23);
    assert_eq!(count(RegionLevel::Country), 1);
}

#[test]
fn places_read_in_three_languages() {
    use RegionLevel::{Country, Municipality, Province, WellbeingCounty};
    for (level, code, expected) in [
        (
            Municipality,
            "743",
            ["Seinäjoella", "i Seinäjoki", "in Seinäjoki"],
        ),
        (Municipality, "905", ["Vaasassa", "i Vasa", "in Vaasa"]),
        (
            Municipality,
            "599",
            ["Pedersören kunnassa", "i Pedersöre", "in Pedersöre"],
        ),
        (
            Municipality,
            "322",
            ["Kemiönsaarella", "på Kimitoön", "in Kimitoön"],
        ),
        (
            Province,
            "14",
            [
                "Etelä-Pohjanmaalla",
                "i Södra Österbotten",
                "in South Ostrobothnia",
            ],
        ),
        (Province, "21", ["Ahvenanmaalla", "på Åland", "in Åland"]),
        (
            WellbeingCounty,
            "17",
            [
                "Pohjanmaan hyvinvointialueella",
                "i Österbottens välfärdsområde",
                "in the Ostrobothnia wellbeing services county",
            ],
        ),
        (
            WellbeingCounty,
            "90",
            [
                "Helsingin kaupungissa",
                "i Helsingfors stad",
                "in the City of Helsinki",
            ],
        ),
        (
            Country,
            "SSS",
            ["koko maassa", "i hela landet", "in the whole country"],
        ),
    ] {
        let place = forms(level, code).place;
        assert_eq!(Language::ALL.map(|language| place.get(language)), expected);
    }
    let genitive = forms(Municipality, "893");
    assert_eq!(genitive.genitive_fi.as_deref(), Some("Uudenkaarlepyyn"));
    assert_eq!(genitive.genitive_sv.as_deref(), Some("Nykarlebys"));
}

#[test]
fn a_region_without_forms_is_not_inflected() {
    let named = |fi: &str, sv: &str| Text {
        fi: fi.to_owned(),
        sv: sv.to_owned(),
        en: String::new(),
    };
    let names = InflectedNames::builtin();
    let group = names.of(
        &key(RegionLevel::Custom, "suupohja"),
        &named("Suupohja", ""),
    );
    assert_eq!(group.genitive_fi, None);
    assert_eq!(
        Language::ALL.map(|language| group.place.get(language).to_owned()),
        [
            "alueella Suupohja",
            "i området Suupohja",
            "in the area Suupohja"
        ]
    );
    // A municipality that was renamed must not be called by its old name.
    let renamed = names.of(
        &key(RegionLevel::Municipality, "743"),
        &named("Alajoki", "Alajoki"),
    );
    assert_eq!(renamed.place.fi, "alueella Alajoki");
    let renamed = names.of(
        &key(RegionLevel::Municipality, "905"),
        &named("Vaasa", "Nikolaistad"),
    );
    assert_eq!(renamed.place.fi, "Vaasassa");
    assert_eq!(renamed.place.sv, "i Nikolaistad");
    assert_eq!(renamed.genitive_sv, None);
}

#[test]
fn a_source_may_leave_out_what_tells_two_names_apart() {
    let names = InflectedNames::builtin();
    let place = |fi: &str| {
        let name = Text {
            fi: fi.to_owned(),
            ..Text::default()
        };
        let koski = key(RegionLevel::Municipality, "284");
        names.of(&koski, &name).place.fi
    };
    assert_eq!(place("Koski Tl"), "Koskella Tl");
    assert_eq!(place("Koski"), "Koskella Tl");
    assert_eq!(place("Kos"), "alueella Kos");
    let finland = names.of(&RegionKey::finland(), &Text::default());
    assert_eq!(finland.place.fi, "koko maassa");
    assert_eq!(finland.place.sv, "i hela landet");
}

fn problem(edit: impl Fn(&str) -> String) -> String {
    let text = edit(TEXT);
    assert_ne!(text, TEXT, "the edit must change something");
    match InflectedNames::parse(&text, RegionTables::builtin()) {
        Err(SettingsError::Invalid { problems }) => problems[0].to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_table_that_does_not_agree_is_refused() {
    for (from, to, expected) in [
        (
            "municipality,905,Vaasa,Vaasan,Vaasassa,Vasa,Vasas,i Vasa\n",
            "",
            "municipality 905, Vaasa, is missing",
        ),
        (
            "municipality,905,",
            "municipality,743,",
            "stands in the file twice",
        ),
        (
            "municipality,905,Vaasa",
            "municipality,905,Vasa",
            "the name of municipality 905: Vaasa",
        ),
        ("Vaasassa,Vasa,", "Vaasassa,Wasa,", "municipality 905: Vasa"),
        (
            "Vaasan,Vaasassa,",
            "Vaasan,,",
            "`` is not a form of the name",
        ),
        ("Vasas,i Vasa", "Vasas,Vasa", "a place with `i` or `på`"),
        (
            "municipality,005,",
            "municipality,004,",
            "no report is made of municipality 004",
        ),
        ("municipality,005,", "village,005,", "is not a region level"),
    ] {
        let read = problem(|text| text.replacen(from, to, 1));
        assert!(read.contains(expected), "{read}");
    }
}

#[test]
fn swedish_genitives_and_places_follow_the_rules() {
    // Islands in the definite form and Åland take "på"; municipalities take "i".
    const ON: [&str; 2] = ["Kimitoön", "Åland"];
    for (key, (name, forms)) in &InflectedNames::builtin().names {
        let name = match key.level {
            RegionLevel::Country => "hela landet",
            _ => &name.sv,
        };
        let genitive = if name.ends_with(['s', 'x', 'z']) {
            name.to_owned()
        } else {
            format!("{name}s")
        };
        assert_eq!(forms.genitive_sv.as_deref(), Some(genitive.as_str()));
        let preposition = if ON.contains(&name) { "på" } else { "i" };
        assert_eq!(forms.place.sv, format!("{preposition} {name}"));
    }
}
