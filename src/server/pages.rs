//! The pages of the server itself: how things stand, and where to start.
//!
//! Templates (minijinja), because a page is read and changed as HTML, and because the
//! engine escapes every value by itself. A value that a template names and the view lacks
//! is an error, which the tests meet.

mod files;
mod format;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use botnia_model::{Language, ReleaseNumber};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use self::format::{Formats, Moment};
use self::words::Words;
use super::Shared;
use super::committed::CommittedRelease;
use super::error::ServerError;
use super::report::{
    self, Concern, FailingIndicator, Health, HeldIndicator, ReleaseChanges, ReleaseOverview,
    Status, SweepState,
};

const STYLES: &str = include_str!("pages/botnia.css");
const TEMPLATES: [(&str, &str); 4] = [
    ("moment.html", include_str!("pages/moment.html")),
    ("page.html", include_str!("pages/page.html")),
    ("start.html", include_str!("pages/start.html")),
    ("status.html", include_str!("pages/status.html")),
];

/// Indicators listed under a heading; the rest is counted. A source that changes its ways
/// may hold hundreds at once.
const LISTED: usize = 50;
/// Sweeps listed.
const SWEEPS: usize = 15;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/status",
            get(async |state| status(state, Language::Fi).await),
        )
        .route(
            "/sv/status",
            get(async |state| status(state, Language::Sv).await),
        )
        .route(
            "/en/status",
            get(async |state| status(state, Language::En).await),
        )
        .route("/botnia.css", get(styles))
}

/// The language whose start page stands at `path` of the site, if one does.
pub(super) fn start_at(path: &str) -> Option<Language> {
    match path {
        "" => Some(Language::Fi),
        "sv/" => Some(Language::Sv),
        "en/" => Some(Language::En),
        _ => None,
    }
}

async fn styles() -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=3600"),
        ],
        STYLES,
    )
        .into_response()
}

fn render(page: &'static str, view: &impl Serialize) -> Result<Response, ServerError> {
    let failed = |source| ServerError::Page { page, source };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, template) in TEMPLATES {
        environment.add_template(name, template).map_err(failed)?;
    }
    let html = environment
        .get_template(page)
        .and_then(|template| template.render(Value::from(Serde(view))))
        .map_err(failed)?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, html).into_response())
}

/// What every page has around it.
#[derive(Serialize)]
struct Frame {
    words: &'static Words,
    here: &'static str,
    start_url: &'static str,
    status_url: &'static str,
    languages: Vec<LanguageLink>,
    zone: String,
    version: &'static str,
}

#[derive(Serialize)]
struct LanguageLink {
    code: &'static str,
    name: &'static str,
    url: &'static str,
}

