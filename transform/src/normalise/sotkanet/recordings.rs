//! Real recorded answers, where the folder of recordings is at hand. Each test reads them
//! once more by itself, as plain JSON, and compares.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};

use botnia_config::{IndicatorSet, RegionTables, SourceKind};
use botnia_model::{FindingKind, IndicatorId, Observation, RegionLevel, Sex, ValueKind};
use serde_json::Value;

use crate::aggregation::{Method, Populations, SumCheck, wholes_of};
use crate::normalise::{
    Description, Input, Normalised, RegionIndex, TitleCheck, describe, normalise, read_regions,
};

/// The folder, if it is there; says so if it is not.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/recordings/sotkanet"
    ));
    if folder.is_dir() {
        return Some(folder.to_owned());
    }
    eprintln!("skipped: the Sotkanet recordings are absent");
    None
}

pub(crate) fn read(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_some_and(|extension| extension == "gz") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(bytes.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        plain
    } else {
        bytes
    }
}

fn json(path: &Path) -> Vec<Value> {
    serde_json::from_slice(&read(path)).unwrap()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    files
}

fn regions(path: &Path) -> RegionIndex {
    read_regions(SourceKind::Sotkanet, &read(path), &RegionTables::default()).unwrap()
}

/// Sotkanet's id to the published region id, read from the list independently.
fn region_ids(path: &Path) -> HashMap<u64, String> {
    json(path)
        .iter()
        .map(|region| {
            let code = region["code"].as_str().unwrap();
            let id = match region["category"].as_str().unwrap() {
                "KUNTA" => format!("KU{code}"),
                "MAAKUNTA" => format!("MK{code}"),
                "SEUTUKUNTA" => format!("SK{code}"),
                "SAIRAANHOITOPIIRI" => format!("SHP{code}"),
                "ALUEHALLINTOVIRASTO" => format!("AVI{code}"),
                "ELY-KESKUS" => format!("ELY{code}"),
                "ERVA" => format!("ERVA{code}"),
                "SUURALUE" => format!("SA{code}"),
                "NUTS1" => format!("NUTS1-{code}"),
                "POHJOISMAAT" => format!("NORDIC{code}"),
                "EUROOPPA" | "EURALUEET" => format!("EUR{code}"),
                "MAA" => "SSS".to_owned(),
                other => panic!("category {other}"),
            };
            (region["id"].as_u64().unwrap(), id)
        })
        .collect()
}

