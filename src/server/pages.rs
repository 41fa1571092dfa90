//! The pages of the server itself: how things stand, and where to start.
//!
//! Templates (minijinja), because a page is read and changed as HTML, and because the
//! engine escapes every value by itself. A value that a template names and the view lacks
//! is an error, which the tests meet.

mod files;
mod format;
mod job_words;
mod reasons;
mod start;
mod status;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use botnia_model::{Language, ReleaseNumber};
use jiff::tz::TimeZone;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use self::format::{Formats, Moment};
use self::words::Words;
use super::Shared;
use super::error::ServerError;
use super::report::{ReleaseChanges, ReleaseOverview};

pub(super) use self::start::start;

const STYLES: &str = include_str!("pages/botnia.css");
const TEMPLATES: [(&str, &str); 4] = [
    ("moment.html", include_str!("pages/moment.html")),
    ("page.html", include_str!("pages/page.html")),
    ("start.html", include_str!("pages/start.html")),
    ("status.html", include_str!("pages/status.html")),
];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/status",
            get(async |state| status::answer(state, Language::Fi).await),
        )
        .route(
            "/sv/status",
            get(async |state| status::answer(state, Language::Sv).await),
        )
        .route(
            "/en/status",
            get(async |state| status::answer(state, Language::En).await),
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
