//! `retry`, `discard`, and what `status` says of jobs.

use botnia_sandbox::{Fault, FaultKind, SandboxOptions};

use crate::support::{Upstream, Workspace};

fn fail(upstream: &Upstream, kind: &FaultKind, indicators: &[u32]) {
    let faults = indicators.iter().map(|indicator| {
        Fault::new(kind.clone())
            .path("/rest/1.1/json")
            .indicator(*indicator)
    });
    upstream
        .sandbox()
        .set_faults(faults.collect())
        .expect("possible faults");
}

fn world(indicators: &[&str]) -> (Upstream, Workspace) {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), indicators);
    (upstream, workspace)
}

/// The dead letters as `botnia retry` lists them, field by field.
fn dead(workspace: &Workspace) -> Vec<Vec<String>> {
    let listed = workspace.botnia(&["retry"]).expect_code(3).stdout;
    let fields = |line: &str| line.split('\t').map(str::to_owned).collect();
    listed.lines().map(fields).collect()
}

#[test]
fn a_dead_letter_is_listed_with_its_evidence_and_tried_again() {
    let (upstream, workspace) = world(&["127"]);
    fail(&upstream, &FaultKind::Forbidden, &[127]);
    let ran = workspace.botnia(&["run"]).expect_code(1);
    ran.says("nothing is published yet");
    assert!(
        !ran.stderr.contains("stay published"),
        "nothing was ever published:\n{}",
        ran.stderr
    );

    let letters = dead(&workspace);
    let [letter] = letters.as_slice() else {
        panic!("one dead letter: {letters:?}");
    };
    let [job, subject, attempts, since, remedy, message, rejected] = letter.as_slice() else {
        panic!("seven fields: {letter:?}");
    };
    assert_eq!(
        (subject.as_str(), attempts.as_str(), remedy.as_str()),
        ("sotkanet:127", "1", "refused")
    );
    since.parse::<jiff::Timestamp>().expect("a moment");
    assert!(message.contains("403"), "{message}");
    let evidence = format!("raw/sha256/{}/{rejected}.zst", &rejected[..2]);
    assert!(workspace.data().join(&evidence).is_file(), "{evidence}");

    let status = workspace.botnia(&["status"]).expect_code(1);
    status.says("Dead       sotkanet:127");
    status.says(&format!("`botnia retry {job}`"));

    upstream.sandbox().set_faults(Vec::new()).expect("no fault");
    workspace
        .botnia(&["retry", job])
        .expect_code(0)
        .says("the next `botnia run` does");
    workspace
        .botnia(&["retry"])
        .expect_code(0)
        .says("No job has failed for good");
    workspace.botnia(&["run"]).expect_code(0);
    assert_eq!(workspace.record().expect("a record").release.get(), 1);
    workspace.botnia(&["status"]).expect_code(0);
    workspace
        .botnia(&["retry", job])
        .expect_code(2)
        .says("hint: `botnia retry` lists");
}

#[test]
fn a_service_does_what_retry_made_ready() {
    let (upstream, workspace) = world(&["127"]);
    fail(&upstream, &FaultKind::Forbidden, &[127]);
    workspace.botnia(&["run"]).expect_code(1);
    upstream.sandbox().set_faults(Vec::new()).expect("no fault");
    workspace.botnia(&["retry", "--all"]).expect_code(0);
    let mut service = workspace
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the service starts");
    let log = std::io::BufReader::new(service.stderr.take().expect("its log"));
    let mut said = String::new();
    let released = std::io::BufRead::lines(log).any(|line| {
        let line = line.expect("UTF-8");
        said.push_str(&line);
        said.push('\n');
        line.contains("Release committed")
    });
    service.kill().expect("it ends");
    service.wait().expect("it ends");
    assert!(released, "{said}");
    assert_eq!(workspace.record().expect("a record").release.get(), 1);
}

#[test]
fn a_dead_letter_is_let_go_for_a_reason() {
    let (upstream, workspace) = world(&["127", "1065"]);
    fail(&upstream, &FaultKind::Forbidden, &[127, 1065]);
    workspace.botnia(&["run"]).expect_code(1);
    let letters = dead(&workspace);
    assert_eq!(letters.len(), 2);
    let job = letters[0][0].as_str();
    workspace
        .botnia(&["discard", job, "--note", " "])
        .expect_code(2)
        .says("--note");
    assert_eq!(dead(&workspace).len(), 2, "nothing was let go");
    workspace
        .botnia(&["discard", job, "--note", "the source has closed it"])
        .expect_code(0);
    assert_eq!(dead(&workspace), letters[1..]);
    workspace
        .botnia(&["discard", job, "--note", "again"])
        .expect_code(2)
        .says("`botnia retry` lists");
    workspace.botnia(&["retry", "--all"]).expect_code(0);
    workspace.botnia(&["retry"]).expect_code(0);
}

#[test]
fn status_says_when_a_job_is_tried_again_and_why() {
    let (upstream, workspace) = world(&["127", "1065"]);
    fail(&upstream, &FaultKind::NotJson, &[127]);
    workspace.botnia(&["run"]).expect_code(1);
    let status = workspace.botnia(&["status"]).expect_code(1);
    status.says("           1 indicator, ");
    let waiting = status
        .stdout
        .lines()
        .find(|line| line.starts_with("Waiting    sotkanet:127: job "))
        .unwrap_or_else(|| panic!("no job waits:\n{}", status.stdout));
    assert!(waiting.contains(", after 1 attempt: "), "{waiting}");
    let at = waiting
        .split("tried again from ")
        .nth(1)
        .and_then(|rest| rest.split(',').next())
        .expect("a moment");
    at.parse::<jiff::Timestamp>().expect("a moment");
    // It is no dead letter.
    assert!(!status.stdout.contains("Dead"), "{}", status.stdout);
    workspace.botnia(&["retry"]).expect_code(0);
}
