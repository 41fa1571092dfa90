//! Lists that agree with the tables, and each difference by itself.

use botnia_config::SourceKind;

use super::*;
use crate::normalise::read_regions;

fn tables() -> &'static RegionTables {
    RegionTables::builtin()
}

fn day() -> Date {
    "2026-06-01".parse().unwrap()
}

/// The answers of the service that say exactly what the tables say.
struct Service {
    items: Vec<(RegionLevel, Vec<(String, String)>)>,
    maps: Vec<(RegionLevel, Vec<(String, String)>)>,
}

impl Service {
    fn right() -> Self {
        let municipalities = tables()
            .municipalities_on(day())
            .map(|one| (one.code.to_string(), one.name.fi.clone()))
            .collect();
        let mut items = vec![(RegionLevel::Municipality, municipalities)];
        let mut maps = Vec::new();
        for level in [RegionLevel::Province, RegionLevel::WellbeingCounty] {
            let regions = tables().regions.iter();
            let regions = regions.filter(|one| one.key.level == level && one.valid_to.is_none());
            let named = regions.map(|one| (one.key.code.to_string(), one.name.fi.clone()));
            items.push((level, named.collect()));
            let memberships = tables().municipalities_on(day()).map(|one| {
                let region = tables().member_on(&one.code, level, day()).unwrap();
                (one.code.to_string(), region.to_string())
            });
            maps.push((level, memberships.collect()));
        }
        Self { items, maps }
    }

    fn differences(&self) -> Vec<String> {
        let mut classifications = Classifications::default();
        for (level, items) in &self.items {
            let items: Vec<_> = items
                .iter()
                .map(|(code, name)| {
                    serde_json::json!({
                        "code": code, "level": 1, "parentCode": null,
                        "classificationItemNames": [{"lang": "fi", "name": name}],
                    })
                })
                .collect();
            let body = serde_json::to_vec(&items).unwrap();
            classifications.add_regions(*level, &body).unwrap();
        }
        for (level, maps) in &self.maps {
            let addresses: Vec<_> = maps
                .iter()
                .map(|(from, to)| format!("https://example.org/x%23y/maps/{from}/{to}?format=json"))
                .collect();
            let body = serde_json::to_vec(&addresses).unwrap();
            classifications.add_memberships(*level, &body).unwrap();
        }
        let differences = differences_from_classifications(&classifications, tables(), day());
        differences
            .iter()
            .map(|one| format!("{}: {one}", one.what.word()))
            .collect()
    }
}

#[test]
fn classifications_that_agree_differ_in_nothing() {
    assert_eq!(Service::right().differences(), Vec::<String>::new());
}

#[test]
fn every_difference_is_said() {
    let mut service = Service::right();
    let municipalities = &mut service.items[0].1;
    municipalities.retain(|(code, _)| code != "905");
    municipalities.push(("999".to_owned(), "Uusikunta".to_owned()));
    municipalities.push(("004".to_owned(), "Alahärmä".to_owned()));
    for (code, name) in municipalities.iter_mut() {
        match code.as_str() {
            "478" => "Maarianhamina - Mariehamn".clone_into(name),
            "743" => "Östermyra".clone_into(name),
            _ => {}
        }
    }
    let moved = service.maps[0].1.iter_mut().find(|(code, _)| code == "152");
    "15".clone_into(&mut moved.unwrap().1);
    assert_eq!(
        service.differences(),
        [
            "abolished: KU004 (Alahärmä) is listed, and abolished in the tables",
            "moved: KU152 (Isokyrö) belongs to MK15 in the list, and to MK14 in the tables",
            "renamed: KU743 is called \"Östermyra\" in the list, and \"Seinäjoki\" in the tables",
            "vanished: KU905 (Vaasa) is in the tables, and not listed",
            "new: KU999 (Uusikunta) is listed, and not in the tables",
        ]
    );
}

#[test]
fn answers_that_are_none_are_refused() {
    let mut classifications = Classifications::default();
    let level = RegionLevel::Province;
    for (body, what) in [
        ("{}", "not in the source's format"),
        ("[]", "it has no items"),
        (
            "[{\"code\":\"14\",\"classificationItemNames\":[]}]",
            "`14` has no name",
        ),
        (
            "[{\"code\":\"1 4\",\"classificationItemNames\":[{\"name\":\"x\"}]}]",
            "`1 4` is no code",
        ),
    ] {
        let error = classifications
            .add_regions(level, body.as_bytes())
            .unwrap_err();
        assert!(error.to_string().contains(what), "{body}: {error}");
    }
    for (body, what) in [
        ("[{}]", "not in the source's format"),
        ("[]", "it has no rows"),
        ("[\"maps\"]", "does not end in two codes"),
        ("[\"a/005/?x\"]", "`` is no code"),
    ] {
        let error = classifications
            .add_memberships(level, body.as_bytes())
            .unwrap_err();
        assert!(error.to_string().contains(what), "{body}: {error}");
    }
}

fn source_list(regions: &str) -> RegionIndex {
    read_regions(SourceKind::Sotkanet, regions.as_bytes(), tables()).unwrap()
}

#[test]
fn a_source_list_is_compared_as_it_is() {
    let index = source_list(
        r#"[{"id":1,"code":"152","category":"KUNTA","title":{"fi":"Isokyrö"},"memberOf":[4]},
            {"id":2,"code":"998","category":"KUNTA","title":{"fi":"Uusikunta"},"memberOf":[]},
            {"id":7,"code":"164","category":"KUNTA","title":{"fi":"Jalasjärvi"},"memberOf":[4]},
            {"id":3,"code":"284","category":"KUNTA","title":{"fi":"Koski"},"memberOf":[]},
            {"id":4,"code":"15","category":"MAAKUNTA","title":{"fi":"Pohjanmaa"}},
            {"id":5,"code":"15","category":"SAIRAANHOITOPIIRI","title":{"fi":"E-P:n SHP"}},
            {"id":6,"code":"1","category":"ELINVOIMAKESKUS","title":{"fi":"Uusi laji"}}]"#,
    );
    let differences = differences_from_source(&index, tables(), day());
    let of = |word: &str| -> Vec<String> {
        let differences = differences.iter().filter(|one| one.what.word() == word);
        differences.map(|one| one.region.id().to_string()).collect()
    };
    assert_eq!(of("new"), ["KU998"]);
    assert_eq!(of("moved"), ["KU152"]);
    // Jalasjärvi was abolished in 2016, and sources go on listing such.
    assert_eq!(of("abolished"), Vec::<String>::new());
    // "Koski" is Koski Tl, and names of hospital districts are not compared.
    assert_eq!(of("renamed"), Vec::<String>::new());
    // 308 municipalities less two, 19 provinces less one; no hospital district exists.
    assert_eq!(of("vanished").len(), 306 + 18);
    let unknown: Vec<_> = unknown_regions(&index, tables())
        .map(|one| one.key.id())
        .collect();
    assert_eq!(unknown, ["KU998".parse().unwrap()]);
    assert_eq!(
        unknown_categories(&index),
        ["id 6: category ELINVOIMAKESKUS"]
    );
}
