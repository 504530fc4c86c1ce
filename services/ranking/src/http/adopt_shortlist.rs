//! `POST /api/v1/rounds/{id}/shortlist`: the Steering Committee adopts the ranked list.

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::ranking::round::{self, AdoptShortlist};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::Target;
use hoso_runtime::http::headers::ChangeHeaders;

/// Which ranking.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ShortlistBody {
    /// The latest ranking's edition.
    ranking_edition: u32,
    /// The day; by default the day the act takes effect.
    date: Option<NaiveDate>,
}

/// Adopts what the latest ranking selected, if minutes approve all of it and no tie is left.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/shortlist",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ChangeHeaders),
    request_body = ShortlistBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn adopt_shortlist(
    State(runtime): State<Runtime>,

    Path(id): Path<String>,
    command: Command<ShortlistBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let adopt = round::Command::AdoptShortlist(AdoptShortlist {
        ranking_edition: command.body.ranking_edition,
        date: command
            .body
            .date
            .unwrap_or_else(|| civil_day(command.effective_at)),
    });
    target.change(&runtime, order, adopt).await
}
