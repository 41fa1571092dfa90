//! Everything on an object store: the program on a real S3 server, from an empty bucket to
//! later releases, alone and with others.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use botnia_model::{CommitRecord, ContentHash, FileEntry, Manifest, ReleaseNumber};
use botnia_publish::{PublishError, Releases, Staged};
use botnia_sandbox::SandboxOptions;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use object_store::aws::{AmazonS3Builder, S3CopyIfNotExists};
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt as _};

use crate::object_store_server::{Bucket, bucket, overwriting_bucket};
use crate::postgres;
use crate::support::{RUNTIME, Ran, Upstream, Workspace, assert_whole, held_by};

const INDICATORS: [&str; 3] = ["127", "181", "5"];

/// Never printed, whatever fails.
const SECRET: &str = "hunter2-of-the-bucket";

/// Settings that keep the data in a bucket and the ledger elsewhere.
struct InBucket {
    workspace: Workspace,
    endpoint: String,
    place: String,
}

impl InBucket {
    fn new(bucket: &Bucket, upstream: &Upstream) -> Self {
        let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &INDICATORS);
        let state = workspace.path().join("state.db");
        Self::with_ledger(bucket, workspace, &format!("sqlite:{}", state.display()))
    }

    fn with_ledger(bucket: &Bucket, workspace: Workspace, state: &str) -> Self {
        let place = format!("s3://{}/botnia", bucket.name);
        let settings = workspace.settings();
        let (_, rest) = settings.split_once('\n').expect("`data` comes first");
        workspace.write_settings(&format!("data = \"{place}\"\nstate = \"{state}\"\n{rest}"));
        Self {
            workspace,
            endpoint: bucket.endpoint.clone(),
            place,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.workspace.command(arguments);
        command
            .env("AWS_ENDPOINT", &self.endpoint)
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_REGION", "eu-north-1")
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", SECRET);
        command
    }

    fn botnia(&self, arguments: &[&str]) -> Ran {
        Ran::of(
            self.command(arguments)
                .output()
                .expect("the program starts"),
        )
    }
}

/// The bucket as the tests look into it.
fn open(bucket: &Bucket) -> Arc<dyn ObjectStore> {
    // Another test may have been quicker.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let store = AmazonS3Builder::new()
        .with_endpoint(&bucket.endpoint)
        .with_bucket_name(&bucket.name)
        .with_region("eu-north-1")
        .with_access_key_id(bucket.key)
        .with_secret_access_key(bucket.secret)
        .with_allow_http(true)
        .with_copy_if_not_exists(S3CopyIfNotExists::Multipart)
        .build()
        .expect("a store");
    Arc::new(PrefixStore::new(store, "botnia"))
}

async fn read(store: &Arc<dyn ObjectStore>, key: &str) -> Bytes {
    let object = store.get(&Key::from(key)).await;
    let object = object.unwrap_or_else(|error| panic!("{key}: {error}"));
    object.bytes().await.expect("all of it")
}

async fn keys(store: &Arc<dyn ObjectStore>) -> BTreeSet<String> {
    let objects: Vec<_> = store.list(None).try_collect().await.expect("a list");
    let keys = objects.iter().map(|object| object.location.to_string());
    keys.collect()
}

/// Every release that the log of a bucket has is whole: each of its files is what its
/// manifest says, and the manifest what the record says. Beside releases there is only
/// what belongs there.
async fn all_whole(store: &Arc<dyn ObjectStore>) -> Vec<(CommitRecord, Manifest)> {
    let mut published: BTreeSet<String> = keys(store).await;
    published.retain(|key| key.starts_with("published/"));
    let mut releases = Vec::new();
    let log: Vec<_> = published
        .iter()
        .filter(|key| key.starts_with("published/_log/"))
        .cloned()
        .collect();
    for key in log {
        let record: CommitRecord =
            serde_json::from_slice(&read(store, &key).await).expect("a record");
        let folder = format!("published/releases/{}", record.release.folder());
        let bytes = read(store, &format!("{folder}/manifest.json")).await;
        assert_eq!(ContentHash::of(&bytes), record.manifest, "{key}");
        let manifest: Manifest = serde_json::from_slice(&bytes).expect("a manifest");
        let found: BTreeMap<String, ContentHash> = stream::iter(&manifest.files)
            .map(|file| {
                let key = format!("{folder}/{}", file.path);
                async move { (key.clone(), ContentHash::of(&read(store, &key).await)) }
            })
            .buffer_unordered(8)
            .collect()
            .await;
        for file in &manifest.files {
            let key = format!("{folder}/{}", file.path);
            assert_eq!(found[&key], file.sha256, "{key}");
            published.remove(&key);
        }
        for beside in [
            format!("{folder}/manifest.json"),
            format!("{folder}/SHA256SUMS"),
            key,
        ] {
            assert!(published.remove(&beside), "{beside}");
        }
        releases.push((record, manifest));
    }
    if let Some((newest, _)) = releases.last() {
        let latest = read(store, "published/latest.json").await;
        let latest: CommitRecord = serde_json::from_slice(&latest).expect("a record");
        assert_eq!(latest, *newest);
        assert!(published.remove("published/latest.json"));
    }
    published.retain(|key| !key.starts_with("published/_events/"));
    assert!(published.is_empty(), "left behind: {published:?}");
    releases
}

