//! What a person decides about figures that are held: to take them, or to keep the old
//! ones. It publishes nothing by itself; the next run does.

use botnia_model::{ContentHash, Event, IndicatorId};
use jiff::Timestamp;

use super::ledger::{Completion, Held, Ledger, LedgerError, SeriesChange};
use super::quarantine::Quarantine;
use super::sweep::chain;

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
    /// Other figures are held than those that were looked at.
    #[error(
        "the held figures of `{indicator}` are no longer {looked_at}: {held} took their place; \
         look at those before you decide"
    )]
    OtherFigures {
        /// The indicator.
        indicator: IndicatorId,
        /// Those that were looked at.
        looked_at: ContentHash,
        /// Those that are held now.
        held: ContentHash,
    },
    /// A rejection without a reason.
    #[error("a rejection needs its reason")]
    NoReason,
    /// The ledger. It says itself what was to be done.
    #[error(transparent)]
    Ledger(LedgerError),
}

/// Who decides, and where that is kept.
#[derive(Clone, Copy, Debug)]
pub struct Review<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// What was held.
    pub quarantine: &'a Quarantine,
    /// The moment of the decision.
    pub now: Timestamp,
}

impl Review<'_> {
    /// Accepts the held figures of an indicator: the next run publishes them. Where
    /// `looked_at` says which figures were looked at, no others are accepted. A `note` is
    /// kept with them.
    ///
    /// # Errors
    /// Nothing of the indicator is held, or other figures are, or the ledger cannot be used.
    pub async fn approve(
        &self,
        indicator: &IndicatorId,
        looked_at: Option<ContentHash>,
        note: Option<String>,
    ) -> Result<(), ReviewError> {
        let mut figures = self.held(indicator, looked_at).await?.figures;
        figures.approval = note.filter(|note| !note.trim().is_empty());
        let normalised = figures.normalised;
        let event = Event::IndicatorApproved {
            indicator: indicator.clone(),
            normalised,
        };
        self.decide(indicator, SeriesChange::Accepted(figures), event)
            .await?;
        self.quarantine.forget(indicator, normalised).await;
        Ok(())
    }

    /// Refuses the held figures of an indicator, and keeps why: the last good ones stay
    /// until the source changes it again.
    ///
    /// # Errors
    /// The reason is empty, nothing of the indicator is held, or other figures than those
    /// that were looked at, or the ledger cannot be used.
    pub async fn reject(
        &self,
        indicator: &IndicatorId,
        looked_at: Option<ContentHash>,
        reason: &str,
    ) -> Result<(), ReviewError> {
        if reason.trim().is_empty() {
            return Err(ReviewError::NoReason);
        }
        let held = self.held(indicator, looked_at).await?;
        let normalised = held.figures.normalised;
        let event = Event::IndicatorRejected {
            indicator: indicator.clone(),
            normalised,
        };
        let change = SeriesChange::Held(Held {
            rejected: Some(reason.to_owned()),
            ..held
        });
        self.decide(indicator, change, event).await?;
        // The ledger has the note; this is a copy beside what it is about.
        let noted = self
            .quarantine
            .note_rejection(indicator, normalised, reason, self.now);
        if let Err(error) = noted.await {
            let error = chain(&error);
            tracing::warn!(%indicator, error, "The rejection could not be noted in the quarantine");
        }
        Ok(())
    }

    async fn held(
        &self,
        indicator: &IndicatorId,
        looked_at: Option<ContentHash>,
    ) -> Result<Held, ReviewError> {
        let series = self
            .ledger
            .series(indicator)
            .await
            .map_err(ReviewError::Ledger)?
            .ok_or_else(|| ReviewError::Unknown {
                indicator: indicator.clone(),
            })?;
        let held = series.held.ok_or_else(|| ReviewError::NothingHeld {
            indicator: indicator.clone(),
        })?;
        match looked_at {
            Some(looked_at) if looked_at != held.figures.normalised => {
                Err(ReviewError::OtherFigures {
                    indicator: indicator.clone(),
                    looked_at,
                    held: held.figures.normalised,
                })
            }
            _ => Ok(held),
        }
    }

    async fn decide(
        &self,
        indicator: &IndicatorId,
        change: SeriesChange,
        event: Event,
    ) -> Result<(), ReviewError> {
        let done = Completion {
            series: Some((indicator.clone(), change)),
            events: vec![event],
            ..Completion::default()
        };
        self.ledger
            .complete(self.now, &done)
            .await
            .map_err(ReviewError::Ledger)
    }
}
