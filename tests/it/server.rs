//! The web server over real HTTP: files of releases, the operator's view, and many readers.

mod actions;
mod client;
mod files;
mod jobs;
mod load;
mod misfit;
mod own_use;
mod view;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use botnia::engine::ledger::Ledger;
use botnia::engine::quarantine::Quarantine;
use botnia::engine::storage::Storage;
use botnia::server::{ActionLimits, Limits, Schedules, ServerState, router, serve_within};
use botnia_config::{IndicatorSet, Settings};
use botnia_model::{FixedClock, SourceId};
use botnia_publish::Releases;
use botnia_sandbox::SandboxOptions;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use object_store::local::LocalFileSystem;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{RUNTIME, Upstream, Workspace};
use client::{Connection, Received};

/// What the server's clock says, unless a test moves it.
const NOW: &str = "2026-11-21T12:00:00Z";

/// Slots that a test decides.
#[derive(Default)]
struct Slots(Mutex<Vec<(SourceId, Timestamp)>>);

impl Schedules for Slots {
    fn next(&self) -> Vec<(SourceId, Timestamp)> {
        self.0.lock().expect("the slots").clone()
    }
}

/// A running server on a data folder.
struct Served {
    address: SocketAddr,
    ledger: Ledger,
    slots: Arc<Slots>,
    clock: Arc<FixedClock>,
    shutdown: CancellationToken,
    server: JoinHandle<()>,
}

impl Served {
    fn on(workspace: &Workspace) -> Self {
        Self::within(workspace, Limits::default())
    }

    fn within(workspace: &Workspace, limits: Limits) -> Self {
        Self::open(workspace, limits, None, ActionLimits::default())
    }

    /// A server on which whoever sends `token` may act.
    fn open(
        workspace: &Workspace,
        limits: Limits,
        token: Option<&str>,
        action_limits: ActionLimits,
    ) -> Self {
        let environment = token.map(|token| ("BOTNIA_SERVER_TOKEN".to_owned(), token.to_owned()));
        let settings = workspace.settings();
        let settings =
            Settings::parse("botnia.toml", &settings, environment.into_iter()).expect("settings");
        let root = workspace.data();
        std::fs::create_dir_all(&root).expect("a data folder");
        RUNTIME.block_on(async {
            let ledger = Ledger::open(&format!("sqlite:{}", root.join("state.db").display()))
                .await
                .expect("a ledger");
            let store = LocalFileSystem::new_with_prefix(&root).expect("a store");
            let storage = Storage::open_to_read(&root.display().to_string());
            let storage = storage.expect("a place").expect("a folder");
            let quarantine = Quarantine::of(&storage);
            let slots = Arc::new(Slots::default());
            let clock = Arc::new(FixedClock::at(NOW.parse().expect("a moment")));
            let state = ServerState {
                ledger: ledger.clone(),
                releases: Releases::new(Arc::new(store), Some(root)),
                quarantine,
                schedules: slots.clone(),
                clock: clock.clone(),
                time_zone: TimeZone::get("Europe/Helsinki").expect("a zone"),
                settings,
                sets: IndicatorSet::builtin(),
                action_limits,
            };
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            let shutdown = CancellationToken::new();
            let server = tokio::spawn(serve_within(
                listener,
                router(state),
                limits,
                shutdown.clone(),
            ));
            Self {
                address,
                ledger,
                slots,
                clock,
                shutdown,
                server,
            }
        })
    }

    fn ask(&self, method: &str, path: &str, headers: &[&str]) -> Received {
        RUNTIME.block_on(async {
            Connection::open(self.address)
                .await
                .ask(method, path, headers)
                .await
        })
    }

    /// The same with a body.
    fn post(&self, path: &str, headers: &[&str], body: &str) -> Received {
        RUNTIME.block_on(async {
            let mut connection = Connection::open(self.address).await;
            let headers: String = headers.iter().flat_map(|header| [header, "\r\n"]).collect();
            let length = body.len();
            connection
                .send(&format!(
                    "POST {path} HTTP/1.1\r\nHost: data.example\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
                ))
                .await;
            connection.receive("POST").await
        })
    }

    fn get(&self, path: &str) -> Received {
        self.ask("GET", path, &[])
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.shutdown.cancel();
        self.server.abort();
    }
}

/// A workspace with one release of a few indicators.
fn published(upstream: &Upstream) -> Workspace {
    let workspace = Workspace::new(
        upstream.sandbox().base_url().as_str(),
        &["127", "181", "5", "74"],
    );
    workspace.botnia(&["run", "--quiet"]).expect_code(0);
    workspace
}

fn upstream() -> Upstream {
    Upstream::start(SandboxOptions::default())
}

/// A workspace in which nothing was ever done.
fn untouched() -> Workspace {
    Workspace::new("http://127.0.0.1:9/rest/1.1", &["127"])
}

#[test]
fn a_connection_that_never_asks_is_closed() {
    let limits = Limits {
        request_headers: Duration::from_millis(50),
        ..Limits::default()
    };
    let workspace = untouched();
    let served = Served::within(&workspace, limits);
    RUNTIME.block_on(async {
        let mut slow = Connection::open(served.address).await;
        slow.send("GET /healthz HTTP/1.1\r\nHost: a").await;
        assert!(slow.is_closed_by_server().await);
    });
    served.get("/healthz").expect(200);
}

#[test]
fn one_connection_too_many_waits_for_another_to_end() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let workspace = untouched();
    let served = Served::within(&workspace, limits);
    RUNTIME.block_on(async {
        let mut first = Connection::open(served.address).await;
        first.ask("GET", "/healthz", &[]).await.expect(200);
        let mut second = Connection::open(served.address).await;
        second
            .send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            .await;
        // The first is still served while the second waits.
        first.ask("GET", "/healthz", &[]).await.expect(200);
        let waiting = tokio::time::timeout(Duration::from_millis(100), second.receive("GET")).await;
        assert!(waiting.is_err(), "the second was served beside the first");
        drop(first);
        second.receive("GET").await.expect(200);
    });
}

#[test]
fn told_to_stop_it_finishes_what_it_began_and_takes_no_more() {
    let upstream = upstream();
    let workspace = published(&upstream);
    let mut served = Served::on(&workspace);
    RUNTIME.block_on(async {
        let mut idle = Connection::open(served.address).await;
        idle.ask("GET", "/healthz", &[]).await.expect(200);
        served.shutdown.cancel();
        (&mut served.server).await.expect("it stops in order");
        assert!(idle.is_closed_by_server().await);
        let refused = tokio::net::TcpStream::connect(served.address).await;
        assert!(refused.is_err());
    });
}
