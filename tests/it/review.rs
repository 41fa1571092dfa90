//! Figures that a person has to look at: held, approved, rejected.

use std::path::PathBuf;

use botnia_sandbox::{Fault, FaultKind, SandboxOptions};

use crate::support::{Upstream, Workspace, assert_whole, files_below};

fn wrong_title(upstream: &Upstream) {
    let fault = Fault::new(FaultKind::WrongTitle {
        title: "Hirvikolarit / 1 000 asukasta".to_owned(),
    });
    upstream
        .sandbox()
        .set_faults(vec![fault.path("/rest/1.1/indicators").indicator(181)])
        .expect("a possible fault");
}

#[test]
fn a_wrong_pair_of_id_and_title_is_held_and_says_which_title_came() {
    let upstream = Upstream::start(SandboxOptions::default());
    wrong_title(&upstream);
    let workspace = Workspace::new(
        upstream.sandbox().base_url().as_str(),
        &["set:hyvinvointikertomus"],
    );
    let ran = workspace
        .botnia(&["run", "--indicator", "181", "--indicator", "127"])
        .expect_code(3);
    ran.says("Hirvikolarit / 1 000 asukasta");
    ran.says("Työttömät, % työvoimasta");
    let manifest =
        std::fs::read_to_string(workspace.release().join("manifest.json")).expect("a manifest");
    assert!(manifest.contains("sotkanet:127"));
    assert!(!manifest.contains("sotkanet:181"));

    workspace
        .botnia(&["held"])
        .expect_code(3)
        .says("sotkanet:181\ttitle_differs");
    workspace
        .botnia(&["status"])
        .expect_code(3)
        .says("Held       sotkanet:181");

    // Still held while nothing moves, and nothing is published again.
    workspace
        .botnia(&["run", "--indicator", "181"])
        .expect_code(3)
        .says("nothing changed");

    workspace
        .botnia(&["approve", "sotkanet:181"])
        .expect_code(0);
    workspace
        .botnia(&["run", "--indicator", "181"])
        .expect_code(0)
        .says("Release    2 is published");
    let manifest =
        std::fs::read_to_string(workspace.release().join("manifest.json")).expect("a manifest");
    assert!(manifest.contains("sotkanet:181"));
}

#[test]
fn rejected_figures_stay_out_until_the_source_changes_them() {
    let upstream = Upstream::start(SandboxOptions::default());
    wrong_title(&upstream);
    let workspace = Workspace::new(
        upstream.sandbox().base_url().as_str(),
        &["set:hyvinvointikertomus"],
    );
    let run = || workspace.botnia(&["run", "--indicator", "181", "--indicator", "127"]);
    run().expect_code(3);
    workspace
        .botnia(&["reject", "sotkanet:181", "--note", " "])
        .expect_code(2);
    workspace
        .botnia(&["reject", "sotkanet:181", "--note", "not our indicator"])
        .expect_code(0);
    workspace
        .botnia(&["held"])
        .expect_code(0)
        .says("not our indicator");
    run().expect_code(0).says("nothing changed");
    upstream.sandbox().set_faults(Vec::new()).expect("no fault");
    run().expect_code(0).says("Release    2 is published");
}

#[test]
fn approving_what_is_not_held_is_wrong_usage() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace
        .botnia(&["approve", "sotkanet:127"])
        .expect_code(1)
        .says("no data");
    workspace.botnia(&["run"]).expect_code(0);
    workspace
        .botnia(&["approve", "sotkanet:127"])
        .expect_code(2)
        .says("nothing of `sotkanet:127` is held");
}

/// Publishes a first release, moves the world, and has the source send `181` wrongly: the
/// run holds that indicator for `code` and releases the population, which moved.
#[track_caller]
fn one_is_held(fault: Fault, code: &str) -> (Upstream, Workspace) {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127", "181"]);
    workspace.botnia(&["run"]).expect_code(0);
    let before = figures_of(&workspace, "sotkanet:181");
    upstream.sandbox().advance();
    let set = upstream.sandbox().set_faults(vec![fault.indicator(181)]);
    set.expect("a possible fault");
    let ran = workspace.botnia(&["run", "--full"]).expect_code(3);
    ran.says("Release    2 is published");
    ran.says("Held       sotkanet:181");
    assert!(!ran.stderr.contains("Held       sotkanet:127"), "{ran:?}");
    let held = workspace.botnia(&["held"]).expect_code(3);
    held.says(&format!("sotkanet:181\t{code}\t"));
    assert_eq!(figures_of(&workspace, "sotkanet:181"), before);
    (upstream, workspace)
}

