//! `POST /api/v1/dossiers/{id}/sign`: the head signs the proposal with its list (ký Tờ trình).

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::dossier::command::{self, SignProposal};
use hoso_domain::ids::ItemId;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::document::DocumentBody;
use super::target::Target;
use super::view::DossierView;
use hoso_runtime::http::headers::ChangeHeaders;

/// A signed proposal.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Proposal)]
pub(crate) struct SignBody {
    /// Number and symbol.
    #[schema(example = "729/TTr-SNV")]
    number: String,
    /// Its date.
    date: NaiveDate,
    /// Title of the signer, never a name.
    #[schema(example = "Giám đốc")]
    signed_by: String,
    /// The items its list names.
    #[schema(value_type = Vec<String>)]
    list: Vec<ItemId>,
    /// The document.
    document: DocumentBody,
}

/// Signs the proposal; again if something was wrong with it. For the head of the unit.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/{id}/sign",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), ChangeHeaders),
    request_body = SignBody,
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn sign_proposal(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<SignBody>,
) -> Result<Reply<DossierView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &command.actor, &id).await?;
    let order = command.order();
    let body = command.body;
    let sign = command::Command::SignProposal(SignProposal {
        number: body.number,
        date: body.date,
        signed_by: body.signed_by,
        list: body.list,
        document: target.document(&runtime, body.document).await?,
    });
    target.change(&runtime, order, sign).await
}
