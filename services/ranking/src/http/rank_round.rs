//! `POST /api/v1/rounds/{id}/rank`: the lanes are ranked (xếp hạng).

use axum::Extension;
use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::ranking::round;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::Target;
use crate::inputs::{Evaluated, round_file};
use crate::views::World;
use hoso_runtime::http::headers::ChangeHeaders;

/// For which day.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RankBody {
    /// The day the facts are judged for; by default the day the act takes effect.
    as_of: Option<NaiveDate>,
}

/// Assembles the round file, evaluates it under the round's rule book, and records the ranking.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/rank",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ChangeHeaders),
    request_body = RankBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn rank_round(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Path(id): Path<String>,
    command: Command<RankBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let world = world.current().await?;
    let as_of = command.body.as_of;
    let as_of = as_of.unwrap_or_else(|| civil_day(command.effective_at));
    let wanted = &target.round.opened.rule_book;
    let book = world
        .rule_book(wanted)
        .ok_or_else(|| Problem::internal(format!("rule book {} is gone", wanted.digest)))?;
    let round = world.round(&target.id).unwrap_or(&target.round);
    let evaluated = Evaluated::of(round_file(&world, round, as_of), &book)?;
    tracing::info!(
        round = %target.id,
        digest = evaluated.digest,
        bytes = evaluated.text.len(),
        "round {} was evaluated as of {as_of}",
        target.id
    );
    let ranking = evaluated.command(world.position());
    let ranking = round::Command::ComputeRanking(Box::new(ranking));
    target.change(&runtime, command.order(), ranking).await
}