/// The hash of the figures that the newest release has of an indicator.
fn figures_of(workspace: &Workspace, indicator: &str) -> String {
    let record = workspace.record().expect("a record");
    let manifest = assert_whole(&workspace.release(), &record);
    let mut entries = manifest.indicators.iter();
    let entry = entries.find(|entry| entry.indicator_id.to_string() == indicator);
    entry.expect("a released indicator").normalised.to_string()
}

/// The folder with what was held of `sotkanet:181`.
fn quarantined(workspace: &Workspace) -> Vec<PathBuf> {
    files_below(&workspace.data().join("quarantine"))
}

/// Approves what is held, and has the next run release it.
#[track_caller]
fn approval_releases_it(workspace: &Workspace) {
    let before = figures_of(workspace, "sotkanet:181");
    let approve = ["approve", "sotkanet:181", "--note", "it was announced"];
    workspace.botnia(&approve).expect_code(0);
    assert_eq!(quarantined(workspace), [] as [PathBuf; 0]);
    let ran = workspace.botnia(&["run", "--full"]).expect_code(0);
    ran.says("Release    3 is published");
    assert_ne!(figures_of(workspace, "sotkanet:181"), before);
}

#[test]
fn an_injected_outlier_is_held_until_it_is_approved() {
    let fault = Fault::new(FaultKind::WrongValues {
        region: Some(347),
        year: Some(2023),
        factor: 6.0,
    });
    let (_upstream, workspace) = one_is_held(fault.path("/rest/1.1/json"), "outlier_far");
    let shown = workspace.botnia(&["held", "sotkanet:181"]).expect_code(3);
    shown.says("Seinäjoki (municipality 743), 2023, total: ");
    shown.says("Holds      outlier_far: ");
    let [differences, reasons] = quarantined(&workspace).try_into().expect("two files");
    shown.says(differences.to_str().expect("UTF-8"));
    let csv = std::fs::read_to_string(&differences).expect("the differences");
    assert!(
        csv.contains("\r\nmunicipality,743,KU743,2023,total,,changed,"),
        "{csv}"
    );
    let report = std::fs::read_to_string(&reasons).expect("the reasons");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["reasons"][0]["code"], "outlier_far");
    assert_eq!(report["reasons"][0]["severity"], "hold");
    approval_releases_it(&workspace);
}

#[test]
fn a_lost_province_is_held_until_it_is_approved() {
    let fault = Fault::new(FaultKind::MissingRegions { regions: vec![501] });
    let (_upstream, workspace) = one_is_held(fault.path("/rest/1.1/json"), "regions_lost");
    approval_releases_it(&workspace);
}

#[test]
fn a_unit_flip_is_held_whether_the_source_says_so_or_not() {
    let fault = Fault::new(FaultKind::WrongValues {
        region: None,
        year: None,
        factor: 10.0,
    });
    let (_upstream, workspace) = one_is_held(fault.path("/rest/1.1/json"), "year_revised");
    approval_releases_it(&workspace);
    let fault = Fault::new(FaultKind::WrongUnit {
        code: "PER1000".to_owned(),
    });
    one_is_held(fault.path("/rest/1.1/indicators/181"), "unit_changed");
}

/// The held figures that the newest report is about.
fn looked_at(workspace: &Workspace) -> String {
    let shown = workspace.botnia(&["held", "sotkanet:181"]).expect_code(3);
    let mut lines = shown.stdout.lines();
    let line = lines.find_map(|line| line.strip_prefix("Figures    "));
    line.expect("the figures' hash").to_owned()
}

