//! The client against a server that misbehaves to the byte. Waiting happens on the
//! runtime's paused clock, which jumps whenever everybody waits.

mod circuit;
mod pauses;
mod turns;

use std::error::Error;

use botnia_model::{AnswerRole, FixedClock};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::*;
use crate::test_server::{Asked, Reply, TestServer, answer, gzip, json};

const NOW: &str = "2026-11-21T05:15:00Z";

fn identity() -> UserAgent {
    UserAgent {
        contact: "tilastot@example.fi".to_owned(),
    }
}

fn client(limits: ClientLimits) -> Arc<PoliteClient> {
    client_at(NOW, limits)
}

fn client_at(now: &str, limits: ClientLimits) -> Arc<PoliteClient> {
    let clock = Arc::new(FixedClock::at(now.parse().unwrap()));
    let client = PoliteClient::new(clock, identity(), limits).unwrap();
    client.host_limits("127.0.0.1", 10_000.0, 8);
    Arc::new(client)
}

/// A client that makes one attempt for each request.
fn hasty() -> Arc<PoliteClient> {
    client(ClientLimits {
        attempts: 1,
        ..ClientLimits::default()
    })
}

fn patient() -> Arc<PoliteClient> {
    client(ClientLimits::default())
}

/// Asks for the figures of 127 under `path`.
fn request(server: &TestServer, path: &str) -> Request {
    Request {
        url: server.url.join(path).unwrap(),
        role: AnswerRole::Data,
        source: "sotkanet".parse().unwrap(),
        source_indicator: Some("127".parse().unwrap()),
        shape: Shape::ArrayOfObjects,
        validators: None,
        body: None,
    }
}

async fn get(client: &PoliteClient, server: &TestServer) -> Result<Answer, SourceError> {
    match client.get(&request(server, "json")).await? {
        Fetched::Answer(answer) => Ok(*answer),
        Fetched::NotModified => panic!("nobody asked for that"),
    }
}

fn gaps(asked: &[Asked]) -> Vec<Duration> {
    asked
        .windows(2)
        .map(|pair| pair[1].at - pair[0].at)
        .collect()
}

#[tokio::test]
async fn an_answer_comes_with_how_it_came() {
    let body = br#"[{"value":1.0}]"#;
    let sent = answer(
        "200 OK",
        &["Content-Encoding: gzip", "X-Twice: a", "X-Twice: b"],
        &gzip(body),
    );
    let server = TestServer::scripted(vec![sent]).await;
    let answer = get(&patient(), &server).await.unwrap();
    assert_eq!(answer.body.as_ref(), body);
    let snapshot = answer.snapshot;
    assert_eq!(
        snapshot.hash.to_string(),
        "c60ca4034b063a44169485239fd69a34d8384165eb5f9e5fbd8f00b37bfb301f"
    );
    assert_eq!(snapshot.length, 15);
    assert_eq!(snapshot.url, format!("{}json", server.url));
    assert_eq!((snapshot.method.as_str(), snapshot.status), ("GET", 200));
    assert_eq!(snapshot.fetched_at, NOW.parse().unwrap());
    let twice: Vec<_> = snapshot
        .headers
        .iter()
        .filter(|(name, _)| name == "x-twice")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(twice, ["a", "b"]);

    let asked = &server.asked()[0];
    assert_eq!(
        asked.header("user-agent").unwrap(),
        concat!(
            "botnia/",
            env!("CARGO_PKG_VERSION"),
            " (+tilastot@example.fi; scheduled statistics fetch)"
        )
    );
    assert_eq!(asked.header("accept-encoding"), Some("gzip"));
}

