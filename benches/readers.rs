//! A thousand readers of a running `botnia serve`, each with a connection of its own, that
//! read parts of files: how long they wait while nothing else happens, and while the same
//! process sweeps and publishes two releases. Prints latencies, and the second as a ratio
//! to the first.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures, writes its own files and reads with a bare client"
)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use botnia_sandbox::{Sandbox, SandboxOptions};

const READERS: usize = 1_000;
const QUIET: Duration = Duration::from_secs(15);
const TOKEN: &str = "token-of-the-benchmark";
const PATHS: [&str; 3] = [
    "by_province/province=14/observations.parquet",
    "municipalities/743-seinajoki/observations.parquet",
    "indicators.parquet",
];

fn main() {
    // Another one may be installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let sandbox = Sandbox::start(SandboxOptions::default())
        .await
        .expect("a sandbox");
    let folder = tempfile::tempdir().expect("a folder");
    let settings = format!(
        "data = \"{}\"\ncontact = \"bench\"\n[[source]]\nid = \"sotkanet\"\nkind = \"sotkanet\"\nbase_url = \"{}\"\nindicators = [\"set:hyvinvointikertomus\"]\nconcurrency = 4\nrequests_per_second = 1000.0\n",
        folder.path().join("data").display(),
        sandbox.base_url(),
    );
    std::fs::write(folder.path().join("botnia.toml"), settings).expect("settings");
    let mut service = Service::start(folder.path());
    let base = service.base.clone();
    let client = reqwest::Client::new();
    publish(&client, &base).await;

    println!("| {READERS} readers | reads | median ms | 95 % ms | 99 % ms | longest ms |");
    println!("|---|---|---|---|---|---|");
    let quiet = read_during(&base, tokio::time::sleep(QUIET)).await;
    row("while nothing is published", &quiet);
    let publishing = read_during(&base, async {
        for _ in 0..2 {
            sandbox.advance();
            publish(&client, &base).await;
        }
    })
    .await;
    row("while two releases are published", &publishing);
    println!(
        "| ratio | | {:.2} | {:.2} | {:.2} | {:.2} |",
        ratio(&publishing, &quiet, 50),
        ratio(&publishing, &quiet, 95),
        ratio(&publishing, &quiet, 99),
        ratio(&publishing, &quiet, 100),
    );
    service.stop();
    sandbox.stop().await;
}

/// A running `botnia serve`.
struct Service {
    child: Child,
    base: String,
}

impl Service {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_botnia"))
            .current_dir(folder)
            .env("BOTNIA_SERVER_TOKEN", TOKEN)
            .args(["--config", "botnia.toml", "--quiet", "serve"])
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        let base = lines
            .by_ref()
            .map(|line| line.expect("a line"))
            .find_map(|line| {
                let address = line.split_once("http://")?.1;
                Some(format!("http://{}", address.split_once('/')?.0))
            })
            .expect("an address");
        // What it says further is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base }
    }

    fn stop(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }
}

/// Begins a run, and waits until its release is served.
async fn publish(client: &reqwest::Client, base: &str) {
    let before = newest(client, base).await;
    let begun = client
        .post(format!("{base}/api/v1/runs"))
        .bearer_auth(TOKEN)
        .header("content-type", "application/json")
        .body("{}")
        .send()
        .await
        .expect("an answer");
    assert_eq!(begun.status(), 202);
    while newest(client, base).await == before {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The number of the newest release, as text; empty before the first.
async fn newest(client: &reqwest::Client, base: &str) -> String {
    let answer = client
        .get(format!("{base}/latest/SHA256SUMS"))
        .send()
        .await
        .expect("an answer");
    let release = answer.headers().get("botnia-release");
    release.map_or_else(String::new, |release| {
        release.to_str().expect("a number").to_owned()
    })
}

/// What the readers waited for each part, shortest first, while `meanwhile` happened.
async fn read_during(base: &str, meanwhile: impl Future<Output = ()>) -> Vec<Duration> {
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS)
        .map(|number| tokio::spawn(read(base.to_owned(), number, Arc::clone(&stop))))
        .collect();
    meanwhile.await;
    stop.store(true, Ordering::Relaxed);
    let mut took = Vec::new();
    for reader in readers {
        took.extend(reader.await.expect("a reader without an error"));
    }
    took.sort_unstable();
    took
}

/// Reads the ends and the middles of files until it is told to stop.
async fn read(base: String, number: usize, stop: Arc<AtomicBool>) -> Vec<Duration> {
    let client = reqwest::Client::new();
    let mut took = Vec::new();
    for turn in number.. {
        let range = if turn % 2 == 0 {
            "bytes=-512"
        } else {
            "bytes=100-4195"
        };
        let began = Instant::now();
        let answer = client
            .get(format!("{base}/latest/{}", PATHS[turn % PATHS.len()]))
            .header("range", range)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 206);
        answer.bytes().await.expect("the part");
        took.push(began.elapsed());
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    took
}

/// What `percent` of a hundred reads did not exceed.
fn within(took: &[Duration], percent: usize) -> f64 {
    let place = (took.len() * percent / 100).min(took.len() - 1);
    took[place].as_secs_f64() * 1000.0
}

fn ratio(one: &[Duration], other: &[Duration], percent: usize) -> f64 {
    within(one, percent) / within(other, percent)
}

fn row(what: &str, took: &[Duration]) {
    println!(
        "| {what} | {} | {:.1} | {:.1} | {:.1} | {:.1} |",
        took.len(),
        within(took, 50),
        within(took, 95),
        within(took, 99),
        within(took, 100),
    );
}
