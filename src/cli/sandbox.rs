//! `botnia sandbox`: an upstream to run by hand.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use botnia_sandbox::{Fault, Mode, SandboxOptions};

use super::output::{data, note};
use super::{Exit, UsageError, read_text};
use crate::engine::chain;

/// An upstream to run: answers as Sotkanet and as table servers do.
#[derive(Debug, clap::Args)]
pub(super) struct Sandbox {
    /// Where it listens; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Answer from a folder of recordings instead of made-up data; recorded tables are taken
    /// from the folders beside it.
    #[arg(long, value_name = "DIR")]
    recordings: Option<PathBuf>,
    /// A TOML file with faults to play.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// A `GeoJSON` file to give as the boundaries of the municipalities.
    #[arg(long, value_name = "FILE")]
    boundaries: Option<PathBuf>,
}

impl Sandbox {
    pub(super) async fn run(self) -> anyhow::Result<Exit> {
        let has_boundaries = self.boundaries.is_some();
        let mut options = SandboxOptions {
            listen: self.listen,
            boundaries: self.boundaries,
            ..SandboxOptions::default()
        };
        if let Some(folder) = self.recordings {
            options.tables.recordings = folder.parent().map(Path::to_owned);
            options.mode = Mode::Replay {
                folder,
                edition: None,
            };
        }
        if let Some(path) = self.faults {
            options.faults = Fault::from_toml(&read_text(&path)?)
                .map_err(|error| UsageError(format!("`{}`: {}", path.display(), chain(&error))))?;
        }
        let sandbox = botnia_sandbox::Sandbox::start(options).await?;
        data(sandbox.base_url());
        if has_boundaries {
            note(format!("Boundaries: {}", sandbox.boundaries_url()));
        }
        note(format_args!("Tables: {}", sandbox.pxweb_url()));
        note(format_args!("Cubes: {}", sandbox.cubes_url()));
        note("Set it as `base_url` of a source. Stop with Ctrl-C.");
        tokio::signal::ctrl_c().await?;
        sandbox.stop().await;
        Ok(Exit::Done)
    }
}
