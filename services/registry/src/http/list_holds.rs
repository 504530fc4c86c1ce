//! `GET /api/v1/holds`: holds, by id.

use axum::extract::State;
use hoso_domain::decider::StoredDecider;
use hoso_domain::registry::hold::Hold;
use hoso_runtime::{Caller, Page, PageQuery, Problem, Query, Runtime};
use serde::Deserialize;
use utoipa::IntoParams;

use super::stream;
use super::view::HoldView;
use crate::access::reads_holds;

/// Which of them; every filter that is given must match.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HoldsFilter {
    /// Only `OPEN`, `CONFIRMED` or `LIFTED` ones.
    status: Option<String>,
}

/// Holds by id, a page at a time. Not for units.
#[utoipa::path(
    get,
    path = "/api/v1/holds",
    tag = "registry",
    params(HoldsFilter, PageQuery),
    responses((status = 200, description = "a page of holds, by id", body = Page<HoldView>))
)]
pub(crate) async fn list_holds(
    State(runtime): State<Runtime>,
    Query(filter): Query<HoldsFilter>,
    page: PageQuery,
    caller: Caller,
) -> Result<Page<HoldView>, Problem> {
    reads_holds(&caller.actor)?;
    let mut query = page.streams(Hold::CATEGORY);
    query.status = filter.status;
    stream::page::<Hold, _>(&runtime, &query, HoldView::of).await
}
