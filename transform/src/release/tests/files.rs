//! Which files there are, what is in them, and which of them are carried over.

use std::io::{self, Write};

use arrow_array::RecordBatchReader;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_schema::DataType;
use botnia_model::{Breakdown, Observation, RegionKey, RegionLevel, Sex};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::world::{
    MemoryOutput, Release, World, id, key, municipality, observation, region, select, sorted, text,
};
use crate::TransformError;
use crate::observation_table::dictionary_type;
use crate::release::Output;

/// Three indicators on all levels, with sexes, a breakdown and periods of several years.
fn world() -> World {
    let mut world = World::new();
    let regions: Vec<RegionKey> = world.regions.iter().map(|it| it.key.clone()).collect();
    let every = |period: &str, sex, first: f64| {
        let values = std::iter::successors(Some(first), |value| Some(value + 1.0));
        regions
            .iter()
            .zip(values)
            .map(|(region, value)| observation(region, period, sex, value))
            .collect::<Vec<_>>()
    };
    let by_age = Observation {
        breakdown: Some(Breakdown::from_pairs([("age", "65-74")]).unwrap()),
        ..observation(&municipality("905"), "2020", Sex::Male, 0.5)
    };
    let mut one = every("2020", Sex::Total, 1.0);
    one.extend(every("2019", Sex::Total, 2.0));
    one.extend(every("2020", Sex::Male, 0.0));
    one.push(by_age);
    world.set("10", one);
    world.set("2", every("2019/2021", Sex::Total, 10.0));
    world.set(
        "3",
        vec![observation(
            &municipality("743"),
            "2020",
            Sex::Female,
            -0.25,
        )],
    );
    world.producers.insert(id("2"), "Producer of two");
    world.producers.insert(id("3"), "Producer of three");
    world.report("set", &["3", "10", "4"]);
    world
}

#[test]
fn the_tree_is_that_of_the_contract() {
    let release = world().release(None);
    let paths: Vec<&str> = release
        .built
        .files
        .iter()
        .map(|it| it.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "by_province/province=14/observations.parquet",
            "by_province/province=15/observations.parquet",
            "indicators.parquet",
            "municipalities/005-alajarvi/observations.parquet",
            "municipalities/005-alajarvi/wellbeing.parquet",
            "municipalities/545-narpio/observations.parquet",
            "municipalities/545-narpio/wellbeing.parquet",
            "municipalities/743-seinajoki/observations.parquet",
            "municipalities/743-seinajoki/wellbeing.parquet",
            "municipalities/905-vaasa/observations.parquet",
            "municipalities/905-vaasa/wellbeing.parquet",
            "observations.parquet",
            "peers.parquet",
            "provinces/14-etela-pohjanmaa/observations.parquet",
            "provinces/14-etela-pohjanmaa/wellbeing.parquet",
            "provinces/15-pohjanmaa/observations.parquet",
            "provinces/15-pohjanmaa/wellbeing.parquet",
            "region_changes.parquet",
            "region_classes.parquet",
            "region_memberships.parquet",
            "regions.parquet",
            "revisions.parquet",
            "wellbeing-counties/16-etela-pohjanmaa/observations.parquet",
            "wellbeing-counties/16-etela-pohjanmaa/wellbeing.parquet",
            "wellbeing-counties/17-pohjanmaa/observations.parquet",
            "wellbeing-counties/17-pohjanmaa/wellbeing.parquet",
            "wellbeing.parquet",
        ]
    );
    for file in &release.built.files {
        assert_eq!(
            release.rows(&file.path).len() as u64,
            file.rows,
            "{}",
            file.path
        );
    }
}

#[test]
fn only_the_regions_that_are_asked_for_get_a_folder() {
    let all = world().release(None);
    let mut world = world();
    world.packages = Some([municipality("743"), key(RegionLevel::Province, "15")].into());
    let release = world.release(None);
    let folders = |release: &Release| {
        let paths = release.files.keys().filter(|path| {
            ["municipalities/", "provinces/", "wellbeing-counties/"]
                .iter()
                .any(|parent| path.starts_with(parent))
        });
        paths.cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        folders(&release),
        [
            "municipalities/743-seinajoki/observations.parquet",
            "municipalities/743-seinajoki/wellbeing.parquet",
            "provinces/15-pohjanmaa/observations.parquet",
            "provinces/15-pohjanmaa/wellbeing.parquet",
        ]
    );
    // Everything that there is besides them is the same, those by province too.
    let others = all.files.iter();
    let left_out = folders(&all);
    for (path, bytes) in others.filter(|(path, _)| !left_out.contains(path)) {
        assert_eq!(release.files.get(path), Some(bytes), "{path}");
    }
    for path in folders(&release) {
        assert_eq!(release.files[&path], all.files[&path], "{path}");
    }
}

