//! `botnia held`, `approve` and `reject`: figures that wait for a person.

use std::sync::Arc;

use anyhow::bail;
use botnia_model::{Clock, Event, IndicatorId};

use super::output::{data, note};
use super::{Exit, Global, UsageError, no_data_yet};
use crate::engine::is_selected;
use crate::engine::ledger::{Completion, Held, Ledger, SeriesChange};
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
        let held = waiting(&ledger, &self.indicator).await?;
        let event = Event::IndicatorApproved {
            indicator: self.indicator.clone(),
            normalised: held.figures.normalised,
        };
        let done = Completion {
            series: Some((self.indicator.clone(), SeriesChange::Accepted(held.figures))),
            events: vec![event],
            ..Completion::default()
        };
        ledger.complete(clock.now(), &done).await?;
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
        if self.note.trim().is_empty() {
            bail!(UsageError(
                "a rejection needs its reason: `--note \"why\"`".to_owned()
            ));
        }
        let ledger = open(global).await?;
        let held = waiting(&ledger, &self.indicator).await?;
        let event = Event::IndicatorRejected {
            indicator: self.indicator.clone(),
            normalised: held.figures.normalised,
        };
        let held = Held {
            rejected: Some(self.note),
            ..held
        };
        let done = Completion {
            series: Some((self.indicator.clone(), SeriesChange::Held(held))),
            events: vec![event],
            ..Completion::default()
        };
        ledger.complete(clock.now(), &done).await?;
        ledger.close().await;
        note(format_args!(
            "{} is rejected; its last good figures stay published until the source changes it again.",
            self.indicator
        ));
        Ok(Exit::Done)
    }
}

async fn waiting(ledger: &Ledger, indicator: &IndicatorId) -> anyhow::Result<Held> {
    let series = ledger.series(indicator).await?;
    match series.and_then(|series| series.held) {
        Some(held) => Ok(held),
        None => bail!(UsageError(format!(
            "nothing of `{indicator}` is held\nhint: `botnia held` lists what waits"
        ))),
    }
}

/// The ledger alone: its transactions keep order with a service that runs meanwhile.
async fn open(global: &Global) -> anyhow::Result<Ledger> {
    let settings = global.settings()?;
    if Storage::open_to_read(&settings.data)?.is_none() {
        return Err(no_data_yet(&settings.data));
    }
    Ok(Ledger::open(&settings.state).await?)
}
