//! What the server cannot do, and what it then answers.

use std::error::Error;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use botnia_model::ReleaseNumber;
use botnia_publish::PublishError;

use crate::engine::ledger::LedgerError;

/// A request that could not be answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServerError {
    /// The releases.
    #[error("read the releases")]
    Releases {
        /// The cause.
        #[source]
        source: PublishError,
    },
    /// The ledger.
    #[error("read the ledger")]
    Ledger {
        /// The cause.
        #[source]
        source: LedgerError,
    },
    /// The ledger, for what somebody decided.
    #[error("record a decision in the ledger")]
    Record {
        /// The cause.
        #[source]
        source: LedgerError,
    },
    /// A file of a release.
    #[error("read `{path}` of release {release}")]
    File {
        /// The release.
        release: ReleaseNumber,
        /// The file within it.
        path: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A file was changed after the commit.
    #[error(
        "`{path}` of release {release} has {found} bytes, its manifest says {expected}: it was \
         changed after the commit"
    )]
    Damaged {
        /// The release.
        release: ReleaseNumber,
        /// The file within it.
        path: String,
        /// According to the manifest.
        expected: u64,
        /// Where it is kept.
        found: u64,
    },
    /// A page.
    #[error("render the page `{page}`")]
    Page {
        /// Its template.
        page: &'static str,
        /// The cause.
        #[source]
        source: minijinja::Error,
    },
}

impl ServerError {
    pub(super) fn releases(source: PublishError) -> Self {
        Self::Releases { source }
    }

    pub(super) fn ledger(source: LedgerError) -> Self {
        Self::Ledger { source }
    }

    /// What a reader is told of a release that was removed; `None` for any other failure.
    pub(super) fn gone(&self) -> Option<String> {
        match self {
            Self::Releases {
                source: PublishError::Removed { release },
            } => Some(format!(
                "Release {release} was removed by the operator of this service; its number and \
                 the hash of its manifest are kept. The releases are listed in /api/v1/releases."
            )),
            _ => None,
        }
    }

    /// Logs it with its causes. Readers learn only that something failed: causes name
    /// paths of this machine.
    pub(super) fn log(&self) {
        let mut causes = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            causes = format!("{causes}: {error}");
            cause = error.source();
        }
        tracing::error!(error = causes, "A request could not be answered");
    }
}

/// What a reader is told; the log has the rest, under the same `x-request-id`.
pub(super) const FAILED: &str = "The server could not read what it needs for this answer. What \
    was published is unharmed. The operator finds the reason in the log, by the request id in \
    the header x-request-id.";

impl IntoResponse for ServerError {
    fn into_response(self) -> Response {
        if let Some(text) = self.gone() {
            return plain(StatusCode::GONE, format!("{text}\n"));
        }
        self.log();
        plain(StatusCode::INTERNAL_SERVER_ERROR, format!("{FAILED}\n"))
    }
}

/// A short answer in plain text that nobody may keep.
pub(super) fn plain(status: StatusCode, text: impl Into<String>) -> Response {
    (
        status,
        [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        text.into(),
    )
        .into_response()
}
