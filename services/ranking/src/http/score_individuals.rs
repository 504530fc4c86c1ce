//! `POST /api/v1/rounds/{id}/council-scores`: what the council gave individuals (chấm điểm).

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::dossier::content::Voting;
use hoso_domain::ids::ItemId;
use hoso_domain::percent::Percent;
use hoso_domain::ranking::round::{self, GivenScore, ScoreIndividuals};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::Target;
use hoso_runtime::http::headers::ChangeHeaders;

/// The council's scores.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ScoresBody {
    /// The day of the meeting.
    date: NaiveDate,
    /// The body that scored.
    body: String,
    /// All its members.
    members_total: u32,
    /// Those present.
    members_present: u32,
    /// `OPEN` or `SECRET`.
    #[schema(value_type = String, example = "SECRET")]
    voting: Voting,
    /// A score an item.
    scores: Vec<ScoreBody>,
}

/// One individual's score.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ScoreBody {
    #[schema(value_type = String)]
    item: ItemId,
    /// Mean of the ballots, to 4 decimals.
    #[schema(value_type = String, example = "93.25")]
    score: Percent,
    /// The ballots, in any order.
    #[schema(value_type = Vec<String>)]
    ballots: Vec<Percent>,
}

/// Records the council's scores. Each is the mean of its ballots, which carry no name.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/council-scores",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ChangeHeaders),
    request_body = ScoresBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn score_individuals(
    State(runtime): State<Runtime>,

    Path(id): Path<String>,
    command: Command<ScoresBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let scores = round::Command::ScoreIndividuals(ScoreIndividuals {
        date: command.body.date,
        body: command.body.body,
        members_total: command.body.members_total,
        members_present: command.body.members_present,
        voting: command.body.voting,
        scores: command
            .body
            .scores
            .into_iter()
            .map(|given| GivenScore {
                item: given.item,
                score: given.score,
                ballots: given.ballots,
            })
            .collect(),
    });
    target.change(&runtime, order, scores).await
}
