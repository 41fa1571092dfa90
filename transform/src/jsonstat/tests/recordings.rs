//! Recorded answers of statistical offices, where the folder of recordings is at hand.

use std::path::{Path, PathBuf};

use super::super::{Budget, Cell, Dataset, Document, Role, Rule, read, read_dataset, validate};

/// A recorded file; says so where it is absent.
pub(crate) fn recorded(name: &str) -> Option<Vec<u8>> {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/recordings"
    ));
    let path = folder.join(name);
    if !folder.is_dir() {
        eprintln!("left out: {name}: the recordings are absent");
        return None;
    }
    Some(std::fs::read(path).unwrap())
}

fn recorded_dataset(name: &str) -> Option<Dataset> {
    let bytes = recorded(name)?;
    Some(read_dataset(name, &bytes, Budget::default()).unwrap())
}

/// Lines of a CSV file with quotes.
fn csv(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let mut fields = vec![String::new()];
            let mut quoted = false;
            for character in line.chars() {
                match character {
                    '"' => quoted = !quoted,
                    ',' if !quoted => fields.push(String::new()),
                    other => fields.last_mut().unwrap().push(other),
                }
            }
            fields
        })
        .collect()
}

/// Each cell as the labels of its categories, perhaps its status, and its value.
fn as_csv(dataset: &Dataset, with_status: bool) -> Vec<Vec<String>> {
    dataset
        .rows()
        .map(|row| {
            let places = row.places.iter().zip(&dataset.dimensions);
            let mut line: Vec<String> = places
                .map(|(place, dimension)| dimension.categories[*place].label.clone().unwrap())
                .collect();
            if with_status {
                line.push(row.status.unwrap_or_default().to_owned());
            }
            line.push(match row.cell {
                Cell::Number(number) => number.to_string(),
                Cell::Absent | Cell::Null => String::new(),
                Cell::Text(text) => text.to_owned(),
            });
            line
        })
        .collect()
}

#[test]
fn denmark_equals_its_csv_cell_by_cell() {
    let Some(dataset) = recorded_dataset("dst/HISB3.json") else {
        return;
    };
    let text = String::from_utf8(recorded("dst/HISB3.csv").unwrap()).unwrap();
    let expected = csv(text.trim_start_matches('\u{feff}'));
    let header: Vec<_> = dataset
        .dimensions
        .iter()
        .map(|dimension| dimension.label.clone().unwrap())
        .chain(["value".to_owned()])
        .collect();
    assert_eq!(header, expected[0]);
    assert_eq!(as_csv(&dataset, false), expected[1..]);
    // The snapshot is the same dataset with its members in another order.
    let snapshot = recorded_dataset("dst/HISB3-snapshot.json").unwrap();
    assert_eq!(as_csv(&snapshot, false), expected[1..]);
    assert_eq!(dataset.dimensions[0].id, "BEVÆGELSE");
    assert_eq!(dataset.dimensions[2].role, Some(Role::Time));
    assert_eq!(dataset.px.table_id.as_deref(), Some("HISB3"));
}

#[test]
fn eurostat_equals_its_csv_cell_by_cell() {
    let Some(dataset) = recorded_dataset("eurostat/demo_gind.json") else {
        return;
    };
    let text = String::from_utf8(recorded("eurostat/demo_gind.csv").unwrap()).unwrap();
    let expected = csv(text.trim_start_matches('\u{feff}'));
    let found = as_csv(&dataset, true);
    assert_eq!(found.len(), 28 * 59);
    assert_eq!(found.len(), expected.len() - 1);
    for (found, expected) in found.iter().zip(&expected[1..]) {
        assert_eq!(found, expected);
    }
    let statuses: Vec<_> = dataset.statuses.symbols().collect();
    assert_eq!(statuses, ["ep", "p", "e"]);
    assert_eq!(dataset.updated_day().as_deref(), Some("2024-11-08"));
}

#[test]
fn every_recording_is_read() {
    // The shape of each: dimensions by size, and figures that are there.
    for (name, sizes, figures) in [
        ("dst/HISB3.json", &[3, 1, 2][..], 6),
        ("eurostat/demo_gind.json", &[1, 28, 59, 1], 73),
        ("jsonstat/canada.json", &[1, 1, 20, 2, 3], 120),
        ("jsonstat/order.json", &[3, 2, 4], 0),
        ("jsonstat/three_dim_size_as_string_v2.json", &[2, 3, 4], 24),
        (
            "pxweb1/fohm_mobbning_data.trimmed.json",
            &[2, 1, 1, 1, 1, 1, 1],
            2,
        ),
        (
            "pxweb1/statfin/11re_pre-2026-06-08_helsinki.jsonstat2.json",
            &[1, 1, 1, 5, 1],
            5,
        ),
        (
            "pxweb1/statfin/11re_post-2026-06-08_three-cities.jsonstat2.json",
            &[3, 1, 1, 1, 1],
            3,
        ),
        (
            "pxweb1/statfin/pxvisualizer_with-nulls_status-object.json",
            &[12, 3, 1],
            24,
        ),
        (
            "pxweb1/statfin/rpk_crime_municipality_1987-2020.jsonstat2.json",
            &[34, 1, 328, 1],
            34 * 328,
        ),
        (
            "pxwebapi2/scb/TAB6471_metadata.json",
            &[312, 134, 3, 1, 16],
            0,
        ),
        (
            "thl/reconstructed/covid19case_hcd_deaths_tiku-layout.json",
            &[22],
            0,
        ),
    ] {
        let Some(dataset) = recorded_dataset(name) else {
            return;
        };
        let found: Vec<_> = dataset
            .dimensions
            .iter()
            .map(|dimension| dimension.categories.len())
            .collect();
        assert_eq!(found, sizes, "{name}");
        let numbers = dataset
            .rows()
            .filter(|row| matches!(row.cell, Cell::Number(_)));
        assert_eq!(numbers.count(), figures, "{name}");
    }
    for (name, least) in [
        ("jsonstat/pyjstat_galicia-ds.json", 3000),
        ("jsonstat/ons.json", 100),
        ("pxwebapi2/scb/TAB6471_data.json", 1000),
    ] {
        let dataset = recorded_dataset(name).unwrap();
        let numbers = dataset
            .rows()
            .filter(|row| matches!(row.cell, Cell::Number(_)));
        assert!(numbers.count() >= least, "{name}");
    }
    for name in ["tab001", "tab003", "tab004"] {
        let name = format!("pxwebapi2/reference-server-expected/MetadataById_{name}_js2.json");
        let dataset = recorded_dataset(&name).unwrap();
        assert!(dataset.cells.are_absent(), "{name}");
        assert!(dataset.cell_count() > 0, "{name}");
    }
}

