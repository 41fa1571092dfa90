//! `botnia regions`: the region tables, and figures on other borders.

mod check;
mod dissolve;

use std::sync::Arc;

use botnia_model::Clock;
use clap::Subcommand;

use super::{Exit, Global};

/// The region tables against the lists of the sources, and figures on other borders.
#[derive(Debug, clap::Args)]
pub(super) struct Regions {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare the region tables with the sources' region lists, and with Statistics
    /// Finland's classifications where `regions.classification_url` is set. A line for each
    /// difference; exit 3 if there is one.
    Check,
    /// Bring an indicator's municipal figures of a release to the borders of a later day,
    /// by summing over mergers; only counts and amounts of money. CSV.
    Dissolve(dissolve::Dissolve),
}

impl Regions {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        match self.command {
            Command::Check => check::run(global, clock).await,
            Command::Dissolve(command) => command.run(global, clock.as_ref()).await,
        }
    }
}
