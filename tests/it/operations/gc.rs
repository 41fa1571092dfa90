//! `gc`: what nothing refers to goes, and nothing else.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use botnia::engine::collect::{Collection, Garbage};
use botnia::engine::ledger::{Completion, Figures, Held, HoldReason, Ledger, SeriesChange};
use botnia_model::{
    ContentHash, Findings, IndicatorEntry, IndicatorId, IndicatorState, Manifest, ReleaseNumber,
    Severity,
};
use botnia_publish::{Releases, Staged};
use botnia_sandbox::SandboxOptions;
use jiff::{SignedDuration, Timestamp};
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::{RUNTIME, Upstream, Workspace, assert_whole, files_below};

/// Two days before anything that the tests do with the real clock.
fn age(path: &Path) {
    let then = std::fs::metadata(path).expect("a file").modified();
    let then = then.expect("a moment") - Duration::from_hours(48);
    File::open(path)
        .and_then(|file| file.set_modified(then))
        .expect("an older file");
}

fn age_all(folder: &Path) {
    for file in files_below(folder) {
        age(&file);
    }
}

/// Three releases of one indicator, and objects that nothing refers to.
fn three_releases() -> (Upstream, Workspace) {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    let indicators = [
        r#"["127"]"#,
        r#"["127", "1065"]"#,
        r#"["127", "1065", "181"]"#,
    ];
    let settings = workspace.settings();
    for list in indicators {
        workspace.write_settings(&settings.replace(indicators[0], list));
        workspace.botnia(&["run"]).expect_code(0);
    }
    assert_eq!(workspace.record().expect("a record").release.get(), 3);
    (upstream, workspace)
}

#[test]
fn gc_removes_what_nothing_refers_to_and_keeps_the_evidence() {
    let (_upstream, workspace) = three_releases();
    let data = workspace.data();
    let stray = |name: &str| {
        let path = data.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, b"left").expect("a file");
        path
    };
    let unnamed = format!("normalised/{}.parquet", ContentHash::of(b"nobody's"));
    let young = format!("normalised/{}.parquet", ContentHash::of(b"just written"));
    let old = [
        unnamed.as_str(),
        "normalised/half.parquet#1",
        "published/_scratch/gone/observations.parquet",
    ];
    for name in old {
        stray(name);
    }
    // Not ours to judge.
    stray("normalised/notes.txt");
    age_all(&data);
    stray(&young);
    stray("raw/half.zst#2");
    let raw = files_below(&data.join("raw"));

    let dry = workspace.botnia(&["gc", "--dry-run"]).expect_code(0);
    let mut listed: Vec<_> = dry.stdout.lines().collect();
    listed.sort_unstable();
    let mut expected = old;
    expected.sort_unstable();
    assert_eq!(listed, expected);
    dry.says("Would go: 0 releases, 1 object and 2 leftovers");
    assert!(data.join(&unnamed).exists(), "a dry run removes nothing");

    let real = workspace.botnia(&["gc"]).expect_code(0);
    assert_eq!(real.stdout, dry.stdout);
    for name in old {
        assert!(!data.join(name).exists(), "{name}");
    }
    assert!(data.join(&young).exists(), "its job may not have ended");
    assert!(data.join("normalised/notes.txt").exists());
    assert_eq!(files_below(&data.join("raw")), raw);
    workspace
        .botnia(&["backfill"])
        .expect_code(0)
        .says("nothing changed");
    let again = workspace.botnia(&["gc"]).expect_code(0);
    assert_eq!(again.stdout, "");
}

