//! Where everything is kept, and the lock that keeps a second program out.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;

/// The data folder as an object store, with the lock held while this value lives.
#[derive(Debug)]
pub struct Storage {
    /// Everything below the data folder, durable: every put is fsynced.
    pub store: Arc<dyn ObjectStore>,
    /// The data folder.
    pub root: PathBuf,
    _lock: Option<File>,
}

/// The data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// An object store was asked for.
    #[error(
        "`{data}` is an object store; this version keeps its data on a disk: set `data` to a path"
    )]
    NotAPath {
        /// The setting.
        data: String,
    },
    /// The folder cannot be made or opened.
    #[error("open the data folder `{}`", path.display())]
    Open {
        /// The folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The folder cannot serve as an object store.
    #[error("use the data folder `{}` as a store", path.display())]
    Store {
        /// The folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: object_store::Error,
    },
    /// Another program works on it.
    #[error(
        "another botnia works on `{}`; wait until it has finished, or stop it",
        path.display()
    )]
    Locked {
        /// The folder.
        path: PathBuf,
    },
}

impl Storage {
    /// Opens the data folder for work: makes it, and locks it against a second worker.
    /// The lock ends with the process, however it ends.
    pub fn open_for_work(data: &str) -> Result<Self, StorageError> {
        let root = Self::path(data)?;
        let open = |source| StorageError::Open {
            path: root.clone(),
            source,
        };
        std::fs::create_dir_all(&root).map_err(open)?;
        let lock = File::create(root.join("lock")).map_err(open)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StorageError::Locked { path: root }),
            Err(TryLockError::Error(source)) => return Err(open(source)),
        }
        Self::at(root, Some(lock))
    }

    /// Opens the data folder to look at it. `None` where there is none yet.
    pub fn open_to_read(data: &str) -> Result<Option<Self>, StorageError> {
        let root = Self::path(data)?;
        if root.is_dir() {
            Self::at(root, None).map(Some)
        } else {
            Ok(None)
        }
    }

    fn at(root: PathBuf, lock: Option<File>) -> Result<Self, StorageError> {
        let store = LocalFileSystem::new_with_prefix(&root)
            .map_err(|source| StorageError::Store {
                path: root.clone(),
                source,
            })?
            .with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            root,
            _lock: lock,
        })
    }

    /// Whether `data` is a place that this version can use.
    pub fn check(data: &str) -> Result<(), StorageError> {
        Self::path(data).map(|_| ())
    }

    fn path(data: &str) -> Result<PathBuf, StorageError> {
        if data.contains("://") {
            return Err(StorageError::NotAPath {
                data: data.to_owned(),
            });
        }
        Ok(Path::new(data).to_owned())
    }
}
