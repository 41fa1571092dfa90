//! `/metrics`, `/healthz` and `/readyz`: for machines that watch.
//!
//! The figures are read from the ledger when they are asked for. A registry of metrics in
//! memory would be a second account of the same things, and begin at zero at each start.
//! Counters are the exception: what was answered, and which events this process recorded.

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;

use super::Shared;
use super::error::{FAILED, ServerError, plain};
use super::report::{self, Health, SourceStatus, Status};
use super::work::Jobs;
use crate::engine::job::{JobState, TaskKind};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(healthy))
        .route("/readyz", get(ready))
}

/// The process is up and answers.
async fn healthy() -> Response {
    plain(StatusCode::OK, "ok\n")
}

/// The ledger and the releases can be read at this moment.
async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    let read = async {
        shared.ledger.sweeps(1).await.map_err(ServerError::ledger)?;
        shared
            .releases
            .store()
            .latest()
            .await
            .map_err(ServerError::releases)
    };
    match read.await {
        Ok(_) => plain(StatusCode::OK, "ready\n"),
        Err(error) => {
            error.log();
            plain(StatusCode::SERVICE_UNAVAILABLE, format!("{FAILED}\n"))
        }
    }
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Result<Response, ServerError> {
    let status = report::status(&shared).await?;
    let read = Jobs::read(&shared.ledger).await?;
    let mut text = Text::default();
    release(&mut text, &status);
    sources(&mut text, &status);
    sweeps(&mut text, &status);
    jobs(&mut text, &read, status.generated_at);
    events(&mut text, &shared);
    traffic(&mut text, &shared);
    Ok((
        [
            (
                header::CONTENT_TYPE,
                "text/plain; version=0.0.4; charset=utf-8",
            ),
            (header::CACHE_CONTROL, "no-store"),
        ],
        text.0,
    )
        .into_response())
}

/// Prometheus's text format.
#[derive(Default)]
struct Text(String);

