//! What stands in `deploy/` speaks of things that the program has.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use botnia_sandbox::SandboxOptions;

use crate::support::{Upstream, Workspace, files_below};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Everything in `deploy/`, with its name.
fn deployed() -> Vec<(PathBuf, String)> {
    files_below(&root().join("deploy"))
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("text");
            (path, text)
        })
        .collect()
}

/// The words of `text` that begin with `prefix` and go on in letters that `belongs` takes.
fn words(text: &str, prefix: &str, belongs: fn(char) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (start, _) in text.match_indices(prefix) {
        let follows_a_word = text[..start]
            .chars()
            .next_back()
            .is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        if !follows_a_word {
            let rest = &text[start..];
            let end = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
            found.insert(rest[..end].to_owned());
        }
    }
    found
}

/// A metric that an alert names, with the labels that it asks for.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Selector {
    metric: String,
    labels: Vec<String>,
}

/// Every metric of botnia's own in `rules`. Labels of the form `name="value"`.
fn selectors(rules: &str) -> BTreeSet<Selector> {
    let belongs = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    let mut found = BTreeSet::new();
    for metric in words(rules, "botnia_", belongs) {
        for (start, _) in rules.match_indices(&metric) {
            let after = &rules[start + metric.len()..];
            if after.starts_with(belongs) {
                continue;
            }
            let labels = after
                .strip_prefix('{')
                .and_then(|labels| labels.split_once('}'))
                .map_or_else(Vec::new, |(labels, _)| {
                    labels
                        .split(',')
                        .map(|label| label.trim().to_owned())
                        .collect()
                });
            let metric = metric.clone();
            found.insert(Selector { metric, labels });
        }
    }
    found
}

/// What `metrics` does not have of `selectors`.
fn missing<'rules>(selectors: &'rules BTreeSet<Selector>, metrics: &str) -> Vec<&'rules Selector> {
    let has = |selector: &Selector| {
        metrics.contains(&format!("# TYPE {} ", selector.metric))
            && selector.labels.iter().all(|label| {
                metrics.lines().any(|line| {
                    line.strip_prefix(&selector.metric)
                        .is_some_and(|rest| rest.starts_with('{') && rest.contains(label.as_str()))
                })
            })
    };
    selectors.iter().filter(|selector| !has(selector)).collect()
}

/// A running `botnia serve`; ends with the test.
struct Serving(Child);

impl Serving {
    fn start(workspace: &Workspace) -> (Self, String) {
        let mut child = workspace
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let log = BufReader::new(child.stderr.take().expect("its log"));
        let serving = Self(child);
        let address = log
            .lines()
            .map(|line| line.expect("a line"))
            .find_map(|line| {
                let (_, rest) = line.split_once("Serving http://")?;
                Some(rest.split_once('/')?.0.to_owned())
            })
            .expect("it says where it listens");
        (serving, address)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself, and the test has failed then.
        let _killed = self.0.kill();
        let _ended = self.0.wait();
    }
}

#[test]
fn every_alert_asks_for_metrics_that_a_running_server_has() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    workspace.botnia(&["run", "--quiet"]).expect_code(0);
    let (_serving, address) = Serving::start(&workspace);
    let mut connection = TcpStream::connect(&address).unwrap();
    write!(
        connection,
        "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut metrics = String::new();
    connection.read_to_string(&mut metrics).unwrap();
    assert!(metrics.starts_with("HTTP/1.1 200 "), "{metrics}");

    let asked = selectors(&read("deploy/prometheus-alerts.yaml"));
    assert!(asked.len() > 8, "{asked:?}");
    assert_eq!(missing(&asked, &metrics), Vec::<&Selector>::new());

    // Names and labels that are nearly right are found out.
    let wrong = selectors(
        "botnia_release_age > 0 and botnia_indicators{state=\"waiting\"} or botnia_healthy == 0",
    );
    let found: Vec<_> = missing(&wrong, &metrics)
        .into_iter()
        .map(|selector| selector.metric.as_str())
        .collect();
    assert_eq!(found, ["botnia_indicators", "botnia_release_age"]);
}

fn is_command(word: &str) -> bool {
    Command::new(env!("CARGO_BIN_EXE_botnia"))
        .args([word, "--help"])
        .output()
        .expect("the program starts")
        .status
        .success()
}

#[test]
fn units_and_containers_start_commands_that_exist() {
    let mut started = BTreeSet::new();
    for (_, text) in deployed() {
        for line in text.lines() {
            let line = line.trim();
            if let Some(command) = line.strip_prefix("ExecStart=") {
                let mut parts = command.split_whitespace();
                assert_eq!(parts.next(), Some("/usr/local/bin/botnia"));
                started.insert(parts.next().expect("a command").to_owned());
            }
            let listed = line
                .strip_prefix("command: [\"")
                .or_else(|| line.strip_prefix("CMD [\""));
            if let Some(command) = listed {
                let (word, _) = command.split_once('"').expect("a word in quotes");
                started.insert(word.to_owned());
            }
        }
    }
    let names: Vec<_> = started.iter().map(String::as_str).collect();
    assert_eq!(names, ["run", "serve", "worker"]);
    for word in started {
        assert!(is_command(&word), "`botnia {word}` is no command");
    }
    assert!(!is_command("sweep"), "any word passes for a command");
}

#[test]
fn variables_that_are_set_exist() {
    let known = read("docs/reference/settings.md") + &read("docs/reference/command-line.md");
    let mut set = BTreeSet::new();
    for (_, text) in deployed() {
        set.append(&mut words(&text, "BOTNIA_", |letter| {
            letter.is_ascii_uppercase() || letter == '_'
        }));
    }
    assert!(set.contains("BOTNIA_STATE"), "{set:?}");
    for variable in set {
        assert!(known.contains(&variable), "{variable} is not documented");
    }
}

#[test]
fn the_image_is_built_with_the_workspaces_rust() {
    let manifest = read("Cargo.toml");
    let (_, version) = manifest.split_once("rust-version = \"").expect("a version");
    let (version, _) = version.split_once('"').expect("a version in quotes");
    let container = read("deploy/Containerfile");
    let image = format!("FROM rust:{version}-slim-bookworm AS build\n");
    assert!(container.contains(&image), "{image}");
    // The program needs the C library that it was linked with, or a newer one.
    assert!(container.contains("\nFROM debian:bookworm-slim\n"));
}

#[test]
fn the_image_is_given_every_member_of_the_workspace_and_no_secret() {
    let taken: BTreeSet<_> = read(".dockerignore")
        .lines()
        .filter_map(|line| line.strip_prefix('!').map(str::to_owned))
        .collect();
    assert!(read(".dockerignore").contains("\n*\n"));
    let manifest = read("Cargo.toml");
    let (_, members) = manifest.split_once("members = [").expect("members");
    let (members, _) = members.split_once(']').expect("a list");
    let members = members
        .split(',')
        .map(|member| member.trim().trim_matches('"').to_owned());
    let own = ["Cargo.toml", "Cargo.lock", "src", "benches", "tests"].map(str::to_owned);
    assert_eq!(taken, members.chain(own).collect());
}
