//! `verify`: a release is made again, and everything that is not as it was is found.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use botnia::engine::storage::Storage;
use botnia::engine::verify::{Disagreement, Verification, Watch, verify};
use botnia::engine::{RunRequest, Silent};
use botnia_model::{
    CommitRecord, ContentHash, FileEntry, FixedClock, IndicatorEntry, IndicatorState, Manifest,
    ReleaseNumber,
};
use botnia_sandbox::{Fault, FaultKind, SandboxOptions};
use tempfile::TempDir;

use crate::crash_store::{Fate, Steps};
use crate::left_out::leave_out;
use crate::small_world::{SmallWorld, clock, open_engine, quick_folder};
use crate::support::{Ran, Upstream, Workspace, assert_whole, files_below};

const DAY: i64 = 24 * 60 * 60;

/// A small world with its data and a clock of its own.
struct Place {
    folder: TempDir,
    clock: Arc<FixedClock>,
    /// Threads of the runtime that sweeps.
    threads: usize,
    /// Requests under way at once.
    concurrency: u8,
}

fn runtime(threads: usize) -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .expect("a runtime")
}

impl Place {
    fn new(threads: usize, concurrency: u8) -> Self {
        Self {
            folder: quick_folder(),
            clock: clock(),
            threads,
            concurrency,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// One sweep, as the world is now.
    fn sweep(&self, world: &SmallWorld) {
        let mut settings = world.settings(&self.data());
        settings.source[0].concurrency = self.concurrency;
        runtime(self.threads).block_on(async {
            let clock: Arc<FixedClock> = Arc::clone(&self.clock);
            let engine = open_engine(settings, clock, &Steps::with(Fate::Nothing)).await;
            let request = RunRequest::default();
            Box::pin(engine.run(&request, &Silent))
                .await
                .expect("a sweep");
            engine.close().await;
        });
    }

    fn verify_on(&self, release: u32, threads: usize) -> Verification {
        let data = self.data().display().to_string();
        let storage = Storage::open_to_read(&data).expect("a place");
        let storage = storage.expect("a folder");
        let release = ReleaseNumber::try_from(release).expect("a number");
        let watch: Arc<dyn Watch> = Arc::new(Silent);
        runtime(threads)
            .block_on(Box::pin(verify(&storage, Some(release), &watch)))
            .expect("a verification")
    }

    fn verify(&self, release: u32) -> Verification {
        self.verify_on(release, 2)
    }

    fn release(&self, release: u32) -> PathBuf {
        let number = ReleaseNumber::try_from(release).expect("a number");
        self.data().join("published/releases").join(number.folder())
    }

    fn record_file(&self, release: u32) -> PathBuf {
        let number = ReleaseNumber::try_from(release).expect("a number");
        self.data().join("published/_log").join(number.record())
    }

    fn manifest(&self, release: u32) -> Manifest {
        let record = std::fs::read(self.record_file(release)).expect("a record");
        let record: CommitRecord = serde_json::from_slice(&record).expect("a record");
        assert_whole(&self.release(release), &record)
    }

    /// Somebody changes a release and puts every hash right, so that only making it again
    /// can tell.
    fn forge(&self, release: u32, change: impl FnOnce(&mut Manifest, &Path)) {
        let folder = self.release(release);
        let mut manifest = self.manifest(release);
        change(&mut manifest, &folder);
        let bytes = botnia_publish::manifest::encode(&manifest).expect("a manifest");
        let hash = ContentHash::of(&bytes);
        overwrite(&folder.join("manifest.json"), &bytes);
        let sums = botnia_publish::manifest::checksums(&manifest, hash);
        overwrite(&folder.join("SHA256SUMS"), sums.as_bytes());
        let file = self.record_file(release);
        let record = std::fs::read(&file).expect("a record");
        let mut record: CommitRecord = serde_json::from_slice(&record).expect("a record");
        record.manifest = hash;
        overwrite(&file, &serde_json::to_vec(&record).expect("JSON"));
    }
}

/// Another file in this place; what shares its bytes by a link keeps them.
fn overwrite(path: &Path, bytes: &[u8]) {
    if path.exists() {
        std::fs::remove_file(path).expect("removed");
    }
    std::fs::write(path, bytes).expect("written");
}

/// The same file with one byte turned over in its middle.
fn flip(path: &Path) {
    let mut permissions = std::fs::metadata(path).expect("a file").permissions();
    permissions.set_mode(0o644);
    std::fs::set_permissions(path, permissions).expect("a mode");
    let mut bytes = std::fs::read(path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x20;
    std::fs::write(path, bytes).expect("written");
}

fn entry_of<'a>(manifest: &'a mut Manifest, path: &str) -> &'a mut FileEntry {
    let mut files = manifest.files.iter_mut();
    files
        .find(|file| file.path == path)
        .unwrap_or_else(|| panic!("no {path}"))
}

/// Other bytes for a listed file, with its length and hash put right.
fn replace(manifest: &mut Manifest, folder: &Path, path: &str, bytes: &[u8]) {
    overwrite(&folder.join(path), bytes);
    let entry = entry_of(manifest, path);
    entry.sha256 = ContentHash::of(bytes);
    entry.bytes = bytes.len() as u64;
}

fn archived(data: &Path, hash: ContentHash) -> PathBuf {
    let name = hash.to_string();
    data.join(format!("raw/sha256/{}/{name}.zst", &name[..2]))
}

fn disagreements(verification: &Verification) -> Vec<&Disagreement> {
    let checks = verification.checks.iter();
    checks.flat_map(|check| &check.disagreements).collect()
}

#[track_caller]
fn assert_agrees(verification: &Verification) {
    assert!(
        verification.agrees() && verification.left_out.is_none(),
        "{verification:#?}"
    );
    let kinds: Vec<_> = verification.checks.iter().map(|check| check.what).collect();
    assert_eq!(
        kinds,
        [
            "published files",
            "archived answers",
            "indicators",
            "tables",
            "CSV files",
            "documents",
            "manifests",
        ]
    );
    for check in &verification.checks {
        assert!(check.of > 0 && check.agreed == check.of, "{check:?}");
    }
}

/// One disagreement, and no other.
#[track_caller]
fn assert_only(verification: &Verification, is_it: impl Fn(&Disagreement) -> bool) {
    let found = disagreements(verification);
    assert!(found.len() == 1 && is_it(found[0]), "{found:#?}");
    assert!(!verification.agrees());
}

/// Two releases, the second after another day's figures.
fn two_releases() -> (SmallWorld, Place) {
    let world = SmallWorld::start();
    let place = Place::new(2, 2);
    place.sweep(&world);
    place.clock.advance(3 * DAY);
    world.publish_edition(2);
    place.sweep(&world);
    (world, place)
}

#[test]
fn a_release_is_made_again_on_another_day_by_any_number_of_threads() {
    let (world, place) = two_releases();
    let second = place.manifest(2);
    let carried = |file: &&FileEntry| file.release == ReleaseNumber::FIRST;
    assert!(second.files.iter().filter(carried).count() > 2);
    place.clock.advance(400 * DAY);
    drop(world);
    for threads in [1, 8] {
        assert_agrees(&place.verify_on(1, threads));
        assert_agrees(&place.verify_on(2, threads));
    }
}

#[test]
fn threads_and_requests_at_once_leave_no_trace_in_a_release() {
    let world = SmallWorld::start();
    let places = [Place::new(1, 1), Place::new(8, 4)];
    for edition in [1, 2] {
        world.publish_edition(edition);
        for place in &places {
            place.sweep(&world);
            place.clock.advance(DAY);
        }
    }
    for release in [1, 2] {
        let files: Vec<BTreeMap<PathBuf, Vec<u8>>> = places
            .iter()
            .map(|place| {
                let folder = place.release(release);
                let files = files_below(&folder).into_iter();
                files
                    .map(|path| {
                        let bytes = std::fs::read(&path).expect("a file");
                        let within = path.strip_prefix(&folder).expect("within");
                        (within.to_owned(), bytes)
                    })
                    .collect()
            })
            .collect();
        assert!(files[0].len() > 20);
        for (path, bytes) in &files[0] {
            assert!(files[1].get(path) == Some(bytes), "{}", path.display());
        }
        assert_eq!(files[0].len(), files[1].len());
    }
}

#[test]
fn a_release_with_held_and_stale_indicators_is_made_again_after_their_state_changed() {
    let world = SmallWorld::start();
    let place = Place::new(2, 2);
    place.sweep(&world);
    place.clock.advance(DAY);
    world.publish_edition(2);
    world.set_faults(vec![
        Fault::new(FaultKind::EmptyArray)
            .path("/rest/1.1/json")
            .indicator(900_002),
        Fault::new(FaultKind::Forbidden)
            .path("/rest/1.1/indicators")
            .indicator(900_003),
    ]);
    place.sweep(&world);
    let states = |release| -> Vec<IndicatorState> {
        let manifest = place.manifest(release);
        manifest
            .indicators
            .iter()
            .map(|entry| entry.state)
            .collect()
    };
    let as_released = [
        IndicatorState::Active,
        IndicatorState::Held,
        IndicatorState::Stale,
    ];
    assert_eq!(states(2), as_released);
    world.set_faults(Vec::new());
    place.clock.advance(DAY);
    world.publish_edition(3);
    place.sweep(&world);
    assert_eq!(states(3), [IndicatorState::Active; 3]);
    for release in [1, 2, 3] {
        assert_agrees(&place.verify(release));
    }
}

/// Its figures end in 2024.
#[test]
fn a_series_has_ended_when_six_years_bring_no_value() {
    let world = SmallWorld::start();
    let place = Place::new(2, 2);
    place.sweep(&world);
    for (edition, year) in [(2, IndicatorState::Active), (3, IndicatorState::Ended)] {
        place
            .clock
            .advance(if edition == 2 { 3 } else { 1 } * 365 * DAY);
        world.publish_edition(edition);
        place.sweep(&world);
        let manifest = place.manifest(edition);
        let states: Vec<_> = manifest.indicators.iter().map(|one| one.state).collect();
        assert_eq!(states, [year; 3], "release {edition}");
        assert_agrees(&place.verify(edition));
    }
    let indicators = place.release(3).join("indicators.parquet");
    let batches = crate::support::read_parquet(&indicators);
    let states: Vec<_> = batches
        .iter()
        .flat_map(|batch| crate::support::texts(batch, "state"))
        .collect();
    assert_eq!(states, ["ended"; 3]);
}

#[test]
fn a_changed_byte_of_a_published_file_is_found_and_named() {
    let (_world, place) = two_releases();
    for path in [
        "observations.parquet",
        "municipalities/743-seinajoki/observations.csv",
        "README.md",
    ] {
        let file = place.release(2).join(path);
        let before = std::fs::read(&file).expect("a file");
        flip(&file);
        // The table is made again as the manifest says: only the file is not what it was.
        assert_only(&place.verify(2), |found| {
            found
                .to_string()
                .starts_with(&format!("`{path}` was changed"))
        });
        std::fs::write(&file, before).expect("restored");
    }
    overwrite(&place.release(2).join("notes.txt"), b"by somebody else");
    assert_only(&place.verify(2), |found| {
        found.to_string().starts_with("`notes.txt` stands in")
    });
}

#[test]
fn figures_that_the_answers_do_not_give_are_found_though_every_hash_is_right() {
    let (_world, place) = two_releases();
    let earlier = std::fs::read(place.release(1).join("observations.parquet"));
    let earlier = earlier.expect("a table");
    let content_hash = entry_of(&mut place.manifest(1), "observations.parquet").content_hash;
    place.forge(2, |manifest, folder| {
        replace(manifest, folder, "observations.parquet", &earlier);
        entry_of(manifest, "observations.parquet").content_hash = content_hash;
    });
    let verification = place.verify(2);
    let found = disagreements(&verification);
    let texts: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts[0],
        "`observations.parquet` is made otherwise now: `sotkanet:900001`, `sotkanet:900002`"
    );
    // The catalogues tell the hash of the table, and so does the manifest.
    assert!(
        texts
            .iter()
            .all(|text| text.contains("is made otherwise now"))
    );
    assert!(
        texts
            .last()
            .expect("a text")
            .ends_with("what differs: files")
    );
}

