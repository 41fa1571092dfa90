//! The bytes of a file on their way to a reader: a piece at a time, as fast as it reads.
//!
//! The file is opened anew for each piece. A reader that is slow then holds a connection
//! and one piece, and no open file: a thousand of them do not use up the process's files.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use axum::body::Body;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream;
use tokio::sync::OwnedSemaphorePermit;

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// What is still to be sent.
struct Remaining {
    path: PathBuf,
    position: u64,
    end: u64,
    encoder: Option<Encoder>,
}

struct Encoder {
    gzip: GzEncoder<Vec<u8>>,
    _permit: OwnedSemaphorePermit,
}

/// The bytes of the file at `path` from `start` up to but without `end`.
pub(super) fn plain(path: PathBuf, start: u64, end: u64) -> Body {
    body(Remaining {
        path,
        position: start,
        end,
        encoder: None,
    })
}

/// The first `end` bytes of the file at `path`, compressed. `permit` is held until the
/// last of them is sent.
pub(super) fn gzipped(path: PathBuf, end: u64, permit: OwnedSemaphorePermit) -> Body {
    body(Remaining {
        path,
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
        let Some(remaining) = remaining else {
            return Ok(None);
        };
        tokio::task::spawn_blocking(move || remaining.next())
            .await
            .map_err(io::Error::other)?
    }))
}

impl Remaining {
    /// The next piece, and what remains after it.
    fn next(mut self) -> io::Result<Option<(Bytes, Option<Self>)>> {
        while self.position < self.end {
            let piece = self.read()?;
            let Some(encoder) = &mut self.encoder else {
                return Ok(Some((piece.into(), Some(self))));
            };
            encoder.gzip.write_all(&piece)?;
            let compressed = std::mem::take(encoder.gzip.get_mut());
            if !compressed.is_empty() {
                return Ok(Some((compressed.into(), Some(self))));
            }
        }
        match self.encoder {
            Some(encoder) => Ok(Some((encoder.gzip.finish()?.into(), None))),
            None => Ok(None),
        }
    }

    fn read(&mut self) -> io::Result<Vec<u8>> {
        let left = usize::try_from(self.end - self.position).unwrap_or(PIECE);
        let mut piece = vec![0; left.min(PIECE)];
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.position))?;
        file.read_exact(&mut piece)?;
        self.position += piece.len() as u64;
        Ok(piece)
    }
}
