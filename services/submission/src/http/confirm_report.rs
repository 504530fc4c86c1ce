//! `POST /api/v1/dossiers/{id}/reports/confirm`: the unit's committee confirms a report
//! (xác nhận báo cáo thành tích).

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::dossier::command::{self, ConfirmReport};
use hoso_domain::ids::ItemId;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::target::Target;
use super::view::DossierView;
use hoso_runtime::http::headers::ChangeHeaders;

/// A confirmation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ConfirmBody {
    /// The item whose report it is.
    #[schema(value_type = String, example = "hs01-1")]
    item: ItemId,
    /// The body that confirms.
    #[schema(example = "Ban Chỉ đạo CCHC Sở Nội vụ")]
    body: String,
    /// The day on the confirmation.
    #[schema(example = "2025-05-13")]
    confirmed_on: NaiveDate,
}

/// Confirms a report. For the Steering Committee of the submitting level; never for the nominee.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/{id}/reports/confirm",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), ChangeHeaders),
    request_body = ConfirmBody,
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn confirm_report(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<ConfirmBody>,
) -> Result<Reply<DossierView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &command.actor, &id).await?;
    let order = command.order();
    let confirm = command::Command::ConfirmReport(ConfirmReport {
        item: command.body.item,
        body: command.body.body,
        confirmed_on: command.body.confirmed_on,
    });
    target.change(&runtime, order, confirm).await
}
