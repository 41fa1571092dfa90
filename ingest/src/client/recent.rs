//! Answers of the last minutes that many requests of one sweep need: what a table is, and
//! what a host permits. Asking for them once per indicator would be impolite.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use botnia_model::SourceId;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::Request;
use crate::Answer;

/// Bytes that are kept in all.
const ROOM: usize = 16 << 20;

#[derive(Default)]
pub(super) struct Recent {
    kept: Mutex<HashMap<(SourceId, Url), Answer>>,
}

impl Recent {
    /// An answer to the same question that came within `age` before `now`, as the answer to
    /// `request`.
    pub(super) fn recall(
        &self,
        request: &Request,
        now: Timestamp,
        age: SignedDuration,
    ) -> Option<Answer> {
        let key = (request.source.clone(), request.url.clone());
        let mut answer = self.kept().get(&key)?.clone();
        let since = now.duration_since(answer.snapshot.fetched_at);
        // A clock that was set back makes nothing young.
        if since.is_negative() || since > age {
            return None;
        }
        answer.snapshot.role = request.role;
        answer
            .snapshot
            .source_indicator
            .clone_from(&request.source_indicator);
        Some(answer)
    }

    /// Keeps an answer; where there is no room, those that came first go.
    pub(super) fn keep(&self, request: &Request, answer: &Answer) {
        let mut kept = self.kept();
        kept.insert(
            (request.source.clone(), request.url.clone()),
            answer.clone(),
        );
        while kept.values().map(|answer| answer.body.len()).sum::<usize>() > ROOM {
            let oldest = kept
                .iter()
                .min_by_key(|(_, answer)| answer.snapshot.fetched_at)
                .map(|(key, _)| key.clone());
            match oldest {
                Some(key) => kept.remove(&key),
                None => break,
            };
        }
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<(SourceId, Url), Answer>> {
        // An insertion is whole or has not happened, so a poisoned map is a good map.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
