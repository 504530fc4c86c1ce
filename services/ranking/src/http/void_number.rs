//! `POST /api/v1/rounds/{id}/void-numbers`: a number of a register is voided (R52).

use axum::Extension;
use axum::extract::State;
use hoso_domain::ranking::event::IssuingBody;
use hoso_domain::ranking::round::{self, VoidNumber};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::Target;
use crate::views::World;
use hoso_runtime::http::headers::ChangeHeaders;

/// The number.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VoidBody {
    /// `CHAIRMAN` or `PEOPLES_COMMITTEE`.
    #[schema(value_type = String, example = "CHAIRMAN")]
    body: IssuingBody,
    /// The register's year.
    year: i32,
    number: String,
}

/// Voids a number that no decision bears; `reason` explains the gap.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/void-numbers",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ChangeHeaders),
    request_body = VoidBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn void_number(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Path(id): Path<String>,
    command: Command<VoidBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let void = round::Command::VoidNumber(VoidNumber {
        body: command.body.body,
        year: command.body.year,
        number: command.body.number,
        reason: command.reason.unwrap_or_default(),
        taken: world.current().await?.numbers_taken(&target.id),
    });
    target.change(&runtime, order, void).await
}
