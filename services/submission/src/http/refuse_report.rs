//! `POST /api/v1/dossiers/{id}/reports/refuse`: the unit's committee refuses to confirm a report
//! (từ chối xác nhận).

use axum::extract::State;
use hoso_domain::dossier::command::{self, RefuseReport};
use hoso_domain::ids::ItemId;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::target::Target;
use super::view::DossierView;
use hoso_runtime::http::headers::ChangeHeaders;

/// A refusal to confirm; `reason` is required.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RefuseBody {
    /// The item whose report it is.
    #[schema(value_type = String, example = "hs01-1")]
    item: ItemId,
}

/// Refuses to confirm a report, with a reason. For the Steering Committee of the submitting level.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/{id}/reports/refuse",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), ChangeHeaders),
    request_body = RefuseBody,
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn refuse_report(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<RefuseBody>,
) -> Result<Reply<DossierView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &command.actor, &id).await?;
    let order = command.order();
    let refuse = command::Command::RefuseReport(RefuseReport {
        item: command.body.item,
        reason: command.reason.unwrap_or_default(),
    });
    target.change(&runtime, order, refuse).await
}
