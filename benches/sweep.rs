//! The main job, measured: the whole program as its own process against the sandbox on
//! loopback. Prints wall time, the process's peak memory, and the time as a ratio to only
//! downloading the same answers in the same run.
//!
//! `BENCH_INDICATORS` sets how many synthetic indicators; 1,500 make about 24
//! million rows.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures, writes its own files and measures a bare client"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use botnia_sandbox::{Mode, Sandbox, SandboxOptions, Synthetic, SyntheticIndicators};
use futures::{StreamExt as _, stream};

fn main() {
    let indicators: u32 = std::env::var("BENCH_INDICATORS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1500);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    // Another one may be installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    println!("| run | wall s | peak memory MB | rows | ratio to the download |");
    println!("|---|---|---|---|---|");
    measure(
        &runtime,
        "demo sets",
        SandboxOptions::default(),
        "\"set:hyvinvointikertomus\", \"set:lastensuojelu\", \"set:ikaihmiset\", \"set:pohjoismaat\", \"set:hyte\"",
    );
    measure(
        &runtime,
        &format!("{indicators} indicators"),
        SandboxOptions::new(Mode::Synthetic(Synthetic {
            indicators: SyntheticIndicators::Count(indicators),
            first_year: 2005,
            ..Synthetic::default()
        })),
        "\"all\"",
    );
}

fn measure(runtime: &tokio::runtime::Runtime, name: &str, options: SandboxOptions, selected: &str) {
    let sandbox = runtime
        .block_on(Sandbox::start(options))
        .expect("a sandbox");
    let folder = tempfile::tempdir().expect("a folder");
    let settings = format!(
        "data = \"{}\"\ncontact = \"bench\"\n[[source]]\nid = \"sotkanet\"\nkind = \"sotkanet\"\nbase_url = \"{}\"\nindicators = [{selected}]\nconcurrency = 4\nrequests_per_second = 1000.0\n",
        folder.path().join("data").display(),
        sandbox.base_url(),
    );
    std::fs::write(folder.path().join("botnia.toml"), settings).expect("settings");
    let first = sweep(folder.path());
    let addresses: Vec<String> = sandbox
        .requests()
        .iter()
        .map(|request| {
            format!(
                "http://{}{}?{}",
                sandbox.address(),
                request.path,
                request.query
            )
        })
        .collect();
    let download = runtime.block_on(download(addresses));
    let second = sweep(folder.path());
    let manifest =
        std::fs::read_to_string(folder.path().join("data/published/latest/manifest.json"))
            .expect("a manifest");
    let manifest: botnia_model::Manifest = serde_json::from_str(&manifest).expect("a manifest");
    let rows: u64 = manifest.indicators.iter().map(|entry| entry.rows_out).sum();
    for (what, measured) in [("first run", &first), ("nothing moved", &second)] {
        println!(
            "| {name}, {what} | {:.1} | {:.0} | {rows} | {:.2} |",
            measured.wall.as_secs_f64(),
            measured.peak_kib as f64 / 1024.0,
            measured.wall.as_secs_f64() / download.as_secs_f64(),
        );
    }
    println!(
        "| {name}, download alone | {:.1} | | | 1.00 |",
        download.as_secs_f64()
    );
    runtime.block_on(sandbox.stop());
}

struct Measured {
    wall: Duration,
    peak_kib: u64,
}

/// One run as its own process; its peak memory is read while it lives.
fn sweep(folder: &Path) -> Measured {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_botnia"))
        .current_dir(folder)
        .args(["--config", "botnia.toml", "--quiet", "run"])
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let status = Path::new("/proc")
        .join(child.id().to_string())
        .join("status");
    let mut peak_kib = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().expect("a child") {
            break ended;
        }
        if let Ok(text) = std::fs::read_to_string(&status) {
            let peak = text
                .lines()
                .find_map(|line| line.strip_prefix("VmHWM:"))
                .and_then(|line| line.trim().strip_suffix(" kB"))
                .and_then(|number| number.trim().parse().ok());
            peak_kib = peak_kib.max(peak.unwrap_or(0));
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(ended.success(), "{ended}");
    Measured {
        wall: began.elapsed(),
        peak_kib,
    }
}

/// The same requests with a bare client, the bodies thrown away.
async fn download(addresses: Vec<String>) -> Duration {
    let client = reqwest::Client::builder()
        .user_agent("botnia-bench/1 (+bench)")
        .build()
        .expect("a client");
    let began = Instant::now();
    stream::iter(addresses)
        .map(|address| {
            let client = client.clone();
            async move {
                let mut answer = client
                    .get(address)
                    .header("accept-encoding", "gzip")
                    .send()
                    .await
                    .expect("an answer");
                while answer.chunk().await.expect("a chunk").is_some() {}
            }
        })
        .buffer_unordered(4)
        .collect::<Vec<()>>()
        .await;
    began.elapsed()
}
