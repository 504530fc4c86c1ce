//! `POST /api/v1/rounds/{id}/close`: the round is over.

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::ranking::round::{self, CloseRound};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::Target;
use hoso_runtime::http::headers::ChangeHeaders;

/// When.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CloseBody {
    /// The day; by default the day the act takes effect.
    on: Option<NaiveDate>,
}

/// Closes the round: what is suspended lapses, empty slots stay empty.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/close",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ChangeHeaders),
    request_body = CloseBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn close_round(
    State(runtime): State<Runtime>,

    Path(id): Path<String>,
    command: Command<CloseBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let on = command
        .body
        .on
        .unwrap_or_else(|| civil_day(command.effective_at));
    let end = round::Command::CloseRound(CloseRound { on });
    target.change(&runtime, order, end).await
}
