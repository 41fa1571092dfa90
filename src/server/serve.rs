//! The accept loop: HTTP/1.1 on a listener, with limits, until it is told to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// What one server bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; the next one waits in the system's queue. Readers must not
    /// use up the open files that the rest of the process needs.
    pub connections: usize,
    /// How long a connection may be silent before the headers of its next request are
    /// complete.
    pub request_headers: Duration,
    /// How long answers under way may take once the server was told to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            request_headers: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}

/// How long to wait after the system refused to accept: it is out of files or memory, and
/// asking again at once would only burn time.
const RECOVERY: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until `shutdown`, then finishes the answers under way and
/// returns, all within the default [`Limits`].
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    serve_within(listener, router, Limits::default(), shutdown).await;
}

/// The same within `limits`.
pub async fn serve_within(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    shutdown: CancellationToken,
) {
    let connections = Arc::new(Semaphore::new(limits.connections));
    let draining = GracefulShutdown::new();
    let mut protocol = http1::Builder::new();
    protocol
        .timer(TokioTimer::new())
        .header_read_timeout(limits.request_headers);
    while let Some((stream, remote, permit)) = tokio::select! {
        next = next_connection(&listener, &connections) => next,
        () = shutdown.cancelled() => None,
    } {
        let router = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request| {
            request.extensions_mut().insert(ConnectInfo(remote));
            router.call(request)
        });
        let connection = protocol.serve_connection(TokioIo::new(stream), service);
        let connection = draining.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                // A reader that went away, or sent what is not HTTP.
                tracing::debug!(%error, "A connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    tracing::info!(connections = draining.count(), "The web server stops");
    tokio::select! {
        () = draining.shutdown() => {}
        () = tokio::time::sleep(limits.drain) => {
            tracing::warn!("Readers were cut off: their answers took too long");
        }
    }
}

/// The next connection, its other end, and its permit; `None` is never the answer while there is a server.
async fn next_connection(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(connections).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, remote)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "A connection keeps Nagle's algorithm");
                }
                return Some((stream, remote, permit));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "No connection can be accepted");
                tokio::time::sleep(RECOVERY).await;
            }
        }
    }
}

/// Whether only the connection failed, not the accepting.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
