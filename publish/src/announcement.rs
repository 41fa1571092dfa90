//! Announcements: that a release was committed, said to whoever watches the store, as a
//! `CloudEvents` 1.0 document.
//!
//! `published/_events/00000000000000000007.json` appears once per release, after its
//! commit. A watcher of the folder, or the notifications of an object store, need nothing
//! else; an announcement that is made twice is the same object.

use botnia_model::{CommitRecord, ContentHash, ReleaseNumber};
use bytes::Bytes;
use jiff::Timestamp;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use crate::PublishError;
use crate::manifest::to_json;
use crate::releases::{Created, Releases};

/// Where announcements stand.
pub(crate) const EVENTS: &str = "published/_events";

/// A `CloudEvents` 1.0 event in the JSON format: a release was committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// `1.0`
    pub specversion: String,
    /// The same for the same release, however often it is sent: the hash of its manifest.
    pub id: ContentHash,
    /// `urn:botnia`
    pub source: String,
    /// `fi.botnia.release.committed.v1`
    #[serde(rename = "type")]
    pub kind: String,
    /// The folder of the release below `published`: `releases/000007`.
    pub subject: String,
    /// The moment of the release.
    pub time: Timestamp,
    /// `application/json`
    pub datacontenttype: String,
    /// What was committed.
    pub data: AnnouncedRelease,
}

/// The release of an [`Announcement`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncedRelease {
    /// Its number.
    pub release: ReleaseNumber,
    /// The hash of its manifest.
    pub manifest: ContentHash,
    /// The hash of the manifest before it; none for the first.
    pub parent: Option<ContentHash>,
}

/// The announcement of a committed release.
pub fn release_committed(record: &CommitRecord) -> Announcement {
    Announcement {
        specversion: "1.0".to_owned(),
        id: record.manifest,
        source: "urn:botnia".to_owned(),
        kind: "fi.botnia.release.committed.v1".to_owned(),
        subject: format!("releases/{}", record.release.folder()),
        time: record.released_at,
        datacontenttype: "application/json".to_owned(),
        data: AnnouncedRelease {
            release: record.release,
            manifest: record.manifest,
            parent: record.parent,
        },
    }
}

impl Releases {
    /// Puts an announcement where watchers see it. The same release again is left as it
    /// stands.
    pub async fn announce(&self, announcement: &Announcement) -> Result<(), PublishError> {
        let key = Path::from(format!("{EVENTS}/{}", announcement.data.release.record()));
        let bytes = Bytes::from(to_json("announcement", announcement)?);
        match self.create(&key, bytes).await? {
            Created::New | Created::Exists => Ok(()),
        }
    }
}