#[test]
fn a_contact_that_would_break_the_name_is_turned_down() {
    for contact in ["a\r\nX-Evil: 1", "me) (you", "Åke"] {
        let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
        let identity = UserAgent {
            contact: contact.to_owned(),
        };
        let made = PoliteClient::new(clock, identity, ClientLimits::default());
        assert_eq!(made.err().unwrap().remedy(), "contract", "{contact:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again() {
    let whole = json(r#"[{"value":1}]"#);
    let packed = gzip(br#"[{"value":1}]"#);
    let faults = [
        ("5xx", answer("500 Internal Server Error", &[], b"")),
        ("503", answer("503 Service Unavailable", &[], b"")),
        ("408", answer("408 Request Timeout", &[], b"")),
        ("no answer at all", Vec::new()),
        (
            "a body shorter than its length",
            whole[..whole.len() - 3].to_vec(),
        ),
        ("JSON cut short", json(r#"[{"value":1}"#)),
        ("an empty body", json("")),
        (
            "gzip cut short",
            answer(
                "200 OK",
                &["Content-Encoding: gzip"],
                &packed[..packed.len() - 1],
            ),
        ),
    ];
    for (name, fault) in faults {
        let server = TestServer::scripted(vec![fault, whole.clone()]).await;
        let answer = get(&patient(), &server).await.expect(name);
        assert_eq!(answer.body.as_ref(), br#"[{"value":1}]"#, "{name}");
        assert_eq!(server.asked().len(), 2, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_end_and_leave_evidence() {
    let server = TestServer::scripted(vec![answer("502 Bad Gateway", &[], b"<b>no</b>")]).await;
    let error = get(&patient(), &server).await.unwrap_err();
    assert_eq!(server.asked().len(), 4);
    assert_eq!(error.remedy(), "unavailable");
    assert!(error.is_transient());
    let rejected = error.rejected().unwrap();
    assert_eq!(rejected.snapshot.status, 502);
    assert_eq!(rejected.body.as_ref(), b"<b>no</b>");
    assert_eq!(rejected.snapshot.length, 9);
    assert_eq!(
        error.to_string(),
        "fetch indicator `127` from `sotkanet`: the server answered 502 Bad Gateway"
    );
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    let cases = [
        ("400 Bad Request", "contract"),
        ("401 Unauthorized", "refused"),
        ("403 Forbidden", "refused"),
        ("404 Not Found", "not_found"),
        ("410 Gone", "not_found"),
        ("413 Payload Too Large", "contract"),
        ("418 I'm a teapot", "refused"),
        ("204 No Content", "contract"),
        ("206 Partial Content", "contract"),
        ("300 Multiple Choices", "contract"),
        ("302 Found", "contract"),
        ("304 Not Modified", "contract"),
    ];
    for (status, remedy) in cases {
        let server = TestServer::scripted(vec![answer(status, &[], b"")]).await;
        let error = get(&patient(), &server).await.unwrap_err();
        assert_eq!(error.remedy(), remedy, "{status}");
        assert!(!error.is_transient(), "{status}");
        assert!(error.rejected().is_some(), "{status}");
        assert_eq!(server.asked().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_block_is_told_from_a_missing_thing() {
    let server = TestServer::scripted(vec![answer("403 Forbidden", &[], b"blocked")]).await;
    let error = get(&patient(), &server).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("403") && text.contains("User-Agent"),
        "{text}"
    );
    assert_eq!(error.rejected().unwrap().body.as_ref(), b"blocked");
}

#[tokio::test]
async fn rubbish_with_200_is_turned_down_and_kept() {
    let cases: [(&[u8], &str); 4] = [
        (b"<!DOCTYPE html><p>Huoltokatko", "malformed"),
        (b"Huoltokatko", "malformed"),
        (b"[{\"title\":\"V\xe4est\xf6\"}]", "malformed"),
        (br#"{"error":"maintenance"}"#, "contract"),
    ];
    for (body, remedy) in cases {
        let sent = answer("200 OK", &["Content-Type: application/json"], body);
        let server = TestServer::scripted(vec![sent]).await;
        let error = get(&patient(), &server).await.unwrap_err();
        assert_eq!(error.remedy(), remedy, "{error}");
        assert_eq!(error.rejected().unwrap().body.as_ref(), body);
        assert_eq!(server.asked().len(), 1);
        if let Some(cause) = error.source() {
            assert!(!error.to_string().contains(&cause.to_string()));
        }
    }
}

#[tokio::test]
async fn redirects_are_followed_at_home() {
    let server = TestServer::start(|_, asked| {
        Reply::Bytes(match asked.target() {
            "/json" => answer("302 Found", &["Location: /rest/json?a=1"], b""),
            _ => json("[]"),
        })
    })
    .await;
    let answer = get(&patient(), &server).await.unwrap();
    assert_eq!(answer.snapshot.url, format!("{}rest/json?a=1", server.url));
}

#[tokio::test]
async fn redirects_end() {
    let loops = answer("301 Moved Permanently", &["Location: /json"], b"round");
    let server = TestServer::scripted(vec![loops]).await;
    let error = get(&patient(), &server).await.unwrap_err();
    assert_eq!(error.remedy(), "contract");
    assert_eq!(error.rejected().unwrap().body.as_ref(), b"round");
    assert_eq!(server.asked().len(), 6, "the first and five redirects");
}

#[tokio::test]
async fn redirects_never_leave_the_host() {
    let elsewhere = TestServer::scripted(vec![json("[]")]).await;
    let port = elsewhere.url.port().unwrap();
    for target in [
        format!("http://localhost:{port}/json"),
        elsewhere.url.to_string(),
        "https://127.0.0.1/json".to_owned(),
        "file:///etc/hostname".to_owned(),
    ] {
        let location = format!("Location: {target}");
        let away = answer("307 Temporary Redirect", &[&location], b"");
        let server = TestServer::scripted(vec![away]).await;
        let error = get(&patient(), &server).await.unwrap_err();
        assert_eq!(error.remedy(), "refused", "{target}");
        assert_eq!(error.rejected().unwrap().snapshot.status, 307);
    }
    assert_eq!(elsewhere.asked().len(), 0);
}

#[tokio::test]
async fn bodies_are_taken_up_to_the_caps() {
    let padded = |length: usize| format!("[{}]", " ".repeat(length - 2));
    let compressed = |length: usize| {
        let body = gzip(padded(length).as_bytes());
        answer("200 OK", &["Content-Encoding: gzip"], &body)
    };
    let chunked = |length: usize| {
        let body = padded(length);
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        format!("{head}{length:x}\r\n{body}\r\n0\r\n\r\n").into_bytes()
    };
    let limits = ClientLimits {
        body_bytes: 3 << 20,
        compressed_bytes: 64 << 10,
        ..ClientLimits::default()
    };
    // 1 MiB is the free expansion, and spaces compress about a thousandfold.
    let cases = [
        ("declared", json(&padded(3 << 20)), None),
        (
            "declared too large",
            json(&padded((3 << 20) + 1)),
            Some("contract"),
        ),
        ("undeclared", chunked(3 << 20), None),
        (
            "undeclared too large",
            chunked((3 << 20) + 1),
            Some("contract"),
        ),
        ("compressed", compressed(1 << 20), None),
        ("bomb", compressed(2 << 20), Some("malformed")),
        (
            "compressed too large",
            answer(
                "200 OK",
                &["Content-Encoding: gzip"],
                &vec![0; (64 << 10) + 1],
            ),
            Some("contract"),
        ),
        (
            "not compressed",
            answer("200 OK", &["Content-Encoding: gzip"], b"[{\"value\":1}]"),
            Some("malformed"),
        ),
        (
            "compressed otherwise",
            answer("200 OK", &["Content-Encoding: br"], b""),
            Some("contract"),
        ),
    ];
    for (name, sent, remedy) in cases {
        let server = TestServer::scripted(vec![sent]).await;
        let outcome = get(&client(limits.clone()), &server).await;
        assert_eq!(outcome.err().map(|error| error.remedy()), remedy, "{name}");
        assert_eq!(server.asked().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn an_answer_that_still_holds_is_not_sent_again() {
    let tag = "\"5f3\"";
    let day = "Wed, 18 Nov 2026 10:00:00 GMT";
    let server = TestServer::start(move |_, asked| {
        let fresh = asked.header("if-none-match") == Some(tag)
            && asked.header("if-modified-since") == Some(day);
        Reply::Bytes(if fresh {
            // A length that describes the body that is not sent.
            b"HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n"
                .to_vec()
        } else {
            let (tag, day) = (format!("ETag: {tag}"), format!("Last-Modified: {day}"));
            answer("200 OK", &[&tag, &day], b"[]")
        })
    })
    .await;
    let client = patient();
    let first = get(&client, &server).await.unwrap();
    let mut again = request(&server, "json");
    again.validators = Validators::of(&first);
    assert_eq!(client.get(&again).await.unwrap(), Fetched::NotModified);
}

#[tokio::test]
async fn an_answer_without_validators_has_none() {
    let server = TestServer::scripted(vec![json("[]")]).await;
    let answer = get(&patient(), &server).await.unwrap();
    assert_eq!(Validators::of(&answer), None);
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up() {
    let once = ClientLimits {
        attempts: 1,
        ..ClientLimits::default()
    };
    let whole = json("[       ]");
    let (head, body) = whole.split_at(whole.len() - 9);
    let seconds = Duration::from_secs;
    let cases = [
        (
            "silent from the start",
            b"".as_slice(),
            seconds(1),
            b"".as_slice(),
            60,
        ),
        (
            "its head cut short",
            &head[..head.len() - 1],
            seconds(1),
            b"",
            60,
        ),
        (
            "silent in the middle",
            &whole[..whole.len() - 1],
            seconds(1),
            b"",
            30,
        ),
        ("a byte now and then", head, seconds(20), body, 120),
    ];
    for (name, first, pause, drops, seconds) in cases {
        let (first, drops) = (first.to_vec(), drops.to_vec());
        let reply = move |_: usize, _: &Asked| Reply::Drip(first.clone(), pause, drops.clone());
        let server = TestServer::start(reply).await;
        let start = Instant::now();
        let error = get(&client(once.clone()), &server).await.unwrap_err();
        assert_eq!(error.remedy(), "unavailable", "{name}");
        assert_eq!(start.elapsed().as_secs(), seconds, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_asks_more_at_once_than_was_agreed() {
    let server =
        TestServer::start(|_, _| Reply::Late(Duration::from_millis(200), json("[]"))).await;
    let client = patient();
    client.host_limits("127.0.0.1", 10_000.0, 3);
    let mut requests = JoinSet::new();
    for number in 0..24 {
        let client = Arc::clone(&client);
        let request = request(&server, &number.to_string());
        requests.spawn(async move { client.get(&request).await.map(|_| ()) });
    }
    for outcome in requests.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(server.asked().len(), 24);
    assert_eq!(server.most_at_once(), 3);
}

#[tokio::test(start_paused = true)]
async fn nobody_asks_faster_than_was_agreed() {
    let server = TestServer::scripted(vec![json("[]")]).await;
    let client = patient();
    client.host_limits("127.0.0.1", 2.0, 8);
    for _ in 0..4 {
        get(&client, &server).await.unwrap();
    }
    for gap in gaps(&server.asked()) {
        assert!(gap >= Duration::from_millis(499), "{gap:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_closed_port_is_unavailable() {
    let server = TestServer::scripted(vec![json("[]")]).await;
    let request = request(&server, "json");
    drop(server);
    tokio::task::yield_now().await;
    let error = patient().get(&request).await.unwrap_err();
    assert_eq!(error.remedy(), "unavailable");
    assert!(error.source().is_some());
}
