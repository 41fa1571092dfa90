//! `/api/v1/`: the releases and how things stand, as JSON; `actions` has what decides. The structs here are the
//! contract; the `OpenAPI` document is made from them.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use botnia_model::{CommitRecord, ContentHash, IndicatorId, IndicatorState, ReleaseNumber};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use super::error::ServerError;
use super::indicators::{self, HeldIndicator};
use super::problem::Problem;
use super::report::{self, Status};
use super::{Shared, actions};

/// Releases in one answer, unless asked otherwise.
const PAGE: usize = 50;
/// Releases in one answer, at most.
const LARGEST_PAGE: usize = 500;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Botnia",
        description = "How the pipeline stands and what it has published. Files are below \
            `/latest/` and `/releases/{release}/`, with range requests and entity tags. \
            Reading is open to everybody. What decides needs the token of the settings \
            (`server.token`); without it those addresses answer 403. Times are UTC.",
    ),
    paths(
        status,
        releases,
        release,
        held,
        actions::approve,
        actions::reject,
        actions::retry,
        actions::discard,
        actions::run
    ),
    components(schemas(Problem)),
    modifiers(&Token)
)]
struct Document;

/// The token of the settings, as the document has it.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description = Some("`server.token` of the settings.".to_owned());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// The `OpenAPI` document of the API, indented, with a line break at the end.
pub fn openapi_json() -> String {
    // Plain text and numbers: there is nothing in it that JSON cannot hold.
    let mut text = Document::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v1/status", get(status))
        .route("/api/v1/releases", get(releases))
        .route("/api/v1/releases/{release}", get(release))
        .route("/api/v1/held", get(held))
        .route("/api/v1/openapi.json", get(openapi))
}

