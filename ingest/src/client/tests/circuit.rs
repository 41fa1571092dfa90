//! A host that does not answer is left alone, and tried again by one request.

use super::*;

const DOWN: &str = "502 Bad Gateway";

fn down() -> Vec<u8> {
    answer(DOWN, &[], b"")
}

/// A server that is down for its first requests and then gives `reply`.
async fn down_for(
    requests: usize,
    reply: impl Fn() -> Reply + Send + Sync + 'static,
) -> TestServer {
    TestServer::start(move |number, _| {
        if number < requests {
            Reply::Bytes(down())
        } else {
            reply()
        }
    })
    .await
}

/// How long the client leaves the host alone, by the error of a failed request.
async fn left_alone(client: &PoliteClient, server: &TestServer) -> Option<Duration> {
    match get(client, server).await {
        Err(SourceError::Unavailable { retry_after, .. }) => retry_after,
        other => panic!("{other:?}"),
    }
}

/// Whether `duration` is `seconds`, less the milliseconds that the test itself took.
fn is_about(duration: Option<Duration>, seconds: u64) -> bool {
    let least = Duration::from_millis(seconds * 1000 - 500);
    duration.is_some_and(|duration| (least..=Duration::from_secs(seconds)).contains(&duration))
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn it_opens_after_five_failures_in_a_row_and_sends_nothing() {
    let server = TestServer::scripted(vec![down()]).await;
    let client = hasty();
    for number in 1..5 {
        assert_eq!(left_alone(&client, &server).await, None);
        assert_eq!(server.asked().len(), number);
    }
    let opened = left_alone(&client, &server).await;
    assert!(is_about(opened, 300), "{opened:?}");
    assert_eq!(server.asked().len(), 5, "the fifth is still sent");
    for _ in 0..20 {
        let left = left_alone(&client, &server).await;
        assert!(is_about(left, 300), "{left:?}");
    }
    pass(240).await;
    let error = get(&client, &server).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "fetch indicator `127` from `sotkanet`: \
         the host has not answered 5 times in a row; asked again in 1 min"
    );
    assert_eq!(server.asked().len(), 5, "nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn a_failed_probe_is_one_attempt_and_doubles_the_wait() {
    // Five requests with four attempts each, two probes, and then it is back.
    let server = down_for(5 * 4 + 2, || Reply::Bytes(json("[]"))).await;
    let client = patient();
    for _ in 0..5 {
        get(&client, &server).await.unwrap_err();
    }
    assert_eq!(server.asked().len(), 20);
    for (waited, doubled, asked) in [(300, 600, 21), (600, 1200, 22)] {
        pass(waited - 1).await;
        assert!(left_alone(&client, &server).await.is_some());
        assert_eq!(server.asked().len(), asked - 1, "not yet");
        pass(1).await;
        let opened = left_alone(&client, &server).await;
        assert!(is_about(opened, doubled), "{opened:?}");
        assert_eq!(server.asked().len(), asked, "one attempt");
    }
    pass(1200).await;
    get(&client, &server).await.unwrap();
    get(&client, &server).await.unwrap();
    assert_eq!(server.asked().len(), 24, "it is closed again");
}

#[tokio::test(start_paused = true)]
async fn after_it_closed_it_counts_from_the_start() {
    let server =
        TestServer::start(|number, _| Reply::Bytes(if number == 5 { json("[]") } else { down() }))
            .await;
    let client = hasty();
    for _ in 0..5 {
        get(&client, &server).await.unwrap_err();
    }
    pass(300).await;
    get(&client, &server).await.unwrap();
    for _ in 0..4 {
        assert_eq!(left_alone(&client, &server).await, None);
    }
    let opened = left_alone(&client, &server).await;
    assert!(is_about(opened, 300), "not doubled: {opened:?}");
}

#[tokio::test(start_paused = true)]
async fn one_request_probes_while_the_others_fail_at_once() {
    let slow = || Reply::Late(Duration::from_secs(10), json("[]"));
    let server = down_for(5, slow).await;
    let client = hasty();
    for _ in 0..5 {
        get(&client, &server).await.unwrap_err();
    }
    pass(300).await;
    let start = Instant::now();
    let mut requests = JoinSet::new();
    for number in 0..8 {
        let client = Arc::clone(&client);
        let request = request(&server, &number.to_string());
        requests.spawn(async move { (client.get(&request).await, Instant::now()) });
    }
    let outcomes = requests.join_all().await;
    assert_eq!(server.asked().len(), 6, "one probe");
    let (answered, failed): (Vec<_>, Vec<_>) = outcomes
        .into_iter()
        .partition(|(outcome, _)| outcome.is_ok());
    assert_eq!(answered.len(), 1);
    for (outcome, ended) in failed {
        assert!(ended - start < Duration::from_secs(1), "at once");
        let Err(SourceError::Unavailable { retry_after, .. }) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(retry_after, Some(Duration::from_mins(2)), "not in a loop");
    }
    get(&client, &server).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_given_up_leaves_its_place_to_another() {
    let server = TestServer::start(|number, _| match number {
        0..5 => Reply::Bytes(down()),
        5 => Reply::Late(Duration::from_secs(50), json("[]")),
        _ => Reply::Bytes(json("[]")),
    })
    .await;
    let client = hasty();
    for _ in 0..5 {
        get(&client, &server).await.unwrap_err();
    }
    pass(300).await;
    let given_up = timeout(Duration::from_secs(5), get(&client, &server)).await;
    assert!(given_up.is_err());
    get(&client, &server).await.unwrap();
    assert_eq!(server.asked().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_at_the_door_when_it_opens_are_not_sent() {
    let server = TestServer::scripted(vec![down()]).await;
    let client = hasty();
    client.host_limits("127.0.0.1", 4.0, 2);
    let mut requests = JoinSet::new();
    for number in 0..30 {
        let client = Arc::clone(&client);
        let request = request(&server, &number.to_string());
        requests.spawn(async move { client.get(&request).await });
    }
    for outcome in requests.join_all().await {
        assert_eq!(outcome.unwrap_err().remedy(), "unavailable");
    }
    // One more may have been on its way when the fifth failed.
    let asked = server.asked().len();
    assert!((5..=6).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn every_answer_in_between_shows_that_the_host_is_there() {
    let throttled = answer("429 Too Many Requests", &["Retry-After: 1"], b"");
    for (name, between) in [
        ("ok", json("[]")),
        ("not_found", answer("404 Not Found", &[], b"")),
        ("refused", answer("403 Forbidden", &[], b"")),
        ("malformed", json("<html>")),
        ("contract", json("{}")),
        ("throttled", throttled),
    ] {
        let server = TestServer::start(move |number, _| {
            Reply::Bytes(if number % 5 == 4 {
                between.clone()
            } else {
                down()
            })
        })
        .await;
        let client = hasty();
        for number in 0..14 {
            let outcome = get(&client, &server).await;
            if number % 5 == 4 {
                let remedy = outcome.err().map_or("ok", |error| error.remedy());
                assert_eq!(remedy, name);
            } else {
                assert_eq!(outcome.unwrap_err().remedy(), "unavailable", "{name}");
            }
        }
        assert_eq!(server.asked().len(), 14, "{name}: all were sent");
    }
}

#[tokio::test(start_paused = true)]
async fn other_hosts_are_asked_on() {
    let dead = TestServer::scripted(vec![down()]).await;
    let alive = TestServer::scripted(vec![json("[]")]).await;
    let client = hasty();
    client.host_limits("localhost", 10_000.0, 8);
    for _ in 0..5 {
        get(&client, &dead).await.unwrap_err();
    }
    assert!(left_alone(&client, &dead).await.is_some());
    let mut elsewhere = request(&alive, "json");
    elsewhere.url.set_host(Some("localhost")).unwrap();
    client.get(&elsewhere).await.unwrap();
    assert_eq!((dead.asked().len(), alive.asked().len()), (5, 1));
}
