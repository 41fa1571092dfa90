//! Round trips, identity and the written form of observation tables.

use botnia_model::Period;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;

use super::*;

fn indicator() -> IndicatorId {
    "sotkanet:127".parse().unwrap()
}

fn observation(level: RegionLevel, code: &str, year: i32, value: Option<f64>) -> Observation {
    Observation {
        region: RegionKey::new(level, code.parse().unwrap()),
        period: Period::of_year(year),
        sex: Sex::Total,
        breakdown: None,
        value,
        absolute_value: None,
        status: if value.is_some() {
            Status::Normal
        } else {
            Status::NotPublished
        },
        origin: Origin::Published,
    }
}

fn one_of<T: Copy + std::fmt::Debug>(words: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(words)
}

/// Any observations, sorted and unique as they are normalised.
fn observations() -> impl Strategy<Value = Vec<Observation>> {
    let number = || prop::option::of(prop_oneof![-1e15..1e15, Just(0.0), Just(0.1 + 0.2)]);
    let region = (one_of(RegionLevel::ALL), "[0-9]{2,3}")
        .prop_map(|(level, code)| RegionKey::new(level, code.parse().unwrap()));
    let period = prop_oneof!["(19|20)[0-9]{2}", "20[0-9]{2}-Q[1-4]", "2019/202[0-9]"]
        .prop_map(|text| text.parse().unwrap());
    let breakdown = prop::option::of("age=[0-9]{1,2}".prop_map(|text| text.parse().unwrap()));
    let row = (
        (region, period, one_of(Sex::ALL), breakdown),
        (number(), number(), one_of(Status::ALL), one_of(Origin::ALL)),
    )
        .prop_map(|(key, state)| Observation {
            region: key.0,
            period: key.1,
            sex: key.2,
            breakdown: key.3,
            value: state.0,
            absolute_value: state.1,
            status: state.2,
            origin: state.3,
        });
    prop::collection::vec(row, 0..40).prop_map(|mut rows| {
        rows.sort_by(|left, right| left.key().cmp(&right.key()));
        rows.dedup_by(|left, right| left.key() == right.key());
        rows
    })
}

proptest! {
    #[test]
    fn files_round_trip(rows in observations()) {
        let bytes = write_normalised(&indicator(), &rows, &[]).unwrap();
        prop_assert_eq!(read_normalised(bytes).unwrap(), rows);
    }

    #[test]
    fn released_batches_round_trip(rows in observations()) {
        let releases: Vec<i32> = (1..).take(rows.len()).collect();
        let batch = to_batch(&indicator(), &rows, Some(&releases)).unwrap();
        prop_assert_eq!(batch.schema(), schema(true));
        let expected: Vec<TableRow> = rows
            .into_iter()
            .zip(releases)
            .map(|(row, release)| (indicator(), row, Some(release)))
            .collect();
        prop_assert_eq!(from_batch(&batch).unwrap(), expected);
    }

    #[test]
    fn the_hash_is_of_the_content(
        (rows, shuffled) in observations()
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        place: prop::sample::Index,
    ) {
        let hash = content_hash(&indicator(), &rows);
        prop_assert_eq!(content_hash(&indicator(), &shuffled), hash);
        prop_assert_ne!(content_hash(&"sotkanet:128".parse().unwrap(), &rows), hash);
        if !rows.is_empty() {
            let mut changed = rows.clone();
            let row = &mut changed[place.index(rows.len())];
            row.absolute_value = Some(row.absolute_value.unwrap_or_default() + 1e6);
            prop_assert_ne!(content_hash(&indicator(), &changed), hash);
            changed.remove(place.index(rows.len()));
            prop_assert_ne!(content_hash(&indicator(), &changed), hash);
        }
    }
}

#[test]
fn there_is_one_zero_and_it_is_not_a_missing_value() {
    let hash = |value| {
        content_hash(
            &indicator(),
            &[observation(RegionLevel::Municipality, "005", 2024, value)],
        )
    };
    assert_eq!(hash(Some(0.0)), hash(Some(-0.0)));
    assert_ne!(hash(Some(0.0)), hash(None));
}

#[test]
fn the_columns_are_those_of_the_contract() {
    let described: Vec<String> = schema(true)
        .fields()
        .iter()
        .map(|field| {
            let kind = match field.data_type() {
                DataType::Dictionary(key, value) => format!("dictionary {key} {value}"),
                other => other.to_string(),
            };
            let null = if field.is_nullable() { " null" } else { "" };
            format!("{} {kind}{null}", field.name())
        })
        .collect();
    assert_eq!(
        described,
        [
            "indicator_id dictionary Int32 Utf8",
            "region_level dictionary Int32 Utf8",
            "region_code dictionary Int32 Utf8",
            "region_id dictionary Int32 Utf8",
            "year Int32",
            "period Utf8",
            "sex dictionary Int32 Utf8",
            "breakdown dictionary Int32 Utf8 null",
            "value Float64 null",
            "absolute_value Float64 null",
            "status dictionary Int32 Utf8",
            "origin dictionary Int32 Utf8",
            "first_release Int32",
            "coverage Float64 null",
        ]
    );
    assert_eq!(schema(false).fields().len(), 12);
    assert_eq!(
        schema(false).fields()[..],
        schema(true).fields()[..12],
        "a released table only adds a column"
    );
}

