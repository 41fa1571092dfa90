//! What can be decided over HTTP: held figures, jobs that failed, and runs. All need the
//! token of the settings, and no other origin's page may ask for them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Extension, Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router, middleware};
use botnia_model::{ContentHash, IndicatorId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use super::Shared;
use super::authority::{Caller, guard};
use super::error::ServerError;
use super::problem::Problem;
use crate::engine::job::{Fetching, JobId, JobRecord};
use crate::engine::ledger::LedgerError;
use crate::engine::review::{Review, ReviewError};
use crate::engine::{EngineError, RunRequest, begin_run};

/// Bytes of a request: a note is a few sentences.
const LONGEST_REQUEST: usize = 16 * 1024;

pub(super) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v1/held/{indicator_id}/approve", post(approve))
        .route("/api/v1/held/{indicator_id}/reject", post(reject))
        .route("/api/v1/jobs/{job}/retry", post(retry))
        .route("/api/v1/jobs/{job}/discard", post(discard))
        .route("/api/v1/runs", post(run))
        .route_layer(DefaultBodyLimit::max(LONGEST_REQUEST))
        .route_layer(middleware::from_fn_with_state(Arc::clone(shared), guard))
}

/// Why nothing was done.
#[derive(IntoResponses)]
#[expect(
    dead_code,
    reason = "the variants are read by the derive, for the document"
)]
pub(super) enum Refusals {
    /// The request says too little, too much, or what is not JSON.
    #[response(status = 400, content_type = "application/problem+json")]
    WrongQuestion(#[to_schema] Problem),
    /// The token is absent or wrong.
    #[response(status = 401, content_type = "application/problem+json")]
    TokenNeeded(#[to_schema] Problem),
    /// The settings have no `server.token`.
    #[response(status = 403, content_type = "application/problem+json")]
    Closed(#[to_schema] Problem),
    /// There is no such indicator, job or source.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(#[to_schema] Problem),
    /// The request is longer than 16 KiB.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLong(#[to_schema] Problem),
    /// The request is not `application/json`.
    #[response(status = 415, content_type = "application/problem+json")]
    WrongType(#[to_schema] Problem),
    /// Too many actions, or too many wrong tokens; `Retry-After` says for how many seconds.
    #[response(status = 429, content_type = "application/problem+json")]
    TooOften(#[to_schema] Problem),
}

/// Nothing to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub(super) struct Nothing {}

/// What is approved.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "The law changed; the ministry announced it."}))]
pub(super) struct Approval {
    /// The figures that were looked at, as `/api/v1/held` names them: no others are accepted.
    /// Absent: whatever is held.
    #[schema(value_type = Option<String>)]
    figures: Option<ContentHash>,
    /// The reason; it is kept with the figures.
    note: Option<String>,
}

/// What is rejected, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "The source mixed up two indicators; they were told."}))]
pub(super) struct Refusal {
    /// The reason, for whoever asks later; not empty.
    note: String,
    /// The figures that were looked at, as `/api/v1/held` names them: no others are refused.
    /// Absent: whatever is held.
    #[schema(value_type = Option<String>)]
    figures: Option<ContentHash>,
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "The source mixed up two indicators; they were told."}))]
pub(super) struct Note {
    /// The reason, for whoever asks later; not empty.
    note: String,
}

/// What to run.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"source": "sotkanet"}))]
pub(super) struct RunWanted {
    /// Only this source; absent: all that the settings have.
    source: Option<String>,
    /// Whether to fetch everything again, moved or not; absent: only what moved.
    #[serde(default)]
    full: bool,
}

/// What became of held figures.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "indicator_id": "sotkanet:127",
    "decision": "approved",
    "message": "Nothing is published by this alone: the next run publishes the figures."
}))]
pub(super) struct Decided {
    /// The indicator.
    #[schema(value_type = String)]
    indicator_id: IndicatorId,
    /// `approved` or `rejected`.
    decision: &'static str,
    /// What follows, in English.
    message: &'static str,
}

/// What became of a job.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "job": 42,
    "subject": "sotkanet:127",
    "state": "ready",
    "message": "It is tried again at once, as if for the first time."
}))]
pub(super) struct JobDecided {
    /// The job.
    job: i64,
    /// What it is about.
    subject: String,
    /// Where it stands now: `ready` or `discarded`.
    state: &'static str,
    /// What follows, in English.
    message: &'static str,
}

