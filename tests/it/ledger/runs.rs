//! How runs begin, join, go on and end.

use botnia::engine::job::{Fetching, JobState, Task};
use botnia::engine::ledger::Decision;
use botnia::engine::schedule::{Action, Due, Load};
use jiff::Timestamp;

use super::place::{
    Place, again, at, begin, claim, claimed, done, finish, indicator, only_job, plan, plan_of,
    source, subjects,
};

pub(super) async fn a_run_joins_what_waits_and_leaves_alone_what_runs(place: &Place) {
    let ledger = place.open().await;
    let first = begin(&ledger, 0, &[indicator(1), indicator(2), indicator(3)]).await;
    let fails = claim(&ledger, 0).await;
    finish(&ledger, 1, &fails, &again(1, 3600)).await;
    let runs = claim(&ledger, 1).await;
    assert_eq!(runs.task, indicator(2));

    let second = begin(&ledger, 10, &[indicator(1), indicator(2), indicator(3)]).await;
    assert_eq!(subjects(&ledger, first).await, ["sotkanet:2"]);
    assert_eq!(
        subjects(&ledger, second).await,
        ["sotkanet:1", "sotkanet:3"]
    );
    let joined = claim(&ledger, 10).await;
    assert_eq!(
        (joined.job, joined.run, joined.attempt),
        (fails.job, second, 1)
    );
    assert_eq!(
        joined.failing_since,
        Some(at(1)),
        "it is failing all the same"
    );

    // A run that is left without a job has ended.
    let third = begin(&ledger, 11, &[indicator(2)]).await;
    assert_eq!(subjects(&ledger, third).await, [""; 0]);
    assert!(!ledger.is_active(third, at(11)).await.expect("read"));
    let ended = "SELECT count(*) FROM runs WHERE finished_ms IS NOT NULL";
    assert_eq!(place.count(ended).await, 1);
    // And so has one whose last job another run took over.
    finish(&ledger, 12, &runs, &done()).await;
    begin(&ledger, 13, &[indicator(3)]).await;
    assert_eq!(place.count(ended).await, 2);
    assert_eq!(subjects(&ledger, second).await, ["sotkanet:1"]);
}

pub(super) async fn joined_tasks_do_what_both_would(place: &Place) {
    let ledger = place.open().await;
    let fetching = |fetching| Task::Plan {
        source: source(),
        indicators: Vec::new(),
        fetching,
    };
    let of_version = |version: &str| Task::Indicator {
        indicator: "thl:a/b/fact_c/d".parse().expect("an indicator"),
        regions: None,
        version: Some(version.parse().expect("a version")),
        fetching: Fetching::Moved,
    };
    for (waits, asked, joined) in [
        (
            plan_of(&["2", "1"]),
            plan_of(&["3"]),
            plan_of(&["1", "2", "3"]),
        ),
        (plan(), plan_of(&["3"]), plan()),
        (plan_of(&["3"]), plan(), plan()),
        (
            fetching(Fetching::Everything),
            fetching(Fetching::Moved),
            fetching(Fetching::Everything),
        ),
        (
            fetching(Fetching::Archived),
            fetching(Fetching::Moved),
            fetching(Fetching::Moved),
        ),
        // The later sweep asks for its own version, and that is the one there is by then.
        (
            of_version("20260101"),
            of_version("20260102"),
            of_version("20260102"),
        ),
    ] {
        begin(&ledger, 0, &[waits]).await;
        let run = begin(&ledger, 1, &[asked]).await;
        assert_eq!(only_job(&ledger, run).await.task, joined);
        let lease = claim(&ledger, 2).await;
        finish(&ledger, 3, &lease, &done()).await;
    }
}

pub(super) async fn a_slot_is_decided_once_even_within_its_own_second(place: &Place) {
    let ledger = place.open().await;
    let slot: Timestamp = "2026-11-21T03:15:00Z".parse().expect("a slot");
    let within = "2026-11-21T03:15:00.2Z".parse().expect("a moment");
    let due = Due {
        slot,
        action: Action::Run,
    };
    let decide = async |due, now| {
        ledger
            .decide(&source(), due, now, &[plan()])
            .await
            .expect("an answer")
    };
    let Decision::Begun(run) = decide(due, within).await else {
        panic!("it is to run");
    };
    assert_eq!(only_job(&ledger, run).await.task, plan());
    assert_eq!(decide(due, within).await, Decision::DecidedBefore);
    assert_eq!(place.count("SELECT count(*) FROM runs").await, 1);
    assert_eq!(
        place
            .count("SELECT count(*) FROM slots JOIN runs ON slots.run = runs.run")
            .await,
        1
    );
    let passed = Due {
        slot: "2026-11-20T03:15:00Z".parse().expect("a slot"),
        action: Action::PassMissed,
    };
    assert_eq!(decide(passed, within).await, Decision::Passed);
    assert_eq!(place.count("SELECT count(*) FROM runs").await, 1);

    let last = async |now| ledger.last_decided(&source(), now).await.expect("read");
    assert_eq!(last(within).await, Some(slot));
    // A slot that lies ahead, decided by a clock that was ahead, does not count yet.
    let before = "2026-11-21T03:14:59.9Z".parse().expect("a moment");
    assert_eq!(last(before).await, Some(passed.slot));
}

