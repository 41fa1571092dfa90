//! Fetches answers from the sources and keeps their bytes.
//!
//! A [`Source`] knows which addresses to ask; the [`PoliteClient`] asks them, slowly and
//! under an honest name; the [`Archive`] keeps what came back, byte for byte, beside the
//! [`Snapshot`](botnia_model::Snapshot) that says how it came.
//!
//! What is deliberately absent: any reading of a value, a region or a title. A source
//! looks into its answers only as far as asking needs: which indicators there are, which
//! years one covers, whether anything moved. Also absent: memory of earlier sweeps; the
//! program says what it has seen before.

pub mod answer;
pub mod archive;
pub mod classification;
pub mod client;
pub mod conformance;
pub mod error;
pub mod source;
mod sources;
#[cfg(test)]
mod test_server;
pub mod turns;

pub use answer::Answer;
pub use archive::{Archive, ArchiveCheck, ArchiveError, ArchiveFault, Kept};
pub use classification::{ClassificationList, ClassificationService};
pub use client::{ClientLimits, Fetched, PoliteClient, Request, Shape, UserAgent, Validators};
pub use error::SourceError;
pub use source::{Freshness, Source, open, open_surveys};
pub use sources::survey::{document_path, documents};
pub use turns::Turns;
