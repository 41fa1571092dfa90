//! Where everything is kept, and the lock that keeps a second program out.

use std::fmt;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use botnia_publish::{PublishError, Releases};
use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut, S3CopyIfNotExists};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;

/// The data as an object store, with the lock held while this value lives.
pub struct Storage {
    /// Everything that is kept, durable: on a disk every put is fsynced.
    pub store: Arc<dyn ObjectStore>,
    /// The data folder; none on an object store.
    pub root: Option<PathBuf>,
    /// What people call it: the path, or `s3://bucket/prefix`. Without a slash at its end.
    pub place: String,
    _lock: Option<File>,
}

/// The data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Neither a path nor an object store that is known.
    #[error("`{data}` is no place for data: set `data` to a path, or to `s3://bucket/prefix`")]
    Unknown {
        /// The setting.
        data: String,
    },
    /// The object store's own settings do not fit.
    #[error(
        "use the object store `{place}`: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, \
         AWS_REGION and, for another S3 than Amazon's, AWS_ENDPOINT"
    )]
    ObjectStore {
        /// Bucket and prefix.
        place: String,
        /// The cause.
        #[source]
        source: object_store::Error,
    },
    /// The folder, or the lock beside the ledger, cannot be made or opened.
    #[error("open `{}`, which keeps the data or its lock", path.display())]
    Open {
        /// The file or folder.
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
    #[error("another botnia works on `{place}`; wait until it has finished, or stop it")]
    Locked {
        /// The data.
        place: String,
    },
}

/// A place for data, read from the settings.
enum Place {
    Folder(PathBuf),
    Bucket { bucket: String, prefix: Key },
}

