//! POST /api/v1/cases/{dossier}/return: back to the unit for a supplement.

use axum::Extension;
use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::ids::DossierId;
use hoso_domain::rulebook::holidays;
use hoso_domain::verification::Command as CaseCommand;
use hoso_domain::verification::command::ReturnForSupplement;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{case_of, run};
use crate::body::CaseBody;
use crate::views::Foreign;

/// Until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReturnForSupplement)]
pub(crate) struct Body {
    /// The last day for the supplement; absent: the longest period the rule book gives.
    #[serde(default)]
    due_on: Option<NaiveDate>,
}

/// Returns an incomplete dossier with the list of what is missing.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{dossier}/return",
    tag = "verification",
    params(("dossier" = String, Path, description = "The dossier's id")),
    request_body = Body,
    responses(
        (status = 200, body = CaseBody),
        (status = 403, description = "Not Home Affairs, or a party to the dossier (R54)"),
        (status = 409, description = "Not incomplete, or returned as often as it may be"),
        (status = 422, description = "A due day outside the period"),
    ),
)]
pub(crate) async fn return_dossier(
    State(runtime): State<Runtime>,
    Extension(foreign): Extension<View<Foreign>>,
    Path(dossier): Path<DossierId>,
    command: Command<Body>,
) -> Result<Reply<CaseBody>, Problem> {
    command.require_match()?;
    let (case, _) = case_of(&runtime, &dossier).await?;
    let foreign = foreign.current().await?;
    let ask = CaseCommand::ReturnForSupplement(ReturnForSupplement {
        due_on: command.body.due_on,
        rule_book: foreign.round(&case.round)?.rule_book()?.clone(),
        holidays: holidays().clone(),
    });
    run(&runtime, &dossier, command.order(), ask).await
}
