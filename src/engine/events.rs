//! One log line for every event.

use botnia_model::Event;

/// Writes the line. WARN: nothing is lost. ERROR: a person must act.
pub(crate) fn log(event: &Event) {
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
    }
}

fn indicator_text(indicator: Option<&botnia_model::IndicatorId>) -> Option<String> {
    indicator.map(ToString::to_string)
}
