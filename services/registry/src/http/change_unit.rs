//! `POST /api/v1/units/{id}/change`: a unit is renamed or regrouped from a day on.

use axum::extract::State;
use hoso_domain::registry::unit::{Command as Ask, Unit};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};

use super::stream;
use super::view::{UnitBody, UnitView};
use hoso_runtime::http::headers::ChangeHeaders;

/// Changes a unit from `validFrom` on; on the day of an earlier change it corrects that one. For
/// Home Affairs.
#[utoipa::path(
    post,
    path = "/api/v1/units/{id}/change",
    tag = "registry",
    params(("id" = String, Path, description = "the unit"), ChangeHeaders),
    request_body = UnitBody,
    responses((status = 200, description = "the unit", body = UnitView))
)]
pub(crate) async fn change_unit(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<UnitBody>,
) -> Result<Reply<UnitView>, Problem> {
    command.require_match()?;
    stream::show::<Unit, _>(&runtime, &id, UnitView::of).await?;
    if command.body.unit.as_str() != id {
        return Err(Problem::field("unit", "is not the unit of the address"));
    }
    let order = command.order();
    let ask = Ask::Change(command.body.into());
    let name = stream::name::<Unit>(&id);
    let done = runtime.execute::<Unit>(&name, order, ask).await?;
    let view = stream::shown(UnitView::of(done.state, done.version))?;
    Ok(Reply::ok(done.version, view).replayed(done.duplicate))
}
