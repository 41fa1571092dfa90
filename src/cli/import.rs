//! `botnia import`: what people fill in by hand.

mod notes;
mod survey;

use std::sync::Arc;

use botnia_model::Clock;
use clap::Subcommand;

use super::{Exit, Global};

/// Bring in what people fill in by hand.
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Notes beside the figures, from a CSV file or an XLSX workbook; the next run publishes
    /// them.
    Notes(notes::Notes),
    /// A local survey, from a CSV file or an XLSX workbook; the next run publishes it.
    Survey(survey::Survey),
}

impl Import {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        match self.what {
            What::Notes(command) => command.run(global, clock).await,
            What::Survey(command) => command.run(global).await,
        }
    }
}
