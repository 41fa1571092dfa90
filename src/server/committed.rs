//! Which releases there are: those with a commit record, and no others.
//!
//! A release never changes, so what was read of one is kept. Which is the newest is asked
//! of the log at each request, by trying the number after the newest one known.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use botnia_model::{CommitRecord, ContentHash, Manifest, ReleaseNumber};
use botnia_publish::manifest::{CHECKSUMS, MANIFEST};
use botnia_publish::{PublishError, Releases};
use tokio::sync::Semaphore;

use super::error::ServerError;

/// Releases that are kept in memory beside the newest; each takes about a megabyte.
const KEPT: usize = 8;

/// Looks at the log under way at once: when a release is committed, not every reader of
/// that moment shall read its manifest.
const LOOKS: usize = 8;

/// A file of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReleaseFile {
    /// The hash of its bytes.
    pub(super) sha256: ContentHash,
    /// Its length in bytes.
    pub(super) bytes: u64,
}

/// A release, with every file that may be read.
#[derive(Debug)]
pub(super) struct CommittedRelease {
    pub(super) record: CommitRecord,
    pub(super) manifest: Manifest,
    files: BTreeMap<String, ReleaseFile>,
}

impl CommittedRelease {
    /// The file at `path`, which is compared as text: what the manifest does not list
    /// does not exist, whatever lies in the folder.
    pub(super) fn file(&self, path: &str) -> Option<ReleaseFile> {
        self.files.get(path).copied()
    }

    pub(super) fn number(&self) -> ReleaseNumber {
        self.record.release
    }
}

/// The committed releases of a store.
pub(super) struct CommittedReleases {
    releases: Releases,
    newest: RwLock<Option<Arc<CommittedRelease>>>,
    kept: RwLock<VecDeque<Arc<CommittedRelease>>>,
    looks: Semaphore,
}

impl CommittedReleases {
    pub(super) fn new(releases: Releases) -> Self {
        Self {
            releases,
            newest: RwLock::default(),
            kept: RwLock::default(),
            looks: Semaphore::new(LOOKS),
        }
    }

    /// The store itself.
    pub(super) fn store(&self) -> &Releases {
        &self.releases
    }

    /// The newest release at this moment; `None` before the first.
    pub(super) async fn newest(&self) -> Result<Option<Arc<CommittedRelease>>, ServerError> {
        // Never closed; without a permit it would only be slower.
        let _look = self.looks.acquire().await;
        loop {
            let known = read(&self.newest).clone();
            let Some(known) = known else {
                match self
                    .releases
                    .latest()
                    .await
                    .map_err(ServerError::releases)?
                {
                    None => return Ok(None),
                    Some((record, manifest)) => self.advance(self.open(record, manifest).await?),
                }
                continue;
            };
            let next = match self.releases.get(known.number().next()).await {
                Ok((record, manifest)) => self.open(record, manifest).await,
                Err(PublishError::NoSuchRelease { .. }) => return Ok(Some(known)),
                Err(source) => Err(ServerError::releases(source)),
            };
            match next {
                Ok(release) => self.advance(release),
                // A newest release that cannot be read takes the one before it from nobody.
                // `/readyz` says that it cannot be read.
                Err(error) => {
                    error.log();
                    return Ok(Some(known));
                }
            }
        }
    }

    /// The release of that number; `None` where it was never committed.
    pub(super) async fn get(
        &self,
        number: ReleaseNumber,
    ) -> Result<Option<Arc<CommittedRelease>>, ServerError> {
        if let Some(release) = self.known(number) {
            return Ok(Some(release));
        }
        let _look = self.looks.acquire().await;
        if let Some(release) = self.known(number) {
            return Ok(Some(release));
        }
        let (record, manifest) = match self.releases.get(number).await {
            Ok(found) => found,
            Err(PublishError::NoSuchRelease { .. }) => return Ok(None),
            Err(source) => return Err(ServerError::releases(source)),
        };
        let release = self.open(record, manifest).await?;
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.push_front(Arc::clone(&release));
        kept.truncate(KEPT);
        Ok(Some(release))
    }

    /// What to answer where a file of a release that was read before is not there because
    /// the release was removed since. `None`: it was not, so that the file is lost.
    pub(super) async fn removed(&self, number: ReleaseNumber) -> Option<ServerError> {
        match self.releases.get(number).await {
            Err(error @ PublishError::Removed { .. }) => {
                let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
                kept.retain(|release| release.number() != number);
                Some(ServerError::releases(error))
            }
            _ => None,
        }
    }

    fn known(&self, number: ReleaseNumber) -> Option<Arc<CommittedRelease>> {
        read(&self.newest)
            .iter()
            .chain(read(&self.kept).iter())
            .find(|release| release.number() == number)
            .cloned()
    }

    fn advance(&self, release: Arc<CommittedRelease>) {
        let mut newest = self.newest.write().unwrap_or_else(PoisonError::into_inner);
        if newest
            .as_ref()
            .is_none_or(|known| known.number() < release.number())
        {
            *newest = Some(release);
        }
    }

    async fn open(
        &self,
        record: CommitRecord,
        manifest: Manifest,
    ) -> Result<Arc<CommittedRelease>, ServerError> {
        let mut files: BTreeMap<_, _> = manifest
            .files
            .iter()
            .map(|file| {
                let entry = ReleaseFile {
                    sha256: file.sha256,
                    bytes: file.bytes,
                };
                (file.path.clone(), entry)
            })
            .collect();
        // The two that the manifest cannot list.
        for path in [MANIFEST, CHECKSUMS] {
            let bytes = self
                .releases
                .read_file(record.release, path)
                .await
                .map_err(ServerError::releases)?;
            let entry = ReleaseFile {
                sha256: ContentHash::of(&bytes),
                bytes: bytes.len() as u64,
            };
            files.insert(path.to_owned(), entry);
        }
        Ok(Arc::new(CommittedRelease {
            record,
            manifest,
            files,
        }))
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}