#[test]
fn collections_list_their_documents() {
    for (name, items) in [
        ("jsonstat/pyjstat_collection.json", 8),
        (
            "thl/reconstructed/api_epirapo_collection_2020-11-02.json",
            6,
        ),
    ] {
        let Some(bytes) = recorded(name) else { return };
        let Document::Collection(collection) = read(name, &bytes, Budget::default()).unwrap()
        else {
            panic!("{name} is a collection")
        };
        assert_eq!(collection.items.len(), items);
        let item = &collection.items[0];
        assert_eq!(item.class.as_deref(), Some("dataset"));
        assert!(item.href.as_deref().unwrap().starts_with("https://"));
    }
}

#[test]
fn what_is_a_schema_or_a_list_is_no_dataset() {
    for name in [
        "jsonstat/schema_curated_collection.json",
        "jsonstat/schema_curated_dimension.json",
        "jsonstat/schema_curated_index.json",
        "jsonstat/validator_rules-manifest.json",
        "pxweb1/px-table-hki.json",
        "pxwebapi2/scb/config.json",
        "pxwebapi2/scb/tables.json",
    ] {
        let Some(bytes) = recorded(name) else { return };
        assert!(
            read_dataset(name, &bytes, Budget::default()).is_err(),
            "{name}"
        );
    }
}

#[test]
fn three_styles_of_index_and_one_status_stand_in_one_file() {
    let Some(canada) = recorded_dataset("jsonstat/canada.json") else {
        return;
    };
    let (_, country) = canada.dimension("country").unwrap();
    assert_eq!(country.categories[0].id, "CA");
    let (_, age) = canada.dimension("age").unwrap();
    assert_eq!(age.categories[19].label.as_deref(), Some("90 and older"));
    let last = canada.rows().last().unwrap();
    assert_eq!(last.cell, Cell::Number(1.0));
    assert_eq!(last.status, Some("a"));
    let bytes = recorded("jsonstat/canada.json").unwrap();
    assert!(validate(&bytes, Budget::default()).is_valid());
}

#[test]
fn values_are_ordered_by_row() {
    let Some(order) = recorded_dataset("jsonstat/order.json") else {
        return;
    };
    for row in order.rows() {
        let [a, b, c] = row.places[..] else { panic!() };
        let expected = format!("A{}B{}C{}", a + 1, b + 1, c + 1);
        // The sample itself has one slip.
        let expected = match expected.as_str() {
            "A2B1C4" => "A1B1C4",
            other => other,
        };
        assert_eq!(row.cell, Cell::Text(expected));
    }
}

#[test]
fn thl_says_little_and_is_understood() {
    let name = "thl/reconstructed/covid19case_hcd_deaths_tiku-layout.json";
    let Some(thl) = recorded_dataset(name) else {
        return;
    };
    let all = thl.rows().last().unwrap();
    assert_eq!(all.cell, Cell::Text("513"));
    assert_eq!(thl.rows().next().unwrap().cell, Cell::Absent);
    let label = thl.dimensions[0].categories[21].label.as_deref();
    assert_eq!(label, Some("Kaikki Alueet"));
}

#[test]
fn sizes_as_texts_are_tolerated_and_noted() {
    let name = "jsonstat/three_dim_size_as_string_v2.json";
    let Some(bytes) = recorded(name) else { return };
    let verdict = validate(&bytes, Budget::default());
    let rules: Vec<_> = verdict.issues().iter().map(|issue| issue.rule).collect();
    assert_eq!(rules.first(), Some(&Rule::StructuralViolation));
    assert!(!verdict.is_valid());
}

/// Every JSON file in the folders of these recordings.
pub(super) fn all() -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/recordings"
    ));
    let mut folders: Vec<PathBuf> = ["jsonstat", "pxweb1", "pxwebapi2", "eurostat", "dst", "thl"]
        .map(|name| root.join(name))
        .into();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().contains("json") {
                let bytes = std::fs::read(&path).unwrap();
                files.push((path, bytes));
            }
        }
    }
    files.sort();
    files
}
