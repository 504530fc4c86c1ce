//! Connections of a process that strangers may talk to: bounded in number, and each one in time.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Connections at once; the next one waits.
const CONNECTIONS_MAX: usize = 256;
/// A request's head comes within so long, also the next one's on a connection that is kept.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
/// A connection ends after so long, whatever goes on: nobody keeps a place for ever.
const CONNECTION_WITHIN: Duration = Duration::from_mins(5);
/// Longest time to finish what is in hand once told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(10);
/// Before an address that gave no connection (no more descriptors) is asked again.
const RETRY_EVERY: Duration = Duration::from_millis(100);

/// Answers until told to stop, and then what is in hand, for a while.
pub(super) async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = accepted => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "no connection");
                tokio::time::sleep(RETRY_EVERY).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_WITHIN)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // Ends, whether it ended well or not, is all there is to say of a stranger's connection.
            tokio::time::timeout(CONNECTION_WITHIN, connection)
                .await
                .ok();
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(DRAIN_MAX) => {
            tracing::warn!("requests were still in hand after {} s", DRAIN_MAX.as_secs());
        }
    }
}
