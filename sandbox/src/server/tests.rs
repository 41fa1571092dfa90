use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::{RetryAfter, Synthetic};

const AGENT: &str = "User-Agent: botnia-test/1.0\r\n";
const DATA: &str = "/rest/1.1/json?indicator=2905&years=2020&genders=total";
const REGIONS: &str = "/rest/1.1/regions";

async fn sandbox(faults: Vec<Fault>) -> Sandbox {
    Sandbox::start(SandboxOptions {
        faults,
        ..SandboxOptions::default()
    })
    .await
    .unwrap()
}

/// What came over the wire until the server closed the connection.
#[derive(Debug)]
struct Received {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Received {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// HTTP by hand, so that nothing is mended on the way. HTTP/1.0, so that bodies are not
/// chunked.
async fn ask(sandbox: &Sandbox, target: &str, headers: &str) -> std::io::Result<Received> {
    let mut stream = TcpStream::connect(sandbox.address()).await?;
    let request = format!("GET {target} HTTP/1.0\r\nHost: localhost\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    Ok(Received {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        body: bytes[end + 4..].to_vec(),
        head,
    })
}

async fn with_fault(kind: FaultKind, target: &str) -> Received {
    let sandbox = sandbox(vec![Fault::new(kind)]).await;
    ask(&sandbox, target, AGENT).await.unwrap()
}

#[tokio::test]
async fn it_answers_as_the_api_does() {
    let sandbox = sandbox(Vec::new()).await;
    let list = ask(&sandbox, "/rest//1.1/indicators", AGENT).await.unwrap();
    assert_eq!(list.status, 200);
    assert_eq!(
        list.header("content-type"),
        Some("application/json;charset=UTF-8")
    );
    assert_eq!(list.header(SYNTHETIC_HEADER), Some("true"));
    assert!(list.json().as_array().unwrap().len() > 100);
    let row = ask(
        &sandbox,
        "/rest/1.1/json?indicator=127&region=46&years=2020&genders=total",
        AGENT,
    )
    .await
    .unwrap();
    assert!(
        row.json().as_array().unwrap().len() > 400,
        "`region` is ignored"
    );
    let csv = ask(
        &sandbox,
        "/rest/1.1/csv?indicator=127&years=2020&genders=total",
        AGENT,
    )
    .await
    .unwrap();
    assert!(
        csv.body
            .starts_with(b"indicator;region;year;gender;primary value;absolute value\r\n")
    );
    for (target, headers, status) in [
        ("/rest/1.1/json?indicator=127", AGENT, 400),
        (
            "/rest/1.1/json?indicator=127&years=2019,2020&genders=total",
            AGENT,
            400,
        ),
        ("/rest/1.1/indicators/999999", AGENT, 404),
        (
            "/rest/1.1/json?indicator=999999&years=2020&genders=total",
            AGENT,
            404,
        ),
        ("/rest/1.2/regions", AGENT, 404),
        (REGIONS, "", 403),
        (REGIONS, "User-Agent: python-requests/2.32.3\r\n", 403),
    ] {
        let refused = ask(&sandbox, target, headers).await.unwrap();
        assert_eq!(refused.status, status, "{target}");
        assert_eq!(refused.header(SYNTHETIC_HEADER), Some("true"));
        assert!(refused.body.starts_with(b"<html>") && refused.body.len() < 300);
    }
    let asked = sandbox.requests();
    assert_eq!(asked.len(), 10);
    assert_eq!(asked[1].path, "/rest/1.1/json");
    assert_eq!(
        asked[1].query,
        "indicator=127&region=46&years=2020&genders=total"
    );
    assert_eq!(asked[1].user_agent.as_deref(), Some("botnia-test/1.0"));
    assert_eq!((asked[9].order, asked[9].status), (9, Some(403)));
    assert_eq!(asked[8].user_agent, None);
    assert_eq!(
        sandbox.base_url().as_str(),
        format!("http://{}/rest/1.1", sandbox.address())
    );
}

#[tokio::test]
async fn gzip_is_given_where_it_is_accepted() {
    let sandbox = sandbox(Vec::new()).await;
    let plain = ask(&sandbox, REGIONS, AGENT).await.unwrap();
    assert_eq!(plain.header("content-encoding"), None);
    for accepted in ["gzip", "br;q=1.0, GZIP;q=0.5"] {
        let headers = format!("{AGENT}Accept-Encoding: {accepted}\r\n");
        let packed = ask(&sandbox, REGIONS, &headers).await.unwrap();
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert!(packed.body.len() < plain.body.len() / 3);
        let mut unpacked = Vec::new();
        GzDecoder::new(packed.body.as_slice())
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, plain.body);
    }
    let headers = format!("{AGENT}Accept-Encoding: gzip;q=0, br\r\n");
    let refused = ask(&sandbox, REGIONS, &headers).await.unwrap();
    assert_eq!(refused.header("content-encoding"), None);
}

