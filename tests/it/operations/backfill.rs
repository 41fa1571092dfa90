//! `backfill`: everything again from the archive, and what was lost.

use std::path::PathBuf;

use botnia_model::{IndicatorEntry, Manifest};
use botnia_sandbox::SandboxOptions;

use crate::support::{Upstream, Workspace, assert_whole};

const INDICATORS: [&str; 2] = ["127", "1065"];

/// A first release of two indicators; the upstream is gone since.
fn published() -> (Workspace, Manifest) {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &INDICATORS);
    workspace.botnia(&["run"]).expect_code(0);
    let record = workspace.record().expect("a record");
    let manifest = assert_whole(&workspace.release(), &record);
    (workspace, manifest)
}

fn entry<'a>(manifest: &'a Manifest, indicator: &str) -> &'a IndicatorEntry {
    let mut entries = manifest.indicators.iter();
    entries
        .find(|entry| entry.indicator_id.to_string() == indicator)
        .expect("the indicator")
}

fn normalised(workspace: &Workspace, manifest: &Manifest, indicator: &str) -> PathBuf {
    let hash = entry(manifest, indicator).normalised;
    workspace.data().join(format!("normalised/{hash}.parquet"))
}

#[test]
fn without_the_source_backfill_changes_nothing() {
    let (workspace, _) = published();
    workspace
        .botnia(&["run"])
        .expect_code(1)
        .says("could not be swept");
    // That plan still waits for the source; backfill does not.
    let ran = workspace.botnia(&["backfill"]).expect_code(0);
    ran.says("2 indicators: 0 changed, 2 unchanged, 0 held, 0 failed");
    ran.says("nothing changed");
    assert_eq!(workspace.record().expect("a record").release.get(), 1);
    workspace
        .botnia(&["backfill", "--source", "elsewhere"])
        .expect_code(2);
    workspace
        .botnia(&["backfill", "--indicator", "181"])
        .expect_code(2)
        .says("do not select the indicator `181`");
}

#[test]
fn backfill_makes_a_lost_object_again_with_the_same_bytes() {
    let (workspace, manifest) = published();
    let object = normalised(&workspace, &manifest, "sotkanet:127");
    let before = std::fs::read(&object).expect("the object");
    std::fs::remove_file(&object).expect("removed");
    workspace
        .botnia(&["backfill"])
        .expect_code(0)
        .says("nothing changed");
    assert_eq!(std::fs::read(&object).expect("the object"), before);
}

#[test]
fn a_lost_answer_is_named_and_the_others_go_on() {
    let (workspace, manifest) = published();
    let answer = entry(&manifest, "sotkanet:127").data[0].to_string();
    let path = format!("raw/sha256/{}/{answer}.zst", &answer[..2]);
    std::fs::remove_file(workspace.data().join(&path)).expect("removed");
    let ran = workspace.botnia(&["backfill"]).expect_code(1);
    ran.says("2 indicators: 0 changed, 1 unchanged, 0 held, 1 failed");
    ran.says(&format!("sotkanet:127: read `{path}` from the archive"));
    ran.says("restore it from a backup, or fetch again with `botnia run --full`");
    ran.says("release 1 is still served");
    workspace
        .botnia(&["backfill", "--indicator", "1065"])
        .expect_code(0);
}

#[test]
fn backfill_needs_an_archive() {
    let workspace = Workspace::new("http://127.0.0.1:9/rest/1.1", &INDICATORS);
    workspace
        .botnia(&["backfill"])
        .expect_code(1)
        .says("hint: `botnia run` makes the first release");
    assert!(!workspace.data().exists(), "no folder was made");
}

#[test]
fn a_lost_object_does_not_end_a_run() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &INDICATORS);
    workspace.botnia(&["run"]).expect_code(0);
    let record = workspace.record().expect("a record");
    let manifest = assert_whole(&workspace.release(), &record);
    let object = normalised(&workspace, &manifest, "sotkanet:127");
    let before = std::fs::read(&object).expect("the object");
    std::fs::remove_file(&object).expect("removed");
    upstream.sandbox().advance();
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("Release    2 is published");
    assert_eq!(std::fs::read(&object).expect("the object"), before);
}
