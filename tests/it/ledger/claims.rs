//! Jobs are handed out to one worker at a time.

use std::collections::BTreeSet;

use botnia::engine::job::{JobState, RunId, Task};
use botnia::engine::ledger::{Completion, LedgerError};
use botnia_model::Event;

use super::place::{
    LEASE, Place, again, at, begin, claim, claimed, done, failure, finish, indicator, new,
    only_job, plan, plan_of, source, sweep,
};

pub(super) async fn every_job_goes_to_exactly_one_claimer(place: &Place) {
    let ledgers = place.open_several().await;
    let tasks: Vec<Task> = (0..200).map(indicator).collect();
    let run = begin(&ledgers[0], 0, &tasks).await;
    let claimers = (0..20).map(|number| {
        let ledger = ledgers[number % ledgers.len()].clone();
        tokio::spawn(async move {
            let mut leases = Vec::new();
            while let Some(lease) = ledger
                .claim(&format!("worker {number}"), Some(run), at(0), LEASE)
                .await
                .expect("an answer")
            {
                leases.push(lease);
            }
            leases
        })
    });
    let mut jobs = Vec::new();
    let mut tokens = BTreeSet::new();
    for leases in futures::future::join_all(claimers).await {
        for lease in leases.expect("no panic") {
            assert_eq!(lease.attempt, 1);
            jobs.push(lease.job);
            tokens.insert(lease.token);
        }
    }
    assert_eq!(jobs.len(), 200);
    let different: BTreeSet<_> = jobs.into_iter().collect();
    assert_eq!(different.len(), 200);
    assert_eq!(tokens.len(), 200);
}

pub(super) async fn who_lost_the_lease_is_refused_and_writes_nothing(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[plan()]).await;
    let late = claim(&ledger, 0).await;
    assert_eq!(claimed(&ledger, 59).await, None);
    let present = claim(&ledger, 60).await;
    assert_eq!(present.job, late.job);
    assert!(present.token > late.token);
    assert_eq!(present.attempt, 2);

    let refused = |result: Result<(), LedgerError>| {
        assert!(
            matches!(&result, Err(LedgerError::LeaseLost { job }) if *job == late.job),
            "{result:?}"
        );
    };
    refused(ledger.heartbeat(&late, at(61), LEASE).await);
    refused(ledger.give_back(&late, at(61)).await);
    let brought = Completion {
        division: Some((source(), botnia_model::ContentHash::of(b"division"))),
        events: vec![Event::SweepFinished {
            sweep: sweep(),
            release: None,
        }],
        jobs: vec![new(indicator(127))],
        outbox: vec!["{}".to_owned()],
        ..Completion::default()
    };
    refused(ledger.finish(at(61), &late, &done(), &brought).await);
    assert_eq!(ledger.division_since(&source()).await.expect("read"), None);
    assert_eq!(ledger.events().await.expect("events"), []);
    assert_eq!(ledger.outbox().await.expect("outbox"), []);
    assert_eq!(only_job(&ledger, run).await.state, JobState::Running);

    // The one that holds it goes on as if nothing had been.
    ledger
        .heartbeat(&present, at(62), LEASE)
        .await
        .expect("held");
    finish(&ledger, 63, &present, &done()).await;
    refused(ledger.finish(at(64), &late, &done(), &brought).await);
    assert_eq!(only_job(&ledger, run).await.state, JobState::Done);
}

pub(super) async fn an_expired_lease_that_nobody_took_over_is_still_held(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[plan()]).await;
    let lease = claim(&ledger, 0).await;
    ledger
        .heartbeat(&lease, at(100), LEASE)
        .await
        .expect("held");
    assert_eq!(claimed(&ledger, 159).await, None);
    finish(&ledger, 500, &lease, &done()).await;
    assert_eq!(only_job(&ledger, run).await.state, JobState::Done);
}

pub(super) async fn a_job_whose_worker_vanishes_again_and_again_is_dead(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[plan()]).await;
    for (second, attempt) in [(0, 1), (60, 2), (120, 3)] {
        assert_eq!(claim(&ledger, second).await.attempt, attempt);
    }
    assert_eq!(claimed(&ledger, 180).await, None);
    let job = only_job(&ledger, run).await;
    assert_eq!(job.state, JobState::Dead);
    assert_eq!(job.worker, None);
    let why = job.failure.expect("a failure");
    assert_eq!(why.remedy, "engine");
    assert_eq!(why.message, "its worker vanished 3 times");
    assert_eq!(why.since, at(180));
    let dead = ledger.dead_jobs().await.expect("dead jobs");
    assert_eq!(dead.len(), 1);
    let events = ledger.events().await.expect("events");
    assert_eq!(
        events,
        [Event::JobDied {
            job: job.job.0,
            subject: "sotkanet".to_owned(),
            remedy: "engine".to_owned(),
        }]
    );
}

