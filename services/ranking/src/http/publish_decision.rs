//! `POST /api/v1/rounds/{id}/decisions/{number}/publish`: the decision is published (công bố).

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::ranking::round::{self, PublishDecision};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::Target;
use hoso_runtime::http::headers::ChangeHeaders;

/// When and where.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PublishBody {
    /// The day; by default the day the act takes effect.
    on: Option<NaiveDate>,
    /// Where, such as the address of the portal's page.
    #[serde(rename = "where")]
    place: String,
}

/// Publishes an issued decision.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/decisions/{number}/publish",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ("number" = String, Path, description = "the decision's number, percent-encoded"), ChangeHeaders),
    request_body = PublishBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn publish_decision(
    State(runtime): State<Runtime>,

    Path((id, number)): Path<(String, String)>,
    command: Command<PublishBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let publish = round::Command::PublishDecision(PublishDecision {
        number,
        on: command
            .body
            .on
            .unwrap_or_else(|| civil_day(command.effective_at)),
        place: command.body.place,
    });
    target.change(&runtime, order, publish).await
}
