//! What a person decides about figures that are held: to take them, or to keep the old
//! ones. It publishes nothing by itself; the next run does.

use botnia_model::{Event, IndicatorId};
use jiff::Timestamp;

use super::ledger::{Completion, Held, Ledger, LedgerError, SeriesChange};

/// A decision that could not be made. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// No run has met the indicator.
    #[error("no run has met the indicator `{indicator}`")]
    Unknown {
        /// What was asked for.
        indicator: IndicatorId,
    },
    /// There is nothing to decide.
    #[error("nothing of `{indicator}` is held")]
    NothingHeld {
        /// The indicator.
        indicator: IndicatorId,
    },
    /// A rejection without a reason.
    #[error("a rejection needs its reason")]
    NoReason,
    /// The ledger. It says itself what was to be done.
    #[error(transparent)]
    Ledger(LedgerError),
}

/// Accepts the held figures of an indicator: the next run publishes them.
///
/// # Errors
/// Nothing of the indicator is held, or the ledger cannot be used.
pub async fn approve(
    ledger: &Ledger,
    indicator: &IndicatorId,
    now: Timestamp,
) -> Result<(), ReviewError> {
    let held = held(ledger, indicator).await?;
    let event = Event::IndicatorApproved {
        indicator: indicator.clone(),
        normalised: held.figures.normalised,
    };
    let change = SeriesChange::Accepted(held.figures);
    decide(ledger, indicator, change, event, now).await
}

/// Refuses the held figures of an indicator, and keeps why: the last good ones stay until
/// the source changes it again.
///
/// # Errors
/// The reason is empty, nothing of the indicator is held, or the ledger cannot be used.
pub async fn reject(
    ledger: &Ledger,
    indicator: &IndicatorId,
    reason: &str,
    now: Timestamp,
) -> Result<(), ReviewError> {
    if reason.trim().is_empty() {
        return Err(ReviewError::NoReason);
    }
    let held = held(ledger, indicator).await?;
    let event = Event::IndicatorRejected {
        indicator: indicator.clone(),
        normalised: held.figures.normalised,
    };
    let change = SeriesChange::Held(Held {
        rejected: Some(reason.to_owned()),
        ..held
    });
    decide(ledger, indicator, change, event, now).await
}

async fn held(ledger: &Ledger, indicator: &IndicatorId) -> Result<Held, ReviewError> {
    let series = ledger
        .series(indicator)
        .await
        .map_err(ReviewError::Ledger)?
        .ok_or_else(|| ReviewError::Unknown {
            indicator: indicator.clone(),
        })?;
    series.held.ok_or_else(|| ReviewError::NothingHeld {
        indicator: indicator.clone(),
    })
}

async fn decide(
    ledger: &Ledger,
    indicator: &IndicatorId,
    change: SeriesChange,
    event: Event,
    now: Timestamp,
) -> Result<(), ReviewError> {
    let done = Completion {
        series: Some((indicator.clone(), change)),
        events: vec![event],
        ..Completion::default()
    };
    ledger
        .complete(now, &done)
        .await
        .map_err(ReviewError::Ledger)
}
