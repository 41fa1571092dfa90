//! Files that are made for a release, on their way into a store that is no local disk.
//!
//! A small file is put whole. A large one is uploaded in parts, and S3 can complete such
//! an upload create-only for a copy alone. So the parts go to a name that nobody else
//! has, and the object is then copied within the store into its place, create-only.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use botnia_model::hash::ContentHasher;
use botnia_model::{FileEntry, ReleaseNumber};
use bytes::Bytes;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt};

use crate::PublishError;
use crate::commit::{check_content, unique_name};
use crate::releases::{Releases, UPLOADS, in_background, release_key};

/// Bytes up to which a file is put whole.
const WHOLE: u64 = 16 * 1024 * 1024;
/// Bytes of a part. Every part but the last must have at least 5 MiB, and there may be
/// 10,000 of them: more than what may be copied at once (5 GiB).
const PART: u64 = 8 * 1024 * 1024;

impl Releases {
    /// Creates a file of a release from the one at `path` on this machine, which is checked
    /// against its entry on the way. At most [`WHOLE`] bytes of it are in memory.
    pub(crate) async fn upload(
        &self,
        file: &FileEntry,
        path: PathBuf,
        release: ReleaseNumber,
    ) -> Result<(), PublishError> {
        if file.bytes > WHOLE {
            return self.upload_in_parts(file, path, release).await;
        }
        let expected = file.clone();
        let bytes = in_background("reading a file to publish", move || {
            let bytes =
                std::fs::read(&path).map_err(|source| PublishError::file("read", path, source))?;
            check_content(&expected, &bytes)?;
            Ok(Bytes::from(bytes))
        })
        .await?;
        self.create_same(release, &file.path, bytes).await
    }

    async fn upload_in_parts(
        &self,
        file: &FileEntry,
        path: PathBuf,
        release: ReleaseNumber,
    ) -> Result<(), PublishError> {
        let to = release_key(release, &file.path)?;
        let from = Path::from(format!("{UPLOADS}/{}", unique_name()));
        let failed = |source| PublishError::store("upload", &to, source);
        let mut upload = self.store.put_multipart(&from).await.map_err(failed)?;
        if let Err(error) = put_parts(&mut *upload, file, &to, path).await {
            if let Err(error) = upload.abort().await {
                tracing::warn!(%error, object = %to, "Parts of a broken-off upload stay in the store until its lifecycle rule removes them");
            }
            return Err(error);
        }
        let copied = match upload.complete().await {
            Ok(_) => self.store.copy_if_not_exists(&from, &to).await,
            Err(source) => Err(source),
        };
        if let Err(error) = self.store.delete(&from).await {
            tracing::warn!(%error, object = %from, "A copy that is not needed any more stays until the next run");
        }
        match copied {
            Ok(()) => Ok(()),
            Err(object_store::Error::AlreadyExists { .. }) => {
                self.check_same(release, &file.path, file.sha256).await
            }
            Err(source) => Err(failed(source)),
        }
    }
}

