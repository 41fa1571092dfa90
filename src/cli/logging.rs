//! Log lines on stderr.

use std::io::IsTerminal as _;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

use super::Global;

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For a person.
    Text,
    /// One JSON object a line.
    Json,
}

/// What a command is like, as far as log lines care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activity {
    /// It answers and ends.
    Short,
    /// It draws a progress bar on a terminal, so that log lines keep out of it.
    Progress,
    /// It stays.
    Service,
}

/// Starts logging. `BOTNIA_LOG` overrides the level (`debug`, `botnia_ingest=trace`).
pub(super) fn start(global: &Global, activity: Activity) {
    let terminal = std::io::stderr().is_terminal();
    let level = if global.quiet {
        LevelFilter::ERROR
    } else if global.verbose {
        LevelFilter::DEBUG
    } else if activity == Activity::Progress && terminal && global.log_format == Format::Text {
        // The progress bar says it; the closing summary names what is held and failed.
        LevelFilter::OFF
    } else if activity == Activity::Short {
        LevelFilter::WARN
    } else {
        LevelFilter::INFO
    };
    let filter = EnvFilter::builder()
        .with_default_directive(level.into())
        .with_env_var("BOTNIA_LOG")
        .from_env_lossy();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(terminal);
    match global.log_format {
        Format::Text => subscriber.with_target(false).init(),
        Format::Json => subscriber.json().flatten_event(true).init(),
    }
}
