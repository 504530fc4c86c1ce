//! `GET /api/v1/officials`: officials, by id.

use axum::extract::State;
use hoso_domain::decider::StoredDecider;
use hoso_domain::registry::official::Official;
use hoso_runtime::{Caller, Page, PageQuery, Problem, Query, Runtime};
use serde::Deserialize;
use utoipa::IntoParams;

use super::stream;
use super::view::OfficialView;
use crate::access::sees_tokens;

/// Which of them; every filter that is given must match.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfficialsFilter {
    /// Only of this agency.
    unit: Option<String>,
}

/// Officials by id, a page at a time.
#[utoipa::path(
    get,
    path = "/api/v1/officials",
    tag = "registry",
    params(OfficialsFilter, PageQuery),
    responses((status = 200, description = "a page of officials, by id", body = Page<OfficialView>))
)]
pub(crate) async fn list_officials(
    State(runtime): State<Runtime>,
    Query(filter): Query<OfficialsFilter>,
    page: PageQuery,
    caller: Caller,
) -> Result<Page<OfficialView>, Problem> {
    let with_tokens = sees_tokens(&caller.actor);
    let view = |state, version| OfficialView::of(state, version, with_tokens);
    let mut query = page.streams(Official::CATEGORY);
    query.unit = filter.unit;
    stream::page::<Official, _>(&runtime, &query, view).await
}
