//! Several workers on one PostgreSQL: who vanishes loses nothing, and who wakes late
//! publishes nothing.

use std::io::{BufRead as _, BufReader, Lines};
use std::pin::pin;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use botnia::engine::job::{Fetching, Task};
use botnia::engine::ledger::Ledger;
use botnia::engine::worker::Scope;
use botnia::engine::{RunRequest, Silent};
use botnia_config::{LedgerAddress, Settings};
use botnia_model::{Clock, Event, SourceId};
use botnia_sandbox::{Fault, FaultKind, RetryAfter, SandboxOptions};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::crash_store::{Fate, Steps};
use crate::postgres::database;
use crate::small_world::{SmallWorld, clock, open_engine, quick_folder};
use crate::support::{RUNTIME, Upstream, Workspace, assert_whole, files_below};

/// The lease of the small world's workers, in seconds, and a second more.
const PAST_THE_LEASE: i64 = 61;

/// Indicators enough to keep three processes busy.
const INDICATORS: [&str; 9] = ["127", "181", "5", "74", "322", "4", "186", "7", "1065"];

/// A worker that is paused in the midst of publishing, until its lease has run out and
/// another has published: it is refused, whatever step it was at.
#[test]
fn a_paused_holder_of_the_release_publishes_nothing() {
    for place in ["published/releases/", "published/_log/"] {
        let Some(state) = database() else { return };
        let world = SmallWorld::start();
        let folder = quick_folder();
        let settings = Settings {
            state: LedgerAddress::new(state),
            ..world.settings(folder.path())
        };
        RUNTIME.block_on(async {
            let clock = clock();
            let steps = Steps::with(Fate::Waits(place));
            let paused = open_engine(settings.clone(), clock.clone(), &steps).await;
            let other = open_engine(settings, clock.clone(), &Steps::with(Fate::Nothing)).await;
            let request = RunRequest::default();
            let mut publishing = pin!(paused.run(&request, &Silent));
            tokio::select! {
                ended = &mut publishing => panic!("it published: {ended:?}"),
                () = steps.reached() => {}
            }
            assert!(other.releases().latest().await.expect("a log").is_none());

            clock.advance(PAST_THE_LEASE);
            let open = other.ledger().open_jobs().await.expect("the open jobs");
            assert!(
                matches!(open[..], [ref job] if job.task == Task::Release),
                "{open:?}"
            );
            let scope = Scope::Run(open[0].run);
            let worked = other.work(scope, &Silent, &CancellationToken::new()).await;
            worked.expect("the release of another");
            let published = files_below(&folder.path().join("published"));
            let (record, _) = other
                .releases()
                .latest()
                .await
                .expect("a log")
                .expect("a release");

            steps.let_go();
            publishing
                .await
                .expect("a job that was taken over is no failure");
            let now = other
                .releases()
                .latest()
                .await
                .expect("a log")
                .expect("a release");
            assert_eq!(now.0, record, "{place}");
            assert_eq!(record.release.get(), 1);
            assert_eq!(
                files_below(&folder.path().join("published")),
                published,
                "{place}"
            );
            let release = folder.path().join("published/releases/000001");
            assert_whole(&release, &record);
            let committed = Event::ReleaseCommitted {
                release: record.release,
                manifest: record.manifest,
            };
            let ledger = other.ledger();
            let events = ledger.events().await.expect("the events");
            let count = events.iter().filter(|event| **event == committed).count();
            assert_eq!(count, 1, "{place}: {events:?}");
            assert!(ledger.open_jobs().await.expect("the open jobs").is_empty());
        });
    }
}

