//! What a finished piece of work makes true.

use botnia::engine::job::{Fetching, JobResult, JobState, Task, Verdict};
use botnia::engine::ledger::{
    AnswerPlace, Completion, Failure, Ledger, LedgerError, OutboxEntry, SeriesChange, SweepOutcome,
};
use botnia_model::{AnswerRole, ContentHash, Event, IndicatorId, ReleaseNumber, SweepId};

use super::place::{
    LEASE, Place, at, begin, claim, done, failure, finish, indicator, new, only_job, plan, source,
    subjects, sweep,
};

fn regions() -> AnswerPlace {
    AnswerPlace {
        source: source(),
        role: AnswerRole::Regions,
        source_indicator: None,
        part: 0,
    }
}

fn id() -> IndicatorId {
    "sotkanet:127".parse().expect("an indicator")
}

/// A bit of everything.
fn everything() -> Completion {
    Completion {
        answers: vec![(regions(), ContentHash::of(b"regions"))],
        division: Some((source(), ContentHash::of(b"division"))),
        series: Some((
            id(),
            SeriesChange::Failed(Failure {
                remedy: "unavailable".to_owned(),
                message: "the host did not answer".to_owned(),
                since: at(1),
            }),
        )),
        events: vec![Event::SnapshotArchived {
            sweep: sweep(),
            indicator: None,
            snapshot: ContentHash::of(b"regions"),
        }],
        finished_sweeps: vec![(
            sweep(),
            SweepOutcome {
                failed: 1,
                release: Some(ReleaseNumber::FIRST),
                ..SweepOutcome::default()
            },
        )],
        jobs: vec![
            botnia::engine::job::NewJob {
                sweep: Some(sweep()),
                task: indicator(127),
            },
            new(Task::Release),
        ],
        selected: None,
        released: Some((ReleaseNumber::FIRST, ContentHash::of(b"manifest"))),
        outbox: vec!["{\"id\":\"1\"}".to_owned(), "{\"id\":\"2\"}".to_owned()],
        delivered: Vec::new(),
    }
}

pub(super) async fn a_completion_becomes_true_at_once(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[plan()]).await;
    let lease = claim(&ledger, 0).await;
    ledger
        .begin_sweep(&sweep(), &source(), run, at(0))
        .await
        .expect("begun");
    ledger
        .begin_sweep(&sweep(), &source(), run, at(9))
        .await
        .expect("begun before: nothing changes");
    let result = JobResult::Planned {
        sweep: sweep(),
        indicators: 1,
        snapshots: Vec::new(),
    };
    ledger
        .finish(
            at(10),
            &lease,
            &Verdict::Done(result.clone()),
            &everything(),
        )
        .await
        .expect("finished");

    let answer = ledger.latest_answer(&regions()).await.expect("read");
    assert_eq!(
        answer.map(|answer| (answer.hash, answer.since)),
        Some((ContentHash::of(b"regions"), at(10)))
    );
    assert_eq!(
        ledger.division_since(&source()).await.expect("read"),
        Some(at(10))
    );
    let series = ledger.series(&id()).await.expect("read").expect("a series");
    assert_eq!(
        series.failure.expect("a failure").message,
        "the host did not answer"
    );
    let sweeps = ledger.sweeps(9).await.expect("sweeps");
    assert_eq!(
        (sweeps[0].started_at, sweeps[0].finished_at),
        (at(0), Some(at(10)))
    );
    assert_eq!(sweeps[0].outcome.as_ref().expect("an outcome").failed, 1);
    assert_eq!(
        ledger.events().await.expect("events"),
        [
            Event::SweepStarted {
                sweep: sweep(),
                source: source()
            },
            everything().events.remove(0),
            Event::SweepFinished {
                sweep: sweep(),
                release: Some(ReleaseNumber::FIRST)
            },
        ]
    );
    let jobs = ledger.run_jobs(run).await.expect("jobs");
    let states: Vec<_> = jobs.iter().map(|job| job.state).collect();
    assert_eq!(states, [JobState::Done, JobState::Ready, JobState::Ready]);
    assert_eq!(jobs[0].result, Some(result));
    assert_eq!(jobs[1].sweep, Some(sweep()));

    let outbox = ledger.outbox().await.expect("outbox");
    let texts: Vec<_> = outbox.iter().map(|entry| entry.event.as_str()).collect();
    assert_eq!(texts, ["{\"id\":\"1\"}", "{\"id\":\"2\"}"]);
    let delivered = Completion {
        delivered: vec![outbox[0].sequence],
        ..Completion::default()
    };
    ledger.complete(at(11), &delivered).await.expect("recorded");
    let left: Vec<OutboxEntry> = ledger.outbox().await.expect("outbox");
    assert_eq!(left, outbox[1..]);
}

