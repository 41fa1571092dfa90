//! The power fails at every single step of a sweep, and at hundreds of moments between
//! steps: afterwards everything happened exactly once, and the release is byte for byte
//! that of a sweep which nothing disturbed.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::Command;
use std::sync::Arc;
use std::task::Poll;

use botnia::engine::ledger::Ledger;
use botnia::engine::{RunRequest, Silent};
use botnia_model::{CommitRecord, ContentHash, Event};
use tempfile::TempDir;

use crate::crash_store::{Fate, Moment, Step, Steps};
use crate::small_world::{INDICATORS, MOVING, SmallWorld, clock, open_engine, quick_folder};
use crate::support::{assert_whole, files_below};

/// How often a sweep is cut off between two of its steps.
const SEEDS: u64 = 300;

/// A sweep that is disturbed again and again.
struct Sweep {
    world: SmallWorld,
    /// The data before it; none: an empty folder.
    before: Option<TempDir>,
    /// What is published after it, where nothing disturbed it.
    published: BTreeMap<String, ContentHash>,
    /// Its steps.
    steps: Vec<Step>,
    /// How often its future was polled.
    polls: u64,
    /// Series that got new figures up to its end.
    accepted: usize,
    /// Releases at its end.
    releases: usize,
}

/// How a sweep ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Done,
    /// Cut off, with everything that was under way.
    Cut,
}

impl Sweep {
    /// The first one, into an empty folder.
    fn first() -> Self {
        Self::undisturbed(SmallWorld::start(), None, INDICATORS.len(), 1)
    }

    /// The second one, after figures moved.
    fn second() -> Self {
        let world = SmallWorld::start();
        let before = quick_folder();
        let (end, _) = run(&world, before.path(), Fate::Nothing, u64::MAX);
        assert_eq!(end, End::Done);
        world.publish_edition(2);
        Self::undisturbed(world, Some(before), INDICATORS.len() + MOVING, 2)
    }

    fn undisturbed(
        world: SmallWorld,
        before: Option<TempDir>,
        accepted: usize,
        releases: usize,
    ) -> Self {
        let mut sweep = Self {
            world,
            before,
            published: BTreeMap::new(),
            steps: Vec::new(),
            polls: 0,
            accepted,
            releases,
        };
        let folder = sweep.data();
        let data = folder.path().join("data");
        let steps = Steps::with(Fate::Nothing);
        (_, sweep.polls) = run_on(&sweep.world, &data, &steps, u64::MAX);
        sweep.steps = steps.seen();
        sweep.published = published(&data);
        sweep.check(&data, "nothing disturbed it");
        sweep
    }

    /// A folder with the data before the sweep.
    fn data(&self) -> TempDir {
        let folder = quick_folder();
        if let Some(before) = &self.before {
            let copied = Command::new("cp")
                .arg("-a")
                .arg(before.path())
                .arg(folder.path().join("data"))
                .status();
            assert!(copied.expect("cp runs").success());
        }
        folder
    }

    /// Cuts the sweep off, does it again, and looks at what came of it.
    fn disturb(&self, fate: Fate, polls: u64) {
        let folder = self.data();
        let data = folder.path().join("data");
        let what = format!("{fate:?}, {polls} polls");
        let (end, _) = run(&self.world, &data, fate, polls);
        if fate != Fate::Nothing {
            assert_eq!(end, End::Cut, "{what}");
        }
        for number in 1..=committed(&data) {
            whole(&data, number);
        }
        let (end, _) = run(&self.world, &data, Fate::Nothing, u64::MAX);
        assert_eq!(end, End::Done, "{what}");
        self.check(&data, &what);
    }

    /// Everything that the sweep promises.
    fn check(&self, data: &Path, what: &str) {
        assert_eq!(committed(data), self.releases, "{what}");
        for number in 1..=self.releases {
            whole(data, number);
        }
        let found = published(data);
        let names =
            |files: &BTreeMap<String, ContentHash>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&found), names(&self.published), "{what}");
        assert_eq!(found, self.published, "{what}");
        let temporary = |path: &PathBuf| path.to_string_lossy().contains('#');
        let left: Vec<_> = files_below(data).into_iter().filter(temporary).collect();
        assert!(left.is_empty(), "{what}: {left:?}");
        runtime().block_on(async {
            let state = format!("sqlite:{}/state.db", data.display());
            let ledger = Ledger::open(&state).await.expect("the ledger");
            let open = ledger.open_jobs().await.expect("the open jobs");
            assert!(open.is_empty(), "{what}: {open:?}");
            let dead = ledger.dead_jobs().await.expect("the dead jobs");
            assert!(dead.is_empty(), "{what}: {dead:?}");
            assert!(
                ledger.outbox().await.expect("the outbox").is_empty(),
                "{what}"
            );
            let events = ledger.events().await.expect("the events");
            let count =
                |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
            let accepted = count(|event| matches!(event, Event::IndicatorNormalised { .. }));
            assert_eq!(accepted, self.accepted, "{what}: {events:?}");
            let committed = count(|event| matches!(event, Event::ReleaseCommitted { .. }));
            assert_eq!(committed, self.releases, "{what}: {events:?}");
            let announced = count(|event| matches!(event, Event::ReleaseAnnounced { .. }));
            assert_eq!(announced, self.releases, "{what}: {events:?}");
            ledger.close().await;
        });
    }
}

