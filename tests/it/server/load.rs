//! Many readers at once while releases are committed, and DuckDB as a remote reader.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use botnia_model::ContentHash;
use botnia_sandbox::SandboxOptions;
use tokio::sync::Barrier;

use super::client::Connection;
use super::{Served, published, upstream};
use crate::support::{RUNTIME, Upstream, Workspace};

const READERS: usize = 1_000;
const PATHS: [&str; 3] = [
    "by_province/province=14/observations.parquet",
    "municipalities/743-seinajoki/observations.parquet",
    "manifest.json",
];

/// What one request got.
struct Read {
    path: &'static str,
    release: String,
    tag: String,
    /// The part, as `Content-Range` has it; none: the whole file.
    range: Option<String>,
    hash: ContentHash,
    took: Duration,
}

async fn read(connection: &mut Connection, path: &'static str, headers: &[&str]) -> Read {
    let began = Instant::now();
    let received = connection
        .ask("GET", &format!("/latest/{path}"), headers)
        .await;
    let took = began.elapsed();
    let header = |name: &str| received.header(name).unwrap_or_default().to_owned();
    assert!(matches!(received.status, 200 | 206), "{received:?}");
    Read {
        path,
        release: header("botnia-release"),
        tag: header("etag"),
        range: received.header("content-range").map(str::to_owned),
        hash: ContentHash::of(&received.body),
        took,
    }
}

/// Reads until it is told to stop: the end of a file, its middle, and at times all of it.
async fn reader(connection: &mut Connection, number: usize, stop: &AtomicBool) -> Vec<Read> {
    let mut reads = Vec::new();
    for turn in number.. {
        let path = PATHS[turn % PATHS.len()];
        let headers: &[&str] = match turn % 7 {
            0 => &[],
            1..4 => &["Range: bytes=-512"],
            _ => &["Range: bytes=100-4195"],
        };
        reads.push(read(connection, path, headers).await);
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    reads
}

#[test]
fn a_thousand_readers_never_see_a_mixture_while_releases_are_committed() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let served = Served::on(&workspace);
    let stop = Arc::new(AtomicBool::new(false));
    let all_connected = Arc::new(Barrier::new(READERS + 1));
    let readers: Vec<_> = (0..READERS)
        .map(|number| {
            let (stop, all_connected) = (Arc::clone(&stop), Arc::clone(&all_connected));
            let address = served.address;
            RUNTIME.spawn(async move {
                let mut connection = Connection::open(address).await;
                connection.ask("GET", "/healthz", &[]).await.expect(200);
                all_connected.wait().await;
                reader(&mut connection, number, &stop).await
            })
        })
        .collect();
    RUNTIME.block_on(all_connected.wait());
    for _ in 0..2 {
        upstream.sandbox().advance();
        workspace.botnia(&["run", "--quiet"]).expect_code(0);
    }
    stop.store(true, Ordering::Relaxed);
    let mut reads = Vec::new();
    for reader in readers {
        reads.extend(RUNTIME.block_on(reader).expect("a reader without an error"));
    }

    let releases: BTreeSet<&str> = reads.iter().map(|read| read.release.as_str()).collect();
    assert_eq!(releases, BTreeSet::from(["1", "2", "3"]));
    let mut files: BTreeMap<(&str, &str), Vec<u8>> = BTreeMap::new();
    for read in &reads {
        let bytes = files.entry((&read.release, read.path)).or_insert_with(|| {
            let number: u32 = read.release.parse().expect("a number");
            let folder = workspace.release().with_file_name(format!("{number:06}"));
            std::fs::read(folder.join(read.path)).expect("a file")
        });
        let whole = ContentHash::of(bytes);
        assert_eq!(read.tag, format!("\"{whole}\""), "{}", read.path);
        let expected = match &read.range {
            None => whole,
            Some(range) => ContentHash::of(part(bytes, range)),
        };
        assert_eq!(read.hash, expected, "{} {:?}", read.path, read.range);
    }
    let mut took: Vec<_> = reads.iter().map(|read| read.took).collect();
    took.sort_unstable();
    println!(
        "{} reads by {READERS} readers: median {:?}, 99 of 100 within {:?}, longest {:?}",
        took.len(),
        took[took.len() / 2],
        took[took.len() * 99 / 100],
        took[took.len() - 1]
    );
}

/// The bytes that `bytes 100-199/1000` names.
fn part<'a>(bytes: &'a [u8], range: &str) -> &'a [u8] {
    let (range, length) = range
        .strip_prefix("bytes ")
        .and_then(|range| range.split_once('/'))
        .expect("a range");
    assert_eq!(length, bytes.len().to_string());
    let (first, last) = range.split_once('-').expect("two ends");
    let end = |text: &str| text.parse::<usize>().expect("a number");
    &bytes[end(first)..=end(last)]
}

/// The bytes that the server sent below `/latest/`, by its own count.
fn sent(served: &Served) -> u64 {
    let metrics = served.get("/metrics").expect(200).text();
    metrics
        .lines()
        .find_map(|line| line.strip_prefix("botnia_http_response_bytes_total{route=\"latest\"} "))
        .and_then(|count| count.parse().ok())
        .expect("a counter")
}

/// The exit code of the script where it cannot run.
const NO_FSSPEC: i32 = 3;

/// Past the capture of passing tests: a check that did not run must be seen.
fn left_out(why: &str) {
    std::io::stderr()
        .write_all(format!("left out: DuckDB over HTTP, as {why}: run `make test`\n").as_bytes())
        .expect("write to stderr");
}

#[test]
fn duckdb_reads_one_municipality_without_fetching_the_file() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    if !python.is_file() {
        return left_out("target/python is absent");
    }
    let upstream = Upstream::start(SandboxOptions::default());
    let url = upstream.sandbox().base_url();
    let workspace = Workspace::with_every_year(url.as_str(), &["all"]);
    let settings = std::fs::read_to_string(workspace.path().join("botnia.toml")).expect("settings");
    workspace.write_settings(&settings.replace("50.0", "1000.0"));
    workspace.botnia(&["run", "--quiet"]).expect_code(0);
    let served = Served::on(&workspace);
    let path = "by_province/province=14/observations.parquet";
    let file = workspace.release().join(path);
    let length = std::fs::metadata(&file).expect("a file").len();

    let before = sent(&served);
    let output = Command::new(&python)
        .arg("-B")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/read_over_http.py"))
        .arg(format!("{}/latest/{path}", served.address))
        .arg(&file)
        .env("no_proxy", "127.0.0.1")
        .output()
        .expect("run Python");
    if output.status.code() == Some(NO_FSSPEC) {
        return left_out("target/python has no fsspec");
    }
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let fetched = sent(&served) - before;
    println!("DuckDB read {said} and fetched {fetched} of {length} bytes");
    assert!(fetched > 0 && fetched * 4 < length, "{fetched} of {length}");
}
