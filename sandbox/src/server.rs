//! The server itself: listening, logging, faults, stopping.

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::api::{Answer, Question, Upstream};
use crate::connection::{ConnectionControl, ControlledListener};
use crate::fault::{Fault, FaultKind, FaultPlan};
use crate::faulty_response::{Encoded, with_fault};
use crate::replay::Recordings;
use crate::request_log::{LoggedRequest, RequestLog};
use crate::synthetic::World;
use crate::tables::{TableAnswer, TableOptions, TableRequest, TableServer};
use crate::{Mode, SYNTHETIC_HEADER, SandboxError, SandboxOptions};

/// A running sandbox. Dropping it stops it without waiting for answers under way.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    upstream: Upstream,
    boundaries: Option<Bytes>,
    tables: TableServer,
    faults: Mutex<FaultPlan>,
    log: RequestLog,
    stopping: CancellationToken,
}

impl Sandbox {
    /// Starts one. Figures are made when they are asked for, so this takes milliseconds.
    ///
    /// Fails when the address cannot be listened on, when the recordings are not there or
    /// not readable, and on years, an edition or faults that make no sense.
    pub async fn start(options: SandboxOptions) -> Result<Self, SandboxError> {
        Fault::check(&options.faults)?;
        let (upstream, seed) = match options.mode {
            Mode::Synthetic(synthetic) => {
                let world = World::new(&synthetic)?;
                (Upstream::Synthetic(world), synthetic.seed)
            }
            Mode::Replay { folder, edition } => {
                let recordings = Recordings::open(&folder, edition.as_deref())?;
                (Upstream::Replay(recordings), 0)
            }
        };
        let boundaries = match options.boundaries {
            Some(path) => {
                let bytes = std::fs::read(&path);
                let bytes = bytes.map_err(|source| SandboxError::ReadRecording { path, source })?;
                Some(Bytes::from(bytes))
            }
            None => None,
        };
        let tables = TableServer::new(options.tables, seed)?;
        let failed = |source| SandboxError::Listen {
            address: options.listen,
            source,
        };
        let listener = TcpListener::bind(options.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let stopping = CancellationToken::new();
        let shared = Arc::new(Shared {
            upstream,
            boundaries,
            tables,
            faults: Mutex::new(FaultPlan::new(options.faults)),
            log: RequestLog::default(),
            stopping: stopping.clone(),
        });
        let service = Router::new()
            .fallback(respond)
            .with_state(Arc::clone(&shared))
            .into_make_service_with_connect_info::<ConnectionControl>();
        let server = tokio::spawn(async move {
            let served = axum::serve(ControlledListener(listener), service)
                .with_graceful_shutdown(stopping.cancelled_owned())
                .await;
            if let Err(error) = served {
                tracing::error!(%error, "The sandbox stopped serving");
            }
        });
        Ok(Self {
            address,
            shared,
            server,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of its Sotkanet API: `http://127.0.0.1:40123/rest/1.1`.
    #[expect(
        clippy::missing_panics_doc,
        reason = "a socket address always makes a URL"
    )]
    pub fn base_url(&self) -> Url {
        Url::parse(&format!("http://{}/rest/1.1", self.address))
            .expect("a socket address makes a URL")
    }

    /// The address of its boundaries: `http://127.0.0.1:40123/geoserver/tilastointialueet/wfs`.
    #[expect(
        clippy::missing_panics_doc,
        reason = "a socket address always makes a URL"
    )]
    pub fn boundaries_url(&self) -> Url {
        Url::parse(&format!(
            "http://{}/geoserver/tilastointialueet/wfs",
            self.address
        ))
        .expect("a socket address makes a URL")
    }

    /// The address of its database in `PxWeb` 1:
    /// `http://127.0.0.1:40123/PxWeb/api/v1/fi/StatFin`.
    #[expect(
        clippy::missing_panics_doc,
        reason = "a socket address always makes a URL"
    )]
    pub fn pxweb_url(&self) -> Url {
        Url::parse(&format!("http://{}/PxWeb/api/v1/fi/StatFin", self.address))
            .expect("a socket address makes a URL")
    }

    /// The address of its cubes: `http://127.0.0.1:40123/pivot/prod`.
    #[expect(
        clippy::missing_panics_doc,
        reason = "a socket address always makes a URL"
    )]
    pub fn cubes_url(&self) -> Url {
        Url::parse(&format!("http://{}/pivot/prod", self.address))
            .expect("a socket address makes a URL")
    }

    /// Changes how tables are called and how much may be asked. Where they come from stays.
    pub fn set_tables(&self, options: TableOptions) {
        self.shared.tables.set_options(options);
    }

    /// How often a question for tables came too soon after others.
    pub fn turned_down(&self) -> u64 {
        self.shared.tables.turned_down()
    }

    /// The latest requests, in order of arrival; at most 100 000 of them.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared.log.requests()
    }

    /// Moves the synthetic world to its next edition and returns its number: about a third
    /// of the indicators get another year or revised figures, the others keep every byte.
    /// Recordings do not move: none.
    pub fn advance(&self) -> Option<u32> {
        match &self.shared.upstream {
            Upstream::Synthetic(world) => Some(world.advance()),
            Upstream::Replay(_) => None,
        }
    }

    /// Replaces what goes wrong from now on; their counts begin anew.
    ///
    /// Fails with [`SandboxError::ImpossibleFault`] on a number outside its bounds.
    pub fn set_faults(&self, faults: Vec<Fault>) -> Result<(), SandboxError> {
        Fault::check(&faults)?;
        *self
            .shared
            .faults
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = FaultPlan::new(faults);
        Ok(())
    }

    /// Takes no more requests, finishes the answers under way, and returns.
    pub async fn stop(mut self) {
        self.shared.stopping.cancel();
        if let Err(error) = (&mut self.server).await {
            tracing::error!(%error, "The sandbox did not stop in order");
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shared.stopping.cancel();
        self.server.abort();
    }
}