#[tokio::test]
async fn advancing_shows_in_the_answers() {
    let sandbox = sandbox(Vec::new()).await;
    let target = "/rest/1.1/indicators/127";
    let before = ask(&sandbox, target, AGENT).await.unwrap();
    assert_eq!(sandbox.advance(), Some(2));
    let after = ask(&sandbox, target, AGENT).await.unwrap();
    assert_eq!(before.json()["range"]["end"], 2024);
    assert_eq!(after.json()["range"]["end"], 2025);
}

#[tokio::test]
async fn faults_of_status() {
    let limited = with_fault(
        FaultKind::TooManyRequests {
            retry_after: Some(RetryAfter::Seconds(7)),
        },
        REGIONS,
    )
    .await;
    assert_eq!(
        (limited.status, limited.header("retry-after")),
        (429, Some("7"))
    );
    let date = "Sat, 21 Nov 2026 20:15:00 GMT";
    let limited = with_fault(
        FaultKind::TooManyRequests {
            retry_after: Some(RetryAfter::Date(date.to_owned())),
        },
        REGIONS,
    )
    .await;
    assert_eq!(
        (limited.status, limited.header("retry-after")),
        (429, Some(date))
    );
    let broken = with_fault(FaultKind::ServerError { status: 503 }, REGIONS).await;
    assert_eq!(broken.status, 503);
    let forbidden = with_fault(FaultKind::Forbidden, REGIONS).await;
    assert_eq!(forbidden.status, 403);
    let moved = with_fault(FaultKind::RedirectLoop, DATA).await;
    assert_eq!((moved.status, moved.header("location")), (302, Some(DATA)));
}

#[tokio::test]
async fn faults_of_content() {
    let page = with_fault(FaultKind::HtmlWith200, REGIONS).await;
    assert_eq!(page.status, 200);
    assert!(page.body.starts_with(b"<html>"));
    assert_eq!(page.header("content-type"), Some("text/html;charset=UTF-8"));
    let empty = with_fault(FaultKind::EmptyArray, REGIONS).await;
    assert_eq!(
        (empty.status, empty.body.as_slice()),
        (200, b"[]".as_slice())
    );
    let whole = with_fault(FaultKind::ShortAnswer { keep: 1.0 }, REGIONS).await;
    let half = with_fault(FaultKind::ShortAnswer { keep: 0.5 }, REGIONS).await;
    let (whole, half) = (whole.json(), half.json());
    let (whole, half) = (whole.as_array().unwrap(), half.as_array().unwrap());
    assert_eq!(half.as_slice(), &whole[..whole.len() / 2]);
    let broken = with_fault(FaultKind::NotJson, REGIONS).await;
    assert_eq!(
        broken.header("content-type"),
        Some("application/json;charset=UTF-8")
    );
    assert!(serde_json::from_slice::<Value>(&broken.body).is_err());
    let wrong = FaultKind::WrongTitle {
        title: "Jotain muuta".to_owned(),
    };
    let other = with_fault(wrong, "/rest/1.1/indicators/127").await.json();
    assert_eq!(other["title"]["sv"], "Jotain muuta");
    assert_eq!(other["id"], 127);
    let wrong = FaultKind::WrongUnit {
        code: "PER1000".to_owned(),
    };
    let other = with_fault(wrong, "/rest/1.1/indicators/127").await.json();
    assert_eq!(other["primaryValueType"]["code"], "PER1000");
    let without = FaultKind::MissingField {
        field: "value".to_owned(),
    };
    let target = "/rest/1.1/json?indicator=127&years=2020&genders=total";
    let rows = with_fault(without, target).await.json();
    let rows = rows.as_array().unwrap();
    assert!(!rows.is_empty());
    assert!(
        rows.iter()
            .all(|row| row.get("value").is_none() && row.get("year").is_some())
    );
}

