//! One polite HTTP client for all sources: it limits itself per host, keeps the pauses it
//! is asked for, gives its name, repeats only what can be repeated, and takes only as much
//! as it was told to.
//!
//! Bodies are collected compressed and gunzipped whole on a blocking thread: the event
//! loop stays free for the requests under way, which streaming decompression would delay.
//!
//! What is deliberately absent: a cache over sweeps (the archive is one; `recent` keeps
//! what many indicators of one sweep need for minutes), cookies, proxies of our own making,
//! and any request that changes something: a POST only carries a long question.

mod body;
mod circuit;
mod host;
mod identity;
mod limits;
mod recent;
mod redirect;
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
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH, RETRY_AFTER};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::{debug, warn};
use url::Url;

pub use body::Shape;
use body::{BodyFault, Encoding};
use circuit::Passage;
use host::{Barred, Host};
pub use identity::UserAgent;
pub use limits::ClientLimits;
use recent::Recent;
pub use request::{Fetched, Request, Validators};

use crate::error::Failure;
use crate::{Answer, SourceError, Turns};

/// The client. Shared by all sources and workers of a process, because politeness is owed
/// per host, whoever asks.
pub struct PoliteClient {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    limits: ClientLimits,
    /// Where other processes ask the same hosts.
    turns: Option<Arc<dyn Turns>>,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    recent: Recent,
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
    /// A client that has its hosts for itself. [`SourceError::Contract`] where `identity` cannot stand in a header or
    /// the machine has no certificates to trust.
    pub fn new(
        clock: Arc<dyn Clock>,
        identity: UserAgent,
        limits: ClientLimits,
    ) -> Result<Self, SourceError> {
        Self::build(clock, identity, limits, None)
    }

    /// A client of one process among several that ask the same hosts: they take turns, and
    /// keep each other's pauses. A request without a turn is never sent: where nobody can
    /// say whose turn it is, it is [`SourceError::Unavailable`]. How many requests are
    /// under way at once is still counted in this process alone. Errors as
    /// [`PoliteClient::new`].
    pub fn sharing_turns(
        clock: Arc<dyn Clock>,
        identity: UserAgent,
        limits: ClientLimits,
        turns: Arc<dyn Turns>,
    ) -> Result<Self, SourceError> {
        Self::build(clock, identity, limits, Some(turns))
    }