impl Frame {
    fn new(language: Language, here: &'static str, zone: &TimeZone) -> Self {
        let urls = |language| match language {
            Language::Fi => ("/", "/status"),
            Language::Sv => ("/sv/", "/sv/status"),
            Language::En => ("/en/", "/en/status"),
        };
        let (start_url, status_url) = urls(language);
        let languages = Language::ALL.map(|language| {
            let (start, status) = urls(language);
            LanguageLink {
                code: language.code(),
                name: match language {
                    Language::Fi => "Suomi",
                    Language::Sv => "Svenska",
                    Language::En => "English",
                },
                url: if here == "status" { status } else { start },
            }
        });
        Self {
            words: Words::of(language),
            here,
            start_url,
            status_url,
            languages: languages.into(),
            zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

#[derive(Serialize)]
struct ReleaseView {
    number: u32,
    url: String,
    released: Moment,
    synthetic: bool,
    contents: String,
    changes: String,
}

impl ReleaseView {
    fn new(formats: &Formats, release: &ReleaseOverview) -> Self {
        let words = formats.words();
        let contents = [
            formats.counted(words.counted_indicators, release.indicators),
            formats.counted(words.counted_observations, release.observations),
            formats.counted(words.counted_files, release.files),
            format!(
                "{} {}",
                words.division_of,
                formats.day(&release.geo_vintage)
            ),
        ];
        Self {
            number: release.release.get(),
            url: release.url.clone(),
            released: formats.moment(release.released_at),
            synthetic: release.synthetic,
            contents: contents.join(", "),
            changes: match release.changes {
                Some(changes) => changed(formats, changes),
                None if release.release == ReleaseNumber::FIRST => words.first_release.to_owned(),
                None => words.unknown_changes.to_owned(),
            },
        }
    }
}

/// What changed, in words; what did not is left out.
fn changed(formats: &Formats, changes: ReleaseChanges) -> String {
    let words = formats.words();
    let parts: Vec<_> = [
        (words.new_indicators, changes.new_indicators),
        (words.changed_indicators, changes.changed_indicators),
        (words.removed_indicators, changes.removed_indicators),
        (words.changed_files, changes.changed_files),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(words, count)| formats.counted(words, count))
    .collect();
    format!("{}.", parts.join(", "))
}

#[derive(Serialize)]
struct StatusPage {
    #[serde(flatten)]
    frame: Frame,
    health: HealthView,
    release: Option<ReleaseView>,
    running: Vec<RunningView>,
    next: Vec<NextView>,
    held: Entries,
    rejected: Vec<RejectedView>,
    failing: Entries,
    sources: Vec<SourceView>,
    sweeps: Vec<SweepView>,
    updated: Moment,
}

#[derive(Serialize)]
struct HealthView {
    class: &'static str,
    title: &'static str,
    text: &'static str,
    concerns: Vec<String>,
}

#[derive(Serialize)]
struct RunningView {
    source: String,
    since: Moment,
}

#[derive(Serialize)]
struct NextView {
    source: String,
    at: Moment,
}

/// Indicators under a heading: those that are listed, and how many there are.
#[derive(Serialize)]
struct Entries {
    count: usize,
    listed: Vec<EntryView>,
    more: String,
}

#[derive(Serialize)]
struct EntryView {
    id: String,
    title: String,
    since: Moment,
    reasons: Vec<ReasonView>,
    served: &'static str,
}

#[derive(Serialize)]
struct ReasonView {
    text: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct RejectedView {
    id: String,
    title: String,
    since: Moment,
    note: String,
}

#[derive(Serialize)]
struct SourceView {
    name: String,
    counts: String,
    newest: Option<Moment>,
    oldest: Option<Moment>,
    last: Option<Moment>,
    next: Option<Moment>,
    failure: Option<String>,
}

#[derive(Serialize)]
struct SweepView {
    began: Moment,
    source: String,
    outcome: String,
    changed: String,
    unchanged: String,
    held: String,
    failed: String,
    release: String,
}

async fn status(
    State(shared): State<Arc<Shared>>,
    language: Language,
) -> Result<Response, ServerError> {
    let status = report::status(&shared).await?;
    let formats = Formats::new(language, shared.time_zone.clone(), status.generated_at);
    render(
        "status.html",
        &status_page(&formats, &status, &shared.time_zone),
    )
}

fn status_page(formats: &Formats, status: &Status, zone: &TimeZone) -> StatusPage {
    let waiting: Vec<_> = status
        .held
        .iter()
        .filter(|held| held.rejected.is_none())
        .map(|held| held_entry(formats, held))
        .collect();
    let failing = status
        .failing
        .iter()
        .map(|failing| failing_entry(formats, failing))
        .collect();
    StatusPage {
        frame: Frame::new(formats.language(), "status", zone),
        health: health(formats, status),
        release: status
            .release
            .as_ref()
            .map(|release| ReleaseView::new(formats, release)),
        running: status
            .sources
            .iter()
            .filter_map(|source| {
                Some(RunningView {
                    source: source.source.to_string(),
                    since: formats.moment(source.running_since?),
                })
            })
            .collect(),
        next: next(formats, status),
        held: entries(formats, waiting),
        rejected: status
            .held
            .iter()
            .filter_map(|held| {
                Some(RejectedView {
                    id: held.indicator_id.to_string(),
                    title: held.title.clone(),
                    since: formats.moment(held.since),
                    note: held.rejected.clone()?,
                })
            })
            .take(LISTED)
            .collect(),
        failing: entries(formats, failing),
        sources: sources(formats, status),
        sweeps: sweeps(formats, status),
        updated: formats.moment(status.generated_at),
    }
}

fn health(formats: &Formats, status: &Status) -> HealthView {
    let words = formats.words();
    let (class, [title, text]) = match status.health {
        Health::Ok => ("ok", words.ok),
        Health::Attention => ("attention", words.attention),
        Health::Failing => ("failing", words.source_failing),
        Health::Empty => ("empty", words.empty),
    };
    // Where nothing was published, nothing is served either.
    let text = if status.release.is_none() {
        words.empty[1]
    } else {
        text
    };
    let concern = |concern: &Concern| match concern {
        Concern::NothingPublished => words.concern_nothing_published.to_owned(),
        Concern::SourceFailed { source } => {
            words.concern_source_failed.replace("{s}", source.as_str())
        }
        Concern::IndicatorsFailing { count } => formats.counted(words.concern_failing, *count),
        Concern::IndicatorsHeld { count } => formats.counted(words.concern_held, *count),
        Concern::SweepLate { source } => words.concern_late.replace("{s}", source.as_str()),
        Concern::SweepStuck { source } => words.concern_stuck.replace("{s}", source.as_str()),
    };
    HealthView {
        class,
        title,
        text,
        concerns: status.concerns.iter().map(concern).collect(),
    }
}

fn next(formats: &Formats, status: &Status) -> Vec<NextView> {
    let mut slots: Vec<(Timestamp, String)> = status
        .sources
        .iter()
        .filter_map(|source| Some((source.next?, source.source.to_string())))
        .collect();
    slots.sort();
    slots
        .into_iter()
        .map(|(slot, source)| NextView {
            source,
            at: formats.moment(slot),
        })
        .collect()
}

fn entries(formats: &Formats, mut listed: Vec<EntryView>) -> Entries {
    let count = listed.len();
    listed.truncate(LISTED);
    let more = (count - listed.len()) as u64;
    Entries {
        count,
        more: if more == 0 {
            String::new()
        } else {
            formats.counted(formats.words().and_more, more)
        },
        listed,
    }
}

fn served(formats: &Formats, published: bool) -> &'static str {
    if published {
        formats.words().older_served
    } else {
        formats.words().never_published
    }
}

fn reason(formats: &Formats, code: &str, detail: &str) -> ReasonView {
    ReasonView {
        text: words::reason(formats.language(), code).unwrap_or_default(),
        detail: detail.to_owned(),
    }
}

fn held_entry(formats: &Formats, held: &HeldIndicator) -> EntryView {
    EntryView {
        id: held.indicator_id.to_string(),
        title: held.title.clone(),
        since: formats.moment(held.since),
        reasons: held
            .reasons
            .iter()
            .map(|why| reason(formats, &why.code, &why.message))
            .collect(),
        served: served(formats, held.published),
    }
}

fn failing_entry(formats: &Formats, failing: &FailingIndicator) -> EntryView {
    let id = failing.indicator_id.to_string();
    EntryView {
        title: failing.title.clone().unwrap_or_else(|| id.clone()),
        id,
        since: formats.moment(failing.since),
        reasons: vec![reason(formats, &failing.remedy, &failing.message)],
        served: served(formats, failing.published),
    }
}

fn sources(formats: &Formats, status: &Status) -> Vec<SourceView> {
    let words = formats.words();
    status
        .sources
        .iter()
        .map(|source| {
            let counts: Vec<_> = [
                (words.published_count, source.published),
                (words.held_count, source.held),
                (words.failing_count, source.failing),
            ]
            .into_iter()
            .map(|(word, count)| word.replace("{n}", &formats.number(count)))
            .collect();
            SourceView {
                name: source.source.to_string(),
                counts: counts.join(", "),
                newest: source.newest_check.map(|moment| formats.moment(moment)),
                oldest: source
                    .oldest_check
                    .filter(|oldest| source.newest_check != Some(*oldest))
                    .map(|moment| formats.moment(moment)),
                last: source.last_finished.map(|moment| formats.moment(moment)),
                next: source.next.map(|moment| formats.moment(moment)),
                failure: source.failure.clone(),
            }
        })
        .collect()
}

fn sweeps(formats: &Formats, status: &Status) -> Vec<SweepView> {
    let words = formats.words();
    status
        .sweeps
        .iter()
        .take(SWEEPS)
        .map(|sweep| {
            let outcome = sweep.outcome.as_ref();
            let failed = outcome.is_some_and(|outcome| outcome.failure.is_some());
            let number = |number: Option<u64>| number.map_or(String::new(), |n| formats.number(n));
            SweepView {
                began: formats.moment(sweep.started_at),
                source: sweep.source.to_string(),
                outcome: match sweep.state {
                    SweepState::Running => words.sweep_running,
                    SweepState::Interrupted => words.sweep_interrupted,
                    SweepState::Finished if failed => words.sweep_source_failed,
                    SweepState::Finished => words.sweep_finished,
                }
                .to_owned(),
                changed: number(outcome.map(|outcome| outcome.changed)),
                unchanged: number(outcome.map(|outcome| outcome.unchanged)),
                held: number(outcome.map(|outcome| outcome.held)),
                failed: number(outcome.map(|outcome| outcome.failed)),
                release: outcome
                    .and_then(|outcome| outcome.release)
                    .map_or(String::new(), |release| release.to_string()),
            }
        })
        .collect()
}

#[derive(Serialize)]
struct StartPage {
    #[serde(flatten)]
    frame: Frame,
    release: Option<ReleaseView>,
    first: Option<Moment>,
    files: Vec<FileView>,
    origin: String,
}

#[derive(Serialize)]
struct FileView {
    url: String,
    path: &'static str,
    what: &'static str,
    size: String,
}

/// The start page, as long as the release brings none.
pub(super) async fn start(
    shared: &Shared,
    release: Option<&CommittedRelease>,
    language: Language,
    headers: &HeaderMap,
) -> Result<Response, ServerError> {
    let formats = Formats::new(language, shared.time_zone.clone(), shared.clock.now());
    let overview = match release {
        Some(release) => Some(report::overview(shared, release).await?),
        None => None,
    };
    let first = shared.releases.get(ReleaseNumber::FIRST).await?;
    let files = files::listed(language)
        .filter_map(|(path, what)| {
            Some(FileView {
                url: format!("/latest/{path}"),
                path,
                what,
                size: formats.size(release?.file(path)?.bytes),
            })
        })
        .collect();
    let page = StartPage {
        frame: Frame::new(language, "start", &shared.time_zone),
        release: overview.map(|release| ReleaseView::new(&formats, &release)),
        first: first.map(|first| formats.moment(first.record.released_at)),
        files,
        origin: origin(headers),
    };
    render("start.html", &page)
}

/// The address under which the reader came here, for an example to copy.
fn origin(headers: &HeaderMap) -> String {
    let is_host = |host: &&str| {
        host.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']')
        })
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .filter(is_host)
        .unwrap_or("localhost");
    let is_secure = headers.get("x-forwarded-proto") == Some(&HeaderValue::from_static("https"));
    let scheme = if is_secure { "https" } else { "http" };
    format!("{scheme}://{host}")
}
