//! Where an answer redirects to, and whether it may be followed.

use reqwest::header::LOCATION;
use url::Url;

use super::Received;

/// Where the answer redirects to, if it does; a place that may not be followed is a
/// problem.
pub(super) fn target(origin: &Url, received: &Received) -> Option<Result<Url, String>> {
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
