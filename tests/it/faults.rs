//! A source that is down, lies, or sends rubbish: what is said, how it ends, and that
//! what was published stays.

use std::sync::Arc;
use std::time::{Duration, Instant};

use botnia::engine::{Engine, RunRequest, RunSummary, Silent};
use botnia_config::{IndicatorSet, Settings};
use botnia_ingest::ClientLimits;
use botnia_model::FixedClock;
use botnia_sandbox::{Fault, FaultKind, RetryAfter, SandboxOptions};

use crate::support::{RUNTIME, Ran, Upstream, Workspace, assert_whole};

/// Publishes a first release, moves the world, plays `fault`, and runs again.
struct Second {
    workspace: Workspace,
    upstream: Upstream,
    ran: Ran,
}

fn second_run(fault: Fault) -> Second {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(
        upstream.sandbox().base_url().as_str(),
        &["127", "1065", "181"],
    );
    workspace.botnia(&["run"]).expect_code(0);
    upstream.sandbox().advance();
    upstream
        .sandbox()
        .set_faults(vec![fault])
        .expect("a possible fault");
    // A merger changes the region list's figures in edition 2: everything moved.
    let ran = workspace.botnia(&["run", "--full"]);
    let record = workspace.record().expect("a record");
    let manifest = assert_whole(&workspace.release(), &record);
    assert_eq!(
        manifest.indicators.len(),
        3,
        "an indicator that fails keeps its last good figures"
    );
    assert_eq!(
        workspace.latest().canonicalize().expect("a link"),
        workspace.release().canonicalize().expect("a folder")
    );
    Second {
        workspace,
        upstream,
        ran,
    }
}

fn data_of_127(kind: FaultKind) -> Fault {
    Fault::new(kind).path("/rest/1.1/json").indicator(127)
}

/// The data of one indicator goes wrong: that one keeps its figures, the others go on,
/// and when the source has recovered so has the indicator.
#[track_caller]
fn one_fails(kind: FaultKind, words: &str) {
    let second = second_run(data_of_127(kind));
    let Second {
        workspace,
        upstream,
        ran,
    } = second;
    let ran = ran.expect_code(1);
    ran.says("sotkanet:127");
    ran.says(words);
    ran.says("the last good figures stay published");
    assert_eq!(workspace.record().expect("a record").release.get(), 2);
    workspace
        .botnia(&["status"])
        .expect_code(1)
        .says("Failing    sotkanet:127");
    upstream.sandbox().set_faults(Vec::new()).expect("no fault");
    workspace.botnia(&["run"]).expect_code(0);
    assert_eq!(workspace.record().expect("a record").release.get(), 3);
    workspace.botnia(&["status"]).expect_code(0);
}

#[test]
fn truncated_body() {
    one_fails(FaultKind::Truncated, "unavailable");
}

#[test]
fn server_error() {
    one_fails(FaultKind::ServerError { status: 503 }, "503");
}

#[test]
fn html_with_200() {
    one_fails(FaultKind::HtmlWith200, "HTML");
}

#[test]
fn not_json() {
    one_fails(FaultKind::NotJson, "JSON");
}

#[test]
fn connection_reset() {
    one_fails(FaultKind::ConnectionReset, "connection");
}

#[test]
fn redirect_loop() {
    one_fails(FaultKind::RedirectLoop, "redirect");
}

#[test]
fn decompression_bomb() {
    one_fails(
        FaultKind::DecompressionBomb { megabytes: 200 },
        "expands beyond belief",
    );
}

#[test]
fn missing_field() {
    let fault = Fault::new(FaultKind::MissingField {
        field: "id".to_owned(),
    });
    let second = second_run(fault.path("/rest/1.1/indicators/127"));
    second.ran.expect_code(1).says("sotkanet:127");
}

/// The whole host is left alone, so what had not been asked for before the pause fails too.
#[test]
fn a_pause_longer_than_a_run_can_wait() {
    let pause = FaultKind::TooManyRequests {
        retry_after: Some(RetryAfter::Seconds(3600)),
    };
    let Second {
        workspace,
        upstream,
        ran,
    } = second_run(data_of_127(pause));
    let ran = ran.expect_code(1);
    ran.says("sotkanet:127");
    ran.says("the last good figures stay published");
    upstream.sandbox().set_faults(Vec::new()).expect("no fault");
    workspace.botnia(&["run"]).expect_code(0);
    assert!(workspace.record().expect("a record").release.get() >= 2);
    workspace.botnia(&["status"]).expect_code(0);
}

#[test]
fn a_slow_answer_is_waited_for() {
    second_run(data_of_127(FaultKind::Delay { milliseconds: 1500 }))
        .ran
        .expect_code(0);
}

#[test]
fn forbidden() {
    one_fails(FaultKind::Forbidden, "403");
}

