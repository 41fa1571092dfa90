//! What can go wrong while publishing, by what it means for the readers.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use arrow_schema::ArrowError;
use botnia_model::{ContentHash, Language, RegionId, ReleaseNumber};
use parquet::errors::ParquetError;

/// A failure of a publishing operation. The text says what happened;
/// [`hint`](Self::hint) says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A published file is no longer what its manifest says.
    #[error(
        "`{path}` of release {release} was changed after it was published; nothing new was \
         published, and that file of release {release} must not be used"
    )]
    PublishedFileDamaged {
        /// The release.
        release: ReleaseNumber,
        /// The file within it.
        path: String,
    },
    /// A lease with a newer token has published: whoever held this one was paused.
    #[error(
        "commit release {release}: the lease it was made under (token {token}) is older than \
         that of the newest release (token {newest}); nothing was published"
    )]
    Fenced {
        /// The release that was not made.
        release: ReleaseNumber,
        /// The token of the lease it was made under.
        token: u64,
        /// The token in the newest commit record.
        newest: u64,
    },
    /// A table has a column without a description.
    #[error("describe the column `{column}` of `{table}`: it has no description")]
    UndescribedColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// The store failed.
    #[error("{operation} `{key}`")]
    Store {
        /// What was tried: `read`, `create`, `copy`, …
        operation: &'static str,
        /// The object.
        key: String,
        /// Why it failed.
        #[source]
        source: object_store::Error,
    },
    /// A file operation failed.
    #[error("{operation} `{}`", path.display())]
    File {
        /// What was tried.
        operation: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// There is no room left.
    #[error("no room is left for `{object}`")]
    DiskFull {
        /// What was being written.
        object: String,
        /// The failed write.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A page could not be written from its template.
    #[error("write the page `{page}`")]
    WritePage {
        /// The page.
        page: String,
        /// What is wrong with its template or view.
        #[source]
        source: minijinja::Error,
    },
    /// A chart could not be drawn as a picture.
    #[error("draw the picture `{file}`: {reason}")]
    DrawPicture {
        /// The picture.
        file: String,
        /// What the drawing library says.
        reason: String,
    },
    /// A workbook could not be written.
    #[error("write the workbook `{file}` of `{region}`")]
    WriteWorkbook {
        /// The file.
        file: String,
        /// The region.
        region: RegionId,
        /// What the writer says.
        #[source]
        source: Box<rust_xlsxwriter::XlsxError>,
    },
    /// A background thread broke off.
    #[error("{operation} was broken off")]
    BrokenOff {
        /// What it was doing.
        operation: &'static str,
        /// How it ended.
        #[source]
        source: tokio::task::JoinError,
    },
    /// A path that cannot be the path of a file of a release.
    #[error("`{path}` is no path within a release")]
    InvalidPath {
        /// The path.
        path: String,
        /// What is wrong with it.
        #[source]
        source: object_store::path::Error,
    },
    /// A commit record that cannot be read as one.
    #[error("read the commit record `{key}`")]
    ReadRecord {
        /// The record.
        key: String,
        /// Where it is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A manifest that cannot be read as one, although its hash is right.
    #[error("read the manifest of release {release}")]
    ReadManifest {
        /// The release.
        release: ReleaseNumber,
        /// Where it is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// The manifest is not the one that was committed.
    #[error(
        "the manifest of release {release} was changed after the commit: its hash is {found}, \
         the commit record says {expected}"
    )]
    ManifestDiffers {
        /// The release.
        release: ReleaseNumber,
        /// According to the commit record.
        expected: ContentHash,
        /// According to the bytes.
        found: ContentHash,
    },
    /// A release that was never committed.
    #[error("there is no release {release}")]
    NoSuchRelease {
        /// The number asked for.
        release: ReleaseNumber,
    },
    /// A release that was committed, and whose files were removed since.
    #[error("release {release} was removed; its number and the hash of its manifest are kept")]
    Removed {
        /// The number asked for.
        release: ReleaseNumber,
    },
    /// The number is taken: another publisher was faster.
    #[error("release {release} exists already")]
    ReleaseExists {
        /// The number.
        release: ReleaseNumber,
    },
    /// The number is not committed, but other content stands under it.
    #[error(
        "release {release} is being written by another process, or one that was stopped left \
         `{path}` behind"
    )]
    NumberClaimed {
        /// The number.
        release: ReleaseNumber,
        /// The first file found there.
        path: String,
    },
    /// The release was built upon another one than the newest.
    #[error(
        "release {release} was built upon {}, but the newest release is {}",
        or_none(parent.as_ref()), or_none(newest.as_ref())
    )]
    ParentMoved {
        /// The release that was to be.
        release: ReleaseNumber,
        /// The hash of the manifest it was built upon.
        parent: Option<ContentHash>,
        /// The newest release.
        newest: Option<ReleaseNumber>,
    },
    /// A commit that failed before its record: nothing happened for any reader.
    #[error("release {release} was not published; {}", still_served(*serving))]
    NotCommitted {
        /// The release that was to be.
        release: ReleaseNumber,
        /// The release that is still served.
        serving: Option<ReleaseNumber>,
        /// Why.
        #[source]
        source: Box<Self>,
    },
    /// The store failed while the record was created, and cannot be asked whether it was.
    #[error(
        "it is not known whether release {release} was published: the store failed during the commit"
    )]
    CommitUnknown {
        /// The release.
        release: ReleaseNumber,
        /// What failed.
        #[source]
        source: Box<Self>,
    },
    /// The release is published, but `latest` does not point at it.
    #[error("release {release} is published, but `latest` could not be moved to it")]
    LatestNotMoved {
        /// The release.
        release: ReleaseNumber,
        /// Why.
        #[source]
        source: Box<Self>,
    },
    /// A file of a release is not there, or has another length, just before the commit.
    #[error("`{path}` of release {release} is not there with its {bytes} bytes")]
    Incomplete {
        /// The release.
        release: ReleaseNumber,
        /// The file.
        path: String,
        /// Its length according to the manifest.
        bytes: u64,
    },
    /// A published file is shorter than it was.
    #[error(
        "`{path}` of release {release} ends before byte {expected}, which it had when it was published"
    )]
    EndsEarly {
        /// The release.
        release: ReleaseNumber,
        /// The file within it.
        path: String,
        /// Bytes that should be there.
        expected: u64,
    },
    /// A file changed between being hashed and being published.
    #[error("`{path}` changed while it was being published")]
    FileChanged {
        /// The file.
        path: String,
    },
    /// A file should be carried over from a release that does not have it.
    #[error("`{path}` cannot be carried over: the previous release does not have it")]
    NothingToCarry {
        /// The file.
        path: String,
    },
    /// The store creates an object that exists: two writers could publish over each other.
    #[error("the store `{store}` does not hold create-only writes")]
    CreateOnlyNotHeld {
        /// The store.
        store: String,
    },
    /// The log of commit records does not fit the releases beside it.
    #[error(
        "`{object}` has no commit record, although the log's newest release is {}; nothing was removed",
        or_none(newest.as_ref())
    )]
    LogDamaged {
        /// What should have a record.
        object: String,
        /// The newest release in the log.
        newest: Option<ReleaseNumber>,
    },
    /// A Parquet file could not be read.
    #[error("read the table `{table}`")]
    ReadTable {
        /// The file.
        table: String,
        /// Why.
        #[source]
        source: ParquetError,
    },
    /// A batch of a Parquet file could not be read.
    #[error("read rows of the table `{table}`")]
    ReadRows {
        /// The file.
        table: String,
        /// Why.
        #[source]
        source: ArrowError,
    },
    /// A table is not what the contract says.
    #[error("the table `{table}` cannot be published: {reason}")]
    TableContract {
        /// The file.
        table: String,
        /// What is wrong.
        reason: String,
    },
    /// A CSV file could not be written.
    #[error("write `{file}`")]
    WriteCsv {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: ::csv::Error,
    },
    /// A page could not be made.
    #[error("make a page with the template `{page}`")]
    Page {
        /// The template.
        page: String,
        /// Why.
        #[source]
        source: minijinja::Error,
    },
    /// The words of the pages cannot be read.
    #[error("read the words of the pages in `{language}`")]
    SiteTexts {
        /// The language.
        language: Language,
        /// Where they are wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A document could not be written as JSON.
    #[error("write `{document}` as JSON")]
    WriteJson {
        /// The document.
        document: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

impl PublishError {
    /// What a person can do about it, where there is something.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::DiskFull { .. } => Some(DISK_FULL_HINT),
            Self::ManifestDiffers { .. }
            | Self::PublishedFileDamaged { .. }
            | Self::EndsEarly { .. } => Some(
                "restore the release's folder from a backup; then `botnia verify` says whether it \
                 is whole",
            ),
            Self::NoSuchRelease { .. } | Self::Removed { .. } => {
                Some("`botnia releases` lists those that exist")
            }
            Self::ReleaseExists { .. } | Self::ParentMoved { .. } | Self::Fenced { .. } => {
                Some("another run published in the meantime; run again to build upon its release")
            }
            Self::NumberClaimed { .. } => Some(
                "wait for the other run to end, then run again: what a stopped run left behind \
                 is removed at the start",
            ),
            Self::CommitUnknown { .. } => {
                Some("run `botnia releases` once the store answers again, then run again")
            }
            Self::LatestNotMoved { .. } => {
                Some("the next run moves it; make sure it can write there")
            }
            Self::CreateOnlyNotHeld { .. } => Some(
                "use a store that refuses to create an existing object (a local disk and S3 do)",
            ),
            Self::LogDamaged { .. } => Some(
                "restore `published/_log` from a backup; without it nobody knows which release \
                 is whole",
            ),
            Self::Incomplete { .. } | Self::FileChanged { .. } => {
                Some("make sure that only one run at a time uses this data folder, and run again")
            }
            Self::NotCommitted { source, .. } => source.hint().or(Some(
                "run again: what was left behind is removed at the start",
            )),
            _ => None,
        }
    }

    /// A store's failure, or [`DiskFull`](Self::DiskFull) where that is the cause.
    pub(crate) fn store(
        operation: &'static str,
        key: &(impl ToString + ?Sized),
        source: object_store::Error,
    ) -> Self {
        if is_disk_full(&source) {
            Self::DiskFull {
                object: key.to_string(),
                source: source.into(),
            }
        } else {
            Self::Store {
                operation,
                key: key.to_string(),
                source,
            }
        }
    }

    /// A file operation's failure, or [`DiskFull`](Self::DiskFull) where that is the cause.
    pub(crate) fn file(
        operation: &'static str,
        path: impl Into<PathBuf>,
        source: io::Error,
    ) -> Self {
        let path = path.into();
        if is_disk_full(&source) {
            Self::DiskFull {
                object: path.display().to_string(),
                source: source.into(),
            }
        } else {
            Self::File {
                operation,
                path,
                source,
            }
        }
    }

    /// A CSV writer's failure, or [`DiskFull`](Self::DiskFull) where that is the cause.
    pub(crate) fn csv(file: &str, source: ::csv::Error) -> Self {
        // It does not name its cause as one.
        if matches!(source.kind(), ::csv::ErrorKind::Io(error) if is_disk_full(error)) {
            Self::DiskFull {
                object: file.to_owned(),
                source: source.into(),
            }
        } else {
            Self::WriteCsv {
                file: file.to_owned(),
                source,
            }
        }
    }
}

