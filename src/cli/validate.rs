//! `botnia validate`: are the settings and the sets right?

use super::output::{count, data};
use super::{Exit, Global};

pub(super) fn run(global: &Global) -> anyhow::Result<Exit> {
    let settings = global.settings()?;
    let sets = global.sets()?;
    data(format_args!(
        "{}: right. {}, {}",
        global.config.display(),
        count(settings.source.len() as u64, "source"),
        count(sets.len() as u64, "indicator set")
    ));
    Ok(Exit::Done)
}