#[test]
fn only_what_was_looked_at_is_decided() {
    let wrong = |factor| {
        let fault = Fault::new(FaultKind::WrongValues {
            region: None,
            year: None,
            factor,
        });
        fault.path("/rest/1.1/json")
    };
    let (upstream, workspace) = one_is_held(wrong(10.0), "year_revised");
    let first = looked_at(&workspace);
    let set = upstream
        .sandbox()
        .set_faults(vec![wrong(20.0).indicator(181)]);
    set.expect("a possible fault");
    workspace.botnia(&["run"]).expect_code(3);
    let second = looked_at(&workspace);
    assert_ne!(first, second);
    // What the first run put there made room for what the second did.
    let files = quarantined(&workspace);
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(
        files
            .iter()
            .all(|file| file.to_string_lossy().contains(&second))
    );
    for decide in [
        &["approve", "sotkanet:181", "--figures", &first][..],
        &[
            "reject",
            "sotkanet:181",
            "--note",
            "no",
            "--figures",
            &first,
        ],
    ] {
        let refused = workspace.botnia(decide).expect_code(2);
        refused.says("look at those before you decide");
        refused.says("`botnia held sotkanet:181` shows them");
    }
    assert_eq!(looked_at(&workspace), second);

    // A rejected one stays, with its note.
    let reject = [
        "reject",
        "sotkanet:181",
        "--note",
        "wrong base",
        "--figures",
        &second,
    ];
    workspace.botnia(&reject).expect_code(0);
    let files = quarantined(&workspace);
    assert_eq!(files.len(), 3, "{files:?}");
    let note = files.iter().find(|file| file.ends_with("rejection.json"));
    let note = std::fs::read_to_string(note.expect("a note")).expect("text");
    assert!(note.contains("wrong base"), "{note}");
    workspace
        .botnia(&["held", "sotkanet:181"])
        .expect_code(0)
        .says("Rejected   wrong base");
}

#[test]
fn a_warning_is_released_and_said() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127", "181"]);
    workspace.botnia(&["run"]).expect_code(0);
    let fault = Fault::new(FaultKind::MissingRegions { regions: vec![347] });
    let fault = fault.path("/rest/1.1/json").indicator(181);
    upstream
        .sandbox()
        .set_faults(vec![fault])
        .expect("possible");
    let ran = workspace.botnia(&["run", "--full"]).expect_code(0);
    let said = "sotkanet:181: 1 regions have no figure any more: Seinäjoki (municipality 743).";
    ran.says(&format!("Warned     {said}"));
    ran.says("Release    2 is published");
    let status = workspace.botnia(&["status"]).expect_code(0);
    status.says(&format!("Warned     {said}"));
    // It stays said until other figures come.
    workspace.botnia(&["run", "--full"]).expect_code(0);
    workspace.botnia(&["status"]).expect_code(0).says(said);
    upstream.sandbox().set_faults(Vec::new()).expect("no fault");
    workspace.botnia(&["run", "--full"]).expect_code(0);
    let status = workspace.botnia(&["status"]).expect_code(0);
    assert!(!status.stdout.contains("Warned"), "{}", status.stdout);
}

#[test]
fn gc_keeps_what_the_ledger_says_is_held_and_nothing_else_of_the_quarantine() {
    let fault = Fault::new(FaultKind::WrongUnit {
        code: "PER1000".to_owned(),
    });
    let (_upstream, workspace) =
        one_is_held(fault.path("/rest/1.1/indicators/181"), "unit_changed");
    let held = quarantined(&workspace);
    assert_eq!(held.len(), 2);
    let folder = held[0].parent().expect("a folder");
    // As a run leaves it that was cut off before the ledger knew.
    let left = folder.with_file_name("0".repeat(64));
    std::fs::create_dir(&left).expect("a folder");
    let young = folder.with_file_name("1".repeat(64));
    std::fs::create_dir(&young).expect("a folder");
    for folder in [&left, &young] {
        std::fs::write(folder.join("diff.csv"), "left").expect("a file");
    }
    let then = std::time::Duration::from_hours(48);
    for file in held.iter().chain([&left.join("diff.csv")]) {
        let written = std::fs::metadata(file).and_then(|file| file.modified());
        let aged = written.expect("a moment") - then;
        let file = std::fs::File::open(file).expect("a file");
        file.set_modified(aged).expect("an older file");
    }
    let collected = workspace.botnia(&["gc"]).expect_code(0);
    let gone: Vec<_> = collected.stdout.lines().collect();
    assert_eq!(
        gone,
        [format!(
            "quarantine/sotkanet/181/{}/diff.csv",
            "0".repeat(64)
        )]
    );
    let mut left: Vec<_> = held;
    left.push(young.join("diff.csv"));
    left.sort();
    assert_eq!(quarantined(&workspace), left);
}
