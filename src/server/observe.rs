//! Around every answer: its request id, the headers that keep browsers careful, the log
//! line and the counters. The line comes when the last byte went, with what really went.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tracing::Instrument as _;

use super::RELEASE_HEADER;
use super::traffic::{Route, Traffic};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Pages of this server: its own stylesheet, and nothing else.
const OWN_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// Longest request id that is taken over from a proxy, in characters.
const LONGEST_ID: usize = 64;

/// The middleware.
pub(super) async fn observe(
    State(traffic): State<Arc<Traffic>>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let route = Route::of(request.uri().path());
    let id = request_id(request.headers());
    // Where a handler looks at it, it is the one that the answer will carry.
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let asked = Asked {
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        range: text(request.headers(), &header::RANGE),
    };
    let span = tracing::info_span!("request", request_id = ?id);
    let mut response = next.run(request).instrument(span.clone()).await;

    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(OWN_POLICY);
    let release = text(headers, &RELEASE_HEADER);
    let answered = Answered {
        asked,
        route,
        status: response.status().as_u16(),
        release,
        began,
        bytes: 0,
        whole: false,
        traffic,
        span,
    };
    response.map(|body| Body::new(Watched { body, answered }))
}

/// The id that a proxy gave, if it is one that a log line can take; else a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    /// Two processes do not give the same ids: the operating system seeds this.
    static PROCESS: LazyLock<u32> = LazyLock::new(|| {
        let random = std::hash::RandomState::new();
        (std::hash::BuildHasher::hash_one(&random, "process") & 0xffff_ffff) as u32
    });
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let is_id = |value: &&HeaderValue| {
        (1..=LONGEST_ID).contains(&value.len())
            && value
                .as_bytes()
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    headers
        .get(REQUEST_ID)
        .filter(is_id)
        .cloned()
        .unwrap_or_else(|| {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            HeaderValue::from_str(&format!("{:08x}-{number}", *PROCESS))
                .unwrap_or(HeaderValue::from_static("unknown"))
        })
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

struct Asked {
    method: Method,
    path: String,
    range: Option<String>,
}

/// An answer on its way. When it is dropped, it is over.
struct Answered {
    asked: Asked,
    route: Route,
    status: u16,
    release: Option<String>,
    began: Instant,
    bytes: u64,
    whole: bool,
    traffic: Arc<Traffic>,
    span: tracing::Span,
}

impl Drop for Answered {
    fn drop(&mut self) {
        // Nothing is sent of the body of an answer to HEAD: that is all there is of it.
        let whole = self.whole || self.asked.method == Method::HEAD;
        self.traffic
            .answered(self.route, self.status, self.bytes, whole);
        let _entered = self.span.enter();
        let milliseconds = self.began.elapsed().as_secs_f64() * 1000.0;
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    method = %self.asked.method,
                    path = self.asked.path,
                    status = self.status,
                    bytes = self.bytes,
                    milliseconds,
                    range = self.asked.range,
                    release = self.release,
                    whole,
                    "Answered a request"
                )
            };
        }
        // Asked every few seconds by machines: not worth a line each.
        if self.route == Route::Operations {
            line!(debug);
        } else {
            line!(info);
        }
    }
}

/// A body whose bytes are counted.
struct Watched {
    body: Body,
    answered: Answered,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                self.answered.bytes += length as u64;
                self.answered.whole = self.body.is_end_stream();
            }
            Poll::Ready(Some(Err(error))) => {
                let _entered = self.answered.span.enter();
                tracing::error!(%error, "An answer broke off");
            }
            Poll::Ready(None) => self.answered.whole = true,
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
