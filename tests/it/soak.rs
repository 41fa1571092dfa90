//! Ten thousand small sweeps in simulated time, a year and more by the hour: memory, file
//! handles, threads and the ledger stay level.
//!
//! The sweeps run in a process of their own, which is this test once more: other tests'
//! memory must not count, nor the request log of the upstream.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use botnia::engine::Silent;
use botnia::engine::scheduler::Scheduler;
use botnia::engine::worker::Scope;
use tokio_util::sync::CancellationToken;

use crate::small_world::{SmallWorld, clock, open_plain_engine, quick_folder, write_edition};

const SWEEPS: u32 = 10_000;
/// The ledger forgets after 90 days: from then on, 2,160 hourly sweeps, it must not grow.
const WARMED_UP: u32 = 3_000;
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

#[test]
fn ten_thousand_sweeps_leave_everything_level() {
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
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args([
            "--exact",
            "soak::ten_thousand_sweeps_leave_everything_level",
        ])
        .arg("--nocapture")
        .env(BASE_URL, world.base_url())
        .env(RECORDINGS, world.recordings())
        .env(DATA, data.path())
        .output()
        .expect("the process of the sweeps");
    let said = String::from_utf8_lossy(&output.stdout);
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{log}");
    println!("{said}");
}

async fn sweep(base_url: &str, recordings: &Path, data: &Path) {
    let settings = SmallWorld::scheduled(base_url, data, "0 * * * *");
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
    println!("after {WARMED_UP} sweeps {warm:?}, after {SWEEPS} {end:?}");
    let newest = engine.releases().latest().await.expect("read");
    let newest = newest.expect("a release").0.release.get();
    assert_eq!(newest, releases, "a release for every change, and no other");
    assert!(end.memory_kib <= warm.memory_kib + warm.memory_kib / 10 + 4096);
    assert!(end.handles <= warm.handles + 2);
    assert!(end.threads <= warm.threads + 2);
    assert!(end.ledger_bytes <= warm.ledger_bytes + warm.ledger_bytes / 10);
}