#[test]
fn a_region_file_has_that_region_and_a_province_file_its_municipalities_too() {
    let release = world().release(None);
    let columns = [
        "indicator_id",
        "region_level",
        "region_code",
        "region_id",
        "year",
        "period",
        "sex",
        "breakdown",
        "value",
        "absolute_value",
        "status",
        "origin",
        "first_release",
    ];
    let all = release.rows("observations.parquet");
    let of = |ids: &[&str]| {
        ids.iter()
            .flat_map(|id| {
                all.iter()
                    .filter(|row| row["region_id"].as_deref() == Some(*id))
            })
            .map(|row| select(row, &columns))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        release.select("municipalities/905-vaasa/observations.parquet", &columns),
        of(&["KU905"])
    );
    assert_eq!(
        release.select(
            "wellbeing-counties/16-etela-pohjanmaa/observations.parquet",
            &columns
        ),
        of(&["HVA16"])
    );
    let by_province = release.select("by_province/province=14/observations.parquet", &columns);
    assert_eq!(by_province, of(&["KU005", "KU743", "MK14"]));
    assert_eq!(by_province.len(), 3 * 4 + 1);
    assert!(by_province.contains(
        &"made:3 municipality 743 KU743 2020 2020 female - -0.25 - normal published 1".to_owned()
    ));
}

#[test]
fn every_file_is_in_the_order_that_it_declares() {
    let first = world().release(None);
    let mut changed = world();
    for observation in changed.figures.values_mut().flatten() {
        observation.value = observation.value.map(|value| value + 1.0);
    }
    let second = changed.release(Some(&first));
    assert!(second.rows("revisions.parquet").len() > 30);
    for path in second.files.keys() {
        let footer = second.footer(path);
        let columns = footer.file_metadata().schema_descr();
        for group in footer.row_groups() {
            let order: Vec<String> = group
                .sorting_columns()
                .unwrap()
                .iter()
                .map(|column| usize::try_from(column.column_idx).unwrap())
                .map(|column| columns.column(column).name().to_owned())
                .collect();
            let keys: Vec<Vec<_>> = second
                .rows(path)
                .iter()
                .map(|row| order.iter().map(|column| row[column].clone()).collect())
                .collect();
            // `position` is a number and stays below ten here, so its text sorts alike.
            assert!(keys.is_sorted(), "{path} by {order:?}");
        }
    }
}

#[test]
fn observations_have_the_published_types() {
    let release = world().release(None);
    let bytes = release.files["observations.parquet"].clone();
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)
        .unwrap()
        .build()
        .unwrap();
    let columns: Vec<_> = reader
        .schema()
        .fields()
        .iter()
        .map(|field| {
            (
                field.name().clone(),
                field.data_type().clone(),
                field.is_nullable(),
            )
        })
        .collect();
    let words = |name: &str| (name.to_owned(), dictionary_type(), false);
    let of = |name: &str, data_type, nullable| (name.to_owned(), data_type, nullable);
    assert_eq!(
        columns,
        [
            words("indicator_id"),
            words("region_level"),
            words("region_code"),
            words("region_id"),
            of("year", DataType::Int32, false),
            of("period", DataType::Utf8, false),
            words("sex"),
            of("breakdown", dictionary_type(), true),
            of("value", DataType::Float64, true),
            of("absolute_value", DataType::Float64, true),
            words("status"),
            words("origin"),
            of("first_release", DataType::Int32, false),
            of("coverage", DataType::Float64, true),
        ]
    );
    let catalogue = &release.batches("indicators.parquet")[0];
    let schema = catalogue.schema();
    assert!(matches!(
        schema.field_with_name("levels").unwrap().data_type(),
        DataType::List(item) if *item.data_type() == DataType::Utf8
    ));
    assert_eq!(
        release.select(
            "indicators.parquet",
            &["indicator_id", "levels", "first_year", "last_year"]
        )[0],
        "made:10 country,municipality,province,wellbeing_county 2019 2020"
    );
}

