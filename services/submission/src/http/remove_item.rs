//! `POST /api/v1/dossiers/{id}/items/{item}/remove`: an item is taken out (bỏ mục đề nghị).

use axum::extract::State;
use hoso_domain::dossier::command::{self, RemoveItem};
use hoso_domain::ids::ItemId;
use hoso_runtime::{Command, NoBody, Path, Problem, Reply, Runtime};

use super::target::Target;
use super::view::DossierView;
use hoso_runtime::http::headers::ChangeHeaders;

/// Takes an item out with its report. A signature on the proposal falls.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/{id}/items/{item}/remove",
    tag = "submission",
    params(
        ("id" = String, Path, description = "the dossier"),
        ("item" = String, Path, description = "the item"),
        ChangeHeaders
    ),
    request_body = NoBody,
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn remove_item(
    State(runtime): State<Runtime>,
    Path((id, item)): Path<(String, String)>,
    command: Command<NoBody>,
) -> Result<Reply<DossierView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &command.actor, &id).await?;
    let item = ItemId::parse(&item).map_err(|_| Problem::not_found(format!("item {item}")))?;
    let order = command.order();
    let remove = command::Command::RemoveItem(RemoveItem {
        item,
        reason: command.reason,
    });
    target.change(&runtime, order, remove).await
}
