//! What an answer of `/api/v1/` says where it is not what was asked for.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

use super::error::{FAILED, ServerError};

/// Why a question could not be answered, or an action not be done, as RFC 9457 has it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "title": "Not found",
    "status": 404,
    "detail": "There is no such release. `/api/v1/releases` lists those that there are."
}))]
pub(super) struct Problem {
    /// What kind of failure it is.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened, and what to do.
    detail: String,
    /// A header that belongs to the status.
    #[serde(skip)]
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            title,
            status: status.as_u16(),
            detail: detail.into(),
            header: None,
        }
    }

    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", detail)
    }

    pub(super) fn wrong_question(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Wrong question", detail)
    }

    pub(super) fn nothing_to_decide(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "Nothing to decide", detail)
    }

    pub(super) fn closed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Closed", detail)
    }

    pub(super) fn wrong_type(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Wrong type", detail)
    }

    pub(super) fn too_long(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Too long", detail)
    }

    /// The token is absent or wrong.
    pub(super) fn unauthorised(detail: impl Into<String>) -> Self {
        Self {
            header: Some((
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"botnia\""),
            )),
            ..Self::new(StatusCode::UNAUTHORIZED, "Token needed", detail)
        }
    }

    /// It may be asked again after `pause`, which is told in whole seconds.
    pub(super) fn too_often(detail: impl Into<String>, pause: Duration) -> Self {
        let seconds = pause.as_secs() + u64::from(pause.subsec_nanos() > 0);
        Self {
            header: Some((header::RETRY_AFTER, HeaderValue::from(seconds))),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "Too often", detail)
        }
    }

    /// An action that could not be recorded.
    pub(super) fn unrecorded(error: &ServerError) -> Self {
        error.log();
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Server failure",
            "The ledger could not record this. What was published is unharmed. See in \
             `/api/v1/status` whether it happened before you try again; the operator finds the \
             reason in the log, by the request id in the header x-request-id.",
        )
    }
}

impl From<ServerError> for Problem {
    fn from(error: ServerError) -> Self {
        if let Some(detail) = error.gone() {
            return Self::new(StatusCode::GONE, "Gone", detail);
        }
        error.log();
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Server failure", FAILED)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let own = self.header.clone();
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some((name, value)) = own {
            headers.insert(name, value);
        }
        response
    }
}
