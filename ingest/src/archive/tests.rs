use std::fs;
use std::io::Write as _;
use std::path::{Path as FilePath, PathBuf};

use botnia_model::AnswerRole;
use jiff::Timestamp;
use object_store::local::LocalFileSystem;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const MOMENT: &str = "2026-11-21T05:15:07.042Z";

fn archive() -> (TempDir, Archive) {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    let archive = Archive::new(Arc::new(store.with_fsync(true)));
    (folder, archive)
}

fn answer(body: &[u8]) -> Answer {
    Answer {
        snapshot: Snapshot {
            source: "sotkanet".parse().unwrap(),
            role: AnswerRole::Data,
            source_indicator: Some("127".parse().unwrap()),
            method: "GET".to_owned(),
            url: "https://sotkanet.example/rest/1.1/json?indicator=127".to_owned(),
            request_body: None,
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            fetched_at: MOMENT.parse().unwrap(),
            hash: ContentHash::of(body),
            length: body.len() as u64,
        },
        body: Bytes::copy_from_slice(body),
    }
}

/// Every file under `folder`, relative, in order.
fn files(folder: &FilePath) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn only_body(folder: &TempDir) -> PathBuf {
    let mut bodies = files(folder.path());
    bodies.retain(|path| path.starts_with("raw/sha256"));
    assert_eq!(bodies.len(), 1);
    folder.path().join(&bodies[0])
}

#[tokio::test]
async fn the_layout_is_that_of_the_contract() {
    let (folder, archive) = archive();
    archive.keep(&answer(b"[]"), None).await.unwrap();
    let sweep = SweepId::new(&"sotkanet".parse().unwrap(), MOMENT.parse().unwrap());
    archive.record_sweep(&sweep, &[]).await.unwrap();
    // The SHA-256 of `[]`.
    let hash = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945";
    assert_eq!(
        files(folder.path()),
        [
            "raw/index/sotkanet/2026-11-21/051507042-data-127-4f53cda18c2b.json".into(),
            "raw/index/sotkanet/2026-11-21/20261121T051507Z-sotkanet.jsonl.zst".into(),
            PathBuf::from(format!("raw/sha256/4f/{hash}.zst")),
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn bytes_come_back_as_they_were(body in proptest::collection::vec(any::<u8>(), 0..4000)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (_folder, archive) = archive();
            let answer = answer(&body);
            assert_eq!(archive.keep(&answer, None).await.unwrap(), Kept::Archived);
            let read = archive.read(&answer.snapshot.hash).await.unwrap();
            assert_eq!(read.as_ref(), body);
        });
    }
}

#[tokio::test]
async fn a_record_tells_how_the_bytes_came() {
    let (folder, archive) = archive();
    let answer = answer(b"[]");
    archive.keep(&answer, None).await.unwrap();
    let record = fs::read(folder.path().join(&files(folder.path())[0])).unwrap();
    let snapshot: Snapshot = serde_json::from_slice(&record).unwrap();
    assert_eq!(snapshot, answer.snapshot);
}

#[tokio::test]
async fn the_same_bytes_are_unchanged_and_leave_no_record() {
    let (folder, archive) = archive();
    let first = answer(b"[{\"value\":1}]");
    archive.keep(&first, None).await.unwrap();
    let before = files(folder.path());

    let mut later = first.clone();
    later.snapshot.fetched_at = "2026-11-22T05:15:00Z".parse().unwrap();
    let previous = Some(&first.snapshot.hash);
    assert_eq!(
        archive.keep(&later, previous).await.unwrap(),
        Kept::Unchanged
    );
    assert_eq!(files(folder.path()), before);

    // The same answer once more, by a job that was done twice.
    assert_eq!(archive.keep(&first, None).await.unwrap(), Kept::Archived);
    assert_eq!(files(folder.path()), before);

    // Bytes that return after others are news, though the archive has had them.
    let other = answer(b"[]").snapshot.hash;
    assert_eq!(
        archive.keep(&later, Some(&other)).await.unwrap(),
        Kept::Archived
    );
    assert_eq!(files(folder.path()).len(), before.len() + 1);
}

#[tokio::test]
async fn bytes_without_their_record_are_harmless() {
    let (folder, archive) = archive();
    let answer = answer(b"[]");
    archive
        .put_body(&answer.snapshot.hash, &answer.body)
        .await
        .unwrap();
    assert_eq!(files(folder.path()).len(), 1);
    assert_eq!(archive.keep(&answer, None).await.unwrap(), Kept::Archived);
    assert_eq!(files(folder.path()).len(), 2);
    assert_eq!(
        archive.read(&answer.snapshot.hash).await.unwrap(),
        answer.body
    );
}

#[tokio::test]
async fn lost_bytes_come_back_with_the_next_answer() {
    let (folder, archive) = archive();
    let answer = answer(b"[]");
    let hash = &answer.snapshot.hash;
    archive.keep(&answer, None).await.unwrap();
    fs::remove_file(only_body(&folder)).unwrap();
    assert!(!archive.contains(hash).await.unwrap());
    let error = archive.read(hash).await.unwrap_err();
    assert!(matches!(error, ArchiveError::Missing { .. }), "{error}");

    archive.keep(&answer, Some(hash)).await.unwrap();
    assert!(archive.contains(hash).await.unwrap());
    assert_eq!(archive.read(hash).await.unwrap(), answer.body);
}

