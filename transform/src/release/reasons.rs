//! Why an observation differs from the one that was released before.

use std::collections::BTreeSet;

use botnia_model::{IndicatorEntry, Period, RevisionReason};

use super::MadeFrom;
use super::boundaries::Boundaries;
use super::places::Places;
use super::vintages::{Difference, Released};

/// What happened to a whole indicator.
#[derive(Clone, Copy)]
pub(super) enum Occasion {
    /// Its answers are others, or it is computed from other figures.
    Update,
    /// Its answers are the same, and what was made of them is not.
    ReadAnew,
    /// The release no longer has it.
    Removed,
}

impl Occasion {
    /// Of an indicator that both releases have.
    pub(super) fn of(before: &IndicatorEntry, now: &MadeFrom) -> Self {
        let same_answers = before.data == now.data && before.regions == now.regions;
        if same_answers && before.normalised != now.normalised {
            Self::ReadAnew
        } else {
            Self::Update
        }
    }
}

/// What the reasons of one indicator's differences follow from.
pub(super) struct Reasons<'a> {
    occasion: Occasion,
    boundaries: &'a Boundaries,
    places: &'a Places,
    /// The periods that the previous release has.
    known_periods: BTreeSet<&'a Period>,
}

impl<'a> Reasons<'a> {
    /// For an indicator that was released with the observations `old`.
    pub(super) fn new(
        occasion: Occasion,
        boundaries: &'a Boundaries,
        places: &'a Places,
        old: &'a [Released],
    ) -> Self {
        let periods = old.iter().map(|released| &released.observation.period);
        Self {
            occasion,
            boundaries,
            places,
            known_periods: periods.collect(),
        }
    }

    /// The periods of which the previous release says nothing.
    pub(super) fn is_new(&self, period: &Period) -> bool {
        !self.known_periods.contains(period)
    }

    /// Why one observation differs.
    pub(super) fn of(&self, difference: &Difference<'_>) -> RevisionReason {
        let subject = difference.subject();
        match self.occasion {
            Occasion::Removed => RevisionReason::IndicatorRemoved,
            Occasion::ReadAnew => RevisionReason::OurCode,
            // A year that nobody had before comes from the source, wherever borders are.
            Occasion::Update
                if self.boundaries.moved(&subject.region) && !self.is_new(&subject.period) =>
            {
                RevisionReason::BoundaryChange
            }
            // The list that translated the figures before had the region; this one does not.
            Occasion::Update
                if difference.new.is_none() && !self.places.is_listed(&subject.region) =>
            {
                RevisionReason::RegionListChanged
            }
            Occasion::Update => RevisionReason::UpstreamUpdate,
        }
    }
}
