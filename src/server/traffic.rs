//! How many requests were answered, and how many bytes were sent.

use std::sync::atomic::{AtomicU64, Ordering};

/// Which part of the server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// `/latest/…`
    Latest,
    /// `/releases/…`
    Releases,
    /// `/api/…`
    Api,
    /// `/status`
    Status,
    /// `/metrics`, `/healthz`, `/readyz`
    Operations,
    /// Everything else: the start page or the published site.
    Site,
}

impl Route {
    pub(super) const ALL: [Self; 6] = [
        Self::Latest,
        Self::Releases,
        Self::Api,
        Self::Status,
        Self::Operations,
        Self::Site,
    ];

    /// The route of a path as it came.
    pub(super) fn of(path: &str) -> Self {
        let mut folders = path.split('/').skip(1);
        match (folders.next(), folders.next()) {
            (Some("latest"), _) => Self::Latest,
            (Some("releases"), _) => Self::Releases,
            (Some("api"), _) => Self::Api,
            (Some("status"), None) | (Some("sv" | "en"), Some("status")) => Self::Status,
            (Some("metrics" | "healthz" | "readyz"), None) => Self::Operations,
            _ => Self::Site,
        }
    }

    /// The word in metrics.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Releases => "releases",
            Self::Api => "api",
            Self::Status => "status",
            Self::Operations => "operations",
            Self::Site => "site",
        }
    }
}

/// The classes of HTTP status, from 1xx.
pub(super) const OUTCOMES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The counts since the process began.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    requests: [[AtomicU64; OUTCOMES.len()]; Route::ALL.len()],
    bytes: [AtomicU64; Route::ALL.len()],
    broken_off: AtomicU64,
}

impl Traffic {
    /// One answer ended: with this HTTP status, this many bytes of body, wholly or not.
    pub(super) fn answered(&self, route: Route, status: u16, bytes: u64, whole: bool) {
        let outcome = usize::from(status / 100).clamp(1, OUTCOMES.len()) - 1;
        self.requests[route as usize][outcome].fetch_add(1, Ordering::Relaxed);
        self.bytes[route as usize].fetch_add(bytes, Ordering::Relaxed);
        if !whole {
            self.broken_off.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The answers by route and outcome.
    pub(super) fn requests(&self) -> impl Iterator<Item = (Route, &'static str, u64)> {
        Route::ALL.into_iter().flat_map(|route| {
            OUTCOMES
                .into_iter()
                .zip(&self.requests[route as usize])
                .map(move |(outcome, count)| (route, outcome, count.load(Ordering::Relaxed)))
        })
    }

    /// The bytes of bodies that were sent, by route.
    pub(super) fn bytes(&self) -> impl Iterator<Item = (Route, u64)> {
        Route::ALL
            .into_iter()
            .map(|route| (route, self.bytes[route as usize].load(Ordering::Relaxed)))
    }

    /// Answers whose reader went away, or whose file could not be read to its end.
    pub(super) fn broken_off(&self) -> u64 {
        self.broken_off.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_route() {
        for (path, route) in [
            ("/latest/observations.parquet", Route::Latest),
            ("/latest", Route::Latest),
            ("/releases/000007/SHA256SUMS", Route::Releases),
            ("/api/v1/status", Route::Api),
            ("/status", Route::Status),
            ("/sv/status", Route::Status),
            ("/status/x", Route::Site),
            ("/metrics", Route::Operations),
            ("/", Route::Site),
            ("/latestish", Route::Site),
        ] {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }
}
