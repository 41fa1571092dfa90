//! THL's cubes against the sandbox, through the program: a source beside Sotkanet.

use std::collections::BTreeSet;

use botnia_model::{IndicatorState, Manifest};
use botnia_sandbox::{CubeNaming, CubeOptions, Sandbox, TableOptions};

use crate::support::{Upstream, Workspace, assert_whole, read_parquet, texts};
use crate::tables::{upstream, wide};

const READY: &str = include_str!("../../config/sources/thl-kuutio.toml");

const CLIENTS: &str = "thl:toitu/ennakko3/fact_toitu_ennakko3/clients";
const SHARE: &str = "thl:toitu/ennakko3/fact_toitu_ennakko3/Asiakkaat, % väestöstä";
const VISITS: &str = "thl:toitu/kaynnit/fact_toitu_kaynnit/clients";

fn set_cubes(sandbox: &Sandbox, cubes: CubeOptions) {
    sandbox.set_tables(TableOptions { cubes, ..wide() });
}

/// An installation with Sotkanet and, by the ready file, these indicators of cubes.
fn installation(upstream: &Upstream, indicators: &[&str]) -> Workspace {
    let sandbox = upstream.sandbox();
    let workspace = Workspace::new(sandbox.base_url().as_str(), &["127"]);
    let folder = workspace.path().join("sources.d");
    std::fs::create_dir(&folder).expect("a folder");
    let list: Vec<String> = indicators
        .iter()
        .map(|id| format!("\"{}\"", id.strip_prefix("thl:").expect("of the source")))
        .collect();
    let address = "https://sampo.thl.fi/pivot/prod";
    let named = "indicators = [\"toitu/ennakko3/fact_toitu_ennakko3/clients\"]";
    assert!(READY.contains(address) && READY.contains(named));
    let ready = READY
        .replace(address, sandbox.cubes_url().as_str())
        .replace(named, &format!("indicators = [{}]", list.join(", ")))
        .replace("requests_per_second = 0.5", "requests_per_second = 1000.0");
    std::fs::write(folder.join("thl-kuutio.toml"), ready).expect("a file");
    workspace.botnia(&["validate"]).expect_code(0);
    workspace
}

fn entry<'m>(manifest: &'m Manifest, id: &str) -> &'m botnia_model::IndicatorEntry {
    let mut entries = manifest.indicators.iter();
    entries
        .find(|entry| entry.indicator_id.to_string() == id)
        .expect("the indicator")
}

fn whole(workspace: &Workspace) -> Manifest {
    assert_whole(&workspace.release(), &workspace.record().expect("a record"))
}

/// The value of an indicator in a region's folder, for a year.
fn value(workspace: &Workspace, folder: &str, indicator: &str, year: &str) -> Option<f64> {
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::Float64Type;
    let path = workspace
        .release()
        .join(folder)
        .join("observations.parquet");
    read_parquet(&path).iter().find_map(|batch| {
        let ids = texts(batch, "indicator_id");
        let periods = texts(batch, "period");
        let values = batch.column_by_name("value").expect("values");
        let values = values.as_primitive::<Float64Type>();
        let at = (0..batch.num_rows()).find(|at| ids[*at] == indicator && periods[*at] == year)?;
        Some(values.value(at))
    })
}

/// The versions that were named in questions for dimensions and figures.
fn versions_asked(sandbox: &Sandbox, cube: &str) -> BTreeSet<String> {
    let requests = sandbox.requests().into_iter();
    requests
        .filter(|request| request.path.contains(cube))
        .map(|request| {
            let mut parts = request.query.split('&');
            let run = parts.find_map(|part| part.strip_prefix("run_id="));
            run.expect("every question names a version").to_owned()
        })
        .collect()
}

