//! `GET /api/v1/holds/{id}`: a hold and what became of it.

use axum::extract::State;
use hoso_domain::registry::hold::Hold;
use hoso_runtime::http::moment::AsOfQuery;
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};

use super::stream;
use super::view::HoldView;
use crate::access::reads_holds;

/// Shows a hold. Not for units.
#[utoipa::path(
    get,
    path = "/api/v1/holds/{id}",
    tag = "registry",
    params(("id" = String, Path, description = "its id"), AsOfQuery),
    responses((status = 200, description = "a hold and what became of it", body = HoldView))
)]
pub(crate) async fn get_hold(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    Query(query): Query<AsOfQuery>,
    caller: Caller,
) -> Result<Reply<HoldView>, Problem> {
    reads_holds(&caller.actor)?;
    stream::show_at::<Hold, _>(&runtime, &id, &query, HoldView::of).await
}
