//! Who may act over HTTP, and how often: whoever sends the token of the settings.
//!
//! Guesses are few over all callers, and while there were too many no token is looked at:
//! a right one among them must not stand out. The operator has the command line meanwhile.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use botnia_config::Secret;
use subtle::ConstantTimeEq as _;

use super::Shared;
use super::allowance::{Allowance, Rate};
use super::problem::Problem;

/// How often may be acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionLimits {
    /// Wrong tokens, over all callers.
    pub wrong_tokens: Rate,
    /// Actions, over all callers.
    pub actions: Rate,
}

impl Default for ActionLimits {
    fn default() -> Self {
        Self {
            wrong_tokens: Rate {
                burst: 5,
                interval: Duration::from_secs(20),
            },
            actions: Rate {
                burst: 5,
                interval: Duration::from_secs(1),
            },
        }
    }
}

/// Decides who may act.
pub(super) struct Authority {
    token: Option<Secret>,
    wrong_tokens: Allowance,
    actions: Allowance,
}

impl Authority {
    pub(super) fn new(token: Option<Secret>, limits: ActionLimits) -> Self {
        Self {
            token,
            wrong_tokens: Allowance::new(limits.wrong_tokens),
            actions: Allowance::new(limits.actions),
        }
    }

    /// Whether this request may act.
    fn admit(&self, headers: &HeaderMap, caller: &Caller) -> Result<(), Problem> {
        let Some(token) = &self.token else {
            return Err(Problem::closed(
                "Nothing can be decided over HTTP here. The operator opens this with \
                 `server.token` in the settings, or the variable BOTNIA_SERVER_TOKEN; without \
                 it there is the command line: `botnia approve`, `botnia retry`.",
            ));
        };
        let Some(given) = bearer(headers) else {
            return Err(Problem::unauthorised(
                "This needs the token of the settings: `Authorization: Bearer …`.",
            ));
        };
        let too_many = |pause| {
            Problem::too_often(
                "Too many wrong tokens were sent; until this pause is over none is looked at, \
                 not even the right one. The command line works meanwhile.",
                pause,
            )
        };
        self.wrong_tokens.look().map_err(too_many)?;
        // A difference of length shows in the time that this takes; nothing else does.
        if !bool::from(given.ct_eq(token.expose().as_bytes())) {
            caller.warn("A wrong token was sent");
            self.wrong_tokens.take().map_err(too_many)?;
            return Err(Problem::unauthorised("The token is wrong."));
        }
        if !is_json(headers) {
            return Err(Problem::wrong_type(
                "Send `Content-Type: application/json`, and `{}` where there is nothing to say.",
            ));
        }
        self.actions.take().map_err(|pause| {
            Problem::too_often(
                "Too many actions at once; nothing was done. Try again after the pause.",
                pause,
            )
        })
    }
}

/// Who asks, for the log.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The other end of the connection: the proxy, where there is one.
    remote: Option<SocketAddr>,
    /// Whom the proxy names; anybody else can write this as well.
    forwarded_for: Option<String>,
}

impl Caller {
    fn of(request: &Request) -> Self {
        let forwarded = request.headers().get("x-forwarded-for");
        Self {
            remote: request
                .extensions()
                .get::<ConnectInfo<SocketAddr>>()
                .map(|connection| connection.0),
            forwarded_for: forwarded.and_then(|value| value.to_str().ok().map(str::to_owned)),
        }
    }

    /// The line about an action that was done.
    pub(super) fn acted(&self, action: &'static str, subject: &str) {
        tracing::info!(
            action,
            subject,
            remote = self.remote.map(tracing::field::display),
            forwarded_for = self.forwarded_for,
            "Acted on a request"
        );
    }

    fn warn(&self, message: &'static str) {
        tracing::warn!(
            remote = self.remote.map(tracing::field::display),
            forwarded_for = self.forwarded_for,
            message
        );
    }
}

/// The middleware before every action.
pub(super) async fn guard(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    // No action is anything but a POST: the router says so.
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let caller = Caller::of(&request);
    if let Err(problem) = shared.authority.admit(request.headers(), &caller) {
        return problem.into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// The token of `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
