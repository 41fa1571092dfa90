//! One polite HTTP client for all sources: it limits itself per host, keeps the pauses it
//! is asked for, gives its name, repeats only what can be repeated, and takes only as much
//! as it was told to.
//!
//! Bodies are collected compressed and gunzipped whole on a blocking thread: the event
//! loop stays free for the requests under way, which streaming decompression would delay.
//!
//! What is deliberately absent: a cache (the archive is one), cookies, proxies of our own
//! making, and any request but GET.

mod body;
mod host;
mod request;
mod retry_after;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use botnia_model::{Clock, ContentHash, Snapshot};
use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION,
    RETRY_AFTER,
};
use reqwest::{StatusCode, redirect, retry};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::{debug, warn};
use url::Url;

pub use body::Shape;
use body::{BodyFault, Encoding};
use host::Host;
pub use request::{Fetched, Request, Validators};

use crate::error::Failure;
use crate::{Answer, SourceError};

/// Who asks. The servers see `botnia/<version> (+<contact>; scheduled statistics fetch)`,
/// without the contact where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent {
    /// Where the operator can be reached: an address or a page.
    pub contact: String,
}

/// How much the client takes, waits and tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientLimits {
    /// Until a connection stands.
    pub connect_timeout: Duration,
    /// From the request to the head of the answer: the server may compute meanwhile.
    pub answer_timeout: Duration,
    /// Between two pieces of a body.
    pub idle_timeout: Duration,
    /// For one request with its whole answer.
    pub total_timeout: Duration,
    /// Requests made for one answer, the first included, redirects not counted.
    pub attempts: usize,
    /// The first pause between two attempts; it doubles with each, and up to as much again
    /// is added by chance, so that many workers do not come back at once.
    pub backoff_first: Duration,
    /// Where that doubling ends.
    pub backoff_longest: Duration,
    /// The longest pause a server may ask for that is sat out.
    pub max_wait: Duration,
    /// Redirects followed for one answer, all within its host.
    pub redirects: usize,
    /// Bytes of a compressed body.
    pub compressed_bytes: usize,
    /// Bytes of a body after decompression, or of one that was never compressed.
    pub body_bytes: usize,
    /// How many times its size a compressed body above a mebibyte may expand.
    pub expansion: usize,
}

impl Default for ClientLimits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_mins(1),
            idle_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_mins(2),
            attempts: 4,
            backoff_first: Duration::from_secs(1),
            backoff_longest: Duration::from_secs(30),
            max_wait: Duration::from_mins(5),
            redirects: 5,
            compressed_bytes: 32 << 20,
            body_bytes: 64 << 20,
            expansion: 200,
        }
    }
}

