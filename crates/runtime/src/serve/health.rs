//! What operators and load balancers ask: alive, ready, measurements, version. Needs no token and
//! tells nothing about anybody.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::runtime::Runtime;
use crate::serve::Stopping;
use crate::telemetry::metrics_handle;

/// The ledger must answer a readiness check so soon.
const LEDGER_WITHIN: Duration = Duration::from_secs(2);
/// A reactor may be so many events behind and still count as ready.
const LAG_EVENTS_MAX: u64 = 10_000;

/// Alive or ready, and why not.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Health {
    /// All checks passed.
    ok: bool,
    /// The checks.
    checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Check {
    /// `ledger`, `shutdown` or `reactions:<service>`.
    name: String,
    /// It passed.
    ok: bool,
    /// What was found.
    detail: String,
}

/// The program and its version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    /// `hoso`.
    name: &'static str,
    /// Such as 0.1.0.
    #[serde(rename = "version")]
    number: &'static str,
    /// The source's commit, where the build knew it.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'static str>,
}

/// Is the process alive?
#[utoipa::path(get, path = "/livez", tag = "operations",
    responses((status = 200, body = Health)))]
pub(crate) async fn livez() -> Json<Health> {
    Json(Health {
        ok: true,
        checks: Vec::new(),
    })
}

/// Can it take requests? 503 while the ledger does not answer, reactions lag far behind, or the
/// process stops.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, body = Health), (status = 503, body = Health)))]
pub(crate) async fn readyz(
    State(runtime): State<Runtime>,
    Extension(Stopping(stopping)): Extension<Stopping>,
) -> Response {
    let mut checks = vec![Check {
        name: "shutdown".to_owned(),
        ok: !stopping.is_cancelled(),
        detail: if stopping.is_cancelled() {
            "the process stops".to_owned()
        } else {
            "the process runs".to_owned()
        },
    }];
    match tokio::time::timeout(LEDGER_WITHIN, runtime.ledger.head()).await {
        Ok(Ok(head)) => {
            checks.push(Check {
                name: "ledger".to_owned(),
                ok: true,
                detail: format!("head {head}"),
            });
            for (name, state) in runtime.progress.all() {
                let lag = head.saturating_sub(state.position);
                checks.push(Check {
                    name: format!("reactions:{name}"),
                    ok: lag <= LAG_EVENTS_MAX,
                    detail: format!("{lag} behind, {} parked", state.parked),
                });
            }
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the ledger cannot be read");
            checks.push(ledger_down("it cannot be read"));
        }
        Err(_) => checks.push(ledger_down("it does not answer")),
    }
    let ok = checks.iter().all(|check| check.ok);
    let status = if ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Health { ok, checks })).into_response()
}

fn ledger_down(detail: &str) -> Check {
    Check {
        name: "ledger".to_owned(),
        ok: false,
        detail: detail.to_owned(),
    }
}

/// Measurements in Prometheus text form.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(State(runtime): State<Runtime>) -> Response {
    let head = *runtime.ledger.watch_head().borrow();
    metrics::gauge!("hoso_ledger_head").set(as_float(head));
    for (name, state) in runtime.progress.all() {
        let lag = head.saturating_sub(state.position);
        metrics::gauge!("hoso_reactions_lag_events", "service" => name).set(as_float(lag));
        metrics::gauge!("hoso_parked_events", "service" => name).set(as_float(state.parked));
    }
    let text = metrics_handle().render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float; beyond 2^53 events the last digits do not matter"
)]
fn as_float(count: u64) -> f64 {
    count as f64
}

/// The program and its version.
#[utoipa::path(get, path = "/version", tag = "operations",
    responses((status = 200, body = Version)))]
pub(crate) async fn version() -> Json<Version> {
    Json(Version {
        name: "hoso",
        number: env!("CARGO_PKG_VERSION"),
        commit: option_env!("HOSO_COMMIT"),
    })
}
