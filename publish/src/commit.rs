//! The commit: files first, each created and never overwritten; the record; `latest`.
//!
//! Whoever commits should hold the lease on releasing. The record alone decides who has
//! published, and it cannot be created twice; but two writers at once would hinder each
//! other. A lease holder that wakes late finds the number taken or its parent moved.

use std::fs::File;
use std::io::Read;
use std::path::{Path as DiskPath, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use botnia_model::hash::ContentHasher;
use botnia_model::{CommitRecord, ContentHash, FileEntry, Manifest, ReleaseNumber};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::PublishError;
use crate::latest::sync_folder;
use crate::manifest::{self, CHECKSUMS, MANIFEST, to_json};
use crate::releases::{
    CONCURRENCY, Created, LOG, Releases, Staged, folder_key, in_background, record_key, release_key,
};

impl Releases {
    /// Adds the release: its files, then its record, then `latest`. A reader sees the
    /// release before it or all of it. `moment` is when it is released, and
    /// `fencing_token` that of the lease it is made under; both go into the record.
    ///
    /// The manifest is put first. It claims the number: of two writers with different
    /// releases, one gets no further than that; two with the same release write the same
    /// bytes, and the record decides.
    ///
    /// # Errors
    /// [`PublishError::Fenced`], [`PublishError::ReleaseExists`] and
    /// [`PublishError::ParentMoved`] when another run was faster; [`PublishError::NotCommitted`] with the cause for any other failure
    /// before the record, which nobody then sees; [`PublishError::CommitUnknown`] when the
    /// store broke down at the record itself; [`PublishError::LatestNotMoved`] when only
    /// the pointer failed after it.
    pub async fn commit(
        &self,
        staged: Staged,
        moment: Timestamp,
        fencing_token: u64,
    ) -> Result<CommitRecord, PublishError> {
        let release = staged.manifest.release;
        let newest = self.newest_record().await?;
        let serving = newest.as_ref().map(|record| record.release);
        if let Some(newest) = newest.as_ref().map(|record| record.fencing_token)
            && newest > fencing_token
        {
            return Err(PublishError::Fenced {
                release,
                token: fencing_token,
                newest,
            });
        }
        if serving.is_some_and(|serving| serving >= release) {
            return Err(PublishError::ReleaseExists { release });
        }
        if staged.manifest.parent != newest.as_ref().map(|record| record.manifest)
            || serving.map_or(ReleaseNumber::FIRST, ReleaseNumber::next) != release
        {
            return Err(PublishError::ParentMoved {
                release,
                parent: staged.manifest.parent,
                newest: serving,
            });
        }
        let not_committed = |source| PublishError::NotCommitted {
            release,
            serving,
            source: Box::new(source),
        };
        let manifest_hash = self
            .put_files(&staged, serving)
            .await
            .map_err(not_committed)?;
        let record = CommitRecord {
            release,
            manifest: manifest_hash,
            parent: staged.manifest.parent,
            fencing_token,
            released_at: moment,
        };
        self.create_record(&record, serving).await?;
        self.point_latest()
            .await
            .map_err(|source| PublishError::LatestNotMoved {
                release,
                source: Box::new(source),
            })?;
        Ok(record)
    }

    /// Makes sure that the store refuses to create what exists, without which two
    /// machines could publish over each other.
    ///
    /// # Errors
    /// [`PublishError::CreateOnlyNotHeld`] where it does not.
    pub async fn probe_create_only(&self) -> Result<(), PublishError> {
        let key = Path::from(format!("published/_probe/{}", unique_name()));
        self.create(&key, Bytes::from_static(b"first")).await?;
        let again = match self.create(&key, Bytes::from_static(b"second")).await {
            Ok(Created::Exists) => self.create_copy(&key).await,
            overwritten_or_failed => overwritten_or_failed,
        };
        self.store
            .delete(&key)
            .await
            .map_err(|source| PublishError::store("delete", &key, source))?;
        match again? {
            Created::Exists => Ok(()),
            Created::New => Err(PublishError::CreateOnlyNotHeld {
                store: self.store.to_string(),
            }),
        }
    }

    /// Copies an object to its own place, which a store that creates only refuses. One that
    /// cannot copy so overwrites nothing either.
    async fn create_copy(&self, key: &Path) -> Result<Created, PublishError> {
        match self.store.copy_if_not_exists(key, key).await {
            Ok(()) => Ok(Created::New),
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::NotSupported { .. }
                | object_store::Error::NotImplemented { .. },
            ) => Ok(Created::Exists),
            Err(source) => Err(PublishError::store("copy", key, source)),
        }
    }

    /// Every file of the release. Returns the hash of the manifest.
    async fn put_files(
        &self,
        staged: &Staged,
        parent: Option<ReleaseNumber>,
    ) -> Result<ContentHash, PublishError> {
        let release = staged.manifest.release;
        let bytes = Bytes::from(manifest::encode(&staged.manifest)?);
        let manifest_hash = ContentHash::of(&bytes);
        self.create_same(release, MANIFEST, bytes).await?;

        // A failure stops what has not begun, but what is under way is awaited: it must
        // not reach the disk after the next run has cleaned up.
        let stopped = AtomicBool::new(false);
        let files = staged.manifest.files.iter();
        let placing: Vec<_> = files
            .map(|file| self.place(file, staged, parent, &stopped))
            .collect();
        let outcomes: Vec<Result<(), PublishError>> = stream::iter(placing)
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await;
        outcomes.into_iter().collect::<Result<(), _>>()?;

        let sums = manifest::checksums(&staged.manifest, manifest_hash);
        self.create_same(release, CHECKSUMS, sums.into()).await?;
        self.check_complete(&staged.manifest).await?;
        Ok(manifest_hash)
    }

    async fn place(
        &self,
        file: &FileEntry,
        staged: &Staged,
        parent: Option<ReleaseNumber>,
        stopped: &AtomicBool,
    ) -> Result<(), PublishError> {
        if stopped.load(Ordering::Relaxed) {
            return Ok(());
        }
        let release = staged.manifest.release;
        let outcome = if staged.carried.contains(&file.path) {
            self.carry(file, parent, release).await
        } else {
            self.put_fresh(file, &staged.scratch, release).await
        };
        if outcome.is_err() {
            stopped.store(true, Ordering::Relaxed);
        }
        outcome
    }

    /// A file that the parent release has: a hard link on a local disk, a copy within an
    /// object store.
    async fn carry(
        &self,
        file: &FileEntry,
        parent: Option<ReleaseNumber>,
        release: ReleaseNumber,
    ) -> Result<(), PublishError> {
        let nothing = || PublishError::NothingToCarry {
            path: file.path.clone(),
        };
        let parent = parent.ok_or_else(nothing)?;
        let from = release_key(parent, &file.path)?;
        let to = release_key(release, &file.path)?;
        if let Some(path) = self.local_path(parent, &file.path)
            && path.exists()
        {
            // A link shares its bytes with every release that has the file: damage done to
            // one would be published again.
            let found = in_background("checking a published file", move || hash_file(&path));
            if found.await? != (file.bytes, file.sha256) {
                return Err(PublishError::PublishedFileDamaged {
                    release: parent,
                    path: file.path.clone(),
                });
            }
        }
        match self.store.copy_if_not_exists(&from, &to).await {
            Ok(()) => Ok(()),
            Err(object_store::Error::AlreadyExists { .. }) => {
                self.check_same(release, &file.path, file.sha256).await
            }
            // Not every store can copy without overwriting.
            Err(
                object_store::Error::NotSupported { .. }
                | object_store::Error::NotImplemented { .. },
            ) => {
                let bytes = self.read(&from).await?;
                check_content(file, &bytes)?;
                self.create_same(release, &file.path, bytes).await
            }
            Err(object_store::Error::NotFound { .. }) => Err(nothing()),
            Err(source) => Err(PublishError::store("copy", &from, source)),
        }
    }

    /// A file that was made for this release: linked into its place where it lies on the
    /// store's own disk, uploaded otherwise. It is checked against the manifest on the way.
    async fn put_fresh(
        &self,
        file: &FileEntry,
        scratch: &DiskPath,
        release: ReleaseNumber,
    ) -> Result<(), PublishError> {
        let to = release_key(release, &file.path)?;
        let path = scratch.join(&file.path);
        let expected = file.clone();
        let Some(from) = self.key_of(&path) else {
            return self.upload(file, path, release).await;
        };
        in_background("checking a file to publish", move || {
            check_and_sync(&expected, path)
        })
        .await?;
        match self.store.copy_if_not_exists(&from, &to).await {
            Ok(()) => Ok(()),
            Err(object_store::Error::AlreadyExists { .. }) => {
                self.check_same(release, &file.path, file.sha256).await
            }
            Err(source) => Err(PublishError::store("create", &to, source)),
        }
    }

    /// The key by which the store itself knows a file, if it lies below its root.
    fn key_of(&self, path: &DiskPath) -> Option<Path> {
        let root = self.local_root.as_ref()?.canonicalize().ok()?;
        let path = path.canonicalize().ok()?;
        Path::parse(path.strip_prefix(root).ok()?.to_str()?).ok()
    }

    /// Creates a file of a release; one that is there already must be the same. That is
    /// the case when the store did what it was asked but the answer was lost.
    pub(crate) async fn create_same(
        &self,
        release: ReleaseNumber,
        path: &str,
        bytes: Bytes,
    ) -> Result<(), PublishError> {
        let hash = ContentHash::of(&bytes);
        match self.create(&release_key(release, path)?, bytes).await? {
            Created::New => Ok(()),
            Created::Exists => self.check_same(release, path, hash).await,
        }
    }

    pub(crate) async fn check_same(
        &self,
        release: ReleaseNumber,
        path: &str,
        expected: ContentHash,
    ) -> Result<(), PublishError> {
        let found = self.hash_in_store(&release_key(release, path)?).await?;
        if found == expected {
            Ok(())
        } else {
            Err(PublishError::NumberClaimed {
                release,
                path: path.to_owned(),
            })
        }
    }

    /// Every file is there with its length: the last look before the record.
    async fn check_complete(&self, manifest: &Manifest) -> Result<(), PublishError> {
        let folder = folder_key(manifest.release);
        let found: std::collections::HashMap<Path, u64> = self
            .store
            .list(Some(&folder))
            .map_ok(|object| (object.location, object.size))
            .try_collect()
            .await
            .map_err(|source| PublishError::store("list", &folder, source))?;
        for file in &manifest.files {
            if found.get(&release_key(manifest.release, &file.path)?) != Some(&file.bytes) {
                return Err(PublishError::Incomplete {
                    release: manifest.release,
                    path: file.path.clone(),
                    bytes: file.bytes,
                });
            }
        }
        Ok(())
    }

    /// THE commit.
    async fn create_record(
        &self,
        record: &CommitRecord,
        serving: Option<ReleaseNumber>,
    ) -> Result<(), PublishError> {
        let release = record.release;
        let not_committed = |source| PublishError::NotCommitted {
            release,
            serving,
            source: Box::new(source),
        };
        let bytes = to_json("the commit record", record).map_err(not_committed)?;
        let failure = match self.create(&record_key(release), bytes.into()).await {
            Ok(Created::New) => return Ok(()),
            Ok(Created::Exists) => None,
            Err(error) => Some(error),
        };
        // The store may have done it although it said otherwise: only the record tells.
        match (self.record(release).await, failure) {
            (Ok(Some(found)), _) if found == *record => self.sync_log(release).await,
            (Ok(Some(_)), _) | (Ok(None), None) => Err(PublishError::ReleaseExists { release }),
            (Ok(None), Some(failure)) => Err(not_committed(failure)),
            (Err(unreadable), failure) => Err(PublishError::CommitUnknown {
                release,
                source: Box::new(failure.unwrap_or(unreadable)),
            }),
        }
    }

    /// On a local disk, a record that was created in spite of an error may be there only
    /// until the power fails.
    async fn sync_log(&self, release: ReleaseNumber) -> Result<(), PublishError> {
        let Some(root) = &self.local_root else {
            return Ok(());
        };
        let folder = root.join(LOG);
        in_background("syncing the log", move || sync_folder(&folder))
            .await
            .map_err(|source| PublishError::CommitUnknown {
                release,
                source: Box::new(source),
            })
    }
}

