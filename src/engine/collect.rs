//! Collecting garbage: removes what nothing refers to, and nothing else.
//!
//! Referred to is what the ledger names (figures that are accepted or held, the latter with
//! what the quarantine has of them) and what the
//! manifest of a release names that is kept. Raw answers and their index are never
//! removed: they are the evidence.
//!
//! It may work beside others on one ledger. A job writes its object before the ledger
//! names it; therefore nothing is removed that was written within the last day, and jobs
//! that find their object there already write it anew where it is old. A release that is
//! being made reads objects that the ledger may have moved on from; therefore nothing is
//! removed meanwhile.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use botnia_model::{ContentHash, ReleaseNumber};
use botnia_publish::{Abandoned, PublishError, Releases};
use futures::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path as ObjectPath;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _};

use super::EngineError;
use super::job::{JobState, Task};
use super::ledger::Ledger;
use super::normalised::{NORMALISED, normalised_path};
use super::quarantine;

/// What is younger may belong to work that is under way.
const YOUNG: SignedDuration = SignedDuration::from_hours(24);

/// What ended longer ago is forgotten by the ledger.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What is looked through.
#[derive(Clone, Debug)]
pub struct Collection<'a> {
    /// Everything that is stored.
    pub store: Arc<dyn ObjectStore>,
    /// The releases in that store.
    pub releases: &'a Releases,
    /// The ledger.
    pub ledger: &'a Ledger,
    /// Whole releases are kept only of the newest so many; `None`: all are kept.
    pub keep_releases: Option<usize>,
}

/// What is removed, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Garbage {
    /// Releases that are older than those to be kept. Their commit records stay.
    pub releases: Vec<ReleaseNumber>,
    /// Normalised objects and reports of the quarantine that nothing refers to: key and bytes.
    pub objects: Vec<(String, u64)>,
    /// Files of writers that are gone.
    pub leftovers: Vec<Abandoned>,
    /// Rows of the ledger that tell nothing any more.
    pub rows: u64,
}

