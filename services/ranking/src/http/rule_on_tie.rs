//! `POST /api/v1/rounds/{id}/tie-rulings`: a minuted choice between equals at the cut.

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::evaluation::Lane;
use hoso_domain::ids::ItemId;
use hoso_domain::ranking::round::{self, RuleOnTie};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::Target;
use hoso_runtime::http::headers::ChangeHeaders;

/// The ruling.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RulingBody {
    #[schema(value_type = String, example = "CERT_INDIVIDUAL")]
    lane: Lane,
    /// Every member of the group at the cut, best first.
    #[schema(value_type = Vec<String>)]
    order: Vec<ItemId>,
    /// Number of the minutes that hold the choice.
    minutes_number: String,
    /// Their date.
    date: NaiveDate,
}

/// Rules on a tie; `reason` says why. The lanes must be ranked again afterwards.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/tie-rulings",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ChangeHeaders),
    request_body = RulingBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn rule_on_tie(
    State(runtime): State<Runtime>,

    Path(id): Path<String>,
    command: Command<RulingBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let ruling = round::Command::RuleOnTie(RuleOnTie {
        lane: command.body.lane,
        order: command.body.order,
        minutes_number: command.body.minutes_number,
        date: command.body.date,
        reason: command.reason.unwrap_or_default(),
    });
    target.change(&runtime, order, ruling).await
}