#[test]
fn a_manifest_that_was_changed_is_not_believed() {
    let (_world, place) = two_releases();
    flip(&place.release(2).join("manifest.json"));
    let data = place.data().display().to_string();
    let storage = Storage::open_to_read(&data).expect("a place");
    let watch: Arc<dyn Watch> = Arc::new(Silent);
    let error = runtime(1)
        .block_on(Box::pin(verify(&storage.expect("a folder"), None, &watch)))
        .expect_err("a changed manifest");
    assert!(
        error
            .to_string()
            .starts_with("the manifest of release 2 was changed"),
        "{error}"
    );
}

#[test]
fn a_release_before_it_that_was_damaged_is_named_and_one_that_was_removed_is_told() {
    let (_world, place) = two_releases();
    flip(&place.release(1).join("observations.parquet"));
    let verification = place.verify(2);
    assert_only(&verification, |found| {
        found.to_string()
            == "release 1, upon which it was made: its `observations.parquet` was lost or \
                changed after it was published"
    });
    assert_eq!(
        verification.left_out.as_deref(),
        Some("release 1 is damaged")
    );

    std::fs::remove_dir_all(place.release(1)).expect("removed");
    let verification = place.verify(2);
    assert!(verification.agrees(), "{verification:#?}");
    assert_eq!(
        verification.left_out.as_deref(),
        Some("release 1 was removed")
    );
    let tables = verification.checks.last().expect("a check");
    assert!(tables.what == "tables" && tables.of > 10, "{tables:?}");

    // What the tables hold is still compared with what the answers say.
    let earlier = place.release(2).join("wellbeing.parquet");
    let other = std::fs::read(place.release(2).join("regions.parquet")).expect("a table");
    assert!(earlier.is_file());
    place.forge(2, |manifest, folder| {
        replace(manifest, folder, "wellbeing.parquet", &other);
        let content_hash = entry_of(manifest, "regions.parquet").content_hash;
        entry_of(manifest, "wellbeing.parquet").content_hash = content_hash;
    });
    assert_only(&place.verify(2), |found| {
        found.to_string() == "`wellbeing.parquet` is made otherwise now"
    });
}

