//! `GET /api/v1/rule-books/{id}/{version}`: one version of a rule book, byte for byte.

use axum::extract::State;
use hoso_domain::registry::rule_book::RuleBook;
use hoso_runtime::http::moment::AsOfQuery;
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};

use super::stream;
use super::view::RuleBookView;

/// Shows a version of a rule book.
#[utoipa::path(
    get,
    path = "/api/v1/rule-books/{id}/{version}",
    tag = "registry",
    params(
        ("id" = String, Path, description = "the rule book"),
        ("version" = u32, Path, description = "its version"),
        AsOfQuery,
    ),
    responses((status = 200, description = "the version", body = RuleBookView))
)]
pub(crate) async fn get_rule_book(
    State(runtime): State<Runtime>,
    Path((id, version)): Path<(String, u32)>,
    Query(query): Query<AsOfQuery>,
    _: Caller,
) -> Result<Reply<RuleBookView>, Problem> {
    stream::show_at::<RuleBook, _>(&runtime, &id, &query, |mut state, _| {
        state.versions.remove(&version).map(RuleBookView::of)
    })
    .await
}