/// A run that began.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "run": 7,
    "message": "The run began; `/api/v1/status` shows how it goes on."
}))]
pub(super) struct RunBegun {
    /// The run.
    run: i64,
    /// What follows, in English.
    message: &'static str,
}

type Asked = Result<Bytes, BytesRejection>;

/// Accept the held figures of an indicator. Nothing is published by this alone: the next
/// run does it.
#[utoipa::path(
    post,
    path = "/api/v1/held/{indicator_id}/approve",
    params(("indicator_id" = String, Path, description = "The indicator.", example = "sotkanet:127")),
    request_body = Approval,
    responses(
        (status = 200, body = Decided),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "Nothing of it is held, or other figures."),
        Refusals,
    ),
    security(("token" = [])),
)]
async fn approve(
    State(shared): State<Arc<Shared>>,
    Path(indicator): Path<String>,
    Extension(caller): Extension<Caller>,
    asked: Asked,
) -> Result<Json<Decided>, Problem> {
    let Approval { figures, note } = read(asked)?;
    let indicator = indicator_id(&indicator)?;
    review(&shared)
        .approve(&indicator, figures, note)
        .await
        .map_err(undecided)?;
    caller.acted("approve", &indicator.to_string());
    Ok(Json(Decided {
        indicator_id: indicator,
        decision: "approved",
        message: "Nothing is published by this alone: the next run publishes the figures.",
    }))
}

/// Refuse the held figures of an indicator. The last accepted ones stay published.
#[utoipa::path(
    post,
    path = "/api/v1/held/{indicator_id}/reject",
    params(("indicator_id" = String, Path, description = "The indicator.", example = "sotkanet:127")),
    request_body = Refusal,
    responses(
        (status = 200, body = Decided),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "Nothing of it is held, or other figures."),
        Refusals,
    ),
    security(("token" = [])),
)]
async fn reject(
    State(shared): State<Arc<Shared>>,
    Path(indicator): Path<String>,
    Extension(caller): Extension<Caller>,
    asked: Asked,
) -> Result<Json<Decided>, Problem> {
    let Refusal { note, figures } = read(asked)?;
    let note = reason(note)?;
    let indicator = indicator_id(&indicator)?;
    review(&shared)
        .reject(&indicator, figures, &note)
        .await
        .map_err(undecided)?;
    caller.acted("reject", &indicator.to_string());
    Ok(Json(Decided {
        indicator_id: indicator,
        decision: "rejected",
        message: "The figures stay out until the source changes them again.",
    }))
}

/// Try a job again at once that failed for good, or that waits for its next attempt.
#[utoipa::path(
    post,
    path = "/api/v1/jobs/{job}/retry",
    params(("job" = i64, Path, description = "The job, as the status names it.", example = 42)),
    request_body = Nothing,
    responses((status = 200, body = JobDecided), Refusals),
    security(("token" = [])),
)]
async fn retry(
    State(shared): State<Arc<Shared>>,
    Path(job): Path<String>,
    Extension(caller): Extension<Caller>,
    asked: Asked,
) -> Result<Json<JobDecided>, Problem> {
    let Nothing {} = read(asked)?;
    let record = shared
        .ledger
        .retry(job_id(&job)?, shared.clock.now())
        .await
        .map_err(undecided_job)?;
    Ok(job_decided(
        &caller,
        "retry",
        &record,
        "It is tried again at once, as if for the first time.",
    ))
}

/// Let go a job that failed for good, or that waits for its next attempt.
#[utoipa::path(
    post,
    path = "/api/v1/jobs/{job}/discard",
    params(("job" = i64, Path, description = "The job, as the status names it.", example = 42)),
    request_body = Note,
    responses((status = 200, body = JobDecided), Refusals),
    security(("token" = [])),
)]
async fn discard(
    State(shared): State<Arc<Shared>>,
    Path(job): Path<String>,
    Extension(caller): Extension<Caller>,
    asked: Asked,
) -> Result<Json<JobDecided>, Problem> {
    let note = note(asked)?;
    let record = shared
        .ledger
        .discard(job_id(&job)?, shared.clock.now(), &note)
        .await
        .map_err(undecided_job)?;
    Ok(job_decided(
        &caller,
        "discard",
        &record,
        "It is not tried any more; the next sweep of its source makes a new job.",
    ))
}

