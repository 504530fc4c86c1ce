//! `GET /api/v1/rounds/{id}`: a round as it is now.

use axum::extract::State;
use hoso_runtime::{Caller, Path, Problem, Reply, Runtime};

use super::round_view::RoundView;
use super::target::Target;
use crate::access::is_insider;

/// A round. Those who do not work on it see what is public.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}",
    tag = "ranking",
    params(("id" = String, Path, description = "the round")),
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn get_round(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Reply<RoundView>, Problem> {
    let target = Target::find(&runtime, &id).await?;
    let view = RoundView::of(&target.round, is_insider(&caller.actor));
    Ok(Reply::ok(target.version, view))
}
