//! `POST /api/v1/rounds/{id}/decisions/{number}/correct`: a correction or a replacement (R53).

use axum::Extension;
use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::ids::ItemId;
use hoso_domain::ranking::event::CorrectionKind;
use hoso_domain::ranking::round::{self, CorrectDecision};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::sign_decision::hold_facts;
use super::target::Target;
use crate::views::World;
use hoso_runtime::http::headers::ChangeHeaders;

/// The correction.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CorrectBody {
    /// `CORRECTION` (đính chính) or `REPLACEMENT` (thay thế).
    #[schema(value_type = String, example = "CORRECTION")]
    kind: CorrectionKind,
    /// Number of the letter, or of the replacing decision.
    correction_number: String,
    date: NaiveDate,
    /// Title of the signer.
    signed_by: String,
    /// What changes, in words.
    changes: String,
    /// For a replacement: the items from now on; absent = the same.
    #[schema(value_type = Option<Vec<String>>)]
    items: Option<Vec<ItemId>>,
}

/// Corrects the form of a decision by letter, or replaces its content by another decision.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/decisions/{number}/correct",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ("number" = String, Path, description = "the decision's number, percent-encoded"), ChangeHeaders),
    request_body = CorrectBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn correct_decision(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Path((id, number)): Path<(String, String)>,
    command: Command<CorrectBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();
    let world = world.current().await?;
    let correct = round::Command::CorrectDecision(CorrectDecision {
        decision: number,
        kind: command.body.kind,
        number: command.body.correction_number,
        date: command.body.date,
        signed_by: command.body.signed_by,
        changes: command.body.changes,
        holds: hold_facts(&world, &target.round, command.body.items.iter().flatten()),
        items: command.body.items,
        taken: world.numbers_taken(&target.id),
    });
    target.change(&runtime, order, correct).await
}