impl Place {
    fn of(data: &str) -> Result<Self, StorageError> {
        let unknown = || StorageError::Unknown {
            data: match data.rsplit_once('@') {
                Some((_, shown)) => format!("…@{shown}"),
                None => data.to_owned(),
            },
        };
        let Some((scheme, rest)) = data.split_once("://") else {
            return Ok(Self::Folder(Path::new(data).to_owned()));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        // Credentials have no place here: they would be shown wherever the place is.
        if scheme != "s3" || bucket.is_empty() || bucket.contains(['@', ':', '?', '#']) {
            return Err(unknown());
        }
        Ok(Self::Bucket {
            bucket: bucket.to_owned(),
            prefix: Key::parse(prefix).map_err(|_| unknown())?,
        })
    }

    /// The file whose lock stands for the right to work here; none where the processes of
    /// a shared ledger take turns through it.
    fn lock(&self, state: &str) -> Option<PathBuf> {
        match self {
            Self::Folder(root) => Some(root.join("lock")),
            Self::Bucket { .. } => Some(format!("{}.lock", state.strip_prefix("sqlite:")?).into()),
        }
    }

    fn open(self, lock: Option<File>) -> Result<Storage, StorageError> {
        let place = self.to_string();
        let (store, root): (Arc<dyn ObjectStore>, _) = match self {
            Self::Folder(root) => {
                let store = LocalFileSystem::new_with_prefix(&root)
                    .map_err(|source| StorageError::Store {
                        path: root.clone(),
                        source,
                    })?
                    .with_fsync(true);
                (Arc::new(store), Some(root))
            }
            Self::Bucket { bucket, prefix } => {
                let store = s3(bucket).map_err(|source| StorageError::ObjectStore {
                    place: place.clone(),
                    source,
                })?;
                (Arc::new(PrefixStore::new(store, prefix)), None)
            }
        };
        Ok(Storage {
            store,
            root,
            place,
            _lock: lock,
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(root) => {
                let path = root.display().to_string();
                formatter.write_str(path.strip_suffix('/').unwrap_or(&path))
            }
            Self::Bucket { bucket, prefix } if prefix.as_ref().is_empty() => {
                write!(formatter, "s3://{bucket}")
            }
            Self::Bucket { bucket, prefix } => write!(formatter, "s3://{bucket}/{prefix}"),
        }
    }
}

/// A bucket, reached as the `AWS_…` variables of the environment say.
fn s3(bucket: String) -> Result<impl ObjectStore, object_store::Error> {
    // Fails when one is installed already, and that one is then used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        // What a commit rests on. Whether the store holds it is probed at the start.
        .with_conditional_put(S3ConditionalPut::ETagMatch);
    // Some stores want a header of their own for it.
    let copies = AmazonS3ConfigKey::CopyIfNotExists;
    if builder.get_config_value(&copies).is_none() {
        builder = builder.with_copy_if_not_exists(S3CopyIfNotExists::Multipart);
    }
    builder.build()
}

impl Storage {
    /// Opens the data for work: makes the folder, and locks it. On an object store, which
    /// has no locks, the lock lies beside the ledger's file. Processes that share a ledger
    /// (`shared`) share a folder with each other, but with no other; on an object store
    /// they need no lock. It ends with the process, however it ends.
    pub fn open_for_work(data: &str, state: &str, shared: bool) -> Result<Self, StorageError> {
        let place = Place::of(data)?;
        let Some(path) = place.lock(state) else {
            return place.open(None);
        };
        let open = |source| StorageError::Open {
            path: path.clone(),
            source,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(open)?;
        }
        let lock = File::create(&path).map_err(open)?;
        let locked = if shared {
            lock.try_lock_shared()
        } else {
            lock.try_lock()
        };
        match locked {
            Ok(()) => place.open(Some(lock)),
            Err(TryLockError::WouldBlock) => Err(StorageError::Locked {
                place: place.to_string(),
            }),
            Err(TryLockError::Error(source)) => Err(open(source)),
        }
    }

    /// Opens the data to look at it. `None` where there is no folder yet.
    pub fn open_to_read(data: &str) -> Result<Option<Self>, StorageError> {
        match Place::of(data)? {
            Place::Folder(root) if !root.is_dir() => Ok(None),
            place => place.open(None).map(Some),
        }
    }

    /// Whether `data` is a place that can be used.
    pub fn check(data: &str) -> Result<(), StorageError> {
        Place::of(data).map(|_| ())
    }

    /// The releases that are kept here.
    pub fn releases(&self) -> Releases {
        Releases::new(self.store.clone(), self.root.clone())
    }

    /// Makes sure that what exists is not created again.
    ///
    /// # Errors
    /// [`PublishError::CreateOnlyNotHeld`] where it is.
    pub async fn probe_create_only(&self) -> Result<(), PublishError> {
        match self.releases().probe_create_only().await {
            // By the name under which the operator knows it.
            Err(PublishError::CreateOnlyNotHeld { .. }) => Err(PublishError::CreateOnlyNotHeld {
                store: self.place.clone(),
            }),
            probed => probed,
        }
    }

    /// What people call an object: `data/published/latest`,
    /// `s3://bucket/prefix/published/releases/000001`.
    pub fn name_of(&self, key: &str) -> String {
        format!("{}/{key}", self.place)
    }
}

/// The store stays out: it holds the credentials.
impl fmt::Debug for Storage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Storage")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_path_or_a_bucket() {
        for (data, shown) in [
            ("data", "data"),
            ("/srv/botnia/", "/srv/botnia"),
            ("s3://figures", "s3://figures"),
            ("s3://figures/", "s3://figures"),
            (
                "s3://figures/botnia/finland/",
                "s3://figures/botnia/finland",
            ),
        ] {
            assert_eq!(Place::of(data).unwrap().to_string(), shown);
        }
        for data in [
            "gs://figures/botnia",
            "https://figures.s3.amazonaws.com/botnia",
            "s3://",
            "s3:///botnia",
            "s3://key:hunter2@figures/botnia",
            "s3://figures/a//b",
        ] {
            let error = Storage::check(data).unwrap_err().to_string();
            assert!(error.ends_with("set `data` to a path, or to `s3://bucket/prefix`"));
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn the_lock_lies_where_there_is_a_disk() {
        let lock = |data, state| Place::of(data).unwrap().lock(state);
        let folder = Some(PathBuf::from("data/lock"));
        assert_eq!(lock("data", "sqlite:elsewhere/state.db"), folder);
        assert_eq!(lock("data", "postgres://db/botnia"), folder);
        let beside = Some(PathBuf::from("elsewhere/state.db.lock"));
        assert_eq!(lock("s3://figures", "sqlite:elsewhere/state.db"), beside);
        assert_eq!(lock("s3://figures", "postgres://db/botnia"), None);
    }

    #[test]
    fn one_process_works_on_a_bucket_with_a_ledger_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let state = format!("sqlite:{}/ledger/state.db", folder.path().display());
        let open = || Storage::open_for_work("s3://figures/botnia", &state, false);
        let first = open().unwrap();
        let refused = open().unwrap_err().to_string();
        assert_eq!(
            refused,
            "another botnia works on `s3://figures/botnia`; wait until it has finished, or stop it"
        );
        drop(first);
        open().unwrap();
    }
}
