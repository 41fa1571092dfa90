//! Turns to ask a host, where several processes share one limit.

use std::time::Duration;

use async_trait::async_trait;

use crate::error::Cause;

/// Hands out turns to ask a host, where several processes share one limit. A host is a
/// name without port, in lower case.
#[async_trait]
pub trait Turns: Send + Sync {
    /// Reserves the next request to `host`, at least `interval` after the one before,
    /// whoever made it. The answer is how long to wait before sending it; `Err` where
    /// nobody can say. A turn that is not used is lost, not handed on.
    async fn reserve(&self, host: &str, interval: Duration) -> Result<Duration, Cause>;

    /// Everybody sends nothing to `host` for `pause` from now on. A longer pause that is
    /// under way already stays.
    async fn pause(&self, host: &str, pause: Duration) -> Result<(), Cause>;

    /// How much of a pause is left; zero where there is none.
    async fn paused(&self, host: &str) -> Result<Duration, Cause>;
}
