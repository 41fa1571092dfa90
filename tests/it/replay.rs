//! The recorded answers, replayed: every row is found again, or counted with its reason.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, RecordBatch};
use botnia_model::Manifest;
use botnia_sandbox::{Mode, SandboxOptions};
use serde_json::Value;

use crate::support::{Upstream, Workspace, assert_whole, read_parquet, recordings};

/// What a recorded region id stands for: (level, code), read independently of the program.
fn recorded_regions(folder: &Path) -> HashMap<u64, (&'static str, String)> {
    let mut regions = HashMap::new();
    for name in ["regions.2015.json", "regions.2026.json"] {
        let text = std::fs::read_to_string(folder.join(name)).expect("a region list");
        let list: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        for region in list {
            let level = match region["category"].as_str().expect("a category") {
                "KUNTA" => "municipality",
                "MAAKUNTA" => "province",
                "HYVINVOINTIALUE" => "wellbeing_county",
                "SEUTUKUNTA" => "subregion",
                "SAIRAANHOITOPIIRI" => "hospital_district",
                "YTA" => "collaborative_area",
                "ALUEHALLINTOVIRASTO" => "regional_agency",
                "ELY-KESKUS" => "ely_centre",
                "ERVA" => "special_responsibility_area",
                "SUURALUE" => "major_region",
                "NUTS1" => "nuts1",
                "MAA" => "country",
                "POHJOISMAAT" => "nordic_country",
                "EUROOPPA" | "EURALUEET" => "european_country",
                other => panic!("{other}"),
            };
            let code = match level {
                "country" => "SSS".to_owned(),
                _ => region["code"].as_str().expect("a code").to_owned(),
            };
            regions.insert(region["id"].as_u64().expect("an id"), (level, code));
        }
    }
    regions
}

fn recorded_rows(folder: &Path, indicator: &str) -> Vec<Value> {
    let bytes = std::fs::read(folder.join(format!("data/{indicator}.2013.json.gz"))).expect("rows");
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_string(&mut text)
        .expect("gzip");
    serde_json::from_str(&text).expect("JSON")
}

fn recorded_indicators(folder: &Path) -> Vec<String> {
    let mut indicators: Vec<_> = std::fs::read_dir(folder.join("data"))
        .expect("a folder")
        .filter_map(|entry| {
            let name = entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8");
            name.strip_suffix(".2013.json.gz").map(str::to_owned)
        })
        .collect();
    indicators.sort();
    indicators
}

fn replay(folder: &Path, edition: &str) -> SandboxOptions {
    SandboxOptions::new(Mode::Replay {
        folder: folder.to_owned(),
        edition: Some(edition.to_owned()),
    })
}

type Key = (String, String, String, String, String);

/// The source's own values by (indicator, level, code, sex, period).
fn published(batches: &[RecordBatch]) -> HashMap<Key, f64> {
    let mut values = HashMap::new();
    for batch in batches {
        let text = |name: &str| {
            let column = batch.column_by_name(name).expect("a column");
            let dictionary = column.as_dictionary::<Int32Type>();
            let texts = dictionary.values().as_string::<i32>();
            dictionary
                .keys()
                .iter()
                .map(|key| {
                    texts
                        .value(usize::try_from(key.expect("a key")).expect("a key"))
                        .to_owned()
                })
                .collect::<Vec<_>>()
        };
        let origins = text("origin");
        let (indicators, levels, codes, sexes) = (
            text("indicator_id"),
            text("region_level"),
            text("region_code"),
            text("sex"),
        );
        let periods = batch
            .column_by_name("period")
            .expect("a column")
            .as_string::<i32>();
        let column = batch
            .column_by_name("value")
            .expect("a column")
            .as_primitive::<Float64Type>();
        for row in 0..batch.num_rows() {
            if column.is_valid(row) && origins[row] == "published" {
                let key = (
                    indicators[row].clone(),
                    levels[row].clone(),
                    codes[row].clone(),
                    sexes[row].clone(),
                    periods.value(row).to_owned(),
                );
                assert!(
                    values.insert(key, column.value(row)).is_none(),
                    "a key twice"
                );
            }
        }
    }
    values
}