#[tokio::test]
async fn faults_of_single_regions() {
    let target = "/rest/1.1/json?indicator=127&years=2020&years=2021&genders=total";
    let right = ask(&sandbox(Vec::new()).await, target, AGENT)
        .await
        .unwrap()
        .json();
    let right = right.as_array().unwrap().clone();
    let wrong = FaultKind::WrongValues {
        region: Some(347),
        year: Some(2021),
        factor: 10.0,
    };
    let rows = with_fault(wrong, target).await.json();
    let others: Vec<(&Value, &Value)> = right
        .iter()
        .zip(rows.as_array().unwrap())
        .filter(|(right, wrong)| right["value"].as_f64() != wrong["value"].as_f64())
        .collect();
    let [(right_one, wrong_one)] = others.as_slice() else {
        panic!("one figure, not {}", others.len());
    };
    assert_eq!(
        (&wrong_one["region"], &wrong_one["year"]),
        (&347.into(), &2021.into())
    );
    let tenfold = right_one["value"].as_f64().unwrap() * 10.0;
    assert_eq!(wrong_one["value"].as_f64(), Some(tenfold));

    let without = FaultKind::MissingRegions { regions: vec![347] };
    let rows = with_fault(without, target).await.json();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), right.len() - 2);
    assert!(rows.iter().all(|row| row["region"] != 347));
}

#[tokio::test]
async fn faults_of_transport() {
    let cut = with_fault(FaultKind::Truncated, REGIONS).await;
    let announced: usize = cut.header("content-length").unwrap().parse().unwrap();
    assert_eq!(cut.status, 200);
    assert_eq!(cut.body.len(), announced / 2);

    let reset = sandbox(vec![Fault::new(FaultKind::ConnectionReset).times(1)]).await;
    let error = ask(&reset, REGIONS, AGENT).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(reset.requests()[0].status, None);
    assert_eq!(ask(&reset, REGIONS, AGENT).await.unwrap().status, 200);

    let bomb = with_fault(FaultKind::DecompressionBomb { megabytes: 30 }, REGIONS).await;
    assert_eq!(bomb.header("content-encoding"), Some("gzip"));
    assert!(bomb.body.len() < 100_000, "{}", bomb.body.len());
    let unpacked = std::io::copy(
        &mut GzDecoder::new(bomb.body.as_slice()),
        &mut std::io::sink(),
    );
    assert_eq!(unpacked.unwrap(), 30 << 20);
}

#[tokio::test]
async fn faults_of_time() {
    let late = Duration::from_millis(60);
    let started = Instant::now();
    let answer = with_fault(FaultKind::Delay { milliseconds: 60 }, DATA).await;
    assert!(started.elapsed() >= late);
    assert_eq!(answer.body, b"[]");

    let kind = FaultKind::SlowLoris {
        bytes_per_second: 1_000,
    };
    let started = Instant::now();
    let slow = with_fault(kind, "/nowhere").await;
    assert_eq!(
        slow.body.len().to_string(),
        slow.header("content-length").unwrap()
    );
    // The last piece needs no pause after it.
    assert!(started.elapsed() >= Duration::from_millis(slow.body.len() as u64 - 100));
}

#[tokio::test]
async fn stopping_does_not_wait_for_a_slow_answer() {
    let sandbox = sandbox(vec![Fault::new(FaultKind::SlowLoris {
        bytes_per_second: 1,
    })])
    .await;
    let address = sandbox.address();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {REGIONS} HTTP/1.1\r\nHost: localhost\r\n{AGENT}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut first = [0];
    stream.read_exact(&mut first).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), sandbox.stop())
        .await
        .unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn faults_can_be_changed_and_are_checked() {
    let sandbox = sandbox(Vec::new()).await;
    assert_eq!(ask(&sandbox, REGIONS, AGENT).await.unwrap().status, 200);
    sandbox
        .set_faults(vec![Fault::new(FaultKind::Forbidden)])
        .unwrap();
    assert_eq!(ask(&sandbox, REGIONS, AGENT).await.unwrap().status, 403);
    let impossible = vec![Fault::new(FaultKind::ServerError { status: 200 })];
    assert!(matches!(
        sandbox.set_faults(impossible),
        Err(SandboxError::ImpossibleFault { .. })
    ));
}

#[tokio::test]
async fn a_taken_address_is_an_error() {
    let sandbox = sandbox(Vec::new()).await;
    let again = Sandbox::start(SandboxOptions {
        listen: sandbox.address(),
        ..SandboxOptions::new(Mode::Synthetic(Synthetic::default()))
    })
    .await;
    assert!(matches!(again, Err(SandboxError::Listen { .. })));
}

/// The recorded answers beside the project, where they are.
fn recordings() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/recordings/sotkanet"
    ));
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the Sotkanet recordings are absent");
    None
}

