//! Turns to ask a host, handed out by the ledger where several processes share it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use botnia_config::Settings;
use botnia_ingest::error::Cause;
use botnia_ingest::{ClientLimits, PoliteClient, SourceError, Turns, UserAgent};
use botnia_model::Clock;
use jiff::SignedDuration;

use super::ledger::Ledger;

/// The client of this process, under the name of the settings. Where the ledger is shared,
/// it takes turns with those of the other processes.
pub(super) fn polite_client(
    settings: &Settings,
    ledger: &Ledger,
    clock: &Arc<dyn Clock>,
    limits: ClientLimits,
) -> Result<PoliteClient, SourceError> {
    let identity = UserAgent {
        contact: settings.contact.clone(),
    };
    if ledger.is_shared() {
        let turns = LedgerTurns::new(ledger.clone(), Arc::clone(clock));
        PoliteClient::sharing_turns(Arc::clone(clock), identity, limits, Arc::new(turns))
    } else {
        PoliteClient::new(Arc::clone(clock), identity, limits)
    }
}

/// The ledger's turns.
pub(super) struct LedgerTurns {
    ledger: Ledger,
    clock: Arc<dyn Clock>,
}

impl LedgerTurns {
    pub(super) fn new(ledger: Ledger, clock: Arc<dyn Clock>) -> Self {
        Self { ledger, clock }
    }
}

#[async_trait]
impl Turns for LedgerTurns {
    async fn reserve(&self, host: &str, interval: Duration) -> Result<Duration, Cause> {
        let now = self.clock.now();
        Ok(self.ledger.next_turn(host, interval, now).await?)
    }

    async fn pause(&self, host: &str, pause: Duration) -> Result<(), Cause> {
        let pause = SignedDuration::try_from(pause)?;
        let until = self.clock.now().checked_add(pause)?;
        Ok(self.ledger.pause_host(host, until).await?)
    }

    async fn paused(&self, host: &str) -> Result<Duration, Cause> {
        let until = self.ledger.host_paused_until(host).await?;
        let left = until.map(|until| until.duration_since(self.clock.now()));
        Ok(left
            .and_then(|left| Duration::try_from(left).ok())
            .unwrap_or_default())
    }
}
