//! `POST /api/v1/holds/{id}/lift`: a hold is lifted.

use axum::extract::State;
use hoso_domain::registry::hold::{Command as Ask, Hold};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};

use super::stream;
use super::view::{HoldActBody, HoldView};
use hoso_runtime::http::headers::ChangeHeaders;

/// Lifts a hold: `on` is the first day it is no longer in force. For the inspectorate and Home Affairs.
#[utoipa::path(
    post,
    path = "/api/v1/holds/{id}/lift",
    tag = "registry",
    params(("id" = String, Path, description = "the hold"), ChangeHeaders),
    request_body = HoldActBody,
    responses((status = 200, description = "the hold", body = HoldView))
)]
pub(crate) async fn lift_hold(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<HoldActBody>,
) -> Result<Reply<HoldView>, Problem> {
    command.require_match()?;
    stream::show::<Hold, _>(&runtime, &id, HoldView::of).await?;
    let order = command.order();
    let name = stream::name::<Hold>(&id);
    let ask = Ask::Lift(command.body.into());
    let done = runtime.execute::<Hold>(&name, order, ask).await?;
    let shown = stream::shown(HoldView::of(done.state, done.version))?;
    Ok(Reply::ok(done.version, shown).replayed(done.duplicate))
}
