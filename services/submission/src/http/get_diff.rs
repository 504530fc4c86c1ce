//! `GET /api/v1/dossiers/{id}/diff`: what changed of a dossier between two moments.

use axum::extract::State;
use hoso_runtime::http::moment::{BetweenQuery, Changes};
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};

use super::target::Target;
use crate::access::Sight;
use crate::changes::changes;

/// What changed of a dossier between two moments, field by field: from what to what, by which
/// events. A unit's officials see their own side of it.
#[utoipa::path(
    get,
    path = "/api/v1/dossiers/{id}/diff",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), BetweenQuery),
    responses((status = 200, description = "what changed", body = Changes))
)]
pub(crate) async fn get_dossier_diff(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    Query(query): Query<BetweenQuery>,
    caller: Caller,
) -> Result<Reply<Changes>, Problem> {
    let between = query.moments()?;
    let target = Target::read(&runtime, &caller.actor, &id).await?;
    let procedure = Sight::of(&caller.actor).takes_in_procedure();
    let told = changes(&runtime.ledger, &target.dossier, between, procedure).await?;
    let changes = told.ok_or_else(|| Problem::not_found(format!("dossier {id}")))?;
    Ok(Reply::unversioned(Changes { changes }))
}
