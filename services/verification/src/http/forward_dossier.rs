//! POST /api/v1/cases/{dossier}/forward: its items in time go on to the Standing Office.

use axum::extract::State;
use hoso_domain::ids::DossierId;
use hoso_domain::verification::Command as CaseCommand;
use hoso_runtime::{Command, NoBody, Path, Problem, Reply, Runtime};

use super::run;
use crate::body::CaseBody;

/// Hands the items in time on to the Standing Office; late ones stay behind.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{dossier}/forward",
    tag = "verification",
    params(("dossier" = String, Path, description = "The dossier's id")),
    request_body = NoBody,
    responses(
        (status = 200, body = CaseBody),
        (status = 403, description = "Not Home Affairs, or a party to the dossier (R54)"),
        (status = 409, description = "Not accepted"),
    ),
)]
pub(crate) async fn forward_dossier(
    State(runtime): State<Runtime>,
    Path(dossier): Path<DossierId>,
    command: Command<NoBody>,
) -> Result<Reply<CaseBody>, Problem> {
    command.require_match()?;
    let ask = CaseCommand::ForwardDossier;
    run(&runtime, &dossier, command.order(), ask).await
}
