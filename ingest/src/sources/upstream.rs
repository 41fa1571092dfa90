//! What every source behind an address shares: opening it by the settings, and asking it.

use std::sync::Arc;

use botnia_config::SourceSettings;
use botnia_model::{AnswerRole, SourceId, SourceIndicator};
use url::Url;

use crate::client::{Fetched, Request, Shape};
use crate::error::{Cause, Failure};
use crate::{Answer, PoliteClient, SourceError};

/// An address that the settings name, with the client that asks it.
pub(super) struct Upstream {
    pub(super) id: SourceId,
    pub(super) base_url: Url,
    pub(super) client: Arc<PoliteClient>,
}

impl Upstream {
    /// Sets the limits of its host. An address that cannot be asked is
    /// [`SourceError::Contract`].
    pub(super) fn open(
        settings: &SourceSettings,
        client: Arc<PoliteClient>,
    ) -> Result<Self, SourceError> {
        let base_url = &settings.base_url;
        let host = base_url
            .host_str()
            .filter(|_| matches!(base_url.scheme(), "http" | "https"))
            .ok_or_else(|| {
                let failure = Failure {
                    operation: format!("open `{}`", settings.id),
                    problem: format!(
                        "`{base_url}` is no web address; hint: correct `base_url` in the settings"
                    ),
                    rejected: None,
                };
                SourceError::contract(failure, None)
            })?;
        client.host_limits(host, settings.requests_per_second, settings.concurrency);
        Ok(Self {
            id: settings.id.clone(),
            base_url: base_url.clone(),
            client,
        })
    }

    /// An address below `base_url`.
    pub(super) fn url<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.base_url.clone();
        url.path_segments_mut()
            .expect("an http address with a host has path segments")
            .pop_if_empty()
            .extend(path);
        url
    }

    /// A question without validators and body.
    pub(super) fn request(
        &self,
        url: Url,
        role: AnswerRole,
        indicator: Option<&SourceIndicator>,
        shape: Shape,
    ) -> Request {
        Request {
            url,
            role,
            source: self.id.clone(),
            source_indicator: indicator.cloned(),
            shape,
            validators: None,
            body: None,
        }
    }

    /// Sends a question without validators and takes its answer.
    pub(super) async fn ask(&self, request: &Request) -> Result<Answer, SourceError> {
        match self.client.get(request).await? {
            Fetched::Answer(answer) => Ok(*answer),
            Fetched::NotModified => Err(unasked(request)),
        }
    }
}

/// A server that says that nothing changed since a moment that it was not told.
pub(super) fn unasked(request: &Request) -> SourceError {
    let failure = request.failure("the server answered 304 unasked");
    SourceError::contract(failure, None)
}

/// An answer that cannot be read, kept with the error.
pub(super) fn unreadable(
    request: &Request,
    answer: &Answer,
    problem: impl Into<String>,
    cause: impl Into<Cause>,
) -> SourceError {
    let failure = Failure {
        rejected: Some(Box::new(answer.clone())),
        ..request.failure(problem)
    };
    SourceError::contract(failure, Some(cause.into()))
}
