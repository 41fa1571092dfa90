//! `botnia held`, `approve` and `reject`: figures that wait for a person.

use std::sync::Arc;

use botnia_model::{Clock, IndicatorId};

use super::output::{data, note};
use super::{Exit, Global, UsageError, no_data_yet};
use crate::engine::is_selected;
use crate::engine::ledger::Ledger;
use crate::engine::review::{ReviewError, approve, reject};
use crate::engine::storage::Storage;

/// Accept the held figures of an indicator.
#[derive(Debug, clap::Args)]
pub(super) struct Approve {
    /// The indicator: `sotkanet:127`.
    #[arg(value_name = "ID")]
    indicator: IndicatorId,
}

/// Refuse the held figures of an indicator.
#[derive(Debug, clap::Args)]
pub(super) struct Reject {
    /// The indicator: `sotkanet:127`.
    #[arg(value_name = "ID")]
    indicator: IndicatorId,
    /// Why; it is kept.
    #[arg(long, value_name = "TEXT")]
    note: String,
}

/// What waits, a line for each reason. Exit 3 while something waits.
pub(super) async fn list(global: &Global) -> anyhow::Result<Exit> {
    let ledger = open(global).await?;
    let (settings, sets) = (global.settings()?, global.sets()?);
    let mut waits = false;
    for (indicator, series) in ledger.all_series().await? {
        if !is_selected(&settings, &sets, &indicator) {
            continue;
        }
        let Some(held) = series.held else { continue };
        if let Some(why) = &held.rejected {
            data(format_args!("{indicator}\trejected\t{why}"));
            continue;
        }
        waits = true;
        for reason in &held.reasons {
            data(format_args!(
                "{indicator}\t{}\t{}",
                reason.code, reason.message
            ));
        }
    }
    ledger.close().await;
    if !waits {
        note("Nothing waits for a person.");
        return Ok(Exit::Done);
    }
    note(
        "hint: `botnia approve ID` takes the new figures, `botnia reject ID --note WHY` keeps the old ones",
    );
    Ok(Exit::Held)
}

impl Approve {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        let ledger = open(global).await?;
        approve(&ledger, &self.indicator, clock.now())
            .await
            .map_err(as_usage)?;
        ledger.close().await;
        note(format_args!(
            "{} is approved; the next run publishes it.",
            self.indicator
        ));
        Ok(Exit::Done)
    }
}

impl Reject {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        let ledger = open(global).await?;
        reject(&ledger, &self.indicator, &self.note, clock.now())
            .await
            .map_err(as_usage)?;
        ledger.close().await;
        note(format_args!(
            "{} is rejected; its last good figures stay published until the source changes it again.",
            self.indicator
        ));
        Ok(Exit::Done)
    }
}

/// What was asked for wrongly is said with what to ask for.
fn as_usage(error: ReviewError) -> anyhow::Error {
    match &error {
        ReviewError::NoReason => UsageError(format!("{error}: `--note \"why\"`")).into(),
        ReviewError::Unknown { .. } | ReviewError::NothingHeld { .. } => {
            UsageError(format!("{error}\nhint: `botnia held` lists what waits")).into()
        }
        ReviewError::Ledger(_) => error.into(),
    }
}

/// The ledger alone: its transactions keep order with a service that runs meanwhile.
pub(super) async fn open(global: &Global) -> anyhow::Result<Ledger> {
    let settings = global.settings()?;
    if Storage::open_to_read(&settings.data)?.is_none() {
        return Err(no_data_yet(&settings.data));
    }
    Ok(Ledger::open(&settings.state).await?)
}
