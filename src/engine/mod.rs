//! The engine: from a sweep over the sources to a committed release.
//!
//! Data flows one way: `sweep` plans, fetches, archives, normalises and checks one
//! indicator after another; `release` builds and commits what was accepted. Both read
//! and write stored things only, so that a run that was cut short is simply run again.

mod events;
mod indicator;
pub mod job;
pub mod ledger;
pub(crate) mod release;
pub mod schedule;
pub mod scheduler;
pub mod storage;
mod sweep;

use sweep::selected_by_settings;
pub(crate) use sweep::{chain, is_selected};

use std::path::Path;
use std::sync::Arc;

use botnia_config::{IndicatorSelector, IndicatorSet, RegionTables, Settings};
use botnia_ingest::{Archive, ArchiveError, ClientLimits, PoliteClient, SourceError, UserAgent};
use botnia_model::{Clock, CommitRecord, IndicatorId, SourceId, SourceIndicator};
use botnia_publish::{PublishError, Releases};
use botnia_transform::TransformError;
use serde::{Deserialize, Serialize};

use ledger::{HoldReason, Ledger, LedgerError, SweepOutcome};
use storage::{Storage, StorageError};

/// Everything that a run needs, opened.
pub struct Engine {
    settings: Settings,
    sets: Vec<IndicatorSet>,
    tables: &'static RegionTables,
    clock: Arc<dyn Clock>,
    /// One for all sources: its limits per host hold over all of them.
    client: Arc<PoliteClient>,
    storage: Storage,
    archive: Archive,
    ledger: Ledger,
    releases: Releases,
}

/// Work that could not be done. What was published before is still served.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The data folder.
    #[error(transparent)]
    Storage(StorageError),
    /// The ledger.
    #[error(transparent)]
    Ledger(LedgerError),
    /// The HTTP client.
    #[error(transparent)]
    Client(SourceError),
    /// The archive.
    #[error(transparent)]
    Archive(ArchiveError),
    /// A table of the release.
    #[error(transparent)]
    Transform(TransformError),
    /// The release.
    #[error(transparent)]
    Publish(PublishError),
    /// A stored object.
    #[error("{operation} `{object}`")]
    Object {
        /// What was to be done.
        operation: &'static str,
        /// With which object.
        object: String,
        /// The cause.
        #[source]
        source: object_store::Error,
    },
    /// A table of the release before.
    #[error("open `{}` of the release before", path.display())]
    PreviousTable {
        /// The file.
        path: std::path::PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The scratch folder.
    #[error("prepare the scratch folder of the release")]
    Scratch {
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A source that the settings do not have.
    #[error("the settings have no source `{source_id}`; they have: {known}")]
    UnknownSource {
        /// What was asked for.
        source_id: SourceId,
        /// What there is.
        known: String,
    },
    /// An indicator that the settings do not select.
    #[error(
        "the settings do not select the indicator `{indicator}`; add it to `indicators` of its source"
    )]
    NotSelected {
        /// What was asked for.
        indicator: SourceIndicator,
    },
    /// A piece of work ended abnormally.
    #[error("{operation} ended abnormally")]
    Aborted {
        /// What was to be done.
        operation: &'static str,
        /// The cause.
        #[source]
        source: tokio::task::JoinError,
    },
}

macro_rules! wrap {
    ($($source:ty => $variant:ident),+ $(,)?) => {
        $(impl From<$source> for EngineError {
            fn from(source: $source) -> Self {
                Self::$variant(source)
            }
        })+
    };
}
impl EngineError {
    /// Whether the caller asked for what does not exist, rather than something having
    /// failed.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::UnknownSource { .. }
                | Self::NotSelected { .. }
                | Self::Storage(StorageError::NotAPath { .. })
                | Self::Ledger(LedgerError::NotSqlite { .. })
        )
    }

    /// What to do, where more can be said than the error says.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Publish(error) => error.hint(),
            _ => None,
        }
    }
}

// Each of these says itself what was to be done and with what: nothing is merged.
wrap!(
    StorageError => Storage,
    LedgerError => Ledger,
    SourceError => Client,
    ArchiveError => Archive,
    TransformError => Transform,
    PublishError => Publish,
);

