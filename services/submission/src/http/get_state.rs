//! `GET /api/v1/dossiers/{id}/state`: the dossier's folded state as of then.

use axum::extract::State;
use hoso_runtime::http::moment::AsOfQuery;
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};
use utoipa::ToSchema;

use super::target::Target;
use crate::access::Sight;
use crate::snapshot::{Snapshot, state};

/// What a dossier was then.
#[derive(ToSchema)]
#[schema(as = Snapshot)]
#[expect(dead_code, reason = "only describes the snapshot")]
pub(crate) struct SnapshotSchema {
    /// The dossier.
    dossier: String,
    /// The last position of its path by then.
    position: u64,
    /// Status on the unit's side.
    status: String,
    /// The dossier on the unit's side.
    state: serde_json::Value,
    /// The case at Home Affairs and the Standing Office; not for the unit's officials.
    case: Option<serde_json::Value>,
}

/// The state of the dossier, and of its case, as of a position or time.
#[utoipa::path(
    get,
    path = "/api/v1/dossiers/{id}/state",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), AsOfQuery),
    responses((status = 200, description = "the state then", body = SnapshotSchema))
)]
pub(crate) async fn get_dossier_state(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    Query(query): Query<AsOfQuery>,
    caller: Caller,
) -> Result<Reply<Snapshot>, Problem> {
    let moment = query.moment()?;
    let target = Target::read(&runtime, &caller.actor, &id).await?;
    let mut then = state(&runtime.ledger, &target.dossier, moment)
        .await?
        .ok_or_else(|| Problem::not_found(format!("dossier {id} at that time")))?;
    if !Sight::of(&caller.actor).takes_in_procedure() {
        then.case = None;
    }
    Ok(Reply::unversioned(then))
}
