//! Makes a release again in a folder of its own, and compares what comes with its manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::mem;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use botnia_ingest::Archive;
use botnia_model::{CommitRecord, ContentHash, FileEntry, IndicatorId, Manifest, ReleaseNumber};
use botnia_publish::manifest::encode;
use botnia_publish::{PublishError, Releases, Staged};
use botnia_transform::release::{Built, differing_indicators};
use tempfile::TempDir;

use super::from_archive::FromArchive;
use super::{Check, Disagreement, Verification, Watch};
use crate::engine::EngineError;
use crate::engine::release::build::Making;
use crate::engine::release::recipe::Recipe;
use crate::engine::storage::Storage;
use crate::engine::sweep::chain;

/// The tables of the release before that a release continues.
const CONTINUED: [&str; 3] = [
    "indicators.parquet",
    "observations.parquet",
    "revisions.parquet",
];

/// The kinds of file, in the order in which they are told.
const KINDS: [&str; 3] = ["tables", "CSV files", "documents"];

/// What a release is made upon.
enum Before {
    /// The release before, or nothing for the first.
    Whole(Option<(CommitRecord, Manifest)>),
    /// The release before is not there as it was. Why, and whether it should be.
    Gone(String, Option<Disagreement>),
}

/// Makes the release again, and adds to the verification what came of it.
///
/// Where the release before is gone, the tables are made upon the release itself: then every
/// table has to come out with the content that it has, but what only the release before
/// could tell (first releases, revisions, what changed) is taken from the release itself.
pub(super) async fn rebuild(
    storage: &Storage,
    archive: &Archive,
    recipe: &Arc<Recipe>,
    verification: &mut Verification,
    manifest: Manifest,
    watch: &Arc<dyn Watch>,
) -> Result<(), EngineError> {
    let releases = storage.releases();
    let ingredients = Arc::new(recipe.read_answers(archive).await?);
    let before = before(&releases, &verification.record, &manifest).await?;
    let (previous, is_gone) = match before {
        Before::Whole(previous) => (previous, false),
        Before::Gone(reason, disagreement) => {
            if let Some(disagreement) = disagreement {
                let check = Check::of("releases before it", 1, vec![disagreement]);
                verification.checks.push(check);
            }
            verification.left_out = Some(reason);
            let itself = (verification.record.clone(), manifest.clone());
            (Some(itself), true)
        }
    };
    let upon = previous.as_ref().map(|(record, _)| record.release);
    let scratch = TempDir::new().map_err(|source| PublishError::File {
        operation: "create a folder in",
        path: std::env::temp_dir(),
        source,
    })?;
    let inputs = FromArchive::new(archive, &storage.store, recipe, &manifest, watch);
    let found = Arc::clone(&inputs.found);
    let making = Making {
        releases: &releases,
        recipe: Arc::clone(recipe),
        ingredients,
        previous,
        scratch: scratch.path().to_owned(),
    };
    let indicators = recipe.indicators.len() as u64;
    watch.begins("making the tables again", Some(indicators));
    let built = making.tables(inputs).await;
    let found = mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    let disagreements = found.disagreements.into_values().collect();
    let check = Check::of("indicators", indicators, disagreements);
    verification.checks.push(check);
    let built = built?;
    let comparison = Comparison {
        releases: &releases,
        manifest: &manifest,
        upon,
        scratch: scratch.path(),
    };
    if is_gone {
        let check = comparison.tables(&built).await;
        verification.checks.push(check);
        return Ok(());
    }
    watch.begins("making the files beside them again", None);
    let entries = found.entries.into_values().collect();
    let staged = making.assemble(built, entries).await?;
    verification.checks.extend(comparison.files(&staged).await);
    let check = compare_manifests(&verification.record, &manifest, recipe, &staged.manifest)?;
    verification.checks.push(check);
    Ok(())
}

/// The release upon which one was made, with those of its tables checked that it continues.
async fn before(
    releases: &Releases,
    record: &CommitRecord,
    manifest: &Manifest,
) -> Result<Before, EngineError> {
    let Some(parent) = manifest.parent else {
        return Ok(Before::Whole(None));
    };
    let Ok(number) = ReleaseNumber::try_from(record.release.get() - 1) else {
        return Ok(Before::Whole(None));
    };
    let damaged = |reason: String| {
        let disagreement = Disagreement::Before {
            release: number,
            reason: reason.clone(),
        };
        Ok(Before::Gone(
            format!("release {number} is damaged"),
            Some(disagreement),
        ))
    };
    let (earlier, listed) = match releases.get(number).await {
        Ok(previous) => previous,
        Err(PublishError::Removed { .. }) => {
            return Ok(Before::Gone(format!("release {number} was removed"), None));
        }
        Err(error) => return damaged(chain(&error)),
    };
    if earlier.manifest != parent {
        return damaged("it is not the one that the manifest names as its parent".to_owned());
    }
    for path in CONTINUED {
        let mut files = listed.files.iter();
        let expected = files.find(|file| file.path == path).map(|file| file.sha256);
        if releases.hash_of(number, path).await? != expected {
            return damaged(format!(
                "its `{path}` was lost or changed after it was published"
            ));
        }
    }
    Ok(Before::Whole(Some((earlier, listed))))
}

