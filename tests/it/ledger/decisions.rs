//! What a person decides on jobs.

use botnia::engine::job::{JobId, JobState, Task, Verdict};
use botnia::engine::ledger::{Completion, LedgerError};
use botnia_model::Event;

use super::place::{
    Place, again, at, begin, claim, done, failure, finish, indicator, only_job, plan, source,
    subjects,
};

const GOES_ON: &str = "SELECT count(*) FROM runs WHERE finished_ms IS NULL";

pub(super) async fn a_dead_job_is_retried_and_gets_a_release(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[indicator(127)]).await;
    let lease = claim(&ledger, 0).await;
    finish(&ledger, 1, &lease, &Verdict::Dead(failure(1))).await;
    assert_eq!(place.count(GOES_ON).await, 0);

    let job = ledger.retry(lease.job, at(100)).await.expect("retried");
    assert_eq!(
        (job.state, job.attempts, job.not_before),
        (JobState::Ready, 0, at(100))
    );
    assert_eq!(subjects(&ledger, run).await, ["sotkanet:127", "release"]);
    assert_eq!(place.count(GOES_ON).await, 1, "its run goes on");
    assert_eq!(
        ledger.events().await.expect("events")[1..],
        [Event::JobRetried {
            job: job.job.0,
            subject: "sotkanet:127".to_owned()
        }]
    );
    let lease = claim(&ledger, 100).await;
    assert_eq!((lease.job, lease.attempt), (job.job, 1));
    assert_eq!(lease.failing_since, Some(at(1)));
    finish(&ledger, 101, &lease, &done()).await;
    let release = claim(&ledger, 101).await;
    assert_eq!(release.task, Task::Release);

    // A release that died is retried without another one.
    finish(&ledger, 102, &release, &Verdict::Dead(failure(102))).await;
    ledger.retry(release.job, at(103)).await.expect("retried");
    assert_eq!(subjects(&ledger, run).await, ["sotkanet:127", "release"]);
}

pub(super) async fn a_waiting_job_is_retried_at_once(place: &Place) {
    let ledger = place.open().await;
    begin(&ledger, 0, &[indicator(127)]).await;
    let lease = claim(&ledger, 0).await;
    finish(&ledger, 1, &lease, &again(1, 3600)).await;
    ledger.retry(lease.job, at(2)).await.expect("retried");
    assert_eq!(claim(&ledger, 2).await.job, lease.job);
}

pub(super) async fn a_job_is_discarded_with_a_note(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[indicator(127)]).await;
    let lease = claim(&ledger, 0).await;
    finish(&ledger, 1, &lease, &again(1, 3600)).await;
    let job = ledger
        .discard(lease.job, at(2), "the indicator is gone at the source")
        .await
        .expect("discarded");
    assert_eq!(job.state, JobState::Discarded);
    let job = only_job(&ledger, run).await;
    assert_eq!(
        job.note.as_deref(),
        Some("the indicator is gone at the source")
    );
    assert_eq!(
        ledger.events().await.expect("events"),
        [Event::JobDiscarded {
            job: job.job.0,
            subject: "sotkanet:127".to_owned()
        }]
    );
    assert_eq!(place.count(GOES_ON).await, 0);
    assert_eq!(ledger.open_jobs().await.expect("open jobs"), []);
    assert_eq!(ledger.dead_jobs().await.expect("dead jobs"), []);
}

pub(super) async fn a_plan_lets_go_what_is_no_longer_selected(place: &Place) {
    let ledger = place.open().await;
    let run = begin(
        &ledger,
        0,
        &[indicator(1), indicator(2), indicator(3), indicator(4)],
    )
    .await;
    for verdict in [
        Verdict::Dead(failure(1)),
        again(1, 3600),
        Verdict::Dead(failure(1)),
        again(1, 3600),
    ] {
        let lease = claim(&ledger, 0).await;
        finish(&ledger, 1, &lease, &verdict).await;
    }
    begin(&ledger, 2, &[plan()]).await;
    let lease = claim(&ledger, 2).await;
    let selected = ["3", "4"].map(|id| id.parse().expect("an id"));
    let planned = Completion {
        selected: Some((source(), selected.into())),
        ..Completion::default()
    };
    ledger
        .finish(at(3), &lease, &done(), &planned)
        .await
        .expect("planned");
    let jobs = ledger.run_jobs(run).await.expect("jobs");
    let states: Vec<_> = jobs.iter().map(|job| job.state).collect();
    assert_eq!(
        states,
        [
            JobState::Discarded,
            JobState::Discarded,
            JobState::Dead,
            JobState::Ready
        ]
    );
    assert_eq!(
        jobs[0].note.as_deref(),
        Some("the settings no longer select it")
    );
    let told = "SELECT count(*) FROM events WHERE event LIKE '%job_discarded%'";
    assert_eq!(place.count(told).await, 2);
    // Another source's plan says nothing of this one's.
    begin(&ledger, 4, &[plan()]).await;
    let lease = claim(&ledger, 4).await;
    let elsewhere = Completion {
        selected: Some(("elsewhere".parse().expect("an id"), [].into())),
        ..Completion::default()
    };
    ledger
        .finish(at(5), &lease, &done(), &elsewhere)
        .await
        .expect("planned");
    assert_eq!(place.count(told).await, 2);
}

pub(super) async fn what_runs_or_has_ended_is_not_decided_upon(place: &Place) {
    let ledger = place.open().await;
    begin(&ledger, 0, &[indicator(127)]).await;
    let lease = claim(&ledger, 0).await;
    let refused = async |job: JobId| {
        for result in [
            ledger.retry(job, at(2)).await,
            ledger.discard(job, at(2), "note").await,
        ] {
            assert!(
                matches!(result, Err(LedgerError::NoSuchJob { job: named }) if named == job),
                "{result:?}"
            );
        }
    };
    refused(lease.job).await;
    finish(&ledger, 1, &lease, &done()).await;
    refused(lease.job).await;
    refused(JobId(4711)).await;
    assert_eq!(ledger.events().await.expect("events"), []);
}
