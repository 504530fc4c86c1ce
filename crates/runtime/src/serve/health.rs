//! What operators and load balancers ask: alive, ready, measurements, version. Needs no token and
//! tells nothing about anybody.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use hoso_ledger::LedgerError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::jetstream::{Nats, RelayState};
use crate::progress::lag;
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
    /// `shutdown`, `ledger`, `reactions:<service>`, `nats` or `relay`.
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

/// Can it take requests? 503 while the ledger does not answer, reactions lag far behind, the relay
/// has stopped with an alarm, or the process stops. NATS may be away: events then come out of the
/// ledger.
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
    match tokio::time::timeout(LEDGER_WITHIN, ledger_checks(&runtime)).await {
        Ok(Ok(found)) => checks.extend(found),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the ledger cannot be read");
            checks.push(ledger_down("it cannot be read"));
        }
        Err(_) => checks.push(ledger_down("it does not answer")),
    }
    checks.extend(runtime.nats.as_ref().map(nats_check));
    checks.extend(
        runtime
            .relay
            .as_ref()
            .map(|relay| relay_check(&relay.borrow())),
    );
    let ok = checks.iter().all(|check| check.ok);
    let status = if ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Health { ok, checks })).into_response()
}

async fn ledger_checks(runtime: &Runtime) -> Result<Vec<Check>, LedgerError> {
    let head = runtime.ledger.head().await?;
    let mut checks = vec![Check {
        name: "ledger".to_owned(),
        ok: true,
        detail: format!("head {head}"),
    }];
    let now = runtime.clock.now();
    for (name, state) in runtime.progress.here() {
        let lag = lag(&runtime.ledger, (state.position, head), now).await?;
        checks.push(Check {
            name: format!("reactions:{name}"),
            ok: lag.events <= LAG_EVENTS_MAX,
            detail: match lag.events {
                0 => format!("0 behind, {} parked", state.parked),
                events => format!(
                    "{events} behind, the oldest for {} s, {} parked",
                    lag.seconds, state.parked
                ),
            },
        });
    }
    Ok(checks)
}

/// Without NATS the process is late, not wrong: it stays ready and says so.
fn nats_check(nats: &Nats) -> Check {
    let link = nats.link();
    let trouble = link.trouble.map(|said| format!(" ({said})"));
    Check {
        name: "nats".to_owned(),
        ok: true,
        detail: if link.up {
            "connected".to_owned()
        } else {
            format!(
                "not connected{}: events come out of the ledger, later",
                trouble.unwrap_or_default()
            )
        },
    }
}

fn relay_check(state: &RelayState) -> Check {
    let (ok, detail) = match state {
        RelayState::Standby => (true, "another process relays".to_owned()),
        RelayState::Waiting { why } => (true, format!("waits: {why}")),
        RelayState::Running { position } => (true, format!("published up to {position}")),
        RelayState::Alarmed(alarm) => (false, alarm.to_string()),
    };
    Check {
        name: "relay".to_owned(),
        ok,
        detail,
    }
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
    let now = runtime.clock.now();
    for (name, state) in runtime.progress.here() {
        let events = head.saturating_sub(state.position);
        metrics::gauge!("hoso_reactions_lag_events", "service" => name).set(as_float(events));
        metrics::gauge!("hoso_parked_events", "service" => name).set(as_float(state.parked));
        // Without the ledger's answer the last measurement stands.
        let lag = lag(&runtime.ledger, (state.position, head), now);
        if let Ok(Ok(lag)) = tokio::time::timeout(LEDGER_WITHIN, lag).await {
            metrics::gauge!("hoso_reactions_lag_seconds", "service" => name)
                .set(as_float(lag.seconds));
        }
    }
    if let Some(nats) = &runtime.nats {
        metrics::gauge!("hoso_nats_connected").set(if nats.is_up() { 1.0 } else { 0.0 });
    }
    if let Some(relay) = &runtime.relay
        && let RelayState::Running { position } = &*relay.borrow()
    {
        metrics::gauge!("hoso_relay_position").set(as_float(*position));
        metrics::gauge!("hoso_relay_lag_events").set(as_float(head.saturating_sub(*position)));
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
