//! The commands: one file each. Output meant for a pipe goes to stdout, everything else
//! to stderr.

mod backfill;
mod diff;
mod doctor;
mod explain;
mod export;
mod gc;
mod generate;
mod held;
mod import;
mod jobs;
mod logging;
mod output;
mod peers;
mod regions;
mod releases;
mod run;
mod sandbox;
mod serve;
mod status;
mod table_file;
mod validate;
mod verify;
mod worker;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use crate::engine::EngineError;
use anyhow::Context as _;
use botnia_config::{IndicatorSet, Settings, SettingsError};
use botnia_model::Clock;
use clap::{CommandFactory as _, Parser, Subcommand};

/// Fetches public wellbeing indicators, keeps the bytes, and publishes atomic releases.
#[derive(Debug, Parser)]
#[command(
    name = "botnia",
    version,
    propagate_version = true,
    max_term_width = 100
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, clap::Args)]
struct Global {
    /// The settings file.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "BOTNIA_CONFIG",
        default_value = "config/botnia.toml"
    )]
    config: PathBuf,
    /// Where everything is kept, a path or `s3://bucket/prefix`; overrides `data` of the
    /// settings.
    #[arg(long, global = true, value_name = "PLACE", env = "BOTNIA_DATA")]
    data: Option<String>,
    /// How log lines are written.
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        env = "BOTNIA_LOG_FORMAT",
        default_value = "text"
    )]
    log_format: logging::Format,
    /// Only errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// More log lines.
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One sweep over the sources, from plan to release: the main job.
    Run(run::Run),
    /// Sweep by schedule, and serve what is published, until told to stop.
    Serve(serve::Serve),
    /// Work on the jobs of a shared ledger, until told to stop.
    Worker,
    /// What is published, what waits, what failed, and how the latest sweeps went.
    Status,
    /// The releases, newest first.
    Releases,
    /// What differs between two releases, and why.
    Diff(diff::Diff),
    /// Write the observations as a release had them.
    Export(export::Export),
    /// Bring in what people fill in by hand.
    Import(import::Import),
    /// The indicators whose new figures wait for a person, and why.
    Held(held::Held),
    /// Accept the held figures of an indicator; the next run publishes them.
    Approve(held::Approve),
    /// Refuse the held figures of an indicator; the last good ones stay published.
    Reject(held::Reject),
    /// Try jobs again that failed for good, or list them.
    Retry(jobs::Retry),
    /// Let a job go that failed for good.
    Discard(jobs::Discard),
    /// Normalise again from the archived answers, without asking any source.
    Backfill(backfill::Backfill),
    /// Make a release again from the archived answers, and compare every hash.
    Verify(verify::Verify),
    /// Look at everything that botnia needs, and say what is wrong with it.
    Doctor,
    /// The region tables against the lists of the sources, and figures on other borders.
    Regions(regions::Regions),
    /// With which others a region is compared, and why, according to the latest release.
    Peers(peers::Peers),
    /// What an error code means, what still serves, and what to do.
    Explain(explain::Explain),
    /// Remove what nothing refers to; raw answers always stay.
    Gc(gc::Gc),
    /// Read the settings and the indicator sets, and say what is wrong with them.
    Validate,
    /// An upstream to run: answers as Sotkanet does, with made-up data or from recordings.
    Sandbox(sandbox::Sandbox),
    /// Write the generated references under `docs/reference/`.
    #[command(hide = true)]
    Generate(generate::Generate),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Done.
    Done,
    /// Failed, wholly or for some indicators.
    Failed,
    /// Wrong usage or settings.
    Usage,
    /// Done, but something waits for a person.
    Held,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Held => 3,
        })
    }
}

/// An error of the one who calls: wrong usage or settings.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// A decision was asked for where there is nothing of that name to decide on.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NothingToDecide(String);

/// Something was to be looked at before there is anything.
#[derive(Debug, thiserror::Error)]
#[error("there is no data at `{place}` yet\nhint: `botnia run` makes the first release")]
struct NoData {
    /// Where.
    place: String,
}