pub(crate) fn check_content(file: &FileEntry, bytes: &[u8]) -> Result<(), PublishError> {
    if bytes.len() as u64 == file.bytes && ContentHash::of(bytes) == file.sha256 {
        Ok(())
    } else {
        Err(PublishError::FileChanged {
            path: file.path.clone(),
        })
    }
}

/// Checks a file on disk against its entry and makes its bytes durable.
fn check_and_sync(expected: &FileEntry, path: PathBuf) -> Result<(), PublishError> {
    let (bytes, hash) = hash_file(&path)?;
    if (bytes, hash) != (expected.bytes, expected.sha256) {
        return Err(PublishError::FileChanged {
            path: expected.path.clone(),
        });
    }
    File::open(&path)
        .and_then(|file| {
            file.sync_all()?;
            // What is published is never written again, not even by a person's slip.
            let mut permissions = file.metadata()?.permissions();
            permissions.set_readonly(true);
            file.set_permissions(permissions)
        })
        .map_err(|source| PublishError::file("sync", path, source))
}

/// A name that no other process chooses: seeded by the operating system.
pub(crate) fn unique_name() -> String {
    let name = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), LOG);
    format!("{name:016x}")
}

/// The length and hash of a file, without holding it in memory.
pub(crate) fn hash_file(path: &DiskPath) -> Result<(u64, ContentHash), PublishError> {
    let failed = |source| PublishError::file("read", path, source);
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = ContentHasher::new();
    let mut length = 0;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => return Ok((length, hasher.finish())),
            read => {
                hasher.update(&buffer[..read]);
                length += read as u64;
            }
        }
    }
}
