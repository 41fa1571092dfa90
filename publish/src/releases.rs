//! The releases of a data folder or store: where they are, and how they are read.
//!
//! Keys, below the root of the store:
//!
//! ```text
//! published/_log/00000000000000000007.json   the commit record, created and never changed
//! published/releases/000007/…                the files, likewise
//! published/latest                           a symlink, on a local disk
//! published/latest.json                      the newest record again, on any other store
//! published/_scratch/…                       files of a release that is being made
//! published/_uploads/…                       large ones on their way, on any other store
//! ```

use std::collections::BTreeSet;
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use botnia_model::{CommitRecord, Manifest, ReleaseNumber};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use tempfile::TempDir;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::PublishError;
use crate::manifest::{self, MANIFEST};

pub(crate) const LOG: &str = "published/_log";
pub(crate) const RELEASES: &str = "published/releases";
pub(crate) const SCRATCH: &str = "published/_scratch";
pub(crate) const UPLOADS: &str = "published/_uploads";

/// Store operations under way at once.
pub(crate) const CONCURRENCY: usize = 8;

/// The releases of one store.
#[derive(Clone, Debug)]
pub struct Releases {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) local_root: Option<PathBuf>,
}

/// A release whose files are ready and which nobody can see yet.
#[derive(Clone, Debug)]
pub struct Staged {
    /// What it is.
    pub manifest: Manifest,
    /// The folder that holds the new files, at their paths within the release.
    pub scratch: PathBuf,
    /// The paths of the files that are the same as in the parent release.
    pub carried: BTreeSet<String>,
}

/// What came of creating an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    New,
    Exists,
}

impl Releases {
    /// The releases in `store`. `local_root` is the folder that `store` keeps on a local
    /// disk, if it does; files are then linked instead of copied.
    pub fn new(store: Arc<dyn ObjectStore>, local_root: Option<PathBuf>) -> Self {
        Self { store, local_root }
    }

    /// An empty folder for the files of the next release, removed when dropped. On a
    /// local disk it lies beside the releases, so that a commit need not copy.
    ///
    /// # Errors
    /// [`PublishError::File`], [`PublishError::DiskFull`].
    pub fn scratch(&self) -> Result<TempDir, PublishError> {
        let folder = self
            .local_root
            .as_ref()
            .map_or_else(std::env::temp_dir, |root| root.join(SCRATCH));
        std::fs::create_dir_all(&folder)
            .and_then(|()| TempDir::new_in(&folder))
            .map_err(|source| PublishError::file("create a folder in", folder, source))
    }

    /// The newest release, its manifest checked against its commit record; `None` before
    /// the first.
    ///
    /// # Errors
    /// [`PublishError::ManifestDiffers`] where the manifest is not the committed one.
    pub async fn latest(&self) -> Result<Option<(CommitRecord, Manifest)>, PublishError> {
        match self.newest_record().await? {
            Some(record) => {
                let manifest = self.manifest(&record).await?;
                Ok(Some((record, manifest)))
            }
            None => Ok(None),
        }
    }

    /// The release of that number, its manifest checked against its commit record.
    ///
    /// # Errors
    /// [`PublishError::NoSuchRelease`], [`PublishError::Removed`],
    /// [`PublishError::ManifestDiffers`].
    pub async fn get(
        &self,
        release: ReleaseNumber,
    ) -> Result<(CommitRecord, Manifest), PublishError> {
        let record = self
            .record(release)
            .await?
            .ok_or(PublishError::NoSuchRelease { release })?;
        match self.manifest(&record).await {
            Ok(manifest) => Ok((record, manifest)),
            // The newest is never removed: without its manifest it is damaged.
            Err(PublishError::Store {
                source: object_store::Error::NotFound { .. },
                ..
            }) if self.committed().await?.last() > Some(&release) => {
                Err(PublishError::Removed { release })
            }
            Err(error) => Err(error),
        }
    }

    /// The commit records of all releases, oldest first.
    ///
    /// # Errors
    /// [`PublishError::Store`], [`PublishError::ReadRecord`].
    pub async fn list(&self) -> Result<Vec<CommitRecord>, PublishError> {
        stream::iter(self.committed().await?)
            .map(|release| async move {
                self.record(release)
                    .await?
                    .ok_or(PublishError::NoSuchRelease { release })
            })
            .buffered(CONCURRENCY)
            .try_collect()
            .await
    }

    /// The bytes of a file of a release.
    ///
    /// # Errors
    /// [`PublishError::InvalidPath`] for a path that would leave the release.
    pub async fn read_file(
        &self,
        release: ReleaseNumber,
        path: &str,
    ) -> Result<Bytes, PublishError> {
        self.read(&release_key(release, path)?).await
    }

    /// Where a file of a release lies on the local disk; `None` on any other store, and
    /// for a path that would leave the release.
    pub fn local_path(&self, release: ReleaseNumber, path: &str) -> Option<PathBuf> {
        let key = release_key(release, path).ok()?;
        Some(self.local_root.as_ref()?.join(key.as_ref()))
    }

