//! When a release may be made.

use botnia::engine::job::{Lease, Task, TaskKind};
use botnia::engine::ledger::Completion;

use super::place::{
    LEASE, Place, again, at, begin, claim, claimed, done, failure, finish, indicator, new, plan,
};

pub(super) async fn a_release_waits_until_everything_was_tried(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[plan(), Task::Release]).await;
    let planned = claim(&ledger, 0).await;
    assert_eq!(planned.task.kind(), TaskKind::Plan);
    assert_eq!(claimed(&ledger, 0).await, None, "the plan runs");
    let adds = Completion {
        jobs: vec![new(indicator(1)), new(indicator(2)), new(Task::Release)],
        ..Completion::default()
    };
    ledger
        .finish(at(1), &planned, &done(), &adds)
        .await
        .expect("planned");
    assert_eq!(ledger.run_jobs(run).await.expect("jobs").len(), 4);
    let first = claim(&ledger, 2).await;
    let second = claim(&ledger, 2).await;
    assert_eq!(claimed(&ledger, 2).await, None, "both run");
    finish(&ledger, 3, &first, &done()).await;
    assert_eq!(claimed(&ledger, 3).await, None, "one runs");
    ledger.give_back(&second, at(3)).await.expect("given back");
    let second = claim(&ledger, 4).await;
    assert_eq!(second.task, indicator(2), "it was not tried yet");
    let dead = botnia::engine::job::Verdict::Dead(failure(4));
    finish(&ledger, 4, &second, &dead).await;
    assert_eq!(claim(&ledger, 5).await.task, Task::Release);
}

pub(super) async fn a_retry_that_waits_does_not_hold_the_release(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[indicator(1), Task::Release]).await;
    // Indicators of another run hold nothing either.
    begin(&ledger, 0, &[indicator(9)]).await;
    let fails = claim(&ledger, 0).await;
    finish(&ledger, 1, &fails, &again(1, 600)).await;
    let release = claim(&ledger, 2).await;
    assert_eq!((release.run, &release.task), (run, &Task::Release));
}

pub(super) async fn two_releases_are_never_held_at_once(place: &Place) {
    let ledgers = place.open_several().await;
    // Each waits for an indicator of its own: one that waits for nothing but a worker would
    // be superseded by the next.
    let mut runs = Vec::new();
    for number in 0..8 {
        let tasks = [indicator(100 + number), Task::Release];
        runs.push(begin(&ledgers[0], 0, &tasks).await);
    }
    for run in runs {
        let tried = ledgers[0].claim("worker", Some(run), at(1), LEASE).await;
        let tried = tried.expect("an answer").expect("its indicator");
        finish(&ledgers[0], 2, &tried, &done()).await;
    }
    for round in 0..8 {
        let claimers = (0..12).map(|number| {
            let ledger = ledgers[number % ledgers.len()].clone();
            tokio::spawn(async move { claimed(&ledger, 10).await })
        });
        let held: Vec<Lease> = futures::future::join_all(claimers)
            .await
            .into_iter()
            .filter_map(|lease| lease.expect("no panic"))
            .collect();
        assert_eq!(held.len(), 1, "round {round}: {held:?}");
        finish(&ledgers[1], 11, &held[0], &done()).await;
    }
    assert_eq!(claimed(&ledgers[0], 12).await, None);
}

pub(super) async fn a_release_whose_worker_vanished_is_taken_over(place: &Place) {
    let ledger = place.open().await;
    let first = begin(&ledger, 0, &[Task::Release]).await;
    let second = begin(&ledger, 0, &[Task::Release]).await;
    let vanished = claim(&ledger, 0).await;
    let other = ledger.claim("other", Some(second), at(59), LEASE).await;
    assert_eq!(other.expect("an answer"), None);
    // Whoever works for the second run alone must not wait for ever for the first.
    let other = ledger.claim("other", Some(second), at(60), LEASE).await;
    assert_eq!(other.expect("an answer").expect("a job").run, second);
    ledger
        .heartbeat(&vanished, at(61), LEASE)
        .await
        .expect_err("taken back");
    let waits = ledger.claim("third", Some(first), at(61), LEASE).await;
    assert_eq!(waits.expect("an answer"), None);
}

/// What was accepted is released once: a release that waits for nothing but a worker, as
/// after a crash, gives way to the one of a later run.
pub(super) async fn a_later_release_stands_for_those_that_only_wait(place: &Place) {
    let ledger = place.open().await;
    let abandoned = begin(&ledger, 0, &[Task::Release]).await;
    let untried = begin(&ledger, 0, &[indicator(1), Task::Release]).await;
    let later = begin(&ledger, 1, &[indicator(2), Task::Release]).await;
    let open: Vec<_> = ledger.open_jobs().await.expect("read");
    let releases = open.iter().filter(|job| job.task == Task::Release);
    let runs: Vec<_> = releases.map(|job| job.run).collect();
    assert_eq!(runs, [untried, later]);
    assert!(!ledger.is_active(abandoned, at(1)).await.expect("read"));
}
