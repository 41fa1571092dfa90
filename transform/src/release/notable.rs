//! The revisions that a reader should hear of first.

use botnia_model::{IndicatorId, Observation, Period, RegionKey, RegionLevel, RevisionReason, Sex};

use super::reasons::Reasons;
use super::vintages::Difference;

/// How many of one indicator, and how many of a release.
const OF_AN_INDICATOR: usize = 3;
const OF_A_RELEASE: usize = 10;

/// A figure of the country, a province or a wellbeing services county that was revised.
#[derive(Clone, Debug, PartialEq)]
pub struct NotableRevision {
    /// The indicator.
    pub indicator: IndicatorId,
    /// Where.
    pub region: RegionKey,
    /// When.
    pub period: Period,
    /// Of whom: all, or men or women of an indicator that has no figure of all.
    pub sex: Sex,
    /// The figure before.
    pub old: f64,
    /// The figure now.
    pub new: f64,
    /// Why.
    pub reason: RevisionReason,
}

impl NotableRevision {
    /// The change as a share of the larger of the two figures, 0 to 2: it is there for a
    /// figure that was 0, too.
    fn size(&self) -> f64 {
        (self.new - self.old).abs() / self.old.abs().max(self.new.abs())
    }
}

/// The largest of one indicator, without further dimensions.
pub(super) fn of_indicator(
    id: &IndicatorId,
    differences: &[Difference<'_>],
    observations: &[Observation],
    reasons: &Reasons<'_>,
) -> Vec<NotableRevision> {
    let has_totals = observations.iter().any(|row| row.sex == Sex::Total);
    let revisions = differences.iter().filter_map(|difference| {
        let (before, now) = (&difference.old?.observation, difference.new?);
        let (old, new) = (before.value?, now.value?);
        let told = matches!(
            now.region.level,
            RegionLevel::Country | RegionLevel::Province | RegionLevel::WellbeingCounty
        );
        let whole = now.breakdown.is_none() && (now.sex == Sex::Total || !has_totals);
        (told && whole && (old - new).abs() > 0.0).then(|| NotableRevision {
            indicator: id.clone(),
            region: now.region.clone(),
            period: now.period.clone(),
            sex: now.sex,
            old,
            new,
            reason: reasons.of(difference),
        })
    });
    largest(revisions.collect(), OF_AN_INDICATOR)
}

/// The largest of a release.
pub(super) fn of_release(revisions: Vec<NotableRevision>) -> Vec<NotableRevision> {
    largest(revisions, OF_A_RELEASE)
}

/// Stable: equal ones stay in the order of publication.
fn largest(mut revisions: Vec<NotableRevision>, number: usize) -> Vec<NotableRevision> {
    revisions.sort_by(|one, other| other.size().total_cmp(&one.size()));
    revisions.truncate(number);
    revisions
}
