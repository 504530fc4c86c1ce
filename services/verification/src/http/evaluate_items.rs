//! POST /api/v1/cases/{dossier}/evaluate: the verdict on every forwarded item, as of a day.

use axum::Extension;
use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::ids::DossierId;
use hoso_domain::verification::Command as CaseCommand;
use hoso_domain::verification::EVALUATED_ITEMS_MAX;
use hoso_domain::verification::command::RecordEvaluation;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{case_of, run};
use crate::body::CaseBody;
use crate::judge::evaluate;
use crate::views::Foreign;

/// As of which day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = EvaluateItems)]
pub(crate) struct Body {
    /// The day facts are taken for; absent: the day of the act.
    #[serde(default)]
    as_of: Option<NaiveDate>,
}

/// Judges every forwarded item by the round's rule book and records the verdicts.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{dossier}/evaluate",
    tag = "verification",
    params(("dossier" = String, Path, description = "The dossier's id")),
    request_body = Body,
    responses(
        (status = 200, body = CaseBody),
        (status = 403, description = "Not the Standing Office, or the round is closed"),
        (status = 409, description = "Not forwarded, or the facts cannot be put together"),
    ),
)]
pub(crate) async fn evaluate_items(
    State(runtime): State<Runtime>,
    Extension(foreign): Extension<View<Foreign>>,
    Path(dossier): Path<DossierId>,
    command: Command<Body>,
) -> Result<Reply<CaseBody>, Problem> {
    command.require_match()?;
    let as_of = command.body.as_of;
    let as_of = as_of.unwrap_or_else(|| civil_day(command.effective_at));
    let (case, _) = case_of(&runtime, &dossier).await?;
    let foreign = foreign.current().await?;
    let whole = evaluate(&foreign, foreign.position(), &case, as_of)?;
    let (first, rest) = in_parts(whole);
    let mut order = command.order();
    order.metadata.rule_book = Some(first.rule_book.digest.clone());
    let ask = CaseCommand::RecordEvaluation(first);
    let mut reply = run(&runtime, &dossier, order, ask).await?;
    for (number, part) in rest.into_iter().enumerate() {
        let mut order = command.order_part(&format!("items-{number}"));
        order.metadata.rule_book = Some(part.rule_book.digest.clone());
        let ask = CaseCommand::RecordEvaluation(part);
        reply = run(&runtime, &dossier, order, ask).await?;
    }
    Ok(reply)
}

/// An evaluation in parts that fit into one append each; the first may be the only one.
fn in_parts(whole: RecordEvaluation) -> (RecordEvaluation, Vec<RecordEvaluation>) {
    let mut parts = whole
        .items
        .chunks(EVALUATED_ITEMS_MAX)
        .map(|items| RecordEvaluation {
            items: items.to_vec(),
            ..whole.clone()
        });
    let first = parts.next();
    let rest = parts.collect();
    (first.unwrap_or(whole), rest)
}