    fn build(
        clock: Arc<dyn Clock>,
        identity: UserAgent,
        limits: ClientLimits,
        turns: Option<Arc<dyn Turns>>,
    ) -> Result<Self, SourceError> {
        let http = identity::http_client(identity, &limits)?;
        Ok(Self {
            http,
            clock,
            limits,
            turns,
            hosts: Mutex::default(),
            recent: Recent::default(),
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
    ///
    /// A host that has left too many requests in a row unanswered is not asked for a while:
    /// requests are then [`SourceError::Unavailable`] at once, except the one that tries
    /// whether it is back, in a single attempt.
    pub async fn get(&self, request: &Request) -> Result<Fetched, SourceError> {
        let Some(host) = request.url.host_str().map(|name| self.host(name)) else {
            let failure = request.failure(format!("`{}` names no host", request.url));
            return Err(SourceError::contract(failure, None));
        };
        let passage = host
            .circuit()
            .pass()
            .map_err(|open| barred(request, Barred::Circuit(open)))?;
        let outcome = self.attempts(request, &host, &passage).await;
        match outcome {
            Err(SourceError::Unavailable { failure, cause, .. }) => Err(SourceError::Unavailable {
                failure,
                cause,
                retry_after: passage.unanswered(),
            }),
            other => {
                passage.answered();
                other
            }
        }
    }

    /// The same for what many indicators of one sweep need, a table's description or a
    /// host's limits: an answer that came within `age` is given again, as if this request had
    /// been made. A request without a body only.
    pub(crate) async fn get_recent(
        &self,
        request: &Request,
        age: SignedDuration,
    ) -> Result<Answer, SourceError> {
        let now = self.clock.now();
        if let Some(answer) = self.recent.recall(request, now, age) {
            return Ok(answer);
        }
        match self.get(request).await? {
            Fetched::Answer(answer) => {
                self.recent.keep(request, &answer);
                Ok(*answer)
            }
            Fetched::NotModified => {
                let failure = request.failure("the server answered 304 unasked");
                Err(SourceError::contract(failure, None))
            }
        }
    }

    async fn attempts(
        &self,
        request: &Request,
        host: &Host,
        passage: &Passage<'_>,
    ) -> Result<Fetched, SourceError> {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(self.limits.backoff_first)
            .with_max_delay(self.limits.backoff_longest)
            .with_max_times(self.limits.attempts.saturating_sub(1))
            .with_jitter();
        (|| self.attempt(request, host, passage))
            .retry(pauses)
            .when(|error| match error {
                // A probe is one attempt, and what the circuit stops is not tried again.
                SourceError::Unavailable { retry_after, .. } => {
                    retry_after.is_none() && !passage.is_probe()
                }
                error => error.is_transient(),
            })
            .adjust(|error, pause| self.pause_before_retry(host, error, pause?))
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
        host: &Host,
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
                host.pause(pause);
                Some(Duration::ZERO)
            }
            _ => Some(pause),
        }
    }

    async fn attempt(
        &self,
        request: &Request,
        host: &Host,
        passage: &Passage<'_>,
    ) -> Result<Fetched, SourceError> {
        let mut url = request.url.clone();
        for redirects_left in (0..=self.limits.redirects).rev() {
            let received = self.exchange(request, url, host, passage).await?;
            match redirect::target(&request.url, &received) {
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
    async fn exchange(
        &self,
        request: &Request,
        url: Url,
        host: &Host,
        passage: &Passage<'_>,
    ) -> Result<Received, SourceError> {
        let turn = host.admit(passage, self.limits.max_wait).await;
        let _permit = turn.map_err(|reason| barred(request, reason))?;
        let mut builder = match &request.body {
            None => self.http.get(url.clone()),
            Some(body) => {
                let post = self.http.post(url.clone());
                post.header(CONTENT_TYPE, "application/json")
                    .body(body.clone())
            }
        };
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
        let question = builder.build().map_err(|cause| unsent(request, cause))?;
        passage.send();
        let response = timeout(self.limits.answer_timeout, self.http.execute(question))
            .await
            .map_err(|_| SourceError::unavailable(request.failure("no answer in time"), None))?
            .map_err(|cause| unsent(request, cause))?;
        let status = response.status();
        let headers = response.headers().clone();
        // Before the body: the others must not ask on while it trickles in.
        let pause = requested_pause(status, &headers, self.clock.now());
        if let Some(pause) = pause {
            host.pause(pause);
            if let Err(error) = host.share_pause().await {
                // The next request from here tries again before it is sent.
                warn!(
                    host = url.host_str(),
                    error, "Other workers could not be told of a pause"
                );
            }
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
            method: if request.body.is_some() {
                "POST"
            } else {
                "GET"
            }
            .to_owned(),
            url: received.url.into(),
            request_body: request.body.clone(),
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
        let name = name.to_ascii_lowercase();
        let host = hosts
            .entry(name)
            .or_insert_with_key(|name| Arc::new(Host::new(name, &self.limits, self.turns.clone())));
        Arc::clone(host)
    }
}

/// Why a request was not sent.
fn barred(request: &Request, reason: Barred) -> SourceError {
    match reason {
        Barred::Pause(pause) => SourceError::Throttled {
            failure: request.failure("the server has asked everybody here for a pause"),
            retry_after: Some(pause),
        },
        Barred::Circuit(open) => SourceError::Unavailable {
            failure: request.failure(open.problem()),
            cause: None,
            retry_after: Some(open.retry_after),
        },
        Barred::NoTurn(cause) => {
            let problem = "nobody could say when it is this request's turn, so it was not sent; \
                           hint: see whether the ledger can be reached";
            SourceError::unavailable(request.failure(problem), Some(cause))
        }
    }
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
