//! `GET /api/v1/rounds/{id}/round-file`: the very file the latest ranking was computed from, or,
//! with `asOf`, the file as it would be now. `hoso evaluate` on it gives the same outcome.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::evaluation::RoundFile;
use hoso_domain::ids::RoundId;
use hoso_domain::ranking::event::RankingComputed;
use hoso_runtime::{Caller, Path, Problem, Query, Runtime, View};
use serde::Deserialize;
use utoipa::IntoParams;

use super::target::Target;
use crate::access::INSIDERS;
use crate::inputs::round_file;
use crate::views::World;

/// Which file.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileQuery {
    /// The file of today's facts, judged for this day; absent: the latest ranking's file.
    as_of: Option<NaiveDate>,
}

/// The round file. Its SHA-256 is the ranking's `inputsDigest`.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/round-file",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), FileQuery),
    responses((status = 200, description = "the round file", body = Object))
)]
pub(crate) async fn get_round_file(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Path(id): Path<String>,
    Query(query): Query<FileQuery>,
    caller: Caller,
) -> Result<Response, Problem> {
    caller.require_role(&INSIDERS)?;
    let target = Target::find(&runtime, &id).await?;
    let file = round_file_of(&runtime, &world, &target, query.as_of).await?;
    let text = file.to_json().map_err(Problem::internal)?;
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, json)], text).into_response())
}

/// The latest ranking's file; for a day, or before there is a ranking, that of today's facts.
pub(super) async fn round_file_of(
    runtime: &Runtime,
    world: &View<World>,
    target: &Target,
    as_of: Option<NaiveDate>,
) -> Result<RoundFile, Problem> {
    let ranked = target.round.ranking.as_ref().map(|r| &r.computed);
    if let (None, Some(computed)) = (as_of, ranked) {
        return recorded(runtime, &target.id, computed).await;
    }
    let world = world.current().await?;
    let as_of = as_of.unwrap_or_else(|| civil_day(runtime.clock.now()));
    let round = world.round(&target.id).unwrap_or(&target.round);
    Ok(round_file(&world, round, as_of))
}

/// The file of a recorded ranking: the log folded up to the position its facts were known at.
async fn recorded(
    runtime: &Runtime,
    id: &RoundId,
    computed: &RankingComputed,
) -> Result<RoundFile, Problem> {
    let world = World::as_of(runtime.ledger.as_ref(), computed.facts_position).await?;
    let round = world.round(id);
    let round = round.ok_or_else(|| Problem::internal("a ranking older than its round"))?;
    let file = round_file(&world, round, computed.as_of);
    let digest = file.digest().map_err(Problem::internal)?;
    if digest != computed.inputs_digest {
        return Err(Problem::internal(format!(
            "the round file of {id} is {digest}, the ranking recorded {}",
            computed.inputs_digest
        )));
    }
    Ok(file)
}
