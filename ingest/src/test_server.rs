//! A server of raw bytes on loopback: it answers each connection's one request with what
//! the test scripted, to the byte, and remembers what it was asked.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use url::Url;

/// What the server does with a request.
pub(crate) enum Reply {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Takes this long (of the test's clock), then sends these bytes and closes.
    Late(Duration, Vec<u8>),
    /// Sends the first bytes, then the others one by one with this pause after each, and
    /// then only waits.
    Drip(Vec<u8>, Duration, Vec<u8>),
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The request line and headers.
    pub(crate) head: String,
    /// When, on the test's clock.
    pub(crate) at: Instant,
}

impl Asked {
    /// The path and query.
    pub(crate) fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (header, value) = line.split_once(": ")?;
            header.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

#[derive(Default)]
struct Log {
    asked: Mutex<Vec<Asked>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

pub(crate) struct TestServer {
    /// `http://127.0.0.1:<port>/`
    pub(crate) url: Url,
    log: Arc<Log>,
    task: JoinHandle<()>,
}

impl TestServer {
    /// A server that gives each request (its number from 0, and what was asked) a reply.
    pub(crate) async fn start(
        script: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let log = Arc::new(Log::default());
        let script = Arc::new(script);
        let task = tokio::spawn({
            let log = Arc::clone(&log);
            async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
                }
            }
        });
        Self {
            url: url.parse().unwrap(),
            log,
            task,
        }
    }

    /// A server that answers the first requests with `replies`, in order, and all later
    /// ones with the last.
    pub(crate) async fn scripted(replies: Vec<Vec<u8>>) -> Self {
        Self::start(move |number, _| Reply::Bytes(replies[number.min(replies.len() - 1)].clone()))
            .await
    }

    /// What came so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.log.asked.lock().unwrap().clone()
    }

    /// The most requests that were under way at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.log.most_at_once.load(Ordering::SeqCst)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<impl Fn(usize, &Asked) -> Reply>,
    log: Arc<Log>,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let under_way = log.at_once.fetch_add(1, Ordering::SeqCst) + 1;
    log.most_at_once.fetch_max(under_way, Ordering::SeqCst);
    let reply = {
        let asked = Asked {
            head: String::from_utf8(head).unwrap(),
            at: Instant::now(),
        };
        let mut all = log.asked.lock().unwrap();
        let reply = script(all.len(), &asked);
        all.push(asked);
        reply
    };
    // No longer under way once the answer is about to leave: the client may be quicker to
    // ask again than this task to count down.
    match reply {
        Reply::Bytes(bytes) => {
            log.at_once.fetch_sub(1, Ordering::SeqCst);
            stream.write_all(&bytes).await.ok()?;
        }
        Reply::Late(delay, bytes) => {
            sleep(delay).await;
            log.at_once.fetch_sub(1, Ordering::SeqCst);
            stream.write_all(&bytes).await.ok()?;
        }
        Reply::Drip(bytes, pause, drops) => {
            stream.write_all(&bytes).await.ok()?;
            for byte in drops {
                stream.write_u8(byte).await.ok()?;
                sleep(pause).await;
            }
            std::future::pending::<()>().await;
        }
    }
    stream.shutdown().await.ok()
}

/// A whole answer with its length.
pub(crate) fn answer(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    for header in headers {
        answer.push_str(header);
        answer.push_str("\r\n");
    }
    let length = body.len();
    [
        format!("{answer}Content-Length: {length}\r\n\r\n").as_bytes(),
        body,
    ]
    .concat()
}

/// A 200 with JSON.
pub(crate) fn json(body: &str) -> Vec<u8> {
    answer(
        "200 OK",
        &["Content-Type: application/json"],
        body.as_bytes(),
    )
}

/// The body, compressed.
pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}
