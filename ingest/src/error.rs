//! How asking a source can fail, by remedy: the engine decides from the variant alone.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::Answer;

/// What lies below a failure.
pub type Cause = Box<dyn Error + Send + Sync>;

/// What was attempted and what happened instead.
#[derive(Debug)]
pub struct Failure {
    /// Operation and object: ``fetch indicator `127` from `sotkanet` ``.
    pub operation: String,
    /// What happened, without the cause.
    pub problem: String,
    /// The answer that was turned down, where a whole one came: evidence for the archive.
    pub rejected: Option<Box<Answer>>,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.operation, self.problem)
    }
}

/// A source that did not give what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing usable came, and asking again later may help: no connection, a timeout, a
    /// body that broke off, a 5xx. Returned after the client's own attempts are spent, or
    /// at once while a host is left alone because it did not answer for long.
    #[error("{failure}")]
    Unavailable {
        /// What happened.
        failure: Failure,
        /// The transport's own account of it.
        #[source]
        cause: Option<Cause>,
        /// How long nothing is sent to that host, whoever asks; `None` where it may be
        /// asked.
        retry_after: Option<Duration>,
    },
    /// The server asked for a pause that the client was not prepared to sit out (429, or
    /// 503 with `Retry-After`). Until it is over, the client sends nothing to that host.
    #[error("{failure}")]
    Throttled {
        /// What happened.
        failure: Failure,
        /// The pause still to be kept; `None` where the server named none.
        retry_after: Option<Duration>,
    },
    /// The source does not have the thing (404, 410).
    #[error("{failure}")]
    NotFound {
        /// What happened.
        failure: Failure,
    },
    /// The source, or the way to it, does not let the client through (401, 403, other
    /// 4xx, a redirect to another host). A person must look.
    #[error("{failure}")]
    Refused {
        /// What happened.
        failure: Failure,
    },
    /// An answer came that cannot be read: HTML, broken JSON, a decompression bomb.
    #[error("{failure}")]
    Malformed {
        /// What happened.
        failure: Failure,
        /// Where reading stopped.
        #[source]
        cause: Option<Cause>,
    },
    /// A readable answer that is not what the API promises, a request that the API does
    /// not accept (400, 413), or settings that no request can be made from.
    #[error("{failure}")]
    Contract {
        /// What happened.
        failure: Failure,
        /// Where the promise was broken.
        #[source]
        cause: Option<Cause>,
    },
}

impl SourceError {
    pub(crate) fn unavailable(failure: Failure, cause: Option<Cause>) -> Self {
        Self::Unavailable {
            failure,
            cause,
            retry_after: None,
        }
    }

    pub(crate) fn malformed(failure: Failure, cause: Option<Cause>) -> Self {
        Self::Malformed { failure, cause }
    }

    pub(crate) fn contract(failure: Failure, cause: Option<Cause>) -> Self {
        Self::Contract { failure, cause }
    }

    /// The variant as a word, for events and metric labels.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "unavailable",
            Self::Throttled { .. } => "throttled",
            Self::NotFound { .. } => "not_found",
            Self::Refused { .. } => "refused",
            Self::Malformed { .. } => "malformed",
            Self::Contract { .. } => "contract",
        }
    }

    /// The answer that was turned down, if a whole one came.
    pub fn rejected(&self) -> Option<&Answer> {
        self.failure().rejected.as_deref()
    }

    /// Whether the same request may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Throttled { .. })
    }

    fn failure(&self) -> &Failure {
        match self {
            Self::Unavailable { failure, .. }
            | Self::Throttled { failure, .. }
            | Self::NotFound { failure }
            | Self::Refused { failure }
            | Self::Malformed { failure, .. }
            | Self::Contract { failure, .. } => failure,
        }
    }
}
