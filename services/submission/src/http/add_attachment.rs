//! `POST /api/v1/dossiers/{id}/attachments`: a supporting document is added (tài liệu kèm theo).

use axum::extract::State;
use hoso_domain::dossier::command;
use hoso_domain::dossier::event::{AttachmentAdded, AttachmentKind};
use hoso_domain::ids::ItemId;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::document::DocumentBody;
use super::target::Target;
use super::view::DossierView;
use hoso_runtime::http::headers::ChangeHeaders;

/// A supporting document.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AttachmentBody {
    /// `INITIATIVE_RECOGNITION`, `EVIDENCE`, `COMMITTEE_MANDATE` or `OTHER`.
    #[schema(value_type = String, example = "INITIATIVE_RECOGNITION")]
    kind: AttachmentKind,
    /// The item it supports; absent if it supports the whole dossier.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    item: Option<ItemId>,
    /// The document.
    document: DocumentBody,
}

/// Adds a supporting document, before the dossier is handed in or while a supplement is asked for.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/{id}/attachments",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), ChangeHeaders),
    request_body = AttachmentBody,
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn add_attachment(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<AttachmentBody>,
) -> Result<Reply<DossierView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &command.actor, &id).await?;
    let order = command.order();
    let attachment = command::Command::AddAttachment(AttachmentAdded {
        kind: command.body.kind,
        item: command.body.item,
        document: target.document(&runtime, command.body.document).await?,
    });
    target.change(&runtime, order, attachment).await
}
