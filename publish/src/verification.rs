//! Whether the files of a release are still those that were published.

use std::collections::BTreeSet;
use std::io;
use std::num::NonZero;

use botnia_model::hash::ContentHasher;
use botnia_model::{CommitRecord, ContentHash, Manifest, ReleaseNumber};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::PublishError;
use crate::commit::hash_file;
use crate::manifest::{CHECKSUMS, MANIFEST, checksums};
use crate::releases::{Releases, folder_key, in_background, release_key};

/// A published file that is not what its manifest says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// It is gone.
    #[error("is not there any more")]
    Missing,
    /// It has other bytes.
    #[error(
        "was changed after it was published: its hash is {found}, the manifest says {expected}"
    )]
    Changed {
        /// According to the manifest.
        expected: ContentHash,
        /// According to the bytes.
        found: ContentHash,
    },
    /// Nobody published it.
    #[error("stands in the release's folder, but not in its manifest")]
    Unlisted,
}

impl Releases {
    /// Compares every file in the folder of a release with its manifest: the faults by path.
    /// `seen` is called after each file.
    ///
    /// # Errors
    /// The store fails. What is missing or changed is no error: it is among the faults.
    pub async fn check_files(
        &self,
        record: &CommitRecord,
        manifest: &Manifest,
        seen: &(dyn Fn() + Send + Sync),
    ) -> Result<Vec<(String, FileFault)>, PublishError> {
        let release = record.release;
        let sums = checksums(manifest, record.manifest);
        let listed: Vec<(String, ContentHash)> = manifest
            .files
            .iter()
            .map(|file| (file.path.clone(), file.sha256))
            .chain([(CHECKSUMS.to_owned(), ContentHash::of(sums.as_bytes()))])
            .collect();
        let mut known: BTreeSet<&str> = listed.iter().map(|(path, _)| path.as_str()).collect();
        known.insert(MANIFEST);
        let parallelism = std::thread::available_parallelism().map_or(1, NonZero::get);
        let mut faults = Vec::new();
        let mut hashes = stream::iter(listed.clone())
            .map(|(path, expected)| async move {
                let found = self.hash_of(release, &path).await?;
                Ok::<_, PublishError>((path, expected, found))
            })
            .buffered(parallelism);
        while let Some((path, expected, found)) = hashes.try_next().await? {
            seen();
            match found {
                None => faults.push((path, FileFault::Missing)),
                Some(found) if found != expected => {
                    faults.push((path, FileFault::Changed { expected, found }));
                }
                Some(_) => {}
            }
        }
        drop(hashes);
        let folder = folder_key(release);
        let mut objects = self.store.list(Some(&folder));
        let failed = |source| PublishError::store("list", &folder, source);
        while let Some(object) = objects.try_next().await.map_err(failed)? {
            let key = object.location.as_ref();
            let within = key.strip_prefix(folder.as_ref());
            let Some(path) = within.and_then(|rest| rest.strip_prefix('/')) else {
                continue;
            };
            if !known.contains(path) {
                faults.push((path.to_owned(), FileFault::Unlisted));
            }
        }
        faults.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(faults)
    }

    /// The hash of a file of a release as it is now; `None` where it is not there.
    ///
    /// # Errors
    /// [`PublishError::InvalidPath`] for a path that would leave the release; failures to
    /// read.
    pub async fn hash_of(
        &self,
        release: ReleaseNumber,
        path: &str,
    ) -> Result<Option<ContentHash>, PublishError> {
        let key = release_key(release, path)?;
        if let Some(file) = self.local_path(release, path) {
            let hashing = in_background("checking a published file", move || hash_file(&file));
            return match hashing.await {
                Ok((_, hash)) => Ok(Some(hash)),
                Err(PublishError::File { source, .. })
                    if source.kind() == io::ErrorKind::NotFound =>
                {
                    Ok(None)
                }
                Err(error) => Err(error),
            };
        }
        match self.hash_in_store(&key).await {
            Ok(hash) => Ok(Some(hash)),
            Err(PublishError::Store {
                source: object_store::Error::NotFound { .. },
                ..
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The hash of an object, as the store has it now.
    pub(crate) async fn hash_in_store(&self, key: &Path) -> Result<ContentHash, PublishError> {
        let failed = |source| PublishError::store("read", key, source);
        let object = self.store.get(key).await.map_err(failed)?;
        let hashing =
            object
                .into_stream()
                .try_fold(ContentHasher::new(), |mut hasher, bytes| async move {
                    hasher.update(&bytes);
                    Ok(hasher)
                });
        Ok(hashing.await.map_err(failed)?.finish())
    }
}

#[cfg(test)]
mod tests;
