//! The archive: every answer's exact bytes, once, named by their hash; and the record of
//! how each came.
//!
//! ```text
//! raw/sha256/ab/<hash>.zst                                           the bytes
//! raw/index/<source>/<YYYY-MM-DD>/<HHMMSSmmm>-<role>-<indicator>-<hash12>.json
//! raw/index/<source>/<YYYY-MM-DD>/<sweep>.jsonl.zst                  a sweep's answers
//! ```
//!
//! Everything is created once and never overwritten, bytes before the record that names
//! them: a process killed between the two leaves bytes that nothing refers to, and the
//! next run finds them already there. Days and times are UTC.

mod check;

use std::io::{self, Read};
use std::sync::Arc;

use botnia_model::{ContentHash, Snapshot, SourceId, SweepId};
use bytes::Bytes;
use jiff::civil::DateTime;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode};
use tokio::task::{JoinError, spawn_blocking};

use crate::Answer;

pub use check::{ArchiveCheck, ArchiveFault};

/// zstd's own default: on statistics in JSON, more takes longer and gains little.
const LEVEL: i32 = 3;
/// Bytes of the largest body the archive takes or gives back.
const LARGEST: u64 = 256 << 20;

/// What [`Archive::keep`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Other bytes than before, or the first: there is a new index record.
    Archived,
    /// The same bytes as before.
    Unchanged,
}

/// An archive that could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The store did not take an object.
    #[error("write `{path}` to the archive")]
    Write {
        /// The object.
        path: String,
        /// The store's account.
        source: object_store::Error,
    },
    /// The store did not give an object.
    #[error("read `{path}` from the archive")]
    Read {
        /// The object.
        path: String,
        /// The store's account.
        source: object_store::Error,
    },
    /// The archive does not have these bytes.
    #[error(
        "read `{path}` from the archive: it is not there; \
         hint: restore it from a backup, or fetch again with `botnia run --full`"
    )]
    Missing {
        /// The object.
        path: String,
    },
    /// The bytes under a hash do not have that hash.
    #[error(
        "read `{path}` from the archive: its bytes have the hash {found}; \
         hint: the storage has damaged it: move the file away and restore it from a backup, \
         or fetch again with `botnia run --full`"
    )]
    Damaged {
        /// The object.
        path: String,
        /// What its bytes hash to.
        found: ContentHash,
    },
    /// The bytes under a hash are not compressed as they were written.
    #[error(
        "read `{path}` from the archive: it cannot be decompressed; \
         hint: the storage has damaged it: move the file away and restore it from a backup, \
         or fetch again with `botnia run --full`"
    )]
    Undecodable {
        /// The object.
        path: String,
        /// Where decompression stopped.
        source: io::Error,
    },
    /// An answer whose snapshot carries the hash of other bytes.
    #[error("keep `{path}` in the archive: the bytes have the hash {found}")]
    Mislabelled {
        /// The object it would have become.
        path: String,
        /// What its bytes hash to.
        found: ContentHash,
    },
    /// A body beyond what the archive takes and gives.
    #[error("`{path}` of the archive is larger than {largest} bytes")]
    TooLarge {
        /// The object.
        path: String,
        /// The most it takes.
        largest: u64,
    },
    /// An object could not be compressed.
    #[error("compress `{path}` for the archive")]
    Compress {
        /// The object.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A record could not be written as JSON.
    #[error("write the record `{path}` as JSON")]
    Record {
        /// The object.
        path: String,
        /// Why.
        source: serde_json::Error,
    },
    /// A record is no record.
    #[error("read the record `{path}`; hint: the storage has damaged it: restore it from a backup")]
    Unreadable {
        /// The object.
        path: String,
        /// Where it is wrong.
        source: serde_json::Error,
    },
    /// The work on an object was given up because the process is ending.
    #[error("work on `{path}` of the archive")]
    Interrupted {
        /// The object.
        path: String,
        /// What ended it.
        source: JoinError,
    },
    /// A sweep's id does not tell its moment and source.
    #[error("record the sweep `{sweep}`: its id is not `<YYYYMMDD>T<HHMMSS>Z-<source>`")]
    SweepId {
        /// The id.
        sweep: SweepId,
    },
}

