//! `POST /api/v1/units`: a unit enters the registry (đăng ký đơn vị).

use axum::extract::State;
use hoso_domain::registry::unit::{Command as Ask, Unit};
use hoso_runtime::{Command, Problem, Reply, Runtime};

use super::stream;
use super::view::{UnitBody, UnitView};
use hoso_runtime::http::headers::NewHeaders;

/// Registers a unit. For Home Affairs. The same unit again changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/units",
    tag = "registry",
    params(NewHeaders),
    request_body = UnitBody,
    responses((status = 201, description = "the unit", body = UnitView))
)]
pub(crate) async fn register_unit(
    State(runtime): State<Runtime>,
    command: Command<UnitBody>,
) -> Result<Reply<UnitView>, Problem> {
    let order = command.order();
    let unit = command.body.unit.clone();
    let ask = Ask::Register(command.body.into());
    let name = stream::name::<Unit>(unit.as_str());
    let done = runtime.execute::<Unit>(&name, order, ask).await?;
    let view = stream::shown(UnitView::of(done.state, done.version))?;
    let location = format!("/api/v1/units/{unit}");
    Ok(Reply::created(location, done.version, view).replayed(done.duplicate))
}
