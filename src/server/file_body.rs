//! The bytes of a file on their way to a reader: a piece at a time, as fast as it reads.
//!
//! A file on a disk is opened anew for each piece, one in an object store asked for each
//! piece by its range. A reader that is slow then holds a connection and one piece, and no
//! open file: a thousand of them do not use up the process's files.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use axum::body::Body;
use botnia_model::ReleaseNumber;
use botnia_publish::Releases;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;

/// Bytes that are read at once from a disk.
const DISK_PIECE: u64 = 64 * 1024;

/// Bytes that are read at once from an object store, where every request takes its time.
const STORE_PIECE: u64 = 1024 * 1024;

/// Where a file of a release is kept.
pub(super) enum StoredFile {
    /// At this path.
    OnDisk(PathBuf),
    /// In an object store.
    InStore {
        releases: Releases,
        release: ReleaseNumber,
        path: String,
    },
}

/// What is still to be sent.
struct Remaining {
    file: StoredFile,
    position: u64,
    end: u64,
    encoder: Option<Encoder>,
}

struct Encoder {
    gzip: GzEncoder<Vec<u8>>,
    _permit: OwnedSemaphorePermit,
}

/// The bytes of a file from `start` up to but without `end`.
pub(super) fn plain(file: StoredFile, start: u64, end: u64) -> Body {
    body(Remaining {
        file,
        position: start,
        end,
        encoder: None,
    })
}

/// The first `end` bytes of a file, compressed. `permit` is held until the last of them is
/// sent.
pub(super) fn gzipped(file: StoredFile, end: u64, permit: OwnedSemaphorePermit) -> Body {
    body(Remaining {
        file,
        position: 0,
        end,
        encoder: Some(Encoder {
            gzip: GzEncoder::new(Vec::new(), Compression::default()),
            _permit: permit,
        }),
    })
}

fn body(remaining: Remaining) -> Body {
    Body::from_stream(stream::try_unfold(Some(remaining), |remaining| async {
        match remaining {
            Some(remaining) => remaining.next().await,
            None => Ok(None),
        }
    }))
}

impl Remaining {
    /// The next piece, and what remains after it.
    async fn next(mut self) -> io::Result<Option<(Bytes, Option<Self>)>> {
        while self.position < self.end {
            let piece = self.file.read(self.position, self.end).await?;
            self.position += piece.len() as u64;
            let Some(mut encoder) = self.encoder.take() else {
                return Ok(Some((piece, Some(self))));
            };
            let compressing = spawn_blocking(move || {
                encoder.gzip.write_all(&piece)?;
                let compressed = std::mem::take(encoder.gzip.get_mut());
                Ok::<_, io::Error>((compressed, encoder))
            });
            let (compressed, encoder) = compressing.await.map_err(io::Error::other)??;
            self.encoder = Some(encoder);
            if !compressed.is_empty() {
                return Ok(Some((compressed.into(), Some(self))));
            }
        }
        match self.encoder {
            Some(encoder) => Ok(Some((encoder.gzip.finish()?.into(), None))),
            None => Ok(None),
        }
    }
}

impl StoredFile {
    /// A piece from `start` on, not beyond `end`.
    async fn read(&self, start: u64, end: u64) -> io::Result<Bytes> {
        match self {
            Self::OnDisk(path) => {
                let (path, length) = (path.clone(), DISK_PIECE.min(end - start));
                spawn_blocking(move || read_from_disk(&path, start, length))
                    .await
                    .map_err(io::Error::other)?
            }
            Self::InStore {
                releases,
                release,
                path,
            } => {
                let range = start..end.min(start + STORE_PIECE);
                let read = releases.read_range(*release, path, range).await;
                read.map_err(io::Error::other)
            }
        }
    }
}

fn read_from_disk(path: &Path, start: u64, length: u64) -> io::Result<Bytes> {
    let mut piece = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut piece)?;
    Ok(piece.into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;
    use object_store::path::Path as Key;
    use object_store::{ObjectStore, ObjectStoreExt as _};
    use tokio::sync::Semaphore;

    use super::*;

    const KEY: &str = "published/releases/000001/large.parquet";

    /// Three pieces of an object store, the last of them short.
    fn content() -> Vec<u8> {
        (0..2 * STORE_PIECE + 7)
            .map(|at| (at / 1000 % 251) as u8)
            .collect()
    }

    async fn stored() -> (Arc<dyn ObjectStore>, StoredFile) {
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        store.put(&Key::from(KEY), content().into()).await.unwrap();
        let file = StoredFile::InStore {
            releases: Releases::new(Arc::clone(&store), None),
            release: ReleaseNumber::FIRST,
            path: "large.parquet".to_owned(),
        };
        (store, file)
    }

    #[tokio::test]
    async fn a_file_of_an_object_store_comes_in_pieces() {
        let (_store, file) = stored().await;
        let (start, end) = (STORE_PIECE - 3, 2 * STORE_PIECE + 5);
        let sent = axum::body::to_bytes(plain(file, start, end), usize::MAX);
        let part = usize::try_from(start).unwrap()..usize::try_from(end).unwrap();
        assert!(sent.await.unwrap() == content()[part]);
    }

    #[tokio::test]
    async fn a_file_of_an_object_store_is_compressed_on_the_way() {
        let (_store, file) = stored().await;
        let content = content();
        let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let body = gzipped(file, content.len() as u64, permit);
        let sent = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        assert!(sent.len() < content.len());
        let mut read = Vec::new();
        flate2::read::GzDecoder::new(&sent[..])
            .read_to_end(&mut read)
            .unwrap();
        assert!(read == content);
    }

    #[tokio::test]
    async fn a_file_that_grew_short_breaks_the_answer_off() {
        let (store, file) = stored().await;
        let length = content().len() as u64;
        store.put(&Key::from(KEY), "short".into()).await.unwrap();
        let sent = axum::body::to_bytes(plain(file, 0, length), usize::MAX).await;
        assert!(sent.is_err());
    }
}
