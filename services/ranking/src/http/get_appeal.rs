//! `GET /api/v1/appeals/{id}`: an appeal as it is now.

use axum::extract::State;
use hoso_runtime::{Caller, Path, Problem, Reply, Runtime};

use super::appeal_view::{AppealView, find};

/// An appeal. A unit's officials see their unit's.
#[utoipa::path(
    get,
    path = "/api/v1/appeals/{id}",
    tag = "ranking",
    params(("id" = String, Path, description = "the appeal")),
    responses((status = 200, description = "the appeal", body = AppealView))
)]
pub(crate) async fn get_appeal(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Reply<AppealView>, Problem> {
    let (_, state, version) = find(&runtime, &caller.actor, &id).await?;
    let view = AppealView::of(&state).ok_or_else(|| Problem::not_found(format!("appeal {id}")))?;
    Ok(Reply::ok(version, view))
}