async fn replay(folder: PathBuf, edition: Option<&str>) -> Sandbox {
    Sandbox::start(SandboxOptions::new(Mode::Replay {
        folder,
        edition: edition.map(str::to_owned),
    }))
    .await
    .unwrap()
}

#[tokio::test]
async fn recordings_are_replayed_byte_for_byte() {
    let Some(folder) = recordings() else { return };
    let sandbox = replay(folder.clone(), None).await;
    let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let inflated = |name: &str| {
        let mut text = Vec::new();
        GzDecoder::new(bytes(name).as_slice())
            .read_to_end(&mut text)
            .unwrap();
        text
    };
    let years: Vec<String> = (1990..=2012).map(|year| format!("years={year}")).collect();
    let years = years.join("&");
    let all = format!("/rest/1.1/json?indicator=127&{years}&genders=total&genders=male");
    for (target, recorded) in [
        ("/rest/1.1/regions", bytes("regions.2015.json")),
        ("/rest/1.1/indicators", bytes("indicators.2015.json")),
        ("/rest/1.1/indicators/4461", bytes("indicators/4461.json")),
        (
            "/rest/1.1/csv?indicator=127&years=2009&genders=total",
            bytes("data/127.2009.csv"),
        ),
        (all.as_str(), inflated("data/127.2013.json.gz")),
        (
            "/rest/1.1/json?indicator=5513&years=2023&genders=total",
            bytes("5513.2026.json"),
        ),
    ] {
        let answer = ask(&sandbox, target, AGENT).await.unwrap();
        assert_eq!(answer.status, 200, "{target}");
        assert_eq!(answer.header(SYNTHETIC_HEADER), None);
        assert!(answer.body == recorded, "{target}");
    }
    let made = ask(&sandbox, "/rest/1.1/indicators/127", AGENT)
        .await
        .unwrap();
    assert_eq!(made.json()["range"]["start"], 1990);
    assert_eq!(made.json()["range"]["end"], 2012);
    let unknown = ask(&sandbox, "/rest/1.1/indicators/999999", AGENT)
        .await
        .unwrap();
    assert_eq!(unknown.status, 404);
    assert_eq!(sandbox.advance(), None);
}

#[tokio::test]
async fn a_recorded_table_answers_as_rows() {
    let Some(folder) = recordings() else { return };
    let sandbox = replay(folder.clone(), Some("2009")).await;
    let target = "/rest/1.1/json?indicator=127&years=2009&genders=total";
    let rows = ask(&sandbox, target, AGENT).await.unwrap().json();
    let recorded = std::fs::read_to_string(folder.join("data/127.2009.csv")).unwrap();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), recorded.lines().count() - 1);
    let country = rows.iter().find(|row| row["region"] == 658).unwrap();
    assert_eq!(country["value"], 5_351_427);
    // Other indicators have no such recording and give the one they have.
    let other = "/rest/1.1/json?indicator=171&years=2023&genders=total";
    let rows = ask(&sandbox, other, AGENT).await.unwrap().json();
    assert_eq!(rows.as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn boundaries_are_given_where_there_are_some() {
    const ASKED: &str = "/geoserver/tilastointialueet/wfs?service=WFS&version=2.0.0&request=GetFeature&typeNames=tilastointialueet%3Akunta4500k_2026&outputFormat=application%2Fjson&srsName=EPSG%3A3067";
    let none = sandbox(Vec::new()).await;
    assert_eq!(ask(&none, ASKED, AGENT).await.unwrap().status, 404);

    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, b"{\"features\": []}").unwrap();
    let some = Sandbox::start(SandboxOptions {
        boundaries: Some(file.path().to_owned()),
        ..SandboxOptions::default()
    })
    .await
    .unwrap();
    let given = ask(&some, ASKED, AGENT).await.unwrap();
    assert_eq!(
        (given.status, given.body.as_slice()),
        (200, &b"{\"features\": []}"[..])
    );
    // Another layer, and another projection, are not there.
    for other in [
        ASKED.replace("kunta4500k_2026", "kunta1000k_2026"),
        ASKED.replace("3067", "4326"),
    ] {
        assert_eq!(
            ask(&some, &other, AGENT).await.unwrap().status,
            404,
            "{other}"
        );
    }
    let lost = Sandbox::start(SandboxOptions {
        boundaries: Some(file.path().with_extension("lost")),
        ..SandboxOptions::default()
    })
    .await;
    assert!(matches!(lost, Err(SandboxError::ReadRecording { .. })));
}
