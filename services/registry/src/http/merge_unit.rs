//! `POST /api/v1/units/{id}/merge`: a unit ends, with a successor or without (hợp nhất, giải thể).

use axum::Extension;
use axum::extract::State;
use hoso_domain::registry::unit::{Command as Ask, Unit};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};

use super::stream;
use super::view::{MergerBody, UnitView};
use crate::error;
use crate::views::RegistryFacts;
use hoso_runtime::http::headers::ChangeHeaders;

/// Ends a unit. The successor inherits no history (AMB-39). For Home Affairs.
#[utoipa::path(
    post,
    path = "/api/v1/units/{id}/merge",
    tag = "registry",
    params(("id" = String, Path, description = "the unit that ends"), ChangeHeaders),
    request_body = MergerBody,
    responses((status = 200, description = "the unit", body = UnitView))
)]
pub(crate) async fn merge_unit(
    State(runtime): State<Runtime>,
    Extension(facts): Extension<View<RegistryFacts>>,
    Path(id): Path<String>,
    command: Command<MergerBody>,
) -> Result<Reply<UnitView>, Problem> {
    command.require_match()?;
    stream::show::<Unit, _>(&runtime, &id, UnitView::of).await?;
    if let Some(successor) = &command.body.successor
        && facts.current().await?.unit(successor).is_none()
    {
        return Err(error::unit_unknown("successor", successor));
    }
    let order = command.order();
    let ask = Ask::End(command.body.into());
    let name = stream::name::<Unit>(&id);
    let done = runtime.execute::<Unit>(&name, order, ask).await?;
    let view = stream::shown(UnitView::of(done.state, done.version))?;
    Ok(Reply::ok(done.version, view).replayed(done.duplicate))
}