#[test]
fn a_release_without_a_recipe_or_with_an_older_one_says_so() {
    let (_world, place) = two_releases();
    place.forge(2, |manifest, folder| {
        let bytes = std::fs::read(folder.join("recipe.json")).expect("a recipe");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let older = text.replacen("{\"form\":1,", "{\"form\":0,", 1);
        assert_ne!(older, text);
        replace(manifest, folder, "recipe.json", older.as_bytes());
    });
    assert_only(&place.verify(2), |found| {
        found.to_string().starts_with(
            "it could not be made again: `recipe.json` of release 2 has form 0, and this botnia \
             reads form 1",
        )
    });
    place.forge(2, |manifest, folder| {
        manifest.files.retain(|file| file.path != "recipe.json");
        std::fs::remove_file(folder.join("recipe.json")).expect("removed");
    });
    assert_only(&place.verify(2), |found| {
        found
            .to_string()
            .starts_with("it could not be made again: release 2 has no `recipe.json`")
    });
}

#[test]
fn a_recipe_tells_no_secret_and_no_place_on_the_machine() {
    let (_world, place) = two_releases();
    let recipe = std::fs::read_to_string(place.release(2).join("recipe.json")).expect("a recipe");
    // The contact is published: the site names it in its accessibility statement.
    for told in ["127.0.0.1", "localhost", "state.db", "token"] {
        assert!(!recipe.contains(told), "{told}");
    }
    assert!(!recipe.contains(place.folder.path().to_str().expect("UTF-8")));
}

