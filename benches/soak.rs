//! Ten thousand small sweeps in simulated time, a year and more by the hour: memory, file
//! handles, threads and the ledger stay level, or it fails. Prints where they stood.
//!
//! The sweeps run in a process of their own, which is this program once more: the memory
//! and the request log of the upstream must not count. It takes minutes, so it stands
//! among the benchmarks and not among the tests, whose small world it uses.

#![allow(
    dead_code,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures, and uses a part of what the tests share"
)]

#[path = "../tests/it/crash_store.rs"]
mod crash_store;
#[path = "../tests/it/small_world.rs"]
mod small_world;
#[path = "../tests/it/support.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use botnia::engine::ledger::Ledger;
use botnia::engine::scheduler::Scheduler;
use botnia::engine::storage::Storage;
use botnia::engine::worker::Scope;
use botnia::engine::{Engine, Silent};
use botnia_config::Settings;
use botnia_ingest::ClientLimits;
use botnia_model::Clock;
use tokio_util::sync::CancellationToken;

use small_world::{INDICATORS, SmallWorld, clock, quick_folder, tables, write_edition};

const SWEEPS: u32 = 10_000;
/// The ledger forgets after 90 days: from then on, 2,160 hourly sweeps, it must not grow.
const WARMED_UP: u32 = 3_000;
/// One more thread in a hundred sweeps would be beyond this.
const MOST_THREADS: u64 = 64;
/// New figures come this often.
const MOVES: u32 = 500;

/// What the process uses.
#[derive(Clone, Copy, Debug)]
struct Level {
    memory_kib: u64,
    handles: usize,
    threads: u64,
    ledger_bytes: u64,
}

impl Level {
    fn of(data: &Path) -> Self {
        let status = std::fs::read_to_string("/proc/self/status").expect("the process");
        let number = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .and_then(|rest| rest.split_whitespace().next())
                .and_then(|number| number.parse().ok())
                .expect("a number")
        };
        let length = |name: &str| std::fs::metadata(data.join(name)).map_or(0, |about| about.len());
        Self {
            memory_kib: number("VmRSS:"),
            handles: std::fs::read_dir("/proc/self/fd").expect("handles").count(),
            threads: number("Threads:"),
            ledger_bytes: length("state.db") + length("state.db-wal"),
        }
    }
}

/// Where the process of the sweeps finds what it needs.
const BASE_URL: &str = "SOAK_BASE_URL";
const RECORDINGS: &str = "SOAK_RECORDINGS";
const DATA: &str = "SOAK_DATA";

fn main() {
    if let Ok(base_url) = std::env::var(BASE_URL) {
        let folder = |name| PathBuf::from(std::env::var_os(name).expect("a folder"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        return runtime.block_on(sweep(&base_url, &folder(RECORDINGS), &folder(DATA)));
    }
    let world = SmallWorld::start();
    let data = quick_folder();
    let ended = Command::new(std::env::current_exe().expect("this program"))
        .env(BASE_URL, world.base_url())
        .env(RECORDINGS, world.recordings())
        .env(DATA, data.path())
        // As the service's unit has it.
        .env("MALLOC_ARENA_MAX", "2")
        .status()
        .expect("the process of the sweeps");
    assert!(ended.success(), "the sweeps did not leave everything level");
}

async fn sweep(base_url: &str, recordings: &Path, data: &Path) {
    let settings = scheduled(base_url, data, "0 * * * *");
    let clock = clock();
    let engine = Arc::new(open_plain_engine(settings, clock.clone()).await);
    let scheduler = Scheduler::new(Arc::clone(&engine));
    scheduler.look_at_all().await.expect("a first look");
    let mut warm = None;
    let mut releases = 0;
    for number in 1..=SWEEPS {
        if number % MOVES == 1 {
            write_edition(recordings, 2 + number / MOVES);
            releases += 1;
        }
        clock.advance(3600);
        scheduler.look_at_all().await.expect("a look");
        let open = engine.ledger().open_jobs().await.expect("jobs");
        let run = open.first().expect("the plan of this hour").run;
        engine
            .work(Scope::Run(run), &Silent, &CancellationToken::new())
            .await
            .expect("a sweep");
        let open = engine.ledger().open_jobs().await.expect("jobs");
        assert!(open.is_empty(), "sweep {number} left {open:?}");
        if number == WARMED_UP {
            warm = Some(Level::of(data));
        }
    }
    let (warm, end) = (warm.expect("a warm level"), Level::of(data));
    for (sweeps, level) in [(WARMED_UP, warm), (SWEEPS, end)] {
        println!("after {sweeps} sweeps: {level:?}");
    }
    let newest = engine.releases().latest().await.expect("read");
    let newest = newest.expect("a release").0.release.get();
    assert_eq!(newest, releases, "a release for every change, and no other");
    assert!(end.memory_kib <= warm.memory_kib + warm.memory_kib / 10 + 4096);
    assert!(end.handles <= warm.handles + 2);
    // The pool for blocking work grows and shrinks with the load.
    assert!(end.threads <= MOST_THREADS);
    assert!(end.ledger_bytes <= warm.ledger_bytes + warm.ledger_bytes / 10);
}

/// Settings for the first indicator of a small world at `base_url`, swept as `schedule`
/// says.
fn scheduled(base_url: &str, data: &Path, schedule: &str) -> Settings {
    let data = data.display().to_string();
    let text = format!(
        "data = \"{data}\"\ncontact = \"tests\"\n[[source]]\nid = \"sotkanet\"\nkind = \"sotkanet\"\nbase_url = \"{base_url}\"\nindicators = [\"{id}\"]\nschedule = \"{schedule}\"\nrequests_per_second = 1000.0\n",
        id = INDICATORS[0],
    );
    Settings::parse("botnia.toml", &text, std::iter::empty()).expect("settings")
}

/// An engine that knows the regions of the small world alone.
async fn open_plain_engine(settings: Settings, clock: Arc<dyn Clock>) -> Engine {
    let shared = Ledger::shares(&settings.state).expect("a ledger");
    let storage =
        Storage::open_for_work(&settings.data, &settings.state, shared).expect("a free folder");
    let limits = ClientLimits::default();
    Engine::open_on(storage, settings, Vec::new(), tables(), clock, limits)
        .await
        .expect("an engine")
}
