//! What was held, to be looked at: for each indicator and its held figures a folder with
//! the reasons and everything that would change.
//!
//! ```text
//! quarantine/<source>/<indicator>/<hash of the figures>/reasons.json
//! quarantine/<source>/<indicator>/<hash of the figures>/diff.csv
//! quarantine/<source>/<indicator>/<hash of the figures>/rejection.json
//! ```
//!
//! It is written before the ledger says that the figures are held, and taken away after
//! the ledger says that they are not any more; what a crash leaves between the two nothing
//! refers to, and `botnia gc` removes it. Rejected figures stay, with the note, until the
//! source sends others. The figures themselves are a normalised object like all others.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use botnia_model::{ContentHash, IndicatorId, Period, Sex};
use futures::TryStreamExt as _;
use jiff::Timestamp;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _, PutPayload};
use serde::{Deserialize, Serialize};

use super::EngineError;
use super::ledger::{HoldReason, Ledger, LedgerError};
use super::storage::Storage;
use super::sweep::chain;

const QUARANTINE: &str = "quarantine";
const REASONS: &str = "reasons.json";
/// The file with every figure that would change.
pub const DIFFERENCES: &str = "diff.csv";
const REJECTION: &str = "rejection.json";

/// What was held.
#[derive(Clone, Debug)]
pub struct Quarantine {
    store: Arc<dyn ObjectStore>,
    /// On a disk, where folders that became empty have to be removed.
    root: Option<PathBuf>,
}

/// Why figures are held, and what they would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuarantineReport {
    /// The indicator.
    pub indicator_id: IndicatorId,
    /// The Finnish title under which they came.
    pub title: String,
    /// Since when they are held, UTC.
    pub since: Timestamp,
    /// The held figures: `normalised/<hash>.parquet`.
    pub figures: ContentHash,
    /// The answer that describes the indicator, in the archive.
    pub description: ContentHash,
    /// The answers with the figures, in the archive.
    pub data: Vec<ContentHash>,
    /// The figures that are published meanwhile; none where none are.
    pub released: Option<ContentHash>,
    /// What the gates say, those that hold first.
    pub reasons: Vec<HoldReason>,
    /// Figures that would go.
    pub removed: u64,
    /// Figures that would change.
    pub changed: u64,
    /// Figures that would come.
    pub added: u64,
    /// The first of those: losses, then the largest changes.
    pub largest: Vec<LargestDifference>,
}

/// One of the largest differences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LargestDifference {
    /// The region by name, level and code.
    pub region: String,
    /// When.
    pub period: Period,
    /// Of whom.
    pub sex: Sex,
    /// Any further dimension.
    pub breakdown: Option<String>,
    /// `removed`, `changed` or `added`.
    pub what: String,
    /// The released value.
    pub old: Option<f64>,
    /// The held value.
    pub new: Option<f64>,
}

/// A person's refusal.
#[derive(Serialize)]
struct Rejection<'a> {
    note: &'a str,
    at: Timestamp,
}

impl Quarantine {
    /// The quarantine of some data.
    pub fn of(storage: &Storage) -> Self {
        Self {
            store: Arc::clone(&storage.store),
            root: storage.root.clone(),
        }
    }

    /// Keeps a report and the differences beside it. Held again, they are written again.
    pub(super) async fn keep(
        &self,
        report: &QuarantineReport,
        differences: String,
    ) -> Result<(), EngineError> {
        let folder = folder(&report.indicator_id, report.figures);
        self.put(&folder.clone().join(DIFFERENCES), differences)
            .await?;
        self.put(&folder.join(REASONS), json(report)).await
    }

