//! What a source answered: the bytes, and how they came.

use botnia_model::Snapshot;
use bytes::Bytes;

/// One answer. [`Archive::keep`](crate::Archive::keep) stores it; a stage that reads it
/// later finds the bytes by `snapshot.hash`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The request, status, headers and moment, and the hash and length of `body`.
    pub snapshot: Snapshot,
    /// The body after its transfer encoding (gzip) was undone, otherwise untouched.
    pub body: Bytes,
}
