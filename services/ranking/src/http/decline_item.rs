//! `POST /api/v1/rounds/{id}/items/{item}/decline`: the Chairman returns an item.

use axum::extract::State;
use hoso_domain::ranking::round::{self, DeclineItem};
use hoso_runtime::{Command, NoBody, Path, Problem, Reply, Runtime};

use super::round_view::RoundView;
use super::target::{Target, item_id};
use hoso_runtime::http::headers::ChangeHeaders;

/// Returns a proposed item; `reason` says why. The lanes must be ranked again.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/items/{item}/decline",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ("item" = String, Path, description = "the item"), ChangeHeaders),
    request_body = NoBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn decline_item(
    State(runtime): State<Runtime>,

    Path((id, item)): Path<(String, String)>,
    command: Command<NoBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let decline = round::Command::DeclineItem(DeclineItem {
        item: item_id(&item)?,
        reason: command.reason.unwrap_or_default(),
    });
    target.change(&runtime, order, decline).await
}