/// What the files of a release hold, whatever its moment.
fn tables(manifest: &Manifest) -> Vec<(&str, ContentHash)> {
    let files = manifest.files.iter();
    files
        .filter_map(|file| Some((file.path.as_str(), held_by(file)?)))
        .collect()
}

#[test]
fn a_bucket_gets_the_same_releases_as_a_disk() {
    let Some(bucket) = bucket() else { return };
    let store = open(&bucket);
    let upstream = Upstream::start(SandboxOptions::default());
    let in_bucket = InBucket::new(&bucket, &upstream);
    let on_disk = Workspace::new(upstream.sandbox().base_url().as_str(), &INDICATORS);

    for release in 1..=2_u32 {
        let ran = in_bucket.botnia(&["run"]).expect_code(0);
        let folder = format!("{}/published/releases/{release:06}", in_bucket.place);
        assert_eq!(ran.stdout, format!("{folder}\n"));
        ran.says(&format!("Where      {folder}\n"));
        ran.says(&format!(
            "FROM '{folder}/by_province/province=14/observations.parquet'"
        ));
        on_disk.botnia(&["run"]).expect_code(0);
        let record = on_disk.record().expect("a record");
        let expected = assert_whole(&on_disk.release(), &record);
        let releases = RUNTIME.block_on(all_whole(&store));
        let (_, newest) = releases.last().expect("a release");
        assert_eq!(newest.release.get(), release);
        assert_eq!(tables(newest), tables(&expected));

        // Nothing changed, so nothing is made.
        let before = RUNTIME.block_on(keys(&store));
        let again = in_bucket.botnia(&["run"]).expect_code(0);
        again.says(&format!("release {release} is still served"));
        let mut after = RUNTIME.block_on(keys(&store));
        after.retain(|key| !key.starts_with("raw/index/"));
        assert_eq!(after.difference(&before).next(), None);
        upstream.sandbox().advance();
    }

    in_bucket
        .botnia(&["status"])
        .expect_code(0)
        .says(&format!("{}/published/releases/000002", in_bucket.place));
    let listed = in_bucket.botnia(&["releases"]).expect_code(0);
    assert_eq!(listed.stdout.lines().count(), 3, "{}", listed.stdout);
    let before = RUNTIME.block_on(keys(&store));
    for arguments in [["verify", "1"], ["verify", "--self"]] {
        let verified = in_bucket.botnia(&arguments).expect_code(0);
        verified.says("ok    3 of 3 indicators");
        verified.says("ok    1 of 1 manifests");
    }
    assert_eq!(RUNTIME.block_on(keys(&store)), before);
    assert!(!in_bucket.workspace.data().exists(), "a folder was made");
    read_with_python(&bucket, &RUNTIME.block_on(all_whole(&store))[1].1);
}

fn read_with_python(bucket: &Bucket, manifest: &Manifest) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(root.join("target/python/bin/python"))
        .arg("-B")
        .arg(root.join("tests/python/read_from_store.py"))
        .args([bucket.endpoint.as_str(), bucket.key, bucket.secret])
        .arg(format!(
            "{}/botnia/published/releases/{}/observations.parquet",
            bucket.name,
            manifest.release.folder()
        ))
        .output()
        .expect("run Python");
    let file = |file: &&FileEntry| file.path == "observations.parquet";
    let file = manifest.files.iter().find(file).expect("the table");
    Ran::of(output).expect_code(0).says(&format!(
        "{} rows of release {}",
        file.rows.expect("rows"),
        file.release
    ));
}