/// A release of the program itself.
fn published() -> (Upstream, Workspace, Manifest) {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127", "1065"]);
    workspace.botnia(&["run"]).expect_code(0);
    let manifest = assert_whole(&workspace.release(), &workspace.record().expect("a record"));
    (upstream, workspace, manifest)
}

fn figures<'a>(manifest: &'a Manifest, indicator: &str) -> &'a IndicatorEntry {
    let mut entries = manifest.indicators.iter();
    entries
        .find(|entry| entry.indicator_id.to_string() == indicator)
        .expect("the indicator")
}

fn content(workspace: &Workspace) -> BTreeMap<PathBuf, Vec<u8>> {
    files_below(&workspace.data())
        .into_iter()
        .map(|path| (path.clone(), std::fs::read(&path).unwrap_or_default()))
        .collect()
}

#[test]
fn the_command_only_reads_asks_nobody_and_cleans_up_beside_whoever_works_there() {
    let (upstream, workspace, _) = published();
    let asked = upstream.sandbox().requests().len();
    let before = content(&workspace);
    let lock = std::fs::File::open(workspace.data().join("lock")).expect("the lock");
    lock.lock().expect("locked");
    let temporary = tempfile::tempdir().expect("a folder");
    let output = workspace
        .command(&["verify", "--self"])
        .env("TMPDIR", temporary.path())
        .output()
        .expect("the program starts");
    let ran = Ran::of(output).expect_code(0);
    let version = env!("CARGO_PKG_VERSION");
    let first = ran.stdout.lines().next().expect("a line");
    assert!(
        first.starts_with("Release 1 of ")
            && first.ends_with(&format!(
                "made by botnia {version}, verified by botnia {version}"
            )),
        "{first}"
    );
    let lines: Vec<_> = ran.stdout.lines().skip(1).collect();
    assert!(
        lines.iter().all(|line| line.starts_with("ok    ")),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 8, "{lines:?}");
    ran.says("ok    2 of 2 indicators");
    ran.says("objects and records of the archive");
    assert_eq!(content(&workspace), before, "verify changed something");
    let left = std::fs::read_dir(temporary.path())
        .expect("a folder")
        .count();
    assert_eq!(left, 0, "verify left something behind");
    assert_eq!(upstream.sandbox().requests().len(), asked);
    workspace
        .botnia(&["verify", "7"])
        .expect_code(1)
        .says("there is no release 7");
}

