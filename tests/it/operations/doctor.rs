//! `doctor`: what is looked at, and that each fault is found.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use botnia_model::ContentHash;
use botnia_sandbox::{Fault, FaultKind, RetryAfter, SandboxOptions};

use crate::postgres::database;
use crate::support::{Ran, Upstream, Workspace, files_below};

fn world() -> (Upstream, Workspace) {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    (upstream, workspace)
}

fn published() -> (Upstream, Workspace) {
    let (upstream, workspace) = world();
    workspace.botnia(&["run"]).expect_code(0);
    (upstream, workspace)
}

/// The line about one thing.
#[track_caller]
fn line<'a>(ran: &'a Ran, condition: &str, looked_at: &str) -> &'a str {
    let begins = format!("{condition:<5}{looked_at:<16}");
    let mut lines = ran.stdout.lines();
    lines
        .find(|line| line.starts_with(&begins))
        .unwrap_or_else(|| panic!("no «{begins}» in:\n{}", ran.stdout))
}

/// Every line about something else than the machine itself is ok.
#[track_caller]
fn assert_well(ran: &Ran) {
    for line in ran.stdout.lines() {
        // The disk of whoever runs the tests may be nearly full.
        let is_well = line.starts_with("ok   ") || line.starts_with("warn free space");
        assert!(is_well, "{line}");
    }
}

fn content(workspace: &Workspace) -> BTreeMap<PathBuf, Vec<u8>> {
    files_below(&workspace.data())
        .into_iter()
        // The database is opened beside whoever works on it.
        .filter(|path| !path.to_string_lossy().contains("state.db"))
        .map(|path| (path.clone(), std::fs::read(&path).unwrap_or_default()))
        .collect()
}

#[test]
fn a_fresh_place_is_well_and_nothing_is_made() {
    let (upstream, workspace) = world();
    let ran = workspace.botnia(&["doctor"]).expect_code(0);
    assert_well(&ran);
    for looked_at in [
        "settings",
        "time zone",
        "data folder",
        "ledger",
        "source sotkanet",
    ] {
        line(&ran, "ok", looked_at);
    }
    line(&ran, "ok", "clock of sotkanet");
    assert!(!workspace.data().exists(), "no folder was made");
    assert_eq!(upstream.sandbox().requests().len(), 1, "one polite request");
}

#[test]
fn a_working_place_is_well_beside_whoever_works_there() {
    let (_upstream, workspace) = published();
    let before = content(&workspace);
    let lock = std::fs::File::open(workspace.data().join("lock")).expect("the lock");
    lock.lock().expect("locked");
    let ran = workspace.botnia(&["doctor"]).expect_code(0);
    assert_well(&ran);
    assert!(line(&ran, "ok", "lock").contains("another botnia works here now"));
    assert!(line(&ran, "ok", "ledger").contains("is whole"));
    line(&ran, "ok", "store");
    line(&ran, "ok", "releases");
    line(&ran, "ok", "free space");
    assert_eq!(content(&workspace), before, "the doctor changed something");
    drop(lock);
    let ran = workspace.botnia(&["doctor"]).expect_code(0);
    assert!(line(&ran, "ok", "lock").contains("nobody works here now"));
}

/// The same questions, where the ledger is a PostgreSQL.
#[test]
fn a_ledger_on_postgres_is_looked_at_and_kept_small() {
    let Some(state) = database() else { return };
    let (_upstream, workspace) = world();
    let settings = workspace.settings();
    workspace.write_settings(&format!("state = \"{state}\"\n{settings}"));
    let ran = workspace.botnia(&["doctor"]).expect_code(0);
    assert!(line(&ran, "ok", "ledger").contains("has none yet"));

    workspace.botnia(&["run"]).expect_code(0);
    let stray = format!("normalised/{}.parquet", ContentHash::of(b"nobody's"));
    let stray = workspace.data().join(stray);
    std::fs::write(&stray, b"left").expect("a file");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(48);
    std::fs::File::open(&stray)
        .and_then(|file| file.set_modified(long_ago))
        .expect("an older file");
    let ran = workspace.botnia(&["gc"]).expect_code(0);
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    assert!(!stray.exists());

    let ran = workspace.botnia(&["doctor"]).expect_code(0);
    assert!(line(&ran, "ok", "ledger").contains("is whole"));
    line(&ran, "ok", "releases");
    let password = state.split(['/', '@', ':']).nth(4).expect("a password");
    assert!(!ran.stdout.contains(password), "{}", ran.stdout);

    let nowhere = state.rsplit_once('/').expect("a database").0;
    workspace.write_settings(&format!("state = \"{nowhere}/not_there\"\n{settings}"));
    let ran = workspace.botnia(&["doctor"]).expect_code(1);
    assert!(line(&ran, "fail", "ledger").contains("not_there"));
}

#[test]
fn every_problem_of_the_settings_is_told() {
    let (_upstream, workspace) = world();
    let broken = workspace
        .settings()
        .replace("contact", "kontakt")
        .replace("concurrency = 4", "concurrency = 0");
    workspace.write_settings(&broken);
    let ran = workspace.botnia(&["doctor"]).expect_code(1);
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
    assert!(
        ran.stdout
            .lines()
            .all(|line| line.starts_with("fail settings"))
    );
    ran.says("`kontakt`");
    ran.says("concurrency`");
    std::fs::remove_file(workspace.path().join("botnia.toml")).expect("removed");
    let ran = workspace.botnia(&["doctor"]).expect_code(1);
    assert!(line(&ran, "fail", "settings").contains("--config"));
}

