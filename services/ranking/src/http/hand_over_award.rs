//! `POST /api/v1/rounds/{id}/items/{item}/hand-over`: the award is handed over (trao thưởng).

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::ranking::round::{self, HandOver};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::{Target, item_id};
use hoso_runtime::http::headers::ChangeHeaders;

/// When and to whom.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HandOverBody {
    /// The day; by default the day the act takes effect.
    on: Option<NaiveDate>,
    /// Title of the unit's representative; absent for individuals.
    representative: Option<String>,
}

/// Records that an award was handed over: to a representative, or to the individual in person.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/items/{item}/hand-over",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ("item" = String, Path, description = "the item"), ChangeHeaders),
    request_body = HandOverBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn hand_over_award(
    State(runtime): State<Runtime>,

    Path((id, item)): Path<(String, String)>,
    command: Command<HandOverBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let hand_over = round::Command::HandOver(HandOver {
        item: item_id(&item)?,
        on: command
            .body
            .on
            .unwrap_or_else(|| civil_day(command.effective_at)),
        representative: command.body.representative,
    });
    target.change(&runtime, order, hand_over).await
}
