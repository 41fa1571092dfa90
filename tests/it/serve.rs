//! The service: a missed slot runs once, an interrupted one goes on, and SIGTERM ends it
//! in order. Waits for log lines, never for time.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

use botnia_sandbox::SandboxOptions;

use crate::support::{RUNTIME, Upstream, Workspace, assert_whole};

/// A running `botnia serve`.
pub(crate) struct Service {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStderr>>,
}

impl Service {
    fn start(workspace: &Workspace) -> Self {
        Self::of(workspace.command(&["serve", "--listen", "127.0.0.1:0"]))
    }

    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        Self { child, lines }
    }

    /// Reads the log up to a line that contains `words`.
    #[track_caller]
    pub(crate) fn until(&mut self, words: &str) -> String {
        let mut seen = Vec::new();
        for line in &mut self.lines {
            let line = line.expect("a line");
            if line.contains(words) {
                return line;
            }
            seen.push(line);
        }
        panic!("«{words}» is not in:\n{}", seen.join("\n"));
    }

    /// SIGTERM, and the rest of the log.
    pub(crate) fn stop(mut self) -> (Option<i32>, Vec<String>) {
        let killed = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(killed.success());
        let rest = (&mut self.lines)
            .map(|line| line.expect("a line"))
            .collect();
        (self.child.wait().expect("it ends").code(), rest)
    }
}

/// A source with a schedule.
fn scheduled(upstream: &Upstream, schedule: &str) -> Workspace {
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127", "181"]);
    let settings = std::fs::read_to_string(workspace.path().join("botnia.toml")).expect("settings");
    workspace.write_settings(&format!("{settings}schedule = \"{schedule}\"\n"));
    workspace
}

fn in_ledger(workspace: &Workspace, statement: &'static str) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(workspace.data().join("state.db"));
    RUNTIME.block_on(async {
        let pool = sqlx::SqlitePool::connect_with(options)
            .await
            .expect("a pool");
        let done = sqlx::raw_sql(statement).execute(&pool).await.expect("done");
        assert!(done.rows_affected() > 0, "{statement}");
        pool.close().await;
    });
}

#[test]
fn a_missed_slot_runs_once_and_an_edited_schedule_never_fires_the_past() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = scheduled(&upstream, "15 5 1 * *");

    // The first start: nothing of the past is due.
    let mut service = Service::start(&workspace);
    service.until("Serving http://");
    let (code, rest) = service.stop();
    assert_eq!(code, Some(0), "{rest:?}");
    assert!(workspace.record().is_none());

    // It was down over a slot: the latest one runs, once.
    in_ledger(
        &workspace,
        "UPDATE watches SET since = '2020-01-01T00:00:00Z'",
    );
    let mut service = Service::start(&workspace);
    service.until("Release committed");
    let (code, _) = service.stop();
    assert_eq!(code, Some(0));
    let record = workspace.record().expect("a release");
    assert_whole(&workspace.release(), &record);
    let asked = upstream.sandbox().requests().len();

    let mut service = Service::start(&workspace);
    service.until("Serving http://");
    assert_eq!(service.stop().0, Some(0));
    assert_eq!(
        upstream.sandbox().requests().len(),
        asked,
        "the slot ran again"
    );

    // Another schedule is watched from now on, however long the old one was.
    let settings = std::fs::read_to_string(workspace.path().join("botnia.toml")).expect("settings");
    workspace.write_settings(&settings.replace("15 5 1 * *", "16 5 1 * *"));
    let mut service = Service::start(&workspace);
    service.until("Serving http://");
    assert_eq!(service.stop().0, Some(0));
    assert_eq!(
        upstream.sandbox().requests().len(),
        asked,
        "the past was fired"
    );
}

#[test]
fn a_run_that_was_killed_goes_on_at_the_next_start() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = scheduled(&upstream, "15 5 1 * *");
    let mut service = Service::start(&workspace);
    service.until("Serving http://");
    service.stop();
    in_ledger(
        &workspace,
        "UPDATE watches SET since = '2020-01-01T00:00:00Z'",
    );
    let mut service = Service::start(&workspace);
    service.until("Sweep started");
    service.child.kill().expect("SIGKILL");
    service.child.wait().expect("it ends");
    assert!(workspace.record().is_none());

    let mut service = Service::start(&workspace);
    service.until("its job is taken back");
    service.until("Release committed");
    assert_eq!(service.stop().0, Some(0));
    let record = workspace.record().expect("a release");
    assert_eq!(record.release.get(), 1);
    assert_whole(&workspace.release(), &record);
}

#[test]
fn an_address_that_is_taken_is_named() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = scheduled(&upstream, "15 5 1 * *");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    workspace
        .botnia(&["serve", "--listen", &address])
        .expect_code(1)
        .says(&format!("listen on {address}"));
}
