//! How much the client takes, waits and tries.

use std::time::Duration;

/// How much the client takes, waits and tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientLimits {
    /// Until a connection stands.
    pub connect_timeout: Duration,
    /// From the request to the head of the answer: the server may compute meanwhile.
    pub answer_timeout: Duration,
    /// Between two pieces of a body.
    pub idle_timeout: Duration,
    /// For one request with its whole answer.
    pub total_timeout: Duration,
    /// Requests made for one answer, the first included, redirects not counted.
    pub attempts: usize,
    /// The first pause between two attempts; it doubles with each, and up to as much again
    /// is added by chance, so that many workers do not come back at once.
    pub backoff_first: Duration,
    /// Where that doubling ends.
    pub backoff_longest: Duration,
    /// The longest pause a server may ask for that is sat out.
    pub max_wait: Duration,
    /// Requests in a row, each with all its attempts, that a host must leave unanswered
    /// before nothing is sent to it for a while.
    pub failures_to_open: usize,
    /// How long that while is; it doubles up to an hour while the one request that then
    /// tries again is not answered either.
    pub open_for: Duration,
    /// Redirects followed for one answer, all within its host.
    pub redirects: usize,
    /// Bytes of a compressed body.
    pub compressed_bytes: usize,
    /// Bytes of a body after decompression, or of one that was never compressed.
    pub body_bytes: usize,
    /// How many times its size a compressed body above a mebibyte may expand.
    pub expansion: usize,
}

impl Default for ClientLimits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_mins(1),
            idle_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_mins(2),
            attempts: 4,
            backoff_first: Duration::from_secs(1),
            backoff_longest: Duration::from_secs(30),
            max_wait: Duration::from_mins(5),
            failures_to_open: 5,
            open_for: Duration::from_mins(5),
            redirects: 5,
            compressed_bytes: 32 << 20,
            body_bytes: 64 << 20,
            expansion: 200,
        }
    }
}