/// R has no 64-bit whole number of its own, no unsigned ones, and reads moments in its own
/// time zone; DuckDB and pandas know these types as well. A whole number of 64 bits is read
/// as R's integer where all of them are small enough.
#[test]
fn every_column_has_a_type_that_r_knows() {
    let release = world().release(None);
    let parquet = release
        .files
        .iter()
        .filter(|(path, _)| path.ends_with(".parquet"));
    for (path, bytes) in parquet {
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes.clone())
            .unwrap()
            .build()
            .unwrap();
        let schema = reader.schema();
        let batches: Vec<_> = reader.map(Result::unwrap).collect();
        for (position, field) in schema.fields().iter().enumerate() {
            let name = format!("{path}: {} {}", field.name(), field.data_type());
            match field.data_type() {
                DataType::Utf8 | DataType::Int32 | DataType::Float64 | DataType::Boolean => {}
                DataType::List(item) => assert_eq!(*item.data_type(), DataType::Utf8, "{name}"),
                DataType::Int64 => {
                    let columns = batches.iter().map(|batch| batch.column(position));
                    let values = columns.flat_map(AsArray::as_primitive::<Int64Type>);
                    let mut values = values.flatten();
                    assert!(values.all(|value| i32::try_from(value).is_ok()), "{name}");
                }
                other => assert_eq!(*other, dictionary_type(), "{name}"),
            }
        }
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let mut shuffled = world();
    shuffled.regions.reverse();
    assert_eq!(world().release(None).files, shuffled.release(None).files);
}

#[test]
fn nothing_is_written_again_that_did_not_change() {
    let first = world().release(None);
    let second = world().release(Some(&first));
    assert_eq!(second.written, Vec::<String>::new());
    assert!(
        second
            .built
            .files
            .iter()
            .all(|file| file.carried && file.release.get() == 1)
    );

    let mut one_value = world();
    let figures = one_value.figures.get_mut(&id("3")).unwrap();
    figures[0].value = Some(4.0);
    let third = one_value.release(Some(&second));
    assert_eq!(
        third.written,
        [
            "by_province/province=14/observations.parquet",
            "municipalities/743-seinajoki/observations.parquet",
            "municipalities/743-seinajoki/wellbeing.parquet",
            "observations.parquet",
            "revisions.parquet",
            "wellbeing.parquet",
        ]
    );
    for file in &third.built.files {
        let release = if file.carried { "1" } else { "3" };
        assert_eq!(
            third.says(&file.path, "botnia.release").as_deref(),
            Some(release)
        );
        assert_eq!(
            third.says(&file.path, "botnia.content_hash"),
            Some(file.content_hash.to_string())
        );
    }
}

#[test]
fn a_file_names_the_producers_of_what_it_has() {
    let mut world = world();
    let release = world.release(None);
    let attribution =
        |release: &Release, path: &str| release.says(path, "botnia.attribution").unwrap();
    let vaasa = "municipalities/905-vaasa/observations.parquet";
    assert_eq!(
        attribution(&release, vaasa),
        "Made up by hand. Producers: Producer of two. \
         Rearranged by botnia; the figures are unchanged."
    );
    assert!(
        attribution(&release, "observations.parquet")
            .contains("Producers: Producer of three; Producer of two.")
    );
    assert_eq!(
        release.says(vaasa, "botnia.sources").as_deref(),
        Some("made")
    );
    assert_eq!(
        release.says(vaasa, "botnia.licence").as_deref(),
        Some("CC-BY-4.0")
    );
    assert_eq!(release.says(vaasa, "botnia.synthetic"), None);

    // Another producer's name or synthetic figures make another file of the same rows.
    world.producers.insert(id("2"), "Renamed");
    let renamed = world.release(Some(&release));
    assert!(renamed.written.iter().any(|path| path == vaasa));
    world.synthetic = true;
    let synthetic = world.release(Some(&renamed));
    assert_eq!(
        synthetic.says(vaasa, "botnia.synthetic").as_deref(),
        Some("true")
    );
}

#[test]
fn abolished_regions_have_a_folder_only_with_figures() {
    let mut world = world();
    world.abolished("164", "Jalasjärvi", "2015-12-31");
    world.abolished("175", "Jurva", "2008-12-31");
    let figure = observation(&municipality("164"), "2010", Sex::Total, 1.0);
    world.set("5", vec![figure]);
    let unknown = key(RegionLevel::HospitalDistrict, "99");
    world.set("6", vec![observation(&unknown, "2010", Sex::Total, 1.0)]);
    let release = world.release(None);

    let path = "municipalities/164-jalasjarvi/observations.parquet";
    assert_eq!(
        release.select(path, &["indicator_id", "period"]),
        ["made:5 2010"]
    );
    assert!(!release.files.keys().any(|path| path.contains("175-jurva")));
    assert_eq!(
        release.select(
            "municipalities/164-jalasjarvi/wellbeing.parquet",
            &["set_id"]
        ),
        Vec::<String>::new()
    );
    // Its province has it, and no code of the figures is missing among the regions.
    assert!(
        release
            .select(
                "by_province/province=14/observations.parquet",
                &["region_id"]
            )
            .contains(&"KU164".to_owned())
    );
    let regions = release.select(
        "regions.parquet",
        &["region_id", "name_fi", "valid_to", "province_id"],
    );
    assert!(regions.contains(&"KU175 Jurva 2008-12-31 MK14".to_owned()));
    assert!(regions.contains(&"SHP99 - - -".to_owned()));
}

