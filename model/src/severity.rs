//! How much weight something has that a check says of new figures.

use serde::{Deserialize, Serialize};

use crate::indicator::word_enum;

word_enum!(
    /// What follows from an objection to new figures.
    Severity {
        /// A person decides; until then the last good figures stay published.
        Hold = "hold",
        /// The figures are published, and the run's summary, the log and the status say so.
        Warn = "warn",
        /// Worth knowing for whoever looks; said with held figures only.
        Note = "note",
    }
);