#[test]
fn readers_are_served_from_a_bucket() {
    let Some(bucket) = bucket() else { return };
    let store = open(&bucket);
    let upstream = Upstream::start(SandboxOptions::default());
    let in_bucket = InBucket::new(&bucket, &upstream);
    in_bucket.botnia(&["run", "--quiet"]).expect_code(0);

    let mut service = in_bucket
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(service.stderr.take().expect("its log")).lines();
    let address = lines
        .by_ref()
        .map(|line| line.expect("a line"))
        .find_map(|line| {
            let (_, rest) = line.split_once("Serving http://")?;
            Some(rest.split('/').next()?.to_owned())
        })
        .expect("an address");
    let rest_of_log = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());

    let whole = RUNTIME.block_on(read(
        &store,
        "published/releases/000001/observations.parquet",
    ));
    let (head, body) = get(&address, "/latest/observations.parquet", "");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(
        head.contains(&format!("etag: \"{}\"", ContentHash::of(&whole))),
        "{head}"
    );
    assert!(body == whole);
    let (head, body) = get(
        &address,
        "/latest/observations.parquet",
        "Range: bytes=1000-1999\r\n",
    );
    assert!(head.starts_with("HTTP/1.1 206 "), "{head}");
    let range = format!("content-range: bytes 1000-1999/{}", whole.len());
    assert!(head.contains(&range), "{head}");
    assert!(body == whole[1000..2000]);
    let (head, body) = get(&address, "/latest/SHA256SUMS", "Accept-Encoding: gzip\r\n");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    assert!(!body.is_empty());

    // A file that was shortened is not sent.
    let key = Key::from("published/releases/000001/regions.parquet");
    RUNTIME
        .block_on(store.put(&key, "short".into()))
        .expect("put");
    let (head, _) = get(&address, "/latest/regions.parquet", "");
    assert!(head.starts_with("HTTP/1.1 500 "), "{head}");

    let killed = Command::new("kill")
        .args(["-TERM", &service.id().to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
    assert_eq!(service.wait().expect("it ends").code(), Some(0));
    let log = rest_of_log.join().expect("its log").join("\n");
    assert!(log.contains("regions.parquet"), "{log}");
    assert!(!log.contains(SECRET), "{log}");
}

/// Asks for a path. Gives the status line and headers, in lower case but for values, and
/// the bytes of the body as they came.
fn get(address: &str, path: &str, headers: &str) -> (String, Vec<u8>) {
    let mut connection = std::net::TcpStream::connect(address).expect("the server listens");
    write!(
        connection,
        "GET {path} HTTP/1.1\r\nHost: data.example\r\nConnection: close\r\n{headers}\r\n"
    )
    .expect("ask");
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).expect("an answer");
    let end = answer
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .expect("headers");
    let body = answer.split_off(end + 4);
    (String::from_utf8(answer).expect("ASCII"), body)
}

