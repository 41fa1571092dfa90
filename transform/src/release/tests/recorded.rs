//! What the recordings show of a division that changed, where they are at hand.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use botnia_config::{RegionTables, SourceKind};
use botnia_model::{IndicatorId, Observation, RegionLevel};

use super::world::{Release, World};
use crate::normalise::{Input, RegionIndex, describe, normalise, read_regions};

/// The folder, if it is there; says so if it is not.
fn recordings() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/recordings/sotkanet");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: the Sotkanet recordings are absent");
    None
}

fn read(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_none_or(|extension| extension != "gz") {
        return bytes;
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_end(&mut plain)
        .unwrap();
    plain
}

fn population() -> IndicatorId {
    "sotkanet:127".parse().unwrap()
}

/// The population of 2009 in a recorded answer.
fn of_2009(body: &[u8], regions: &RegionIndex) -> Vec<Observation> {
    let id = population();
    let description = br#"{"id":127,"title":{"fi":"x"}}"#;
    let description = describe(SourceKind::Sotkanet, &id, description, None, &[]).unwrap();
    let mut normalised = normalise(&Input {
        kind: SourceKind::Sotkanet,
        indicator_id: &id,
        description: &description,
        data: &[body],
        regions,
        expected: None,
    })
    .unwrap();
    normalised
        .observations
        .retain(|row| row.period.as_str() == "2009");
    normalised.observations
}

/// The answers of 2013 and of 2015 released one after the other, each on a division of
/// that day. The pull of 2013 asked for three levels only, so what the answer of 2015 has
/// of others is left out: it is no revision of anything.
fn restated(folder: &Path, days: [&'static str; 2]) -> Release {
    let list = read(&folder.join("regions.2015.json"));
    let index = read_regions(SourceKind::Sotkanet, &list, RegionTables::builtin()).unwrap();
    let before = of_2009(&read(&folder.join("data/127.2013.json.gz")), &index);
    let mut after = of_2009(&read(&folder.join("data/127.2009.csv")), &index);
    let levels: BTreeSet<RegionLevel> = before.iter().map(|row| row.region.level).collect();
    assert_eq!(
        levels,
        BTreeSet::from([
            RegionLevel::Municipality,
            RegionLevel::Province,
            RegionLevel::Subregion,
        ])
    );
    after.retain(|row| levels.contains(&row.region.level));
    assert_eq!((before.len(), after.len()), (409, 406));
    let mut world = World::new();
    world.tables = RegionTables::builtin().clone();
    world.regions = index.regions().to_vec();
    world.figures.insert(population(), before);
    world.day = days[0];
    let first = world.release(None);
    world.figures.insert(population(), after);
    world.day = days[1];
    world.release(Some(&first))
}

const REVISION: [&str; 5] = ["region_id", "change", "old_value", "new_value", "reason"];

#[test]
fn the_restated_population_of_2009_is_what_three_mergers_make_of_it() {
    let Some(folder) = recordings() else { return };
    let release = restated(&folder, ["2013-09-15", "2015-10-15"]);
    assert_eq!(
        release.select("revisions.parquet", &REVISION),
        [
            // Maaninka went to Kuopio (+3,870), Tarvasjoki to Lieto (+1,970), and Lavia
            // to Pori (+2,058).
            "KU297 changed 102656 106526 boundary_change",
            "KU413 removed 2058 - boundary_change",
            "KU423 changed 16011 17981 boundary_change",
            "KU476 removed 3870 - boundary_change",
            "KU609 changed 82786 84844 boundary_change",
            "KU838 removed 1970 - boundary_change",
            // Tarvasjoki and Lavia changed their sub-regions by that.
            "SK023 changed 307168 309138 boundary_change",
            "SK025 changed 37146 35176 boundary_change",
            "SK043 changed 137730 139788 boundary_change",
            "SK044 changed 22592 20534 boundary_change",
        ]
    );
}

#[test]
fn on_one_division_the_same_figures_are_an_update() {
    let Some(folder) = recordings() else { return };
    let release = restated(&folder, ["2015-10-15", "2015-10-15"]);
    let mut reasons = release.select("revisions.parquet", &["old_origin", "reason"]);
    // What botnia computes for the counties of the three follows their figures.
    reasons.retain(|revision| revision.starts_with("published "));
    assert_eq!(reasons, ["published upstream_update"; 10]);
}