/// The status with which `botnia serve` answers.
fn status_over_http(workspace: &Workspace, path: &str) -> u16 {
    let mut service = workspace
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the service starts");
    let log = BufReader::new(service.stderr.take().expect("its log"));
    let mut lines = log.lines().map_while(Result::ok);
    let address = lines
        .find_map(|line| {
            let (_, rest) = line.split_once("Serving http://")?;
            Some(rest.split(['/', ' ']).next()?.to_owned())
        })
        .expect("its address");
    let mut connection = TcpStream::connect(&address).expect("a connection");
    write!(
        connection,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .expect("a question");
    let mut first = String::new();
    BufReader::new(connection)
        .read_line(&mut first)
        .expect("an answer");
    service.kill().expect("it ends");
    service.wait().expect("it ends");
    let status = first.split(' ').nth(1).expect("a status");
    status.parse().expect("a number")
}

#[test]
fn old_releases_go_and_their_numbers_stay_taken() {
    let (_upstream, workspace) = three_releases();
    workspace
        .botnia(&["gc", "--keep-releases", "1"])
        .expect_code(2);
    let real = workspace
        .botnia(&["gc", "--keep-releases", "2"])
        .expect_code(0);
    assert_eq!(real.stdout, "published/releases/000001/\n");
    let published = workspace.data().join("published");
    assert!(!published.join("releases/000001").exists());
    assert!(
        published
            .join("_log")
            .join(ReleaseNumber::FIRST.record())
            .exists()
    );
    let record = workspace.record().expect("a record");
    assert_whole(&workspace.release(), &record);

    let listed = workspace.botnia(&["releases"]).expect_code(0).stdout;
    let removed: Vec<_> = listed
        .lines()
        .filter(|line| line.contains("removed"))
        .collect();
    assert_eq!(removed.len(), 1, "{listed}");
    assert!(removed[0].trim_start().starts_with('1'), "{listed}");
    assert_eq!(
        status_over_http(&workspace, "/releases/000001/manifest.json"),
        410
    );
    assert_eq!(status_over_http(&workspace, "/api/v1/releases/1"), 410);
    assert_eq!(
        status_over_http(&workspace, "/releases/000002/manifest.json"),
        200
    );
    assert_eq!(
        status_over_http(&workspace, "/releases/000009/manifest.json"),
        404
    );
    assert_eq!(status_over_http(&workspace, "/"), 200);
    // A run builds upon what is there, and counts on.
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("nothing changed");
    let settings = workspace.settings().replace(r#", "181""#, "");
    workspace.write_settings(&settings);
    workspace
        .botnia(&["run"])
        .expect_code(0)
        .says("Release    4 is published");
}

#[test]
fn a_lost_manifest_stops_gc() {
    let (_upstream, workspace) = three_releases();
    let manifest = workspace
        .data()
        .join("published/releases/000002/manifest.json");
    std::fs::remove_file(manifest).expect("removed");
    age_all(&workspace.data().join("normalised"));
    let before = files_below(&workspace.data().join("normalised"));
    let ran = workspace.botnia(&["gc"]).expect_code(1);
    ran.says("the manifest of release 2 is lost");
    ran.says("restore the release's folder from a backup");
    assert_eq!(files_below(&workspace.data().join("normalised")), before);
}

#[test]
fn gc_keeps_out_of_the_way_of_a_run() {
    let (_upstream, workspace) = three_releases();
    let lock = File::create(workspace.data().join("lock")).expect("the lock");
    lock.lock().expect("locked");
    workspace
        .botnia(&["gc"])
        .expect_code(1)
        .says("another botnia works on");
    workspace.botnia(&["gc", "--dry-run"]).expect_code(0);
}

/// A ledger and releases of made-up objects, all in a folder.
struct World {
    folder: TempDir,
    store: Arc<dyn ObjectStore>,
    releases: Releases,
    ledger: Ledger,
    now: Timestamp,
}

/// What may happen between two collections.
#[derive(Clone, Debug)]
enum Step {
    /// A run normalises an indicator; its figures are accepted or held.
    Normalise {
        indicator: u8,
        content: u8,
        held: bool,
    },
    /// A job wrote an object and was cut off.
    CutOff { content: u8 },
    /// A person takes what is held.
    Approve { indicator: u8 },
    /// What is accepted is released.
    Release,
    /// Everything so far is more than a day old.
    Age,
    /// Garbage is collected.
    Collect { keep: Option<usize> },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_u8, 0..6_u8, any::<bool>())
            .prop_map(|(indicator, content, held)| Step::Normalise { indicator, content, held }),
        1 => (0..6_u8).prop_map(|content| Step::CutOff { content }),
        2 => (0..3_u8).prop_map(|indicator| Step::Approve { indicator }),
        3 => Just(Step::Release),
        2 => Just(Step::Age),
        3 => prop::option::of(2..4_usize).prop_map(|keep| Step::Collect { keep }),
    ]
}

