use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
use botnia_model::{IndicatorState, RegionKey, RegionLevel, Text};
use jiff::Timestamp;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;

use super::*;
use crate::documents::IndicatorFact;

const MOMENT: Timestamp = Timestamp::constant(1_795_238_100, 0);
const REGION_TABLE: &str = "municipalities/005-alajarvi/observations.parquet";
const REGION_CSV: &str = "municipalities/005-alajarvi/observations.csv";
const REGION_NOTES: &str = "municipalities/005-alajarvi/notes.csv";

fn dictionary(texts: &[&str]) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    for text in texts {
        builder.append_value(text);
    }
    Arc::new(builder.finish())
}

/// A region's observations of one indicator, a row per value.
fn parquet(values: &[f64]) -> Vec<u8> {
    let each = |text: &'static str| dictionary(&vec![text; values.len()]);
    let years = 2000..2000 + i32::try_from(values.len()).unwrap();
    let periods: Vec<_> = years.map(|year| year.to_string()).collect();
    let batch = RecordBatch::try_from_iter([
        ("indicator_id", each("sotkanet:127")),
        ("region_id", each("KU005")),
        ("period", Arc::new(StringArray::from(periods)) as ArrayRef),
        ("sex", each("total")),
        ("breakdown", each("age=0-6")),
        ("value", Arc::new(Float64Array::from(values.to_vec()))),
        (
            "absolute_value",
            Arc::new(Float64Array::from(values.to_vec())),
        ),
        ("status", each("normal")),
        ("origin", each("published")),
        (
            "first_release",
            Arc::new(Int32Array::from(vec![1; values.len()])),
        ),
        (
            "coverage",
            Arc::new(Float64Array::from(vec![None; values.len()])),
        ),
    ])
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn facts(number: ReleaseNumber, title: &str) -> ReleaseFacts {
    ReleaseFacts {
        number,
        moment: MOMENT,
        synthetic: true,
        program_version: "0.1.0".to_owned(),
        schema_version: "1.0.0".to_owned(),
        geo_vintage: "2026-01-01".to_owned(),
        sources: Vec::new(),
        indicators: vec![IndicatorFact {
            id: "sotkanet:127".parse().unwrap(),
            title: Text {
                fi: title.to_owned(),
                ..Text::default()
            },
            unit: Text::default(),
            producer: None,
            licence: "CC-BY-4.0".to_owned(),
            redistributable: true,
            state: IndicatorState::Active,
            data_updated: None,
            rows: 2,
            first_year: Some(2000),
            last_year: Some(2001),
        }],
        regions: Vec::new(),
        rows: 2,
        changes: Vec::new(),
        new_periods: Vec::new(),
        revised_figures: Vec::new(),
        new_indicators: Vec::new(),
        gone_indicators: Vec::new(),
        held: Vec::new(),
        changed_notes: Vec::new(),
    }
}

fn alajarvi() -> Region {
    Region {
        key: RegionKey::new(RegionLevel::Municipality, "005".parse().unwrap()),
        source_region_id: None,
        name: Text {
            fi: "Alajärvi".to_owned(),
            ..Text::default()
        },
        valid_from: None,
        valid_to: None,
        province: None,
        wellbeing_county: None,
        language_status: None,
        urban_rural: None,
        population: None,
    }
}

fn fresh(scratch: &Path, path: &str, release: ReleaseNumber, values: &[f64]) -> ReleasedTable {
    let bytes = parquet(values);
    let mut file = HashingFile::create(scratch, path).unwrap();
    file.write_all(&bytes).unwrap();
    file.flush().unwrap();
    ReleasedTable {
        path: path.to_owned(),
        rows: values.len() as u64,
        content_hash: ContentHash::of(&bytes),
        release,
        carried: false,
    }
}

/// The table of the release before, or of none.
fn carried(previous: Option<&Manifest>, path: &str) -> ReleasedTable {
    let mut files = previous.into_iter().flat_map(|manifest| &manifest.files);
    let before = files.find(|file| file.path == path);
    ReleasedTable {
        path: path.to_owned(),
        rows: before.map_or(1, |file| file.rows.unwrap()),
        content_hash: before.map_or(ContentHash::of(b""), |file| file.content_hash.unwrap()),
        release: before.map_or(ReleaseNumber::FIRST, |file| file.release),
        carried: true,
    }
}

/// The next release with `values`; the tables are carried if there are none.
async fn assemble_next(
    releases: &Releases,
    values: Option<&[f64]>,
    title: &str,
) -> Result<(Staged, TempDir), PublishError> {
    let previous = releases.latest().await.unwrap();
    let number = previous
        .as_ref()
        .map_or(ReleaseNumber::FIRST, |(record, _)| record.release.next());
    let scratch = releases.scratch().unwrap();
    let tables = ["observations.parquet", REGION_TABLE]
        .map(|path| match values {
            Some(values) => fresh(scratch.path(), path, number, values),
            None => carried(previous.as_ref().map(|(_, manifest)| manifest), path),
        })
        .to_vec();
    let staged = assemble(
        releases,
        Assembly {
            scratch: scratch.path().to_owned(),
            tables,
            previous,
            facts: facts(number, title),
            regions: vec![alajarvi()],
            indicators: Vec::new(),
            notes: Vec::new(),
            inputs: ContentHash::of(number.folder().as_bytes()),
            recipe: b"{}\n".to_vec(),
            site: None,
        },
    )
    .await?;
    Ok((staged, scratch))
}

async fn publish(releases: &Releases, values: Option<&[f64]>, title: &str) -> Staged {
    let (staged, _scratch) = assemble_next(releases, values, title).await.unwrap();
    releases.commit(staged.clone(), MOMENT, 1).await.unwrap();
    let (record, manifest) = releases.latest().await.unwrap().unwrap();
    assert_eq!(manifest, staged.manifest);
    for file in &manifest.files {
        let bytes = releases
            .read_file(record.release, &file.path)
            .await
            .unwrap();
        assert_eq!(ContentHash::of(&bytes), file.sha256, "{}", file.path);
        assert_eq!(bytes.len() as u64, file.bytes);
    }
    staged
}

fn entry<'a>(staged: &'a Staged, path: &str) -> &'a FileEntry {
    let mut files = staged.manifest.files.iter();
    files.find(|file| file.path == path).unwrap()
}

