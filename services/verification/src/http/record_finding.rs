//! POST /api/v1/cases/{dossier}/findings: a human's word on one criterion of one item.

use axum::Extension;
use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::document::DocumentRef;
use hoso_domain::evaluation::{FindingVerdict, RuleId};
use hoso_domain::ids::{DossierId, ItemId};
use hoso_domain::verification::Command as CaseCommand;
use hoso_domain::verification::command::RecordFinding;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{case_of, check_documents, run};
use crate::body::CaseBody;
use crate::views::Foreign;

/// The finding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = RecordFinding)]
pub(crate) struct Body {
    /// The item.
    #[schema(value_type = String)]
    item: ItemId,
    /// The criterion, one of the item's row, such as `R24`.
    #[schema(value_type = String)]
    rule: RuleId,
    /// `MET` or `NOT_MET`.
    #[schema(value_type = String)]
    verdict: FindingVerdict,
    /// From what it was seen.
    evidence: String,
    /// Documents that show it.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    documents: Vec<DocumentRef>,
    /// The day of the finding; absent: the day of the act.
    #[serde(default)]
    found_on: Option<NaiveDate>,
}

/// Records a finding; a later one on the same criterion supersedes it.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{dossier}/findings",
    tag = "verification",
    params(("dossier" = String, Path, description = "The dossier's id")),
    request_body = Body,
    responses(
        (status = 200, body = CaseBody),
        (status = 403, description = "Not the Standing Office, a party (R54), who confirmed or signed (R55), or the round is closed"),
        (status = 409, description = "Not forwarded"),
        (status = 422, description = "Not a criterion of the item, or an impossible day"),
    ),
)]
pub(crate) async fn record_finding(
    State(runtime): State<Runtime>,
    Extension(foreign): Extension<View<Foreign>>,
    Path(dossier): Path<DossierId>,
    command: Command<Body>,
) -> Result<Reply<CaseBody>, Problem> {
    command.require_match()?;
    let body = &command.body;
    check_documents(&runtime, "documents", &body.documents).await?;
    let (case, _) = case_of(&runtime, &dossier).await?;
    let foreign = foreign.current().await?;
    let round = foreign.round(&case.round)?;
    let today = civil_day(command.effective_at);
    let ask = CaseCommand::RecordFinding(RecordFinding {
        item: body.item.clone(),
        rule: body.rule,
        verdict: body.verdict,
        evidence: body.evidence.clone(),
        documents: body.documents.clone(),
        found_on: body.found_on.unwrap_or(today),
        rule_book: round.rule_book()?.clone(),
        round_closed: round.closed,
    });
    run(&runtime, &dossier, command.order(), ask).await
}
