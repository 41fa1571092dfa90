//! Pauses that a server asks for: kept to the second, by everybody.

use super::*;

/// The pause between a request that is told `pause` at `now` and the next one.
async fn kept(now: &str, status: &str, pause: &str) -> Duration {
    let replies = vec![answer(status, &[pause], b""), json("[]")];
    let server = TestServer::scripted(replies).await;
    get(&client_at(now, ClientLimits::default()), &server)
        .await
        .unwrap();
    let gaps = gaps(&server.asked());
    assert_eq!(gaps.len(), 1, "{pause}");
    gaps[0]
}

#[tokio::test(start_paused = true)]
async fn a_named_pause_is_kept_to_the_second() {
    for (now, pause, least) in [
        (NOW, "Retry-After: 1", 1_000),
        (NOW, "Retry-After: 40", 40_000),
        (NOW, "Retry-After: 300", 300_000),
        (NOW, "Retry-After: Sat, 21 Nov 2026 05:15:40 GMT", 40_000),
        (NOW, "Retry-After: Saturday, 21-Nov-26 05:15:40 GMT", 40_000),
        (NOW, "Retry-After: Sat Nov 21 05:20:00 2026", 300_000),
        // A date is kept to its second, whenever within a second it came.
        (
            "2026-11-21T05:15:00.7Z",
            "Retry-After: Sat, 21 Nov 2026 05:15:40 GMT",
            39_300,
        ),
        (
            "2026-11-21T05:15:39.999Z",
            "Retry-After: Sat, 21 Nov 2026 05:15:40 GMT",
            1,
        ),
    ] {
        for status in ["429 Too Many Requests", "503 Service Unavailable"] {
            let least = Duration::from_millis(least);
            let kept = kept(now, status, pause).await;
            let late = kept.checked_sub(least);
            assert!(
                late.is_some_and(|late| late < Duration::from_secs(1)),
                "{now} {status} {pause}: {kept:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_too_long_is_handed_back_and_kept_by_everybody() {
    let throttled = answer("429 Too Many Requests", &["Retry-After: 301"], b"later");
    let server = TestServer::scripted(vec![throttled]).await;
    let client = patient();
    let start = Instant::now();
    for evidence in [Some(b"later".as_slice()), None] {
        let error = get(&client, &server).await.unwrap_err();
        let SourceError::Throttled { retry_after, .. } = &error else {
            panic!("{error}");
        };
        // The second is told what is left of it.
        assert!((300..=301).contains(&retry_after.unwrap().as_secs()));
        let rejected = error.rejected().map(|answer| answer.body.as_ref());
        assert_eq!(rejected, evidence);
    }
    assert!(start.elapsed() < Duration::from_secs(1), "nobody waited");
    assert_eq!(server.asked().len(), 1, "the second request stayed at home");
}

#[tokio::test(start_paused = true)]
async fn after_a_throttle_the_whole_host_waits() {
    let server = TestServer::start(|number, _| {
        Reply::Bytes(if number == 0 {
            answer("429 Too Many Requests", &["Retry-After: 60"], b"")
        } else {
            json("[]")
        })
    })
    .await;
    let client = hasty();
    get(&client, &server).await.unwrap_err();
    client.get(&request(&server, "regions")).await.unwrap();
    let asked = server.asked();
    assert_eq!(asked[1].target(), "/regions");
    assert_eq!(gaps(&asked)[0].as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_throttle_without_a_pause_backs_off() {
    let throttled = answer("429 Too Many Requests", &["Retry-After: soon"], b"");
    let server = TestServer::scripted(vec![throttled]).await;
    let error = get(&patient(), &server).await.unwrap_err();
    assert!(matches!(
        error,
        SourceError::Throttled {
            retry_after: None,
            ..
        }
    ));
    let gaps = gaps(&server.asked());
    assert_eq!(gaps.len(), 3);
    for (gap, least) in gaps.iter().zip([1, 2, 4]) {
        let least = Duration::from_secs(least);
        // A millisecond is the grain of the runtime's timer.
        let most = least * 2 + Duration::from_millis(10);
        assert!((least..=most).contains(gap), "{gap:?}");
    }
}
