//! The start page, as long as the release brings none.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use botnia_model::{Language, ReleaseNumber};
use serde::Serialize;

use super::files;
use super::format::{Formats, Moment};
use super::{Frame, ReleaseView, render};
use crate::server::Shared;
use crate::server::committed::CommittedRelease;
use crate::server::error::ServerError;
use crate::server::report;

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

/// The start page in one language.
pub(in crate::server) async fn start(
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
    // Its record alone: the first release may have been removed.
    let first = shared.releases.store().record(ReleaseNumber::FIRST).await;
    let first = first.map_err(ServerError::releases)?;
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
        first: first.map(|first| formats.moment(first.released_at)),
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