pub(super) async fn a_source_is_busy_only_with_first_attempts(place: &Place) {
    let ledger = place.open().await;
    let load = async || ledger.load(&source()).await.expect("read");
    assert_eq!(load().await, Load::Idle);
    begin(&ledger, 0, &[plan()]).await;
    assert_eq!(load().await, Load::Waiting);
    let lease = claim(&ledger, 0).await;
    assert_eq!(load().await, Load::Running);
    finish(&ledger, 1, &lease, &again(1, 600)).await;
    assert_eq!(load().await, Load::Idle, "a retry that waits");
    let lease = claim(&ledger, 600).await;
    assert_eq!(load().await, Load::Running, "a retry that runs");
    finish(&ledger, 601, &lease, &done()).await;
    begin(&ledger, 602, &[indicator(1), Task::Release]).await;
    assert_eq!(load().await, Load::Running, "an indicator not tried yet");
    let other = "pxweb".parse().expect("a source");
    assert_eq!(ledger.load(&other).await.expect("read"), Load::Idle);
    let lease = claim(&ledger, 602).await;
    finish(&ledger, 603, &lease, &done()).await;
    assert_eq!(load().await, Load::Idle, "the release asks no source");
}

pub(super) async fn a_run_is_active_while_something_can_be_done_now(place: &Place) {
    let ledger = place.open().await;
    let run = begin(&ledger, 0, &[indicator(1), Task::Release]).await;
    let active = async |second| ledger.is_active(run, at(second)).await.expect("read");
    assert!(active(0).await);
    let lease = claim(&ledger, 0).await;
    let release = claimed(&ledger, 0).await;
    assert_eq!(release, None);
    assert!(active(0).await, "one runs, and the release waits for it");
    finish(&ledger, 1, &lease, &again(1, 600)).await;
    assert!(active(1).await, "the release");
    let release = claim(&ledger, 1).await;
    assert!(active(1).await, "the release runs");
    finish(&ledger, 2, &release, &done()).await;
    assert!(!active(2).await, "only a retry waits");
    assert!(active(600).await, "its time has come");
}

pub(super) async fn a_run_ends_once_even_if_its_last_jobs_end_together(place: &Place) {
    let ledgers = place.open_several().await;
    let ended = "SELECT count(*) FROM runs WHERE finished_ms IS NOT NULL";
    for round in 1..=5 {
        let tasks: Vec<Task> = (0..8).map(indicator).collect();
        begin(&ledgers[0], 0, &tasks).await;
        let mut leases = Vec::new();
        while let Some(lease) = claimed(&ledgers[0], 0).await {
            leases.push(lease);
        }
        assert_eq!(leases.len(), 8);
        let finishing = leases.into_iter().enumerate().map(|(number, lease)| {
            let ledger = ledgers[number % ledgers.len()].clone();
            tokio::spawn(async move { finish(&ledger, 1, &lease, &done()).await })
        });
        for finished in futures::future::join_all(finishing).await {
            finished.expect("no panic");
        }
        assert_eq!(place.count(ended).await, round);
    }
}

pub(super) async fn the_same_work_asked_for_at_once_is_one_job(place: &Place) {
    let ledgers = place.open_several().await;
    let asking = (0..12).map(|number| {
        let ledger = ledgers[number % ledgers.len()].clone();
        tokio::spawn(async move { begin(&ledger, 0, &[plan(), indicator(7)]).await })
    });
    for run in futures::future::join_all(asking).await {
        run.expect("no panic");
    }
    let open = ledgers[0].open_jobs().await.expect("open jobs");
    assert_eq!(open.len(), 2, "{open:?}");
    assert!(open.iter().all(|job| job.state == JobState::Ready));
    // All runs but the one that has the jobs have ended.
    let goes_on = "SELECT count(*) FROM runs WHERE finished_ms IS NULL";
    assert_eq!(place.count(goes_on).await, 1);
}
