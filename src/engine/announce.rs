//! The announcement of a release: what waits in the outbox leaves the process.

use super::job::{JobResult, Verdict};
use super::ledger::Completion;
use super::{Engine, EngineError, Work};
use botnia_model::{Event, ReleaseNumber};

impl Engine {
    /// Publishes every announcement that waits. One that was published before, because its
    /// worker vanished in between, is the same file and stays as it is.
    pub(super) async fn announce(&self, release: ReleaseNumber) -> Result<Work, EngineError> {
        let mut done = Completion::default();
        for entry in self.ledger.outbox().await? {
            let announcement =
                serde_json::from_str(&entry.event).map_err(|source| EngineError::Announcement {
                    operation: "read",
                    source,
                })?;
            self.releases.announce(&announcement).await?;
            done.delivered.push(entry.sequence);
        }
        done.events.push(Event::ReleaseAnnounced { release });
        Ok(Work {
            verdict: Verdict::Done(JobResult::Announced),
            done,
            replaced: None,
        })
    }
}