/// The client. Shared by all sources and workers of a process, because politeness is owed
/// per host, whoever asks.
pub struct PoliteClient {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    limits: ClientLimits,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

/// An answer as it came over the wire.
struct Received {
    url: Url,
    status: StatusCode,
    headers: HeaderMap,
    body: Result<(Bytes, Encoding), BodyFault>,
    at: Timestamp,
    /// The pause that the server asks for.
    pause: Option<Duration>,
}

impl PoliteClient {
    /// A client. [`SourceError::Contract`] where `identity` cannot stand in a header or
    /// the machine has no certificates to trust.
    pub fn new(
        clock: Arc<dyn Clock>,
        identity: UserAgent,
        limits: ClientLimits,
    ) -> Result<Self, SourceError> {
        let failure = |problem: String| Failure {
            operation: "prepare the HTTP client".to_owned(),
            problem,
            rejected: None,
        };
        let UserAgent { contact } = identity;
        let contact = contact.trim();
        let visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        // Parentheses would end the comment of the User-Agent that the contact stands in.
        if !contact.bytes().all(visible) || contact.contains(['(', ')']) {
            let problem = format!(
                "the contact {contact:?} cannot stand in a User-Agent; \
                 hint: set `contact` to a mail address or a page"
            );
            return Err(SourceError::contract(failure(problem), None));
        }
        let reachable = if contact.is_empty() {
            String::new()
        } else {
            format!("+{contact}; ")
        };
        let user_agent = format!(
            "botnia/{} ({reachable}scheduled statistics fetch)",
            env!("CARGO_PKG_VERSION")
        );
        // An error only says that a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(user_agent)
            .default_headers(HeaderMap::from_iter([
                (ACCEPT, HeaderValue::from_static("application/json")),
                (ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
            ]))
            .referer(false)
            // Redirects and attempts are requests like any other and wait their turn.
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .connect_timeout(limits.connect_timeout)
            .timeout(limits.total_timeout)
            .build()
            .map_err(|cause| {
                let problem = "the TLS or connection settings are not usable".to_owned();
                SourceError::contract(failure(problem), Some(cause.into()))
            })?;
        Ok(Self {
            http,
            clock,
            limits,
            hosts: Mutex::default(),
        })
    }

    /// Limits what is asked of `host` (a name without port): `requests_per_second` over
    /// everybody who uses this client, and `concurrency` requests under way at once. The
    /// strictest limits ever asked for win. Until anybody asks, one request at a time, one
    /// per second.
    pub fn host_limits(&self, host: &str, requests_per_second: f64, concurrency: u8) {
        self.host(host).limit(requests_per_second, concurrency);
    }

    /// The clock that dates the answers.
    pub(crate) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Asks for one thing until it is had, cannot be had, or the attempts are spent.
    ///
    /// Only 200 is an answer. 429 is [`SourceError::Throttled`], and so is 503 where it
    /// names a pause; the pause is kept by everybody who asks that host. Other 5xx and 408
    /// are [`SourceError::Unavailable`]; 404 and 410 [`SourceError::NotFound`]; 400, 413,
    /// 414, more redirects than allowed and statuses that were not asked for
    /// [`SourceError::Contract`]; other 4xx and redirects to another host
    /// [`SourceError::Refused`]. Only the first two are tried again.
    pub async fn get(&self, request: &Request) -> Result<Fetched, SourceError> {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(self.limits.backoff_first)
            .with_max_delay(self.limits.backoff_longest)
            .with_max_times(self.limits.attempts.saturating_sub(1))
            .with_jitter();
        (|| self.attempt(request))
            .retry(pauses)
            .when(SourceError::is_transient)
            .adjust(|error, pause| self.pause_before_retry(request, error, pause?))
            .notify(|error, _| {
                warn!(
                    source = %request.source,
                    remedy = error.remedy(),
                    error = %error,
                    "Asking again after a failed request"
                );
            })
            .await
    }

    /// How long to wait before another attempt; `None` gives up. A host that throttles is
    /// paused as a whole, and the attempt then waits at the host's door with the others.
    fn pause_before_retry(
        &self,
        request: &Request,
        error: &SourceError,
        pause: Duration,
    ) -> Option<Duration> {
        match error {
            SourceError::Throttled {
                retry_after: Some(wait),
                ..
            } => (*wait <= self.limits.max_wait).then_some(Duration::ZERO),
            SourceError::Throttled {
                retry_after: None, ..
            } => {
                self.host(request.url.host_str()?).pause(pause);
                Some(Duration::ZERO)
            }
            _ => Some(pause),
        }
    }

    async fn attempt(&self, request: &Request) -> Result<Fetched, SourceError> {
        let mut url = request.url.clone();
        for redirects_left in (0..=self.limits.redirects).rev() {
            let received = self.exchange(request, url).await?;
            match redirect_target(&request.url, &received) {
                Some(Ok(target)) if redirects_left > 0 => url = target,
                Some(Ok(_)) => {
                    let problem = format!(
                        "redirected more than {} times; hint: check `base_url`",
                        self.limits.redirects
                    );
                    let failure = self.reject(request, received, problem).await;
                    return Err(SourceError::contract(failure, None));
                }
                Some(Err(problem)) => {
                    let failure = self.reject(request, received, problem).await;
                    return Err(SourceError::Refused { failure });
                }
                None => return self.judge(request, received).await,
            }
        }
        unreachable!("the last round returns")
    }

    /// Sends one request in its turn and reads the whole answer.
    async fn exchange(&self, request: &Request, url: Url) -> Result<Received, SourceError> {
        let Some(host) = url.host_str().map(|name| self.host(name)) else {
            let failure = request.failure(format!("`{url}` names no host"));
            return Err(SourceError::contract(failure, None));
        };
        let turn = host.admit(self.limits.max_wait).await;
        let _permit = turn.map_err(|pause| SourceError::Throttled {
            failure: request.failure("the server has asked everybody here for a pause"),
            retry_after: Some(pause),
        })?;
        let mut builder = self.http.get(url.clone());
        if let Some(validators) = &request.validators {
            for (name, value) in [
                (IF_NONE_MATCH, &validators.etag),
                (IF_MODIFIED_SINCE, &validators.last_modified),
            ] {
                if let Some(value) = value {
                    builder = builder.header(name, value);
                }
            }
        }
        let response = timeout(self.limits.answer_timeout, builder.send())
            .await
            .map_err(|_| SourceError::unavailable(request.failure("no answer in time"), None))?
            .map_err(|cause| unsent(request, cause))?;
        let status = response.status();
        let headers = response.headers().clone();
        // Before the body: the others must not ask on while it trickles in.
        let pause = requested_pause(status, &headers, self.clock.now());
        if let Some(pause) = pause {
            host.pause(pause);
        }
        let body = match Encoding::of(&headers) {
            // 304 describes the body it does not carry.
            Ok(_) if status == StatusCode::NOT_MODIFIED => Ok((Bytes::new(), Encoding::Identity)),
            Ok(encoding) => body::read(response, encoding, &self.limits)
                .await
                .map(|body| (body, encoding)),
            Err(fault) => Err(fault),
        };
        debug!(source = %request.source, %url, status = status.as_u16(), "Received an answer");
        Ok(Received {
            url,
            status,
            headers,
            body,
            at: self.clock.now(),
            pause,
        })
    }

    /// Decides what a complete exchange means.
    async fn judge(&self, request: &Request, received: Received) -> Result<Fetched, SourceError> {
        let status = received.status;
        if status == StatusCode::OK {
            return self.accept(request, received).await;
        }
        if status == StatusCode::NOT_MODIFIED && request.validators.is_some() {
            return Ok(Fetched::NotModified);
        }
        let retry_after = received.pause;
        let hint = match status.as_u16() {
            400 | 413 | 414 => "; hint: the API does not accept this request any more",
            401 => "; hint: the service now wants a login",
            403 => {
                "; hint: the service may block this User-Agent or address, \
                 ask its operator and name the contact in the settings"
            }
            _ => "",
        };
        let problem = format!("the server answered {status}{hint}");
        let failure = self.reject(request, received, problem).await;
        Err(match status.as_u16() {
            404 | 410 => SourceError::NotFound { failure },
            401..=407 | 409 | 411 | 412 | 415..=428 | 430..=499 => SourceError::Refused { failure },
            429 => SourceError::Throttled {
                failure,
                retry_after,
            },
            503 if retry_after.is_some() => SourceError::Throttled {
                failure,
                retry_after,
            },
            408 | 500..=599 => SourceError::unavailable(failure, None),
            _ => SourceError::contract(failure, None),
        })
    }

    /// Takes a 200, if its body is what the request asked for.
    async fn accept(&self, request: &Request, received: Received) -> Result<Fetched, SourceError> {
        let (answer, checked) = self
            .open(request, received)
            .await
            .map_err(|fault| fault.into_error(|problem| request.failure(problem)))?;
        match checked {
            Ok(()) => Ok(Fetched::Answer(answer)),
            Err(fault) => Err(fault.into_error(|problem| Failure {
                rejected: Some(answer),
                ..request.failure(problem)
            })),
        }
    }

    /// Turns an answer down and keeps it as evidence, if its body is whole.
    async fn reject(&self, request: &Request, received: Received, problem: String) -> Failure {
        let opened = self.open(request, received).await.ok();
        Failure {
            rejected: opened.map(|(answer, _)| answer),
            ..request.failure(problem)
        }
    }

    /// Unpacks, hashes and checks a body on a blocking thread. The check's outcome stands
    /// apart, because a body that fails it is still evidence.
    async fn open(
        &self,
        request: &Request,
        received: Received,
    ) -> Result<(Box<Answer>, Result<(), BodyFault>), BodyFault> {
        let (sent, encoding) = received.body?;
        let limits = self.limits.clone();
        let shape = request.shape;
        let (body, hash, checked) = spawn_blocking(move || {
            let body = body::unpack(sent, encoding, &limits)?;
            let hash = ContentHash::of(&body);
            let checked = body::check(&body, shape);
            Ok((body, hash, checked))
        })
        .await
        .map_err(BodyFault::Interrupted)??;
        let snapshot = Snapshot {
            source: request.source.clone(),
            role: request.role,
            source_indicator: request.source_indicator.clone(),
            method: "GET".to_owned(),
            url: received.url.into(),
            request_body: None,
            status: received.status.as_u16(),
            headers: archived(&received.headers),
            fetched_at: received.at,
            hash,
            length: body.len() as u64,
        };
        Ok((Box::new(Answer { snapshot, body }), checked))
    }

    fn host(&self, name: &str) -> Arc<Host> {
        // An insertion is whole or has not happened, so a poisoned map is a good map.
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            hosts
                .entry(name.to_ascii_lowercase())
                .or_insert_with(|| Arc::new(Host::new())),
        )
    }
}

/// Where the answer redirects to, if it does; a place that may not be followed is a
/// problem.
fn redirect_target(origin: &Url, received: &Received) -> Option<Result<Url, String>> {
    if !matches!(received.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = received.headers.get(LOCATION)?.to_str().ok()?;
    let target = received.url.join(location).ok()?;
    // The asked-for address is the measure, not the last stop: a chain stays at home.
    let same_host = target.host() == origin.host();
    let same_door = target.scheme() == origin.scheme()
        && target.port_or_known_default() == origin.port_or_known_default();
    let upgrade = origin.scheme() == "http"
        && target.scheme() == "https"
        && origin.port().is_none()
        && target.port().is_none();
    Some(if same_host && (same_door || upgrade) {
        Ok(target)
    } else {
        Err(format!(
            "redirected away to `{target}`; hint: if the service has moved, change `base_url`"
        ))
    })
}

/// Why a request was not answered at all.
fn unsent(request: &Request, cause: reqwest::Error) -> SourceError {
    let cause = cause.without_url();
    if cause.is_builder() {
        let failure = request.failure(format!("`{}` cannot be asked", request.url));
        return SourceError::contract(failure, Some(cause.into()));
    }
    let problem = if cause.is_timeout() {
        "no answer in time"
    } else if cause.is_connect() {
        "no connection"
    } else {
        "the exchange broke off"
    };
    SourceError::unavailable(request.failure(problem), Some(cause.into()))
}

/// The pause that an answer asks for, counted from `now`.
fn requested_pause(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    if !matches!(status.as_u16(), 429 | 503) {
        return None;
    }
    retry_after::parse(headers.get(RETRY_AFTER)?.to_str().ok()?, now)
}

fn archived(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}
