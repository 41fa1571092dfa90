//! `latest`: a symlink on a local disk, `latest.json` on any other store.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path as DiskPath, PathBuf};

use botnia_model::ReleaseNumber;
use object_store::ObjectStoreExt;
use object_store::path::Path;

use crate::PublishError;
use crate::manifest::to_json;
use crate::releases::{Releases, in_background};

const LATEST_OBJECT: &str = "published/latest.json";
const LATEST_LINK: &str = "published/latest";
/// Where the next symlink is made before it takes the place of the last.
const NEXT_LINK: &str = "published/.latest-next";

impl Releases {
    /// Points `latest` at the newest release of the log, whichever that is: a publisher
    /// that was slow must not move it back.
    pub(crate) async fn point_latest(&self) -> Result<(), PublishError> {
        let Some(newest) = self.newest_record().await? else {
            return Ok(());
        };
        if let Some(root) = self.local_root.clone() {
            return in_background("moving `latest`", move || swap_link(&root, newest.release))
                .await;
        }
        let bytes = to_json("latest.json", &newest)?;
        let key = Path::from(LATEST_OBJECT);
        match self.store.put(&key, bytes.into()).await {
            Ok(_) => Ok(()),
            Err(source) => Err(PublishError::store("write", &key, source)),
        }
    }

    /// The release that `latest` points at, if it exists and points at one.
    ///
    /// # Errors
    /// [`PublishError::Store`].
    pub async fn pointed_at(&self) -> Result<Option<ReleaseNumber>, PublishError> {
        if let Some(root) = &self.local_root {
            return Ok(std::fs::read_link(root.join(LATEST_LINK))
                .ok()
                .and_then(|target| target.file_name()?.to_str()?.parse().ok()));
        }
        match self.read(&Path::from(LATEST_OBJECT)).await {
            Ok(bytes) => Ok(serde_json::from_slice::<botnia_model::CommitRecord>(&bytes)
                .ok()
                .map(|record| record.release)),
            Err(PublishError::Store {
                source: object_store::Error::NotFound { .. },
                ..
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Swaps the symlink in one step: a reader finds the old target or the new one.
fn swap_link(root: &DiskPath, release: ReleaseNumber) -> Result<(), PublishError> {
    let link = root.join(LATEST_LINK);
    let target = PathBuf::from("releases").join(release.folder());
    if std::fs::read_link(&link).is_ok_and(|present| present == target) {
        return Ok(());
    }
    remove_next_link(root)?;
    let next = root.join(NEXT_LINK);
    std::os::unix::fs::symlink(&target, &next)
        .map_err(|source| PublishError::file("create", &next, source))?;
    std::fs::rename(&next, &link).map_err(|source| PublishError::file("replace", &link, source))?;
    sync_folder(&root.join("published"))
}

/// Removes what a swap that was broken off left behind.
pub(crate) fn remove_next_link(root: &DiskPath) -> Result<(), PublishError> {
    let next = root.join(NEXT_LINK);
    match std::fs::remove_file(&next) {
        Err(source) if source.kind() != ErrorKind::NotFound => {
            Err(PublishError::file("remove", next, source))
        }
        _ => Ok(()),
    }
}

/// Makes the entries of a folder durable.
pub(crate) fn sync_folder(folder: &DiskPath) -> Result<(), PublishError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| PublishError::file("sync", folder, source))
}