/// Puts other bytes where the archive keeps those of `hash`.
async fn damage(archive: &Archive, hash: &ContentHash, bytes: Vec<u8>) {
    let path = body_path(hash);
    archive.store.put(&path, bytes.into()).await.unwrap();
}

#[tokio::test]
async fn every_flipped_byte_is_found() {
    let (folder, archive) = archive();
    let answer = answer(br#"[{"indicator":127,"region":46,"year":2023,"value":674500}]"#);
    let hash = &answer.snapshot.hash;
    archive.keep(&answer, None).await.unwrap();
    let whole = fs::read(only_body(&folder)).unwrap();
    for position in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[position] ^= 0x20;
        damage(&archive, hash, damaged).await;
        // A flip in the frame's own header may leave the content whole; then it is right.
        match archive.read(hash).await {
            Ok(body) => assert_eq!(body, answer.body, "{position}"),
            Err(error) => {
                let text = error.to_string();
                assert!(text.contains(&hash.to_string()), "{text}");
                assert!(text.contains("hint:"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn other_bytes_under_a_hash_are_found() {
    let (_folder, archive) = archive();
    let answer = answer(b"[]");
    archive.keep(&answer, None).await.unwrap();
    let other = zstd::bulk::compress(b"[ ]", 3).unwrap();
    damage(&archive, &answer.snapshot.hash, other).await;
    let error = archive.read(&answer.snapshot.hash).await.unwrap_err();
    let ArchiveError::Damaged { found, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(found, ContentHash::of(b"[ ]"));
}

#[tokio::test]
async fn a_mislabelled_answer_is_not_kept() {
    let (folder, archive) = archive();
    let mut answer = answer(b"[]");
    answer.body = Bytes::from_static(b"[ ]");
    let error = archive.keep(&answer, None).await.unwrap_err();
    assert!(matches!(error, ArchiveError::Mislabelled { .. }), "{error}");
    assert!(files(folder.path()).is_empty());
}

#[tokio::test]
async fn the_cap_holds_both_ways_to_the_byte() {
    let (folder, roomy) = archive();
    let tight = Archive {
        largest: 1000,
        ..roomy.clone()
    };
    let (fits, exceeds) = (answer(&[b' '; 1000]), answer(&[b' '; 1001]));
    tight.keep(&fits, None).await.unwrap();
    tight.read(&fits.snapshot.hash).await.unwrap();
    let before = files(folder.path());
    let error = tight.keep(&exceeds, None).await.unwrap_err();
    assert!(matches!(error, ArchiveError::TooLarge { .. }), "{error}");
    assert_eq!(files(folder.path()), before);

    roomy.keep(&exceeds, None).await.unwrap();
    let error = tight.read(&exceeds.snapshot.hash).await.unwrap_err();
    assert!(matches!(error, ArchiveError::TooLarge { .. }), "{error}");
}

#[tokio::test]
async fn a_sweep_is_recorded_whole_and_never_overwritten() {
    let (folder, archive) = archive();
    let moment: Timestamp = MOMENT.parse().unwrap();
    let sweep = SweepId::new(&"sotkanet".parse().unwrap(), moment);
    let snapshots = [answer(b"[]").snapshot, answer(b"[{}]").snapshot];
    archive.record_sweep(&sweep, &snapshots[..1]).await.unwrap();
    archive.record_sweep(&sweep, &snapshots[..1]).await.unwrap();
    assert_eq!(files(folder.path()).len(), 1);
    // Resumed, with more to tell.
    archive.record_sweep(&sweep, &snapshots).await.unwrap();
    archive.record_sweep(&sweep, &snapshots).await.unwrap();

    let mut recorded: Vec<Vec<Snapshot>> = files(folder.path())
        .iter()
        .map(|path| {
            let compressed = fs::read(folder.path().join(path)).unwrap();
            let lines = zstd::bulk::decompress(&compressed, 1 << 20).unwrap();
            let lines = String::from_utf8(lines).unwrap();
            let parse = |line| serde_json::from_str(line).unwrap();
            lines.lines().map(parse).collect()
        })
        .collect();
    recorded.sort_by_key(Vec::len);
    assert_eq!(recorded, [snapshots[..1].to_vec(), snapshots.to_vec()]);
}

#[tokio::test]
async fn a_sweep_that_names_no_place_is_turned_down() {
    let (folder, archive) = archive();
    for id in ["", "sotkanet", "20261121T051507Z-../x", "2026-sotkanet"] {
        let sweep: SweepId = serde_json::from_value(id.into()).unwrap();
        let error = archive.record_sweep(&sweep, &[]).await.unwrap_err();
        assert!(matches!(error, ArchiveError::SweepId { .. }), "{error}");
    }
    assert!(files(folder.path()).is_empty());
}

#[test]
fn a_name_becomes_a_file_name_that_is_its_own() {
    assert_eq!(slug("127"), "127");
    let odd = ["a/b", "a-b", "A-b", "a b", "../../b", "ä", "Ä"];
    let mut slugs: Vec<String> = odd.iter().map(|name| slug(name)).collect();
    slugs.extend(["x".repeat(48), "x".repeat(49), "x".repeat(200)].map(|name| slug(&name)));
    for slug in &slugs {
        assert!(
            slug.len() <= 61 && !slug.contains(['/', '\\', ' ']),
            "{slug}"
        );
        assert!(!slug.starts_with('.'), "{slug}");
    }
    slugs.sort();
    slugs.dedup();
    assert_eq!(slugs.len(), 10);
}

/// Three answers of one sweep, as they are kept.
async fn three_answers(archive: &Archive) -> Vec<Answer> {
    let answers = [b"[1]", b"[2]", b"[3]"].map(|body| answer(body));
    for answer in &answers {
        archive.keep(answer, None).await.unwrap();
    }
    let sweep = SweepId::new(&"sotkanet".parse().unwrap(), MOMENT.parse().unwrap());
    let snapshots: Vec<_> = answers
        .iter()
        .map(|answer| answer.snapshot.clone())
        .collect();
    archive.record_sweep(&sweep, &snapshots).await.unwrap();
    answers.to_vec()
}

fn write(path: &FilePath, bytes: &[u8]) {
    fs::File::create(path).unwrap().write_all(bytes).unwrap();
}

fn body_of(folder: &TempDir, answer: &Answer) -> PathBuf {
    let path = body_path(&answer.snapshot.hash);
    folder.path().join(path.as_ref())
}

#[tokio::test]
async fn a_look_over_a_whole_archive_finds_no_fault_and_changes_nothing() {
    let (folder, archive) = archive();
    let none = archive.check(&|| ()).await.unwrap();
    assert_eq!((none.objects, none.records), (0, 0));
    three_answers(&archive).await;
    // Not ours to judge.
    write(&folder.path().join("raw/sha256/notes.txt"), b"a note");
    let before = files(folder.path());
    let seen = std::sync::atomic::AtomicU64::new(0);
    let check = archive
        .check(&|| {
            seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        })
        .await
        .unwrap();
    assert!(check.faults.is_empty(), "{:?}", check.faults);
    // The records of three answers, and one of the sweep.
    assert_eq!((check.objects, check.records), (3, 4));
    assert_eq!(seen.into_inner(), 7);
    assert_eq!(files(folder.path()), before);
}

#[tokio::test]
async fn a_look_over_the_archive_names_what_is_damaged_and_what_is_gone() {
    let (folder, archive) = archive();
    let answers = three_answers(&archive).await;
    // One was replaced by other bytes, one lost its end, one is gone.
    let other = zstd::bulk::compress(b"[4]", LEVEL).unwrap();
    write(&body_of(&folder, &answers[0]), &other);
    let whole = fs::read(body_of(&folder, &answers[1])).unwrap();
    write(&body_of(&folder, &answers[1]), &whole[..whole.len() - 4]);
    fs::remove_file(body_of(&folder, &answers[2])).unwrap();
    let check = archive.check(&|| ()).await.unwrap();
    assert_eq!(check.objects, 2);
    // Each once, although the sweep's record names it again.
    assert_eq!(check.faults.len(), 3, "{:?}", check.faults);
    for (answer, is_it) in answers.iter().zip([
        (|error| matches!(error, ArchiveError::Damaged { .. })) as fn(&ArchiveError) -> bool,
        |error| matches!(error, ArchiveError::Undecodable { .. }),
        |error| matches!(error, ArchiveError::Missing { .. }),
    ]) {
        let mut faults = check.faults.iter();
        let fault = faults.find(|fault| fault.record.as_ref() == Some(&answer.snapshot));
        assert!(is_it(&fault.unwrap().error), "{fault:?}");
    }
}

#[tokio::test]
async fn a_record_that_is_no_record_is_a_fault() {
    let (folder, archive) = archive();
    three_answers(&archive).await;
    let mut records = files(folder.path());
    records.retain(|path| path.to_string_lossy().ends_with(".json"));
    write(&folder.path().join(&records[0]), b"{\"source\": \"sotka");
    let check = archive.check(&|| ()).await.unwrap();
    let error = &check.faults[0].error;
    assert!(
        matches!(error, ArchiveError::Unreadable { .. }),
        "{error:?}"
    );
    assert_eq!(check.faults.len(), 1);
}

#[tokio::test]
async fn the_records_of_a_hash_tell_how_its_answer_came() {
    let (_folder, archive) = archive();
    let answers = three_answers(&archive).await;
    // The same bytes to another question.
    let mut again = answers[0].clone();
    again.snapshot.source_indicator = Some("181".parse().unwrap());
    archive.keep(&again, None).await.unwrap();
    let hash = answers[0].snapshot.hash;
    let unknown = ContentHash::of(b"never kept");
    let records = archive.records_of(&[hash, unknown].into()).await.unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(
        records[&hash],
        [answers[0].snapshot.clone(), again.snapshot]
    );
}