#[test]
fn cubes_are_released_beside_other_sources_and_their_versions_make_no_release() {
    let upstream = upstream(wide());
    let sandbox = upstream.sandbox();
    let workspace = installation(&upstream, &[CLIENTS, SHARE, VISITS]);
    workspace.botnia(&["run"]).expect_code(0);

    let manifest = whole(&workspace);
    assert!(manifest.synthetic);
    for (id, levels) in [
        (CLIENTS, ["country", "municipality", "province"].as_slice()),
        (VISITS, &["country", "municipality", "wellbeing_county"]),
    ] {
        let entry = entry(&manifest, id);
        assert_eq!(entry.regions, None, "its regions are those of the tables");
        assert_eq!(entry.rows_in, entry.rows_out, "{id}");
        let observed = read_parquet(&workspace.release().join("observations.parquet"));
        let found: BTreeSet<String> = observed
            .iter()
            .flat_map(|batch| {
                let ids = texts(batch, "indicator_id");
                let levels = texts(batch, "region_level");
                let pairs = ids.into_iter().zip(levels);
                pairs
                    .filter(|(found, _)| found == id)
                    .map(|(_, level)| level)
            })
            .collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), levels, "{id}");
    }
    // The figures of the town stand in its folder, the share beside the count.
    let clients = value(&workspace, "municipalities/905-vaasa", CLIENTS, "2024").expect("a count");
    let share = value(&workspace, "municipalities/905-vaasa", SHARE, "2024").expect("a share");
    assert!((0.019..0.07).contains(&(share / 100.0)), "{share}");
    assert!(
        (clients / (share / 100.0) - 66_000.0).abs() < 8_000.0,
        "{clients} {share}"
    );
    assert!(value(&workspace, "municipalities/905-vaasa", VISITS, "2024").is_some());
    workspace.botnia(&["verify"]).expect_code(0);

    // Another version with other ids and the same figures: nothing to release.
    let record = workspace.record();
    set_cubes(
        sandbox,
        CubeOptions {
            version: 7,
            ..CubeOptions::default()
        },
    );
    workspace.botnia(&["run"]).expect_code(0);
    assert_eq!(workspace.record(), record);
    let asked = versions_asked(sandbox, "fact_toitu_ennakko3");
    assert_eq!(
        asked.len(),
        2,
        "the second sweep asked for the new version: {asked:?}"
    );

    // The next version has other figures.
    set_cubes(
        sandbox,
        CubeOptions {
            version: 8,
            figures: 2,
            ..CubeOptions::default()
        },
    );
    workspace.botnia(&["run"]).expect_code(0);
    assert_ne!(workspace.record(), record);
    let revised = value(&workspace, "municipalities/905-vaasa", CLIENTS, "2024");
    assert_ne!(revised, Some(clients));
}

#[test]
fn all_indicators_of_a_cube_come_from_one_version_of_it() {
    let upstream = upstream(wide());
    let sandbox = upstream.sandbox();
    // Whoever asks for the latest version finds another one each time.
    set_cubes(
        sandbox,
        CubeOptions {
            moves: true,
            ..CubeOptions::default()
        },
    );
    let workspace = installation(&upstream, &[CLIENTS, SHARE]);
    workspace.botnia(&["run"]).expect_code(0);
    let asked = versions_asked(sandbox, "fact_toitu_ennakko3");
    assert_eq!(asked.len(), 1, "{asked:?}");
    workspace.botnia(&["run"]).expect_code(0);
    let asked = versions_asked(sandbox, "fact_toitu_ennakko3");
    assert_eq!(asked.len(), 2, "each sweep has its own: {asked:?}");
}

#[test]
fn a_renamed_stage_keeps_the_last_figures_and_says_what_does_not_fit() {
    let upstream = upstream(wide());
    let sandbox = upstream.sandbox();
    let workspace = installation(&upstream, &[CLIENTS]);
    workspace.botnia(&["run"]).expect_code(0);
    let before = whole(&workspace);

    set_cubes(
        sandbox,
        CubeOptions {
            version: 2,
            figures: 2,
            naming: CubeNaming::OtherYears,
            ..CubeOptions::default()
        },
    );
    let ran = workspace.botnia(&["run"]);
    assert_ne!(ran.code, Some(0));
    let text = "no dimension has years, which are looked for in the stages `year`, `vuosi`";
    ran.says(text);
    ran.says("`time` (Aika) with root, kalenterivuosi");
    let status = workspace.botnia(&["status"]);
    status.says(text);
    status.says("`time` (Aika) with root, kalenterivuosi");
    let after = whole(&workspace);
    assert_eq!(
        entry(&after, CLIENTS).normalised,
        entry(&before, CLIENTS).normalised
    );

    // A level that goes by another name is a level that is lost: nothing is published of it
    // before a person has looked.
    set_cubes(
        sandbox,
        CubeOptions {
            version: 3,
            figures: 2,
            naming: CubeNaming::OtherMunicipalities,
            ..CubeOptions::default()
        },
    );
    workspace.botnia(&["run"]);
    workspace.botnia(&["held"]).says(CLIENTS);
    let held = whole(&workspace);
    assert_eq!(
        entry(&held, CLIENTS).normalised,
        entry(&before, CLIENTS).normalised
    );
    assert_ne!(entry(&held, CLIENTS).state, IndicatorState::Ended);
}

#[test]
fn a_cube_that_is_not_there_is_told_with_the_nearest_that_is() {
    let upstream = upstream(wide());
    let workspace = installation(
        &upstream,
        &[CLIENTS, "thl:toitu/enakko3/fact_toitu_ennakko3/clients"],
    );
    let ran = workspace.botnia(&["run"]);
    assert_ne!(ran.code, Some(0));
    ran.says("the subject `toitu` has no hydra `enakko3` with an open cube");
    ran.says("did you mean `ennakko3`?");
    // The other one is published all the same.
    entry(&whole(&workspace), CLIENTS);
}
