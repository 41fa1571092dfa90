//! A plain HTTP/1.1 client: it sends a path as it is given, which a real client would
//! straighten out first, and it keeps its connection.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?}\n{}", self.headers, self.text());
        self
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// A connection that is kept.
pub(super) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Self {
        Self(BufReader::new(
            TcpStream::connect(address).await.expect("a connection"),
        ))
    }

    /// Asks, with each header as a line.
    pub(super) async fn ask(&mut self, method: &str, path: &str, headers: &[&str]) -> Received {
        let mut question = format!("{method} {path} HTTP/1.1\r\nHost: data.example\r\n");
        for header in headers {
            question.push_str(header);
            question.push_str("\r\n");
        }
        question.push_str("\r\n");
        self.send(&question).await;
        self.receive(method).await
    }

    pub(super) async fn send(&mut self, text: &str) {
        self.0
            .get_mut()
            .write_all(text.as_bytes())
            .await
            .expect("sent");
    }

    /// Whether the server closes the connection before it sends anything.
    pub(super) async fn is_closed_by_server(&mut self) -> bool {
        self.0.fill_buf().await.is_ok_and(<[u8]>::is_empty)
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.expect("a line");
        line.trim_end().to_owned()
    }

    async fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).await.expect("all bytes");
        bytes
    }

    pub(super) async fn receive(&mut self, method: &str) -> Received {
        let first = self.line().await;
        let status = first
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or_else(|| panic!("a status line, not «{first}»"));
        let mut received = Received {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let line = self.line().await;
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            received
                .headers
                .push((name.to_ascii_lowercase(), value.to_owned()));
        }
        if method == "HEAD" || status == 304 {
            return received;
        }
        if received.header("transfer-encoding") == Some("chunked") {
            loop {
                let length = usize::from_str_radix(&self.line().await, 16).expect("a length");
                received.body.extend(self.bytes(length).await);
                self.line().await;
                if length == 0 {
                    break;
                }
            }
        } else if let Some(length) = received.header("content-length") {
            received.body = self.bytes(length.parse().expect("a length")).await;
        }
        received
    }
}
