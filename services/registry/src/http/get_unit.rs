//! `GET /api/v1/units/{id}`: a unit as it stands and stood.

use axum::extract::State;
use hoso_domain::registry::unit::Unit;
use hoso_runtime::http::moment::AsOfQuery;
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};

use super::stream;
use super::view::UnitView;

/// Shows a unit.
#[utoipa::path(
    get,
    path = "/api/v1/units/{id}",
    tag = "registry",
    params(("id" = String, Path, description = "its id"), AsOfQuery),
    responses((status = 200, description = "a unit as it stands and stood", body = UnitView))
)]
pub(crate) async fn get_unit(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    Query(query): Query<AsOfQuery>,
    _: Caller,
) -> Result<Reply<UnitView>, Problem> {
    stream::show_at::<Unit, _>(&runtime, &id, &query, UnitView::of).await
}
