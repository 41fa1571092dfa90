//! Politeness over several processes.

use std::time::Duration;

use super::place::{Place, at};

pub(super) async fn requests_keep_their_distance_over_all_who_ask(place: &Place) {
    let ledgers = place.open_several().await;
    let interval = Duration::from_millis(250);
    let asking = (0..10).map(|number| {
        let ledger = ledgers[number % ledgers.len()].clone();
        tokio::spawn(async move {
            ledger
                .next_turn("sotkanet.fi", interval, at(0))
                .await
                .expect("a turn")
        })
    });
    let mut waits: Vec<_> = futures::future::join_all(asking)
        .await
        .into_iter()
        .map(|wait| wait.expect("no panic").as_millis())
        .collect();
    waits.sort_unstable();
    assert_eq!(
        waits,
        [0, 250, 500, 750, 1000, 1250, 1500, 1750, 2000, 2250]
    );
    let ledger = &ledgers[0];
    let turn = async |host, interval, second| {
        ledger
            .next_turn(host, interval, at(second))
            .await
            .expect("a turn")
    };
    let other = turn("pxdata.stat.fi", interval, 0).await;
    assert_eq!(other, Duration::ZERO, "another host");
    assert_eq!(
        turn("sotkanet.fi", interval, 1).await,
        Duration::from_millis(1500)
    );
    assert_eq!(turn("sotkanet.fi", interval, 60).await, Duration::ZERO);
    // A part of a millisecond is not shaved off the distance.
    let third = Duration::from_micros(333_333);
    assert_eq!(turn("third", third, 0).await, Duration::ZERO);
    assert_eq!(turn("third", third, 0).await, Duration::from_millis(334));
}

pub(super) async fn the_longest_pause_counts(place: &Place) {
    let ledger = place.open().await;
    let paused = async || ledger.host_paused_until("sotkanet.fi").await.expect("read");
    assert_eq!(paused().await, None);
    ledger
        .next_turn("sotkanet.fi", Duration::from_secs(1), at(0))
        .await
        .expect("a turn");
    assert_eq!(paused().await, None, "asked, but not paused");
    for (until, longest) in [(30, 30), (120, 120), (60, 120)] {
        ledger
            .pause_host("sotkanet.fi", at(until))
            .await
            .expect("paused");
        assert_eq!(paused().await, Some(at(longest)));
    }
    let other = ledger.host_paused_until("pxdata.stat.fi").await;
    assert_eq!(other.expect("read"), None);
    let fraction = at(200) + jiff::SignedDuration::from_nanos(1);
    ledger
        .pause_host("sotkanet.fi", fraction)
        .await
        .expect("paused");
    assert!(paused().await.expect("a pause") >= fraction, "kept in full");
}