#[tokio::test]
async fn a_release_has_its_tables_packages_and_documents() {
    let folder = TempDir::new().unwrap();
    let disk = Arc::new(LocalFileSystem::new_with_prefix(folder.path()).unwrap());
    let worlds: [(Arc<dyn ObjectStore>, _); 2] = [
        (disk, Some(folder.path().to_owned())),
        (Arc::new(InMemory::new()), None),
    ];
    for (store, root) in worlds {
        let releases = Releases::new(store, root);
        let staged = publish(&releases, Some(&[0.5, 2.0]), "Väestö").await;
        let paths: Vec<_> = staged
            .manifest
            .files
            .iter()
            .map(|file| file.path.as_str())
            .collect();
        assert_eq!(
            paths,
            [
                "CHANGES.md",
                "CITATION.cff",
                "LICENCE.md",
                "README.md",
                "catalog.jsonld",
                "croissant.json",
                "datapackage.json",
                "meddelande.sv.md",
                REGION_NOTES,
                REGION_CSV,
                REGION_TABLE,
                "observations.parquet",
                "recipe.json",
                "tiedote.fi.md",
            ]
        );
        let csv = releases.read_file(ReleaseNumber::FIRST, REGION_CSV).await;
        let csv = String::from_utf8(csv.unwrap().to_vec()).unwrap();
        assert_eq!(csv.lines().count(), 3);
        assert!(csv.contains(";KU005;Alajärvi;Alajärvi;2000;total;age=0-6;0,5;0,5;normal;"));

        // Nothing but the moment moved: the tables and the CSV are those of release 1.
        let staged = publish(&releases, None, "Väestö").await;
        assert_eq!(
            staged.carried.iter().collect::<Vec<_>>(),
            [
                REGION_NOTES,
                REGION_CSV,
                REGION_TABLE,
                "observations.parquet"
            ]
        );
        assert_eq!(entry(&staged, REGION_CSV).release, ReleaseNumber::FIRST);

        // A new title is a new CSV of the same table.
        let staged = publish(&releases, None, "Väkiluku").await;
        assert!(!staged.carried.contains(REGION_CSV));
        assert!(staged.carried.contains(REGION_TABLE));
        assert_eq!(entry(&staged, REGION_CSV).release.get(), 3);
        let csv = releases.read_file(3.try_into().unwrap(), REGION_CSV).await;
        assert!(
            String::from_utf8(csv.unwrap().to_vec())
                .unwrap()
                .contains("Väkiluku")
        );

        // New figures are a new table and a new CSV.
        let staged = publish(&releases, Some(&[0.5, 3.0]), "Väkiluku").await;
        assert_eq!(staged.carried.iter().collect::<Vec<_>>(), [REGION_NOTES]);
    }
}

#[tokio::test]
async fn the_first_release_cannot_carry() {
    let releases = Releases::new(Arc::new(InMemory::new()), None);
    let refused = assemble_next(&releases, None, "Väestö").await;
    assert!(matches!(refused, Err(PublishError::NothingToCarry { .. })));
}

#[tokio::test]
async fn the_same_facts_give_the_same_manifest() {
    let assemble = || async {
        let releases = Releases::new(Arc::new(InMemory::new()), None);
        let staged = assemble_next(&releases, Some(&[1.0]), "Väestö").await;
        crate::manifest::encode(&staged.unwrap().0.manifest).unwrap()
    };
    assert_eq!(assemble().await, assemble().await);
}

/// A run spawns these on a runtime of several threads.
#[tokio::test]
async fn publishing_may_move_between_threads() {
    fn movable<T: Send>(_: &T) {}
    let releases = Releases::new(Arc::new(InMemory::new()), None);
    let (staged, _scratch) = assemble_next(&releases, Some(&[1.0]), "Väestö")
        .await
        .unwrap();
    let cleaning = releases.clean_uncommitted();
    movable(&cleaning);
    cleaning.await.unwrap();
    let committing = releases.commit(staged, MOMENT, 1);
    movable(&committing);
    let record = committing.await.unwrap();
    let listing = releases.list();
    movable(&listing);
    assert_eq!(listing.await.unwrap(), [record]);
    let assembling = assemble(
        &releases,
        Assembly {
            scratch: PathBuf::new(),
            tables: Vec::new(),
            previous: None,
            facts: facts(ReleaseNumber::FIRST, ""),
            regions: Vec::new(),
            indicators: Vec::new(),
            notes: Vec::new(),
            inputs: ContentHash::of(b""),
            recipe: Vec::new(),
            site: None,
        },
    );
    movable(&assembling);
}

#[test]
fn only_regions_have_packages() {
    for (table, expected) in [
        (REGION_TABLE, Some("municipalities/005-alajarvi")),
        (
            "wellbeing-counties/16-etela-pohjanmaa/observations.parquet",
            Some("wellbeing-counties/16-etela-pohjanmaa"),
        ),
        ("observations.parquet", None),
        ("by_province/province=14/observations.parquet", None),
        ("municipalities/005-alajarvi/wellbeing.parquet", None),
    ] {
        assert_eq!(package(table), expected, "{table}");
    }
}
