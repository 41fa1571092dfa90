//! Files of committed releases over HTTP: whole, in part, or only if they are new.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use botnia_model::ReleaseNumber;
use botnia_publish::PublishError;
use percent_encoding::percent_decode_str;

use super::committed::{CommittedRelease, ReleaseFile};
use super::conditions::{self, Comparison, Wanted};
use super::error::{ServerError, plain};
use super::file_body::StoredFile;
use super::pages;
use super::{RELEASE_HEADER, SYNTHETIC_HEADER, Shared, file_body};

/// Below this, compressing costs more than it saves.
const WORTH_COMPRESSING: u64 = 1024;

/// A published document may bring its own styles and pictures. No script in it runs, because
/// what is in it came from outside once; only a file of the release's own may.
const DOCUMENT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// A release never changes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The next release may come at any time.
const A_MINUTE: HeaderValue = HeaderValue::from_static("public, max-age=60, must-revalidate");

/// Where a request points.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    /// `/latest/…`: of the newest release.
    Latest(&'a str),
    /// `/releases/000007/…`
    Release(ReleaseNumber, &'a str),
    /// Another spelling of something; where it really is.
    Elsewhere(String),
    /// Anything else: of the newest release too, as the site stands at the root.
    Site(&'a str),
    /// What cannot be.
    Nowhere,
}

impl<'a> Place<'a> {
    /// Reads a path as it came, still encoded.
    fn of(path: &'a str) -> Self {
        let within = path.strip_prefix('/').unwrap_or(path);
        let (folder, rest) = match within.split_once('/') {
            Some((folder, rest)) => (folder, Some(rest)),
            None => (within, None),
        };
        match (folder, rest) {
            ("latest", Some(rest)) => Self::Latest(rest),
            ("latest", None) => Self::Elsewhere("/latest/".to_owned()),
            ("releases", Some(rest)) => {
                let (number, file) = match rest.split_once('/') {
                    Some((number, file)) => (number, Some(file)),
                    None => (rest, None),
                };
                let Ok(release) = number.parse::<ReleaseNumber>() else {
                    return Self::Nowhere;
                };
                match file {
                    Some(file) if number == release.folder() => Self::Release(release, file),
                    file => Self::Elsewhere(format!(
                        "/releases/{}/{}",
                        release.folder(),
                        file.unwrap_or_default()
                    )),
                }
            }
            ("releases", None) => Self::Nowhere,
            _ => Self::Site(within),
        }
    }
}

/// Answers whatever no other route does.
pub(super) async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    respond(&shared, &method, &uri, &headers)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

async fn respond(
    shared: &Shared,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Response, ServerError> {
    let (release, path, kept_for) = match Place::of(uri.path()) {
        Place::Release(number, path) => (shared.releases.get(number).await?, path, FOREVER),
        // Once for this request: it sees this release and no other.
        Place::Latest(path) => (shared.releases.newest().await?, path, A_MINUTE),
        Place::Site(path) => {
            let newest = shared.releases.newest().await?;
            let has_page = |page: &str| newest.as_ref().is_some_and(|it| it.file(page).is_some());
            if let Some(language) = pages::start_at(path)
                && !has_page(&format!("{path}index.html"))
            {
                return pages::start(shared, newest.as_deref(), language, headers).await;
            }
            if pages::start_at(&format!("{path}/")).is_some() && !path.is_empty() {
                return Ok(Redirect::permanent(&format!("/{path}/")).into_response());
            }
            (newest, path, A_MINUTE)
        }
        Place::Elsewhere(place) => return Ok(Redirect::permanent(&place).into_response()),
        Place::Nowhere => return Ok(not_there(uri.path(), None)),
    };
    let Some(release) = release else {
        return Ok(not_there(uri.path(), None));
    };
    let Ok(path) = percent_decode_str(path).decode_utf8() else {
        return Ok(not_there(uri.path(), Some(&release)));
    };
    let path = if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.into_owned()
    };
    match release.file(&path) {
        Some(file) => {
            let asked = Asked {
                release: &release,
                path,
                file,
                kept_for,
            };
            asked.answer(shared, method, headers).await
        }
        // Relative links of the page need the slash.
        None if release.file(&format!("{path}/index.html")).is_some() => {
            Ok(Redirect::permanent(&format!("{}/", uri.path())).into_response())
        }
        None => Ok(not_there(uri.path(), Some(&release))),
    }
}

/// Says what is not there, and where to look.
fn not_there(path: &str, release: Option<&CommittedRelease>) -> Response {
    let text = match release {
        Some(release) => format!(
            "There is no {path} here.\n\
             Everything that release {number} holds is listed in /releases/{folder}/manifest.json.\n\
             The releases are listed in /api/v1/releases.\n",
            number = release.number(),
            folder = release.number().folder(),
        ),
        None => format!(
            "There is no {path} here.\n\
             The releases are listed in /api/v1/releases, and /status says how things stand.\n"
        ),
    };
    plain(StatusCode::NOT_FOUND, text)
}

/// A file that is there.
struct Asked<'a> {
    release: &'a CommittedRelease,
    path: String,
    file: ReleaseFile,
    kept_for: HeaderValue,
}

impl Asked<'_> {
    async fn answer(
        &self,
        shared: &Shared,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Response, ServerError> {
        let kind = Kind::of(&self.path);
        // The compressed bytes are other bytes, so they have another tag.
        let tags = [
            format!("\"{}\"", self.file.sha256),
            format!("\"{}-gzip\"", self.file.sha256),
        ];
        let is = |name, comparison| conditions::named(headers, name, &tags, comparison);
        if headers.contains_key(header::IF_MATCH)
            && is(&header::IF_MATCH, Comparison::Strong).is_none()
        {
            let text = "The file is another one by now: read it from its beginning.\n";
            return Ok(plain(StatusCode::PRECONDITION_FAILED, text));
        }
        if let Some(tag) = is(&header::IF_NONE_MATCH, Comparison::Weak) {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            self.describe(&mut response, &kind, tag);
            return Ok(response);
        }
        let wanted = if *method != Method::GET || !range_is_of(&tags[0], headers) {
            Wanted::Whole
        } else {
            conditions::wanted(headers, self.file.bytes)
        };
        let stored = self.look(shared).await?;
        let length = self.file.bytes;
        let mut response = match wanted {
            Wanted::Unsatisfiable => {
                let text =
                    format!("The file has {length} bytes; the range asks for none of them.\n");
                let mut response = plain(StatusCode::RANGE_NOT_SATISFIABLE, text);
                insert(
                    &mut response,
                    header::CONTENT_RANGE,
                    &format!("bytes */{length}"),
                );
                return Ok(response);
            }
            Wanted::Part { first, last } => {
                let mut response = Response::new(file_body::plain(stored, first, last + 1));
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                let range = format!("bytes {first}-{last}/{length}");
                insert(&mut response, header::CONTENT_RANGE, &range);
                insert(
                    &mut response,
                    header::CONTENT_LENGTH,
                    &(last + 1 - first).to_string(),
                );
                response
            }
            Wanted::Whole => {
                let permit = (kind.is_text
                    && length >= WORTH_COMPRESSING
                    && conditions::accepts_gzip(headers)
                    // Who asks for a part wants the bytes as they are, whatever the answer.
                    && !headers.contains_key(header::RANGE))
                .then(|| Arc::clone(&shared.compressions).try_acquire_owned().ok())
                .flatten();
                if let Some(permit) = permit {
                    let mut response = Response::new(file_body::gzipped(stored, length, permit));
                    insert(&mut response, header::CONTENT_ENCODING, "gzip");
                    self.describe(&mut response, &kind, &tags[1]);
                    return Ok(response);
                }
                let mut response = Response::new(if length == 0 {
                    Body::empty()
                } else {
                    file_body::plain(stored, 0, length)
                });
                insert(&mut response, header::CONTENT_LENGTH, &length.to_string());
                response
            }
        };
        self.describe(&mut response, &kind, &tags[0]);
        Ok(response)
    }

    /// Where the file lies, after making sure that it is as long as it was at the commit.
    async fn look(&self, shared: &Shared) -> Result<StoredFile, ServerError> {
        let release = self.release.number();
        let releases = shared.releases.store();
        let (stored, found) = if let Some(path) = releases.local_path(release, &self.path) {
            let file = |source| ServerError::File {
                release,
                path: self.path.clone(),
                source,
            };
            let found = match tokio::fs::metadata(&path).await {
                Ok(about) => about.len(),
                Err(source) if source.kind() == std::io::ErrorKind::NotFound => {
                    let removed = shared.releases.removed(release).await;
                    return Err(removed.unwrap_or_else(|| file(source)));
                }
                Err(source) => return Err(file(source)),
            };
            (StoredFile::OnDisk(path), found)
        } else {
            let found = match releases.length(release, &self.path).await {
                Ok(found) => found,
                Err(
                    source @ PublishError::Store {
                        source: object_store::Error::NotFound { .. },
                        ..
                    },
                ) => {
                    let removed = shared.releases.removed(release).await;
                    return Err(removed.unwrap_or_else(|| ServerError::releases(source)));
                }
                Err(source) => return Err(ServerError::releases(source)),
            };
            let stored = StoredFile::InStore {
                releases: releases.clone(),
                release,
                path: self.path.clone(),
            };
            (stored, found)
        };
        if found == self.file.bytes {
            Ok(stored)
        } else {
            Err(ServerError::Damaged {
                release,
                path: self.path.clone(),
                expected: self.file.bytes,
                found,
            })
        }
    }

    /// The headers of the file, whatever is sent of it.
    fn describe(&self, response: &mut Response, kind: &Kind, tag: &str) {
        let number = self.release.number();
        insert(response, header::ETAG, tag);
        insert(response, RELEASE_HEADER, &number.to_string());
        // Where these very bytes will stand when `latest` has moved on. What was asked for
        // had no other letters than a release's paths have, so it needs no encoding.
        insert(
            response,
            header::CONTENT_LOCATION,
            &format!("/releases/{}/{}", number.folder(), self.path),
        );
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, kind.content_type.clone());
        headers.insert(header::CACHE_CONTROL, self.kept_for.clone());
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(header::CONTENT_SECURITY_POLICY, DOCUMENT_POLICY);
        if kind.is_text {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if self.release.manifest.synthetic {
            headers.insert(SYNTHETIC_HEADER, HeaderValue::from_static("true"));
        }
    }
}

/// Whether a range is meant for the bytes with this tag. `If-Range` with a date never is: a
/// file has no date here, as it may be older than its release.
fn range_is_of(tag: &str, headers: &HeaderMap) -> bool {
    headers
        .get(header::IF_RANGE)
        .is_none_or(|value| value.as_bytes() == tag.as_bytes())
}

/// A header whose value is made of digits, hashes and paths; a value that no header can
/// take is left out.
fn insert(response: &mut Response, name: axum::http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// What a file is, by its ending.
struct Kind {
    content_type: HeaderValue,
    is_text: bool,
}

impl Kind {
    fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        let (content_type, is_text) = match ending {
            Some("parquet") => ("application/vnd.apache.parquet", false),
            Some("xlsx") => (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                false,
            ),
            Some("png") => ("image/png", false),
            Some("csv") => ("text/csv; charset=utf-8", true),
            Some("md") => ("text/markdown; charset=utf-8", true),
            Some("html") => ("text/html; charset=utf-8", true),
            Some("css") => ("text/css; charset=utf-8", true),
            Some("cff" | "yaml") => ("text/yaml; charset=utf-8", true),
            Some("json") => ("application/json", true),
            Some("jsonld") => ("application/ld+json", true),
            Some("atom") => ("application/atom+xml; charset=utf-8", true),
            Some("svg") => ("image/svg+xml", true),
            // Without an ending: `SHA256SUMS`.
            Some("txt") | None => ("text/plain; charset=utf-8", true),
            Some(_) => ("application/octet-stream", false),
        };
        Self {
            content_type: HeaderValue::from_static(content_type),
            is_text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_points_at_a_release_or_nowhere() {
        let seven = ReleaseNumber::try_from(7).unwrap();
        let cases = [
            ("/latest/a/b.csv", Place::Latest("a/b.csv")),
            ("/latest/", Place::Latest("")),
            ("/latest", Place::Elsewhere("/latest/".to_owned())),
            ("/releases/000007/a.csv", Place::Release(seven, "a.csv")),
            (
                "/releases/7/a.csv",
                Place::Elsewhere("/releases/000007/a.csv".to_owned()),
            ),
            (
                "/releases/000007",
                Place::Elsewhere("/releases/000007/".to_owned()),
            ),
            ("/releases/0/a.csv", Place::Nowhere),
            ("/releases/../_log/1", Place::Nowhere),
            ("/releases/", Place::Nowhere),
            ("/releases", Place::Nowhere),
            ("/", Place::Site("")),
            ("/sv/", Place::Site("sv/")),
            ("//etc/passwd", Place::Site("/etc/passwd")),
            ("/..%2fstate.db", Place::Site("..%2fstate.db")),
        ];
        for (path, place) in cases {
            assert_eq!(Place::of(path), place, "{path}");
        }
    }
}
