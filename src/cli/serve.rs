//! `botnia serve`: the scheduler and the web server in one process.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use botnia_model::{Clock, SourceId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::output::note;
use super::{Exit, Global};
use crate::engine::scheduler::{NextSlots, Scheduler};
use crate::engine::worker::Scope;
use crate::engine::{Engine, Silent};
use crate::server::{ActionLimits, Schedules, ServerState, router, serve};

/// Sweep by schedule, and serve what is published, until told to stop.
#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    /// Where the web server listens; overrides `server.listen` of the settings. Port 0
    /// takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

impl Schedules for NextSlots {
    fn next(&self) -> Vec<(SourceId, Timestamp)> {
        self.get()
    }
}

impl Serve {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        let settings = global.settings()?;
        let sets = global.sets()?;
        let address = self.listen.unwrap_or(settings.server.listen);
        let time_zone = TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC);
        let engine =
            Arc::new(Engine::open(settings.clone(), sets.clone(), Arc::clone(&clock)).await?);
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("listen on {address}"))?;
        let address = listener.local_addr().context("ask for the address")?;
        let scheduler = Scheduler::new(Arc::clone(&engine));
        let state = ServerState {
            ledger: engine.ledger().clone(),
            releases: engine.releases().clone(),
            quarantine: engine.quarantine().clone(),
            schedules: scheduler.next_slots(),
            clock,
            time_zone,
            settings,
            sets,
            action_limits: ActionLimits::default(),
        };
        let shutdown = stopped_by_signals()?;
        note(format_args!(
            "Serving http://{address}/ and its status at /status. Stop with Ctrl-C."
        ));
        let server = tokio::spawn(serve(listener, router(state), shutdown.clone()));
        let (worked, ()) = tokio::join!(
            engine.work(Scope::Everything, &Silent, &shutdown),
            scheduler.run(shutdown.clone()),
        );
        worked?;
        server.await.context("stop the web server")?;
        note("Stopped.");
        Ok(Exit::Done)
    }
}

/// A token that SIGTERM and Ctrl-C cancel.
pub(super) fn stopped_by_signals() -> anyhow::Result<CancellationToken> {
    let shutdown = CancellationToken::new();
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut signals = signal(kind).context("listen for signals")?;
        let shutdown = shutdown.clone();
        tokio::spawn(async move {
            signals.recv().await;
            shutdown.cancel();
        });
    }
    Ok(shutdown)
}