/// Begin a run: the sources are swept, and a release is made if anything changed.
#[utoipa::path(
    post,
    path = "/api/v1/runs",
    request_body = RunWanted,
    responses((status = 202, body = RunBegun), Refusals),
    security(("token" = [])),
)]
async fn run(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    asked: Asked,
) -> Result<(StatusCode, Json<RunBegun>), Problem> {
    let wanted: RunWanted = read(asked)?;
    let source = wanted.source.as_deref();
    let request = RunRequest {
        source: source
            .map(|source| {
                source.parse().map_err(|_| {
                    Problem::not_found(format!("`{source}` is not the id of a source."))
                })
            })
            .transpose()?,
        fetching: if wanted.full {
            Fetching::Everything
        } else {
            Fetching::Moved
        },
        ..RunRequest::default()
    };
    let (settings, now) = (&shared.settings, shared.clock.now());
    let run = begin_run(&shared.ledger, settings, &shared.sets, &request, now)
        .await
        .map_err(|error| match error {
            EngineError::Ledger(source) => unrecorded(source),
            error => Problem::not_found(format!("There is nothing to run: {error}.")),
        })?;
    caller.acted("run", source.unwrap_or("all sources"));
    let begun = RunBegun {
        run: run.0,
        message: "The run began; `/api/v1/status` shows how it goes on.",
    };
    Ok((StatusCode::ACCEPTED, Json(begun)))
}

/// The content of a request; an empty one says nothing.
fn read<T: DeserializeOwned>(asked: Asked) -> Result<T, Problem> {
    let bytes = asked.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_long("Send at most 16 KiB."),
        _ => Problem::wrong_question("The request broke off before its end."),
    })?;
    let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
    serde_json::from_slice(text).map_err(|error| {
        Problem::wrong_question(format!("The request cannot be read as JSON: {error}."))
    })
}

fn review(shared: &Shared) -> Review<'_> {
    Review {
        ledger: &shared.ledger,
        quarantine: &shared.quarantine,
        now: shared.clock.now(),
    }
}

fn note(asked: Asked) -> Result<String, Problem> {
    let Note { note } = read(asked)?;
    reason(note)
}

fn reason(note: String) -> Result<String, Problem> {
    if note.trim().is_empty() {
        return Err(Problem::wrong_question(
            "This needs its reason, for whoever asks later: `{\"note\": \"…\"}`.",
        ));
    }
    Ok(note)
}

fn indicator_id(text: &str) -> Result<IndicatorId, Problem> {
    text.parse().map_err(|_| {
        Problem::not_found(format!(
            "`{text}` is not the id of an indicator; they look like `sotkanet:127`."
        ))
    })
}

fn job_id(text: &str) -> Result<JobId, Problem> {
    text.parse().map(JobId).map_err(|_| {
        Problem::not_found(format!(
            "`{text}` is not the number of a job. `/api/v1/status` lists those there are."
        ))
    })
}

fn job_decided(
    caller: &Caller,
    action: &'static str,
    record: &JobRecord,
    message: &'static str,
) -> Json<JobDecided> {
    let subject = record.task.subject();
    caller.acted(action, &format!("job {} ({subject})", record.job));
    Json(JobDecided {
        job: record.job.0,
        subject,
        state: record.state.as_str(),
        message,
    })
}

fn undecided(error: ReviewError) -> Problem {
    match error {
        ReviewError::Unknown { .. } => Problem::not_found(format!(
            "There is nothing to decide: {error}. `/api/v1/held` lists what waits."
        )),
        ReviewError::NothingHeld { .. } => Problem::nothing_to_decide(format!(
            "There is nothing to decide: {error}. `/api/v1/held` lists what waits."
        )),
        ReviewError::OtherFigures { .. } => Problem::nothing_to_decide(format!(
            "Nothing was decided: {error}. `/api/v1/held` has them."
        )),
        ReviewError::NoReason => Problem::wrong_question(format!("{error}.")),
        ReviewError::Ledger(source) => unrecorded(source),
    }
}

fn undecided_job(error: LedgerError) -> Problem {
    match error {
        LedgerError::NoSuchJob { job } => Problem::not_found(format!(
            "There is no job {job} that failed for good or waits for its next attempt: it runs, \
             has ended, or never was. `/api/v1/status` lists those there are."
        )),
        error => unrecorded(error),
    }
}

fn unrecorded(source: LedgerError) -> Problem {
    Problem::unrecorded(&ServerError::Record { source })
}