/// What is compared with what.
struct Comparison<'a> {
    releases: &'a Releases,
    manifest: &'a Manifest,
    /// The release whose files are carried over.
    upon: Option<ReleaseNumber>,
    scratch: &'a Path,
}

impl Comparison<'_> {
    /// Every file, by kind.
    async fn files(&self, staged: &Staged) -> Vec<Check> {
        let made: BTreeMap<&str, &FileEntry> = by_path(&staged.manifest.files);
        let published: BTreeMap<&str, &FileEntry> = by_path(&self.manifest.files);
        let paths: BTreeSet<&str> = made.keys().chain(published.keys()).copied().collect();
        let mut checks = KINDS.map(|kind| Check::of(kind, 0, Vec::new()));
        for path in paths {
            let (made, published) = (made.get(path), published.get(path));
            let disagreement = match (made, published) {
                (Some(made), Some(published)) if made == published => None,
                (Some(made), Some(published))
                    if made.content_hash.is_some()
                        && made.content_hash == published.content_hash =>
                {
                    Some(Disagreement::Encoding {
                        path: path.to_owned(),
                    })
                }
                (Some(_), Some(_)) => Some(Disagreement::Content {
                    path: path.to_owned(),
                    indicators: self.indicators(path, staged.carried.contains(path)).await,
                }),
                (Some(_), None) => Some(Disagreement::NotListed {
                    path: path.to_owned(),
                }),
                (None, _) => Some(Disagreement::NotMade {
                    path: path.to_owned(),
                }),
            };
            let check = &mut checks[kind(path)];
            check.of += 1;
            match disagreement {
                None => check.agreed += 1,
                Some(disagreement) => check.disagreements.push(disagreement),
            }
        }
        let there = checks.into_iter().filter(|check| check.of > 0);
        there.collect()
    }

    /// The tables alone, by their content: they were made upon the release itself.
    async fn tables(&self, built: &Built) -> Check {
        let mut disagreements = Vec::new();
        let mut listed: BTreeSet<&str> = self
            .manifest
            .files
            .iter()
            .map(|file| file.path.as_str())
            .filter(|path| KINDS[kind(path)] == "tables")
            .collect();
        let count = listed.len() as u64;
        for file in &built.files {
            let path = file.path.clone();
            if !listed.remove(path.as_str()) {
                disagreements.push(Disagreement::NotListed { path });
            } else if !file.carried {
                let indicators = self.indicators(&path, false).await;
                disagreements.push(Disagreement::Content { path, indicators });
            }
        }
        disagreements.extend(listed.into_iter().map(|path| Disagreement::NotMade {
            path: path.to_owned(),
        }));
        Check::of("tables", count, disagreements)
    }

    /// The indicators that a table tells otherwise than it was published; none where that
    /// cannot be told.
    async fn indicators(&self, path: &str, is_carried: bool) -> Vec<IndicatorId> {
        if KINDS[kind(path)] != "tables" {
            return Vec::new();
        }
        let made = match (is_carried, self.upon) {
            (true, Some(upon)) => self.releases.open_file(upon, path).await.ok(),
            _ => File::open(self.scratch.join(path)).ok(),
        };
        let published = self.releases.open_file(self.manifest.release, path).await;
        let (Some(made), Ok(published)) = (made, published) else {
            return Vec::new();
        };
        let comparing = tokio::task::spawn_blocking(move || differing_indicators(published, made));
        match comparing.await {
            Ok(Ok(indicators)) => indicators,
            _ => Vec::new(),
        }
    }
}

fn by_path(files: &[FileEntry]) -> BTreeMap<&str, &FileEntry> {
    files
        .iter()
        .map(|file| (file.path.as_str(), file))
        .collect()
}

/// The place of a file's kind among [`KINDS`].
fn kind(path: &str) -> usize {
    match path.rsplit_once('.') {
        Some((_, "parquet")) => 0,
        Some((_, "csv")) => 1,
        _ => 2,
    }
}

fn compare_manifests(
    record: &CommitRecord,
    published: &Manifest,
    recipe: &Recipe,
    made: &Manifest,
) -> Result<Check, EngineError> {
    let mut disagreements = Vec::new();
    let found = ContentHash::of(&encode(made)?);
    if found != record.manifest {
        let fields = [
            ("release", made.release == published.release),
            (
                "schema_version",
                made.schema_version == published.schema_version,
            ),
            (
                "program_version",
                made.program_version == published.program_version,
            ),
            ("parent", made.parent == published.parent),
            ("synthetic", made.synthetic == published.synthetic),
            ("geo_vintage", made.geo_vintage == published.geo_vintage),
            ("inputs", made.inputs == published.inputs),
            ("indicators", made.indicators == published.indicators),
            ("files", made.files == published.files),
        ];
        disagreements.push(Disagreement::Manifest {
            expected: record.manifest,
            found,
            fields: fields
                .into_iter()
                .filter(|(_, same)| !same)
                .map(|(field, _)| field)
                .collect(),
        });
    }
    let mut check = Check::of("manifests", 1, disagreements);
    if recipe.moment != record.released_at {
        check.disagreements.push(Disagreement::Moment {
            recipe: recipe.moment,
            record: record.released_at,
        });
    }
    Ok(check)
}
