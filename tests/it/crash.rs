//! Killed at any moment, the next run ends in a correct release, and no reader ever saw
//! half of one.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use botnia_model::{ContentHash, FileEntry, Manifest};
use botnia_sandbox::SandboxOptions;

use crate::support::{Upstream, Workspace, assert_whole, held_by};

const INDICATORS: [&str; 4] = ["127", "181", "5", "74"];

/// How many kills; each at another moment of the run.
const KILLS: u32 = 8;

#[test]
fn killed_at_any_moment_the_next_run_ends_in_the_same_release() {
    let upstream = Upstream::start(SandboxOptions::default());
    let url = upstream.sandbox().base_url();
    let undisturbed = Workspace::new(url.as_str(), &INDICATORS);
    let began = Instant::now();
    undisturbed.botnia(&["run"]).expect_code(0);
    let whole = began.elapsed();
    let expected = assert_whole(
        &undisturbed.release(),
        &undisturbed.record().expect("a record"),
    );

    for kill in 0..KILLS {
        let workspace = Workspace::new(url.as_str(), &INDICATORS);
        let mut child = workspace
            .command(&["run", "--quiet"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        wait(whole * (kill + 1) / KILLS);
        child.kill().expect("SIGKILL");
        child.wait().expect("it ends");

        // A reader sees a whole release, or none.
        let before = workspace.record();
        if let Some(record) = &before {
            assert_whole(&workspace.release(), record);
        } else {
            assert!(!workspace.latest().exists());
        }
        workspace.botnia(&["run"]).expect_code(0);
        let record = workspace.record().expect("a record");
        let manifest = assert_whole(&workspace.release(), &record);
        assert_eq!(record.release.get(), 1, "kill {kill}");
        assert_eq!(manifest.inputs, expected.inputs, "kill {kill}");
        assert_eq!(tables(&manifest), tables(&expected), "kill {kill}");
        let leftovers: Vec<_> = crate::support::files_below(&workspace.data().join("published"))
            .into_iter()
            .filter(|path| path.to_string_lossy().contains('#'))
            .collect();
        assert!(leftovers.is_empty(), "{leftovers:?}");
    }
}

/// From release 1 to release 2: whatever the moment of the kill, a reader that follows
/// `latest` meanwhile sees one of the two, whole.
#[test]
fn killed_between_two_releases_readers_see_one_of_them() {
    let upstream = Upstream::start(SandboxOptions::default());
    let url = upstream.sandbox().base_url();
    let first = Workspace::new(url.as_str(), &INDICATORS);
    first.botnia(&["run"]).expect_code(0);
    upstream.sandbox().advance();
    let copy = |to: &Workspace| {
        let copied = Command::new("cp")
            .arg("-a")
            .args([first.data(), to.data()])
            .status();
        assert!(copied.expect("cp runs").success());
    };
    let undisturbed = Workspace::new(url.as_str(), &INDICATORS);
    copy(&undisturbed);
    let began = Instant::now();
    undisturbed.botnia(&["run"]).expect_code(0);
    let whole = began.elapsed();
    let record = undisturbed.record().expect("a record");
    let expected = assert_whole(&undisturbed.release(), &record);
    assert_eq!(expected.release.get(), 2);

    for kill in 0..KILLS / 2 {
        let workspace = Workspace::new(url.as_str(), &INDICATORS);
        copy(&workspace);
        let mut child = workspace
            .command(&["run", "--quiet"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let deadline = Instant::now() + whole * (kill + 1) / (KILLS / 2);
        let mut looks = 0;
        while looks == 0 || Instant::now() < deadline {
            let seen = workspace.latest().canonicalize().expect("always a release");
            let bytes = std::fs::read(seen.join("manifest.json")).expect("a manifest");
            let manifest: Manifest = serde_json::from_slice(&bytes).expect("JSON");
            for file in manifest.files.iter().step_by(97) {
                let bytes = std::fs::read(seen.join(&file.path)).expect("a file");
                assert_eq!(ContentHash::of(&bytes), file.sha256, "{}", file.path);
            }
            looks += 1;
        }
        child.kill().expect("SIGKILL");
        child.wait().expect("it ends");
        assert_whole(&workspace.release(), &workspace.record().expect("a record"));
        workspace.botnia(&["run"]).expect_code(0);
        let record = workspace.record().expect("a record");
        let manifest = assert_whole(&workspace.release(), &record);
        assert_eq!(record.release.get(), 2, "kill {kill}");
        assert_eq!(tables(&manifest), tables(&expected), "kill {kill}");
    }
}

/// A file that was changed after it was published is never published again.
#[test]
fn a_damaged_published_file_is_named_and_not_carried_on() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace.botnia(&["run"]).expect_code(0);
    let damaged = workspace.release().join("region_changes.parquet");
    let permissions = std::fs::metadata(&damaged).expect("a file").permissions();
    assert!(permissions.readonly());
    let mut bytes = std::fs::read(&damaged).expect("a file");
    // Far from the footer: the file still opens.
    bytes[100] ^= 1;
    std::fs::remove_file(&damaged).expect("removed");
    std::fs::write(&damaged, bytes).expect("written");
    upstream.sandbox().advance();
    let ran = workspace.botnia(&["run"]).expect_code(1);
    ran.says("`region_changes.parquet` of release 1 was changed after it was published");
    ran.says("restore the release's folder from a backup");
    assert_eq!(workspace.record().expect("a record").release.get(), 1);
}

/// What the files of a release hold, whatever its moment.
fn tables(manifest: &Manifest) -> Vec<(String, ContentHash)> {
    let held = |file: &FileEntry| Some((file.path.clone(), held_by(file)?));
    manifest.files.iter().filter_map(held).collect()
}

/// Waits for the moment of the kill: the one place where a test needs time to pass.
fn wait(time: Duration) {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    assert!(receiver.recv_timeout(time).is_err());
    drop(sender);
}

#[test]
fn a_second_program_on_the_same_data_is_turned_away() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    std::fs::create_dir_all(workspace.data()).expect("a folder");
    let lock = std::fs::File::create(workspace.data().join("lock")).expect("a lock");
    lock.lock().expect("locked");
    let ran = workspace.botnia(&["run"]).expect_code(1);
    ran.says("another botnia works on");
    drop(lock);
    workspace.botnia(&["run"]).expect_code(0);
}
