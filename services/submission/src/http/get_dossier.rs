//! `GET /api/v1/dossiers/{id}`: a dossier as it is now.

use axum::extract::State;
use hoso_runtime::{Caller, Path, Problem, Reply, Runtime};

use super::target::Target;
use super::view::DossierView;

/// A dossier. A unit's officials see what their unit submits.
#[utoipa::path(
    get,
    path = "/api/v1/dossiers/{id}",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier")),
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn get_dossier(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Reply<DossierView>, Problem> {
    let target = Target::read(&runtime, &caller.actor, &id).await?;
    Ok(target.reply())
}