fn or_none(value: Option<&impl ToString>) -> String {
    value.map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn still_served(serving: Option<ReleaseNumber>) -> String {
    serving.map_or_else(
        || "nothing is served yet".to_owned(),
        |release| format!("release {release} is still served"),
    )
}

/// What a person can do about a full disk, whatever was being written.
pub const DISK_FULL_HINT: &str = "free some space, or move the data folder to a larger disk, and \
    run again: the archive is kept and only the unpublished files are made again";

/// Whether the disk or the quota is exhausted, anywhere in the chain of causes. The io
/// error itself is asked too: its `source` skips what it wraps.
pub fn is_disk_full(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| (*error).source()).any(|error| {
        error.downcast_ref::<io::Error>().is_some_and(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_recognised_however_deep() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let store_error = object_store::Error::Generic {
            store: "LocalFileSystem",
            source: Box::new(full()),
        };
        for error in [
            PublishError::store("create", "a", store_error),
            PublishError::file("create", "a", full()),
            PublishError::csv("a", full().into()),
        ] {
            assert!(matches!(error, PublishError::DiskFull { .. }), "{error:?}");
            assert!(error.hint().unwrap().contains("free some space"));
        }
    }

    #[test]
    fn another_failure_is_not_taken_for_a_full_disk() {
        let refused = io::Error::from(io::ErrorKind::PermissionDenied);
        let error = PublishError::file("create", "a", refused);
        assert!(matches!(error, PublishError::File { .. }), "{error:?}");
    }
}
