//! The engine: from a sweep over the sources to a committed release.
//!
//! Work goes through jobs in the ledger, and only so: a run begins with a plan for each
//! source (`plan`), which adds a job for every indicator (`indicator`) and the release
//! (`release`), which adds its announcement (`announce`). Workers (`worker`) take them,
//! here or on other machines. Each job reads and writes stored things only, and becomes
//! true in one transaction at its end, so that a job that was cut short is done again.

mod announce;
mod beginning;
mod boundaries;
pub mod collect;
pub mod doctor;
mod events;
mod indicator;
pub mod job;
pub mod ledger;
mod normalised;
pub mod notes;
mod observed;
mod own_use;
mod plan;
pub mod quarantine;
pub mod regions;
pub(crate) mod release;
mod request;
mod retry;
pub mod review;
pub mod schedule;
pub mod scheduler;
mod source;
pub mod storage;
mod summary;
pub mod survey;
mod sweep;
mod turns;
pub mod verify;
pub mod worker;

pub use request::begin_run;
pub use summary::RunSummary;

use sweep::selected_by_settings;
pub(crate) use sweep::{chain, is_selected, is_wanted};

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use botnia_config::{IndicatorSelector, IndicatorSet, RegionTables, Settings, SourceSettings};
use botnia_ingest::{Archive, ArchiveError, ClientLimits, PoliteClient, SourceError};
use botnia_model::{Clock, ContentHash, IndicatorId, ReleaseNumber, SourceId, SourceIndicator};
use botnia_publish::error::{DISK_FULL_HINT, is_disk_full};
use botnia_publish::{PublishError, Releases};
use botnia_transform::TransformError;
use botnia_transform::dissolve::DissolveError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use indicator::Asking;
use job::{Fetching, Lease, Task, Verdict};
use ledger::{Completion, Ledger, LedgerError};
use plan::Frame;
use quarantine::Quarantine;
use regions::regions_without_table;
use release::recipe::RecipeError;
use storage::{Storage, StorageError};
use tokio_util::sync::CancellationToken;
use turns::polite_client;
use worker::Scope;

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
    quarantine: Quarantine,
    /// The region list of each source's present sweep, read.
    frames: tokio::sync::Mutex<HashMap<SourceId, Arc<Frame>>>,
    /// How this process is named in the leases that it takes.
    worker: String,
    /// The release from which the ledger was begun anew, if it knew nothing.
    begun_from: Option<ReleaseNumber>,
    /// When this process last had the ledger forget what is long past.
    forgotten_at: Mutex<Option<Timestamp>>,
}

/// What came of a job, to be made true in one transaction.
struct Work {
    verdict: Verdict,
    done: Completion,
    /// Held figures that other ones took the place of: they leave the quarantine after that.
    replaced: Option<(IndicatorId, ContentHash)>,
}

impl Work {
    /// A job that failed.
    fn failed(verdict: Verdict) -> Self {
        Self {
            verdict,
            done: Completion::default(),
            replaced: None,
        }
    }
}

/// Work that could not be done. What was published before is still served.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Where everything is kept.
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
    /// What a release was made from.
    #[error(transparent)]
    Recipe(RecipeError),
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
    /// A stored object is gone, and cannot be made again.
    #[error(
        "`{object}` with the figures of `{indicator}` is lost and cannot be made again: {reason}"
    )]
    Lost {
        /// The indicator.
        indicator: IndicatorId,
        /// The object.
        object: String,
        /// Why it cannot be made again.
        reason: String,
    },
    /// A report of the quarantine is no such report.
    #[error("read the report `{object}`")]
    Report {
        /// The object.
        object: String,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// An announcement is no JSON.
    #[error("{operation} an announcement of the outbox")]
    Announcement {
        /// What was to be done.
        operation: &'static str,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// Somebody makes a release of objects that might be removed.
    #[error("a release is being made (job {job}); nothing was removed")]
    ReleaseUnderWay {
        /// The job.
        job: job::JobId,
    },
    /// A release lost its manifest, and with it what it refers to.
    #[error(
        "the manifest of release {release} is lost, but older releases are there; nothing was removed"
    )]
    ManifestLost {
        /// The release.
        release: ReleaseNumber,
    },
    /// A job for a source that the settings no longer have.
    #[error("the settings no longer have the source `{source_id}`")]
    SourceGone {
        /// The source.
        source_id: SourceId,
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
    /// Figures that cannot be brought to other borders.
    #[error("bring the figures of `{indicator}` to other borders")]
    NotDissolved {
        /// The indicator.
        indicator: IndicatorId,
        /// Why.
        #[source]
        source: DissolveError,
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
                | Self::NotDissolved { .. }
                | Self::Storage(StorageError::Unknown { .. })
                | Self::Ledger(LedgerError::Unknown { .. })
        )
    }

    /// What to do, where more can be said than the error says.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Publish(error) => error.hint(),
            Self::Lost { .. } => Some(
                "restore it from a backup, or fetch the indicator anew with \
                 `botnia run --full --indicator ID`",
            ),
            Self::ReleaseUnderWay { .. } => {
                Some("try again when it is done; `botnia status` shows it")
            }
            Self::ManifestLost { .. } => Some("restore the release's folder from a backup"),
            error if is_disk_full(error) => Some(DISK_FULL_HINT),
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
    RecipeError => Recipe,
);

