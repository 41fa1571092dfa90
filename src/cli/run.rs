//! `botnia run`: one sweep, from plan to release.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use botnia_config::{IndicatorSet, Settings};
use botnia_model::{Clock, CommitRecord, IndicatorId, Region, SourceId, SourceIndicator};
use botnia_sandbox::{Sandbox, SandboxOptions, TableLimits, TableOptions};
use indicatif::{ProgressBar, ProgressStyle};

use super::output::{count, data, note, number};
use super::{Exit, Global};
use crate::engine::job::Fetching;
use crate::engine::ledger::SweepOutcome;
use crate::engine::storage::Storage;
use crate::engine::{Engine, Progress, RunRequest, RunSummary, check_request};

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
        let (settings, sets, sandbox) = if self.demo {
            let mut settings = Settings::parse("demo.toml", DEMO, global.environment())?;
            // Nobody is disturbed, so nothing has to be spread over minutes.
            let limits = TableLimits {
                calls: 10_000,
                window: Duration::from_secs(1),
                ..TableLimits::default()
            };
            let options = SandboxOptions {
                tables: TableOptions {
                    limits,
                    ..TableOptions::default()
                },
                ..SandboxOptions::default()
            };
            let sandbox = Sandbox::start(options).await?;
            for source in &mut settings.source {
                // The sandbox speaks every interface below paths like those of the demo.
                if source
                    .base_url
                    .set_port(Some(sandbox.address().port()))
                    .is_err()
                {
                    source.base_url = sandbox.base_url();
                }
            }
            (settings, IndicatorSet::builtin(), Some(sandbox))
        } else {
            (global.settings()?, global.sets()?, None)
        };
        let request = RunRequest {
            source: self.source,
            indicators: self.indicator,
            fetching: if self.full {
                Fetching::Everything
            } else {
                Fetching::Moved
            },
        };
        let swept = sweep(global, clock, settings, sets, &request).await;
        if let Some(sandbox) = sandbox {
            sandbox.stop().await;
        }
        swept
    }
}

/// One run, with its progress and its summary.
pub(super) async fn sweep(
    global: &Global,
    clock: Arc<dyn Clock>,
    settings: Settings,
    sets: Vec<IndicatorSet>,
    request: &RunRequest,
) -> anyhow::Result<Exit> {
    let began = Instant::now();
    // A typing error must not leave a data folder behind.
    check_request(&settings, &sets, request)?;
    let engine = Engine::open(settings, sets, clock).await?;
    let bar = Bar::new(global);
    let result = engine.run(request, &bar).await;
    bar.clear();
    let summary = result.inspect(|summary| {
        let storage = engine.storage();
        if global.quiet {
            list_troubles(summary);
        } else {
            summarise(summary, storage, began.elapsed());
        }
        if let Some(record) = &summary.release {
            data(storage.name_of(&folder_of(record)));
        }
    });
    engine.close().await;
    Ok(exit(&summary?))
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

/// The folder of a release, below the place of the data.
fn folder_of(record: &CommitRecord) -> String {
    format!("published/releases/{}", record.release.folder())
}

fn summarise(summary: &RunSummary, storage: &Storage, took: Duration) {
    note("");
    for (source, outcome) in &summary.sweeps {
        note(format_args!("Source     {source}: {}", words(outcome)));
    }
    for source in &summary.under_way_elsewhere {
        note(format_args!(
            "Source     {source}: another botnia is sweeping it now, and publishes what it finds"
        ));
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
    // The name that stays when the next release comes; an object store has no such name.
    let newest = |record| match &storage.root {
        Some(_) => storage.name_of("published/latest"),
        None => storage.name_of(&folder_of(record)),
    };
    match (&summary.release, &summary.served) {
        (Some(record), _) => {
            note(format_args!("Release    {} is published", record.release));
            note(format_args!("Where      {}", newest(record)));
        }
        (None, Some(record)) if !summary.under_way_elsewhere.is_empty() => note(format_args!(
            "Release    none by this run; release {} is still served",
            record.release
        )),
        (None, Some(record)) => note(format_args!(
            "Release    nothing changed, so none was made; release {} is still served",
            record.release
        )),
        (None, None) if !summary.under_way_elsewhere.is_empty() => {
            note("Release    none by this run; nothing is published yet");
        }
        (None, None) => note("Release    none: there are no figures to publish"),
    }
    note(format_args!("Took       {:.1} s", took.as_secs_f64()));
    if let Some(record) = &summary.served {
        let folder = newest(record);
        note("");
        note("Try it, with DuckDB:");
        note(format_args!(
            "  duckdb -c \"SELECT region_id, year, value FROM '{folder}/by_province/province=14/observations.parquet' WHERE indicator_id = 'sotkanet:127' AND sex = 'total' ORDER BY year DESC, value DESC LIMIT 10\""
        ));
    }
}

/// What failed, what is released with a warning and what is held: said even where nothing else is.
fn list_troubles(summary: &RunSummary) {
    list(
        "Ledger     ",
        summary.begun_from.iter().map(|release| {
            format!("it knew nothing, and was begun anew from what release {release} says")
        }),
        "what was held, approved or rejected before has to be decided again",
    );
    list(
        "Failed     ",
        summary
            .failures
            .iter()
            .map(|(what, why)| format!("{what}: {why}")),
        if summary.served.is_some() {
            "the last good figures stay published; the next run tries again"
        } else {
            "nothing is published yet; the next run tries again"
        },
    );
    list(
        "Warned     ",
        summary.warned.iter().flat_map(|(indicator, warnings)| {
            warnings
                .iter()
                .map(move |warning| format!("{indicator}: {}", warning.message))
        }),
        "these figures are released; `botnia status` lists them until others come",
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
    list(
        "Regions    ",
        summary.unknown_regions.iter().map(unknown_region),
        UNKNOWN_REGIONS_HINT,
    );
}

/// A region that a source lists and the region tables do not have.
pub(super) fn unknown_region((source, region): &(SourceId, Region)) -> String {
    format!(
        "{source} lists {} ({}), which the region tables do not have",
        region.key.id(),
        region.name.fi
    )
}

/// What to do about one.
const UNKNOWN_REGIONS_HINT: &str =
    "its figures are published all the same; `botnia regions check` compares the lists";

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