#[test]
fn a_damaged_or_lost_answer_is_named_with_its_request_and_indicator() {
    let (_upstream, workspace, manifest) = published();
    let hash = figures(&manifest, "sotkanet:127").data[0];
    let object = archived(&workspace.data(), hash);
    let before = std::fs::read(&object).expect("an answer");
    flip(&object);
    let names_it = |ran: &Ran| {
        let line = ran
            .stdout
            .lines()
            .find(|line| line.contains(&hash.to_string()) && line.contains("which"))
            .unwrap_or_else(|| panic!("{}", ran.stdout));
        assert!(
            line.contains("the answer (data of `sotkanet:127`) to GET http://"),
            "{line}"
        );
        assert!(line.contains("/rest/1.1/json?"), "{line}");
        assert!(line.contains("which `sotkanet:127` is made from"), "{line}");
    };
    let ran = workspace.botnia(&["verify"]).expect_code(1);
    names_it(&ran);
    // The figures that were kept stand in for the answer: the rest is still compared.
    ran.says("fail  1 of 2 indicators");
    assert!(!ran.stdout.contains("of the archive"));
    assert_eq!(ran.stdout.matches("fail ").count(), 2, "{}", ran.stdout);
    let ran = workspace.botnia(&["verify", "--self"]).expect_code(1);
    let kind = "objects and records of the archive";
    let line = ran.stdout.lines().find(|line| line.ends_with(kind));
    assert!(
        line.expect("a line").starts_with("fail  "),
        "{}",
        ran.stdout
    );

    std::fs::remove_file(&object).expect("removed");
    let ran = workspace.botnia(&["verify"]).expect_code(1);
    names_it(&ran);
    ran.says("it is not there");

    // What describes an indicator cannot be done without.
    std::fs::write(&object, before).expect("restored");
    workspace.botnia(&["verify"]).expect_code(0);
    let description = figures(&manifest, "sotkanet:1065").description;
    std::fs::remove_file(archived(&workspace.data(), description)).expect("removed");
    let ran = workspace.botnia(&["verify"]).expect_code(1);
    ran.says("the answer (description of `sotkanet:1065`)");
    ran.says("it could not be made again");
}

