//! Wrong settings: exit 2, and an error that names file, line, key and the nearest right
//! one. The reader's own tests have every case; here is the way through the program.

use std::path::Path;

use crate::support::Workspace;

#[test]
fn an_unknown_key_names_file_line_and_the_nearest_right_one() {
    let workspace = Workspace::new("https://example.org/rest/1.1", &["127"]);
    workspace.botnia(&["validate"]).expect_code(0);
    workspace.write_settings(
        "data = \"data\"\n\n[[source]]\nid = \"sotkanet\"\nkind = \"sotkanet\"\nbase_url = \"https://example.org\"\nschedul = \"15 5 * * *\"\nindicators = [\"127\"]\n",
    );
    for command in [&["validate"][..], &["run"]] {
        let ran = workspace.botnia(command).expect_code(2);
        ran.says("botnia.toml:7:1");
        ran.says("schedul");
        ran.says("`schedule`");
    }
}

#[test]
fn what_cannot_work_is_said_and_secrets_are_not() {
    let source = "[[source]]\nid = \"sotkanet\"\nkind = \"sotkanet\"\nbase_url = \"https://example.org\"\nschedule = \"0 0 31 2 *\"\nindicators = [\"hyvinvointikertomus\"]\n";
    let workspace = Workspace::new("https://example.org", &["127"]);
    workspace.write_settings(&format!(
        "state = \"postgress://botnia:hunter2@db/botnia\"\n{source}[workers]\nlease_seconds = 1\n[server]\ntoken = \"hunter2\"\n"
    ));
    let ran = workspace.botnia(&["validate"]).expect_code(2);
    for words in [
        "botnia.toml:1:9: `state`: `postgress://botnia:REDACTED@db/botnia`",
        "botnia.toml:6:12: `source[1].schedule`: `0 0 31 2 *` never fires",
        "botnia.toml:7:15: `source[1].indicators[1]`: `hyvinvointikertomus` is not",
        "did you mean \"set:hyvinvointikertomus\"?",
        "botnia.toml:9:17: `workers.lease_seconds`: must be at least 5 and at most 3600",
        "botnia.toml:11:9: `server.token`: must be at least 16",
    ] {
        ran.says(words);
    }
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}

#[test]
fn a_missing_settings_file_says_how_to_begin() {
    let workspace = Workspace::new("https://example.org", &["127"]);
    std::fs::remove_file(workspace.path().join("botnia.toml")).expect("removed");
    workspace
        .botnia(&["run"])
        .expect_code(2)
        .says("botnia.toml");
}

#[test]
fn an_indicator_that_is_not_selected_is_named() {
    let upstream = crate::support::Upstream::start(botnia_sandbox::SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace
        .botnia(&["run", "--indicator", "999999"])
        .expect_code(2)
        .says("999999");
    workspace
        .botnia(&["run", "--source", "sotkamo"])
        .expect_code(2)
        .says("`sotkanet`");
}

#[test]
fn other_years_are_fetched_although_nothing_moved() {
    let upstream = crate::support::Upstream::start(botnia_sandbox::SandboxOptions::default());
    let workspace = Workspace::with_every_year(upstream.sandbox().base_url().as_str(), &["127"]);
    let settings = workspace.settings();
    workspace.write_settings(&format!("{settings}years = \"2015..\"\n"));
    workspace.botnia(&["run"]).expect_code(0);
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("nothing changed");
    workspace.write_settings(&format!("{settings}years = \"2010..\"\n"));
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("Release    2 is published");
}

#[test]
fn what_this_version_cannot_use_is_said_before_a_run() {
    for (settings, words) in [
        (
            "data = \"gs://bucket/prefix\"\nstate = \"sqlite:state.db\"",
            "s3://",
        ),
        ("state = \"mysql://db/botnia\"", "no address of a ledger"),
    ] {
        let workspace = Workspace::new("https://example.org/rest/1.1", &["127"]);
        let source = "[[source]]\nid = \"sotkanet\"\nkind = \"sotkanet\"\nbase_url = \"https://example.org\"\nindicators = [\"127\"]\n";
        workspace.write_settings(&format!("{settings}\n\n{source}"));
        for command in ["validate", "run"] {
            workspace.botnia(&[command]).expect_code(2).says(words);
        }
    }
}

#[test]
fn quiet_is_not_silent_about_what_failed() {
    let upstream = crate::support::Upstream::start(botnia_sandbox::SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127", "99999"]);
    let ran = workspace.botnia(&["--quiet", "run"]).expect_code(1);
    assert!(ran.stderr.contains("sotkanet:99999"), "{}", ran.stderr);
    workspace
        .botnia(&["status"])
        .expect_code(1)
        .says("Failing    sotkanet:99999");
    // What the settings no longer select is nobody's trouble.
    let settings = workspace.settings();
    workspace.write_settings(&settings.replace(", \"99999\"", ""));
    workspace.botnia(&["status"]).expect_code(0);
}

/// What fails has a code, and the code a page.
#[test]
fn an_error_has_a_code_and_its_page() {
    let workspace = Workspace::new("https://example.org/rest/1.1", &["127"]);
    let ran = workspace.botnia(&["status"]).expect_code(1);
    ran.says("error[no_data]: there is no data at");
    workspace
        .botnia(&["run", "--indicator", "9"])
        .expect_code(2)
        .says("error[usage]: ");
    std::fs::create_dir_all(workspace.data()).expect("a folder");
    let lock = std::fs::File::create(workspace.data().join("lock")).expect("a lock");
    lock.lock().expect("locked");
    let ran = workspace.botnia(&["run"]).expect_code(1);
    ran.says("error[data_locked]: another botnia works on");
    ran.says("more: `botnia explain data_locked`");

    // No settings are needed to read on.
    std::fs::remove_file(workspace.path().join("botnia.toml")).expect("removed");
    let page = workspace
        .botnia(&["explain", "data_locked"])
        .expect_code(0)
        .stdout;
    let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors/data_locked.md");
    assert_eq!(page, std::fs::read_to_string(written).expect("a page"));
    let listed = workspace.botnia(&["explain"]).expect_code(0).stdout;
    assert!(listed.lines().count() > 25, "{listed}");
    workspace
        .botnia(&["explain", "no_such_code"])
        .expect_code(2)
        .says("there is no error code `no_such_code`");
}
