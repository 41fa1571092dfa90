//! Recorded tables, where they are at hand.

use std::collections::BTreeSet;

use botnia_config::{RegionCodes, Settings};
use botnia_model::{FindingKind, RegionKey, RegionLevel, Status};
use serde_json::Value;

use super::*;
use crate::jsonstat::{Budget, read_dataset, recorded_for_tests as recorded};
use crate::normalise::tables::view;

fn population() -> IndicatorMapping {
    let table = TableMapping {
        region: Some(Pattern::new("alue*")),
        select: select(&[("ika*|ikä*", &["SSS"])]),
        ..TableMapping::default()
    };
    mapping(table, Some("vaesto"))
}

#[test]
fn table_11re_reads_the_same_before_and_after_june_2026() {
    let (Some(before), Some(after)) = (
        recorded("pxweb1/statfin/11re_pre-2026-06-08_helsinki.jsonstat2.json"),
        recorded("pxweb1/statfin/11re_post-2026-06-08_three-cities.jsonstat2.json"),
    ) else {
        return;
    };
    let mapping = population();
    let read_before = read(&mapping, &[&before]).unwrap();
    assert_eq!(
        lines(&read_before),
        [
            "KU091 2020 total - 656920 normal",
            "KU091 2021 total - 658457 normal",
            "KU091 2022 total - 664028 normal",
            "KU091 2023 total - 674500 normal",
            "KU091 2024 total - 684018 normal",
        ]
    );
    let read_after = read(&mapping, &[&after]).unwrap();
    assert_eq!(
        lines(&read_after),
        [
            "KU049 2025 total - 325716 normal",
            "KU091 2025 total - 694392 normal",
            "KU092 2025 total - 252956 normal",
        ]
    );
    // The recorded figures of before under the names of after.
    let mut text = String::from_utf8(before).unwrap();
    for (old, new) in [
        ("\"Alue\"", "\"alue_23_20260101\""),
        ("\"Ikä\"", "\"ikaryhma_10_20180101\""),
        ("\"Sukupuoli\"", "\"sukupuoli_9_20180101\""),
        ("\"Vuosi\"", "\"timeperiod_y\""),
        ("\"Tiedot\"", "\"contentscode\""),
        ("\"vaesto\"", "\"vaerak-vaesto\""),
    ] {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    let renamed = read(&mapping, &[text.as_bytes()]).unwrap();
    assert_eq!(renamed, read_before);
}

#[test]
fn the_crime_table_has_328_regions_on_their_levels() {
    let name = "pxweb1/statfin/rpk_crime_municipality_1987-2020.jsonstat2.json";
    let Some(bytes) = recorded(name) else { return };
    let mapping = mapping(TableMapping::default(), None);
    let read = read(&mapping, &[&bytes]).unwrap();
    // Read once more, as plain JSON.
    let plain: Value = serde_json::from_slice(&bytes).unwrap();
    let codes = plain["dimension"]["Alue"]["category"]["index"]
        .as_object()
        .unwrap();
    assert_eq!(codes.len(), 328);
    let found: BTreeSet<&RegionKey> = read.observations.iter().map(|one| &one.region).collect();
    let tables = RegionTables::builtin();
    let mut municipalities = 0;
    let mut provinces = 0;
    for code in codes.keys() {
        let (level, digits) = code.split_at(2);
        let level = match level {
            "KU" => RegionLevel::Municipality,
            "MK" => RegionLevel::Province,
            other => panic!("{other}"),
        };
        let key = RegionKey::new(level, digits.parse().unwrap());
        assert!(found.contains(&key), "{code}");
        let is_known = match level {
            RegionLevel::Municipality => tables.municipality(&key.code).is_some(),
            _ => tables.region(&key).is_some(),
        };
        assert!(is_known, "{code}");
        match level {
            RegionLevel::Municipality => municipalities += 1,
            _ => provinces += 1,
        }
    }
    assert_eq!((municipalities, provinces), (309, 19));
    assert_eq!(found.len(), 328);
    assert_eq!(read.observations.len(), 34 * 328);
    assert_eq!(read.findings.withheld_rows(), 0);
    // Each value where the plain file has it.
    let values = plain["value"].as_array().unwrap();
    for one in &read.observations {
        let year = usize::try_from(one.period.year() - 1987).unwrap();
        let region = codes[one.region.id().as_str()].as_u64().unwrap();
        let position = year * 328 + usize::try_from(region).unwrap();
        assert_eq!(one.value, values[position].as_f64(), "{}", line(one));
    }
}

#[test]
fn a_table_without_measures_and_with_ranges_of_years() {
    let Some(bytes) = recorded("pxweb1/fohm_mobbning_data.trimmed.json") else {
        return;
    };
    let table = TableMapping {
        region_codes: RegionCodes::Listed,
        regions: [("00".to_owned(), "NORDIC752".parse().unwrap())].into(),
        select: select(&[("kategori", &["mobbad*"]), ("hur ofta", &["2-3*"])]),
        breakdown: [("age".to_owned(), Pattern::new("ålder"))].into(),
        ..TableMapping::default()
    };
    let read = read(&mapping(table, None), &[&bytes]).unwrap();
    assert_eq!(lines(&read), ["NORDIC752 2021/2022 male age=13 4 normal"]);
}

#[test]
fn statuses_as_numbers_are_decoded_by_their_words() {
    let name = "pxweb1/statfin/pxvisualizer_with-nulls_status-object.json";
    let Some(bytes) = recorded(name) else { return };
    let table = TableMapping {
        about: Some("SSS".parse().unwrap()),
        breakdown: [("source".to_owned(), Pattern::new("energialahde"))].into(),
        ..TableMapping::default()
    };
    let read = read(&mapping(table, None), &[&bytes]).unwrap();
    assert_eq!(read.observations.len(), 36);
    assert_eq!(
        line(&read.observations[0]),
        "SSS 2010-Q1 total - null not_applicable"
    );
    let renewable = read
        .observations
        .iter()
        .find(|one| one.breakdown.is_some() && one.period.as_str() == "2011-Q1")
        .unwrap();
    assert_eq!(line(renewable), "SSS 2011-Q1 total source=1 -1.12 normal");
    let without = read
        .observations
        .iter()
        .filter(|one| one.status == Status::NotApplicable);
    assert_eq!(without.count(), 12);
}

#[test]
fn eurostat_gives_countries_with_flags() {
    let Some(bytes) = recorded("eurostat/demo_gind.json") else {
        return;
    };
    let table = TableMapping {
        region_codes: RegionCodes::EuropeanCountries,
        measure: Some(Pattern::new("indic_de")),
        ..TableMapping::default()
    };
    let read = read(&mapping(table, Some("JAN")), &[&bytes]).unwrap();
    let finland = read
        .observations
        .iter()
        .find(|one| one.region.id().as_str() == "EUR246")
        .unwrap();
    assert_eq!(line(finland), "EUR246 2024 total - 5603851 normal");
    let france = read
        .observations
        .iter()
        .find(|one| one.region.id().as_str() == "EUR250")
        .unwrap();
    assert_eq!(line(france), "EUR250 2024 total - 68401997 provisional");
    // Aggregates of countries are not asked for, and no country is lost.
    assert_eq!(read.findings.count(FindingKind::UnknownRegion), 0);
}

#[test]
fn denmark_is_about_one_country() {
    let Some(bytes) = recorded("dst/HISB3.json") else {
        return;
    };
    let table = TableMapping {
        about: Some("NORDIC208".parse().unwrap()),
        sex: Some(Pattern::new("bevægelse")),
        ..TableMapping::default()
    };
    let read = read(&mapping(table, None), &[&bytes]).unwrap();
    assert_eq!(
        lines(&read),
        [
            "NORDIC208 2022 female - 2951 normal",
            "NORDIC208 2023 female - 2984 normal",
            "NORDIC208 2022 male - 2923 normal",
            "NORDIC208 2023 male - 2949 normal",
            "NORDIC208 2022 total - 5873 normal",
            "NORDIC208 2023 total - 5933 normal",
        ]
    );
}

#[test]
fn sweden_by_month_from_version_2() {
    let Some(bytes) = recorded("pxwebapi2/scb/TAB6471_data.json") else {
        return;
    };
    let plain: Value = serde_json::from_slice(&bytes).unwrap();
    let table = TableMapping {
        region_codes: RegionCodes::Listed,
        // One county, as if it were the country: the recording has counties alone.
        regions: [("01".to_owned(), "NORDIC752".parse().unwrap())].into(),
        breakdown: [("age".to_owned(), Pattern::new("alder"))].into(),
        ..TableMapping::default()
    };
    let read = read(&mapping(table, None), &[&bytes]).unwrap();
    assert!(!read.observations.is_empty());
    let periods: BTreeSet<&str> = read
        .observations
        .iter()
        .map(|one| one.period.as_str())
        .collect();
    let listed = plain["dimension"]["Tid"]["category"]["index"]
        .as_object()
        .unwrap();
    assert_eq!(periods.len(), listed.len());
    assert!(
        periods.iter().all(|period| period.len() == 7),
        "{periods:?}"
    );
    assert_eq!(read.findings.withheld_rows(), 0);
}

#[test]
fn ready_settings_fit_what_was_recorded() {
    let years = botnia_config::YearRange {
        first: 1900,
        last: None,
    };
    for (name, text, recording) in [
        (
            "statfin-vaesto",
            include_str!("../../../../../config/sources/statfin-vaesto.toml"),
            "pxweb1/statfin/11re_pre-2026-06-08_helsinki.jsonstat2.json",
        ),
        (
            "statfin-vaesto",
            include_str!("../../../../../config/sources/statfin-vaesto.toml"),
            "pxweb1/statfin/11re_post-2026-06-08_three-cities.jsonstat2.json",
        ),
        (
            "statfin-rikokset",
            include_str!("../../../../../config/sources/statfin-rikokset.toml"),
            "pxweb1/statfin/rpk_crime_municipality_1987-2020.jsonstat2.json",
        ),
        (
            "scb",
            include_str!("../../../../../config/sources/scb.toml"),
            "pxwebapi2/scb/TAB6471_metadata.json",
        ),
        (
            "eurostat",
            include_str!("../../../../../config/sources/eurostat.toml"),
            "eurostat/demo_gind.json",
        ),
        (
            "folkhalsodata",
            include_str!("../../../../../config/sources/folkhalsodata.toml"),
            "pxweb1/fohm_mobbning_data.trimmed.json",
        ),
    ] {
        let Some(bytes) = recorded(recording) else {
            return;
        };
        let dataset = read_dataset(recording, &bytes, Budget::default()).unwrap();
        let files = [(name.to_owned(), text.to_owned())];
        let settings =
            Settings::parse_with_sources("botnia.toml", "", &files, std::iter::empty()).unwrap();
        for mapping in &settings.source[0].mappings {
            let resolved = mapping.resolve(&view(&dataset), years);
            assert!(resolved.is_ok(), "{name}: {}", resolved.unwrap_err());
        }
    }
}