/// One thread, so that what is polled is the whole program; dropped, it waits for what the
/// disk is still doing.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn run(world: &SmallWorld, data: &Path, fate: Fate, polls: u64) -> (End, u64) {
    run_on(world, data, &Steps::with(fate), polls)
}

/// Opens an engine and sweeps, until the power fails, or until it was polled so often. Says
/// how often it was polled.
fn run_on(world: &SmallWorld, data: &Path, steps: &Arc<Steps>, polls: u64) -> (End, u64) {
    let runtime = runtime();
    let settings = world.settings(data);
    let mut polled = 0;
    let end = runtime.block_on(async {
        let sweeping = async {
            let engine = open_engine(settings, clock(), steps).await;
            let summary = engine
                .run(&RunRequest::default(), &Silent)
                .await
                .expect("a run");
            assert!(summary.failures.is_empty(), "{:?}", summary.failures);
            engine.close().await;
            End::Done
        };
        let mut sweeping = pin!(sweeping);
        let mut failing = pin!(steps.reached());
        poll_fn(|context| {
            if failing.as_mut().poll(context).is_ready() || polled == polls {
                return Poll::Ready(End::Cut);
            }
            polled += 1;
            sweeping.as_mut().poll(context)
        })
        .await
    });
    (end, polled)
}

/// How many releases are committed.
fn committed(data: &Path) -> usize {
    let log = data.join("published/_log");
    if !log.exists() {
        return 0;
    }
    let records = files_below(&log);
    let is_record = |path: &&PathBuf| path.extension().is_some_and(|ending| ending == "json");
    records.iter().filter(is_record).count()
}

/// Every file of a release is what its record says.
fn whole(data: &Path, number: usize) {
    let record = data.join(format!("published/_log/{number:020}.json"));
    let record = std::fs::read(record).expect("a record");
    let record: CommitRecord = serde_json::from_slice(&record).expect("a commit record");
    assert_whole(
        &data.join(format!("published/releases/{number:06}")),
        &record,
    );
}

/// Every file below `published`, leftovers too, and where `latest` points. Of a commit
/// record everything but the fencing token: that counts attempts.
fn published(data: &Path) -> BTreeMap<String, ContentHash> {
    let folder = data.join("published");
    files_below(&folder)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&folder).expect("below").to_string_lossy();
            let bytes = if path.is_symlink() {
                let target = std::fs::read_link(&path).expect("a link");
                target.to_string_lossy().into_owned().into_bytes()
            } else {
                std::fs::read(&path).expect("a file")
            };
            let bytes = match serde_json::from_slice::<CommitRecord>(&bytes) {
                Ok(mut record) if name.starts_with("_log/") => {
                    record.fencing_token = 0;
                    format!("{record:?}").into_bytes()
                }
                _ => bytes,
            };
            (name.into_owned(), ContentHash::of(&bytes))
        })
        .collect()
}

/// Every step of a sweep, and every moment of it.
fn at_every_step(sweep: &Sweep) {
    // What is written and linked, and the record: a sweep that does nothing proves nothing.
    let writes = sweep.steps.iter().filter(|step| step.writes).count();
    assert!(
        writes > 10 && sweep.steps.len() > writes,
        "{:?}",
        sweep.steps
    );
    assert!(
        sweep
            .steps
            .iter()
            .any(|step| step.location.starts_with("published/_log/"))
    );
    for number in 1..=sweep.steps.len() {
        for moment in [Moment::Before, Moment::Half, Moment::After] {
            // Which step has a number differs between runs, but not how many write.
            if moment == Moment::Half && !sweep.steps[number - 1].writes {
                continue;
            }
            sweep.disturb(Fate::PowerFails(number, moment), u64::MAX);
        }
    }
}

#[test]
fn the_power_fails_at_every_step_of_the_first_sweep() {
    at_every_step(&Sweep::first());
}

#[test]
fn the_power_fails_at_every_step_of_a_sweep_that_finds_something_new() {
    at_every_step(&Sweep::second());
}

/// Between any two steps, too: before and after each transaction of the ledger, while an
/// answer comes, while tables are built.
fn at_hundreds_of_moments(sweep: &Sweep) {
    for seed in 0..SEEDS / 2 {
        // Spread over the whole of it, in an order without a pattern: the golden ratio.
        let place = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        sweep.disturb(Fate::Nothing, 1 + place * sweep.polls / (1 << 32));
    }
}

#[test]
fn a_first_sweep_is_cut_off_at_hundreds_of_moments() {
    at_hundreds_of_moments(&Sweep::first());
}

#[test]
fn a_sweep_that_finds_something_new_is_cut_off_at_hundreds_of_moments() {
    at_hundreds_of_moments(&Sweep::second());
}