/// What to run.
#[derive(Clone, Debug, Default)]
pub struct RunRequest {
    /// Only this source.
    pub source: Option<SourceId>,
    /// Only these indicators.
    pub indicators: Vec<SourceIndicator>,
    /// How the answers are had.
    pub fetching: Fetching,
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

/// Tells nobody: the log lines say how the work of a service goes on.
pub struct Silent;

impl Progress for Silent {
    fn sweep(&self, _: &SourceId, _: usize) {}
    fn indicator(&self, _: &IndicatorId, _: &'static str) {}
    fn building(&self) {}
}

impl Engine {
    /// Opens the data for work, cleans up what an interrupted run left, and opens
    /// the ledger.
    pub async fn open(
        settings: Settings,
        sets: Vec<IndicatorSet>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, EngineError> {
        Self::open_within(settings, sets, clock, ClientLimits::default()).await
    }

    /// The same, with other limits for its HTTP client.
    pub async fn open_within(
        settings: Settings,
        sets: Vec<IndicatorSet>,
        clock: Arc<dyn Clock>,
        limits: ClientLimits,
    ) -> Result<Self, EngineError> {
        let shared = Ledger::shares(&settings.state)?;
        let storage = Storage::open_for_work(&settings.data, &settings.state, shared)?;
        let tables = RegionTables::builtin();
        Self::open_on(storage, settings, sets, tables, clock, limits).await
    }

    /// The same, on storage that was opened for work, for the regions of `tables`.
    pub async fn open_on(
        storage: Storage,
        settings: Settings,
        sets: Vec<IndicatorSet>,
        tables: &'static RegionTables,
        clock: Arc<dyn Clock>,
        limits: ClientLimits,
    ) -> Result<Self, EngineError> {
        let shared = Ledger::shares(&settings.state)?;
        // A disk of this machine alone holds it.
        if shared || storage.root.is_none() {
            storage.probe_create_only().await?;
        }
        let ledger = Ledger::open(&settings.state).await?;
        let releases = storage.releases();
        // Where others may be at work, what was left is removed by who releases next.
        if !shared {
            let removed = releases.clean_uncommitted().await?;
            if removed > 0 {
                tracing::info!(removed, "Leftovers of an interrupted run were removed");
            }
            // Whoever held a job here is gone: the lock is ours.
            ledger.free_leases(clock.now()).await?;
        }
        if let Some((newest, _)) = releases.latest().await? {
            ledger.raise_fence(newest.fencing_token).await?;
        }
        let client = polite_client(&settings, &ledger, &clock, limits)?;
        let mut engine = Self {
            client: Arc::new(client),
            archive: Archive::new(storage.store.clone()),
            quarantine: Quarantine::of(&storage),
            tables,
            settings,
            sets,
            clock,
            storage,
            ledger,
            releases,
            frames: tokio::sync::Mutex::default(),
            worker: worker_name(),
            begun_from: None,
            forgotten_at: Mutex::default(),
        };
        engine.begun_from = engine.begin_ledger().await?;
        Ok(engine)
    }

    /// One run, here and now: a plan for each source, its indicators, then a release if
    /// anything changed. Ends when every job was tried once.
    pub async fn run(
        &self,
        request: &RunRequest,
        progress: &dyn Progress,
    ) -> Result<RunSummary, EngineError> {
        let now = self.clock.now();
        let run = begin_run(&self.ledger, &self.settings, &self.sets, request, now).await?;
        self.work(Scope::Run(run), progress, &CancellationToken::new())
            .await?;
        self.finish_interrupted(run, progress).await?;
        let jobs = self.ledger.run_jobs(run).await?;
        let mut summary = summary::summarise(&jobs);
        summary.under_way_elsewhere = self
            .settings
            .source
            .iter()
            .map(|source| &source.id)
            .filter(|source| request.source.as_ref().is_none_or(|asked| asked == *source))
            .filter(|source| {
                let mut sources = jobs.iter().map(|job| job.task.source());
                !sources.any(|planned| planned == Some(source))
            })
            .cloned()
            .collect();
        summary.begun_from = self.begun_from;
        summary.served = self.releases.latest().await?.map(|(record, _)| record);
        summary.unknown_regions =
            regions_without_table(&self.settings, &self.archive, &self.ledger, self.tables).await?;
        if let Some(released) = summary.released {
            let served = summary.served.clone();
            summary.release = served.filter(|record| record.release == released);
        }
        Ok(summary)
    }

    /// Does what a job says.
    async fn do_task(&self, lease: &Lease, progress: &dyn Progress) -> Result<Work, EngineError> {
        match &lease.task {
            Task::Plan {
                source,
                indicators,
                fetching,
            } => {
                let settings = self.source_settings(source)?;
                self.plan(lease, settings, indicators, *fetching, progress)
                    .await
            }
            Task::Indicator {
                indicator,
                regions,
                version,
                fetching,
            } => {
                let settings = self.source_settings(indicator.source())?;
                let asking = Asking {
                    regions: *regions,
                    version: version.as_ref(),
                    fetching: *fetching,
                };
                self.indicator(lease, settings, indicator, asking, progress)
                    .await
            }
            Task::Release => self.release_run(lease, progress).await,
            Task::Announce { release } => self.announce(*release).await,
        }
    }

    fn source_settings(&self, id: &SourceId) -> Result<&SourceSettings, EngineError> {
        let mut sources = self.settings.source.iter();
        sources
            .find(|source| source.id == *id)
            .ok_or_else(|| EngineError::SourceGone {
                source_id: id.clone(),
            })
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

    /// What was held.
    pub fn quarantine(&self) -> &Quarantine {
        &self.quarantine
    }

    /// Where everything is kept.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Closes the ledger with everything written.
    pub async fn close(self) {
        self.ledger.close().await;
    }
}

/// What is asked for has to be what the settings have: a source, and indicators that they
/// select. Where they select all, only the source knows; there an unknown one is a failed
/// fetch.
///
/// # Errors
/// [`EngineError::UnknownSource`] and [`EngineError::NotSelected`].
pub fn check_request(
    settings: &Settings,
    sets: &[IndicatorSet],
    request: &RunRequest,
) -> Result<(), EngineError> {
    if let Some(wanted) = &request.source
        && !settings.source.iter().any(|source| source.id == *wanted)
    {
        let known = settings.source.iter();
        let known: Vec<_> = known.map(|source| format!("`{}`", source.id)).collect();
        return Err(EngineError::UnknownSource {
            source_id: wanted.clone(),
            known: known.join(", "),
        });
    }
    let sources = || {
        let wanted = request.source.as_ref();
        let sources = settings.source.iter();
        sources.filter(move |source| wanted.is_none_or(|wanted| *wanted == source.id))
    };
    if sources().any(|source| source.indicators.contains(&IndicatorSelector::All)) {
        return Ok(());
    }
    let unknown = request.indicators.iter().find(|indicator| {
        !sources().any(|source| selected_by_settings(source, sets).contains(*indicator))
    });
    match unknown {
        Some(indicator) => Err(EngineError::NotSelected {
            indicator: indicator.clone(),
        }),
        None => Ok(()),
    }
}

/// The machine and the process: a person who reads it can find the worker.
fn worker_name() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "localhost".to_owned(), |name| name.trim().to_owned());
    format!("{machine}/{}", std::process::id())
}
