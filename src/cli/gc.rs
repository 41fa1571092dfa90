//! `botnia gc`: removes what nothing refers to.

use std::sync::Arc;

use botnia_model::Clock;

use super::output::{count, data, note};
use super::{Exit, Global, no_data_yet};
use crate::engine::EngineError;
use crate::engine::collect::{Collection, Garbage};
use crate::engine::ledger::Ledger;
use crate::engine::storage::Storage;

/// Remove what nothing refers to; raw answers always stay.
#[derive(Debug, clap::Args)]
pub(super) struct Gc {
    /// Only list what would be removed.
    #[arg(long)]
    dry_run: bool,
    /// Keep only the newest N releases whole. Of older ones the commit records stay.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    keep_releases: Option<u32>,
}

impl Gc {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        let settings = global.settings()?;
        let read = Storage::open_to_read(&settings.data)?;
        let read = read.ok_or_else(|| no_data_yet(&settings.data))?;
        // Whoever only looks keeps nobody out, and is kept out by nobody.
        let storage = if self.dry_run {
            read
        } else {
            let shared = Ledger::shares(&settings.state)?;
            Storage::open_for_work(&settings.data, &settings.state, shared)
                .map_err(EngineError::from)?
        };
        let ledger = Ledger::open(&settings.state).await?;
        let releases = storage.releases();
        let collection = Collection {
            store: storage.store.clone(),
            releases: &releases,
            ledger: &ledger,
            keep_releases: self.keep_releases.map(|keep| keep as usize),
        };
        let garbage = if self.dry_run {
            collection.find(clock.now()).await?
        } else {
            collection.collect(clock.now()).await?
        };
        list(&garbage);
        sum_up(&garbage, self.dry_run);
        ledger.close().await;
        Ok(Exit::Done)
    }
}

/// One path a line, below the data folder.
fn list(garbage: &Garbage) {
    for release in &garbage.releases {
        data(format_args!("published/releases/{}/", release.folder()));
    }
    for (key, _) in &garbage.objects {
        data(key);
    }
    for leftover in &garbage.leftovers {
        data(leftover.path.display());
    }
}

fn sum_up(garbage: &Garbage, dry_run: bool) {
    let objects = garbage.objects.iter().map(|(_, bytes)| bytes);
    let leftovers = garbage.leftovers.iter().map(|leftover| &leftover.bytes);
    note(format_args!(
        "{}: {}, {} and {}, {} beside the releases, {} of the ledger",
        if dry_run { "Would go" } else { "Removed" },
        count(garbage.releases.len() as u64, "release"),
        count(garbage.objects.len() as u64, "object"),
        count(garbage.leftovers.len() as u64, "leftover"),
        megabytes(objects.chain(leftovers).sum()),
        count(garbage.rows, "row"),
    ));
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
