//! `POST /api/v1/persons/{id}/erasure-drop`: a request for erasure is taken back or turned down.

use axum::extract::State;
use hoso_domain::registry::person::Command as Ask;
use hoso_runtime::{Command, NoBody, Path, Problem, Reply, Runtime};

use super::erasing;
use super::view::PersonView;
use hoso_runtime::http::headers::ChangeHeaders;

/// Drops the request that a person's texts be erased. For Home Affairs and administrators.
#[utoipa::path(
    post,
    path = "/api/v1/persons/{id}/erasure-drop",
    tag = "registry",
    params(("id" = String, Path, description = "the person"), ChangeHeaders),
    request_body = NoBody,
    responses((status = 200, description = "the person", body = PersonView))
)]
pub(crate) async fn drop_erasure(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<NoBody>,
) -> Result<Reply<PersonView>, Problem> {
    command.require_match()?;
    let order = command.order();
    erasing::step(&runtime, &id, order, Ask::DropErasure).await
}
