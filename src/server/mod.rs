//! The web server: what is published, and how things stand; and, for whoever has the token
//! of the settings, what a person decides.
//!
//! * `/latest/…` and `/releases/000007/…` are the files of committed releases; the newest
//!   release also stands at `/`, with a start page until it brings its own.
//! * `/status` is the operator's page; `/api/v1/` says the same as JSON, `/metrics` to
//!   Prometheus. `/healthz`: the process is up; `/readyz`: the ledger and the releases can
//!   be read.
//!
//! Deliberately absent: sessions and forms, because pages only read, and programs act with a
//! token; TLS and HTTP/2, which a reverse proxy in front speaks; a cache of figures, because
//! the page must say what is true now.

mod actions;
mod allowance;
mod api;
mod authority;
mod committed;
mod conditions;
mod error;
mod file_body;
mod indicators;
mod metrics;
mod observe;
mod pages;
mod problem;
mod published;
mod report;
mod serve;
mod traffic;
mod work;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, Method, header};
use axum::middleware;
use axum::routing::get;
use botnia_config::{IndicatorSet, Settings};
use botnia_model::{Clock, SourceId};
use botnia_publish::Releases;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};

use crate::engine::ledger::Ledger;
use crate::engine::quarantine::Quarantine;
use authority::Authority;
use committed::CommittedReleases;
use traffic::Traffic;

pub use allowance::Rate;
pub use api::openapi_json;
pub use authority::ActionLimits;
pub use serve::{Limits, serve, serve_within};

/// Says when each source is swept next. A slot that has passed without a sweep stays: the
/// status page then says that it is late.
pub trait Schedules: Send + Sync {
    /// The next slot of every source that has a schedule.
    fn next(&self) -> Vec<(SourceId, Timestamp)>;
}

/// What the server reads, and what it decides by.
pub struct ServerState {
    /// What is known of every source and indicator.
    pub ledger: Ledger,
    /// What was published.
    pub releases: Releases,
    /// What was held.
    pub quarantine: Quarantine,
    /// What is next.
    pub schedules: Arc<dyn Schedules>,
    /// Tells how old things are.
    pub clock: Arc<dyn Clock>,
    /// The time zone in which pages show times.
    pub time_zone: TimeZone,
    /// The sources that a run can be asked for, and the token of who may act.
    pub settings: Settings,
    /// What the sources' indicators are selected by.
    pub sets: Vec<IndicatorSet>,
    /// How often may be acted.
    pub action_limits: ActionLimits,
}

/// The state as the handlers share it.
struct Shared {
    ledger: Ledger,
    releases: CommittedReleases,
    quarantine: Quarantine,
    schedules: Arc<dyn Schedules>,
    clock: Arc<dyn Clock>,
    time_zone: TimeZone,
    settings: Settings,
    sets: Vec<IndicatorSet>,
    authority: Authority,
    traffic: Arc<Traffic>,
    compressions: Arc<tokio::sync::Semaphore>,
}

/// The header that names the release a file was taken from.
const RELEASE_HEADER: HeaderName = HeaderName::from_static("botnia-release");
/// The header that says that figures are made up.
const SYNTHETIC_HEADER: HeaderName = HeaderName::from_static("botnia-synthetic");

/// Files that are compressed at once. An encoder keeps some 300 kB as long as its reader
/// is slow; who comes when all are taken gets the bytes as they are.
const COMPRESSIONS: usize = 64;

/// Everything that the server answers.
pub fn router(state: ServerState) -> Router {
    let token = state.settings.server.token.clone();
    let shared = Arc::new(Shared {
        ledger: state.ledger,
        releases: CommittedReleases::new(state.releases),
        quarantine: state.quarantine,
        schedules: state.schedules,
        clock: state.clock,
        time_zone: state.time_zone,
        settings: state.settings,
        sets: state.sets,
        authority: Authority::new(token, state.action_limits),
        traffic: Arc::new(Traffic::default()),
        compressions: Arc::new(tokio::sync::Semaphore::new(COMPRESSIONS)),
    });
    // Anybody's page may read what is published: DuckDB in a browser does.
    let open_to_other_origins = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([
            header::RANGE,
            header::IF_RANGE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
        ])
        .expose_headers([
            header::ACCEPT_RANGES,
            header::CONTENT_LENGTH,
            header::CONTENT_LOCATION,
            header::CONTENT_RANGE,
            header::ETAG,
            RELEASE_HEADER,
            SYNTHETIC_HEADER,
        ])
        // The answer is the same for every origin: a cache may give it to all.
        .vary([]);
    let published = api::routes()
        .fallback_service(get(published::answer).with_state(Arc::clone(&shared)))
        .layer(open_to_other_origins);
    pages::routes()
        .merge(metrics::routes())
        // Beside what other origins may read: no page of theirs may act.
        .merge(actions::routes(&shared))
        .merge(published)
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(
            Arc::clone(&shared.traffic),
            observe::observe,
        ))
        .with_state(shared)
}
