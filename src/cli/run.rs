//! `botnia run`: one sweep, from plan to release.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use botnia_config::{IndicatorSet, Settings};
use botnia_model::{Clock, IndicatorId, SourceId, SourceIndicator};
use botnia_sandbox::{Sandbox, SandboxOptions};
use indicatif::{ProgressBar, ProgressStyle};

use super::output::{count, data, note, number};
use super::{Exit, Global};
use crate::engine::ledger::SweepOutcome;
use crate::engine::{Engine, Progress, RunRequest, RunSummary};

/// The settings of `--demo`.
const DEMO: &str = include_str!("../../config/demo.toml");

/// One sweep over the sources, from plan to release.
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// Only this source.
    #[arg(long, value_name = "ID")]
    source: Option<SourceId>,
    /// Only this indicator, as the source calls it; may be given several times.
    #[arg(long, value_name = "ID")]
    indicator: Vec<SourceIndicator>,
    /// Fetch everything again, whether it moved or not.
    #[arg(long)]
    full: bool,
    /// Sweep an embedded upstream with made-up data; needs no network and no settings.
    #[arg(long)]
    demo: bool,
}

impl Run {
    pub(super) async fn run(self, global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
        let began = Instant::now();
        let (settings, sets, sandbox) = if self.demo {
            let mut settings = Settings::parse("demo.toml", DEMO, global.environment())?;
            let sandbox = Sandbox::start(SandboxOptions::default()).await?;
            for source in &mut settings.source {
                source.base_url = sandbox.base_url();
            }
            (settings, IndicatorSet::builtin(), Some(sandbox))
        } else {
            (global.settings()?, global.sets()?, None)
        };
        let engine = Engine::open(settings, sets, clock).await?;
        let request = RunRequest {
            source: self.source,
            indicators: self.indicator,
            full: self.full,
        };
        let bar = Bar::new(global);
        let result = engine.run(&request, &bar).await;
        bar.clear();
        let root = engine.root().to_owned();
        engine.close().await;
        if let Some(sandbox) = sandbox {
            sandbox.stop().await;
        }
        let summary = result?;
        if global.quiet {
            list_troubles(&summary);
        } else {
            summarise(&summary, &root, began.elapsed());
        }
        if let Some(record) = &summary.release {
            data(
                root.join("published/releases")
                    .join(record.release.folder())
                    .display(),
            );
        }
        Ok(exit(&summary))
    }
}

/// 1 if anything could not be had, 3 if something waits for a person, else 0.
fn exit(summary: &RunSummary) -> Exit {
    if !summary.failures.is_empty() {
        Exit::Failed
    } else if !summary.held.is_empty() {
        Exit::Held
    } else {
        Exit::Done
    }
}

/// Lines shown per list in the summary; `botnia status` shows them all.
const SHOWN: usize = 8;

fn summarise(summary: &RunSummary, root: &std::path::Path, took: Duration) {
    note("");
    for (source, outcome) in &summary.sweeps {
        note(format_args!("Source     {source}: {}", words(outcome)));
    }
    let rows = &summary.rows;
    if rows.read > 0 {
        note(format_args!(
            "Rows       {} read: {} observations, {} withheld with a finding",
            number(rows.read),
            number(rows.observations),
            number(rows.withheld)
        ));
    }
    list_troubles(summary);
    let published = root.join("published");
    match (&summary.release, &summary.served) {
        (Some(record), _) => {
            note(format_args!("Release    {} is published", record.release));
            note(format_args!(
                "Where      {}",
                published.join("latest").display()
            ));
        }
        (None, Some(record)) => note(format_args!(
            "Release    nothing changed, so none was made; release {} is still served",
            record.release
        )),
        (None, None) => note("Release    none: there are no figures to publish"),
    }
    note(format_args!("Took       {:.1} s", took.as_secs_f64()));
    if summary.served.is_some() {
        let file = published.join("latest/by_province/province=14/observations.parquet");
        note("");
        note("Try it, with DuckDB:");
        note(format_args!(
            "  duckdb -c \"SELECT region_id, year, value FROM '{}' WHERE indicator_id = 'sotkanet:127' AND sex = 'total' ORDER BY year DESC, value DESC LIMIT 10\"",
            file.display()
        ));
    }
}

/// What failed and what is held: said even where nothing else is.
fn list_troubles(summary: &RunSummary) {
    list(
        "Failed     ",
        summary
            .failures
            .iter()
            .map(|(what, why)| format!("{what}: {why}")),
        "the last good figures stay published; the next run tries again",
    );
    list(
        "Held       ",
        summary.held.iter().flat_map(|(indicator, reasons)| {
            reasons
                .iter()
                .map(move |reason| format!("{indicator}: {}", reason.message))
        }),
        "look with `botnia held`, then `botnia approve ID` or `botnia reject ID`",
    );
}

pub(super) fn words(outcome: &SweepOutcome) -> String {
    if let Some(failure) = &outcome.source_failure {
        return format!("could not be swept: {failure}");
    }
    let total = outcome.changed + outcome.unchanged + outcome.held + outcome.failed;
    format!(
        "{}: {} changed, {} unchanged, {} held, {} failed",
        count(total, "indicator"),
        outcome.changed,
        outcome.unchanged,
        outcome.held,
        outcome.failed
    )
}

fn list(label: &str, lines: impl Iterator<Item = String>, hint: &str) {
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() {
        return;
    }
    for (position, line) in lines.iter().take(SHOWN).enumerate() {
        let label = if position == 0 { label } else { "           " };
        note(format_args!("{label}{line}"));
    }
    if lines.len() > SHOWN {
        note(format_args!(
            "           … and {} more: `botnia status`",
            lines.len() - SHOWN
        ));
    }
    note(format_args!("           hint: {hint}"));
}

/// A progress bar on a terminal; elsewhere the log lines tell.
struct Bar(Option<ProgressBar>);

impl Bar {
    fn new(global: &Global) -> Self {
        let drawn = std::io::stderr().is_terminal()
            && !global.quiet
            && !global.verbose
            && global.log_format == super::logging::Format::Text;
        Self(drawn.then(|| {
            let bar = ProgressBar::new(0);
            bar.set_style(
                ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar
        }))
    }

    fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn sweep(&self, source: &SourceId, indicators: usize) {
        if let Some(bar) = &self.0 {
            bar.set_length(indicators as u64);
            bar.set_message(source.to_string());
        }
    }

    fn indicator(&self, indicator: &IndicatorId, word: &'static str) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
            bar.set_message(format!("{indicator} {word}"));
        }
    }

    fn building(&self) {
        if let Some(bar) = &self.0 {
            bar.set_message("building the release");
            bar.enable_steady_tick(Duration::from_millis(200));
        }
    }
}