impl Collection<'_> {
    /// What [`collect`](Self::collect) would remove at this moment.
    ///
    /// # Errors
    /// Something cannot be read, or a release is under way.
    pub async fn find(&self, now: Timestamp) -> Result<Garbage, EngineError> {
        let written_before = now - YOUNG;
        // Objects before references: what is recorded in between is referred to.
        let objects = self.old_objects(written_before).await?;
        self.no_release_under_way().await?;
        let releases = match self.keep_releases {
            Some(keep) => self.releases.older_than_newest(keep).await?,
            None => Vec::new(),
        };
        let referred_to = self.referred_to(&releases).await?;
        let objects = objects
            .into_iter()
            .filter(|(hash, _)| !referred_to.contains(hash))
            .map(|(_, object)| object);
        let reports = quarantine::unnamed(self.store.as_ref(), self.ledger).await?;
        let reports = reports
            .into_iter()
            .filter(|object| is_older(object, written_before));
        let objects = objects
            .chain(reports)
            .map(|object| (object.location.to_string(), object.size))
            .collect();
        Ok(Garbage {
            releases,
            objects,
            leftovers: self.releases.abandoned(written_before).await?,
            rows: self.ledger.forgettable(now - REMEMBERED).await?,
        })
    }

    /// Removes what [`find`](Self::find) finds, and says what it was.
    ///
    /// # Errors
    /// As [`find`](Self::find), before anything is removed, or something cannot be removed:
    /// called again, it goes on.
    pub async fn collect(&self, now: Timestamp) -> Result<Garbage, EngineError> {
        let mut garbage = self.find(now).await?;
        for release in &garbage.releases {
            self.releases.remove(*release).await?;
        }
        let mut removed = Vec::new();
        for (key, bytes) in std::mem::take(&mut garbage.objects) {
            if self.remove_old(&key, now - YOUNG).await? {
                removed.push((key, bytes));
            }
        }
        garbage.objects = removed;
        self.releases
            .remove_abandoned(garbage.leftovers.clone())
            .await?;
        garbage.rows = self.ledger.forget(now - REMEMBERED).await?;
        Ok(garbage)
    }

    /// The normalised objects that were last written before then, in the order of their
    /// keys.
    async fn old_objects(
        &self,
        written_before: Timestamp,
    ) -> Result<Vec<(ContentHash, ObjectMeta)>, EngineError> {
        let folder = ObjectPath::from(NORMALISED);
        let listed = self.store.list(Some(&folder)).try_collect::<Vec<_>>().await;
        let listed = listed.map_err(|source| EngineError::Object {
            operation: "list the objects in",
            object: NORMALISED.to_owned(),
            source,
        })?;
        let mut objects: Vec<_> = listed
            .into_iter()
            .filter(|object| is_older(object, written_before))
            // What is not named as an object of ours was put there by somebody else.
            .filter_map(|object| {
                let name = object.location.filename()?.strip_suffix(".parquet")?;
                let hash: ContentHash = name.parse().ok()?;
                (normalised_path(hash) == object.location).then_some((hash, object))
            })
            .collect();
        objects.sort_by(|left, right| left.1.location.cmp(&right.1.location));
        Ok(objects)
    }

    /// Alone in the data folder there is nobody who could be making one.
    async fn no_release_under_way(&self) -> Result<(), EngineError> {
        if self.ledger.is_shared()
            && let Some(job) = self
                .ledger
                .open_jobs()
                .await?
                .into_iter()
                .find(|job| job.state == JobState::Running && matches!(job.task, Task::Release))
        {
            return Err(EngineError::ReleaseUnderWay { job: job.job });
        }
        Ok(())
    }

    /// Every normalised object that the ledger names, or a release that stays.
    async fn referred_to(
        &self,
        leaving: &[ReleaseNumber],
    ) -> Result<HashSet<ContentHash>, EngineError> {
        let mut named = HashSet::new();
        for (_, series) in self.ledger.all_series().await? {
            let held = series.held.map(|held| held.figures);
            let figures = series.accepted.into_iter().chain(held);
            named.extend(figures.map(|figures| figures.normalised));
        }
        let leaving: BTreeSet<_> = leaving.iter().collect();
        let records = self.releases.list().await?;
        let staying = records
            .iter()
            .filter(|record| !leaving.contains(&record.release));
        let mut removed = false;
        for record in staying.rev() {
            match self.releases.get(record.release).await {
                // Releases go from the oldest on: a gap is damage, and what the lost
                // manifest named is not known.
                Ok(_) if removed => {
                    let release = record.release.next();
                    return Err(EngineError::ManifestLost { release });
                }
                Ok((_, manifest)) => {
                    named.extend(manifest.indicators.iter().map(|entry| entry.normalised));
                }
                Err(PublishError::Removed { .. }) => removed = true,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(named)
    }

    /// Removes an object, unless it was written again since it was listed. Whether it went.
    async fn remove_old(&self, key: &str, written_before: Timestamp) -> Result<bool, EngineError> {
        let path = ObjectPath::from(key);
        let failed = |operation| {
            move |source| EngineError::Object {
                operation,
                object: key.to_owned(),
                source,
            }
        };
        let found = match self.store.head(&path).await {
            Ok(found) => found,
            // Somebody else collects, too.
            Err(object_store::Error::NotFound { .. }) => return Ok(false),
            Err(source) => return Err(failed("look at the object")(source)),
        };
        if !is_older(&found, written_before) {
            return Ok(false);
        }
        let deleted = self.store.delete(&path).await;
        deleted.map_err(failed("remove the object"))?;
        Ok(true)
    }
}

fn is_older(object: &ObjectMeta, moment: Timestamp) -> bool {
    object.last_modified.timestamp() < moment.as_second()
}