type Answer<T> = Result<([(header::HeaderName, &'static str); 1], Json<T>), Problem>;

/// An answer that is true now and asked for again the next time.
fn now<T>(answer: T) -> ([(header::HeaderName, &'static str); 1], Json<T>) {
    ([(header::CACHE_CONTROL, "no-cache")], Json(answer))
}

/// How things stand: health, newest release, sources, sweeps, what runs and what waits, what
/// is held and what fails.
#[utoipa::path(get, path = "/api/v1/status", responses((status = 200, body = Status)))]
async fn status(State(shared): State<Arc<Shared>>) -> Answer<Status> {
    Ok(now(report::status(&shared).await?))
}

/// The new figures that were not accepted: those that wait for a decision, and those that
/// a person refused.
#[utoipa::path(get, path = "/api/v1/held", responses((status = 200, body = Vec<HeldIndicator>)))]
async fn held(State(shared): State<Arc<Shared>>) -> Answer<Vec<HeldIndicator>> {
    Ok(now(indicators::held_indicators(&shared).await?))
}

/// Which releases are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReleasesQuery {
    /// Only releases with a number below this one: the `next` of the answer before.
    before: Option<u32>,
    /// At most this many; 50 unless given, 500 at most.
    limit: Option<usize>,
}

/// Some releases, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct ReleaseList {
    /// The releases.
    releases: Vec<ReleaseRecord>,
    /// What to give as `before` for the next ones; absent at the end.
    next: Option<u32>,
}

/// A release, as its commit record has it.
#[derive(Debug, Serialize, ToSchema)]
struct ReleaseRecord {
    /// The number.
    #[schema(value_type = u32)]
    release: ReleaseNumber,
    /// The moment of the release, UTC.
    #[schema(value_type = String, format = DateTime)]
    released_at: Timestamp,
    /// The SHA-256 of its manifest.
    #[schema(value_type = String)]
    manifest: ContentHash,
    /// The SHA-256 of the manifest before it; absent for the first.
    #[schema(value_type = Option<String>)]
    parent: Option<ContentHash>,
    /// Where its files are, relative to this server.
    url: String,
}

impl From<&CommitRecord> for ReleaseRecord {
    fn from(record: &CommitRecord) -> Self {
        Self {
            release: record.release,
            released_at: record.released_at,
            manifest: record.manifest,
            parent: record.parent,
            url: folder_url(record.release),
        }
    }
}

fn folder_url(release: ReleaseNumber) -> String {
    format!("/releases/{}/", release.folder())
}

/// The committed releases, newest first, some at a time.
#[utoipa::path(
    get,
    path = "/api/v1/releases",
    params(ReleasesQuery),
    responses((status = 200, body = ReleaseList), (status = 400, body = Problem, content_type = "application/problem+json")),
)]
async fn releases(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<ReleasesQuery>, axum::extract::rejection::QueryRejection>,
) -> Answer<ReleaseList> {
    let Query(query) = query.map_err(|rejection| {
        Problem::wrong_question(format!(
            "{}; there are `before` and `limit`, both whole numbers",
            rejection.body_text()
        ))
    })?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let records = shared
        .releases
        .store()
        .list()
        .await
        .map_err(ServerError::releases)?;
    let mut wanted = records.iter().rev().filter(|record| {
        query
            .before
            .is_none_or(|before| record.release.get() < before)
    });
    let releases: Vec<ReleaseRecord> = wanted
        .by_ref()
        .take(limit)
        .map(ReleaseRecord::from)
        .collect();
    let next = wanted
        .next()
        .and_then(|_| releases.last())
        .map(|last| last.release.get());
    Ok(now(ReleaseList { releases, next }))
}

/// A release with what it was made from and what it holds.
#[derive(Debug, Serialize, ToSchema)]
struct ReleaseDetails {
    /// The number.
    #[schema(value_type = u32)]
    release: ReleaseNumber,
    /// The moment of the release, UTC.
    #[schema(value_type = String, format = DateTime)]
    released_at: Timestamp,
    /// The SHA-256 of its manifest.
    #[schema(value_type = String)]
    manifest: ContentHash,
    /// The SHA-256 of the manifest before it; absent for the first.
    #[schema(value_type = Option<String>)]
    parent: Option<ContentHash>,
    /// Where its files are, relative to this server.
    url: String,
    /// The version of the dataset's layout.
    schema_version: String,
    /// The version of the program that made it.
    program_version: String,
    /// Whether its figures are made up.
    synthetic: bool,
    /// The territorial division: the day of the region list, `YYYY-MM-DD`.
    geo_vintage: String,
    /// The indicators, by id.
    indicators: Vec<ReleasedIndicator>,
    /// The files, by path, without the manifest and the checksums.
    files: Vec<ReleasedFile>,
}

/// An indicator of a release.
#[derive(Debug, Serialize, ToSchema)]
struct ReleasedIndicator {
    /// The indicator.
    #[schema(value_type = String)]
    indicator_id: IndicatorId,
    /// Whether its figures are kept up: `active`, `stale`, `ended`, `held`.
    #[schema(value_type = String)]
    state: IndicatorState,
    /// Rows in the source's answers.
    rows_in: u64,
    /// Observations.
    rows_out: u64,
    /// Rows that are not among the observations, each counted in a finding of the manifest.
    rows_withheld: u64,
    /// The SHA-256 of the normalised object.
    #[schema(value_type = String)]
    normalised: ContentHash,
}

/// A file of a release.
#[derive(Debug, Serialize, ToSchema)]
struct ReleasedFile {
    /// Its path within the release.
    path: String,
    /// Where it is, relative to this server.
    url: String,
    /// The SHA-256 of its bytes, which is also its entity tag.
    #[schema(value_type = String)]
    sha256: ContentHash,
    /// Its length in bytes.
    bytes: u64,
    /// Rows, for a table.
    rows: Option<u64>,
    /// The release in which its content last changed.
    #[schema(value_type = u32)]
    changed_in: ReleaseNumber,
}

/// One release: what its manifest says, and the address of each file.
#[utoipa::path(
    get,
    path = "/api/v1/releases/{release}",
    params(("release" = String, Path, description = "The number (`7`, `000007`), or `latest`.")),
    responses(
        (status = 200, body = ReleaseDetails),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "It was removed; its number stays taken.", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn release(
    State(shared): State<Arc<Shared>>,
    Path(wanted): Path<String>,
) -> Answer<ReleaseDetails> {
    let found = if wanted == "latest" {
        shared.releases.newest().await?
    } else {
        match wanted.parse() {
            Ok(number) => shared.releases.get(number).await?,
            Err(_) => None,
        }
    };
    let release = found.ok_or_else(|| {
        Problem::not_found(
            "There is no such release. `/api/v1/releases` lists those that there are.".to_owned(),
        )
    })?;
    let (record, manifest) = (&release.record, &release.manifest);
    let url = folder_url(record.release);
    Ok(now(ReleaseDetails {
        release: record.release,
        released_at: record.released_at,
        manifest: record.manifest,
        parent: record.parent,
        schema_version: manifest.schema_version.clone(),
        program_version: manifest.program_version.clone(),
        synthetic: manifest.synthetic,
        geo_vintage: manifest.geo_vintage.clone(),
        indicators: manifest
            .indicators
            .iter()
            .map(|entry| ReleasedIndicator {
                indicator_id: entry.indicator_id.clone(),
                state: entry.state,
                rows_in: entry.rows_in,
                rows_out: entry.rows_out,
                rows_withheld: entry.findings.withheld_rows(),
                normalised: entry.normalised,
            })
            .collect(),
        files: manifest
            .files
            .iter()
            .map(|file| ReleasedFile {
                path: file.path.clone(),
                url: format!("{url}{}", file.path),
                sha256: file.sha256,
                bytes: file.bytes,
                rows: file.rows,
                changed_in: file.release,
            })
            .collect(),
        url,
    }))
}

/// This document.
async fn openapi() -> Response {
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        openapi_json(),
    )
        .into_response()
}
