//! Figures that a person has to look at: held, approved, rejected.

use botnia_sandbox::{Fault, FaultKind, SandboxOptions};

use crate::support::{Upstream, Workspace};

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