pub(super) async fn a_verdict_in_between_forgives_vanished_workers(place: &Place) {
    let ledger = place.open().await;
    begin(&ledger, 0, &[plan()]).await;
    claim(&ledger, 0).await;
    claim(&ledger, 60).await;
    let lease = claim(&ledger, 120).await;
    finish(&ledger, 121, &lease, &again(121, 130)).await;
    claim(&ledger, 130).await;
    claim(&ledger, 190).await;
    assert_eq!(claim(&ledger, 250).await.attempt, 6);
    assert_eq!(claimed(&ledger, 310).await, None);
    // It failed before its workers vanished, and so since then.
    let dead = ledger.dead_jobs().await.expect("dead jobs");
    assert_eq!(
        dead[0].failure.as_ref().map(|failure| failure.since),
        Some(at(121))
    );
}

pub(super) async fn what_is_given_back_counts_no_attempt(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[plan()]).await;
    let lease = claim(&ledger, 0).await;
    ledger.give_back(&lease, at(1)).await.expect("given back");
    let job = only_job(&ledger, run).await;
    assert_eq!(
        (job.state, job.attempts, job.worker),
        (JobState::Ready, 0, None)
    );
    let next = claim(&ledger, 1).await;
    assert_eq!(next.attempt, 1);
    assert!(next.token > lease.token);
}

pub(super) async fn runs_come_in_their_order_and_plans_before_indicators(place: &Place) {
    let ledger = place.open().await;
    let first = begin(&ledger, 0, &[indicator(2), indicator(1), plan()]).await;
    let announce = Task::Announce {
        release: botnia_model::ReleaseNumber::FIRST,
    };
    let second = begin(&ledger, 0, &[announce.clone(), indicator(3)]).await;
    let lease = ledger.claim("worker", Some(second), at(0), LEASE).await;
    assert_eq!(
        lease.expect("an answer").expect("a job").task,
        indicator(3),
        "of its run only"
    );
    let mut order = Vec::new();
    while let Some(lease) = claimed(&ledger, 0).await {
        order.push((lease.run, lease.task));
    }
    let expected: [(RunId, Task); 4] = [
        (first, plan()),
        (first, indicator(2)),
        (first, indicator(1)),
        (second, announce),
    ];
    assert_eq!(order, expected);
}

pub(super) async fn a_retry_waits_for_its_moment(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[plan_of(&["127"])]).await;
    let lease = claim(&ledger, 0).await;
    assert_eq!(lease.failing_since, None);
    finish(&ledger, 5, &lease, &again(5, 95)).await;
    assert_eq!(claimed(&ledger, 94).await, None);
    assert_eq!(
        ledger.next_due(None, at(5)).await.expect("read"),
        Some(at(95))
    );
    assert_eq!(
        ledger.next_due(Some(run), at(95)).await.expect("read"),
        None,
        "claimable already"
    );
    let job = only_job(&ledger, run).await;
    assert_eq!(job.not_before, at(95));
    assert_eq!(job.failure, Some(failure(5)));
    let lease = claim(&ledger, 95).await;
    assert_eq!(lease.attempt, 2);
    assert_eq!(lease.failing_since, Some(at(5)));
    // Success ends the failure.
    finish(&ledger, 96, &lease, &done()).await;
    assert_eq!(only_job(&ledger, run).await.failure, None);
}

pub(super) async fn the_end_of_a_lease_is_due(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[plan()]).await;
    let other = begin(&ledger, 0, &[Task::Release]).await;
    assert_eq!(ledger.next_due(None, at(0)).await.expect("read"), None);
    let lease = claim(&ledger, 0).await;
    assert_eq!(lease.run, run);
    assert_eq!(
        ledger.next_due(None, at(0)).await.expect("read"),
        Some(at(60))
    );
    assert_eq!(
        ledger.next_due(Some(other), at(0)).await.expect("read"),
        None
    );
    finish(&ledger, 1, &lease, &done()).await;
    // A release that is held keeps the releases of other runs waiting.
    claim(&ledger, 10).await;
    let third = begin(&ledger, 11, &[Task::Release]).await;
    assert_eq!(
        ledger.next_due(Some(third), at(11)).await.expect("read"),
        Some(at(70))
    );
}

pub(super) async fn the_fence_is_raised_and_never_lowered(place: &Place) {
    let ledger = place.open().await;
    begin(&ledger, 0, &[indicator(1), indicator(2), indicator(3)]).await;
    assert_eq!(claim(&ledger, 0).await.token, 1);
    ledger.raise_fence(700).await.expect("raised");
    assert_eq!(claim(&ledger, 0).await.token, 701);
    ledger.raise_fence(12).await.expect("not lowered");
    assert_eq!(claim(&ledger, 0).await.token, 702);
}
