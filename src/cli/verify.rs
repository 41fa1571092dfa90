//! `botnia verify`: makes a release again from the archived answers, and compares.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use botnia_model::ReleaseNumber;
use indicatif::{ProgressBar, ProgressStyle};

use super::output::{data, field, note, number};
use super::{Exit, Global, no_data_yet};
use crate::engine::storage::Storage;
use crate::engine::verify::{Check, Verification, Watch, verify, verify_archive};

/// Make a release again from the archived answers, and compare every hash. Only reads, asks
/// no source, and works beside a service.
#[derive(Debug, clap::Args)]
pub(super) struct Verify {
    /// The release; the newest unless given.
    #[arg(value_name = "RELEASE")]
    release: Option<ReleaseNumber>,
    /// Also read the whole archive: whether every object has the bytes that its name says,
    /// and every record an object.
    #[arg(long = "self")]
    archive: bool,
}

impl Verify {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let settings = global.settings()?;
        let storage =
            Storage::open_to_read(&settings.data)?.ok_or_else(|| no_data_yet(&settings.data))?;
        let bar = Arc::new(Bar::new(global));
        let watch: Arc<dyn Watch> = bar.clone();
        let verified = verify(&storage, self.release, &watch).await;
        let archive = match &verified {
            Ok(_) if self.archive => Some(verify_archive(&storage, &watch).await),
            _ => None,
        };
        bar.clear();
        let mut verification = verified?;
        verification.checks.extend(archive.transpose()?);
        Ok(tell(&verification))
    }
}

/// A line for each kind, and below it one for each disagreement.
fn tell(verification: &Verification) -> Exit {
    const THIS: &str = env!("CARGO_PKG_VERSION");
    let record = &verification.record;
    let made_by = &verification.made_by;
    data(format_args!(
        "Release {} of {}, made by botnia {made_by}, verified by botnia {THIS}",
        record.release, record.released_at
    ));
    for check in &verification.checks {
        tell_check(check);
    }
    if let Some(left_out) = &verification.left_out {
        data(format_args!(
            "left  {left_out}: CSV files, documents and the manifest were not made again; first \
             releases, revisions and what changed were not compared"
        ));
    }
    if verification.agrees() {
        return Exit::Done;
    }
    if made_by != THIS {
        note(format_args!(
            "botnia {made_by} made it, and this is botnia {THIS}: what is made otherwise now may \
             be so for that reason alone\nhint: verify it with botnia {made_by} before you \
             conclude anything"
        ));
    }
    note(
        "hint: what was changed or lost can only be restored from a backup; nothing was changed now",
    );
    Exit::Failed
}

fn tell_check(check: &Check) {
    let word = if check.disagreements.is_empty() {
        "ok"
    } else {
        "fail"
    };
    data(format_args!(
        "{word:<5} {} of {} {}",
        number(check.agreed),
        number(check.of),
        check.what
    ));
    for disagreement in &check.disagreements {
        data(format_args!("      {}", field(&disagreement.to_string())));
    }
}

/// A progress bar on a terminal; elsewhere nothing.
struct Bar(Option<ProgressBar>);

impl Bar {
    fn new(global: &Global) -> Self {
        let drawn = std::io::stderr().is_terminal() && !global.quiet;
        Self(drawn.then(ProgressBar::no_length))
    }

    fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Bar {
    fn begins(&self, what: &'static str, length: Option<u64>) {
        let Some(bar) = &self.0 else { return };
        let template = match length {
            Some(_) => "{bar:30} {pos}/{len} {msg}",
            None => "{spinner} {pos} {msg}",
        };
        bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.reset();
        match length {
            Some(length) => bar.set_length(length),
            None => bar.unset_length(),
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
    }

    fn steps(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }
}