/// The archive in one object store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Archive {
    store: Arc<dyn ObjectStore>,
    largest: u64,
}

impl Archive {
    /// The archive under `raw/` of `store`, which must have create-only puts.
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self {
            store,
            largest: LARGEST,
        }
    }

    /// Keeps an answer. `previous` is the hash of the last answer in its place: where the
    /// bytes are the same there is no new record, and where they are not, or there is no
    /// previous, the record follows the bytes. Keeping the same answer twice is keeping it
    /// once.
    pub async fn keep(
        &self,
        answer: &Answer,
        previous: Option<&ContentHash>,
    ) -> Result<Kept, ArchiveError> {
        let snapshot = &answer.snapshot;
        // Even unchanged bytes are looked for: what a lost file took away comes back.
        self.put_body(&snapshot.hash, &answer.body).await?;
        if previous == Some(&snapshot.hash) {
            return Ok(Kept::Unchanged);
        }
        let path = record_path(snapshot);
        let mut record = serde_json::to_vec(snapshot).map_err(|source| ArchiveError::Record {
            path: path.to_string(),
            source,
        })?;
        record.push(b'\n');
        self.create(&path, record).await?;
        Ok(Kept::Archived)
    }

    /// Records every answer of a sweep in the order given, unchanged ones included. A
    /// sweep that was resumed and recorded again differently gets a second record beside
    /// the first, with the hash of its content in its name.
    pub async fn record_sweep(
        &self,
        sweep: &SweepId,
        snapshots: &[Snapshot],
    ) -> Result<(), ArchiveError> {
        let folder = sweep_folder(sweep).ok_or_else(|| ArchiveError::SweepId {
            sweep: sweep.clone(),
        })?;
        let path = Path::from(format!("{folder}/{sweep}.jsonl.zst"));
        let mut lines = Vec::new();
        for snapshot in snapshots {
            serde_json::to_writer(&mut lines, snapshot).map_err(|source| ArchiveError::Record {
                path: path.to_string(),
                source,
            })?;
            lines.push(b'\n');
        }
        let version = ContentHash::of(&lines);
        let compressed = compress(&path, lines).await?;
        if self.create(&path, compressed.clone()).await? || self.get(&path).await? == compressed {
            return Ok(());
        }
        let path = Path::from(format!("{folder}/{sweep}.{}.jsonl.zst", short(&version)));
        self.create(&path, compressed).await?;
        Ok(())
    }

    /// The bytes with this hash, checked against it.
    pub async fn read(&self, hash: &ContentHash) -> Result<Bytes, ArchiveError> {
        let path = body_path(hash);
        let compressed = self.get(&path).await?;
        let (body, found) = self.decompress(&path, compressed).await?;
        if found == *hash {
            Ok(body)
        } else {
            Err(ArchiveError::Damaged {
                path: path.into(),
                found,
            })
        }
    }

    /// Whether there is an object for this hash. Its bytes are not looked at.
    pub async fn contains(&self, hash: &ContentHash) -> Result<bool, ArchiveError> {
        let path = body_path(hash);
        match self.store.head(&path).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(source) => Err(ArchiveError::Read {
                path: path.into(),
                source,
            }),
        }
    }

    async fn put_body(&self, hash: &ContentHash, body: &Bytes) -> Result<(), ArchiveError> {
        let path = body_path(hash);
        if body.len() as u64 > self.largest {
            return Err(ArchiveError::TooLarge {
                path: path.into(),
                largest: self.largest,
            });
        }
        if self.contains(hash).await? {
            return Ok(());
        }
        let bytes = body.clone();
        let found = blocking(&path, move || ContentHash::of(&bytes)).await?;
        if found != *hash {
            return Err(ArchiveError::Mislabelled {
                path: path.into(),
                found,
            });
        }
        let compressed = compress(&path, body.clone()).await?;
        self.create(&path, compressed).await?;
        Ok(())
    }

    /// Creates an object; `false` where it is there already.
    async fn create(&self, path: &Path, bytes: impl Into<Bytes>) -> Result<bool, ArchiveError> {
        let payload = bytes.into().into();
        match self
            .store
            .put_opts(path, payload, PutMode::Create.into())
            .await
        {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(source) => Err(ArchiveError::Write {
                path: path.to_string(),
                source,
            }),
        }
    }

    async fn get(&self, path: &Path) -> Result<Bytes, ArchiveError> {
        let failed = |source| match source {
            object_store::Error::NotFound { .. } => ArchiveError::Missing {
                path: path.to_string(),
            },
            source => ArchiveError::Read {
                path: path.to_string(),
                source,
            },
        };
        let object = self.store.get(path).await.map_err(failed)?;
        // zstd makes nothing larger by more than a few bytes in a thousand.
        if object.meta.size / 2 > self.largest {
            return Err(ArchiveError::TooLarge {
                path: path.to_string(),
                largest: self.largest,
            });
        }
        object.bytes().await.map_err(failed)
    }

    /// Decompresses up to the cap, and hashes what came out.
    async fn decompress(
        &self,
        path: &Path,
        compressed: Bytes,
    ) -> Result<(Bytes, ContentHash), ArchiveError> {
        let largest = self.largest;
        let unpacked = blocking(path, move || {
            let mut body = Vec::new();
            zstd::Decoder::with_buffer(compressed.as_ref())?
                .take(largest + 1)
                .read_to_end(&mut body)?;
            let hash = ContentHash::of(&body);
            Ok((Bytes::from(body), hash))
        })
        .await?;
        let (body, hash) = unpacked.map_err(|source| ArchiveError::Undecodable {
            path: path.to_string(),
            source,
        })?;
        if body.len() as u64 > largest {
            return Err(ArchiveError::TooLarge {
                path: path.to_string(),
                largest,
            });
        }
        Ok((body, hash))
    }
}