/// Puts the file part by part. It has to be the one that the manifest lists.
async fn put_parts(
    upload: &mut dyn MultipartUpload,
    file: &FileEntry,
    to: &Path,
    path: PathBuf,
) -> Result<(), PublishError> {
    let opened = File::open(&path).map_err(|source| PublishError::file("open", &path, source))?;
    let mut reading = (opened, ContentHasher::new());
    let mut length = 0;
    loop {
        let (mut source, mut hasher) = reading;
        let part_of = path.clone();
        let (part, read_on) = in_background("reading a file to publish", move || {
            let mut part = Vec::new();
            source
                .by_ref()
                .take(PART)
                .read_to_end(&mut part)
                .map_err(|source| PublishError::file("read", part_of, source))?;
            hasher.update(&part);
            Ok((Bytes::from(part), (source, hasher)))
        })
        .await?;
        reading = read_on;
        if part.is_empty() {
            break;
        }
        length += part.len() as u64;
        let put = upload.put_part(part.into()).await;
        put.map_err(|source| PublishError::store("upload", to, source))?;
    }
    if length == file.bytes && reading.1.finish() == file.sha256 {
        Ok(())
    } else {
        Err(PublishError::FileChanged {
            path: file.path.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use botnia_model::ContentHash;
    use object_store::ObjectStore;
    use object_store::memory::InMemory;

    use super::*;
    use crate::faulty_store::{Failure, Faults, FaultyStore};

    const RELEASE: ReleaseNumber = ReleaseNumber::FIRST;

    /// A file that takes three parts, the last of them short.
    fn large() -> (tempfile::NamedTempFile, FileEntry, Vec<u8>) {
        let content: Vec<u8> = (0..WHOLE + 5).map(|at| (at / 1000 % 251) as u8).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file.as_file(), &content).unwrap();
        let entry = FileEntry {
            path: "large.parquet".to_owned(),
            sha256: ContentHash::of(&content),
            bytes: content.len() as u64,
            rows: None,
            content_hash: None,
            release: RELEASE,
        };
        (file, entry, content)
    }

    async fn objects(store: &Arc<dyn ObjectStore>) -> Vec<String> {
        use futures::TryStreamExt as _;
        let objects: Vec<_> = store.list(None).try_collect().await.unwrap();
        let names = objects.iter().map(|object| object.location.to_string());
        names.collect()
    }

    const PLACE: &str = "published/releases/000001/large.parquet";

    #[tokio::test]
    async fn a_large_file_arrives_whole_and_leaves_nothing_beside_it() {
        let (file, entry, content) = large();
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let releases = Releases::new(Arc::clone(&store), None);
        let upload = || releases.upload(&entry, file.path().to_owned(), RELEASE);
        upload().await.unwrap();
        assert_eq!(objects(&store).await, [PLACE]);
        assert!(releases.read_file(RELEASE, &entry.path).await.unwrap() == content);
        // The answer may have been lost: doing it again changes nothing.
        upload().await.unwrap();
        assert_eq!(objects(&store).await, [PLACE]);
        // It is read back in parts, and as a file.
        let range = WHOLE - 3..WHOLE + 5;
        let part = releases
            .read_range(RELEASE, &entry.path, range.clone())
            .await;
        let start = usize::try_from(range.start).unwrap();
        assert!(part.unwrap() == content[start..]);
        let beyond = releases
            .read_range(RELEASE, &entry.path, 0..WHOLE + 6)
            .await;
        assert!(
            matches!(beyond, Err(PublishError::EndsEarly { .. })),
            "{beyond:?}"
        );
        assert_eq!(
            releases.length(RELEASE, &entry.path).await.unwrap(),
            entry.bytes
        );
        let mut copied = Vec::new();
        let mut copy = releases.open_file(RELEASE, &entry.path).await.unwrap();
        copy.read_to_end(&mut copied).unwrap();
        assert!(copied == content);
    }

    #[tokio::test]
    async fn a_large_file_takes_no_place_that_is_taken() {
        let (file, entry, _) = large();
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        store.put(&Path::from(PLACE), "other".into()).await.unwrap();
        let releases = Releases::new(Arc::clone(&store), None);
        let refused = releases
            .upload(&entry, file.path().to_owned(), RELEASE)
            .await;
        assert!(
            matches!(refused, Err(PublishError::NumberClaimed { .. })),
            "{refused:?}"
        );
        assert_eq!(objects(&store).await, [PLACE]);
        let there = store.get(&Path::from(PLACE)).await.unwrap();
        assert_eq!(there.bytes().await.unwrap(), "other");
    }

    #[tokio::test]
    async fn a_large_file_that_changed_is_not_published() {
        let (file, mut entry, _) = large();
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        entry.sha256 = ContentHash::of(b"as hashed");
        let releases = Releases::new(Arc::clone(&store), None);
        let refused = releases
            .upload(&entry, file.path().to_owned(), RELEASE)
            .await;
        assert!(
            matches!(refused, Err(PublishError::FileChanged { .. })),
            "{refused:?}"
        );
        assert!(objects(&store).await.is_empty());
    }

    #[tokio::test]
    async fn what_a_stopped_upload_left_is_removed_by_the_next_run() {
        let (file, entry, _) = large();
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        // The upload itself is the first operation, the copy the second.
        let stopped = FaultyStore::new(
            Arc::clone(&store),
            Faults {
                at: 2,
                failure: Failure::Before,
                for_good: true,
                ..Faults::NONE
            },
        );
        let releases = Releases::new(Arc::new(stopped), None);
        let upload = releases.upload(&entry, file.path().to_owned(), RELEASE);
        assert!(matches!(upload.await, Err(PublishError::Store { .. })));
        assert_eq!(objects(&store).await.len(), 1);
        let releases = Releases::new(Arc::clone(&store), None);
        assert_eq!(releases.clean_uncommitted().await.unwrap(), 1);
        assert!(objects(&store).await.is_empty());
    }
}
