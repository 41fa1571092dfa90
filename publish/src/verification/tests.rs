use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use botnia_model::FileEntry;
use bytes::Bytes;
use jiff::Timestamp;
use object_store::memory::InMemory;

use super::*;
use crate::releases::Staged;

const MOMENT: Timestamp = Timestamp::constant(1_795_238_100, 0);
const PATHS: [&str; 3] = ["README.md", "a/one.csv", "a/two.csv"];

/// A release of three files.
async fn published() -> (Releases, CommitRecord, Manifest) {
    let releases = Releases::new(Arc::new(InMemory::new()), None);
    let scratch = tempfile::tempdir().unwrap();
    std::fs::create_dir(scratch.path().join("a")).unwrap();
    let files = PATHS.map(|path| {
        let mut file = File::create(scratch.path().join(path)).unwrap();
        file.write_all(path.as_bytes()).unwrap();
        FileEntry {
            path: path.to_owned(),
            sha256: ContentHash::of(path.as_bytes()),
            bytes: path.len() as u64,
            rows: None,
            content_hash: None,
            release: ReleaseNumber::FIRST,
        }
    });
    let manifest = Manifest {
        schema_version: "1.0.0".to_owned(),
        release: ReleaseNumber::FIRST,
        parent: None,
        program_version: "0.1.0".to_owned(),
        synthetic: true,
        geo_vintage: "2026-01-01".to_owned(),
        inputs: ContentHash::of(b""),
        indicators: Vec::new(),
        files: files.to_vec(),
    };
    let staged = Staged {
        manifest: manifest.clone(),
        scratch: PathBuf::from(scratch.path()),
        carried: BTreeSet::new(),
    };
    let record = releases.commit(staged, MOMENT, 1).await.unwrap();
    (releases, record, manifest)
}

async fn faults(
    (releases, record, manifest): &(Releases, CommitRecord, Manifest),
) -> Vec<(String, FileFault)> {
    releases
        .check_files(record, manifest, &|| ())
        .await
        .unwrap()
}

async fn put(releases: &Releases, path: &str, bytes: &'static [u8]) {
    let key = release_key(ReleaseNumber::FIRST, path).unwrap();
    let bytes = Bytes::from_static(bytes);
    releases.store.put(&key, bytes.into()).await.unwrap();
}

#[tokio::test]
async fn what_was_published_is_found_as_it_was() {
    assert_eq!(faults(&published().await).await, []);
}

#[tokio::test]
async fn what_was_changed_lost_or_added_is_named() {
    let world = published().await;
    let releases = &world.0;
    put(releases, "a/one.csv", b"a/One.csv").await;
    put(releases, "a/three.csv", b"by somebody else").await;
    let gone = release_key(ReleaseNumber::FIRST, "README.md").unwrap();
    releases.store.delete(&gone).await.unwrap();
    put(releases, CHECKSUMS, b"").await;
    let found = faults(&world).await;
    let paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["README.md", CHECKSUMS, "a/one.csv", "a/three.csv"]);
    assert_eq!(found[0].1, FileFault::Missing);
    assert_eq!(
        found[2].1,
        FileFault::Changed {
            expected: ContentHash::of(b"a/one.csv"),
            found: ContentHash::of(b"a/One.csv"),
        }
    );
    assert_eq!(found[3].1, FileFault::Unlisted);
}
