//! `GET /api/v1/initiatives/{id}`: an initiative with its last result.

use axum::extract::State;
use hoso_domain::registry::initiative::Initiative;
use hoso_runtime::http::moment::AsOfQuery;
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};

use super::stream;
use super::view::InitiativeView;

/// Shows an initiative.
#[utoipa::path(
    get,
    path = "/api/v1/initiatives/{id}",
    tag = "registry",
    params(("id" = String, Path, description = "its id"), AsOfQuery),
    responses((status = 200, description = "an initiative with its last result", body = InitiativeView))
)]
pub(crate) async fn get_initiative(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    Query(query): Query<AsOfQuery>,
    _: Caller,
) -> Result<Reply<InitiativeView>, Problem> {
    stream::show_at::<Initiative, _>(&runtime, &id, &query, InitiativeView::of).await
}