#[test]
fn two_machines_publish_in_turn_to_one_bucket() {
    let (Some(bucket), Some(state)) = (bucket(), postgres::database()) else {
        return;
    };
    let store = open(&bucket);
    let upstream = Upstream::start(SandboxOptions::default());
    let machine = || {
        let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &INDICATORS);
        InBucket::with_ledger(&bucket, workspace, &state)
    };
    let (one, other) = (machine(), machine());
    // Both at once: one of them releases, and neither fails.
    let at_once: Vec<_> = [&one, &other]
        .map(|machine| {
            let mut command = machine.command(&["run"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().expect("the program starts")
        })
        .into_iter()
        .map(|machine| Ran::of(machine.wait_with_output().expect("it ends")))
        .collect();
    for ran in &at_once {
        assert_eq!(ran.code, Some(0), "{at_once:#?}");
    }
    // Then the one that published less.
    upstream.sandbox().advance();
    let next = if at_once[0].stdout.is_empty() {
        &one
    } else {
        &other
    };
    let ran = next.botnia(&["run"]).expect_code(0);
    ran.says("Release    2 is published");
    let releases = RUNTIME.block_on(all_whole(&store));
    let numbers: Vec<_> = releases
        .iter()
        .map(|(record, _)| record.release.get())
        .collect();
    assert_eq!(numbers, [1, 2], "{at_once:#?}");
}

#[test]
fn a_bucket_that_overwrites_is_refused() {
    let Some(bucket) = overwriting_bucket() else {
        return;
    };
    let upstream = Upstream::start(SandboxOptions::default());
    let in_bucket = InBucket::new(&bucket, &upstream);
    let ran = in_bucket.botnia(&["run"]).expect_code(1);
    ran.says(&format!(
        "the store `{}` does not hold create-only writes",
        in_bucket.place
    ));
    ran.says("use a store that refuses to create an existing object");
    assert!(upstream.sandbox().requests().is_empty());
    assert!(RUNTIME.block_on(keys(&open(&bucket))).is_empty());
}

#[test]
fn what_cannot_be_reached_is_named_without_its_secret() {
    let Some(bucket) = bucket() else { return };
    let upstream = Upstream::start(SandboxOptions::default());
    let missing = Bucket {
        name: "never-made".to_owned(),
        ..bucket
    };
    let ran = InBucket::new(&missing, &upstream)
        .botnia(&["run", "--verbose"])
        .expect_code(1);
    ran.says("NoSuchBucket");
    assert!(!ran.stderr.contains(SECRET), "{}", ran.stderr);

    // Without a scheme that is known, and without a ledger of its own.
    let workspace = Workspace::new(upstream.sandbox().base_url().as_str(), &INDICATORS);
    let ran = workspace
        .botnia(&["--data", "gs://bucket/botnia", "validate"])
        .expect_code(2);
    ran.says("neither a path nor s3://bucket/prefix");
    let ran = workspace
        .botnia(&["--data", "s3://bucket/botnia", "validate"])
        .expect_code(2);
    ran.says("`state`: must be given when `data` is not a path");
}

/// A release of one file, on top of `parent`.
fn staged(
    release: ReleaseNumber,
    parent: Option<&CommitRecord>,
    content: &[u8],
) -> (Staged, tempfile::TempDir) {
    let scratch = tempfile::tempdir().expect("a folder");
    std::fs::write(scratch.path().join("table.parquet"), content).expect("written");
    let manifest = Manifest {
        schema_version: "1.0.0".to_owned(),
        release,
        parent: parent.map(|record| record.manifest),
        program_version: "0.1.0".to_owned(),
        synthetic: true,
        geo_vintage: "2026-01-01".to_owned(),
        inputs: ContentHash::of(content),
        indicators: Vec::new(),
        files: vec![FileEntry {
            path: "table.parquet".to_owned(),
            sha256: ContentHash::of(content),
            bytes: content.len() as u64,
            rows: None,
            content_hash: None,
            release,
        }],
    };
    let staged = Staged {
        manifest,
        scratch: scratch.path().to_owned(),
        carried: BTreeSet::new(),
    };
    (staged, scratch)
}

const MOMENT: Timestamp = Timestamp::constant(1_795_000_000, 0);

#[test]
fn of_two_commits_of_one_number_one_wins() {
    let Some(bucket) = bucket() else { return };
    let store = open(&bucket);
    let releases = || Releases::new(open(&bucket), None);
    let (first, _first_files) = staged(ReleaseNumber::FIRST, None, b"one");
    let (second, _second_files) = staged(ReleaseNumber::FIRST, None, b"other");
    let (one, other) = (releases(), releases());
    let outcomes = RUNTIME.block_on(async {
        tokio::join!(
            one.commit(first, MOMENT, 1),
            other.commit(second, MOMENT, 2)
        )
    });
    let (Ok(won), Err(lost)) = (match outcomes {
        (Ok(won), lost) => (Ok::<_, PublishError>(won), lost),
        (lost, won) => (won, lost),
    }) else {
        panic!("both or none");
    };
    assert!(
        matches!(
            lost,
            PublishError::NotCommitted { .. }
                | PublishError::ReleaseExists { .. }
                | PublishError::Fenced { .. }
                | PublishError::ParentMoved { .. }
        ),
        "{lost:?}"
    );
    let whole = RUNTIME.block_on(all_whole(&store));
    assert_eq!(whole.len(), 1);
    assert_eq!(whole[0].0, won);
}

#[test]
fn a_large_file_is_uploaded_in_parts_and_carried_on() {
    let Some(bucket) = bucket() else { return };
    let store = open(&bucket);
    let releases = Releases::new(open(&bucket), None);
    let content: Vec<u8> = (0..17 * 1024 * 1024_u32)
        .map(|at| (at / 1000 % 251) as u8)
        .collect();
    RUNTIME.block_on(async {
        releases.probe_create_only().await.expect("create-only");
        let (first, _files) = staged(ReleaseNumber::FIRST, None, &content);
        let parent = releases.commit(first, MOMENT, 1).await.expect("release 1");
        let next = ReleaseNumber::FIRST.next();
        let (mut second, _files) = staged(next, Some(&parent), &content);
        second.carried = BTreeSet::from(["table.parquet".to_owned()]);
        releases.commit(second, MOMENT, 2).await.expect("release 2");
        // Both checked by the hash of what is there.
        assert_eq!(all_whole(&store).await.len(), 2);
    });
}