fn normalised(indicator: u64, body: &[u8], regions: &RegionIndex) -> Normalised {
    let id: IndicatorId = format!("sotkanet:{indicator}").parse().unwrap();
    let body_of_description = format!(r#"{{"id":{indicator},"title":{{"fi":"x"}}}}"#);
    let description = describe_as(&id, body_of_description.as_bytes());
    let normalised = normalise(&Input {
        kind: SourceKind::Sotkanet,
        indicator_id: &id,
        description: &description,
        data: &[body],
        regions,
        expected: None,
    })
    .unwrap();
    let out = normalised.observations.len() as u64;
    assert_eq!(
        normalised.rows_in,
        out + normalised.findings.withheld_rows(),
        "{indicator}"
    );
    normalised
}

fn describe_as(id: &IndicatorId, body: &[u8]) -> Description {
    describe(SourceKind::Sotkanet, id, body, None, &[]).unwrap()
}

/// Every recorded row is an observation with the identical value under the right code, or
/// its region is not in the list and it is counted so.
fn compare(rows: &[Value], normalised: &Normalised, region_ids: &HashMap<u64, String>) {
    let found: HashMap<(String, i64, &str), &Observation> = normalised
        .observations
        .iter()
        .map(|row| {
            let key = (
                row.region.id().to_string(),
                i64::from(row.period.year()),
                row.sex.as_str(),
            );
            (key, row)
        })
        .collect();
    let mut unknown = 0;
    for row in rows {
        let Some(region) = region_ids.get(&row["region"].as_u64().unwrap()) else {
            unknown += 1;
            continue;
        };
        let year = row["year"].as_i64().unwrap();
        let sex = row["gender"].as_str().unwrap();
        let observation = found[&(region.clone(), year, sex)];
        assert_eq!(observation.value, row["value"].as_f64(), "{row}");
        assert_eq!(
            observation.absolute_value,
            row["absValue"].as_f64(),
            "{row}"
        );
    }
    assert_eq!(normalised.rows_in, rows.len() as u64);
    assert_eq!(
        normalised.findings.count(FindingKind::UnknownRegion),
        unknown
    );
    assert_eq!(
        normalised.observations.len() as u64,
        rows.len() as u64 - unknown
    );
}

#[test]
fn every_recorded_row_is_found_again() {
    let Some(folder) = folder() else { return };
    let list = folder.join("regions.2015.json");
    let (index, region_ids) = (regions(&list), region_ids(&list));
    assert!(index.findings().is_empty());
    assert_eq!(index.regions().len(), region_ids.len());
    let recordings = files(&folder.join("data"), ".json.gz");
    assert!(recordings.len() >= 28);
    for path in recordings {
        let body = read(&path);
        let rows = json(&path);
        let indicator = rows[0]["indicator"].as_u64().unwrap();
        compare(&rows, &normalised(indicator, &body, &index), &region_ids);
    }
}

#[test]
fn rows_of_2026_are_found_again() {
    let Some(folder) = folder() else { return };
    let list = folder.join("regions.2026.json");
    let (index, region_ids) = (regions(&list), region_ids(&list));
    for name in ["127_g2.2026.json", "171.2026.json", "5513.2026.json"] {
        let path = folder.join(name);
        let rows = json(&path);
        let indicator = rows[0]["indicator"].as_u64().unwrap();
        compare(
            &rows,
            &normalised(indicator, &read(&path), &index),
            &region_ids,
        );
    }
}

#[test]
fn the_population_of_2009_adds_up() {
    let Some(folder) = folder() else { return };
    let index = regions(&folder.join("regions.2015.json"));
    let population = normalised(127, &read(&folder.join("data/127.2009.csv")), &index);
    assert_eq!(population.findings.count(FindingKind::UnknownRegion), 3);
    assert_eq!(population.findings.withheld_rows(), 3);

    let mut of_municipalities: BTreeMap<&str, f64> = BTreeMap::new();
    let mut of_provinces: BTreeMap<&str, f64> = BTreeMap::new();
    let mut country = None;
    for row in &population.observations {
        assert_eq!((row.period.as_str(), row.sex), ("2009", Sex::Total));
        let value = row.value.unwrap();
        match row.region.level {
            RegionLevel::Municipality => {
                let region = index
                    .regions()
                    .iter()
                    .find(|region| region.key == row.region);
                let province = region.unwrap().province.as_ref().unwrap();
                *of_municipalities.entry(province.as_str()).or_default() += value;
            }
            RegionLevel::Province => {
                of_provinces.insert(row.region.code.as_str(), value);
            }
            RegionLevel::Country => country = row.value,
            _ => {}
        }
    }
    assert_eq!(of_provinces.len(), 19);
    assert_eq!(of_municipalities, of_provinces);
    assert_eq!(country, Some(5_351_427.0));
    assert_eq!(
        of_municipalities
            .values()
            .copied()
            .reduce(|sum, value| sum + value),
        country
    );
}

/// The expected numbers were counted from the files by other means.
#[test]
fn recorded_wholes_are_what_their_parts_come_to() {
    let Some(folder) = folder() else { return };
    let index = regions(&folder.join("regions.2015.json"));
    let recorded = |indicator: u64, name: &str| {
        let body = read(&folder.join("data").join(name));
        normalised(indicator, &body, &index).observations
    };
    let wholes = wholes_of(index.regions());
    let nobody = Populations::default();
    let check = |observations: &[Observation], method, weights: &Populations| {
        SumCheck::of(&wholes, observations, method, weights)
    };

    // 19 provinces in 23 years.
    let population = recorded(127, "127.2013.json.gz");
    let sums = check(&population, Method::Sum, &nobody);
    assert_eq!((sums.compared, sums.disagreements.len()), (437, 0));
    // Three municipalities of the list had merged since; so the three provinces that they
    // were in cannot be compared, and the country only with its provinces.
    let counted = recorded(127, "127.2009.csv");
    let sums = check(&counted, Method::Sum, &nobody);
    assert_eq!((sums.compared, sums.disagreements.len()), (17, 0));

    // Loans per inhabitant: all but those of Åland in five years, which the source itself
    // computes from something else.
    let loans = recorded(3180, "3180.2013.json.gz");
    let weights = Populations::of(&population);
    let means = check(&loans, Method::PopulationWeightedMean, &weights);
    assert_eq!(means.compared, 228);
    let off: Vec<(String, i32)> = means
        .disagreements
        .iter()
        .map(|one| (one.region.id().to_string(), one.period.year()))
        .collect();
    let aland = (2000..=2004).map(|year| ("MK21".to_owned(), year));
    assert_eq!(off, aland.collect::<Vec<_>>());

    // An index is no count, and nobody adds it up.
    let education = recorded(180, "180.2013.json.gz");
    assert_eq!(
        check(&education, Method::Sum, &nobody).disagreements.len(),
        418
    );
    assert_eq!(Method::of(ValueKind::Index), None);
}

#[test]
fn recorded_memberships_are_complete() {
    let Some(folder) = folder() else { return };
    let index = regions(&folder.join("regions.2015.json"));
    let of = |level| {
        index
            .regions()
            .iter()
            .filter(move |region| region.key.level == level)
    };
    assert_eq!(of(RegionLevel::Municipality).count(), 320);
    assert!(of(RegionLevel::Municipality).all(|region| region.province.is_some()));
    assert_eq!(of(RegionLevel::Subregion).count(), 70);
    assert!(of(RegionLevel::Subregion).all(|region| region.province.is_some()));
    let recorded_2026 = regions(&folder.join("regions.2026.json"));
    let espoo = recorded_2026.get("20").unwrap();
    assert_eq!(espoo.key.code.as_str(), "049");
    assert_eq!(espoo.province.as_ref().unwrap().as_str(), "01");
}

#[test]
fn the_tables_say_what_a_short_list_does_not() {
    let Some(folder) = folder() else { return };
    let list = read(&folder.join("regions.2026.json"));
    let index = read_regions(SourceKind::Sotkanet, &list, RegionTables::builtin()).unwrap();
    // Its parents 503 and 973 are not among the recorded regions.
    let oulu = index.get("261").unwrap();
    assert_eq!(oulu.province.as_ref().unwrap().as_str(), "17");
    assert_eq!(oulu.wellbeing_county.as_ref().unwrap().as_str(), "19");
    assert_eq!(oulu.urban_rural.as_deref(), Some("urban"));
}

#[test]
fn the_recorded_titles_are_those_that_the_sets_expect() {
    let Some(folder) = folder() else { return };
    let sets = IndicatorSet::builtin();
    let mut pinned = 0;
    for entry in json(&folder.join("indicators.2015.json")) {
        let id: IndicatorId = format!("sotkanet:{}", entry["id"]).parse().unwrap();
        for set in &sets {
            for expected in &set.indicators {
                if set.source != *id.source() || expected.id != *id.source_indicator() {
                    continue;
                }
                let body = entry.to_string();
                let described = describe(
                    SourceKind::Sotkanet,
                    &id,
                    body.as_bytes(),
                    Some(expected),
                    &[],
                );
                let check = described.unwrap().title_check;
                assert!(!matches!(check, TitleCheck::Different { .. }), "{check:?}");
                pinned += 1;
            }
        }
    }
    assert!(pinned > 20, "{pinned} pins");
}

#[test]
fn recorded_descriptions_are_understood() {
    let Some(folder) = folder() else { return };
    for path in files(&folder.join("indicators"), ".json") {
        let body = read(&path);
        let recorded: Value = serde_json::from_slice(&body).unwrap();
        let id = format!("sotkanet:{}", recorded["id"]).parse().unwrap();
        let Description {
            indicator,
            declared_sexes,
            declared_levels,
            ..
        } = describe_as(&id, &body);
        let text = |field: &str| recorded[field].as_str().map(str::to_owned);
        assert_eq!(indicator.data_updated, text("data-updated"));
        assert_eq!(
            indicator.decimals.map(u64::from),
            recorded["decimals"].as_u64()
        );
        assert_eq!(
            indicator.source_value_type.as_deref(),
            recorded["primaryValueType"]["code"].as_str()
        );
        assert!(indicator.value_kind.is_some());
        assert!(indicator.redistributable);
        assert_eq!(
            declared_sexes.len(),
            recorded["classifications"]["sex"]["values"]
                .as_array()
                .map_or(0, Vec::len)
        );
        // The prose names one level between two commas, "Manner-Suomi/Ahvenanmaa" too.
        let prose = recorded["classifications"]["region"]["title"]["fi"].as_str();
        assert_eq!(
            declared_levels.len(),
            prose.unwrap().split(", ").count(),
            "{prose:?}"
        );
        assert_eq!(
            indicator.title.fi,
            recorded["title"]["fi"].as_str().unwrap().trim()
        );
        // What is allowed is what is left, and every tag that is opened is closed.
        for html in [
            &indicator.description,
            &indicator.interpretation,
            &indicator.limits,
            &indicator.legislation,
            &indicator.notices,
        ] {
            for language in [&html.fi, &html.sv, &html.en] {
                let lower = language.to_lowercase();
                assert!(
                    !lower.contains("target=") && !lower.contains("id="),
                    "{language}"
                );
                for tag in ["p", "b", "ul", "li", "a"] {
                    let opened = lower.matches(&format!("<{tag}>")).count()
                        + lower.matches(&format!("<{tag} ")).count();
                    assert_eq!(
                        opened,
                        lower.matches(&format!("</{tag}>")).count(),
                        "{language}"
                    );
                }
            }
        }
    }
}

#[test]
fn recorded_titles_become_plain_text() {
    let Some(folder) = folder() else { return };
    let mut odd = 0;
    for entry in json(&folder.join("indicators.2015.json")) {
        let id = format!("sotkanet:{}", entry["id"]).parse().unwrap();
        let described = describe_as(&id, entry.to_string().as_bytes());
        for (language, title) in [
            ("fi", &described.indicator.title.fi),
            ("sv", &described.indicator.title.sv),
            ("en", &described.indicator.title.en),
        ] {
            let original = entry["title"][language].as_str().unwrap();
            let plain = |text: &str| {
                text.trim() == text
                    && !text.contains("&#")
                    && !text.contains("<br")
                    && !text.contains("  ")
                    && !text
                        .chars()
                        .any(|character| character.is_control() || character == '\u{a0}')
            };
            assert!(plain(title) && !title.is_empty(), "{title:?}");
            if plain(original) {
                assert_eq!(title, original);
            } else {
                odd += 1;
            }
        }
    }
    assert!(odd >= 30, "{odd} odd titles");
}
