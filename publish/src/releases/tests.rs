use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path as DiskPath;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use botnia_model::{ContentHash, FileEntry};
use jiff::Timestamp;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;

use super::*;
use crate::faulty_store::{Copies, Failure, Faults, FaultyStore};
use crate::manifest::CHECKSUMS;

const MOMENT: Timestamp = Timestamp::constant(1_795_238_100, 0);

/// A data folder, or a store in memory.
struct World {
    store: Arc<dyn ObjectStore>,
    folder: Option<TempDir>,
}

impl World {
    fn on_disk() -> Self {
        let folder = TempDir::new().unwrap();
        let store = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
        Self {
            store: Arc::new(store),
            folder: Some(folder),
        }
    }

    fn in_memory() -> Self {
        Self {
            store: Arc::new(InMemory::new()),
            folder: None,
        }
    }

    fn root(&self) -> &DiskPath {
        self.folder.as_ref().unwrap().path()
    }

    fn releases(&self) -> Releases {
        self.releases_through(Arc::clone(&self.store))
    }

    fn releases_through(&self, store: Arc<dyn ObjectStore>) -> Releases {
        let root = self.folder.as_ref().map(|folder| folder.path().to_owned());
        Releases::new(store, root)
    }

    /// Every file and symlink of the store with its content.
    async fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let mut tree = BTreeMap::new();
        let Some(folder) = &self.folder else {
            let objects: Vec<_> = self.store.list(None).try_collect().await.unwrap();
            for object in objects {
                let bytes = self.store.get(&object.location).await.unwrap();
                let bytes = bytes.bytes().await.unwrap();
                tree.insert(object.location.to_string(), bytes.to_vec());
            }
            return tree;
        };
        let mut folders = vec![folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let key = path
                    .strip_prefix(self.root())
                    .unwrap()
                    .display()
                    .to_string();
                if path.is_symlink() {
                    let target = std::fs::read_link(&path).unwrap().into_os_string();
                    tree.insert(key, target.into_encoded_bytes());
                } else if path.is_dir() {
                    folders.push(path);
                } else {
                    tree.insert(key, std::fs::read(&path).unwrap());
                }
            }
        }
        tree
    }
}

fn entry(path: &str, content: &[u8], release: ReleaseNumber) -> FileEntry {
    FileEntry {
        path: path.to_owned(),
        sha256: ContentHash::of(content),
        bytes: content.len() as u64,
        rows: None,
        content_hash: None,
        release,
    }
}

