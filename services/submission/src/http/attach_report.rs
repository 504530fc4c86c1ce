//! `POST /api/v1/dossiers/{id}/reports`: the report of an item (báo cáo thành tích).

use axum::extract::State;
use hoso_domain::dossier::command;
use hoso_domain::dossier::event::ReportAttached;
use hoso_domain::ids::ItemId;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::document::DocumentBody;
use super::target::Target;
use super::view::DossierView;
use hoso_runtime::http::headers::ChangeHeaders;

/// A report of achievements.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReportBody {
    /// The item it is about.
    #[schema(value_type = String, example = "hs01-1")]
    item: ItemId,
    /// Number and symbol; an individual's report has none.
    #[serde(default)]
    #[schema(example = "615/BC-SNV")]
    number: Option<String>,
    /// The document.
    document: DocumentBody,
}

/// Attaches the report of an item, or replaces it; a confirmation of the earlier one falls.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/{id}/reports",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), ChangeHeaders),
    request_body = ReportBody,
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn attach_report(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<ReportBody>,
) -> Result<Reply<DossierView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &command.actor, &id).await?;
    let order = command.order();
    let report = command::Command::AttachReport(ReportAttached {
        item: command.body.item,
        number: command.body.number,
        document: target.document(&runtime, command.body.document).await?,
    });
    target.change(&runtime, order, report).await
}
