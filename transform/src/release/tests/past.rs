//! What releases said and how they differ, read from later ones: whatever comes, changes,
//! goes and returns.

use std::collections::BTreeMap;

use botnia_model::{
    Change, Observation, Origin, RegionLevel, ReleaseNumber, RevisionReason, Sex, Status,
};
use proptest::prelude::*;

use super::world::{
    Release, TableRow, World, file_of, id, key, municipality, observation, rows_of, select,
};
use crate::release::{ComparedReleases, IndicatorDifference, LaterTables, as_of, compare_releases};

const OBSERVATIONS: &str = "observations.parquet";
const REVISIONS: &str = "revisions.parquet";
const KEY: [&str; 6] = [
    "indicator_id",
    "region_level",
    "region_code",
    "sex",
    "breakdown",
    "period",
];

/// The observations of `release`, read from a later one.
fn read_from(later: &Release, release: ReleaseNumber) -> Vec<TableRow> {
    let tables = LaterTables {
        observations: file_of(&later.files[OBSERVATIONS]),
        revisions: file_of(&later.files[REVISIONS]),
    };
    let mut file = Vec::new();
    let rows = as_of(release, tables, &[], &mut file).unwrap();
    let read = rows_of(file.into());
    assert_eq!(read.len() as u64, rows);
    read
}

/// The differences of two releases, shown and as rows of the file.
fn differences(old: &Release, new: &Release) -> (Vec<IndicatorDifference>, Vec<TableRow>) {
    let later = if old.manifest.release > new.manifest.release {
        old
    } else {
        new
    };
    let releases = ComparedReleases {
        old: old.manifest.release,
        old_observations: file_of(&old.files[OBSERVATIONS]),
        new: new.manifest.release,
        new_observations: file_of(&new.files[OBSERVATIONS]),
        revisions: file_of(&later.files[REVISIONS]),
    };
    let mut file = Vec::new();
    let shown = compare_releases(releases, Some(&mut file)).unwrap();
    (shown, rows_of(file.into()))
}

/// What a release says, by key.
fn said(release: &Release) -> BTreeMap<String, String> {
    let figures = ["value", "absolute_value", "status", "origin"];
    let rows = release.rows(OBSERVATIONS);
    rows.iter()
        .map(|row| (select(row, &KEY), select(row, &figures)))
        .collect()
}

/// Makes the one release into the other.
fn apply(said: &mut BTreeMap<String, String>, differences: &[TableRow]) {
    let old = [
        "old_value",
        "old_absolute_value",
        "old_status",
        "old_origin",
    ];
    let new = [
        "new_value",
        "new_absolute_value",
        "new_status",
        "new_origin",
    ];
    for row in differences {
        let key = select(row, &KEY);
        let before = match row["change"].as_deref() {
            Some("removed") => said.remove(&key),
            _ => said.insert(key, select(row, &new)),
        };
        // Where nothing stood, the old columns say nothing.
        assert_eq!(before.unwrap_or("- - - -".to_owned()), select(row, &old));
    }
}

/// One figure or none for each cell of a small cube: indicator, region, sex, period.
fn figures() -> impl Strategy<Value = Vec<(usize, Observation)>> {
    let regions = [
        municipality("005"),
        municipality("905"),
        key(RegionLevel::Province, "14"),
    ];
    let cells: Vec<_> = (0..3)
        .flat_map(|indicator| {
            let regions = regions.clone();
            regions.into_iter().flat_map(move |region| {
                [Sex::Total, Sex::Male].into_iter().flat_map(move |sex| {
                    let region = region.clone();
                    ["2020", "2019/2021"]
                        .map(|period| (indicator, observation(&region, period, sex, 0.0)))
                })
            })
        })
        .collect();
    let origin = prop::sample::select(Origin::ALL);
    let figure = prop_oneof![
        1 => Just(None),
        3 => (0..3_i8, prop::option::of(0..2_u8), any::<bool>(), origin).prop_map(Some),
    ];
    prop::collection::vec(figure, cells.len()).prop_map(move |figures| {
        cells
            .iter()
            .zip(figures)
            .filter_map(|((indicator, cell), figure)| {
                let (value, absolute_value, published, origin) = figure?;
                let observation = Observation {
                    value: published.then(|| f64::from(value) / 3.0),
                    absolute_value: absolute_value.map(f64::from),
                    status: if published {
                        Status::Normal
                    } else {
                        Status::NotPublished
                    },
                    origin,
                    ..cell.clone()
                };
                Some((*indicator, observation))
            })
            .collect()
    })
}

/// What becomes of the indicators of a small cube in a release: an indicator may be
/// absent, or there without any observation.
fn state() -> impl Strategy<Value = World> {
    let presence = prop_oneof![1 => Just(None), 1 => Just(Some(false)), 4 => Just(Some(true))];
    (figures(), prop::collection::vec(presence, 3)).prop_map(|(figures, presence)| {
        let mut world = World::new();
        for (indicator, presence) in presence.into_iter().enumerate() {
            let Some(has_figures) = presence else {
                continue;
            };
            let own = figures
                .iter()
                .filter(|(of, _)| has_figures && *of == indicator)
                .map(|(_, observation)| observation.clone());
            world.set(&indicator.to_string(), own.collect());
        }
        world
    })
}