/// The commands of the analyst guide that lead from a figure to its answer.
fn commands_of_the_guide() -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/analyst.md");
    let guide = std::fs::read_to_string(guide).expect("the guide");
    let (_, section) = guide
        .split_once("## Where does this figure come from?")
        .expect("the section");
    let (_, commands) = section.split_once("```sh\n").expect("commands");
    let (commands, _) = commands.split_once("```").expect("their end");
    commands.to_owned()
}

#[test]
fn the_guide_leads_from_a_figure_to_its_request_time_and_bytes() {
    let (_upstream, workspace, manifest) = published();
    if std::process::Command::new("zstd")
        .arg("--version")
        .output()
        .is_err()
    {
        return leave_out("the commands of the analyst guide", "there is no zstd");
    }
    let output = std::process::Command::new("sh")
        .args(["-eu", "-c", &commands_of_the_guide()])
        .current_dir(workspace.data())
        .output()
        .expect("a shell");
    let ran = Ran::of(output).expect_code(0);
    let hash = figures(&manifest, "sotkanet:127").data[0].to_string();
    let (record, sum) = ran.stdout.trim_end().rsplit_once('\n').expect("two lines");
    assert_eq!(sum.split(' ').next(), Some(hash.as_str()));
    let record: botnia_model::Snapshot = serde_json::from_str(record).expect("one record");
    assert_eq!(record.hash.to_string(), hash);
    assert!(record.url.contains("/rest/1.1/json?") && record.url.contains("indicator=127"));
    assert_eq!(record.status, 200);
}

#[test]
fn a_changed_entry_of_a_set_reaches_the_figures_and_the_recipe() {
    let upstream = Upstream::start(SandboxOptions::default());
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &["127"]);
    let sets = workspace.path().join("sets");
    std::fs::create_dir(&sets).expect("a folder");
    let set = |projection: bool| {
        let builtin = include_str!("../../config/sets/hyvinvointikertomus.toml");
        let (before, entry) = builtin
            .split_once("[[indicator]]\nid = \"127\"\n")
            .expect("127");
        let text =
            format!("{before}[[indicator]]\nid = \"127\"\nprojection = {projection}\n{entry}");
        std::fs::write(sets.join("hyvinvointikertomus.toml"), text).expect("a set");
    };
    set(false);
    workspace.botnia(&["run"]).expect_code(0);
    let figures_of = |workspace: &Workspace| {
        let record = workspace.record().expect("a record");
        figures(&assert_whole(&workspace.release(), &record), "sotkanet:127").clone()
    };
    let observed = figures_of(&workspace);
    set(true);
    // Nothing moved at the source.
    workspace.botnia(&["run"]).expect_code(0);
    let projected = figures_of(&workspace);
    assert_eq!(projected.data, observed.data);
    assert_ne!(projected.normalised, observed.normalised);
    // The source cannot be had, and the set says otherwise again.
    set(false);
    upstream
        .sandbox()
        .set_faults(vec![
            Fault::new(FaultKind::Forbidden).path("/rest/1.1/indicators"),
        ])
        .expect("a possible fault");
    workspace.botnia(&["run"]).expect_code(1);
    assert_eq!(workspace.record().expect("a record").release.get(), 3);
    let stale = figures_of(&workspace);
    assert_eq!(stale.normalised, projected.normalised);
    for release in ["1", "2", "3"] {
        workspace.botnia(&["verify", release]).expect_code(0);
    }
}