pub(super) async fn a_completion_that_fails_in_the_middle_leaves_nothing(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[plan()]).await;
    let lease = claim(&ledger, 0).await;
    // Answers, division, series and events are written before the outbox is.
    place.execute("ALTER TABLE outbox RENAME TO gone").await;
    let error = ledger
        .finish(at(1), &lease, &done(), &everything())
        .await
        .expect_err("there is no outbox");
    assert!(matches!(error, LedgerError::Statement { .. }), "{error:?}");
    assert_eq!(ledger.latest_answer(&regions()).await.expect("read"), None);
    assert_eq!(ledger.division_since(&source()).await.expect("read"), None);
    assert_eq!(ledger.series(&id()).await.expect("read"), None);
    assert_eq!(ledger.events().await.expect("events"), []);
    assert!(ledger.event_counts().iter().all(|(_, count)| *count == 0));
    assert_eq!(only_job(&ledger, run).await.state, JobState::Running);
    place.execute("ALTER TABLE gone RENAME TO outbox").await;
    ledger
        .heartbeat(&lease, at(2), LEASE)
        .await
        .expect("still held");
    ledger
        .finish(at(2), &lease, &done(), &everything())
        .await
        .expect("finished");
    assert_eq!(ledger.events().await.expect("events").len(), 2);
}

pub(super) async fn only_a_job_can_add_jobs(place: &Place) {
    let ledger = place.open().await;
    let error = ledger
        .complete(at(0), &everything())
        .await
        .expect_err("there is no run");
    assert!(
        matches!(error, LedgerError::JobsWithoutRun { jobs: 2 }),
        "{error:?}"
    );
    assert_eq!(ledger.events().await.expect("events"), []);
}

pub(super) async fn an_answer_is_as_old_as_its_bytes(place: &Place) {
    let ledger = place.open().await;
    assert_eq!(record(&ledger, b"a", 1).await, (at(1), at(1)));
    assert_eq!(record(&ledger, b"a", 2).await, (at(1), at(1)));
    assert_eq!(record(&ledger, b"b", 3).await, (at(3), at(3)));
}

/// Since when the answer and the division have been what they are.
async fn record(ledger: &Ledger, bytes: &[u8], second: i64) -> (jiff::Timestamp, jiff::Timestamp) {
    let seen = Completion {
        answers: vec![(regions(), ContentHash::of(bytes))],
        division: Some((source(), ContentHash::of(bytes))),
        ..Completion::default()
    };
    ledger.complete(at(second), &seen).await.expect("recorded");
    let answer = ledger.latest_answer(&regions()).await.expect("read");
    let division = ledger.division_since(&source()).await.expect("read");
    (
        answer.expect("an answer").since,
        division.expect("a division"),
    )
}