async fn respond(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<ConnectionControl>,
    request: Request<Body>,
) -> Response<Body> {
    let path = request.uri().path();
    let query = request.uri().query().unwrap_or_default();
    let user_agent = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let order = shared.log.arrived(
        request.method().as_str(),
        path,
        query,
        user_agent.as_deref(),
    );
    if TableServer::serves(path) {
        return respond_with_tables(shared, order, request).await;
    }
    let question = Question::new(path, query);
    let location = request.uri().to_string();
    let fault = shared
        .faults
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .next(&question);
    if let Some(FaultKind::Delay { milliseconds }) = fault {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(milliseconds)) => {}
            () = shared.stopping.cancelled() => {}
        }
    }
    let encoded = if request.method() == Method::GET {
        let accepts_gzip = accepts_gzip(request.headers());
        let shared = Arc::clone(&shared);
        let fault = fault.clone();
        tokio::task::spawn_blocking(move || {
            let answer = shared.upstream.answer(
                &question,
                user_agent.as_deref(),
                shared.boundaries.as_ref(),
            );
            let answer = match &fault {
                Some(fault) => with_fault(answer, fault),
                None => answer,
            };
            Encoded::new(answer, accepts_gzip)
        })
        .await
        .unwrap_or_else(|error| {
            tracing::error!(%error, "An answer could not be made");
            let page = Answer::page(StatusCode::INTERNAL_SERVER_ERROR, "The sandbox failed.");
            Encoded::new(page, false)
        })
    } else {
        let page = Answer::page(StatusCode::METHOD_NOT_ALLOWED, "Only GET is supported.");
        Encoded::new(page, false)
    };
    let mut response = encoded.into_response(fault.as_ref(), &location, &shared.stopping);
    if shared.upstream.is_synthetic() {
        response
            .headers_mut()
            .insert(SYNTHETIC_HEADER, HeaderValue::from_static("true"));
    }
    if fault == Some(FaultKind::ConnectionReset) {
        connection.reset();
    } else {
        shared.log.answered(order, response.status().as_u16());
    }
    response
}

/// Longer questions are no questions.
const LONGEST_BODY: usize = 4 << 20;

async fn respond_with_tables(
    shared: Arc<Shared>,
    order: u64,
    request: Request<Body>,
) -> Response<Body> {
    let accepts_gzip = accepts_gzip(request.headers());
    let is_json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LONGEST_BODY)
        .await
        .unwrap_or_default();
    let question = TableRequest {
        is_post: head.method == Method::POST,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        body,
    };
    let is_refused = question.is_post && !is_json;
    let answering = {
        let shared = Arc::clone(&shared);
        tokio::task::spawn_blocking(move || {
            let answer = shared.tables.answer(&question);
            let TableAnswer {
                status,
                content_type,
                body,
                ..
            } = answer.clone();
            let plain = Answer {
                status,
                content_type,
                body,
            };
            (answer, Encoded::new(plain, accepts_gzip))
        })
    };
    let answered = match answering.await {
        Ok((answer, encoded)) if !is_refused => Some((answer, encoded)),
        _ => None,
    };
    let location = head.uri.to_string();
    let response = if let Some((answer, encoded)) = answered {
        let mut response = encoded.into_response(None, &location, &shared.stopping);
        let headers = response.headers_mut();
        if let Some(seconds) = answer.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if answer.is_synthetic {
            headers.insert(SYNTHETIC_HEADER, HeaderValue::from_static("true"));
        }
        response
    } else {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let page = Answer::page(status, "A question is sent as application/json.");
        Encoded::new(page, false).into_response(None, &location, &shared.stopping)
    };
    shared.log.answered(order, response.status().as_u16());
    response
}

/// Whether `Accept-Encoding` names gzip with a weight above zero.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("gzip"))
                && !parts.any(|weight| {
                    weight
                        .strip_prefix("q=")
                        .and_then(|weight| weight.parse::<f64>().ok())
                        .is_some_and(|weight| weight <= 0.0)
                })
        })
}
