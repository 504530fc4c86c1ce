//! POST /api/v1/cases/{dossier}/reject: not taken on, with a code and a reason.

use axum::extract::State;
use hoso_domain::ids::DossierId;
use hoso_domain::verification::Command as CaseCommand;
use hoso_domain::verification::command::RejectDossier;
use hoso_domain::verification::event::RejectionCode;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{required_reason, run};
use crate::body::CaseBody;

/// Why, as a code; `reason` says it in words and is required.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = RejectDossier)]
pub(crate) struct Body {
    /// `WRONG_ADDRESSEE`, `WRONG_SUBJECT`, `WRONG_SUBMITTER`, `DUPLICATE` or `NOT_SUPPLEMENTABLE`.
    #[schema(value_type = String)]
    code: RejectionCode,
}

/// Does not take the dossier on.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{dossier}/reject",
    tag = "verification",
    params(("dossier" = String, Path, description = "The dossier's id")),
    request_body = Body,
    responses(
        (status = 200, body = CaseBody),
        (status = 403, description = "Not Home Affairs, or a party to the dossier (R54)"),
        (status = 409, description = "Not under check"),
    ),
)]
pub(crate) async fn reject_dossier(
    State(runtime): State<Runtime>,
    Path(dossier): Path<DossierId>,
    command: Command<Body>,
) -> Result<Reply<CaseBody>, Problem> {
    command.require_match()?;
    let ask = CaseCommand::RejectDossier(RejectDossier {
        code: command.body.code,
        reason: required_reason(command.reason.as_ref())?,
    });
    run(&runtime, &dossier, command.order(), ask).await
}