pub(super) async fn a_new_attempt_supersedes_a_dead_letter(place: &Place) {
    let ledger = place.open().await;
    let first = begin(&ledger, 0, &[indicator(127), indicator(181)]).await;
    for _ in 0..2 {
        let lease = claim(&ledger, 0).await;
        finish(&ledger, 1, &lease, &Verdict::Dead(failure(1))).await;
    }
    assert_eq!(ledger.dead_jobs().await.expect("dead jobs").len(), 2);

    let planned = begin(&ledger, 2, &[plan()]).await;
    let lease = claim(&ledger, 2).await;
    let anew = Task::Indicator {
        indicator: id(),
        regions: Some(ContentHash::of(b"other regions")),
        version: None,
        fetching: Fetching::Everything,
    };
    let adds = Completion {
        jobs: vec![new(anew.clone())],
        ..Completion::default()
    };
    ledger
        .finish(at(3), &lease, &done(), &adds)
        .await
        .expect("planned");
    assert_eq!(subjects(&ledger, first).await, ["sotkanet:181"]);
    let lease = claim(&ledger, 3).await;
    assert_eq!((lease.run, &lease.task), (planned, &anew));

    // While it runs nothing is added beside it; while it waits the new task replaces it.
    begin(&ledger, 4, &[indicator(127)]).await;
    assert_eq!(ledger.open_jobs().await.expect("open jobs").len(), 1);
}

pub(super) async fn events_are_counted_once_they_are_facts(place: &Place) {
    let ledger = place.open().await;
    begin(&ledger, 0, &[plan()]).await;
    let lease = claim(&ledger, 0).await;
    let events = Completion {
        events: vec![
            Event::SweepStarted {
                sweep: SweepId::new(&source(), at(0)),
                source: source(),
            },
            Event::ReleaseAnnounced {
                release: ReleaseNumber::FIRST,
            },
            Event::ReleaseAnnounced {
                release: ReleaseNumber::FIRST,
            },
        ],
        ..Completion::default()
    };
    ledger
        .finish(at(1), &lease, &Verdict::Dead(failure(1)), &events)
        .await
        .expect("finished");
    ledger
        .finish(at(1), &lease, &done(), &events)
        .await
        .expect_err("finished before");
    let happened: Vec<_> = ledger
        .event_counts()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(
        happened,
        [
            ("sweep_started", 1),
            ("job_died", 1),
            ("release_announced", 2)
        ]
    );
    assert_eq!(ledger.event_counts().len(), Event::NAMES.len());
}

#[test]
fn an_event_is_named_as_in_its_json() {
    let (sweep, source, indicator) = (sweep(), source(), id());
    let (hash, release) = (ContentHash::of(b"bytes"), ReleaseNumber::FIRST);
    let word = || "word".to_owned();
    let events = [
        Event::SweepStarted {
            sweep: sweep.clone(),
            source,
        },
        Event::SnapshotArchived {
            sweep: sweep.clone(),
            indicator: None,
            snapshot: hash,
        },
        Event::SnapshotUnchanged {
            sweep: sweep.clone(),
            indicator: None,
            snapshot: hash,
        },
        Event::FetchFailed {
            sweep: sweep.clone(),
            indicator: None,
            remedy: word(),
        },
        Event::IndicatorNormalised {
            sweep: sweep.clone(),
            indicator: indicator.clone(),
            normalised: hash,
        },
        Event::IndicatorHeld {
            sweep: sweep.clone(),
            indicator: indicator.clone(),
            reason: word(),
        },
        Event::IndicatorWarned {
            sweep: sweep.clone(),
            indicator: indicator.clone(),
            reason: word(),
        },
        Event::IndicatorApproved {
            indicator: indicator.clone(),
            normalised: hash,
        },
        Event::IndicatorRejected {
            indicator,
            normalised: hash,
        },
        Event::ReleaseCommitted {
            release,
            manifest: hash,
        },
        Event::SweepFinished {
            sweep,
            release: None,
        },
        Event::JobDied {
            job: 1,
            subject: word(),
            remedy: word(),
        },
        Event::JobRetried {
            job: 1,
            subject: word(),
        },
        Event::JobDiscarded {
            job: 1,
            subject: word(),
        },
        Event::ReleaseAnnounced { release },
        Event::LedgerBegunAnew {
            release,
            indicators: 1,
        },
        Event::NotesImported {
            file: hash,
            added: 1,
            withdrawn: 0,
        },
    ];
    let names = events.each_ref().map(Event::name);
    assert_eq!(names, Event::NAMES);
    for event in events {
        let json = serde_json::to_value(&event).expect("JSON");
        assert_eq!(json["type"], event.name());
    }
}
