//! `GET /api/v1/rounds/{id}/explanation`: why the ranking is as it is and what it hangs on, for the
//! meeting that votes on it (thuyết minh xếp hạng).

use axum::extract::State;
use axum::{Extension, Json};
use chrono::NaiveDate;
use hoso_domain::evaluation::{Explanation, WITHIN_DEFAULT, explain};
use hoso_domain::percent::Percent;
use hoso_runtime::{Caller, Path, Problem, Query, Runtime, View};
use serde::Deserialize;
use utoipa::IntoParams;

use super::get_round_file::round_file_of;
use super::target::Target;
use crate::access::INSIDERS;
use crate::views::World;

/// What is explained.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExplanationQuery {
    /// Today's facts, judged for this day; absent: the latest ranking's file.
    as_of: Option<NaiveDate>,
    /// The difference below which a place counts as narrow, in percentage points; by default 0.5.
    #[param(value_type = Option<String>, example = "0.5")]
    within: Option<Percent>,
}

/// What parts each two neighbours, what keeps each loser below the line, which places hang on little.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/explanation",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ExplanationQuery),
    responses((status = 200, description = "the ranking explained", body = Object))
)]
pub(crate) async fn get_explanation(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Path(id): Path<String>,
    Query(query): Query<ExplanationQuery>,
    caller: Caller,
) -> Result<Json<Explanation>, Problem> {
    caller.require_role(&INSIDERS)?;
    let target = Target::find(&runtime, &id).await?;
    let file = round_file_of(&runtime, &world, &target, query.as_of).await?;
    let wanted = &target.round.opened.rule_book;
    let book = world.current().await?.rule_book(wanted);
    let book =
        book.ok_or_else(|| Problem::internal(format!("rule book {} is gone", wanted.digest)))?;
    let within = query.within.unwrap_or(WITHIN_DEFAULT);
    Ok(Json(explain(&file, &book, within)))
}
