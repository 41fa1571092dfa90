//! Under which name the servers are asked.

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{redirect, retry};

use super::ClientLimits;
use crate::SourceError;
use crate::error::Failure;

/// Who asks. The servers see `botnia/<version> (+<contact>; scheduled statistics fetch)`,
/// without the contact where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent {
    /// Where the operator can be reached: an address or a page.
    pub contact: String,
}

/// The transport under the name of `identity`. [`SourceError::Contract`] where that cannot
/// stand in a header or the machine has no certificates to trust.
pub(super) fn http_client(
    identity: UserAgent,
    limits: &ClientLimits,
) -> Result<reqwest::Client, SourceError> {
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
    reqwest::Client::builder()
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
        })
}
