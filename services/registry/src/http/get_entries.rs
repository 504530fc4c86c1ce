//! `GET /api/v1/index-entries/{kind}/{year}`: publications and entries of a kind and year.

use axum::extract::State;
use hoso_domain::registry::index::{Index, IndexKind, IndexState};
use hoso_runtime::http::moment::AsOfQuery;
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};

use super::stream;
use super::view::IndexView;

/// Shows what is known of a kind and year.
#[utoipa::path(
    get,
    path = "/api/v1/index-entries/{kind}/{year}",
    tag = "registry",
    params(
        ("kind" = String, Path, description = "`PROVINCIAL_INDEX`, `UNIT_INDEX`, `SATISFACTION` or `TASKS`"),
        ("year" = u16, Path, description = "the year"),
        AsOfQuery,
    ),
    responses((status = 200, description = "publications and entries", body = IndexView))
)]
pub(crate) async fn get_entries(
    State(runtime): State<Runtime>,
    Path((kind, year)): Path<(String, u16)>,
    Query(query): Query<AsOfQuery>,
    _: Caller,
) -> Result<Reply<IndexView>, Problem> {
    let kind = IndexKind::parse(&kind).ok_or_else(|| Problem::not_found(format!("kind {kind}")))?;
    let view = |state: IndexState, version| {
        let known = !state.editions.is_empty() || !state.entries.is_empty();
        known.then(|| IndexView::of(kind, year, state, version))
    };
    stream::show_at::<Index, _>(&runtime, &kind.stream_id(year), &query, view).await
}
