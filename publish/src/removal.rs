//! What may be taken away: the folders of old releases, and files of writers that are gone.
//!
//! A commit record is never removed: its number stays taken. A release whose manifest is
//! not there any more was removed; the manifest goes first, so that what is left of a
//! removal that was cut short is no release for anybody.

use std::path::{Path as DiskPath, PathBuf};

use botnia_model::ReleaseNumber;
use jiff::Timestamp;
use object_store::ObjectStoreExt;

use crate::PublishError;
use crate::clean::{files_below, is_temporary};
use crate::manifest::MANIFEST;
use crate::releases::{LOG, Releases, SCRATCH, in_background, release_key};

/// Where temporary files of writers lie, beside the scratch folders.
const WRITTEN_TO: [&str; 6] = [
    "raw",
    "normalised",
    "quarantine",
    LOG,
    "published/_events",
    PROBES,
];
const PROBES: &str = "published/_probe";

/// A file that a writer left who is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abandoned {
    /// Its path below the data folder.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
}

impl Releases {
    /// The committed releases, but for the newest `keep`, of which any file is there.
    ///
    /// # Errors
    /// [`PublishError::Store`].
    pub async fn older_than_newest(&self, keep: usize) -> Result<Vec<ReleaseNumber>, PublishError> {
        let committed = self.committed().await?;
        let older = committed.len().saturating_sub(keep);
        let mut folders = self.release_folders().await?;
        folders.retain(|folder| committed.iter().take(older).any(|number| number == folder));
        folders.sort_unstable();
        Ok(folders)
    }

    /// Removes every file of a release; its commit record stays. Returns how many went.
    ///
    /// # Errors
    /// [`PublishError::Store`], [`PublishError::File`]: called again, it goes on.
    pub async fn remove(&self, release: ReleaseNumber) -> Result<u64, PublishError> {
        let manifest = release_key(release, MANIFEST)?;
        let removed = match self.store.delete(&manifest).await {
            Ok(()) => 1,
            Err(object_store::Error::NotFound { .. }) => 0,
            Err(source) => return Err(PublishError::store("delete", &manifest, source)),
        };
        Ok(removed + self.remove_release(release).await?)
    }

    /// Files of writers that are gone, last written before `before`: temporary files, and
    /// scratch folders in which nothing is younger. Only a local disk has such.
    ///
    /// # Errors
    /// [`PublishError::File`].
    pub async fn abandoned(&self, before: Timestamp) -> Result<Vec<Abandoned>, PublishError> {
        let Some(root) = self.local_root.clone() else {
            return Ok(Vec::new());
        };
        in_background("looking for leftovers", move || abandoned(&root, before)).await
    }

    /// Removes what [`abandoned`](Self::abandoned) found.
    ///
    /// # Errors
    /// [`PublishError::File`].
    pub async fn remove_abandoned(&self, found: Vec<Abandoned>) -> Result<(), PublishError> {
        let Some(root) = self.local_root.clone() else {
            return Ok(());
        };
        in_background("removing leftovers", move || {
            for leftover in found {
                let path = root.join(leftover.path);
                std::fs::remove_file(&path)
                    .map_err(|source| PublishError::file("remove", &path, source))?;
                // Folders of the scratch go with their last file; others are not empty.
                let folders = path.ancestors().skip(1);
                for folder in folders.take_while(|folder| folder.starts_with(root.join(SCRATCH))) {
                    if std::fs::remove_dir(folder).is_err() {
                        break;
                    }
                }
            }
            Ok(())
        })
        .await
    }
}

fn abandoned(root: &DiskPath, before: Timestamp) -> Result<Vec<Abandoned>, PublishError> {
    let mut found = Vec::new();
    for folder in WRITTEN_TO {
        for file in files_below(&root.join(folder))? {
            if is_temporary(&file) || folder == PROBES {
                found.extend(older(root, &file, before)?);
            }
        }
    }
    for scratch in folders_in(&root.join(SCRATCH))? {
        let files = files_below(&scratch)?;
        let mut left = Vec::new();
        for file in &files {
            left.extend(older(root, file, before)?);
        }
        // A folder that a release is being made in has younger files.
        if left.len() == files.len() {
            found.extend(left);
        }
    }
    found.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(found)
}

/// The file, if it was last written before then and is still there.
fn older(
    root: &DiskPath,
    file: &DiskPath,
    before: Timestamp,
) -> Result<Option<Abandoned>, PublishError> {
    let failed = |source| PublishError::file("look at", file, source);
    let about = match std::fs::symlink_metadata(file) {
        Ok(about) => about,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(failed(source)),
    };
    let written = about.modified().map_err(failed)?;
    // A date that no timestamp can hold is not an old one.
    let is_older = Timestamp::try_from(written).is_ok_and(|written| written < before);
    Ok(is_older.then(|| Abandoned {
        path: file.strip_prefix(root).unwrap_or(file).to_owned(),
        bytes: about.len(),
    }))
}

fn folders_in(folder: &DiskPath) -> Result<Vec<PathBuf>, PublishError> {
    let failed = |source| PublishError::file("list", folder, source);
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_dir() {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}