/// The next release: `fresh` files, and those of the release before that are `carried`.
async fn stage(releases: &Releases, fresh: &[(&str, &str)], carried: &[&str]) -> (Staged, TempDir) {
    let scratch = releases.scratch().unwrap();
    let newest = releases.latest().await.unwrap();
    let release = newest
        .as_ref()
        .map_or(ReleaseNumber::FIRST, |(record, _)| record.release.next());
    let mut files: Vec<_> = fresh
        .iter()
        .map(|(path, content)| {
            let file = scratch.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            write(&file, content.as_bytes());
            entry(path, content.as_bytes(), release)
        })
        .collect();
    if let Some((_, manifest)) = &newest {
        let carry = |file: &&FileEntry| carried.contains(&file.path.as_str());
        files.extend(manifest.files.iter().filter(carry).cloned());
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let manifest = Manifest {
        schema_version: "1.0.0".to_owned(),
        release,
        parent: newest.map(|(record, _)| record.manifest),
        program_version: "0.1.0".to_owned(),
        synthetic: true,
        geo_vintage: "2026-01-01".to_owned(),
        inputs: ContentHash::of(release.folder().as_bytes()),
        indicators: Vec::new(),
        files,
    };
    let staged = Staged {
        manifest,
        scratch: scratch.path().to_owned(),
        carried: carried.iter().map(|&path| path.to_owned()).collect(),
    };
    (staged, scratch)
}

fn write(path: &DiskPath, content: &[u8]) {
    File::create(path).unwrap().write_all(content).unwrap();
}

async fn commit_first(releases: &Releases) -> CommitRecord {
    let fresh = [("kept.parquet", "kept"), ("a/b=1/changed.parquet", "old")];
    let (staged, _scratch) = stage(releases, &fresh, &[]).await;
    releases.commit(staged, MOMENT, 1).await.unwrap()
}

const SECOND: [(&str, &str); 2] = [("a/b=1/changed.parquet", "new"), ("c/d.csv", "more")];

async fn commit_second(releases: &Releases, token: u64) -> Result<CommitRecord, PublishError> {
    let (staged, _scratch) = stage(releases, &SECOND, &["kept.parquet"]).await;
    releases.commit(staged, MOMENT, token).await
}

/// The newest release, after every one of its files was found to be the one it lists.
async fn check_latest(releases: &Releases) -> Option<(CommitRecord, Manifest)> {
    let (record, manifest) = releases.latest().await.unwrap()?;
    assert!(!manifest.files.is_empty());
    for file in &manifest.files {
        let bytes = releases
            .read_file(record.release, &file.path)
            .await
            .unwrap();
        assert_eq!(ContentHash::of(&bytes), file.sha256, "{}", file.path);
    }
    Some((record, manifest))
}

/// What a person sees who knows nothing but the folder `latest`.
fn check_link(root: &DiskPath) -> String {
    // Resolved once: the folder behind it never changes.
    let folder = std::fs::canonicalize(root.join("published/latest")).unwrap();
    let manifest = std::fs::read(folder.join(MANIFEST)).unwrap();
    let manifest: Manifest = serde_json::from_slice(&manifest).unwrap();
    for file in &manifest.files {
        let bytes = std::fs::read(folder.join(&file.path)).unwrap();
        assert_eq!(ContentHash::of(&bytes), file.sha256, "{}", file.path);
    }
    manifest.release.folder()
}

#[tokio::test]
async fn a_commit_becomes_the_latest_release() {
    for world in [World::on_disk(), World::in_memory()] {
        let releases = world.releases();
        assert!(releases.latest().await.unwrap().is_none());
        assert!(releases.list().await.unwrap().is_empty());
        let first = commit_first(&releases).await;
        assert_eq!(first.release, ReleaseNumber::FIRST);
        assert_eq!(first.released_at, MOMENT);
        let second = commit_second(&releases, 2).await.unwrap();
        assert_eq!(second.parent, Some(first.manifest));

        let (record, manifest) = check_latest(&releases).await.unwrap();
        assert_eq!(record, second);
        assert_eq!(manifest.files.len(), 3);
        assert_eq!(
            releases.list().await.unwrap(),
            [first.clone(), second.clone()]
        );
        // The release before stays what it was.
        let (_, manifest) = releases.get(first.release).await.unwrap();
        let old = releases
            .read_file(first.release, "a/b=1/changed.parquet")
            .await
            .unwrap();
        assert_eq!(&old[..], b"old");
        assert_eq!(manifest.files.len(), 2);
        assert!(matches!(
            releases.get(second.release.next()).await,
            Err(PublishError::NoSuchRelease { .. })
        ));
        if let Some(folder) = &world.folder {
            assert_eq!(check_link(folder.path()), "000002");
        } else {
            let latest = &world.tree().await["published/latest.json"];
            let latest: CommitRecord = serde_json::from_slice(latest).unwrap();
            assert_eq!(latest, second);
        }
    }
}

#[tokio::test]
async fn carried_files_are_links_on_a_disk() {
    let world = World::on_disk();
    let releases = world.releases();
    let first = commit_first(&releases).await.release;
    let second = commit_second(&releases, 2).await.unwrap().release;
    let inode = |release, path| {
        let file = releases.local_path(release, path).unwrap();
        std::fs::metadata(file).unwrap().ino()
    };
    assert_eq!(inode(first, "kept.parquet"), inode(second, "kept.parquet"));
    let changed = "a/b=1/changed.parquet";
    assert_ne!(inode(first, changed), inode(second, changed));
}

#[tokio::test]
async fn the_checksums_satisfy_sha256sum() {
    let world = World::on_disk();
    let releases = world.releases();
    let record = commit_first(&releases).await;
    let folder = releases.local_path(record.release, CHECKSUMS).unwrap();
    let check = || {
        Command::new("sha256sum")
            .args(["--check", "--strict", CHECKSUMS])
            .current_dir(folder.parent().unwrap())
            .output()
            .unwrap()
    };
    let output = check();
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        lines.lines().collect::<Vec<_>>(),
        [
            "a/b=1/changed.parquet: OK",
            "kept.parquet: OK",
            "manifest.json: OK"
        ]
    );
    write(&folder.with_file_name("kept.parquet"), b"kepT");
    assert!(!check().status.success());
}

#[tokio::test]
async fn a_changed_manifest_is_found() {
    let world = World::on_disk();
    let releases = world.releases();
    let record = commit_first(&releases).await;
    let path = releases.local_path(record.release, MANIFEST).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[20] ^= 1;
    write(&path, &bytes);
    assert!(matches!(
        releases.latest().await,
        Err(PublishError::ManifestDiffers { .. })
    ));
    assert!(matches!(
        releases.get(record.release).await,
        Err(PublishError::ManifestDiffers { .. })
    ));
}