#[track_caller]
fn one_is_held(kind: FaultKind, code: &str) {
    let Second {
        workspace,
        upstream,
        ran,
    } = second_run(data_of_127(kind));
    ran.expect_code(3).says("sotkanet:127");
    workspace.botnia(&["held"]).expect_code(3).says(code);
    workspace.botnia(&["run"]).expect_code(3);
    // A passing fault heals by itself, also where a person turned its figures down.
    let note = ["reject", "sotkanet:127", "--note", "broken answer"];
    workspace.botnia(&note).expect_code(0);
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("nothing changed");
    upstream.sandbox().set_faults(Vec::new()).expect("no fault");
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("Release    3 is published");
    workspace
        .botnia(&["held"])
        .expect_code(0)
        .says("Nothing waits");
}

#[test]
fn an_empty_array_where_there_were_figures_is_held() {
    one_is_held(FaultKind::EmptyArray, "all_rows_lost");
}

#[test]
fn a_short_answer_is_held() {
    one_is_held(FaultKind::ShortAnswer { keep: 0.5 }, "rows_lost");
}

#[test]
fn a_throttled_request_waits_as_long_as_it_was_told() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace.botnia(&["run"]).expect_code(0);
    let fault = data_of_127(FaultKind::TooManyRequests {
        retry_after: Some(RetryAfter::Seconds(12)),
    });
    let faults = vec![fault.times(1)];
    upstream
        .sandbox()
        .set_faults(faults)
        .expect("a possible fault");
    let began = Instant::now();
    workspace.botnia(&["run", "--full"]).expect_code(0);
    assert!(began.elapsed().as_secs() >= 12);
}

#[test]
fn a_passing_error_is_retried() {
    second_run(data_of_127(FaultKind::ServerError { status: 500 }).times(1))
        .ran
        .expect_code(0);
}

#[test]
fn a_source_that_is_down_leaves_everything_as_it_was() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace.botnia(&["run"]).expect_code(0);
    drop(upstream);
    let ran = workspace.botnia(&["run"]).expect_code(1);
    ran.says("could not be swept");
    ran.says("release 1 is still served");
    assert_whole(&workspace.release(), &workspace.record().expect("a record"));
}

#[test]
fn a_source_that_was_never_there_publishes_nothing() {
    // A port that was free a moment ago: nobody listens there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address");
    drop(free);
    let workspace = Workspace::new(&format!("http://{address}/rest/1.1"), &["127"]);
    let ran = workspace.botnia(&["run"]).expect_code(1);
    ran.says("there are no figures to publish");
    assert!(!workspace.latest().exists());
}

#[test]
fn a_region_list_that_is_rubbish_stops_the_sweep_and_nothing_else() {
    let second = second_run(Fault::new(FaultKind::HtmlWith200).path("/rest/1.1/regions"));
    second.ran.expect_code(1).says("could not be swept");
    assert_eq!(
        second.workspace.record().expect("a record").release.get(),
        1
    );
}

/// The program's own limits are minutes; the same engine with shorter ones, against the
/// same server that gives a byte a second.
#[test]
fn slow_loris() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(
        upstream.sandbox().base_url().as_str(),
        &["127", "1065", "181"],
    );
    workspace.botnia(&["run"]).expect_code(0);
    upstream.sandbox().advance();
    let slow = data_of_127(FaultKind::SlowLoris {
        bytes_per_second: 1,
    });
    upstream
        .sandbox()
        .set_faults(vec![slow])
        .expect("a possible fault");
    let limits = ClientLimits {
        total_timeout: Duration::from_secs(3),
        attempts: 2,
        backoff_first: Duration::from_millis(10),
        ..ClientLimits::default()
    };
    let summary = run_here(&workspace, limits);
    let failed: Vec<_> = summary.failures.iter().map(|(what, _)| what).collect();
    assert_eq!(failed, ["sotkanet:127"]);
    assert!(
        summary.failures[0].1.contains("operation timed out"),
        "{:?}",
        summary.failures
    );
    let record = workspace.record().expect("a record");
    assert_eq!(record.release.get(), 2, "the others are released");
    let manifest = assert_whole(&workspace.release(), &record);
    assert_eq!(
        manifest.indicators.len(),
        3,
        "127 keeps its last good figures"
    );
    upstream.sandbox().set_faults(Vec::new()).expect("no fault");
    workspace.botnia(&["run"]).expect_code(0);
    assert_eq!(workspace.record().expect("a record").release.get(), 3);
}

/// A run within this process.
fn run_here(workspace: &Workspace, limits: ClientLimits) -> RunSummary {
    let settings = Settings::parse("botnia.toml", &workspace.settings(), std::iter::empty())
        .expect("settings");
    RUNTIME.block_on(async {
        let clock = Arc::new(FixedClock::at(jiff::Timestamp::now()));
        let engine = Engine::open_within(settings, IndicatorSet::builtin(), clock, limits)
            .await
            .expect("an engine");
        let summary = engine.run(&RunRequest::default(), &Silent).await;
        engine.close().await;
        summary.expect("a run")
    })
}