/// A process of the program, and its log.
struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Process {
    fn start(workspace: &Workspace, arguments: &[&str], ready: &str) -> Self {
        let mut child = workspace
            .command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        let mut process = Self { child, lines };
        process.until(ready);
        process
    }

    /// Reads the log up to a line that contains `words`.
    #[track_caller]
    fn until(&mut self, words: &str) {
        let mut seen = Vec::new();
        for line in &mut self.lines {
            let line = line.expect("a line");
            if line.contains(words) {
                return;
            }
            seen.push(line);
        }
        panic!("«{words}» is not in:\n{}", seen.join("\n"));
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Whether the name that a worker has in its leases is this process's.
    fn is(&self, worker: &str) -> bool {
        let id = self.child.id().to_string();
        worker
            .split(|sign: char| !sign.is_ascii_digit())
            .any(|part| part == id)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Of a test that failed; one that was killed is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ends when the process holds an indicator: each change of the jobs wakes it to look.
async fn until_busy(ledger: &Ledger, process: &Process) {
    loop {
        let woken = ledger.woken();
        let open = ledger.open_jobs().await.expect("the open jobs");
        let mut workers = open
            .iter()
            .filter(|job| matches!(job.task, Task::Indicator { .. }))
            .filter_map(|job| job.worker.as_deref());
        if workers.any(|worker| process.is(worker)) {
            return;
        }
        woken.await;
    }
}

#[test]
fn one_worker_is_killed_and_one_wakes_late_and_nothing_is_lost_or_published_twice() {
    let Some(state) = database() else { return };
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &INDICATORS);
    let settings = workspace
        .settings()
        .replace("concurrency = 4", "concurrency = 1");
    workspace.write_settings(&format!(
        "state = \"{state}\"\n{settings}[workers]\nlease_seconds = 5\n"
    ));
    // Whoever takes an indicator holds it, until both have been met at their work.
    let delay = Fault {
        path: Some("/rest/1.1/indicators/".to_owned()),
        indicator: None,
        query: None,
        after: 0,
        times: None,
        kind: FaultKind::Delay {
            milliseconds: 8_000,
        },
    };
    let set = upstream.sandbox().set_faults(vec![delay]);
    set.expect("faults that can be");

    let mut killed = Process::start(&workspace, &["worker"], "Working on the jobs");
    let mut late = Process::start(&workspace, &["worker"], "Working on the jobs");
    let ledger = RUNTIME.block_on(Ledger::open(&state)).expect("the ledger");
    let tasks = [Task::Plan {
        source: "sotkanet".parse::<SourceId>().expect("a source"),
        indicators: Vec::new(),
        fetching: Fetching::Moved,
    }];
    let now = "2026-01-01T00:00:00Z"
        .parse()
        .expect("a moment that has passed");
    let began = ledger.begin_run(now, &tasks);
    let run = RUNTIME.block_on(began).expect("a run");
    RUNTIME.block_on(until_busy(&ledger, &killed));
    killed.child.kill().expect("SIGKILL");
    RUNTIME.block_on(until_busy(&ledger, &late));
    late.signal("-STOP");
    let cleared = upstream.sandbox().set_faults(Vec::new());
    cleared.expect("no faults");
    let arguments = ["serve", "--listen", "127.0.0.1:0"];
    let mut service = Process::start(&workspace, &arguments, "Serving http://");
    service.until("Release announced");
    late.signal("-CONT");
    late.until("The job was taken over by another worker");
    late.signal("-TERM");
    late.until("Stopped.");
    service.signal("-TERM");
    service.until("Stopped.");

    RUNTIME.block_on(async {
        assert!(ledger.open_jobs().await.expect("the open jobs").is_empty());
        assert!(ledger.dead_jobs().await.expect("the dead jobs").is_empty());
        let jobs = ledger.run_jobs(run).await.expect("the jobs of the run");
        assert_eq!(jobs.len(), 1 + INDICATORS.len() + 2, "{jobs:?}");
        let events = ledger.events().await.expect("the events");
        let committed = |event: &&Event| matches!(event, Event::ReleaseCommitted { .. });
        assert_eq!(events.iter().filter(committed).count(), 1, "{events:?}");
    });
    let records = files_below(&workspace.data().join("published/_log"));
    assert_eq!(records.len(), 1, "{records:?}");
    let manifest = assert_whole(&workspace.release(), &workspace.record().expect("a record"));
    assert_eq!(manifest.indicators.len(), INDICATORS.len());
}

/// A run that finds its source being swept says so, and waits for nobody.
#[test]
fn a_run_beside_a_sweep_says_that_another_is_at_it() {
    let Some(state) = database() else { return };
    let world = SmallWorld::start();
    let folder = quick_folder();
    let settings = Settings {
        state: LedgerAddress::new(state),
        ..world.settings(folder.path())
    };
    RUNTIME.block_on(async {
        let clock = clock();
        let steps = Steps::with(Fate::Waits("raw/"));
        let first = open_engine(settings.clone(), clock.clone(), &steps).await;
        let second = open_engine(settings, clock, &Steps::with(Fate::Nothing)).await;
        let request = RunRequest::default();
        let mut sweeping = pin!(first.run(&request, &Silent));
        tokio::select! {
            ended = &mut sweeping => panic!("it swept: {ended:?}"),
            () = steps.reached() => {}
        }
        let beside = second.run(&request, &Silent).await.expect("a run");
        let sources: Vec<_> = beside
            .under_way_elsewhere
            .iter()
            .map(SourceId::as_str)
            .collect();
        assert_eq!(sources, ["sotkanet"]);
        assert!(beside.failures.is_empty() && beside.release.is_none());
        steps.let_go();
        let summary = sweeping.await.expect("the sweep");
        assert!(summary.under_way_elsewhere.is_empty());
        assert_eq!(summary.release.expect("a release").release.get(), 1);
    });
}

/// A pause that is longer than the client sits out is kept by every worker, to the second,
/// and then the job is done.
#[test]
fn a_pause_that_a_source_asks_for_is_kept_by_every_worker() {
    const PAUSE: i64 = 1_800;
    let Some(state) = database() else { return };
    let world = SmallWorld::start();
    let folder = quick_folder();
    let settings = Settings {
        state: LedgerAddress::new(state),
        ..world.settings(folder.path())
    };
    let throttled = Fault::new(FaultKind::TooManyRequests {
        retry_after: Some(RetryAfter::Seconds(PAUSE.unsigned_abs())),
    });
    world.set_faults(vec![throttled.times(1)]);
    RUNTIME.block_on(async {
        let clock = clock();
        let steps = Steps::with(Fate::Nothing);
        let first = open_engine(settings.clone(), clock.clone(), &steps).await;
        let second = open_engine(settings, clock.clone(), &steps).await;
        let summary = first.run(&RunRequest::default(), &Silent).await;
        assert_eq!(summary.expect("a run").failures.len(), 1);
        let asked = world.asked();
        let open = first.ledger().open_jobs().await.expect("the open jobs");
        let [plan] = &open[..] else {
            panic!("{open:?}")
        };
        let wait = plan.not_before.duration_since(clock.now());
        assert_eq!(wait.as_secs(), PAUSE, "exactly then");

        // Another run on another machine, a second too early: nobody asks.
        clock.advance(PAUSE - 1);
        let scope = Scope::Run(plan.run);
        let stop = CancellationToken::new();
        second.work(scope, &Silent, &stop).await.expect("no work");
        assert_eq!(world.asked(), asked);
        clock.advance(1);
        second.work(scope, &Silent, &stop).await.expect("the sweep");
        assert!(world.asked() > asked);
        let release = second.releases().latest().await.expect("a log");
        assert!(release.is_some(), "the sweep went on where it was");
    });
}

/// The time of this machine: the turns to ask a host are kept in real time.
struct RealTime;

impl Clock for RealTime {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Two workers together ask a host no more often than the settings allow one.
#[test]
fn requests_keep_their_distance_over_all_workers() {
    const PER_SECOND: f64 = 5.0;
    let Some(state) = database() else { return };
    let world = SmallWorld::start();
    let folder = quick_folder();
    let mut settings = Settings {
        state: LedgerAddress::new(state),
        ..world.settings(folder.path())
    };
    settings.source[0].requests_per_second = PER_SECOND;
    RUNTIME.block_on(async {
        let steps = Steps::with(Fate::Nothing);
        let first = open_engine(settings.clone(), Arc::new(RealTime), &steps).await;
        let second = open_engine(settings, Arc::new(RealTime), &steps).await;
        let stop = CancellationToken::new();
        let began = Instant::now();
        let (ran, worked) = tokio::join!(
            async {
                let ran = first.run(&RunRequest::default(), &Silent).await;
                stop.cancel();
                ran
            },
            second.work(Scope::Everything, &Silent, &stop),
        );
        let took = began.elapsed().as_secs_f64();
        worked.expect("a worker");
        assert!(ran.expect("a run").failures.is_empty());
        let asked = u32::try_from(world.asked()).expect("a few");
        assert!(asked >= 7, "{asked}");
        // One less than the requests are the distances between them.
        let least = f64::from(asked - 1) / PER_SECOND;
        assert!(took >= least, "{asked} requests within {took} s");
    });
}
