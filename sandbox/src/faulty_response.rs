//! From an answer to what goes over the wire, with or without something going wrong.

use std::convert::Infallible;
use std::io::{self, Write};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use crate::api::{Answer, HTML, JSON};
use crate::fault::{FaultKind, RetryAfter};

/// The answer as `fault` would have it, where the fault is one of content.
pub(crate) fn with_fault(answer: Answer, fault: &FaultKind) -> Answer {
    match fault {
        FaultKind::TooManyRequests { .. } => Answer::page(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many requests. Please slow down.",
        ),
        FaultKind::ServerError { status } => Answer::page(
            StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            "The server met an unexpected condition.",
        ),
        FaultKind::HtmlWith200 => Answer {
            content_type: HTML,
            ..Answer::page(StatusCode::OK, "Palvelu on huoltokatkolla.")
        },
        FaultKind::EmptyArray => Answer::ok(JSON, "[]"),
        FaultKind::NotJson => Answer::ok(JSON, "[{\"indicator\":127,\"region\":"),
        FaultKind::Forbidden => Answer::forbidden(),
        FaultKind::RedirectLoop => Answer::page(StatusCode::FOUND, "It has moved."),
        FaultKind::ShortAnswer { keep } => shortened(answer, *keep),
        FaultKind::WrongTitle { title } => edited(answer, |object| {
            if let Some(found) = object.get_mut("title") {
                *found = serde_json::json!({ "fi": title, "sv": title, "en": title });
            }
        }),
        FaultKind::WrongUnit { code } => edited(answer, |object| {
            if let Some(found) = object.get_mut("primaryValueType") {
                let words = serde_json::json!({ "fi": code, "sv": code, "en": code });
                *found = serde_json::json!({ "code": code, "title": words });
            }
        }),
        FaultKind::WrongValues {
            region,
            year,
            factor,
        } => edited(answer, |row| {
            let is = |key: &str, wanted: Option<i64>| {
                wanted.is_none_or(|wanted| row.get(key).and_then(Value::as_i64) == Some(wanted))
            };
            let meant = is("region", region.map(i64::from)) && is("year", year.map(i64::from));
            if let Some(value) = row.get("value").and_then(Value::as_f64)
                && meant
            {
                row.insert("value".to_owned(), (value * factor).into());
            }
        }),
        FaultKind::MissingRegions { regions } => without_regions(answer, regions),
        FaultKind::MissingField { field } => edited(answer, |object| {
            object.remove(field);
        }),
        FaultKind::Delay { .. }
        | FaultKind::Truncated
        | FaultKind::ConnectionReset
        | FaultKind::DecompressionBomb { .. }
        | FaultKind::SlowLoris { .. } => answer,
    }
}

/// The first share of an array's elements, each as it was written.
fn shortened(answer: Answer, keep: f64) -> Answer {
    let Ok(elements) = serde_json::from_slice::<Vec<&RawValue>>(&answer.body) else {
        return answer;
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length, between 0 and the length"
    )]
    let kept = (elements.len() as f64 * keep) as usize;
    let texts: Vec<&str> = elements[..kept].iter().map(|text| text.get()).collect();
    Answer {
        body: format!("[{}]", texts.join(",")).into(),
        ..answer
    }
}

/// The rows of an array that are about other regions.
fn without_regions(answer: Answer, regions: &[u32]) -> Answer {
    let Ok(mut rows) = serde_json::from_slice::<Vec<Value>>(&answer.body) else {
        return answer;
    };
    rows.retain(|row| {
        !regions
            .iter()
            .any(|region| row["region"].as_u64() == Some(u64::from(*region)))
    });
    Answer {
        body: Value::from(rows).to_string().into(),
        ..answer
    }
}

/// The same change to the answer's object, or to each object of its array.
fn edited(answer: Answer, edit: impl Fn(&mut serde_json::Map<String, Value>)) -> Answer {
    let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) else {
        return answer;
    };
    match &mut value {
        Value::Object(object) => edit(object),
        Value::Array(elements) => elements
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(edit),
        _ => {}
    }
    Answer {
        body: value.to_string().into(),
        ..answer
    }
}

/// The body after its transfer encoding, on its way to the wire.
pub(crate) struct Encoded {
    answer: Answer,
    gzip: bool,
}

