//! What can go wrong here.

/// Why a transformation could make nothing of its input. Single bad rows are findings,
/// not errors.
#[derive(Debug, thiserror::Error)]
pub enum TransformError {
    /// The bytes are not what the source speaks: HTML instead of JSON, a cut-off answer.
    #[error("read {object}: the answer is not in the source's format")]
    Malformed {
        /// What was read: "the region list", "the description of `sotkanet:127`".
        object: String,
        /// What the parser says.
        #[source]
        source: serde_json::Error,
    },

    /// The bytes are in the source's format, but do not say what they have to.
    #[error("read {object}: {reason}")]
    Contract {
        /// What was read.
        object: String,
        /// What is not as agreed.
        reason: String,
    },

    /// A table could not be written as Parquet.
    #[error("write {object} as Parquet")]
    WriteParquet {
        /// What was written.
        object: String,
        /// What the writer says.
        #[source]
        source: parquet::errors::ParquetError,
    },

    /// A table could not be read from Parquet.
    #[error("read {object} from Parquet")]
    ReadParquet {
        /// What was read.
        object: String,
        /// What the reader says.
        #[source]
        source: parquet::errors::ParquetError,
    },

    /// A file of a release could not be opened or written.
    #[error("write `{path}`")]
    WriteFile {
        /// Its path within the release.
        path: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },

    /// The scratch space of a release that is being built could not be used.
    #[error("use the scratch space of the release")]
    Scratch {
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

impl TransformError {
    /// A [`TransformError::Scratch`].
    pub(crate) fn scratch(source: std::io::Error) -> Self {
        Self::Scratch { source }
    }

    /// A [`TransformError::Contract`].
    pub(crate) fn contract(object: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Contract {
            object: object.into(),
            reason: reason.into(),
        }
    }
}
