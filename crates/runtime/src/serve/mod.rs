//! Runs services on a listener: their routes and the common ones, their reactions, and an orderly
//! end.

mod describe;
mod error_pages;
mod events;
mod feed_state;
mod health;
mod parked;

use std::io;
use std::time::Duration;

use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::feed::Runner;
use crate::http::problem::Problem;
use crate::http::scope::scope;
use crate::jetstream::head::share_head;
use crate::runtime::Runtime;
use crate::service::Service;
use crate::telemetry::metrics_handle;

/// Longest time to finish what is in hand once told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(30);
/// How often the measurements' histograms are tidied.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Told when the process stops; endless answers end with it.
#[derive(Debug, Clone)]
struct Stopping(CancellationToken);

/// Serves until `shutdown`; then stops accepting, finishes what is in hand (at most 30 s), drains
/// the reactions and closes the ledger.
///
/// The reactors are known to the runtime's progress as soon as this returns the future, so that
/// whoever waits for them waits for all of them.
///
/// # Errors
/// The listener failed, or a service has a name that makes no official's id.
pub fn serve(
    runtime: Runtime,
    services: Vec<Service>,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> impl Future<Output = io::Result<()>> + Send + 'static {
    let runners: Result<Vec<_>, _> = services
        .iter()
        .filter_map(|service| service.reactor.clone())
        .map(|reactor| Runner::new(runtime.clone(), reactor))
        .collect();
    async move {
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for runner in runners.map_err(io::Error::other)? {
            tasks.spawn(runner.run(stop.clone()));
        }
        tasks.spawn(keep_up_metrics(stop.clone()));
        // The relay appends nothing that it could tell, and may not tell it.
        if let Some(nats) = runtime.nats.clone()
            && runtime.relay.is_none()
        {
            let ledger = runtime.ledger.clone();
            tasks.spawn(share_head(nats, ledger, stop.clone()));
        }
        let (router, _) = app(&runtime, services, shutdown.clone());
        let outcome = answer_until(router, listener, shutdown).await;
        stop.cancel();
        while tasks.join_next().await.is_some() {}
        runtime.ledger.close().await;
        outcome
    }
}

/// Answers requests until told to stop, and then those in hand, for a while.
async fn answer_until(
    router: Router,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let server = axum::serve(listener, router)
        .with_graceful_shutdown(shutdown.clone().cancelled_owned())
        .into_future();
    let deadline = async {
        shutdown.cancelled().await;
        tokio::time::sleep(DRAIN_MAX).await;
    };
    tokio::select! {
        outcome = server => outcome,
        () = deadline => {
            tracing::warn!("requests were still in hand after {} s", DRAIN_MAX.as_secs());
            Ok(())
        }
    }
}

/// The routes of the services and the common ones, and their OpenAPI 3.1 description.
pub fn app(
    runtime: &Runtime,
    services: Vec<Service>,
    shutdown: CancellationToken,
) -> (Router, Value) {
    let mut router = OpenApiRouter::new()
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .routes(routes!(health::version))
        .routes(routes!(error_pages::error_page))
        .routes(routes!(events::list_events))
        .routes(routes!(feed_state::get_feed))
        .routes(routes!(parked::list_parked))
        .routes(routes!(parked::retry_parked))
        .routes(routes!(parked::skip_parked));
    for service in services {
        router = router.merge(service.router);
    }
    let (router, openapi) = router.split_for_parts();
    let description = describe::describe(&openapi);
    let docs = SwaggerUi::new("/docs").external_url_unchecked("/openapi.json", description.clone());
    let router = router
        .merge(docs)
        .fallback(async || Problem::not_found("such address"))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed")
        })
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(runtime.clone(), scope))
        .layer(Extension(Stopping(shutdown)))
        .with_state(runtime.clone());
    (router, description)
}

async fn keep_up_metrics(stop: CancellationToken) {
    let mut interval = tokio::time::interval(UPKEEP_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = interval.tick() => metrics_handle().run_upkeep(),
        }
    }
}