/// Runs the program with the given clock.
pub fn main(clock: Arc<dyn Clock>) -> ExitCode {
    let cli = Cli::parse();
    logging::start(&cli.global, cli.command.activity());
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            output::error(&anyhow::Error::new(error).context("start the asynchronous runtime"));
            return Exit::Failed.into();
        }
    };
    match runtime.block_on(cli.command.run(&cli.global, clock)) {
        Ok(exit) => exit.into(),
        Err(error) => {
            output::error(&error);
            let usage = error.is::<UsageError>()
                || error.is::<NothingToDecide>()
                || error.is::<SettingsError>()
                || error
                    .downcast_ref::<EngineError>()
                    .is_some_and(EngineError::is_usage);
            if usage {
                Exit::Usage.into()
            } else {
                Exit::Failed.into()
            }
        }
    }
}

impl Command {
    async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        match self {
            Self::Run(command) => Box::pin(command.run(global, clock)).await,
            Self::Serve(command) => Box::pin(command.run(global, clock)).await,
            Self::Worker => Box::pin(worker::run(global, clock)).await,
            Self::Status => status::run(global).await,
            Self::Releases => releases::run(global).await,
            Self::Diff(command) => command.run(global).await,
            Self::Export(command) => command.run(global).await,
            Self::Import(command) => command.run(global, clock).await,
            Self::Held(command) => command.run(global).await,
            Self::Approve(command) => command.run(global, clock).await,
            Self::Reject(command) => command.run(global, clock).await,
            Self::Retry(command) => command.run(global, clock).await,
            Self::Discard(command) => command.run(global, clock).await,
            Self::Backfill(command) => Box::pin(command.run(global, clock)).await,
            Self::Verify(command) => Box::pin(command.run(global)).await,
            Self::Doctor => Box::pin(doctor::run(global, clock)).await,
            Self::Regions(command) => Box::pin(command.run(global, clock)).await,
            Self::Peers(command) => command.run(global).await,
            Self::Explain(command) => command.run(),
            Self::Gc(command) => command.run(global, clock).await,
            Self::Validate => validate::run(global),
            Self::Sandbox(command) => command.run().await,
            Self::Generate(command) => command.run(),
        }
    }

    fn activity(&self) -> logging::Activity {
        match self {
            Self::Run(_) | Self::Backfill(_) => logging::Activity::Progress,
            Self::Serve(_) | Self::Worker => logging::Activity::Service,
            _ => logging::Activity::Short,
        }
    }
}

impl Global {
    /// The settings, with `--data` as the last word.
    fn settings(&self) -> anyhow::Result<Settings> {
        Ok(Settings::load(&self.config, self.environment())?)
    }

    /// The indicator sets: those that ship with botnia, and those beside the settings.
    fn sets(&self) -> anyhow::Result<Vec<IndicatorSet>> {
        Ok(self.indicator_sets()?)
    }

    /// The same, with what is wrong with them.
    fn indicator_sets(&self) -> Result<Vec<IndicatorSet>, SettingsError> {
        IndicatorSet::load_for(&self.config)
    }

    fn environment(&self) -> impl Iterator<Item = (String, String)> {
        std::env::vars()
            .filter(|(name, _)| name != "BOTNIA_DATA")
            .chain(
                self.data
                    .clone()
                    .map(|data| ("BOTNIA_DATA".to_owned(), data)),
            )
    }
}

/// The command line as text, for the generated reference.
fn command_line_reference() -> String {
    fn section(command: &mut clap::Command, depth: usize, text: &mut String) {
        use std::fmt::Write as _;
        let title = command
            .get_bin_name()
            .unwrap_or(command.get_name())
            .to_owned();
        let help = command.render_long_help().to_string();
        let _ = write!(
            text,
            "\n{} {title}\n\n```text\n{}\n```\n",
            "#".repeat(depth),
            help.trim_end()
        );
        let mut names: Vec<_> = command
            .get_subcommands()
            .filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
            .map(|sub| sub.get_name().to_owned())
            .collect();
        for name in names.drain(..) {
            if let Some(sub) = command.find_subcommand_mut(&name) {
                section(sub, depth + 1, text);
            }
        }
    }
    let mut command = Cli::command().term_width(100);
    command.build();
    let mut text = "# The command line\n\nGenerated by `make generate`; do not edit.\n".to_owned();
    section(&mut command, 2, &mut text);
    text
}

/// Opens the data folder to look at it, with a hint where there is none.
fn no_data_yet(data: &str) -> anyhow::Error {
    anyhow::Error::new(NoData {
        place: data.to_owned(),
    })
}

/// Reads `path` as text, with the path in the error.
fn read_text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("read `{}`", path.display()))
}
