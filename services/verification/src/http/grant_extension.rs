//! POST /api/v1/cases/{dossier}/extend: a reasoned, signed extension readmits late items.

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::document::DocumentRef;
use hoso_domain::ids::{DossierId, ItemId};
use hoso_domain::verification::Command as CaseCommand;
use hoso_domain::verification::command::GrantExtension;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{check_documents, required_reason, run};
use crate::body::CaseBody;

/// The extension. `reason` is required.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = GrantExtension)]
pub(crate) struct Body {
    /// The late items readmitted.
    #[schema(value_type = Vec<String>)]
    items: Vec<ItemId>,
    /// Their new last day; not before the day of receipt.
    new_due_on: NaiveDate,
    /// The signed document.
    #[schema(value_type = Object)]
    document: DocumentRef,
}

/// Readmits late items.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{dossier}/extend",
    tag = "verification",
    params(("dossier" = String, Path, description = "The dossier's id")),
    request_body = Body,
    responses(
        (status = 200, body = CaseBody),
        (status = 403, description = "Neither Standing Office nor Chairman, or a party (R54)"),
        (status = 409, description = "Not late, or forwarded already"),
    ),
)]
pub(crate) async fn grant_extension(
    State(runtime): State<Runtime>,
    Path(dossier): Path<DossierId>,
    command: Command<Body>,
) -> Result<Reply<CaseBody>, Problem> {
    command.require_match()?;
    let document = &command.body.document;
    check_documents(&runtime, "document", std::slice::from_ref(document)).await?;
    let ask = CaseCommand::GrantExtension(GrantExtension {
        items: command.body.items.clone(),
        new_due_on: command.body.new_due_on,
        reason: required_reason(command.reason.as_ref())?,
        document: document.clone(),
    });
    run(&runtime, &dossier, command.order(), ask).await
}
