//! `GET /api/v1/appeals`: the appeals, by id.

use axum::extract::State;
use hoso_domain::decider::StoredDecider;
use hoso_domain::ranking::appeal::Appeal;
use hoso_ledger::StreamQuery;
use hoso_ledger::execute::load;
use hoso_runtime::{Caller, Page, PageQuery, Problem, Query, Runtime};
use serde::Deserialize;
use utoipa::IntoParams;

use super::appeal_view::AppealView;
use crate::access::is_insider;

/// Which appeals.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct AppealFilter {
    /// Only of this round.
    round: Option<String>,
    /// Only `OPEN`, `UPHELD`, `DISMISSED` or `INADMISSIBLE` ones.
    status: Option<String>,
}

/// The appeals. A unit's officials see their unit's.
#[utoipa::path(
    get,
    path = "/api/v1/appeals",
    tag = "ranking",
    params(AppealFilter, PageQuery),
    responses((status = 200, description = "a page", body = Page<AppealView>))
)]
pub(crate) async fn list_appeals(
    State(runtime): State<Runtime>,
    Query(filter): Query<AppealFilter>,
    page: PageQuery,
    caller: Caller,
) -> Result<Page<AppealView>, Problem> {
    let own = (!is_insider(&caller.actor)).then(|| caller.actor.agency.to_string());
    let query = StreamQuery {
        round: filter.round,
        status: filter.status,
        unit: own,
        ..page.streams(Appeal::CATEGORY)
    };
    let rows = runtime.ledger.streams(&query).await?;
    Page::of_streams(rows, |record| {
        let (state, _) = load::<Appeal>(Some(record))?;
        AppealView::of(&state).ok_or_else(|| Problem::internal("an appeal's stream without one"))
    })
}