#[test]
fn codes_ids_and_years_are_written_as_published() {
    let rows = [observation(RegionLevel::Municipality, "005", 2024, None)];
    let batch = to_batch(&indicator(), &rows, None).unwrap();
    let text = |name: &str| {
        let column = batch
            .column_by_name(name)
            .unwrap()
            .as_dictionary::<Int32Type>();
        column.values().as_string::<i32>().value(0).to_owned()
    };
    assert_eq!(text("indicator_id"), "sotkanet:127");
    assert_eq!(text("region_code"), "005");
    assert_eq!(text("region_id"), "KU005");
    let years = batch.column_by_name("year").unwrap();
    assert_eq!(years.as_primitive::<Int32Type>().value(0), 2024);
    assert!(batch.column_by_name("value").unwrap().is_null(0));
    assert!(batch.column_by_name("breakdown").unwrap().is_null(0));
}

#[test]
fn a_file_is_written_as_the_contract_says() {
    let rows: Vec<Observation> = (0..140)
        .flat_map(|place| {
            (0..1000).map(move |year| {
                let code = format!("{place:03}");
                observation(RegionLevel::Municipality, &code, 1000 + year, Some(0.5))
            })
        })
        .collect();
    let metadata = FileMetadata {
        release: Some(ReleaseNumber::FIRST),
        schema_version: SCHEMA_VERSION.to_owned(),
        content_hash: ContentHash::of(b"rows"),
        licence: "CC-BY-4.0".to_owned(),
        attribution: Text {
            fi: "Lähde: THL".to_owned(),
            sv: "Källa: THL".to_owned(),
            en: "Source: THL".to_owned(),
        },
        sources: "Sotkanet".to_owned(),
        geo_vintage: "2026-01-01".to_owned(),
        synthetic: true,
    };
    let pairs: Vec<(String, String)> = metadata
        .key_values()
        .into_iter()
        .map(|entry| (entry.key, entry.value.unwrap()))
        .collect();
    let bytes = write_normalised(&indicator(), &rows, &pairs).unwrap();
    assert_eq!(
        bytes,
        write_normalised(&indicator(), &rows, &pairs).unwrap()
    );

    let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
    let file = reader.metadata().file_metadata();
    assert_eq!(
        file.created_by(),
        Some(concat!("botnia ", env!("CARGO_PKG_VERSION")))
    );
    let keys = file.key_value_metadata().unwrap();
    for (key, value) in [
        ("botnia.release", "1"),
        ("botnia.licence", "CC-BY-4.0"),
        ("botnia.attribution", "Source: THL"),
        ("botnia.attribution_fi", "Lähde: THL"),
        ("botnia.attribution_sv", "Källa: THL"),
        ("botnia.attribution_en", "Source: THL"),
        ("botnia.geo_vintage", "2026-01-01"),
        ("botnia.synthetic", "true"),
    ] {
        let found = keys.iter().find(|entry| entry.key == key).unwrap();
        assert_eq!(found.value.as_deref(), Some(value));
    }
    let groups = reader.metadata().row_groups();
    let lengths: Vec<i64> = groups.iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(lengths, [131_072, 140_000 - 131_072]);
    for group in groups {
        let sorting: Vec<i32> = group
            .sorting_columns()
            .unwrap()
            .iter()
            .map(|column| column.column_idx)
            .collect();
        assert_eq!(sorting, [0, 1, 2, 6, 7, 5]);
        for column in group.columns() {
            assert!(matches!(column.compression(), Compression::ZSTD(_)));
            assert!(column.statistics().is_some());
            assert!(column.column_index_offset().is_some());
            assert!(column.offset_index_offset().is_some());
            assert!(column.dictionary_page_offset().is_some());
            assert!(column.bloom_filter_offset().is_none());
        }
    }
}

#[test]
fn a_file_of_real_figures_outside_a_release_says_neither() {
    let metadata = FileMetadata {
        release: None,
        schema_version: String::new(),
        content_hash: ContentHash::of(b""),
        licence: String::new(),
        attribution: Text::default(),
        sources: String::new(),
        geo_vintage: String::new(),
        synthetic: false,
    };
    let keys: Vec<String> = metadata
        .key_values()
        .into_iter()
        .map(|entry| entry.key)
        .collect();
    assert_eq!(keys.len(), 9);
    assert!(!keys.contains(&"botnia.synthetic".to_owned()));
}

#[test]
fn what_is_not_ours_is_an_error() {
    assert!(matches!(
        read_normalised(b"not parquet".as_slice()),
        Err(TransformError::ReadParquet { .. })
    ));
    let rows = [observation(RegionLevel::Country, "SSS", 2024, Some(1.0))];
    assert!(to_batch(&indicator(), &rows, Some(&[])).is_err());
    let batch = to_batch(&indicator(), &rows, None).unwrap();
    let without_status: Vec<usize> = (0..10).chain([11]).collect();
    assert!(from_batch(&batch.project(&without_status).unwrap()).is_err());
    let mut columns = batch.columns().to_vec();
    // No indicator is a sex.
    columns[6] = columns[0].clone();
    let mixed = RecordBatch::try_new(schema(false), columns).unwrap();
    assert!(from_batch(&mixed).is_err());
}
