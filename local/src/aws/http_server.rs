//! HTTP servers.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::time;
use tokio_util::sync::CancellationToken;

/// How long open requests may go on once a server is to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Listens on a port of loopback that is free.
pub(super) async fn bind() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}

/// Serves `router` until `closing` is cancelled, and then open requests for a
/// short time more.
pub(super) async fn serve(listener: TcpListener, router: Router, closing: CancellationToken) {
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "cannot switch Nagle's algorithm off");
        }
    });
    let stop = closing.clone().cancelled_owned();
    let server = axum::serve(listener, router).with_graceful_shutdown(stop);
    let overdue = async {
        closing.cancelled().await;
        time::sleep(GRACE).await;
    };
    tokio::select! {
        // `axum::serve` never fails: it retries what goes wrong on accept.
        _ = async { server.await } => {}
        () = overdue => {}
    }
}
