//! What every event leaves behind besides its row in the ledger: a log line, and a count.

use std::sync::atomic::{AtomicU64, Ordering};

use botnia_model::Event;

/// How often each event happened in this process.
#[derive(Debug, Default)]
pub(crate) struct EventCounters([AtomicU64; Event::NAMES.len()]);

impl EventCounters {
    /// Each event's name and count, those that never happened too.
    pub(crate) fn counts(&self) -> Vec<(&'static str, u64)> {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        Event::NAMES.into_iter().zip(counts).collect()
    }

    fn count(&self, event: &Event) {
        let place = Event::NAMES.iter().position(|name| *name == event.name());
        if let Some(count) = place.and_then(|place| self.0.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Writes the log line of an event that became fact, and counts it.
pub(crate) fn emit(event: &Event, counters: &EventCounters) {
    counters.count(event);
    log(event);
}

/// Writes the line. WARN: nothing is lost. ERROR: a person must act.
fn log(event: &Event) {
    match event {
        Event::SweepStarted { sweep, source } => {
            tracing::info!(%sweep, %source, "Sweep started");
        }
        Event::SnapshotArchived {
            sweep,
            indicator,
            snapshot,
        } => {
            tracing::debug!(%sweep, indicator = indicator_text(indicator.as_ref()), %snapshot, "Answer archived");
        }
        Event::SnapshotUnchanged {
            sweep,
            indicator,
            snapshot,
        } => {
            tracing::debug!(%sweep, indicator = indicator_text(indicator.as_ref()), %snapshot, "Answer unchanged");
        }
        Event::FetchFailed {
            sweep,
            indicator,
            remedy,
        } => {
            tracing::warn!(%sweep, indicator = indicator_text(indicator.as_ref()), %remedy, "Fetch failed");
        }
        Event::IndicatorNormalised {
            sweep,
            indicator,
            normalised,
        } => {
            tracing::info!(%sweep, %indicator, %normalised, "Indicator normalised");
        }
        Event::IndicatorHeld {
            sweep,
            indicator,
            reason,
        } => {
            tracing::error!(%sweep, %indicator, %reason, "Indicator held for a person");
        }
        Event::IndicatorWarned {
            sweep,
            indicator,
            reason,
        } => {
            tracing::warn!(%sweep, %indicator, %reason, "Indicator released with a warning");
        }
        Event::IndicatorApproved {
            indicator,
            normalised,
        } => {
            tracing::info!(%indicator, %normalised, "Indicator approved");
        }
        Event::IndicatorRejected {
            indicator,
            normalised,
        } => {
            tracing::info!(%indicator, %normalised, "Indicator rejected");
        }
        Event::ReleaseCommitted { release, manifest } => {
            tracing::info!(%release, %manifest, "Release committed");
        }
        Event::SweepFinished { sweep, release } => {
            tracing::info!(%sweep, release = release.map(botnia_model::ReleaseNumber::get), "Sweep finished");
        }
        Event::JobDied {
            job,
            subject,
            remedy,
        } => {
            tracing::error!(%job, subject, remedy, "Job failed for good and waits for a person");
        }
        Event::JobRetried { job, subject } => {
            tracing::info!(%job, subject, "Job is tried again");
        }
        Event::JobDiscarded { job, subject } => {
            tracing::info!(%job, subject, "Job discarded");
        }
        Event::ReleaseAnnounced { release } => {
            tracing::info!(%release, "Release announced");
        }
        Event::LedgerBegunAnew {
            release,
            indicators,
        } => {
            tracing::error!(%release, indicators, "The ledger was empty and was begun anew from the newest release: decide again what was held, approved or rejected before");
        }
        Event::NotesImported {
            file,
            added,
            withdrawn,
        } => {
            tracing::info!(%file, added, withdrawn, "Notes imported");
        }
    }
}

fn indicator_text(indicator: Option<&botnia_model::IndicatorId>) -> Option<String> {
    indicator.map(ToString::to_string)
}
