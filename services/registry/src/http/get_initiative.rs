//! `GET /api/v1/initiatives/{id}`: an initiative with its last result.

use axum::extract::State;
use hoso_domain::registry::initiative::Initiative;
use hoso_runtime::{Caller, Path, Problem, Reply, Runtime};

use super::stream;
use super::view::InitiativeView;

/// Shows an initiative.
#[utoipa::path(
    get,
    path = "/api/v1/initiatives/{id}",
    tag = "registry",
    params(("id" = String, Path, description = "its id")),
    responses((status = 200, description = "an initiative with its last result", body = InitiativeView))
)]
pub(crate) async fn get_initiative(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    _: Caller,
) -> Result<Reply<InitiativeView>, Problem> {
    let (view, version) = stream::show::<Initiative, _>(&runtime, &id, InitiativeView::of).await?;
    Ok(Reply::ok(version, view))
}
