//! Killed at any moment, the next run ends in a correct release, and no reader ever saw
//! half of one.

use std::process::Stdio;
use std::time::{Duration, Instant};

use botnia_sandbox::SandboxOptions;

use crate::support::{Upstream, Workspace, assert_whole};

const INDICATORS: [&str; 4] = ["127", "181", "5", "74"];

/// How many kills; each at another moment of the run.
const KILLS: u32 = 24;

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
        let tables = |manifest: &botnia_model::Manifest| {
            manifest
                .files
                .iter()
                .filter(|file| file.content_hash.is_some())
                .map(|file| (file.path.clone(), file.sha256))
                .collect::<Vec<_>>()
        };
        assert_eq!(tables(&manifest), tables(&expected), "kill {kill}");
        let leftovers: Vec<_> = crate::support::files_below(&workspace.data().join("published"))
            .into_iter()
            .filter(|path| path.to_string_lossy().contains('#'))
            .collect();
        assert!(leftovers.is_empty(), "{leftovers:?}");
    }
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
