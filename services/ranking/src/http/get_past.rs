//! `GET /api/v1/rounds/{id}/state`, `/history` and `/diff`: a round as it was, how it came there,
//! and what changed; for those who work on it.

use axum::extract::State;
use hoso_domain::ids::RoundId;
use hoso_domain::ranking::round::{Round, RoundState};
use hoso_ledger::Position;
use hoso_runtime::http::moment::{AsOfQuery, BetweenQuery, Changes};
use hoso_runtime::past::{self, Moment, Side, Step};
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};
use serde::Serialize;
use utoipa::ToSchema;

use super::target::{Target, stream};
use crate::access::is_insider;

/// A round as it was.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoundSnapshot {
    /// The round.
    #[schema(value_type = String)]
    round: RoundId,
    /// Position of its last event by then.
    position: Position,
    /// `OPEN`, `RANKED`, `SHORTLISTED`, `PROPOSED`, `DECIDED`, `CLOSED` or `ARCHIVED`.
    status: String,
    /// Under `opened` what was fixed at the opening, items, ranking, adopted list, decisions: what
    /// the paths of a diff point into.
    #[schema(value_type = serde_json::Value)]
    state: RoundState,
}

/// A round's steps.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoundHistory {
    /// The round.
    #[schema(value_type = String)]
    round: RoundId,
    /// What happened, in the order of the log; the fields of a dossier's history.
    #[schema(value_type = Vec<serde_json::Value>)]
    events: Vec<Step>,
}

async fn seen(runtime: &Runtime, caller: &Caller, id: &str) -> Result<RoundId, Problem> {
    let target = Target::find(runtime, id).await?;
    if is_insider(&caller.actor) {
        Ok(target.id)
    } else {
        Err(Problem::not_found(format!("round {id}")))
    }
}

/// The state of a round as of a moment.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/state",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), AsOfQuery),
    responses((status = 200, description = "the state then", body = RoundSnapshot))
)]
pub(crate) async fn get_round_state(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    Query(query): Query<AsOfQuery>,
    caller: Caller,
) -> Result<Reply<RoundSnapshot>, Problem> {
    let moment = query.moment()?;
    let round = seen(&runtime, &caller, &id).await?;
    let then = past::then::<Round>(runtime.ledger.as_ref(), &stream(&round), moment).await?;
    let folder = then.state.opened();
    let folder = folder.ok_or_else(|| Problem::not_found(format!("round {id} at that time")))?;
    Ok(Reply::unversioned(RoundSnapshot {
        round,
        position: then.position,
        status: folder.status().to_owned(),
        state: then.state,
    }))
}

/// The steps of a round: who, in which capacity, what, when, why, under which rule book.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/history",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), AsOfQuery),
    responses((status = 200, description = "the steps", body = RoundHistory))
)]
pub(crate) async fn get_round_history(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    Query(query): Query<AsOfQuery>,
    caller: Caller,
) -> Result<Reply<RoundHistory>, Problem> {
    let moment = query.moment()?;
    let round = seen(&runtime, &caller, &id).await?;
    let ledger = runtime.ledger.as_ref();
    let recorded = past::until(ledger, &stream(&round), moment).await?;
    let events = past::steps(ledger, &recorded).await?;
    Ok(Reply::unversioned(RoundHistory { round, events }))
}

/// What changed in a round between two moments, field by field: from what to what, by which events.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/diff",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), BetweenQuery),
    responses((status = 200, description = "what changed", body = Changes))
)]
pub(crate) async fn get_round_diff(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    Query(query): Query<BetweenQuery>,
    caller: Caller,
) -> Result<Reply<Changes>, Problem> {
    let between: [Moment; 2] = query.moments()?;
    let round = seen(&runtime, &caller, &id).await?;
    let ledger = runtime.ledger.as_ref();
    let changes = past::changes(ledger, &stream(&round), between, Side::fold::<Round>).await?;
    Ok(Reply::unversioned(Changes { changes }))
}
