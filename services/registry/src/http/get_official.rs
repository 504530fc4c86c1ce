//! `GET /api/v1/officials/{id}`: an official with delegations.

use axum::extract::State;
use hoso_domain::registry::official::Official;
use hoso_runtime::http::moment::AsOfQuery;
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};

use super::stream;
use super::view::OfficialView;
use crate::access::sees_tokens;

/// Shows an official. Digests of tokens only to administrators and auditors.
#[utoipa::path(
    get,
    path = "/api/v1/officials/{id}",
    tag = "registry",
    params(("id" = String, Path, description = "its id"), AsOfQuery),
    responses((status = 200, description = "an official with delegations", body = OfficialView))
)]
pub(crate) async fn get_official(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    Query(query): Query<AsOfQuery>,
    caller: Caller,
) -> Result<Reply<OfficialView>, Problem> {
    let with_tokens = sees_tokens(&caller.actor);
    let view = |state, version| OfficialView::of(state, version, with_tokens);
    stream::show_at::<Official, _>(&runtime, &id, &query, view).await
}
