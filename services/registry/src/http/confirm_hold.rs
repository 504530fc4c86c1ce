//! `POST /api/v1/holds/{id}/confirm`: discipline was imposed.

use axum::extract::State;
use hoso_domain::registry::hold::{Command as Ask, Hold};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};

use super::stream;
use super::view::{HoldActBody, HoldView};
use hoso_runtime::http::headers::ChangeHeaders;

/// Confirms a hold: discipline was imposed. It stays in force until it is lifted. For the inspectorate and
/// Home Affairs.
#[utoipa::path(
    post,
    path = "/api/v1/holds/{id}/confirm",
    tag = "registry",
    params(("id" = String, Path, description = "the hold"), ChangeHeaders),
    request_body = HoldActBody,
    responses((status = 200, description = "the hold", body = HoldView))
)]
pub(crate) async fn confirm_hold(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<HoldActBody>,
) -> Result<Reply<HoldView>, Problem> {
    command.require_match()?;
    stream::show::<Hold, _>(&runtime, &id, HoldView::of).await?;
    let order = command.order();
    let name = stream::name::<Hold>(&id);
    let ask = Ask::Confirm(command.body.into());
    let done = runtime.execute::<Hold>(&name, order, ask).await?;
    let shown = stream::shown(HoldView::of(done.state, done.version))?;
    Ok(Reply::ok(done.version, shown).replayed(done.duplicate))
}
