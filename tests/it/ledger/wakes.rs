//! Workers that wait are woken.

use std::time::Duration;

use botnia::engine::job::Task;
use botnia::engine::ledger::Ledger;
use futures::FutureExt as _;

use super::place::{LEASE, Place, again, at, begin, claim, done, finish, indicator};

/// Longer than any of this takes: who has not been woken by then never is.
const NEVER: Duration = Duration::from_mins(1);

async fn woken(wakes: impl Future<Output = ()>, why: &str) {
    assert!(tokio::time::timeout(NEVER, wakes).await.is_ok(), "{why}");
}

/// One that works, and one that waits: another process where there may be one.
async fn two(place: &Place) -> (Ledger, Ledger) {
    let works = place.open().await;
    if !works.is_shared() {
        return (works.clone(), works);
    }
    let waits = place.open().await;
    // It says once that it has begun to listen.
    woken(waits.woken(), "it listens").await;
    (works, waits)
}

pub(super) async fn workers_are_woken_by_what_makes_jobs_claimable(place: &Place) {
    let (works, waits) = two(place).await;

    let mut wakes = Box::pin(waits.woken());
    assert_eq!((&mut wakes).now_or_never(), None, "nothing has happened");
    begin(&works, 0, &[indicator(1), indicator(2), Task::Release]).await;
    woken(wakes, "a run began").await;

    let wakes = waits.woken();
    let lease = claim(&works, 0).await;
    works.give_back(&lease, at(1)).await.expect("given back");
    woken(wakes, "a job was given back").await;

    let lease = claim(&works, 1).await;
    let wakes = waits.woken();
    finish(&works, 2, &lease, &again(2, 600)).await;
    woken(wakes, "an attempt failed").await;

    let wakes = waits.woken();
    works.retry(lease.job, at(3)).await.expect("retried");
    woken(wakes, "a job was retried").await;

    let lease = claim(&works, 3).await;
    let wakes = waits.woken();
    finish(&works, 4, &lease, &done()).await;
    woken(wakes, "a job was done, and the release may wait for it").await;

    let vanishes = claim(&works, 4).await;
    assert_eq!(vanishes.task, indicator(2));
    let wakes = waits.woken();
    works
        .claim("other", None, at(64), LEASE)
        .await
        .expect("an answer");
    woken(wakes, "a job was taken back").await;
}

pub(super) async fn a_wake_between_looking_and_waiting_is_not_lost(place: &Place) {
    let (works, waits) = two(place).await;
    let wakes = waits.woken();
    let nothing = waits.claim("worker", None, at(0), LEASE).await;
    assert_eq!(nothing.expect("an answer"), None);
    begin(&works, 0, &[indicator(1)]).await;
    woken(wakes, "a run began after the look and before the wait").await;
}
