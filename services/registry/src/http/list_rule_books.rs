//! `GET /api/v1/rule-books`: every published version.

use axum::Extension;
use hoso_runtime::{Caller, Problem, Reply, View};

use super::view::RuleBookView;
use crate::views::RegistryFacts;

/// All published versions, by rule book and version.
#[utoipa::path(
    get,
    path = "/api/v1/rule-books",
    tag = "registry",
    responses((status = 200, description = "the versions", body = Vec<RuleBookView>))
)]
pub(crate) async fn list_rule_books(
    Extension(facts): Extension<View<RegistryFacts>>,
    _: Caller,
) -> Result<Reply<Vec<RuleBookView>>, Problem> {
    let facts = facts.current().await?;
    let versions = facts.rule_books.values().cloned();
    Ok(Reply::unversioned(versions.map(RuleBookView::of).collect()))
}
