//! The ledger by itself: migrations, and what one transaction makes true.

use botnia::engine::ledger::{AnswerPlace, Completion, Ledger, LedgerError};
use botnia_model::{AnswerRole, ContentHash, Event, SweepId};
use jiff::Timestamp;

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).expect("a moment")
}

async fn open(folder: &std::path::Path) -> Result<Ledger, LedgerError> {
    Ledger::open(&format!("sqlite:{}", folder.join("state.db").display())).await
}

#[tokio::test]
async fn a_newer_layout_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    open(folder.path()).await.expect("a ledger").close().await;
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("state.db"));
    let pool = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("a pool");
    sqlx::raw_sql("PRAGMA user_version = 99")
        .execute(&pool)
        .await
        .expect("set");
    pool.close().await;
    let error = open(folder.path()).await.expect_err("a newer layout");
    assert!(matches!(error, LedgerError::Newer { found: 99, .. }));
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[tokio::test]
async fn fencing_tokens_only_grow() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(folder.path()).await.expect("a ledger");
    let source = "sotkanet".parse().expect("a source");
    let mut last = 0;
    for second in 0..5 {
        let sweep = SweepId::new(&source, moment(second));
        let token = ledger
            .begin_sweep(&sweep, &source, moment(second))
            .await
            .expect("a token");
        assert!(token > last);
        last = token;
    }
    ledger.close().await;
    let ledger = open(folder.path()).await.expect("a ledger");
    let sweep = SweepId::new(&source, moment(9));
    assert!(
        ledger
            .begin_sweep(&sweep, &source, moment(9))
            .await
            .expect("a token")
            > last
    );
}

#[tokio::test]
async fn an_answer_is_as_old_as_its_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(folder.path()).await.expect("a ledger");
    let place = AnswerPlace {
        source: "sotkanet".parse().expect("a source"),
        role: AnswerRole::Regions,
        source_indicator: None,
        part: 0,
    };
    let record = async |bytes: &[u8], second| {
        let event = Event::SnapshotArchived {
            sweep: SweepId::new(&place.source, moment(second)),
            indicator: None,
            snapshot: ContentHash::of(bytes),
        };
        let done = Completion {
            answers: vec![(place.clone(), ContentHash::of(bytes))],
            events: vec![event],
            ..Completion::default()
        };
        ledger
            .complete(moment(second), &done)
            .await
            .expect("recorded");
        ledger
            .latest_answer(&place)
            .await
            .expect("read")
            .expect("an answer")
            .since
    };
    assert_eq!(record(b"a", 1).await, moment(1));
    assert_eq!(record(b"a", 2).await, moment(1));
    assert_eq!(record(b"b", 3).await, moment(3));
    assert_eq!(ledger.events().await.expect("events").len(), 3);
}

#[tokio::test]
async fn a_slot_is_decided_once_even_within_its_own_second() {
    use botnia::engine::schedule::{Action, Due, SlotId};

    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(folder.path()).await.expect("a ledger");
    let source = "sotkanet".parse().expect("a source");
    let slot: Timestamp = "2026-11-21T03:15:00Z".parse().expect("a slot");
    let within = "2026-11-21T03:15:00.2Z".parse().expect("a moment");
    let due = Due {
        slot,
        action: Action::Run,
    };
    assert!(ledger.decide(&source, due, within).await.expect("decided"));
    assert!(
        !ledger
            .decide(&source, due, within)
            .await
            .expect("decided before")
    );
    assert_eq!(
        ledger.last_decided(&source, within).await.expect("read"),
        Some(slot)
    );
    // A slot that lies ahead, decided by a clock that was ahead, does not count yet.
    let before = "2026-11-21T03:14:59.9Z".parse().expect("a moment");
    assert_eq!(
        ledger.last_decided(&source, before).await.expect("read"),
        None
    );

    let later: Timestamp = "2026-11-22T03:15:00Z".parse().expect("a slot");
    let due = Due { slot: later, ..due };
    assert!(ledger.decide(&source, due, later).await.expect("decided"));
    let interrupted = ledger
        .interrupted(&source)
        .await
        .expect("read")
        .expect("a slot");
    assert_eq!(interrupted.to_string(), "sotkanet@2026-11-22T03:15:00Z");
    let done = SlotId {
        source: source.clone(),
        slot: later,
    };
    ledger.finish_slot(&done, later).await.expect("finished");
    assert_eq!(ledger.interrupted(&source).await.expect("read"), None);
}
