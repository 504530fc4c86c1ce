//! `POST /api/v1/rule-books`: a version of a rule book is published (bộ quy tắc).

use axum::extract::State;
use hoso_domain::registry::rule_book::{Command as Ask, RuleBook};
use hoso_runtime::{Command, Problem, Reply, Runtime};

use super::stream;
use super::view::{RuleBookBody, RuleBookView};
use hoso_runtime::http::headers::NewHeaders;

/// Publishes a version of a rule book, for ever. For administrators. It binds only the rounds that
/// are opened under it.
#[utoipa::path(
    post,
    path = "/api/v1/rule-books",
    tag = "registry",
    params(NewHeaders),
    request_body = RuleBookBody,
    responses((status = 201, description = "the version", body = RuleBookView))
)]
pub(crate) async fn publish_rule_book(
    State(runtime): State<Runtime>,
    command: Command<RuleBookBody>,
) -> Result<Reply<RuleBookView>, Problem> {
    let order = command.order();
    let published = command.body.into_published()?;
    let (id, version) = (published.rule_book.clone(), published.version);
    let name = stream::name::<RuleBook>(id.as_str());
    let mut done = runtime
        .execute::<RuleBook>(&name, order, Ask::Publish(published))
        .await?;
    let view = stream::shown(done.state.versions.remove(&version).map(RuleBookView::of))?;
    let location = format!("/api/v1/rule-books/{id}/{version}");
    Ok(Reply::created(location, done.version, view).replayed(done.duplicate))
}
