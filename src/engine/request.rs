//! How a run begins because somebody asked for it.

use botnia_config::{IndicatorSet, Settings};
use jiff::Timestamp;

use super::job::{RunId, Task};
use super::ledger::Ledger;
use super::{EngineError, RunRequest, check_request};

/// Begins a run: a plan for each source that is asked for. Who takes jobs does the rest.
///
/// # Errors
/// What is asked for is not in the settings, or the ledger cannot be written.
pub async fn begin_run(
    ledger: &Ledger,
    settings: &Settings,
    sets: &[IndicatorSet],
    request: &RunRequest,
    now: Timestamp,
) -> Result<RunId, EngineError> {
    check_request(settings, sets, request)?;
    let asked = request.source.as_ref();
    let tasks: Vec<_> = settings
        .source
        .iter()
        .filter(|source| asked.is_none_or(|asked| *asked == source.id))
        .map(|source| Task::Plan {
            source: source.id.clone(),
            indicators: request.indicators.clone(),
            fetching: request.fetching,
        })
        .collect();
    Ok(ledger.begin_run(now, &tasks).await?)
}