/// What to run.
#[derive(Clone, Debug, Default)]
pub struct RunRequest {
    /// Only this source.
    pub source: Option<SourceId>,
    /// Only these indicators.
    pub indicators: Vec<SourceIndicator>,
    /// Fetch everything again, whether it moved or not.
    pub full: bool,
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct RunSummary {
    /// Each source's sweep in numbers.
    pub sweeps: Vec<(SourceId, SweepOutcome)>,
    /// What could not be had, and why.
    pub failures: Vec<(String, String)>,
    /// What waits for a person, and why.
    pub held: Vec<(IndicatorId, Vec<HoldReason>)>,
    /// Rows in the answers, observations made of them, and rows withheld with a finding.
    pub rows: RowCounts,
    /// The release that was made, if anything changed.
    pub release: Option<CommitRecord>,
    /// The release that is served now.
    pub served: Option<CommitRecord>,
}

/// Rows of the indicators that changed in a run: `read == observations + withheld`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    /// In the source's answers.
    pub read: u64,
    /// Observations.
    pub observations: u64,
    /// Withheld, each counted among the findings.
    pub withheld: u64,
}

/// Is told how a run goes on.
pub trait Progress: Send + Sync {
    /// A sweep over `indicators` indicators begins.
    fn sweep(&self, source: &SourceId, indicators: usize);
    /// One indicator is finished.
    fn indicator(&self, indicator: &IndicatorId, word: &'static str);
    /// The release is being built.
    fn building(&self);
}

impl Engine {
    /// Opens the data folder for work, cleans up what an interrupted run left, and opens
    /// the ledger.
    pub async fn open(
        settings: Settings,
        sets: Vec<IndicatorSet>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, EngineError> {
        let identity = UserAgent {
            contact: settings.contact.clone(),
        };
        let client = PoliteClient::new(clock.clone(), identity, ClientLimits::default())?;
        let storage = Storage::open_for_work(&settings.data)?;
        let ledger = Ledger::open(&settings.state).await?;
        let releases = Releases::new(storage.store.clone(), Some(storage.root.clone()));
        let removed = releases.clean_uncommitted().await?;
        if removed > 0 {
            tracing::info!(removed, "Leftovers of an interrupted run were removed");
        }
        Ok(Self {
            client: Arc::new(client),
            archive: Archive::new(storage.store.clone()),
            tables: RegionTables::builtin(),
            settings,
            sets,
            clock,
            storage,
            ledger,
            releases,
        })
    }

    /// One run: a sweep over each source, then a release if anything changed.
    pub async fn run(
        &self,
        request: &RunRequest,
        progress: &dyn Progress,
    ) -> Result<RunSummary, EngineError> {
        if let Some(wanted) = &request.source
            && !self
                .settings
                .source
                .iter()
                .any(|source| source.id == *wanted)
        {
            let known: Vec<_> = self
                .settings
                .source
                .iter()
                .map(|source| format!("`{}`", source.id))
                .collect();
            return Err(EngineError::UnknownSource {
                source_id: wanted.clone(),
                known: known.join(", "),
            });
        }
        self.check_selected(request)?;
        let mut summary = RunSummary::default();
        let mut finished = Vec::new();
        for source in &self.settings.source {
            if request
                .source
                .as_ref()
                .is_some_and(|wanted| *wanted != source.id)
            {
                continue;
            }
            finished.push(self.sweep(source, request, progress, &mut summary).await?);
        }
        progress.building();
        let token = finished.iter().map(|sweep| sweep.token).max().unwrap_or(0);
        summary.release = self.release(token).await?;
        for (sweep, (_, outcome)) in finished.iter().zip(&mut summary.sweeps) {
            outcome.release = summary.release.as_ref().map(|record| record.release);
            self.ledger
                .finish_sweep(&sweep.id, self.clock.now(), outcome)
                .await?;
        }
        summary.served = self.releases.latest().await?.map(|(record, _)| record);
        Ok(summary)
    }

    /// An indicator that is asked for has to be one that the settings select. Where they
    /// select all, only the source knows; there an unknown one is a failed fetch.
    fn check_selected(&self, request: &RunRequest) -> Result<(), EngineError> {
        let sources = || {
            let wanted = request.source.as_ref();
            let sources = self.settings.source.iter();
            sources.filter(move |source| wanted.is_none_or(|wanted| *wanted == source.id))
        };
        if sources().any(|source| source.indicators.contains(&IndicatorSelector::All)) {
            return Ok(());
        }
        let unknown = request.indicators.iter().find(|indicator| {
            !sources().any(|source| selected_by_settings(source, &self.sets).contains(*indicator))
        });
        match unknown {
            Some(indicator) => Err(EngineError::NotSelected {
                indicator: indicator.clone(),
            }),
            None => Ok(()),
        }
    }

    /// The settings it was opened with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Its ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Its releases.
    pub fn releases(&self) -> &Releases {
        &self.releases
    }

    /// The data folder.
    pub fn root(&self) -> &Path {
        &self.storage.root
    }

    /// Closes the ledger with everything written.
    pub async fn close(self) {
        self.ledger.close().await;
    }
}
