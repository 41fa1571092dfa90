//! Figures that may not be published onward, and whom a file names.

use botnia_config::CustomGroup;
use botnia_model::{Observation, RegionKey, Sex, ValueKind};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::world::{Release, World, id, municipality, observation, text};
use crate::observation_table::from_batch;

/// A figure that stands nowhere else.
const SECRET: f64 = 271_828.182_845;

fn total(region: &RegionKey, value: f64) -> Observation {
    observation(region, "2023", Sex::Total, value)
}

/// Indicator 1 is open, indicator 2 is not.
fn world() -> World {
    let mut world = World::new();
    let (vaasa, alajarvi) = (municipality("905"), municipality("005"));
    world.set("1", vec![total(&vaasa, 1.0), total(&alajarvi, 2.0)]);
    world.set("2", vec![total(&vaasa, SECRET), total(&alajarvi, 3.0)]);
    world.producers.insert(id("1"), "Open producer");
    world.producers.insert(id("2"), "Closed producer");
    world.withheld.insert(id("2"));
    world.report_as(ValueKind::Count, "set", &["1", "2"]);
    world
}

fn own_figures(bytes: &Bytes) -> Vec<(String, String, Option<f64>)> {
    ParquetRecordBatchReaderBuilder::try_new(bytes.clone())
        .unwrap()
        .build()
        .unwrap()
        .flat_map(|batch| from_batch(&batch.unwrap()).unwrap())
        .map(|(indicator, row, _)| {
            (
                indicator.to_string(),
                row.region.id().to_string(),
                row.value,
            )
        })
        .collect()
}

/// Every value of every table of a release.
fn values(release: &Release) -> Vec<String> {
    release
        .files
        .keys()
        .flat_map(|path| release.rows(path))
        .flat_map(|row| row.into_values().flatten())
        .collect()
}

#[test]
fn what_may_not_be_published_is_in_no_file_and_kept_for_own_use() {
    let release = world().release(None);
    assert!(values(&release).contains(&"2".to_owned()));
    assert!(!values(&release).contains(&SECRET.to_string()));
    for (path, bytes) in &release.files {
        let secret = SECRET.to_le_bytes();
        assert!(!bytes.windows(8).any(|window| window == secret), "{path}");
    }
    assert_eq!(
        release.select(
            "indicators.parquet",
            &["indicator_id", "redistributable", "first_year", "levels"]
        ),
        ["made:1 true 2023 municipality", "made:2 false - "]
    );
    let reported = release.select(
        "wellbeing.parquet",
        &["indicator_id", "region_id", "value", "status"],
    );
    assert!(reported.contains(&"made:1 KU905 1 normal".to_owned()));
    assert!(reported.contains(&"made:2 KU905 - not_published".to_owned()));
    assert_eq!(release.built.spans[1].rows, 0);

    let own = own_figures(release.own_use.as_ref().unwrap());
    assert_eq!(
        own,
        [
            ("made:2".to_owned(), "KU005".to_owned(), Some(3.0)),
            ("made:2".to_owned(), "KU905".to_owned(), Some(SECRET)),
        ]
    );
    // The same world without the ban: the test would see the figure.
    let mut open = world();
    open.withheld.clear();
    let open = open.release(None);
    assert!(values(&open).contains(&SECRET.to_string()));
    assert_eq!(open.own_use, None);
}

#[test]
fn an_aggregate_of_what_may_not_be_published_is_not_published_either() {
    let mut world = world();
    world.groups = vec![CustomGroup {
        id: "kaksi".parse().unwrap(),
        name: text("Kaksi"),
        members: vec![municipality("005"), municipality("905")],
    }];
    let release = world.release(None);
    let sum = SECRET + 3.0;
    assert!(!values(&release).contains(&sum.to_string()));
    let own = own_figures(release.own_use.as_ref().unwrap());
    assert_eq!(
        own[0],
        ("made:2".to_owned(), "CUSTOM-kaksi".to_owned(), Some(sum))
    );
}

#[test]
fn a_history_goes_with_the_figures() {
    let mut open = world();
    open.withheld.clear();
    let first = open.release(None);
    let mut revised = open.clone();
    for number in ["1", "2"] {
        for row in revised.figures.get_mut(&id(number)).unwrap() {
            row.value = row.value.map(|value| value + 0.5);
        }
    }
    let second = revised.release(Some(&first));
    let columns = ["indicator_id", "region_id", "old_value"];
    assert_eq!(second.rows("revisions.parquet").len(), 4);

    let mut closed = revised;
    closed.withheld.insert(id("2"));
    let third = closed.release(Some(&second));
    assert_eq!(
        third.select("revisions.parquet", &columns),
        ["made:1 KU005 2", "made:1 KU905 1"]
    );
    assert!(!values(&third).contains(&SECRET.to_string()));
    assert!(!values(&third).contains(&(SECRET + 0.5).to_string()));
    // With the next release nothing is left to take out, and nothing is written.
    let fourth = closed.release(Some(&third));
    assert_eq!(fourth.written, Vec::<String>::new());
}

#[test]
fn a_file_names_only_those_whose_figures_it_has() {
    let mut world = world();
    world.set("3", vec![total(&municipality("743"), 5.0)]);
    world.producers.insert(id("3"), "Third producer");
    let release = world.release(None);
    let says = |path: &str, key: &str| release.says(path, key).unwrap();
    let vaasa = "municipalities/905-vaasa/observations.parquet";
    assert_eq!(
        says(vaasa, "botnia.attribution_fi"),
        "Käsin keksitty. Tuottajat: Open producer. \
         Botnia on järjestänyt aineiston uudelleen; luvut ovat ennallaan."
    );
    assert_eq!(
        says(vaasa, "botnia.attribution_sv"),
        "Påhittad för hand. Producenter: Open producer på svenska. \
         Botnia har ordnat om uppgifterna; värdena är oförändrade."
    );
    assert_eq!(
        says(vaasa, "botnia.attribution_en"),
        says(vaasa, "botnia.attribution")
    );
    let whole = says("observations.parquet", "botnia.attribution_fi");
    assert!(whole.contains("Tuottajat: Open producer; Third producer."));
    for path in release
        .files
        .keys()
        .filter(|path| *path != "indicators.parquet")
    {
        for language in ["fi", "sv", "en"] {
            let says = says(path, &format!("botnia.attribution_{language}"));
            assert!(!says.contains("Closed producer"), "{path}: {says}");
        }
    }
}
