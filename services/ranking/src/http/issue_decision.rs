//! `POST /api/v1/rounds/{id}/decisions/{number}/issue`: the decision is issued (ban hành).

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::ranking::round::{self, IssueDecision};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::Target;
use hoso_runtime::http::headers::ChangeHeaders;

/// When.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IssueBody {
    /// The day; by default the day the act takes effect.
    on: Option<NaiveDate>,
}

/// Issues a signed decision.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/decisions/{number}/issue",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ("number" = String, Path, description = "the decision's number, percent-encoded"), ChangeHeaders),
    request_body = IssueBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn issue_decision(
    State(runtime): State<Runtime>,

    Path((id, number)): Path<(String, String)>,
    command: Command<IssueBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let issue = round::Command::IssueDecision(IssueDecision {
        number,
        on: command
            .body
            .on
            .unwrap_or_else(|| civil_day(command.effective_at)),
    });
    target.change(&runtime, order, issue).await
}
