//! Cleaning at start: what a stopped run left behind is removed, `latest` is set right.

use std::path::{Path as DiskPath, PathBuf};

use botnia_model::ReleaseNumber;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::PublishError;
use crate::announcement::EVENTS;
use crate::latest::remove_next_link;
use crate::releases::{LOG, RELEASES, Releases, SCRATCH, UPLOADS, folder_key, in_background};

impl Releases {
    /// [`clean_release`](Self::clean_release), and removes the temporary files of every
    /// other writer. To be run at the start, while nobody else works on the data folder.
    ///
    /// # Errors
    /// As [`clean_release`](Self::clean_release).
    pub async fn clean_uncommitted(&self) -> Result<u64, PublishError> {
        let mut removed = self.clean_release().await?;
        if let Some(root) = self.local_root.clone() {
            let folders = ["raw", "normalised", "quarantine"];
            let removing = move || remove_temporary(&root, &folders);
            removed += in_background("removing leftovers", removing).await?;
        }
        Ok(removed)
    }

    /// Removes what was never committed (the folder of the next release, the scratch
    /// folders, the temporary files of the log and the announcements) and points `latest` at the newest release.
    /// Returns how many files went. To be run by the holder of the lease on releasing: a
    /// release that is being written looks like one that was left.
    ///
    /// # Errors
    /// [`PublishError::LogDamaged`], before anything is removed, when a release folder
    /// other than the next one has no record, or `latest` points beyond the log: then
    /// records were lost, and what looks like a leftover may be a release.
    pub async fn clean_release(&self) -> Result<u64, PublishError> {
        // Folders before records: one that is committed in between is kept.
        let folders = self.release_folders().await?;
        let pointed_at = self.pointed_at().await?;
        let committed = self.committed().await?;
        let newest = committed.last().copied();
        let next = newest.map_or(ReleaseNumber::FIRST, ReleaseNumber::next);
        let damaged = |object: String| PublishError::LogDamaged { object, newest };
        if pointed_at > newest {
            return Err(damaged("the release that `latest` points at".to_owned()));
        }
        let mut leftover = None;
        for folder in folders {
            if folder == next {
                leftover = Some(folder);
            } else if !committed.contains(&folder) {
                return Err(damaged(folder_key(folder).to_string()));
            }
        }
        let mut removed = 0;
        if let Some(leftover) = leftover {
            removed += self.remove_release(leftover).await?;
        }
        if let Some(root) = self.local_root.clone() {
            let removing = move || {
                let removed = remove_tree(&root.join(SCRATCH))?;
                remove_next_link(&root)?;
                Ok(removed + remove_temporary(&root, &[LOG, EVENTS, "published/_probe"])?)
            };
            removed += in_background("removing leftovers", removing).await?;
        } else {
            removed += self.remove_objects(&Path::from(UPLOADS)).await?;
        }
        self.point_latest().await?;
        if removed > 0 {
            tracing::info!(removed, "Removed files that a stopped run left behind");
        }
        Ok(removed)
    }

    pub(crate) async fn release_folders(&self) -> Result<Vec<ReleaseNumber>, PublishError> {
        let listed = self
            .store
            .list_with_delimiter(Some(&Path::from(RELEASES)))
            .await;
        let folders = match listed {
            Ok(listed) => listed.common_prefixes,
            Err(object_store::Error::NotFound { .. }) => Vec::new(),
            Err(source) => return Err(PublishError::store("list", RELEASES, source)),
        };
        Ok(folders
            .iter()
            .filter_map(|folder| {
                let release: ReleaseNumber = folder.filename()?.parse().ok()?;
                (folder.filename() == Some(release.folder().as_str())).then_some(release)
            })
            .collect())
    }

    pub(crate) async fn remove_release(&self, release: ReleaseNumber) -> Result<u64, PublishError> {
        let folder = folder_key(release);
        if let Some(root) = &self.local_root {
            let path = root.join(folder.as_ref());
            return in_background("removing a release", move || remove_tree(&path)).await;
        }
        self.remove_objects(&folder).await
    }

    /// Every object below a prefix. Returns how many there were.
    async fn remove_objects(&self, prefix: &Path) -> Result<u64, PublishError> {
        let locations: Vec<Path> = self
            .store
            .list(Some(prefix))
            .map_ok(|object| object.location)
            .try_collect()
            .await
            .map_err(|source| PublishError::store("list", prefix, source))?;
        for location in &locations {
            self.store
                .delete(location)
                .await
                .map_err(|source| PublishError::store("delete", location, source))?;
        }
        Ok(locations.len() as u64)
    }
}

/// The scratch folders, and the temporary files of writes that were broken off. Committed
/// releases are not searched: none of their files is written after the record.
fn remove_temporary(root: &DiskPath, folders: &[&str]) -> Result<u64, PublishError> {
    let mut removed = 0;
    for folder in folders {
        let folder = root.join(folder);
        for file in files_below(&folder)? {
            if is_temporary(&file) {
                std::fs::remove_file(&file)
                    .map_err(|source| PublishError::file("remove", file, source))?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

/// A folder with everything in it. Returns how many files it had; none if it is not there.
fn remove_tree(folder: &DiskPath) -> Result<u64, PublishError> {
    let files = files_below(folder)?.len() as u64;
    match std::fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(PublishError::file("remove", folder, source))
        }
        _ => Ok(files),
    }
}

/// Every file below a folder, links not followed.
pub(crate) fn files_below(folder: &DiskPath) -> Result<Vec<PathBuf>, PublishError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |source| PublishError::file("list", &folder, source);
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => continue,
            Err(source) => return Err(failed(source)),
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            if entry.file_type().map_err(failed)?.is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    Ok(files)
}

/// `name#1`: how the local store calls a file until it is whole. No key can end so.
pub(crate) fn is_temporary(file: &DiskPath) -> bool {
    file.file_name()
        .and_then(|name| name.to_str()?.rsplit_once('#'))
        .is_some_and(|(_, number)| {
            !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
        })
}
