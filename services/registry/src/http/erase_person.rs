//! `POST /api/v1/persons/{id}/erasure`: a second person agrees, and a person's texts are erased (xoá dữ liệu cá nhân).

use axum::extract::State;
use hoso_domain::registry::person::Command as Ask;
use hoso_runtime::{Command, NoBody, Path, Problem, Reply, Runtime};

use super::erasing;
use super::view::PersonView;
use hoso_runtime::http::headers::ChangeHeaders;

/// Agrees that a person's texts be erased, as another person than the one who asked: the key they
/// are sealed under is destroyed. Nothing in the record changes, and it cannot be undone. Sent again
/// it makes sure that the key is gone. For Home Affairs and administrators.
#[utoipa::path(
    post,
    path = "/api/v1/persons/{id}/erasure",
    tag = "registry",
    params(("id" = String, Path, description = "the person"), ChangeHeaders),
    request_body = NoBody,
    responses((status = 200, description = "the person", body = PersonView))
)]
pub(crate) async fn erase_person(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<NoBody>,
) -> Result<Reply<PersonView>, Problem> {
    command.require_match()?;
    let order = command.order();
    erasing::step(&runtime, &id, order, Ask::Erase).await
}
