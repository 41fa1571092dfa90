//! Verifies a release: makes it again from the archived answers, and compares every hash.
//!
//! It only reads: no source is asked, no lock is taken, and the ledger is not even opened.
//! What a release was made from stands in its recipe, the answers in the archive, and the
//! tables that it continues in the release before. So it works beside a service, on a copy
//! of the data, and whatever settings and ledger say by now.

mod disagreement;
mod from_archive;
mod rebuild;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use botnia_ingest::Archive;
use botnia_model::{CommitRecord, ContentHash, IndicatorId, Manifest, ReleaseNumber};
use botnia_publish::{PublishError, Releases};
use futures::{StreamExt as _, TryStreamExt as _, stream};

pub use disagreement::Disagreement;

use super::release::recipe::Recipe;
use super::storage::Storage;
use super::sweep::chain;
use super::{EngineError, Silent};

/// Answers that are read at once.
const ANSWERS: usize = 2;

/// What came of a verification.
#[derive(Debug)]
pub struct Verification {
    /// The release.
    pub record: CommitRecord,
    /// The version of the program that made it.
    pub made_by: String,
    /// What was compared, in the order in which it was.
    pub checks: Vec<Check>,
    /// What could not be compared, and why.
    pub left_out: Option<String>,
}

/// How many of a kind are as they were.
#[derive(Debug)]
pub struct Check {
    /// The kind, in the plural.
    pub what: &'static str,
    /// How many agree.
    pub agreed: u64,
    /// Of how many.
    pub of: u64,
    /// Those that do not.
    pub disagreements: Vec<Disagreement>,
}

/// Is told how a verification goes on.
pub trait Watch: Send + Sync {
    /// Something else begins, of a known or unknown length.
    fn begins(&self, what: &'static str, length: Option<u64>);
    /// One step of it is done.
    fn steps(&self);
}

impl Watch for Silent {
    fn begins(&self, _: &'static str, _: Option<u64>) {}
    fn steps(&self) {}
}

impl Verification {
    /// Whether everything that was compared is as it was.
    pub fn agrees(&self) -> bool {
        let mut checks = self.checks.iter();
        checks.all(|check| check.disagreements.is_empty())
    }
}

/// Verifies a release, or the newest one.
///
/// # Errors
/// There is no such release, its manifest is not the committed one, or the store fails. What
/// else is not as it was is no error, but a [`Disagreement`].
pub async fn verify(
    storage: &Storage,
    release: Option<ReleaseNumber>,
    watch: &Arc<dyn Watch>,
) -> Result<Verification, EngineError> {
    let releases = storage.releases();
    let (record, manifest) = match release {
        Some(release) => releases.get(release).await?,
        None => releases
            .latest()
            .await?
            .ok_or(PublishError::NoSuchRelease {
                release: ReleaseNumber::FIRST,
            })?,
    };
    let mut verification = Verification {
        made_by: manifest.program_version.clone(),
        checks: vec![published(&releases, &record, &manifest, watch).await?],
        left_out: None,
        record,
    };
    let recipe = match Recipe::published(&releases, &manifest).await {
        Ok(recipe) => Arc::new(recipe),
        Err(error) => {
            verification.checks.push(not_rebuilt(&error));
            return Ok(verification);
        }
    };
    let archive = Archive::new(Arc::clone(&storage.store));
    let answers = answers(&archive, &recipe, watch).await?;
    verification.checks.push(answers);
    match rebuild::rebuild(
        storage,
        &archive,
        &recipe,
        &mut verification,
        manifest,
        watch,
    )
    .await
    {
        Ok(()) => {}
        Err(error) => verification.checks.push(not_rebuilt(&error)),
    }
    Ok(verification)
}

/// Whether every object of the archive has the bytes that its name says, and every record an
/// object.
///
/// # Errors
/// The store fails.
pub async fn verify_archive(
    storage: &Storage,
    watch: &Arc<dyn Watch>,
) -> Result<Check, EngineError> {
    watch.begins("looking over the archive", None);
    let archive = Archive::new(Arc::clone(&storage.store));
    let found = archive.check(&|| watch.steps()).await?;
    let disagreements: Vec<_> = found
        .faults
        .into_iter()
        .map(|fault| Disagreement::Archive {
            record: fault.record.map(Box::new),
            error: fault.error,
        })
        .collect();
    Ok(Check::of(
        "objects and records of the archive",
        found.objects + found.records,
        disagreements,
    ))
}

impl Check {
    fn of(what: &'static str, of: u64, disagreements: Vec<Disagreement>) -> Self {
        Self {
            what,
            agreed: of.saturating_sub(disagreements.len() as u64),
            of,
            disagreements,
        }
    }
}

fn not_rebuilt(error: &EngineError) -> Check {
    let reason = chain(error);
    Check::of("rebuilds", 1, vec![Disagreement::NotRebuilt { reason }])
}

/// The bytes of the published files.
async fn published(
    releases: &Releases,
    record: &CommitRecord,
    manifest: &Manifest,
    watch: &Arc<dyn Watch>,
) -> Result<Check, EngineError> {
    // The checksums too, but not the manifest: that was read already.
    let count = manifest.files.len() as u64 + 1;
    watch.begins("reading the published files", Some(count));
    let faults = releases
        .check_files(record, manifest, &|| watch.steps())
        .await?;
    let disagreements = faults
        .into_iter()
        .map(|(path, fault)| Disagreement::Published { path, fault })
        .collect();
    Ok(Check::of("published files", count, disagreements))
}

/// The archived answers that the release was made from.
async fn answers(
    archive: &Archive,
    recipe: &Recipe,
    watch: &Arc<dyn Watch>,
) -> Result<Check, EngineError> {
    let mut needed: BTreeMap<ContentHash, Vec<IndicatorId>> = BTreeMap::new();
    for list in &recipe.region_lists {
        needed.entry(list.answer).or_default();
    }
    for one in &recipe.indicators {
        let answers: BTreeSet<_> = [&one.description]
            .into_iter()
            .chain(&one.regions)
            .chain(&one.data)
            .collect();
        for answer in answers {
            let indicators = needed.entry(*answer).or_default();
            indicators.push(one.indicator_id.clone());
        }
    }
    let count = needed.len() as u64;
    watch.begins("reading the archived answers", Some(count));
    let damaged: Vec<_> = stream::iter(needed)
        .map(async |(hash, needed_by)| {
            let damage = archive.damage(&hash).await?;
            watch.steps();
            Ok::<_, EngineError>(damage.map(|error| (hash, needed_by, error)))
        })
        .buffered(ANSWERS)
        .try_filter_map(async |damaged| Ok(damaged))
        .try_collect()
        .await?;
    let hashes = damaged.iter().map(|(hash, ..)| *hash).collect();
    let mut records = archive.records_of(&hashes).await?;
    let disagreements = damaged
        .into_iter()
        .map(|(hash, needed_by, error)| {
            let records = records.remove(&hash).unwrap_or_default();
            // The same bytes may have answered several requests.
            let about_one_of_them = records.iter().position(|record| {
                needed_by.iter().any(|id| {
                    *id.source() == record.source
                        && Some(id.source_indicator()) == record.source_indicator.as_ref()
                })
            });
            let record = records
                .into_iter()
                .nth(about_one_of_them.unwrap_or_default())
                .map(Box::new);
            Disagreement::Answer {
                hash,
                record,
                needed_by,
                error,
            }
        })
        .collect();
    Ok(Check::of("archived answers", count, disagreements))
}
