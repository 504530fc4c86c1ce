//! GET /api/v1/cases/{dossier}: one case with its items, findings and verdicts.

use axum::extract::State;
use hoso_domain::ids::DossierId;
use hoso_runtime::{Caller, Path, Problem, Reply, Runtime};

use super::{case_of, may_see};
use crate::body::CaseBody;
use crate::error;

/// One case: where it stands, what is missing, each item's timeliness, findings and verdict.
#[utoipa::path(
    get,
    path = "/api/v1/cases/{dossier}",
    tag = "verification",
    params(("dossier" = String, Path, description = "The dossier's id")),
    responses(
        (status = 200, body = CaseBody),
        (status = 404, description = "No case, or none the caller may see"),
    ),
)]
pub(crate) async fn show_case(
    State(runtime): State<Runtime>,
    Path(dossier): Path<DossierId>,
    caller: Caller,
) -> Result<Reply<CaseBody>, Problem> {
    let (case, version) = case_of(&runtime, &dossier).await?;
    if !may_see(&caller.actor, &case) {
        return Err(error::no_case(&dossier));
    }
    Ok(Reply::ok(version, CaseBody::of(&case)))
}
