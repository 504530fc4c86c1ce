//! `POST /api/v1/persons/{id}/erasure-request`: somebody asks that a person's texts be erased (đề nghị xoá dữ liệu cá nhân).

use axum::extract::State;
use hoso_domain::registry::person::Command as Ask;
use hoso_domain::text::tidy;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};

use super::erasing;
use super::view::{ErasureBody, PersonView};
use hoso_runtime::http::headers::ChangeHeaders;

/// Asks that name and position of a person be made unreadable for ever, and that documents of the
/// person's own items go (`GET /api/v1/documents?person=` says which). Another person agrees to it
/// (`…/erasure`) or drops it. Of somebody erased it asks that more documents go than did. For Home
/// Affairs and administrators.
#[utoipa::path(
    post,
    path = "/api/v1/persons/{id}/erasure-request",
    tag = "registry",
    params(("id" = String, Path, description = "the person"), ChangeHeaders),
    request_body = ErasureBody,
    responses((status = 200, description = "the person", body = PersonView))
)]
pub(crate) async fn request_erasure(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<ErasureBody>,
) -> Result<Reply<PersonView>, Problem> {
    command.require_match()?;
    let order = command.order();
    let ask = Ask::RequestErasure {
        basis: tidy(&command.body.basis),
        documents: command.body.documents.into(),
    };
    erasing::step(&runtime, &id, order, ask).await
}
