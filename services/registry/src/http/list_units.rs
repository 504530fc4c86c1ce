//! `GET /api/v1/units`: units, by id.

use axum::extract::State;
use hoso_domain::decider::StoredDecider;
use hoso_domain::registry::unit::Unit;
use hoso_runtime::{Caller, Page, PageQuery, Problem, Query, Runtime};
use serde::Deserialize;
use utoipa::IntoParams;

use super::stream;
use super::view::UnitView;

/// Which of them; every filter that is given must match.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UnitsFilter {
    /// Only `REGISTERED`, `MERGED` or `DISSOLVED` ones.
    status: Option<String>,
}

/// Units by id, a page at a time.
#[utoipa::path(
    get,
    path = "/api/v1/units",
    tag = "registry",
    params(UnitsFilter, PageQuery),
    responses((status = 200, description = "a page of units, by id", body = Page<UnitView>))
)]
pub(crate) async fn list_units(
    State(runtime): State<Runtime>,
    Query(filter): Query<UnitsFilter>,
    page: PageQuery,
    _: Caller,
) -> Result<Page<UnitView>, Problem> {
    let mut query = page.streams(Unit::CATEGORY);
    query.status = filter.status;
    stream::page::<Unit, _>(&runtime, &query, UnitView::of).await
}
