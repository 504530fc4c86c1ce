//! Runs services on a listener: their routes and the common ones, their reactions, and an orderly
//! end.

use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::feed::Runner;
use crate::runtime::Runtime;
use crate::service::Service;

/// Longest time to finish what is in hand once told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(30);

/// Serves until `shutdown`; then stops accepting, finishes what is in hand (at most 30 s), drains
/// the reactions and closes the ledger.
///
/// # Errors
/// The listener failed, or a service has a name that makes no official's id.
pub async fn serve(
    runtime: Runtime,
    services: Vec<Service>,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let stop_reactors = CancellationToken::new();
    let mut reactors = JoinSet::new();
    for reactor in services
        .iter()
        .filter_map(|service| service.reactor.clone())
    {
        let runner = Runner::new(runtime.clone(), reactor).map_err(io::Error::other)?;
        reactors.spawn(runner.run(stop_reactors.clone()));
    }
    let (app, _) = app(&runtime, services);
    let server = axum::serve(listener, app)
        .with_graceful_shutdown(shutdown.clone().cancelled_owned())
        .into_future();
    let deadline = async {
        shutdown.cancelled().await;
        tokio::time::sleep(DRAIN_MAX).await;
    };
    let outcome = tokio::select! {
        outcome = server => outcome,
        () = deadline => Ok(()),
    };
    stop_reactors.cancel();
    while reactors.join_next().await.is_some() {}
    runtime.ledger.close().await;
    outcome
}

/// The routes of the services and the common ones, and what they say of themselves.
pub fn app(runtime: &Runtime, services: Vec<Service>) -> (Router, OpenApi) {
    let mut router = OpenApiRouter::new();
    for service in services {
        router = router.merge(service.router);
    }
    let (router, openapi) = router.with_state(runtime.clone()).split_for_parts();
    (router, openapi)
}