#[test]
fn every_recorded_row_is_published_or_counted() {
    let Some(folder) = recordings() else { return };
    let indicators = recorded_indicators(&folder);
    assert_eq!(indicators.len(), 28);
    let upstream = Upstream::start(replay(&folder, "2013"));
    let names: Vec<&str> = indicators.iter().map(String::as_str).collect();
    let workspace = Workspace::with_every_year(upstream.sandbox().base_url().as_str(), &names);
    workspace.botnia(&["run"]).expect_code(0);
    let release = workspace.release();
    let manifest: Manifest = assert_whole(&release, &workspace.record().expect("a record"));
    assert!(!manifest.synthetic);
    let regions = recorded_regions(&folder);
    // Two indicators are Kela's, whose figures are kept for own use.
    let mut values = published(&read_parquet(&release.join("observations.parquet")));
    let own_use = workspace.data().join("own_use/observations.parquet");
    let own_use = published(&read_parquet(&own_use));
    let mut kept: Vec<&str> = own_use.keys().map(|key| key.0.as_str()).collect();
    kept.sort_unstable();
    kept.dedup();
    assert_eq!(kept, ["sotkanet:2358", "sotkanet:475"]);
    assert!(values.keys().all(|key| !kept.contains(&key.0.as_str())));
    values.extend(own_use);

    let mut published_rows = 0;
    for entry in &manifest.indicators {
        let indicator = entry.indicator_id.source_indicator().as_str();
        let rows = recorded_rows(&folder, indicator);
        assert_eq!(entry.rows_in, rows.len() as u64, "{indicator}");
        assert_eq!(
            entry.rows_in,
            entry.rows_out + entry.findings.withheld_rows(),
            "{indicator}"
        );
        let mut withheld = 0;
        for row in &rows {
            let region = row["region"].as_u64().expect("a region");
            let Some((level, code)) = regions.get(&region) else {
                withheld += 1;
                continue;
            };
            let key = (
                entry.indicator_id.to_string(),
                (*level).to_owned(),
                code.clone(),
                row["gender"].as_str().expect("a sex").to_owned(),
                row["year"].as_i64().expect("a year").to_string(),
            );
            let value = row["value"].as_f64().expect("a value");
            assert_eq!(
                values.get(&key).map(|value| value.to_bits()),
                Some(value.to_bits()),
                "{key:?}"
            );
            published_rows += 1;
        }
        assert_eq!(withheld, entry.findings.withheld_rows(), "{indicator}");
    }
    assert_eq!(published_rows, values.len());
    assert!(published_rows > 100_000, "{published_rows}");

    // Population of 2009: the municipalities of every province sum to that province, and
    // the country is what was counted then.
    let list = std::fs::read_to_string(folder.join("regions.2015.json")).expect("a region list");
    let list: Vec<Value> = serde_json::from_str(&list).expect("JSON");
    let population = |level: &str, code: &str| {
        values
            .get(&(
                "sotkanet:127".to_owned(),
                level.to_owned(),
                code.to_owned(),
                "total".to_owned(),
                "2009".to_owned(),
            ))
            .copied()
    };
    let mut sums: HashMap<u64, f64> = HashMap::new();
    for region in list.iter().filter(|region| region["category"] == "KUNTA") {
        let value = population("municipality", region["code"].as_str().expect("a code"));
        for parent in region["memberOf"].as_array().expect("parents") {
            *sums.entry(parent.as_u64().expect("an id")).or_default() += value.unwrap_or(0.0);
        }
    }
    let mut provinces = 0;
    for region in list
        .iter()
        .filter(|region| region["category"] == "MAAKUNTA")
    {
        let own = population("province", region["code"].as_str().expect("a code"));
        // The 2013 pull has the municipalities of 2013 and provinces on the same division;
        // the list of 2015 moved none of them between provinces.
        assert_eq!(
            own,
            sums.get(&region["id"].as_u64().expect("an id")).copied()
        );
        provinces += 1;
    }
    assert_eq!(provinces, 19);
}

#[test]
fn all_sweeps_the_whole_catalogue_and_one_that_is_gone_holds_back_no_other() {
    let Some(folder) = recordings() else { return };
    let upstream = Upstream::start(replay(&folder, "2013"));
    let workspace = Workspace::with_every_year(upstream.sandbox().base_url().as_str(), &["all"]);
    // The catalogue lists 624 indicators, and 28 of them have recorded figures.
    workspace
        .botnia(&["run"])
        .expect_code(1)
        .says("404 Not Found");
    let manifest = assert_whole(&workspace.release(), &workspace.record().expect("a record"));
    assert_eq!(manifest.indicators.len(), 28);
    let status = workspace.botnia(&["status"]).expect_code(1);
    assert_eq!(
        status.stdout.matches("Failing    sotkanet:").count(),
        624 - 28
    );
}

#[test]
fn the_population_of_2009_is_what_was_counted() {
    let Some(folder) = recordings() else { return };
    let upstream = Upstream::start(replay(&folder, "2009"));
    let workspace = Workspace::with_every_year(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace.botnia(&["run"]).expect_code(0);
    let manifest = assert_whole(&workspace.release(), &workspace.record().expect("a record"));
    // Three region ids of the recorded answer are not in the region list.
    let entry = &manifest.indicators[0];
    assert_eq!(
        entry
            .findings
            .count(botnia_model::FindingKind::UnknownRegion),
        3
    );
    assert_eq!(entry.rows_in, entry.rows_out + 3);
    let values = published(&read_parquet(
        &workspace.release().join("observations.parquet"),
    ));
    let country = values
        .iter()
        .find(|((_, level, ..), _)| level == "country")
        .map(|(_, value)| *value);
    assert_eq!(country, Some(5_351_427.0));
    let municipalities: f64 = values
        .iter()
        .filter(|((_, level, ..), _)| level == "municipality")
        .map(|(_, value)| value)
        .sum();
    assert_eq!(municipalities.to_bits(), 5_351_427.0_f64.to_bits());
}
