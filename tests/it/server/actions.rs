//! What can be decided over HTTP: who may, how often, and what comes of it.

use std::time::Duration;

use botnia::engine::job::{JobState, Task};
use botnia::engine::ledger::Held;
use botnia::server::{ActionLimits, Limits, Rate};
use botnia_model::Event;
use serde_json::{Value, json};

use super::view::{differences, failed, held};
use super::{Received, Served, untouched};
use crate::serve::Service;
use crate::support::{RUNTIME, Workspace};

const TOKEN: &str = "a-token-of-the-tests-5f2c";
const RIGHT: &str = "Authorization: Bearer a-token-of-the-tests-5f2c";
const WRONG: &str = "Authorization: Bearer a-token-of-the-tests-5f2d";
const JSON: &str = "Content-Type: application/json";

/// All actions: their path, and a body that they take.
const ACTIONS: [(&str, &str); 5] = [
    ("/api/v1/held/sotkanet:127/approve", "{}"),
    ("/api/v1/held/sotkanet:127/reject", r#"{"note":"no"}"#),
    ("/api/v1/jobs/1/retry", "{}"),
    ("/api/v1/jobs/1/discard", r#"{"note":"no"}"#),
    ("/api/v1/runs", "{}"),
];

/// So much that no test comes to its end, and nothing comes back while it runs.
fn plenty() -> ActionLimits {
    let plenty = Rate {
        burst: 1_000,
        interval: Duration::from_hours(1),
    };
    ActionLimits {
        wrong_tokens: plenty,
        actions: plenty,
    }
}

fn open_within(workspace: &Workspace, limits: ActionLimits) -> Served {
    Served::open(workspace, Limits::default(), Some(TOKEN), limits)
}

fn open(workspace: &Workspace) -> Served {
    open_within(workspace, plenty())
}

impl Served {
    fn act(&self, path: &str, body: &str) -> Received {
        self.post(path, &[RIGHT, JSON], body)
    }

    fn events(&self) -> Vec<Event> {
        RUNTIME.block_on(self.ledger.events()).expect("events")
    }

    /// The held figures of an indicator, if it has any.
    fn held_of(&self, indicator: &str) -> Option<Held> {
        let indicator = indicator.parse().expect("an indicator");
        let series = RUNTIME.block_on(self.ledger.series(&indicator));
        let series = series.expect("read").expect("a series");
        series.held
    }

    /// Whether figures of the indicator wait for a decision.
    fn waits(&self, indicator: &str) -> bool {
        self.held_of(indicator)
            .is_some_and(|held| held.rejected.is_none())
    }
}

/// An answer that is a problem, as the document says it.
#[track_caller]
fn problem(received: &Received, status: u16) -> Value {
    assert_eq!(received.status, status, "{}", received.text());
    assert_eq!(
        received.header("content-type"),
        Some("application/problem+json")
    );
    let document: Value =
        serde_json::from_str(&botnia::server::openapi_json()).expect("a document");
    let said = received.json();
    let schema = json!({"$ref": "#/components/schemas/Problem"});
    assert_eq!(
        differences(&said, &schema, &document, "problem"),
        [] as [&str; 0]
    );
    said
}

#[test]
fn without_a_token_in_the_settings_nothing_can_be_decided() {
    let workspace = untouched();
    let served = Served::on(&workspace);
    served.becomes("sotkanet:127", held("Otsikko", None));
    for (path, body) in ACTIONS {
        for headers in [&[RIGHT, JSON][..], &[JSON], &["Authorization: Bearer "]] {
            let said = problem(&served.post(path, headers, body), 403);
            let detail = said["detail"].as_str().expect("a detail").to_owned();
            assert!(detail.contains("server.token"), "{detail}");
        }
    }
    assert!(served.waits("sotkanet:127"));
    assert_eq!(served.events(), []);
}

#[test]
fn only_the_token_of_the_settings_opens_an_action() {
    let workspace = untouched();
    let served = open(&workspace);
    served.becomes("sotkanet:127", held("Otsikko", None));
    let scheme = RIGHT.replace("Bearer", "Basic");
    let longer = format!("{RIGHT}x");
    let shorter = RIGHT.trim_end_matches('c');
    for (path, body) in ACTIONS {
        for wrong in ["X-Nothing: x", WRONG, &scheme, &longer, shorter] {
            let received = served.post(path, &[wrong, JSON], body);
            problem(&received, 401);
            let asks = received.header("www-authenticate").expect("it asks");
            assert!(asks.starts_with("Bearer"), "{asks}");
            assert!(!received.text().contains("a-token"), "{}", received.text());
        }
    }
    assert!(served.waits("sotkanet:127"));
    assert_eq!(served.events(), []);
    // The name of the scheme may be written in any case.
    let right = RIGHT.replace("Bearer", "bearer");
    served.post(ACTIONS[0].0, &[&right, JSON], "{}").expect(200);
}

#[test]
fn held_figures_are_approved_and_nothing_is_published_by_it() {
    let workspace = untouched();
    let served = open(&workspace);
    served.becomes("sotkanet:127", held("Otsikko", None));
    let said = served.act(ACTIONS[0].0, "").expect(200).json();
    assert_eq!(said["indicator_id"], "sotkanet:127");
    assert_eq!(said["decision"], "approved");
    let message = said["message"].as_str().expect("a message");
    assert!(message.contains("the next run publishes"), "{message}");
    assert_eq!(served.held_of("sotkanet:127"), None);
    assert!(matches!(
        served.events()[..],
        [Event::IndicatorApproved { .. }]
    ));
    assert_eq!(
        RUNTIME.block_on(served.ledger.open_jobs()).expect("jobs"),
        []
    );
    // There is nothing more to decide.
    problem(&served.act(ACTIONS[0].0, "{}"), 409);
    problem(&served.act(ACTIONS[1].0, ACTIONS[1].1), 409);
    for unknown in ["sotkanet:9", "sotkanet", "%00"] {
        problem(
            &served.act(&format!("/api/v1/held/{unknown}/approve"), "{}"),
            404,
        );
    }
}

#[test]
fn held_figures_are_rejected_with_a_reason() {
    let workspace = untouched();
    let served = open(&workspace);
    served.becomes("sotkanet:127", held("Otsikko", None));
    let path = ACTIONS[1].0;
    for body in [
        "",
        "{}",
        "note",
        r#"{"note":" "}"#,
        r#"{"note":"a","not":"b"}"#,
        r#"{"note":1}"#,
    ] {
        problem(&served.act(path, body), 400);
    }
    let long = json!({"note": "x".repeat(20_000)}).to_string();
    problem(&served.act(path, &long), 413);
    problem(&served.post(path, &[RIGHT], r#"{"note":"no"}"#), 415);
    let form = "Content-Type: text/plain";
    problem(&served.post(path, &[RIGHT, form], r#"{"note":"no"}"#), 415);
    assert!(served.waits("sotkanet:127"));

    let said = served.act(path, r#"{"note":"väärä taulukko"}"#);
    assert_eq!(said.expect(200).json()["decision"], "rejected");
    assert_eq!(
        served.held_of("sotkanet:127").expect("held").rejected,
        Some("väärä taulukko".to_owned())
    );
    assert!(matches!(
        served.events()[..],
        [Event::IndicatorRejected { .. }]
    ));
}

#[test]
fn only_the_figures_that_were_looked_at_are_decided_on() {
    let workspace = untouched();
    let served = open(&workspace);
    served.becomes("sotkanet:127", held("Otsikko", None));
    let listed = served.get("/api/v1/held").expect(200).json();
    let figures = listed[0]["figures"].as_str().expect("a hash").to_owned();
    assert_eq!(listed[0]["reasons"][0]["severity"], "hold");
    // Others took their place since.
    served.becomes("sotkanet:127", held("Toinen otsikko", None));
    let approval = json!({"figures": figures}).to_string();
    let refusal = json!({"figures": figures, "note": "no"}).to_string();
    for (path, body) in [(ACTIONS[0].0, &approval), (ACTIONS[1].0, &refusal)] {
        let said = problem(&served.act(path, body), 409);
        let detail = said["detail"].as_str().expect("a detail");
        assert!(detail.contains("no longer"), "{detail}");
    }
    problem(&served.act(ACTIONS[0].0, r#"{"figures":"127"}"#), 400);
    assert!(served.waits("sotkanet:127"));
    assert_eq!(served.events(), []);

    let listed = served.get("/api/v1/held").expect(200).json();
    let approval = json!({"figures": listed[0]["figures"], "note": "announced"}).to_string();
    served.act(ACTIONS[0].0, &approval).expect(200);
    let indicator = "sotkanet:127".parse().expect("an indicator");
    let series = RUNTIME.block_on(served.ledger.series(&indicator));
    let accepted = series.expect("read").expect("a series").accepted;
    let approval = accepted.expect("accepted figures").approval;
    assert_eq!(approval.as_deref(), Some("announced"));
}

#[test]
fn a_dead_job_is_retried_or_discarded() {
    let workspace = untouched();
    let served = open(&workspace);
    served.in_the_middle("HTTP 403");
    let dead = |served: &Served| RUNTIME.block_on(served.ledger.dead_jobs()).expect("jobs");
    let job = dead(&served)[0].job;
    let said = served
        .act(&format!("/api/v1/jobs/{job}/retry"), "{}")
        .expect(200)
        .json();
    assert_eq!(said["subject"], "sotkanet:127");
    assert_eq!(said["state"], "ready");
    assert_eq!(dead(&served), []);
    let open = RUNTIME.block_on(served.ledger.open_jobs()).expect("jobs");
    let record = open.iter().find(|record| record.job == job);
    let record = record.expect("it is open");
    assert_eq!((record.state, record.attempts), (JobState::Ready, 0));
    assert!(served.events().contains(&Event::JobRetried {
        job: job.0,
        subject: "sotkanet:127".to_owned()
    }));

    let path = format!("/api/v1/jobs/{job}/discard");
    problem(&served.act(&path, r#"{"note":""}"#), 400);
    let said = served.act(&path, r#"{"note":"not ours"}"#).expect(200);
    assert_eq!(said.json()["state"], "discarded");
    let jobs = RUNTIME.block_on(served.ledger.run_jobs(record.run));
    let jobs = jobs.expect("jobs");
    let record = jobs.iter().find(|record| record.job == job);
    assert_eq!(
        record.and_then(|record| record.note.as_deref()),
        Some("not ours")
    );
    assert!(served.events().contains(&Event::JobDiscarded {
        job: job.0,
        subject: "sotkanet:127".to_owned()
    }));
    problem(&served.act(&path, r#"{"note":"twice"}"#), 404);
    for unknown in ["99", "x", "-1", "99999999999999999999"] {
        problem(
            &served.act(&format!("/api/v1/jobs/{unknown}/retry"), "{}"),
            404,
        );
    }
}

#[test]
fn a_run_is_begun_for_one_source_or_all_and_no_unknown_one() {
    let workspace = untouched();
    let served = open(&workspace);
    problem(&served.act("/api/v1/runs", r#"{"source":"statfin"}"#), 404);
    problem(&served.act("/api/v1/runs", r#"{"source":"Stat Fin"}"#), 404);
    problem(&served.act("/api/v1/runs", r#"{"sources":"statfin"}"#), 400);
    assert_eq!(
        RUNTIME.block_on(served.ledger.open_jobs()).expect("jobs"),
        []
    );
    let wanted = r#"{"source":"sotkanet","full":true}"#;
    let first = served.act("/api/v1/runs", wanted).expect(202).json();
    let second = served.act("/api/v1/runs", "").expect(202).json();
    assert_ne!(first["run"], second["run"]);
    let open = RUNTIME.block_on(served.ledger.open_jobs()).expect("jobs");
    // The second joins what the first one has waiting.
    assert_eq!(open.len(), 1);
    assert_eq!(second["run"], open[0].run.0);
    assert!(matches!(&open[0].task, Task::Plan { source, .. } if source.as_str() == "sotkanet"));
}

#[test]
fn wrong_tokens_are_few_and_then_none_is_looked_at() {
    let workspace = untouched();
    let limits = ActionLimits {
        wrong_tokens: Rate {
            burst: 3,
            interval: Duration::from_hours(1),
        },
        ..plenty()
    };
    let served = open_within(&workspace, limits);
    served.becomes("sotkanet:127", held("Otsikko", None));
    let path = ACTIONS[0].0;
    // One without a token is no guess.
    for _ in 0..5 {
        problem(&served.post(path, &[JSON], "{}"), 401);
    }
    for _ in 0..3 {
        problem(&served.post(path, &[WRONG, JSON], "{}"), 401);
    }
    for token in [WRONG, RIGHT] {
        let received = served.post(path, &[token, JSON], "{}");
        problem(&received, 429);
        let pause: u64 = received
            .header("retry-after")
            .and_then(|pause| pause.parse().ok())
            .expect("seconds");
        assert!((3_500..=3_600).contains(&pause), "{pause}");
    }
    assert!(served.waits("sotkanet:127"));
    served.get("/api/v1/held").expect(200);
}

#[test]
fn actions_are_few_at_once() {
    let workspace = untouched();
    let limits = ActionLimits {
        actions: Rate {
            burst: 2,
            interval: Duration::from_hours(1),
        },
        ..plenty()
    };
    let served = open_within(&workspace, limits);
    served.becomes("sotkanet:127", held("Otsikko", None));
    // What is turned away for its token or its type uses nothing up.
    problem(&served.post(ACTIONS[0].0, &[WRONG, JSON], "{}"), 401);
    problem(&served.post(ACTIONS[0].0, &[RIGHT], "{}"), 415);
    served.act(ACTIONS[0].0, "{}").expect(200);
    problem(&served.act(ACTIONS[0].0, "{}"), 409);
    let received = served.act("/api/v1/runs", "{}");
    problem(&received, 429);
    assert!(received.header("retry-after").is_some());
    assert_eq!(
        RUNTIME.block_on(served.ledger.open_jobs()).expect("jobs"),
        []
    );
}

#[test]
fn actions_are_not_read_and_no_other_origin_may_ask_for_them() {
    let workspace = untouched();
    let served = open(&workspace);
    for (path, _) in ACTIONS {
        for method in ["GET", "HEAD", "PUT", "DELETE"] {
            let received = served.ask(method, path, &[RIGHT]).expect(405);
            assert_eq!(received.header("allow"), Some("POST"));
        }
        let asks = [
            "Origin: https://other.example",
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization,content-type",
        ];
        let preflight = served.ask("OPTIONS", path, &asks).expect(405);
        assert_eq!(preflight.header("access-control-allow-origin"), None);
        assert_eq!(preflight.header("access-control-allow-methods"), None);
        let answered = served.post(path, &[asks[0], JSON, WRONG], "{}").expect(401);
        assert_eq!(answered.header("access-control-allow-origin"), None);
    }
    // What is published stays open to all.
    let open = served.ask("GET", "/api/v1/held", &["Origin: https://other.example"]);
    assert_eq!(open.header("access-control-allow-origin"), Some("*"));
}

#[test]
fn a_failure_of_the_ledger_says_what_to_look_at() {
    let workspace = untouched();
    let served = open(&workspace);
    served.becomes("sotkanet:127", failed("HTTP 503"));
    RUNTIME.block_on(served.ledger.clone().close());
    let said = problem(&served.act("/api/v1/runs", "{}"), 500);
    let detail = said["detail"].as_str().expect("a detail");
    assert!(detail.contains("/api/v1/status"), "{detail}");
}

#[test]
fn an_action_is_logged_with_its_caller_and_without_the_token() {
    let workspace = untouched();
    let service = |arguments: &[&str]| {
        let mut command = workspace.command(arguments);
        command.env("BOTNIA_SERVER_TOKEN", TOKEN);
        Service::of(command)
    };
    let mut service = service(&["--verbose", "serve", "--listen", "127.0.0.1:0"]);
    let line = service.until("Serving http://");
    let address = line
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .and_then(|address| address.parse().ok())
        .expect("an address");
    let ask = |token: &str, path: &str| {
        RUNTIME.block_on(async {
            let mut connection = super::Connection::open(address).await;
            let question = format!(
                "POST {path} HTTP/1.1\r\nHost: a\r\n{token}\r\n{JSON}\r\n\
                 X-Forwarded-For: 192.0.2.7\r\nContent-Length: 2\r\n\r\n{{}}"
            );
            connection.send(&question).await;
            connection.receive("POST").await
        })
    };
    let wrong = ask(WRONG, "/api/v1/runs").expect(401);
    let begun = ask(RIGHT, "/api/v1/runs").expect(202);
    for received in [&wrong, &begun] {
        assert!(!received.text().contains("a-token"), "{}", received.text());
    }
    let warned = service.until("A wrong token was sent");
    let acted = service.until("Acted on a request");
    for words in ["run", "all sources", "127.0.0.1:", "192.0.2.7"] {
        assert!(acted.contains(words), "{words} is not in {acted}");
    }
    let (_, rest) = service.stop();
    for line in [warned, acted].iter().chain(&rest) {
        assert!(!line.contains("a-token"), "{line}");
    }
}
