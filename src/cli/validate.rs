//! `botnia validate`: are the settings and the sets right?

use super::output::{count, data};
use super::{Exit, Global, UsageError};
use crate::engine::ledger::Ledger;
use crate::engine::storage::Storage;

pub(super) fn run(global: &Global) -> anyhow::Result<Exit> {
    let settings = global.settings()?;
    let sets = global.sets()?;
    Storage::check(&settings.data).map_err(|error| UsageError(error.to_string()))?;
    Ledger::shares(&settings.state).map_err(|error| UsageError(error.to_string()))?;
    data(format_args!(
        "{}: right. {}, {}",
        global.config.display(),
        count(settings.source.len() as u64, "source"),
        count(sets.len() as u64, "indicator set")
    ));
    Ok(Exit::Done)
}
