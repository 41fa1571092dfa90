//! What was asked, for tests that assert on politeness and order.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// One request, as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRequest {
    /// Its place in the order of arrival, from 0.
    pub order: u64,
    /// `GET`.
    pub method: String,
    /// The path as asked: `/rest/1.1/json`.
    pub path: String,
    /// The query without its question mark; empty where there is none.
    pub query: String,
    /// The User-Agent, where one was sent as text.
    pub user_agent: Option<String>,
    /// The status that was answered; none until then, or where the connection was reset.
    pub status: Option<u16>,
}

/// The latest requests, in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    arrived: u64,
    latest: VecDeque<LoggedRequest>,
}

impl RequestLog {
    /// A sandbox that is left running must not grow for ever.
    const KEPT: usize = 100_000;

    /// Notes an arrival and tells its place in the order.
    pub(crate) fn arrived(
        &self,
        method: &str,
        path: &str,
        query: &str,
        user_agent: Option<&str>,
    ) -> u64 {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let order = entries.arrived;
        entries.arrived += 1;
        if entries.latest.len() == Self::KEPT {
            entries.latest.pop_front();
        }
        entries.latest.push_back(LoggedRequest {
            order,
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            user_agent: user_agent.map(str::to_owned),
            status: None,
        });
        order
    }

    /// Notes what was answered to the request that arrived as number `order`.
    pub(crate) fn answered(&self, order: u64, status: u16) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(request) = entries
            .latest
            .iter_mut()
            .rev()
            .find(|request| request.order == order)
        {
            request.status = Some(status);
        }
    }

    /// The latest requests.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.latest.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_forgets_the_oldest() {
        let log = RequestLog::default();
        for _ in 0..=RequestLog::KEPT {
            log.arrived("GET", "/", "", None);
        }
        let requests = log.requests();
        assert_eq!(requests.len(), RequestLog::KEPT);
        assert_eq!(requests[0].order, 1);
    }
}
