//! POST /api/v1/cases/{dossier}/accept: a complete dossier is taken on.

use axum::extract::State;
use hoso_domain::ids::DossierId;
use hoso_domain::verification::Command as CaseCommand;
use hoso_runtime::{Command, NoBody, Path, Problem, Reply, Runtime};

use super::run;
use crate::body::CaseBody;

/// Takes a complete dossier on.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{dossier}/accept",
    tag = "verification",
    params(("dossier" = String, Path, description = "The dossier's id")),
    request_body = NoBody,
    responses(
        (status = 200, body = CaseBody),
        (status = 403, description = "Not Home Affairs, or a party to the dossier (R54)"),
        (status = 409, description = "Not complete: `violations` say what is missing"),
    ),
)]
pub(crate) async fn accept_dossier(
    State(runtime): State<Runtime>,
    Path(dossier): Path<DossierId>,
    command: Command<NoBody>,
) -> Result<Reply<CaseBody>, Problem> {
    command.require_match()?;
    let ask = CaseCommand::AcceptDossier;
    run(&runtime, &dossier, command.order(), ask).await
}
