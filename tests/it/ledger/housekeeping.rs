//! The ledger stays small and sound.

use std::io::{Seek as _, SeekFrom, Write as _};

use botnia::engine::job::{RunId, Task, Verdict};
use botnia::engine::ledger::{
    AnswerPlace, Completion, Failure, Ledger, SeriesChange, SweepOutcome,
};
use botnia::engine::schedule::{Action, Due};
use botnia_model::{AnswerRole, ContentHash, Event, ReleaseNumber, SourceId, SweepId};

use super::place::{
    Place, at, begin, claim, done, failure, finish, indicator, plan, source, subjects,
};

const DAY: i64 = 86_400;

/// A sweep of `source` that began and ended on this day.
async fn swept(ledger: &Ledger, source: &SourceId, day: i64) -> SweepId {
    let sweep = SweepId::new(source, at(day * DAY));
    let run = begin(ledger, day * DAY, &[]).await;
    ledger
        .begin_sweep(&sweep, source, run, at(day * DAY))
        .await
        .expect("begun");
    let ended = Completion {
        finished_sweeps: vec![(sweep.clone(), SweepOutcome::default())],
        ..Completion::default()
    };
    ledger
        .complete(at(day * DAY + 60), &ended)
        .await
        .expect("ended");
    sweep
}

/// A slot of this day, which ran a release.
async fn slot(ledger: &Ledger, day: i64) {
    let due = Due {
        slot: at(day * DAY),
        action: Action::Run,
    };
    ledger
        .decide(&source(), due, at(day * DAY), &[Task::Release])
        .await
        .expect("decided");
    let lease = claim(ledger, day * DAY).await;
    finish(ledger, day * DAY + 1, &lease, &done()).await;
}

fn regions() -> AnswerPlace {
    AnswerPlace {
        source: source(),
        role: AnswerRole::Regions,
        source_indicator: None,
        part: 0,
    }
}

/// Something of everything that is known and happened, on day 0.
async fn know(ledger: &Ledger, sweep: &SweepId) {
    let hash = ContentHash::of(b"answer");
    let known = Completion {
        answers: vec![(regions(), hash)],
        division: Some((source(), hash)),
        series: Some((
            "sotkanet:127".parse().expect("an indicator"),
            SeriesChange::Failed(Failure {
                remedy: "refused".to_owned(),
                message: "no".to_owned(),
                since: at(0),
            }),
        )),
        events: vec![
            Event::FetchFailed {
                sweep: sweep.clone(),
                indicator: None,
                remedy: "refused".to_owned(),
            },
            Event::ReleaseCommitted {
                release: ReleaseNumber::FIRST,
                manifest: hash,
            },
            Event::IndicatorHeld {
                sweep: sweep.clone(),
                indicator: "sotkanet:127".parse().expect("an indicator"),
                reason: "rows_lost".to_owned(),
            },
        ],
        outbox: vec!["{\"delivered\":1}".to_owned(), "{\"waits\":1}".to_owned()],
        ..Completion::default()
    };
    ledger.complete(at(3), &known).await.expect("recorded");
    let delivered = Completion {
        delivered: vec![ledger.outbox().await.expect("outbox")[0].sequence],
        ..Completion::default()
    };
    ledger.complete(at(4), &delivered).await.expect("delivered");
}

/// A run of day 0: of its jobs one was done, one is dead, one was let go, one is open.
async fn old_run(ledger: &Ledger) -> RunId {
    let run = begin(
        ledger,
        0,
        &[indicator(1), indicator(2), indicator(3), indicator(4)],
    )
    .await;
    let ends = claim(ledger, 1).await;
    finish(ledger, 1, &ends, &done()).await;
    let dies = claim(ledger, 1).await;
    finish(ledger, 1, &dies, &Verdict::Dead(failure(1))).await;
    let goes = claim(ledger, 1).await;
    finish(ledger, 1, &goes, &Verdict::Dead(failure(1))).await;
    ledger.discard(goes.job, at(2), "gone").await.expect("gone");
    run
}

pub(super) async fn forgetting_keeps_what_it_must(place: &Place) {
    let ledger = place.open().await;
    let other: SourceId = "pxweb".parse().expect("a source");
    // Day 0 is forgotten, day 10 is not.
    swept(&ledger, &source(), 0).await;
    let newest = swept(&ledger, &source(), 10).await;
    let lonely = swept(&ledger, &other, 0).await;
    for day in [0, 1, 10] {
        slot(&ledger, day).await;
    }
    let old = old_run(&ledger).await;
    know(&ledger, &newest).await;

    let forgotten = ledger.forget(at(5 * DAY)).await.expect("forgotten");
    assert!(forgotten > 0);

    let sweeps = ledger.sweeps(9).await.expect("sweeps");
    let mut kept: Vec<_> = sweeps.iter().map(|record| &record.sweep).collect();
    kept.sort();
    assert_eq!(kept, [&lonely, &newest], "the newest of each source");
    // The slot before the limit tells that nothing of that time is to run again.
    assert_eq!(place.count("SELECT count(*) FROM slots").await, 2);
    assert_eq!(
        ledger
            .last_decided(&source(), at(9 * DAY))
            .await
            .expect("read"),
        Some(at(DAY))
    );
    assert_eq!(
        subjects(&ledger, old).await,
        ["sotkanet:2", "sotkanet:4"],
        "the dead and the open one"
    );
    let names: Vec<_> = ledger
        .events()
        .await
        .expect("events")
        .iter()
        .map(Event::name)
        .collect();
    assert_eq!(
        names,
        [
            "sweep_started",
            "sweep_finished",
            "job_died",
            "job_died",
            "job_discarded",
            "release_committed",
            "indicator_held",
        ]
    );
    let outbox = ledger.outbox().await.expect("outbox");
    assert_eq!(outbox[0].event, "{\"waits\":1}");
    assert_eq!(place.count("SELECT count(*) FROM outbox").await, 1);
    assert!(
        ledger
            .latest_answer(&regions())
            .await
            .expect("read")
            .is_some()
    );
    assert!(
        ledger
            .division_since(&source())
            .await
            .expect("read")
            .is_some()
    );
    assert_eq!(ledger.all_series().await.expect("series").len(), 1);
    // Runs: of the two sweeps and the two slots, and the one with open and dead jobs.
    assert_eq!(place.count("SELECT count(*) FROM runs").await, 5);
    assert_eq!(
        ledger.forget(at(5 * DAY)).await.expect("forgotten"),
        0,
        "nothing is left to forget"
    );
}

pub(super) async fn a_sound_ledger_has_no_damage(place: &Place) {
    let ledger = place.open().await;
    begin(&ledger, 0, &[plan()]).await;
    let damage = ledger.check_integrity().await.expect("looked");
    assert_eq!(damage, [""; 0]);
}

#[test]
fn a_damaged_file_is_noticed() {
    let place = Place::sqlite();
    place.check(async |place: &Place| {
        let ledger = place.open().await;
        let tasks: Vec<Task> = (0..500).map(indicator).collect();
        begin(&ledger, 0, &tasks).await;
        ledger.close().await;
        let path = place.file().expect("a file");
        let mut file = std::fs::File::options()
            .write(true)
            .open(&path)
            .expect("the file");
        let length = file.metadata().expect("its length").len();
        file.seek(SeekFrom::Start(length - 4096)).expect("a place");
        file.write_all(&[0xAB; 4096]).expect("damage");
        drop(file);
        let ledger = place.open().await;
        let damage = ledger.check_integrity().await.expect("looked");
        assert!(!damage.is_empty());
    });
}
