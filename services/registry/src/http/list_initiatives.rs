//! `GET /api/v1/initiatives`: initiatives, by id.

use axum::extract::State;
use hoso_domain::decider::StoredDecider;
use hoso_domain::registry::initiative::Initiative;
use hoso_runtime::{Caller, Page, PageQuery, Problem, Query, Runtime};
use serde::Deserialize;
use utoipa::IntoParams;

use super::stream;
use super::view::InitiativeView;

/// Which of them; every filter that is given must match.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InitiativesFilter {
    /// Only `RECOGNISED` or `NOT_RECOGNISED` ones.
    status: Option<String>,
}

/// Initiatives by id, a page at a time.
#[utoipa::path(
    get,
    path = "/api/v1/initiatives",
    tag = "registry",
    params(InitiativesFilter, PageQuery),
    responses((status = 200, description = "a page of initiatives, by id", body = Page<InitiativeView>))
)]
pub(crate) async fn list_initiatives(
    State(runtime): State<Runtime>,
    Query(filter): Query<InitiativesFilter>,
    page: PageQuery,
    _: Caller,
) -> Result<Page<InitiativeView>, Problem> {
    let mut query = page.streams(Initiative::CATEGORY);
    query.status = filter.status;
    stream::page::<Initiative, _>(&runtime, &query, InitiativeView::of).await
}
