//! The ledger: what is known of every source and indicator, what is to be done, and what
//! happened.
//!
//! State moves only in the transaction that finishes a piece of work: the answers that
//! were seen, the figures that were accepted or held, the jobs that come next, the verdict
//! on the job itself, and the events all become true together, or not at all.
//!
//! It is kept in `SQLite`, or in PostgreSQL where several machines work. The statements are
//! the same; `backend` holds what is not. A job is done at least once: its worker holds a
//! lease, and what comes from a worker whose lease went to another is refused.

mod backend;
mod beginning;
mod completion;
mod error;
mod hosts;
mod housekeeping;
mod inspection;
mod jobs;
mod layout;
mod leases;
mod notes;
mod outbox;
mod reading;
mod records;
mod releases;
mod runs;
mod slots;
mod stored;
mod writing;

use std::sync::Arc;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, Connection as _};
use tokio::sync::watch;

pub use beginning::Beginning;
pub use error::LedgerError;
pub use inspection::Layout;
pub use notes::{KeptNote, NotesImported};
pub use records::{
    AnswerPlace, Completion, Decision, Failure, Figures, Held, HoldReason, LatestAnswer,
    OutboxEntry, Series, SeriesChange, SweepOutcome, SweepRecord,
};

use super::events::EventCounters;
use backend::{Backend, backend};
use error::without_password;
use stored::failed;

/// The ledger. Its clones share connections.
#[derive(Clone, Debug)]
pub struct Ledger {
    pool: AnyPool,
    backend: Arc<dyn Backend>,
    /// Workers of this process wait here.
    wakes: watch::Sender<()>,
    events: Arc<EventCounters>,
}

impl Ledger {
    /// Opens `sqlite:<path>`, which is made if it is not there, or the database at
    /// `postgres://…`, and brings its layout up to date.
    ///
    /// # Errors
    /// The setting names no ledger, the database cannot be reached, or a newer version wrote
    /// it.
    pub async fn open(state: &str) -> Result<Self, LedgerError> {
        let backend = backend(state)?;
        let unopened = |source| LedgerError::Open {
            state: without_password(state),
            source,
        };
        sqlx::any::install_default_drivers();
        let options = backend.options().map_err(unopened)?;
        // One connection by itself first: a pool would try for half a minute to reach what
        // cannot be reached, and then not say why.
        let mut first = AnyConnection::connect_with(&options)
            .await
            .map_err(unopened)?;
        backend.prepare(&mut first).await.map_err(unopened)?;
        layout::bring_up_to_date(backend.as_ref(), &mut first).await?;
        first.close().await.map_err(unopened)?;
        let preparing = Arc::clone(&backend);
        let pool = AnyPoolOptions::new()
            .max_connections(backend.connections())
            .after_connect(move |connection, _| {
                let preparing = Arc::clone(&preparing);
                Box::pin(async move { preparing.prepare(connection).await })
            })
            .connect_lazy_with(options);
        Ok(Self {
            pool,
            backend,
            wakes: watch::Sender::new(()),
            events: Arc::default(),
        })
    }

    /// Whether several processes may work on the ledger that `state` names.
    ///
    /// # Errors
    /// It names none that this version has.
    pub fn shares(state: &str) -> Result<bool, LedgerError> {
        backend(state).map(|backend| backend.is_shared())
    }

    /// Whether several processes may work on it at once.
    pub fn is_shared(&self) -> bool {
        self.backend.is_shared()
    }

    /// Ends when jobs may have become claimable. It counts from the call on, before it is
    /// awaited: who calls it, then looks for a job, and then awaits it, misses nothing.
    ///
    /// With PostgreSQL it hears every process, with `SQLite` its own: what `botnia retry`
    /// does beside a service is found when the service looks by itself.
    pub fn woken(&self) -> impl Future<Output = ()> + Send + use<> {
        self.backend.listen(&self.wakes);
        let mut wakes = self.wakes.subscribe();
        async move {
            if wakes.changed().await.is_err() {
                // The ledger is gone, and nothing becomes claimable any more.
                std::future::pending::<()>().await;
            }
        }
    }

    /// How often each event was recorded by this process.
    pub fn event_counts(&self) -> Vec<(&'static str, u64)> {
        self.events.counts()
    }

    /// Closes it, with everything written.
    pub async fn close(self) {
        self.pool.close().await;
    }
}