async fn compress(path: &Path, bytes: impl Into<Bytes>) -> Result<Bytes, ArchiveError> {
    let bytes = bytes.into();
    blocking(path, move || zstd::bulk::compress(&bytes, LEVEL))
        .await?
        .map(Bytes::from)
        .map_err(|source| ArchiveError::Compress {
            path: path.to_string(),
            source,
        })
}

/// Hashing and compression take as long as a body is large: they leave the event loop free.
async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ArchiveError> {
    spawn_blocking(work)
        .await
        .map_err(|source| ArchiveError::Interrupted {
            path: path.to_string(),
            source,
        })
}

fn body_path(hash: &ContentHash) -> Path {
    let name = hash.to_string();
    Path::from(format!("raw/sha256/{}/{name}.zst", &name[..2]))
}

fn record_path(snapshot: &Snapshot) -> Path {
    let moment = snapshot.fetched_at;
    let (day, time) = (moment.strftime("%Y-%m-%d"), moment.strftime("%H%M%S%3f"));
    let subject = snapshot
        .source_indicator
        .as_ref()
        .map_or_else(String::new, |indicator| {
            format!("-{}", slug(indicator.as_str()))
        });
    Path::from(format!(
        "raw/index/{}/{day}/{time}-{}{subject}-{}.json",
        snapshot.source,
        snapshot.role,
        short(&snapshot.hash)
    ))
}

/// The folder of a sweep's records, from its id alone: a sweep that was answered nothing
/// is recorded too.
fn sweep_folder(sweep: &SweepId) -> Option<String> {
    let (moment, source) = sweep.as_str().split_once('-')?;
    let moment = DateTime::strptime("%Y%m%dT%H%M%SZ", moment).ok()?;
    let source: SourceId = source.parse().ok()?;
    Some(format!("raw/index/{source}/{}", moment.date()))
}

/// An indicator's name as part of a file name. A name that has to change gets a piece of
/// its hash, so that two names never share one.
fn slug(name: &str) -> String {
    const LONGEST: usize = 48;
    let safe = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    if name.len() <= LONGEST && name.chars().all(|letter| safe(letter) || letter == '-') {
        return name.to_owned();
    }
    let letters = name.chars().flat_map(char::to_lowercase);
    let mut slug: String = letters
        .map(|letter| if safe(letter) { letter } else { '-' })
        .take(LONGEST)
        .collect();
    slug.push('.');
    slug.push_str(&short(&ContentHash::of(name.as_bytes())));
    slug
}

/// The first twelve digits of a hash: enough to find it, not to name it.
fn short(hash: &ContentHash) -> String {
    hash.to_string()[..12].to_owned()
}

#[cfg(test)]
mod tests;