impl Encoded {
    /// Compresses whole bodies where the client accepts that. Takes milliseconds: not for
    /// an event loop.
    pub(crate) fn new(answer: Answer, accepts_gzip: bool) -> Self {
        if !accepts_gzip || answer.status != StatusCode::OK {
            return Self {
                answer,
                gzip: false,
            };
        }
        match gzipped(&answer.body) {
            Ok(body) => Self {
                answer: Answer { body, ..answer },
                gzip: true,
            },
            Err(error) => {
                tracing::warn!(%error, "An answer goes uncompressed");
                Self {
                    answer,
                    gzip: false,
                }
            }
        }
    }

    /// The response, with the faults of transport. `location` is the address that was
    /// asked; `stopping` ends the faults that take their time.
    pub(crate) fn into_response(
        self,
        fault: Option<&FaultKind>,
        location: &str,
        stopping: &CancellationToken,
    ) -> Response<Body> {
        let Self { answer, gzip } = self;
        let length = answer.body.len();
        let mut gzip = gzip;
        let mut announced = Some(length);
        let body = match fault {
            Some(FaultKind::Truncated) => truncated(&answer.body),
            Some(FaultKind::SlowLoris { bytes_per_second }) => {
                slow(answer.body, *bytes_per_second, stopping.clone())
            }
            Some(FaultKind::DecompressionBomb { megabytes }) => {
                gzip = true;
                announced = None;
                bomb(*megabytes)
            }
            _ => Body::from(answer.body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = answer.status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(answer.content_type),
        );
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if let Some(length) = announced {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        match fault {
            Some(FaultKind::RedirectLoop) => {
                if let Ok(location) = HeaderValue::from_str(location) {
                    headers.insert(header::LOCATION, location);
                }
            }
            Some(FaultKind::TooManyRequests {
                retry_after: Some(retry_after),
            }) => {
                let text = match retry_after {
                    RetryAfter::Seconds(seconds) => seconds.to_string(),
                    RetryAfter::Date(date) => date.clone(),
                };
                if let Ok(value) = HeaderValue::from_str(&text) {
                    headers.insert(header::RETRY_AFTER, value);
                }
            }
            _ => {}
        }
        response
    }
}

fn gzipped(body: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 8), Compression::fast());
    encoder.write_all(body)?;
    Ok(encoder.finish()?.into())
}

/// Half of the body, then an error, so that the server closes the connection short of
/// the announced length. The bytes go out first: the error waits for a second turn.
fn truncated(body: &Bytes) -> Body {
    let half = body.slice(..body.len() / 2);
    Body::from_stream(stream::unfold(Some(half), |half| async move {
        if let Some(half) = half {
            return Some((Ok(half), None));
        }
        tokio::task::yield_now().await;
        Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
    }))
}

/// The body in small pieces with pauses.
fn slow(body: Bytes, bytes_per_second: u32, stopping: CancellationToken) -> Body {
    let piece = (bytes_per_second / 10).max(1);
    let pause = Duration::from_secs_f64(f64::from(piece) / f64::from(bytes_per_second));
    let piece = usize::try_from(piece).unwrap_or(usize::MAX);
    Body::from_stream(stream::unfold(body, move |mut rest| {
        let stopping = stopping.clone();
        async move {
            if rest.is_empty() {
                return None;
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stopping.cancelled() => {
                    let error = io::Error::from(io::ErrorKind::ConnectionAborted);
                    return Some((Err(error), Bytes::new()));
                }
            }
            let sent = rest.split_to(piece.min(rest.len()));
            Some((Ok(sent), rest))
        }
    }))
}

/// `megabytes` of zeros, compressed as they are sent, so that the sandbox itself never
/// holds them.
fn bomb(megabytes: u32) -> Body {
    let encoder = GzEncoder::new(Vec::new(), Compression::default());
    Body::from_stream(stream::unfold(
        Some((encoder, megabytes)),
        |state| async move {
            let (mut encoder, left) = state?;
            if left == 0 {
                let tail = encoder.finish().unwrap_or_default();
                return Some((Ok::<_, Infallible>(Bytes::from(tail)), None));
            }
            let zeros = vec![0; 1 << 20];
            // Writing to memory cannot fail.
            if encoder.write_all(&zeros).is_err() {
                return None;
            }
            let compressed = std::mem::take(encoder.get_mut());
            Some((Ok(Bytes::from(compressed)), Some((encoder, left - 1))))
        },
    ))
}
