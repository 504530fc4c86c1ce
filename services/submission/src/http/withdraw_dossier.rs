//! `POST /api/v1/dossiers/{id}/withdraw`: the head withdraws the dossier (rút hồ sơ).

use axum::Extension;
use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::dossier::command::{self, Withdraw};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::target::Target;
use super::view::DossierView;
use crate::views::World;
use hoso_runtime::http::headers::ChangeHeaders;

/// The unit's letter; `reason` is required.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WithdrawBody {
    /// Number of the letter, if there is one.
    #[serde(default)]
    number: Option<String>,
    /// Its date.
    date: NaiveDate,
}

/// Withdraws the dossier, at any time before a decision on it is signed. For the head of the unit.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/{id}/withdraw",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), ChangeHeaders),
    request_body = WithdrawBody,
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn withdraw_dossier(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Path(id): Path<String>,
    command: Command<WithdrawBody>,
) -> Result<Reply<DossierView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &command.actor, &id).await?;
    let world = world.current().await?;
    let order = command.order();
    let withdraw = command::Command::Withdraw(Withdraw {
        number: command.body.number,
        date: command.body.date,
        reason: command.reason.unwrap_or_default(),
        decision: world.decision(&target.dossier),
    });
    target.change(&runtime, order, withdraw).await
}
