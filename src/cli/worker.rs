//! `botnia worker`: work on the jobs that others schedule.

use std::sync::Arc;

use anyhow::bail;
use botnia_model::Clock;

use super::output::note;
use super::serve::stopped_by_signals;
use super::{Exit, Global, UsageError};
use crate::engine::ledger::Ledger;
use crate::engine::worker::Scope;
use crate::engine::{Engine, Silent};

pub(super) async fn run(global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
    let settings = global.settings()?;
    if !Ledger::shares(&settings.state)? {
        bail!(UsageError(
            "a worker beside others needs a ledger that they share\nhint: set `state` to \
             `postgres://…`; with a ledger on this disk `botnia serve` does the work itself"
                .to_owned()
        ));
    }
    let engine = Engine::open(settings, global.sets()?, clock).await?;
    let stop = stopped_by_signals()?;
    note("Working on the jobs of the ledger. Stop with Ctrl-C.");
    engine.work(Scope::Everything, &Silent, &stop).await?;
    engine.close().await;
    note("Stopped.");
    Ok(Exit::Done)
}
