//! Indicators that need a look: those that are held, and those that could not be had.

use botnia_model::{ContentHash, IndicatorId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::error::ServerError;
use crate::engine::ledger::{HoldReason, Series};

/// New figures of an indicator that were not accepted. The last accepted ones are served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct HeldIndicator {
    /// The indicator.
    #[schema(value_type = String)]
    pub(super) indicator_id: IndicatorId,
    /// The Finnish title under which they came.
    pub(super) title: String,
    /// Since when, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(super) since: Timestamp,
    /// The held figures: to be sent back with a decision.
    #[schema(value_type = String)]
    pub(super) figures: ContentHash,
    /// What the gates say, those that hold first.
    pub(super) reasons: Vec<Reason>,
    /// Why a person refused them; absent while they wait for a decision.
    pub(super) rejected: Option<String>,
    /// Rows in the answers.
    pub(super) rows_in: u64,
    /// Observations made of them.
    pub(super) rows_out: u64,
    /// Whether older figures of the indicator are published.
    pub(super) published: bool,
}

/// An indicator that is released with a warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct WarnedIndicator {
    /// The indicator.
    #[schema(value_type = String)]
    pub(super) indicator_id: IndicatorId,
    /// Its Finnish title.
    pub(super) title: String,
    /// What the gates warn of.
    pub(super) warnings: Vec<Reason>,
}

/// One reason for holding figures, or for a warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Reason {
    /// Its code: `rows_lost`.
    pub(super) code: String,
    /// `hold`, `warn` or `note`.
    pub(super) severity: &'static str,
    /// A sentence with numbers, in English.
    pub(super) message: String,
}

/// An indicator that could not be had. Its last accepted figures are served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct FailingIndicator {
    /// The indicator.
    #[schema(value_type = String)]
    pub(super) indicator_id: IndicatorId,
    /// The Finnish title of its accepted figures, if there are any.
    pub(super) title: Option<String>,
    /// The remedy: `unavailable`, `throttled`, `not_found`, `refused`, `malformed`, `contract`.
    pub(super) remedy: String,
    /// What happened, in English.
    pub(super) message: String,
    /// Since when, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub(super) since: Timestamp,
    /// Whether older figures of the indicator are published.
    pub(super) published: bool,
}

/// The indicators whose new figures were not accepted.
pub(super) async fn held_indicators(shared: &Shared) -> Result<Vec<HeldIndicator>, ServerError> {
    let series = shared
        .ledger
        .all_series()
        .await
        .map_err(ServerError::ledger)?;
    Ok(series.iter().filter_map(held).collect())
}

pub(super) fn held((indicator, series): &(IndicatorId, Series)) -> Option<HeldIndicator> {
    let held = series.held.as_ref()?;
    Some(HeldIndicator {
        indicator_id: indicator.clone(),
        title: held.figures.title.clone(),
        since: held.since,
        figures: held.figures.normalised,
        reasons: held.reasons.iter().map(reason).collect(),
        rejected: held.rejected.clone(),
        rows_in: held.figures.rows_in,
        rows_out: held.figures.rows_out,
        published: series.accepted.is_some(),
    })
}

pub(super) fn warned((indicator, series): &(IndicatorId, Series)) -> Option<WarnedIndicator> {
    let figures = series.accepted.as_ref()?;
    (!figures.warnings.is_empty()).then(|| WarnedIndicator {
        indicator_id: indicator.clone(),
        title: figures.title.clone(),
        warnings: figures.warnings.iter().map(reason).collect(),
    })
}

fn reason(reason: &HoldReason) -> Reason {
    Reason {
        code: reason.code.clone(),
        severity: reason.severity.as_str(),
        message: reason.message.clone(),
    }
}

pub(super) fn failing((indicator, series): &(IndicatorId, Series)) -> Option<FailingIndicator> {
    let failure = series.failure.as_ref()?;
    Some(FailingIndicator {
        indicator_id: indicator.clone(),
        title: series
            .accepted
            .as_ref()
            .map(|figures| figures.title.clone()),
        remedy: failure.remedy.clone(),
        message: failure.message.clone(),
        since: failure.since,
        published: series.accepted.is_some(),
    })
}
