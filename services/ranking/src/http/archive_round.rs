//! `POST /api/v1/rounds/{id}/archive`: the round's file goes to the archive (lưu trữ).

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::ranking::round::{self, ArchiveRound};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::Target;
use hoso_runtime::http::headers::ChangeHeaders;

/// When.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ArchiveBody {
    /// The day; by default the day the act takes effect.
    on: Option<NaiveDate>,
}

/// Archives a closed round's file for the years of its rule book.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/archive",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ChangeHeaders),
    request_body = ArchiveBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn archive_round(
    State(runtime): State<Runtime>,

    Path(id): Path<String>,
    command: Command<ArchiveBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let on = command
        .body
        .on
        .unwrap_or_else(|| civil_day(command.effective_at));
    let end = round::Command::ArchiveRound(ArchiveRound { on });
    target.change(&runtime, order, end).await
}
