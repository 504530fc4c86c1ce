//! POST /api/v1/cases/{dossier}/check: what the dossier holds against R37 to R41.

use axum::Extension;
use axum::extract::State;
use hoso_domain::ids::DossierId;
use hoso_domain::rules::dossier::Missing;
use hoso_domain::verification::Command as CaseCommand;
use hoso_domain::verification::command::CheckCompleteness;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{case_of, run};
use crate::body::{CaseBody, MissingBody};
use crate::views::Foreign;

/// What the official saw besides what is checked by rule.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CheckCompleteness)]
pub(crate) struct Body {
    /// Each with its rule, R37 to R41, and its item where it has one.
    #[serde(default)]
    #[schema(value_type = Vec<MissingBody>)]
    observed: Vec<Missing>,
}

/// Checks the dossier; what is missing stands in the answer.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{dossier}/check",
    tag = "verification",
    params(("dossier" = String, Path, description = "The dossier's id")),
    request_body = Body,
    responses(
        (status = 200, body = CaseBody),
        (status = 403, description = "Not Home Affairs, or a party to the dossier (R54)"),
        (status = 409, description = "Not under check"),
    ),
)]
pub(crate) async fn check_completeness(
    State(runtime): State<Runtime>,
    Extension(foreign): Extension<View<Foreign>>,
    Path(dossier): Path<DossierId>,
    command: Command<Body>,
) -> Result<Reply<CaseBody>, Problem> {
    command.require_match()?;
    let (case, _) = case_of(&runtime, &dossier).await?;
    let foreign = foreign.current().await?;
    let ask = CaseCommand::CheckCompleteness(CheckCompleteness {
        rule_book: foreign.round(&case.round)?.rule_book()?.clone(),
        observed: command.body.observed.clone(),
    });
    run(&runtime, &dossier, command.order(), ask).await
}