    /// The report on held figures; `None` where there is none, as of figures that an older
    /// program held.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn report(
        &self,
        indicator: &IndicatorId,
        figures: ContentHash,
    ) -> Result<Option<QuarantineReport>, EngineError> {
        let object = folder(indicator, figures).join(REASONS);
        let failed = |source| EngineError::Object {
            operation: "read",
            object: object.to_string(),
            source,
        };
        let bytes = match self.store.get(&object).await {
            Ok(found) => found.bytes().await.map_err(failed)?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(source) => return Err(failed(source)),
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|source| EngineError::Report {
                object: object.to_string(),
                source,
            })
    }

    /// The key of the file with every difference.
    pub fn differences_key(indicator: &IndicatorId, figures: ContentHash) -> String {
        folder(indicator, figures).join(DIFFERENCES).to_string()
    }

    /// Keeps a person's note beside rejected figures.
    pub(super) async fn note_rejection(
        &self,
        indicator: &IndicatorId,
        figures: ContentHash,
        note: &str,
        at: Timestamp,
    ) -> Result<(), EngineError> {
        let object = folder(indicator, figures).join(REJECTION);
        self.put(&object, json(&Rejection { note, at })).await
    }

    /// Takes away what was kept of figures that are held no more.
    async fn remove(
        &self,
        indicator: &IndicatorId,
        figures: ContentHash,
    ) -> Result<(), EngineError> {
        let folder = folder(indicator, figures);
        for name in [REASONS, DIFFERENCES, REJECTION] {
            let object = folder.clone().join(name);
            match self.store.delete(&object).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(source) => {
                    return Err(EngineError::Object {
                        operation: "remove",
                        object: object.to_string(),
                        source,
                    });
                }
            }
        }
        if let Some(root) = &self.root {
            // The folder of the indicator stays where other figures of it are held.
            let folder = root.join(folder.as_ref());
            let _ = std::fs::remove_dir(&folder);
            let _ = folder.parent().map(std::fs::remove_dir);
        }
        Ok(())
    }

    /// The same after the ledger told of it: what could not be taken away nothing refers to,
    /// and `botnia gc` removes it.
    pub(super) async fn forget(&self, indicator: &IndicatorId, figures: ContentHash) {
        if let Err(error) = self.remove(indicator, figures).await {
            let error = chain(&error);
            tracing::warn!(%indicator, %figures, error, "The quarantine could not be cleared");
        }
    }

    async fn put(&self, object: &ObjectPath, text: String) -> Result<(), EngineError> {
        let put = self.store.put(object, PutPayload::from(text)).await;
        put.map(|_| ()).map_err(|source| EngineError::Object {
            operation: "write",
            object: object.to_string(),
            source,
        })
    }
}

/// Objects of the quarantine that belong to no figures which the ledger says are held.
pub(super) async fn unnamed(
    store: &dyn ObjectStore,
    ledger: &Ledger,
) -> Result<Vec<ObjectMeta>, EngineError> {
    // Objects before references: what is held in between is referred to.
    let listed = store.list(Some(&ObjectPath::from(QUARANTINE)));
    let mut objects: Vec<_> = listed
        .try_collect()
        .await
        .map_err(|source| EngineError::Object {
            operation: "list the objects in",
            object: QUARANTINE.to_owned(),
            source,
        })?;
    let named = named(ledger).await?;
    objects.retain(|object: &ObjectMeta| {
        !named
            .iter()
            .any(|folder| object.location.prefix_matches(folder))
    });
    objects.sort_by(|left, right| left.location.cmp(&right.location));
    Ok(objects)
}

async fn named(ledger: &Ledger) -> Result<HashSet<ObjectPath>, LedgerError> {
    let series = ledger.all_series().await?;
    Ok(series
        .into_iter()
        .filter_map(|(indicator, series)| Some(folder(&indicator, series.held?.figures.normalised)))
        .collect())
}

/// What is no letter, digit or plain sign in an indicator's id is escaped.
fn folder(indicator: &IndicatorId, figures: ContentHash) -> ObjectPath {
    ObjectPath::from_iter([
        QUARANTINE,
        indicator.source().as_str(),
        indicator.source_indicator().as_str(),
        &figures.to_string(),
    ])
}

/// Plain records of text and numbers: there is nothing in them that JSON cannot hold.
fn json<T: Serialize>(record: &T) -> String {
    format!(
        "{}\n",
        serde_json::to_string_pretty(record).unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_the_quarantine() {
        let key = |id: &str| {
            let indicator: IndicatorId = format!("pxweb:{id}").parse().unwrap();
            Quarantine::differences_key(&indicator, ContentHash::of(b"figures"))
        };
        for id in ["../../published", "..", "a/b", "vaerak/11re.px"] {
            let key = key(id);
            assert_eq!(key.split('/').count(), 5, "{key}");
            assert!(!key.split('/').any(|part| part == ".."), "{key}");
        }
        assert!(key("127").starts_with("quarantine/pxweb/127/"));
    }
}
