//! How far the reactions have come, and waiting for them: a client that has just sent a command
//! waits here until what follows from it has happened.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use hoso_ledger::Position;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::caller::Caller;
use crate::http::params::Query;
use crate::http::problem::Problem;
use crate::progress::lag;
use crate::runtime::Runtime;

/// Longest wait; then the state as it is.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// What to wait for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wait {
    /// A position that every service must have handled, or `idle`: everything, and everything that
    /// follows from it. Waits at most 10 s.
    wait: Option<String>,
}

/// How far the reactions have come.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FeedState {
    /// Last position of the log.
    head: Position,
    /// The services that react, wherever they run.
    services: Vec<ServiceState>,
}

/// How far one service's reactions have come.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceState {
    /// The service.
    name: &'static str,
    /// Every event up to here was handled or parked.
    position: Position,
    /// Events still to handle.
    lag: u64,
    /// Seconds since the oldest of them was recorded; 0 where there is none.
    lag_seconds: u64,
    /// Parked events that wait for a person.
    parked: u64,
}

/// How far the reactions have come; with `wait`, once they have come far enough.
#[utoipa::path(get, path = "/api/v1/feed", tag = "events", params(Wait),
    responses((status = 200, body = FeedState)))]
pub(crate) async fn get_feed(
    State(runtime): State<Runtime>,
    _caller: Caller,
    Query(Wait { wait }): Query<Wait>,
) -> Result<Json<FeedState>, Problem> {
    if let Some(wait) = wait {
        wait_for(&runtime, &wait).await?;
    }
    let head = runtime.ledger.head().await?;
    let now = runtime.clock.now();
    let mut services = Vec::new();
    for (name, state) in runtime.progress.all(&runtime.ledger).await? {
        let lag = lag(&runtime.ledger, (state.position, head), now).await?;
        services.push(ServiceState {
            name,
            position: state.position,
            lag: lag.events,
            lag_seconds: lag.seconds,
            parked: state.parked,
        });
    }
    Ok(Json(FeedState { head, services }))
}

async fn wait_for(runtime: &Runtime, wait: &str) -> Result<(), Problem> {
    let waited = async {
        if wait == "idle" {
            runtime.wait_idle().await?;
        } else {
            let position = wait.parse().map_err(|_| {
                Problem::bad_request("query-invalid").error("wait", "a position, or `idle`")
            })?;
            runtime.progress.reached(&runtime.ledger, position).await?;
        }
        Ok(())
    };
    // Not far enough in time is no error: the answer says how far.
    tokio::time::timeout(WAIT_MAX, waited)
        .await
        .unwrap_or(Ok(()))
}