#[test]
fn populations_are_the_latest_totals() {
    let mut world = world();
    world.figures.insert(
        "sotkanet:127".parse().unwrap(),
        sorted(vec![
            observation(&municipality("905"), "2022", Sex::Total, 67_000.0),
            observation(&municipality("905"), "2023", Sex::Total, 68_000.0),
            observation(&municipality("905"), "2023", Sex::Male, 34_000.0),
            observation(&municipality("743"), "2023", Sex::Male, 32_000.0),
        ]),
    );
    let release = world.release(None);
    let regions = release.select("regions.parquet", &["region_id", "population"]);
    assert!(regions.contains(&"KU905 68000".to_owned()));
    assert!(regions.contains(&"KU743 -".to_owned()));
}

#[test]
fn changes_of_the_division_are_published_by_day() {
    let mut world = world();
    let change = |effective: &str, from: &str, to: &str| botnia_config::RegionChange {
        effective: effective.to_owned(),
        kind: "merger".to_owned(),
        from: municipality(from),
        to: municipality(to),
        successor_today: Some(municipality("743")),
        note: text("note"),
    };
    world.tables.changes = vec![
        change("2016-01-01", "164", "301"),
        change("2009-01-01", "544", "743"),
    ];
    assert_eq!(
        world.release(None).select(
            "region_changes.parquet",
            &[
                "effective",
                "kind",
                "from_id",
                "to_level",
                "to_code",
                "successor_id",
                "note_fi"
            ]
        ),
        [
            "2009-01-01 merger KU544 municipality 743 KU743 note",
            "2016-01-01 merger KU164 municipality 301 KU743 note",
        ]
    );
}

#[test]
fn figures_out_of_order_are_refused() {
    let mut world = world();
    let figures = world.figures.get_mut(&id("10")).unwrap();
    figures.swap(0, 1);
    let error = world.try_release(None, &mut MemoryOutput::default());
    assert!(matches!(
        error,
        Err(TransformError::Contract { object, .. }) if object == "the observations of `made:10`"
    ));

    // The previous release has an indicator that its manifest does not know.
    let mut previous = self::world().release(None);
    previous.manifest.indicators.remove(0);
    let error = self::world().try_release(Some(&previous), &mut MemoryOutput::default());
    assert!(matches!(error, Err(TransformError::Contract { .. })));
}

#[test]
fn a_broken_table_of_the_previous_release_is_named() {
    for table in ["observations.parquet", "revisions.parquet"] {
        let mut previous = world().release(None);
        previous
            .files
            .insert(table.to_owned(), Bytes::from_static(b"PAR1 rubbish PAR1"));
        let mut changed = world();
        changed.figures.get_mut(&id("3")).unwrap()[0].value = Some(1.0);
        let error = changed.try_release(Some(&previous), &mut MemoryOutput::default());
        assert!(matches!(
            error,
            Err(TransformError::ReadParquet { object, .. }) if object.contains(table)
        ));
    }
}

/// Has no room left after some files.
struct FullDisk(usize);

impl Output for FullDisk {
    fn create(&mut self, _: &str) -> io::Result<Box<dyn Write + Send>> {
        self.0 = self.0.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
        Ok(Box::new(io::sink()))
    }

    fn own_use(&mut self) -> io::Result<Box<dyn Write + Send>> {
        self.create("")
    }

    fn scratch(&mut self) -> io::Result<std::fs::File> {
        tempfile::tempfile()
    }
}

#[test]
fn a_full_disk_is_reported_with_the_file() {
    for room in 0..27 {
        let error = world().try_release(None, &mut FullDisk(room)).unwrap_err();
        assert!(matches!(
            error,
            TransformError::WriteFile { path, source }
                if path.ends_with(".parquet") && source.kind() == io::ErrorKind::StorageFull
        ));
    }
    assert!(world().try_release(None, &mut FullDisk(27)).is_ok());
}

#[test]
fn a_region_of_the_list_wins_over_the_tables() {
    let mut world = world();
    world.abolished("905", "Vaasa (table)", "2012-12-31");
    world
        .regions
        .push(region(municipality("301"), "Kurikka", Some("14")));
    let regions = world
        .release(None)
        .select("regions.parquet", &["region_id", "name_fi", "valid_to"]);
    assert!(regions.contains(&"KU905 Vaasa -".to_owned()));
    assert!(regions.contains(&"KU301 Kurikka -".to_owned()));
}