#[test]
fn a_source_that_is_not_had_has_its_own_remedy() {
    let (upstream, workspace) = world();
    let fault = |kind| {
        upstream
            .sandbox()
            .set_faults(vec![Fault::new(kind)])
            .expect("a possible fault");
        workspace.botnia(&["doctor"])
    };
    let told = |ran: Ran| line(&ran.expect_code(1), "fail", "source sotkanet").to_owned();
    assert!(told(fault(FaultKind::Forbidden)).contains("hint: set `contact`"));
    assert!(told(fault(FaultKind::HtmlWith200)).contains("hint: see whether `base_url`"));
    assert!(told(fault(FaultKind::ServerError { status: 500 })).contains("the source is up"));
    let throttled = fault(FaultKind::TooManyRequests {
        retry_after: Some(RetryAfter::Seconds(3_600)),
    })
    .expect_code(0);
    assert!(line(&throttled, "warn", "source sotkanet").contains("as long as the source asks"));
    drop(upstream);
    assert!(told(workspace.botnia(&["doctor"])).contains("no connection"));
}

#[test]
fn secrets_that_others_may_read_are_found() {
    let (_upstream, workspace) = world();
    let file = workspace.path().join("botnia.toml");
    let open = |mode| {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    open(0o644);
    let ran = workspace.botnia(&["doctor"]).expect_code(0);
    assert!(
        !ran.stdout.contains("secrets"),
        "there is no secret:\n{}",
        ran.stdout
    );
    let settings = workspace.settings();
    workspace.write_settings(&format!(
        "{settings}\n[server]\ntoken = \"made-up-token-for-a-test\"\n"
    ));
    let ran = workspace.botnia(&["doctor"]).expect_code(0);
    let told = line(&ran, "warn", "secrets");
    assert!(
        told.contains("mode 644") && told.contains("chmod 600"),
        "{told}"
    );
    assert!(!ran.stdout.contains("made-up-token"), "{}", ran.stdout);
    open(0o600);
    let ran = workspace.botnia(&["doctor"]).expect_code(0);
    line(&ran, "ok", "secrets");
}

#[test]
fn a_damaged_log_a_lost_manifest_and_a_stray_latest_are_found() {
    let (upstream, workspace) = published();
    upstream.sandbox().advance();
    workspace.botnia(&["run"]).expect_code(0);
    let published = workspace.data().join("published");

    std::fs::remove_file(published.join("latest")).expect("removed");
    std::os::unix::fs::symlink("releases/000001", published.join("latest")).expect("a link");
    let ran = workspace.botnia(&["doctor"]).expect_code(0);
    assert!(line(&ran, "warn", "latest").contains("points at release 1, not at 2"));

    let first = published.join("_log/00000000000000000001.json");
    let kept = std::fs::read(&first).expect("a record");
    std::fs::remove_file(&first).expect("removed");
    let ran = workspace.botnia(&["doctor"]).expect_code(1);
    assert!(line(&ran, "fail", "log of releases").contains("begins with release 2"));
    std::fs::write(&first, kept).expect("restored");

    std::fs::remove_file(published.join("releases/000002/manifest.json")).expect("removed");
    let ran = workspace.botnia(&["doctor"]).expect_code(1);
    assert!(line(&ran, "fail", "releases").contains("manifest.json"));
}

#[test]
fn a_ledger_of_another_version_is_told_and_not_touched() {
    let (_upstream, workspace) = published();
    let state = workspace.data().join("state.db");
    let set_version = |version: u32| {
        // The version stands in the file's header, at byte 60, big-endian.
        let mut bytes = std::fs::read(&state).expect("the ledger");
        bytes[60..64].copy_from_slice(&version.to_be_bytes());
        std::fs::write(&state, bytes).expect("the ledger");
    };
    set_version(1);
    let before = std::fs::read(&state).expect("the ledger");
    let ran = workspace.botnia(&["doctor"]).expect_code(0);
    assert!(line(&ran, "warn", "ledger").contains("has layout 1"));
    assert_eq!(
        std::fs::read(&state).expect("the ledger"),
        before,
        "it was migrated"
    );
    set_version(1_000);
    let ran = workspace.botnia(&["doctor"]).expect_code(1);
    assert!(line(&ran, "fail", "ledger").contains("has layout 1000"));
    std::fs::write(&state, b"this is no database at all").expect("damage");
    let ran = workspace.botnia(&["doctor"]).expect_code(1);
    line(&ran, "fail", "ledger");
}

#[test]
fn a_folder_that_cannot_be_made_is_found() {
    let (_upstream, workspace) = world();
    let file = workspace.path().join("a-file");
    std::fs::write(&file, b"").expect("a file");
    let below = file.join("data").display().to_string();
    let ran = workspace
        .botnia(&["--data", &below, "doctor"])
        .expect_code(1);
    assert!(line(&ran, "fail", "data folder").contains("let this user write there"));
}