#[tokio::test]
async fn a_stop_at_any_step_leaves_a_whole_release() {
    for new_world in [World::on_disk, World::in_memory] {
        let undisturbed = new_world();
        commit_first(&undisturbed.releases()).await;
        commit_second(&undisturbed.releases(), 2).await.unwrap();
        undisturbed.releases().clean_uncommitted().await.unwrap();
        let undisturbed = undisturbed.tree().await;

        for failure in [Failure::Before, Failure::After] {
            for for_good in [false, true] {
                let mut steps = 0;
                for at in 1.. {
                    let world = new_world();
                    let faults = Faults {
                        at,
                        failure,
                        for_good,
                        ..Faults::NONE
                    };
                    if !check_stop(&world, faults, &undisturbed).await {
                        break;
                    }
                    steps = at;
                }
                // The log twice, the files, their list, the record, `latest`.
                assert!(steps >= 10, "only {steps} steps were disturbed");
            }
        }
    }
}

/// Commits through a store with `faults`; false if they did not come to bear.
async fn check_stop(
    world: &World,
    faults: Faults,
    undisturbed: &BTreeMap<String, Vec<u8>>,
) -> bool {
    let releases = world.releases();
    let first = commit_first(&releases).await.release;
    let (staged, scratch) = stage(&releases, &SECOND, &["kept.parquet"]).await;
    let disturbed = Arc::new(FaultyStore::new(Arc::clone(&world.store), faults));
    let outcome = world
        .releases_through(Arc::clone(&disturbed) as Arc<dyn ObjectStore>)
        .commit(staged, MOMENT, 2)
        .await;
    if disturbed.operations() < faults.at {
        assert!(outcome.is_ok());
        return false;
    }
    // The folder of a stopped process is not removed.
    let _ = scratch.keep();

    let (served, _) = check_latest(&releases).await.unwrap();
    if let Some(folder) = &world.folder {
        check_link(folder.path());
    }
    match outcome {
        Ok(record) => assert_eq!(served, record),
        Err(PublishError::LatestNotMoved { .. }) => assert_eq!(served.release, first.next()),
        Err(PublishError::CommitUnknown { .. }) => {}
        Err(error @ PublishError::NotCommitted { .. }) => {
            assert_eq!(served.release, first, "{faults:?}");
            assert!(error.to_string().ends_with("release 1 is still served"));
        }
        Err(PublishError::Store { .. }) => assert_eq!(served.release, first, "{faults:?}"),
        Err(error) => panic!("{faults:?}: {error:?}"),
    }

    releases.clean_uncommitted().await.unwrap();
    if served.release == first {
        let tree = world.tree().await;
        assert!(
            !tree
                .keys()
                .any(|key| key.contains("000002") || key.contains("_scratch")),
            "{faults:?}: {:?}",
            tree.keys()
        );
        commit_second(&releases, 2).await.unwrap();
        releases.clean_uncommitted().await.unwrap();
    }
    assert_eq!(world.tree().await, *undisturbed, "{faults:?}");
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_writers_one_publishes() {
    for new_world in [World::on_disk, World::in_memory] {
        for same_content in [false, true] {
            for _ in 0..20 {
                let world = new_world();
                let releases = world.releases();
                commit_first(&releases).await;
                let other_content = if same_content { "new" } else { "other" };
                let (one, _scratch) = stage(&releases, &[("x", "new")], &[]).await;
                let (other, _other) = stage(&releases, &[("x", other_content)], &[]).await;
                let spawn = |staged, token| {
                    let releases = world.releases();
                    tokio::spawn(async move { releases.commit(staged, MOMENT, token).await })
                };
                let (one, other) = (spawn(one, 1), spawn(other, 2));
                let outcomes = [one.await.unwrap(), other.await.unwrap()];
                let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
                assert_eq!(won.len(), 1, "{lost:?}");
                match lost.into_iter().next().unwrap().unwrap_err() {
                    PublishError::ReleaseExists { release }
                    | PublishError::Fenced { release, .. } => assert_eq!(release.get(), 2),
                    PublishError::NotCommitted { source, .. } => assert!(
                        matches!(*source, PublishError::NumberClaimed { .. }),
                        "{source:?}"
                    ),
                    error => panic!("{error:?}"),
                }
                let (record, _) = check_latest(&releases).await.unwrap();
                assert_eq!(Some(record), won.into_iter().next().unwrap().ok());
            }
        }
    }
}

#[tokio::test]
async fn a_writer_that_wakes_late_publishes_nothing() {
    let world = World::on_disk();
    let releases = world.releases();
    commit_first(&releases).await;
    let (late, _scratch) = stage(&releases, &SECOND, &["kept.parquet"]).await;
    commit_second(&releases, 2).await.unwrap();
    let before = world.tree().await;
    let mut renumbered = late.clone();
    renumbered.manifest.release = late.manifest.release.next();
    assert!(matches!(
        releases.commit(late.clone(), MOMENT, 1).await,
        Err(PublishError::Fenced {
            token: 1,
            newest: 2,
            ..
        })
    ));
    assert!(matches!(
        releases.commit(late, MOMENT, 3).await,
        Err(PublishError::ReleaseExists { .. })
    ));
    assert!(matches!(
        releases.commit(renumbered, MOMENT, 3).await,
        Err(PublishError::ParentMoved { .. })
    ));
    assert_eq!(world.tree().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_never_sees_a_mixture() {
    const AT_LEAST: u32 = 15;
    const AT_MOST: u32 = 500;
    let world = World::on_disk();
    let releases = world.releases();
    commit_first(&releases).await;
    let done = Arc::new(AtomicBool::new(false));
    let seen = Arc::new(AtomicUsize::new(0));
    let reader = {
        let (releases, root) = (releases.clone(), world.root().to_owned());
        let (done, seen) = (Arc::clone(&done), Arc::clone(&seen));
        tokio::spawn(async move {
            let mut folders = BTreeSet::new();
            while !done.load(Ordering::SeqCst) {
                folders.insert(check_latest(&releases).await.unwrap().0.release.folder());
                folders.insert(check_link(&root));
                seen.store(folders.len(), Ordering::SeqCst);
            }
        })
    };
    let mut number = 1;
    // On a busy machine, until the reader has had its turns.
    while number < AT_LEAST || seen.load(Ordering::SeqCst) < 4 {
        assert!(number < AT_MOST, "the reader does not get on");
        assert!(!reader.is_finished(), "the reader broke off");
        number += 1;
        let content = format!("release {number}");
        let fresh = [("a/b=1/changed.parquet", content.as_str()), ("c", &content)];
        let (staged, _scratch) = stage(&releases, &fresh, &["kept.parquet"]).await;
        releases.commit(staged, MOMENT, 1).await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    reader.await.unwrap();
    assert_eq!(check_link(world.root()), format!("{number:06}"));
}

#[tokio::test]
async fn cleaning_removes_leftovers_alone() {
    let world = World::on_disk();
    let releases = world.releases();
    commit_first(&releases).await;
    commit_second(&releases, 2).await.unwrap();
    let before = world.tree().await;
    assert_eq!(releases.clean_uncommitted().await.unwrap(), 0);

    for leftover in [
        "published/releases/000003/a/b.parquet",
        "published/releases/000003/manifest.json#1",
        "published/_log/00000000000000000003.json#1",
        "published/_scratch/x/observations.parquet",
        "raw/sha256/ab/abc.zst#12",
    ] {
        let path = world.root().join(leftover);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write(&path, b"half");
    }
    let answer = world.root().join("raw/sha256/ab/abc.zst");
    write(&answer, b"whole");
    // As after a stop between the record and the pointer.
    let link = world.root().join("published/latest");
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("releases/000001", &link).unwrap();

    assert_eq!(releases.clean_uncommitted().await.unwrap(), 5);
    assert_eq!(check_link(world.root()), "000002");
    assert_eq!(std::fs::read(&answer).unwrap(), b"whole");
    std::fs::remove_file(&answer).unwrap();
    assert_eq!(world.tree().await, before);
}

#[tokio::test]
async fn lost_records_are_not_taken_for_leftovers() {
    let world = World::on_disk();
    let releases = world.releases();
    commit_first(&releases).await;
    commit_second(&releases, 2).await.unwrap();
    let record = |number: u32| {
        let number = ReleaseNumber::try_from(number).unwrap();
        world.root().join(LOG).join(number.record())
    };
    for lost in [1, 2] {
        let bytes = std::fs::read(record(lost)).unwrap();
        std::fs::remove_file(record(lost)).unwrap();
        let before = world.tree().await;
        let refused = releases.clean_uncommitted().await;
        assert!(
            matches!(refused, Err(PublishError::LogDamaged { .. })),
            "{lost}: {refused:?}"
        );
        assert_eq!(world.tree().await, before);
        write(&record(lost), &bytes);
    }
    assert_eq!(releases.clean_uncommitted().await.unwrap(), 0);
}

#[tokio::test]
async fn a_file_that_changed_is_not_published() {
    for world in [World::on_disk(), World::in_memory()] {
        let releases = world.releases();
        let (staged, scratch) = stage(&releases, &[("x", "as hashed")], &[]).await;
        write(&scratch.path().join("x"), b"otherwise");
        let Err(PublishError::NotCommitted { source, .. }) =
            releases.commit(staged, MOMENT, 1).await
        else {
            panic!("it was published");
        };
        assert!(matches!(*source, PublishError::FileChanged { .. }));
        assert!(releases.latest().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_file_that_is_not_whole_stops_the_commit() {
    // On a disk the file is hashed before it is linked; elsewhere its length is compared
    // before the record is created.
    for (world, on_disk) in [(World::on_disk(), true), (World::in_memory(), false)] {
        let releases = world.releases();
        commit_first(&releases).await;
        let (mut staged, _scratch) = stage(&releases, &SECOND, &["kept.parquet"]).await;
        let kept = |file: &&mut FileEntry| file.path == "kept.parquet";
        staged.manifest.files.iter_mut().find(kept).unwrap().bytes += 1;
        let Err(PublishError::NotCommitted { source, .. }) =
            releases.commit(staged, MOMENT, 1).await
        else {
            panic!("it was published");
        };
        if on_disk {
            assert!(matches!(*source, PublishError::PublishedFileDamaged { .. }));
        } else {
            assert!(matches!(*source, PublishError::Incomplete { .. }));
        }
        assert_eq!(check_latest(&releases).await.unwrap().0.release.get(), 1);
    }
}

#[tokio::test]
async fn a_full_disk_is_named() {
    let world = World::in_memory();
    commit_first(&world.releases()).await;
    let (staged, _scratch) = stage(&world.releases(), &SECOND, &[]).await;
    let full = FaultyStore::new(
        Arc::clone(&world.store),
        Faults {
            at: 5,
            for_good: true,
            kind: ErrorKind::StorageFull,
            ..Faults::NONE
        },
    );
    let releases = world.releases_through(Arc::new(full));
    let error = releases.commit(staged, MOMENT, 1).await.unwrap_err();
    assert!(
        error.hint().unwrap().contains("free some space"),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        "release 2 was not published; release 1 is still served"
    );
}

#[tokio::test]
async fn a_store_without_copies_carries_all_the_same() {
    let world = World::in_memory();
    commit_first(&world.releases()).await;
    let faults = Faults {
        copies: Copies::Never,
        ..Faults::NONE
    };
    let store = FaultyStore::new(Arc::clone(&world.store), faults);
    let releases = world.releases_through(Arc::new(store));
    commit_second(&releases, 2).await.unwrap();
    assert_eq!(check_latest(&releases).await.unwrap().0.release.get(), 2);
}

#[tokio::test]
async fn a_store_that_overwrites_is_refused() {
    for world in [World::on_disk(), World::in_memory()] {
        world.releases().probe_create_only().await.unwrap();
        for (overwrites, copies) in [(true, Copies::CreateOnly), (false, Copies::Over)] {
            // A file cannot be copied to its own place on a disk.
            if copies == Copies::Over && world.folder.is_some() {
                continue;
            }
            let faults = Faults {
                overwrites,
                copies,
                ..Faults::NONE
            };
            let store = FaultyStore::new(Arc::clone(&world.store), faults);
            let refused = world
                .releases_through(Arc::new(store))
                .probe_create_only()
                .await;
            assert!(
                matches!(refused, Err(PublishError::CreateOnlyNotHeld { .. })),
                "{refused:?}"
            );
            assert!(world.tree().await.is_empty());
        }
    }
}

#[tokio::test]
async fn a_path_cannot_leave_its_release() {
    let world = World::on_disk();
    let releases = world.releases();
    for path in ["../000002/x", "/etc/passwd", "a//b", ""] {
        let inside = releases
            .local_path(ReleaseNumber::FIRST, path)
            .is_none_or(|path| path.starts_with(world.root().join("published/releases/000001")));
        assert!(inside, "{path}");
    }
    assert!(matches!(
        releases
            .read_file(ReleaseNumber::FIRST, "../000002/x")
            .await,
        Err(PublishError::InvalidPath { .. })
    ));
}