    /// A file of a release, open at its beginning: where it lies on the local disk, and
    /// as a nameless temporary copy from any other store. It is never in memory as a whole.
    ///
    /// # Errors
    /// [`PublishError::InvalidPath`] for a path that would leave the release; failures to
    /// read, and to write the copy.
    pub async fn open_file(
        &self,
        release: ReleaseNumber,
        path: &str,
    ) -> Result<File, PublishError> {
        if let Some(file) = self.local_path(release, path) {
            return File::open(&file).map_err(|source| PublishError::file("open", file, source));
        }
        let key = release_key(release, path)?;
        let folder = std::env::temp_dir();
        let not_copied = |source| PublishError::file("copy a published file into", &folder, source);
        let mut copy = tokio::fs::File::from_std(tempfile::tempfile().map_err(not_copied)?);
        let not_read = |source| PublishError::store("read", &key, source);
        let object = self.store.get(&key).await.map_err(not_read)?;
        let mut pieces = object.into_stream();
        while let Some(piece) = pieces.next().await {
            copy.write_all(&piece.map_err(not_read)?)
                .await
                .map_err(not_copied)?;
        }
        copy.flush().await.map_err(not_copied)?;
        copy.rewind().await.map_err(not_copied)?;
        Ok(copy.into_std().await)
    }

    /// The length in bytes of a file of a release, as the store has it now.
    ///
    /// # Errors
    /// [`PublishError::InvalidPath`] for a path that would leave the release;
    /// [`PublishError::Store`].
    pub async fn length(&self, release: ReleaseNumber, path: &str) -> Result<u64, PublishError> {
        let key = release_key(release, path)?;
        match self.store.head(&key).await {
            Ok(object) => Ok(object.size),
            Err(source) => Err(PublishError::store("look for", &key, source)),
        }
    }

    /// Some bytes of a file of a release.
    ///
    /// # Errors
    /// As [`length`](Self::length), and where the file ends before the range does.
    pub async fn read_range(
        &self,
        release: ReleaseNumber,
        path: &str,
        range: Range<u64>,
    ) -> Result<Bytes, PublishError> {
        let key = release_key(release, path)?;
        let bytes = self.store.get_range(&key, range.clone()).await;
        let bytes = bytes.map_err(|source| PublishError::store("read", &key, source))?;
        if bytes.len() as u64 == range.end - range.start {
            Ok(bytes)
        } else {
            Err(PublishError::EndsEarly {
                release,
                path: path.to_owned(),
                expected: range.end,
            })
        }
    }

    /// The numbers of all committed releases, in order.
    pub(crate) async fn committed(&self) -> Result<BTreeSet<ReleaseNumber>, PublishError> {
        let listed = self.store.list_with_delimiter(Some(&Path::from(LOG))).await;
        let objects = match listed {
            Ok(listed) => listed.objects,
            // A data folder in which nothing was published yet.
            Err(object_store::Error::NotFound { .. }) => Vec::new(),
            Err(source) => return Err(PublishError::store("list", LOG, source)),
        };
        Ok(objects
            .iter()
            .filter_map(|object| {
                let digits = object.location.filename()?.strip_suffix(".json")?;
                let release: ReleaseNumber = digits.parse().ok()?;
                (Some(release.record().as_str()) == object.location.filename()).then_some(release)
            })
            .collect())
    }

    pub(crate) async fn newest_record(&self) -> Result<Option<CommitRecord>, PublishError> {
        match self.committed().await?.last() {
            Some(release) => self.record(*release).await,
            None => Ok(None),
        }
    }

    /// The commit record of that number, whether its files are there or were removed;
    /// `None` where it was never committed.
    ///
    /// # Errors
    /// [`PublishError::Store`], [`PublishError::ReadRecord`].
    pub async fn record(
        &self,
        release: ReleaseNumber,
    ) -> Result<Option<CommitRecord>, PublishError> {
        let key = record_key(release);
        match self.read(&key).await {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|source| {
                PublishError::ReadRecord {
                    key: key.to_string(),
                    source,
                }
            }),
            Err(PublishError::Store {
                source: object_store::Error::NotFound { .. },
                ..
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn manifest(&self, record: &CommitRecord) -> Result<Manifest, PublishError> {
        let bytes = self.read_file(record.release, MANIFEST).await?;
        manifest::decode(record, &bytes)
    }

    pub(crate) async fn read(&self, key: &Path) -> Result<Bytes, PublishError> {
        let failed = |source| PublishError::store("read", key, source);
        let object = self.store.get(key).await.map_err(failed)?;
        object.bytes().await.map_err(failed)
    }

    /// Creates an object, and never overwrites one.
    pub(crate) async fn create(&self, key: &Path, bytes: Bytes) -> Result<Created, PublishError> {
        let payload = PutPayload::from_bytes(bytes);
        match self
            .store
            .put_opts(key, payload, PutMode::Create.into())
            .await
        {
            Ok(_) => Ok(Created::New),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Created::Exists),
            Err(source) => Err(PublishError::store("create", key, source)),
        }
    }
}

/// The key of a release's commit record.
pub(crate) fn record_key(release: ReleaseNumber) -> Path {
    Path::from(format!("{LOG}/{}", release.record()))
}

/// The key of a release's folder.
pub(crate) fn folder_key(release: ReleaseNumber) -> Path {
    Path::from(format!("{RELEASES}/{}", release.folder()))
}

/// The key of a file of a release.
pub(crate) fn release_key(release: ReleaseNumber, path: &str) -> Result<Path, PublishError> {
    let invalid = |source| PublishError::InvalidPath {
        path: path.to_owned(),
        source,
    };
    // Parsed alone, so that what is wrong is found in the path and not in the key.
    let within = Path::parse(path).map_err(invalid)?;
    Path::parse(format!("{}/{within}", folder_key(release))).map_err(invalid)
}

/// Runs blocking work on a thread for it.
pub(crate) async fn in_background<T: Send + 'static>(
    operation: &'static str,
    work: impl FnOnce() -> Result<T, PublishError> + Send + 'static,
) -> Result<T, PublishError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|source| PublishError::BrokenOff { operation, source })?
}

#[cfg(test)]
mod tests;
