//! `botnia backfill`: everything made again from the archived answers. No source is asked.

use std::sync::Arc;

use botnia_model::{Clock, SourceId, SourceIndicator};

use super::run::sweep;
use super::{Exit, Global, no_data_yet};
use crate::engine::RunRequest;
use crate::engine::job::Fetching;
use crate::engine::storage::Storage;

/// Normalise again from the archived answers, without asking any source.
#[derive(Debug, clap::Args)]
pub(super) struct Backfill {
    /// Only this source.
    #[arg(long, value_name = "ID")]
    source: Option<SourceId>,
    /// Only this indicator, as the source calls it; may be given several times.
    #[arg(long, value_name = "ID")]
    indicator: Vec<SourceIndicator>,
}

impl Backfill {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        let settings = global.settings()?;
        // Without an archive there is nothing to work on, and no folder to make.
        if Storage::open_to_read(&settings.data)?.is_none() {
            return Err(no_data_yet(&settings.data));
        }
        let request = RunRequest {
            source: self.source,
            indicators: self.indicator,
            fetching: Fetching::Archived,
        };
        sweep(global, clock, settings, global.sets()?, &request).await
    }
}