fn indicator(number: u8) -> IndicatorId {
    format!("sotkanet:{}", number + 1).parse().expect("an id")
}

fn figures(content: u8) -> Figures {
    let hash = ContentHash::of(&[content]);
    Figures {
        description: hash,
        data: vec![hash],
        years: "1990..".to_owned(),
        regions: Some(hash),
        division: hash,
        title: "Made up".to_owned(),
        normalised: hash,
        normaliser: 1,
        expected: None,
        mapping: None,
        last_year: Some(2024),
        rows_in: 1,
        rows_out: 1,
        findings: Findings::default(),
        synthetic: true,
        warnings: Vec::new(),
        approval: None,
    }
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store: Arc<dyn ObjectStore> =
            Arc::new(LocalFileSystem::new_with_prefix(folder.path()).expect("a store"));
        std::fs::create_dir(folder.path().join("normalised")).expect("a folder");
        let state = format!("sqlite:{}", folder.path().join("state.db").display());
        Self {
            releases: Releases::new(Arc::clone(&store), Some(folder.path().to_owned())),
            ledger: Ledger::open(&state).await.expect("a ledger"),
            now: Timestamp::try_from(
                std::fs::metadata(folder.path())
                    .and_then(|about| about.modified())
                    .unwrap_or(SystemTime::UNIX_EPOCH),
            )
            .expect("a moment"),
            store,
            folder,
        }
    }

    fn object(&self, content: u8) -> PathBuf {
        let hash = ContentHash::of(&[content]);
        self.folder
            .path()
            .join(format!("normalised/{hash}.parquet"))
    }

    fn write(&self, content: u8) {
        std::fs::write(self.object(content), [content]).expect("an object");
    }

    async fn record(&self, number: u8, change: SeriesChange) {
        let done = Completion {
            series: Some((indicator(number), change)),
            ..Completion::default()
        };
        self.ledger
            .complete(self.now, &done)
            .await
            .expect("recorded");
    }

    async fn release(&self) {
        let series = self.ledger.all_series().await.expect("series");
        let accepted: Vec<_> = series
            .into_iter()
            .filter_map(|(id, series)| Some((id, series.accepted?)))
            .collect();
        let newest = self.releases.latest().await.expect("releases");
        let scratch = self.releases.scratch().expect("a folder");
        let manifest = Manifest {
            schema_version: "1.0.0".to_owned(),
            release: newest
                .as_ref()
                .map_or(ReleaseNumber::FIRST, |(record, _)| record.release.next()),
            parent: newest.map(|(record, _)| record.manifest),
            program_version: "0".to_owned(),
            synthetic: true,
            geo_vintage: "2026-01-01".to_owned(),
            inputs: ContentHash::of(b"inputs"),
            indicators: accepted
                .into_iter()
                .map(|(indicator_id, figures)| IndicatorEntry {
                    indicator_id,
                    normalised: figures.normalised,
                    description: figures.description,
                    data: figures.data,
                    regions: figures.regions,
                    rows_in: 1,
                    rows_out: 1,
                    findings: Findings::default(),
                    state: IndicatorState::Active,
                })
                .collect(),
            files: Vec::new(),
        };
        let staged = Staged {
            manifest,
            scratch: scratch.path().to_owned(),
            carried: BTreeSet::new(),
        };
        self.releases
            .commit(staged, self.now, 1)
            .await
            .expect("a commit");
    }

    /// Every object that the ledger or a release that is there names, read anew.
    async fn named(&self) -> BTreeSet<ContentHash> {
        let mut named = BTreeSet::new();
        for (_, series) in self.ledger.all_series().await.expect("series") {
            named.extend(series.accepted.map(|figures| figures.normalised));
            named.extend(series.held.map(|held| held.figures.normalised));
        }
        let folder = self.folder.path().join("published/releases");
        if folder.exists() {
            for file in files_below(&folder) {
                if file.ends_with("manifest.json") {
                    let bytes = std::fs::read(file).expect("a manifest");
                    let manifest: Manifest = serde_json::from_slice(&bytes).expect("a manifest");
                    named.extend(manifest.indicators.iter().map(|entry| entry.normalised));
                }
            }
        }
        named
    }

    fn objects(&self) -> BTreeSet<PathBuf> {
        files_below(&self.folder.path().join("normalised"))
            .into_iter()
            .collect()
    }

    async fn take(&mut self, step: &Step) {
        match *step {
            Step::Normalise {
                indicator,
                content,
                held: false,
            } => {
                self.write(content);
                self.record(indicator, SeriesChange::Accepted(figures(content)))
                    .await;
            }
            Step::Normalise {
                indicator,
                content,
                held: true,
            } => {
                self.write(content);
                let held = Held {
                    figures: figures(content),
                    reasons: vec![HoldReason {
                        code: "rows_lost".to_owned(),
                        severity: Severity::Hold,
                        message: "made up".to_owned(),
                    }],
                    since: self.now,
                    rejected: None,
                };
                self.record(indicator, SeriesChange::Held(held)).await;
            }
            Step::CutOff { content } => self.write(content),
            Step::Approve { indicator: number } => {
                let series = self
                    .ledger
                    .series(&indicator(number))
                    .await
                    .expect("series");
                if let Some(held) = series.and_then(|series| series.held) {
                    self.record(number, SeriesChange::Accepted(held.figures))
                        .await;
                }
            }
            Step::Release => self.release().await,
            Step::Age => age_all(&self.folder.path().join("normalised")),
            Step::Collect { keep } => self.collect(keep).await,
        }
    }

    async fn collect(&self, keep_releases: Option<usize>) {
        let collection = Collection {
            store: Arc::clone(&self.store),
            releases: &self.releases,
            ledger: &self.ledger,
            keep_releases,
        };
        let before = self.objects();
        let now = self.now + SignedDuration::from_mins(5);
        let dry = collection.find(now).await.expect("found");
        assert_eq!(self.objects(), before, "looking removes nothing");
        let real: Garbage = collection.collect(now).await.expect("collected");
        assert_eq!(real, dry);
        let after = self.objects();
        let gone: BTreeSet<_> = before.difference(&after).cloned().collect();
        let listed = dry
            .objects
            .iter()
            .map(|(key, _)| self.folder.path().join(key));
        assert_eq!(gone, listed.collect(), "what is listed is what goes");
        for release in &dry.releases {
            let folder = format!("published/releases/{}", release.folder());
            assert!(!self.folder.path().join(folder).exists());
        }
        // What stays is named by somebody, or young.
        let named = self.named().await;
        for object in &after {
            let name = object.file_stem().and_then(|name| name.to_str());
            let hash = name.expect("a name").parse().expect("a hash");
            let written = std::fs::metadata(object).and_then(|about| about.modified());
            let written = Timestamp::try_from(written.expect("a moment")).expect("a moment");
            let is_young = now.duration_since(written) < SignedDuration::from_hours(24);
            assert!(is_young || named.contains(&hash), "{}", object.display());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_named_is_there_after_any_history(
        steps in prop::collection::vec(step(), 1..25)
    ) {
        RUNTIME.block_on(async {
            let mut world = World::new().await;
            for step in &steps {
                world.take(step).await;
                for hash in world.named().await {
                    let path = world.folder.path().join(format!("normalised/{hash}.parquet"));
                    assert!(path.exists(), "{} is gone after {step:?}", path.display());
                }
            }
        });
    }
}
