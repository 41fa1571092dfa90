//! `botnia held`, `approve` and `reject`: figures that wait for a person.

use std::sync::Arc;

use botnia_model::{Clock, ContentHash, IndicatorId, Severity};

use super::output::{count, data, note};
use super::{Exit, Global, NothingToDecide, UsageError, no_data_yet};
use crate::engine::is_selected;
use crate::engine::ledger::{Held as HeldFigures, Ledger};
use crate::engine::quarantine::{LargestDifference, Quarantine};
use crate::engine::review::{Review, ReviewError};
use crate::engine::storage::Storage;

/// The indicators whose new figures wait for a person, and why.
#[derive(Debug, clap::Args)]
pub(super) struct Held {
    /// Everything about the held figures of this indicator: `sotkanet:127`.
    #[arg(value_name = "ID")]
    indicator: Option<IndicatorId>,
}

/// Accept the held figures of an indicator.
#[derive(Debug, clap::Args)]
pub(super) struct Approve {
    /// The indicator: `sotkanet:127`.
    #[arg(value_name = "ID")]
    indicator: IndicatorId,
    /// The figures that you looked at, as `botnia held ID` names them: no others are accepted.
    #[arg(long, value_name = "HASH")]
    figures: Option<ContentHash>,
    /// Why; it is kept.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// Refuse the held figures of an indicator.
#[derive(Debug, clap::Args)]
pub(super) struct Reject {
    /// The indicator: `sotkanet:127`.
    #[arg(value_name = "ID")]
    indicator: IndicatorId,
    /// The figures that you looked at, as `botnia held ID` names them: no others are refused.
    #[arg(long, value_name = "HASH")]
    figures: Option<ContentHash>,
    /// Why; it is kept.
    #[arg(long, value_name = "TEXT")]
    note: String,
}

/// What a decision needs.
struct Opened {
    ledger: Ledger,
    storage: Storage,
}

impl Held {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let opened = Opened::open(global).await?;
        let exit = match &self.indicator {
            None => list(&opened.ledger, global).await?,
            Some(indicator) => opened.show(indicator).await?,
        };
        opened.close().await;
        Ok(exit)
    }
}

/// What waits, a line for each reason that holds. Exit 3 while something waits.
async fn list(ledger: &Ledger, global: &Global) -> anyhow::Result<Exit> {
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
        let holding = held.reasons.iter();
        for reason in holding.filter(|reason| reason.severity == Severity::Hold) {
            data(format_args!(
                "{indicator}\t{}\t{}",
                reason.code, reason.message
            ));
        }
    }
    if !waits {
        note("Nothing waits for a person.");
        return Ok(Exit::Done);
    }
    note(
        "hint: `botnia held ID` shows what would change; `botnia approve ID` takes the new figures, `botnia reject ID --note WHY` keeps the old ones",
    );
    Ok(Exit::Held)
}

impl Opened {
    async fn open(global: &Global) -> anyhow::Result<Self> {
        let settings = global.settings()?;
        let storage = Storage::open_to_read(&settings.data)?;
        Ok(Self {
            storage: storage.ok_or_else(|| no_data_yet(&settings.data))?,
            ledger: Ledger::open(&settings.state).await?,
        })
    }

    /// Everything about one indicator's held figures.
    async fn show(&self, indicator: &IndicatorId) -> anyhow::Result<Exit> {
        let series = self.ledger.series(indicator).await?;
        let Some(held) = series.and_then(|series| series.held) else {
            return Err(nothing_held(format!("nothing of `{indicator}` is held")));
        };
        let figures = held.figures.normalised;
        data(format_args!("{indicator}  {}", held.figures.title));
        data(format_args!("Held       since {}", held.since));
        data(format_args!("Figures    {figures}"));
        reasons(&held);
        let quarantine = Quarantine::of(&self.storage);
        if let Some(report) = quarantine.report(indicator, figures).await? {
            data(format_args!(
                "Would go {}, change {}, come {}:",
                count(report.removed, "figure"),
                report.changed,
                report.added
            ));
            report.largest.iter().map(in_words).for_each(data);
            let file = Quarantine::differences_key(indicator, figures);
            data(format_args!("All        {}", self.storage.name_of(&file)));
        } else {
            note(
                "There is no list of differences: an older botnia held these. The next run makes one.",
            );
        }
        if let Some(why) = &held.rejected {
            data(format_args!("Rejected   {why}"));
            return Ok(Exit::Done);
        }
        note(format_args!(
            "hint: `botnia approve {indicator} --figures {figures}` takes them, `botnia reject {indicator} --note WHY` keeps the old ones"
        ));
        Ok(Exit::Held)
    }

    async fn close(self) {
        self.ledger.close().await;
    }
}

/// The ledger alone: its transactions keep order with a service that runs meanwhile.
pub(super) async fn open(global: &Global) -> anyhow::Result<Ledger> {
    Ok(Opened::open(global).await?.ledger)
}

fn reasons(held: &HeldFigures) {
    for reason in &held.reasons {
        let label = match reason.severity {
            Severity::Hold => "Holds",
            Severity::Warn => "Warns",
            Severity::Note => "Notes",
        };
        data(format_args!(
            "{label:<10} {}: {}",
            reason.code, reason.message
        ));
    }
}

/// "  Seinäjoki (municipality 743), 2023, total: 9.1 becomes 45.5".
fn in_words(difference: &LargestDifference) -> String {
    let LargestDifference {
        region,
        period,
        sex,
        breakdown,
        ..
    } = difference;
    let breakdown = breakdown
        .as_ref()
        .map_or_else(String::new, |breakdown| format!(", {breakdown}"));
    let change = match (difference.old, difference.new) {
        (Some(old), Some(new)) => format!("{old} becomes {new}"),
        (Some(old), None) => format!("{old} goes"),
        (None, Some(new)) => format!("{new} comes"),
        (None, None) => "only its status changes".to_owned(),
    };
    format!("  {region}, {period}, {sex}{breakdown}: {change}")
}

impl Approve {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        let opened = Opened::open(global).await?;
        let quarantine = Quarantine::of(&opened.storage);
        Review {
            ledger: &opened.ledger,
            quarantine: &quarantine,
            now: clock.now(),
        }
        .approve(&self.indicator, self.figures, self.note)
        .await
        .map_err(as_usage)?;
        opened.close().await;
        note(format_args!(
            "{} is approved; the next run publishes it.",
            self.indicator
        ));
        Ok(Exit::Done)
    }
}

impl Reject {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        let opened = Opened::open(global).await?;
        let quarantine = Quarantine::of(&opened.storage);
        Review {
            ledger: &opened.ledger,
            quarantine: &quarantine,
            now: clock.now(),
        }
        .reject(&self.indicator, self.figures, &self.note)
        .await
        .map_err(as_usage)?;
        opened.close().await;
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
        ReviewError::Unknown { .. } | ReviewError::NothingHeld { .. } => nothing_held(error),
        ReviewError::OtherFigures { indicator, .. } => NothingToDecide(format!(
            "{error}\nhint: `botnia held {indicator}` shows them"
        ))
        .into(),
        ReviewError::Ledger(_) => error.into(),
    }
}

fn nothing_held(what: impl std::fmt::Display) -> anyhow::Error {
    NothingToDecide(format!("{what}\nhint: `botnia held` lists what waits")).into()
}