impl Text {
    /// A metric's help and type, before its samples. Writing to a String cannot fail.
    fn metric(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One sample. Label values are ids and words without quotes or backslashes.
    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        self.0.push_str(name);
        for (position, (label, word)) in labels.iter().enumerate() {
            let before = if position == 0 { '{' } else { ',' };
            let _ = write!(self.0, "{before}{label}=\"{word}\"");
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }
}

fn release(text: &mut Text, status: &Status) {
    text.metric("botnia_build_info", "gauge", "The version of the program.");
    text.sample(
        "botnia_build_info",
        &[("version", &status.program_version)],
        1,
    );
    text.metric(
        "botnia_healthy",
        "gauge",
        "1 if nothing waits for a person and nothing failed, else 0.",
    );
    text.sample("botnia_healthy", &[], u8::from(status.health == Health::Ok));
    let Some(release) = &status.release else {
        return;
    };
    for (name, help, value) in [
        (
            "botnia_release_number",
            "The newest release.",
            i64::from(release.release.get()),
        ),
        (
            "botnia_release_timestamp_seconds",
            "When the newest release was made.",
            release.released_at.as_second(),
        ),
    ] {
        text.metric(name, "gauge", help);
        text.sample(name, &[], value);
    }
}

/// A moment of a source, where it has one.
type MomentOf = fn(&SourceStatus) -> Option<Timestamp>;

fn sources(text: &mut Text, status: &Status) {
    text.metric(
        "botnia_indicators",
        "gauge",
        "Indicators: published, held for a decision, rejected by a person, failing.",
    );
    for source in &status.sources {
        for (state, count) in [
            ("published", source.published),
            ("held", source.held),
            ("rejected", source.rejected),
            ("failing", source.failing),
        ] {
            let labels = [("source", source.source.as_str()), ("state", state)];
            text.sample("botnia_indicators", &labels, count);
        }
    }
    let moments: [(&str, &str, MomentOf); 5] = [
        (
            "botnia_source_newest_check_timestamp_seconds",
            "When the source last confirmed or changed any indicator.",
            |source| source.newest_check,
        ),
        (
            "botnia_source_oldest_check_timestamp_seconds",
            "When it did so for the indicator for which that is longest ago.",
            |source| source.oldest_check,
        ),
        (
            "botnia_sweep_finished_timestamp_seconds",
            "When the latest finished sweep ended.",
            |source| source.last_finished,
        ),
        (
            "botnia_sweep_running_since_timestamp_seconds",
            "When the sweep that is under way began.",
            |source| source.running_since,
        ),
        (
            "botnia_sweep_next_timestamp_seconds",
            "When the source is swept next.",
            |source| source.next,
        ),
    ];
    for (name, help, moment) in moments {
        text.metric(name, "gauge", help);
        for source in &status.sources {
            if let Some(moment) = moment(source) {
                let labels = [("source", source.source.as_str())];
                text.sample(name, &labels, moment.as_second());
            }
        }
    }
}

/// What the latest finished sweep of each source came to.
fn sweeps(text: &mut Text, status: &Status) {
    text.metric(
        "botnia_source_failed",
        "gauge",
        "1 if the whole source failed in its latest finished sweep, else 0.",
    );
    for source in &status.sources {
        let labels = [("source", source.source.as_str())];
        let failed = u8::from(source.failure.is_some());
        text.sample("botnia_source_failed", &labels, failed);
    }
    text.metric(
        "botnia_sweep_indicators",
        "gauge",
        "Indicators of the latest finished sweep, by outcome.",
    );
    for source in &status.sources {
        let outcome = status
            .sweeps
            .iter()
            .filter(|sweep| sweep.source == source.source)
            .find_map(|sweep| sweep.outcome.as_ref());
        let Some(outcome) = outcome else { continue };
        for (word, count) in [
            ("changed", outcome.changed),
            ("unchanged", outcome.unchanged),
            ("held", outcome.held),
            ("failed", outcome.failed),
        ] {
            let labels = [("source", source.source.as_str()), ("outcome", word)];
            text.sample("botnia_sweep_indicators", &labels, count);
        }
    }
}

fn jobs(text: &mut Text, jobs: &Jobs, now: Timestamp) {
    let name = "botnia_jobs";
    text.metric(
        name,
        "gauge",
        "Jobs: ready to be done or waiting for their next attempt, running, dead.",
    );
    for state in [JobState::Ready, JobState::Running, JobState::Dead] {
        for kind in TaskKind::ALL {
            let labels = [("state", state.as_str()), ("kind", kind.as_str())];
            text.sample(name, &labels, jobs.count(state, kind));
        }
    }
    let name = "botnia_oldest_ready_job_seconds";
    text.metric(
        name,
        "gauge",
        "For how long the job waits that could have been taken first; 0 if none could.",
    );
    let waited = jobs.longest_wait(now).as_secs();
    text.sample(name, &[], waited);
}

fn events(text: &mut Text, shared: &Shared) {
    let name = "botnia_events_total";
    text.metric(
        name,
        "counter",
        "Events that this process recorded, by their name.",
    );
    for (event, count) in shared.ledger.event_counts() {
        text.sample(name, &[("event", event)], count);
    }
}

fn traffic(text: &mut Text, shared: &Shared) {
    let name = "botnia_http_requests_total";
    text.metric(
        name,
        "counter",
        "Answers, by route and class of HTTP status.",
    );
    for (route, outcome, count) in shared.traffic.requests() {
        let labels = [("route", route.as_str()), ("outcome", outcome)];
        text.sample(name, &labels, count);
    }
    let name = "botnia_http_response_bytes_total";
    text.metric(name, "counter", "Bytes of bodies that were sent, by route.");
    for (route, bytes) in shared.traffic.bytes() {
        text.sample(name, &[("route", route.as_str())], bytes);
    }
    let name = "botnia_http_broken_off_total";
    text.metric(name, "counter", "Answers that were not sent to their end.");
    text.sample(name, &[], shared.traffic.broken_off());
}
