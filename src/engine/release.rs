//! From accepted figures to a committed release, if anything changed.
//!
//! `gather` reads from the ledger what a release is to be made from; `recipe` is the record
//! of that; `build` makes the release of it.

pub(crate) mod build;
mod gather;
pub(crate) mod recipe;
mod shapes;

use std::sync::Arc;

use botnia_model::{CommitRecord, Event, ReleaseNumber};
use botnia_publish::release_committed;

use super::job::{JobResult, Lease, NewJob, Task, Verdict};
use super::ledger::Completion;
use super::{Engine, EngineError, Progress, Work, summary};
use build::Making;
use gather::Gathered;

impl Engine {
    /// The release of a run: closes its sweeps, and publishes what is accepted if anything
    /// changed. What was committed before but never recorded, because its worker vanished
    /// in between, is recorded and announced now.
    pub(super) async fn release_run(
        &self,
        lease: &Lease,
        progress: &dyn Progress,
    ) -> Result<Work, EngineError> {
        progress.building();
        let mut done = Completion::default();
        let jobs = self.ledger.run_jobs(lease.run).await?;
        let mut sweeps = summary::sweeps(&jobs);
        for sweep in &sweeps {
            self.archive
                .record_sweep(&sweep.id, &sweep.snapshots)
                .await?;
        }
        if self.ledger.is_shared() {
            // No other process releases while this one holds the lease.
            self.releases.clean_uncommitted().await?;
        }
        self.refresh_boundaries(&jobs).await?;
        self.release(lease).await?;
        let newest = self.releases.latest().await?.map(|(record, _)| record);
        let recorded = self.ledger.newest_release().await?;
        let fresh = newest.filter(|record| recorded.is_none_or(|known| known < record.release));
        if let Some(record) = &fresh {
            done.released = Some((record.release, record.manifest));
            done.events.push(Event::ReleaseCommitted {
                release: record.release,
                manifest: record.manifest,
            });
            done.outbox.push(announcement(record)?);
            done.jobs.push(NewJob {
                sweep: None,
                task: Task::Announce {
                    release: record.release,
                },
            });
        }
        let release = fresh.map(|record| record.release);
        for sweep in &mut sweeps {
            sweep.outcome.release = release;
        }
        done.finished_sweeps = sweeps
            .into_iter()
            .map(|sweep| (sweep.id, sweep.outcome))
            .collect();
        Ok(Work {
            verdict: Verdict::Done(JobResult::Released { release }),
            done,
            replaced: None,
        })
    }

    /// Makes a release of what is accepted now, unless the newest one was made of the
    /// same.
    async fn release(&self, lease: &Lease) -> Result<(), EngineError> {
        let previous = self.releases.latest().await?;
        let number = previous
            .as_ref()
            .map_or(ReleaseNumber::FIRST, |(record, _)| record.release.next());
        let moment = self.clock.now();
        let Gathered {
            recipe,
            ingredients,
            entries,
        } = self.gather(number, moment).await?;
        if entries.is_empty() {
            return Ok(());
        }
        let inputs = recipe.inputs(&ingredients)?;
        if previous
            .as_ref()
            .is_some_and(|(_, manifest)| manifest.inputs == inputs)
        {
            return Ok(());
        }
        let scratch = self.releases.scratch()?;
        let making = Making {
            releases: &self.releases,
            recipe: Arc::new(recipe),
            ingredients: Arc::new(ingredients),
            previous,
            scratch: scratch.path().to_owned(),
        };
        let built = making.tables(self.stored(&entries)).await?;
        let staged = making.assemble(built, entries).await?;
        // Who lost the lease while building stops here; who loses it later is refused by
        // its token, or because the number is taken.
        self.ledger
            .heartbeat(lease, self.clock.now(), self.lease_time())
            .await?;
        self.keep_own_use(scratch.path()).await?;
        self.releases.commit(staged, moment, lease.token).await?;
        Ok(())
    }
}

/// The announcement of a release, as the outbox keeps it.
fn announcement(record: &CommitRecord) -> Result<String, EngineError> {
    serde_json::to_string(&release_committed(record)).map_err(|source| EngineError::Announcement {
        operation: "write",
        source,
    })
}
