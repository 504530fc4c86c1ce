//! `POST /api/v1/rounds/{id}/items/{item}/recover`: object and money of a revoked award came back.

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::ranking::round::{self, RecordRecovery};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::{Target, item_id};
use hoso_runtime::http::headers::ChangeHeaders;

/// What came back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecoverBody {
    /// The day; by default the day the act takes effect.
    on: Option<NaiveDate>,
    note: String,
}

/// Records what came back of a revoked award.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/items/{item}/recover",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ("item" = String, Path, description = "the item"), ChangeHeaders),
    request_body = RecoverBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn recover_award(
    State(runtime): State<Runtime>,

    Path((id, item)): Path<(String, String)>,
    command: Command<RecoverBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let recovery = round::Command::RecordRecovery(RecordRecovery {
        item: item_id(&item)?,
        on: command
            .body
            .on
            .unwrap_or_else(|| civil_day(command.effective_at)),
        note: command.body.note,
    });
    target.change(&runtime, order, recovery).await
}