fn released(states: &[World]) -> Vec<Release> {
    let mut releases: Vec<Release> = Vec::new();
    for state in states {
        releases.push(state.release(releases.last()));
    }
    releases
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Every release can be had back from every later one, row for row.
    #[test]
    fn a_release_read_from_a_later_one_is_its_own_file(
        states in prop::collection::vec(state(), 2..6),
    ) {
        let releases = released(&states);
        for (position, later) in releases.iter().enumerate() {
            for earlier in &releases[..=position] {
                prop_assert_eq!(
                    read_from(later, earlier.manifest.release),
                    earlier.rows(OBSERVATIONS)
                );
            }
        }
    }

    #[test]
    fn differences_applied_make_the_other_release(
        states in prop::collection::vec(state(), 2..6),
    ) {
        let releases = released(&states);
        let (first, last) = (&releases[0], &releases[releases.len() - 1]);
        let mut figures = said(first);
        for pair in releases.windows(2) {
            let (_, rows) = differences(&pair[0], &pair[1]);
            apply(&mut figures, &rows);
            // Of consecutive releases they are the revisions, and what is new altogether.
            let number = Some(pair[1].manifest.release.to_string());
            let mut revisions = pair[1].rows(REVISIONS);
            revisions.retain(|row| row["release"] == number);
            let news = rows.iter().filter(|row| row["reason"].as_deref() == Some("indicator_added"));
            for row in news {
                prop_assert_eq!(row["change"].as_deref(), Some("added"));
            }
            let revised: Vec<_> = rows
                .into_iter()
                .filter(|row| row["reason"].as_deref() != Some("indicator_added"))
                .collect();
            prop_assert_eq!(revised, revisions);
        }
        prop_assert_eq!(&figures, &said(last));

        // In one step, too, and backwards.
        let mut figures = said(first);
        apply(&mut figures, &differences(first, last).1);
        prop_assert_eq!(&figures, &said(last));
        apply(&mut figures, &differences(last, first).1);
        prop_assert_eq!(&figures, &said(first));
        prop_assert!(differences(last, last).0.is_empty());
    }
}

fn total(code: &str, period: &str, value: f64) -> Observation {
    observation(&municipality(code), period, Sex::Total, value)
}

#[test]
fn a_comparison_shows_losses_then_the_largest_changes_then_additions() {
    let years = || (2001..=2009).map(|year| (year, year.to_string()));
    let mut world = World::new();
    world.set(
        "1",
        years()
            .map(|(_, year)| total("905", &year, 100.0))
            .chain(years().map(|(_, year)| total("743", &year, 1.0)))
            .collect(),
    );
    let first = world.release(None);
    // Vaasa changes more every year, Seinäjoki goes, Alajärvi comes.
    world.set(
        "1",
        years()
            .map(|(number, year)| total("905", &year, 100.0 + f64::from(number - 2000)))
            .chain(years().map(|(_, year)| total("005", &year, 2.0)))
            .collect(),
    );
    let second = world.release(Some(&first));
    let (shown, rows) = differences(&first, &second);
    assert_eq!(rows.len(), 27);
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].indicator, id("1"));
    let counts = shown[0].counts;
    assert_eq!((counts.removed, counts.changed, counts.added), (9, 9, 9));
    assert_eq!(
        shown[0].reasons,
        BTreeMap::from([(RevisionReason::UpstreamUpdate, 27)])
    );
    let kinds: Vec<Change> = shown[0].shown.iter().map(|it| it.change).collect();
    let five = |change| [change; 5];
    assert_eq!(
        kinds,
        [Change::Removed, Change::Changed, Change::Added]
            .map(five)
            .concat()
    );
    let largest = &shown[0].shown[5];
    assert_eq!(largest.region, municipality("905"));
    assert_eq!(largest.period.as_str(), "2009");
    assert_eq!(largest.new.unwrap().0, Some(109.0));
}

#[test]
fn over_several_releases_the_reason_is_that_of_the_last_change() {
    let mut world = World::new();
    world.set(
        "1",
        vec![total("905", "2020", 1.0), total("743", "2020", 1.0)],
    );
    let first = world.release(None);
    world.set(
        "1",
        vec![total("905", "2020", 2.0), total("743", "2020", 2.0)],
    );
    let second = world.release(Some(&first));
    // The same answers, read in another way: only Vaasa's figure is another.
    let answers = second.manifest.indicators[0].data[0];
    world.answers.insert(id("1"), answers);
    world.set(
        "1",
        vec![total("905", "2020", 3.0), total("743", "2020", 2.0)],
    );
    let third = world.release(Some(&second));
    let columns = ["region_id", "old_value", "new_value", "release", "reason"];
    let rows = |(_, rows): (_, Vec<TableRow>)| -> Vec<String> {
        rows.iter().map(|row| select(row, &columns)).collect()
    };
    assert_eq!(
        rows(differences(&first, &third)),
        ["KU743 1 2 2 upstream_update", "KU905 1 3 3 our_code",]
    );
    assert_eq!(rows(differences(&third, &second)), ["KU905 3 2 3 our_code"]);
}

#[test]
fn an_export_can_be_of_some_indicators() {
    let mut world = World::new();
    world.set("1", vec![total("905", "2020", 1.0)]);
    world.set("2", vec![total("905", "2020", 2.0)]);
    let first = world.release(None);
    world.set("2", vec![total("905", "2020", 3.0)]);
    let second = world.release(Some(&first));
    let tables = LaterTables {
        observations: file_of(&second.files[OBSERVATIONS]),
        revisions: file_of(&second.files[REVISIONS]),
    };
    let mut file = Vec::new();
    as_of(ReleaseNumber::FIRST, tables, &[id("2")], &mut file).unwrap();
    let read: Vec<String> = rows_of(file.into())
        .iter()
        .map(|row| select(row, &["indicator_id", "value", "first_release"]))
        .collect();
    assert_eq!(read, ["made:2 2 1"]);
}
