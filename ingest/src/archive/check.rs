//! Looks over the archive: whether every object still has the bytes that its name says, and
//! every record an object.
//!
//! It goes from folder to folder and from object to object: nothing is in memory but one
//! folder's list, one object, and a hash for each object that there is.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use botnia_model::{ContentHash, Snapshot};
use object_store::ObjectStore;
use object_store::path::Path;

use super::{Archive, ArchiveError, body_path, short};

const OBJECTS: &str = "raw/sha256";
const RECORDS: &str = "raw/index";

/// What a look over the archive found.
#[derive(Debug, Default)]
pub struct ArchiveCheck {
    /// Objects that were looked at.
    pub objects: u64,
    /// Records that were looked at: of an answer, or of a sweep.
    pub records: u64,
    /// What is not as it was written.
    pub faults: Vec<ArchiveFault>,
}

#[derive(Default)]
struct Folder {
    folders: Vec<Path>,
    objects: Vec<Path>,
}

/// Something in the archive that is not as it was written.
#[derive(Debug)]
pub struct ArchiveFault {
    /// What is wrong, with which object.
    pub error: ArchiveError,
    /// How the answer in it came, where a record tells.
    pub record: Option<Snapshot>,
}

impl ArchiveError {
    /// Whether an object is gone or not whole, rather than the store having failed.
    pub fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::Damaged { .. }
                | Self::Undecodable { .. }
                | Self::TooLarge { .. }
                | Self::Unreadable { .. }
        )
    }
}

impl Archive {
    /// Reads everything, and changes nothing. `seen` is called after each object and record.
    ///
    /// # Errors
    /// The store fails. Damage is no error: it is among the faults.
    pub async fn check(
        &self,
        seen: &(dyn Fn() + Send + Sync),
    ) -> Result<ArchiveCheck, ArchiveError> {
        let mut check = ArchiveCheck::default();
        let mut known = HashSet::new();
        let mut damaged = BTreeMap::new();
        for folder in self.list(OBJECTS).await?.folders {
            for object in self.list(folder.as_ref()).await?.objects {
                // What is not named by a hash was put there by somebody else.
                let Some(hash) = hash_of(&object) else {
                    continue;
                };
                check.objects += 1;
                known.insert(hash);
                if let Some(error) = self.damage(&hash).await? {
                    damaged.insert(hash, error);
                }
                seen();
            }
        }
        let mut missing = BTreeSet::new();
        for day in self.days().await? {
            for object in self.list(day.as_ref()).await?.objects {
                let snapshots = match self.read_records(&object).await? {
                    Ok(Some(snapshots)) => snapshots,
                    Ok(None) => continue,
                    Err(error) => {
                        let record = None;
                        check.faults.push(ArchiveFault { error, record });
                        Vec::new()
                    }
                };
                check.records += 1;
                for snapshot in snapshots {
                    let hash = snapshot.hash;
                    let error = if let Some(error) = damaged.remove(&hash) {
                        error
                    } else if !known.contains(&hash)
                        // It may have come since the objects were listed.
                        && !self.contains(&hash).await?
                        && missing.insert(hash)
                    {
                        let path = body_path(&hash).into();
                        ArchiveError::Missing { path }
                    } else {
                        continue;
                    };
                    let record = Some(snapshot);
                    check.faults.push(ArchiveFault { error, record });
                }
                seen();
            }
        }
        let unrecorded = damaged.into_values().map(|error| ArchiveFault {
            error,
            record: None,
        });
        check.faults.extend(unrecorded);
        Ok(check)
    }

    /// What is wrong with an object; `None` where it is whole.
    ///
    /// # Errors
    /// The store fails.
    pub async fn damage(&self, hash: &ContentHash) -> Result<Option<ArchiveError>, ArchiveError> {
        match self.read(hash).await {
            Ok(_) => Ok(None),
            Err(error) if error.is_damage() => Ok(Some(error)),
            Err(error) => Err(error),
        }
    }

    /// How answers with these hashes came: every record that there is of each. A record that
    /// cannot be read tells nothing.
    ///
    /// # Errors
    /// The store fails.
    pub async fn records_of(
        &self,
        hashes: &BTreeSet<ContentHash>,
    ) -> Result<BTreeMap<ContentHash, Vec<Snapshot>>, ArchiveError> {
        let mut records: BTreeMap<ContentHash, Vec<Snapshot>> = BTreeMap::new();
        if hashes.is_empty() {
            return Ok(records);
        }
        let endings: Vec<_> = hashes
            .iter()
            .map(|hash| format!("-{}.json", short(hash)))
            .collect();
        for day in self.days().await? {
            for object in self.list(day.as_ref()).await?.objects {
                let name = object.filename().unwrap_or_default();
                if !endings.iter().any(|ending| name.ends_with(ending)) {
                    continue;
                }
                let read = self.read_records(&object).await?;
                for snapshot in read.ok().flatten().unwrap_or_default() {
                    if hashes.contains(&snapshot.hash) {
                        records.entry(snapshot.hash).or_default().push(snapshot);
                    }
                }
            }
        }
        Ok(records)
    }

    /// The folders of the index: one for each source and day.
    async fn days(&self) -> Result<Vec<Path>, ArchiveError> {
        let mut days = Vec::new();
        for source in self.list(RECORDS).await?.folders {
            days.extend(self.list(source.as_ref()).await?.folders);
        }
        Ok(days)
    }

    /// What is in a folder, in order.
    async fn list(&self, folder: &str) -> Result<Folder, ArchiveError> {
        let path = Path::from(folder);
        let listed = match self.store.list_with_delimiter(Some(&path)).await {
            Ok(listed) => listed,
            // An archive that has kept nothing yet.
            Err(object_store::Error::NotFound { .. }) => return Ok(Folder::default()),
            Err(source) => {
                return Err(ArchiveError::Read {
                    path: folder.to_owned(),
                    source,
                });
            }
        };
        let mut folder = Folder {
            folders: listed.common_prefixes,
            objects: listed
                .objects
                .into_iter()
                .map(|object| object.location)
                .collect(),
        };
        folder.folders.sort();
        folder.objects.sort();
        Ok(folder)
    }

    /// The records in one object of the index: that of an answer, or those of a sweep; `None`
    /// where somebody else put it there. The inner error is damage.
    async fn read_records(
        &self,
        path: &Path,
    ) -> Result<Result<Option<Vec<Snapshot>>, ArchiveError>, ArchiveError> {
        let name = path.filename().unwrap_or_default();
        let is_sweep = name.ends_with(".jsonl.zst");
        if !is_sweep && path.extension() != Some("json") {
            return Ok(Ok(None));
        }
        let read = async {
            let bytes = self.get(path).await?;
            let lines = if is_sweep {
                self.decompress(path, bytes).await?.0
            } else {
                bytes
            };
            lines
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .map(|line| {
                    serde_json::from_slice(line).map_err(|source| ArchiveError::Unreadable {
                        path: path.to_string(),
                        source,
                    })
                })
                .collect::<Result<_, _>>()
        };
        match read.await {
            Ok(snapshots) => Ok(Ok(Some(snapshots))),
            Err(error) if error.is_damage() => Ok(Err(error)),
            Err(error) => Err(error),
        }
    }
}

/// The hash that names an object.
fn hash_of(path: &Path) -> Option<ContentHash> {
    let name = path.filename()?.strip_suffix(".zst")?;
    let hash = name.parse().ok()?;
    (body_path(&hash) == *path).then_some(hash)
}
