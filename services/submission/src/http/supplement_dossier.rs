//! `POST /api/v1/dossiers/{id}/supplement`: what was missing is handed in (bổ sung hồ sơ).

use axum::extract::State;
use hoso_domain::dossier::command::{self, Supplement};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::target::Target;
use super::view::DossierView;
use hoso_runtime::http::headers::ChangeHeaders;

/// What changes about the sets; `effectiveAt` is when the supplement was handed in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SupplementBody {
    /// Number of sets handed in altogether, if it changed.
    #[serde(default)]
    sets: Option<u32>,
    /// Whether they are originals, if it changed.
    #[serde(default)]
    originals: Option<bool>,
}

/// Hands in what came into the dossier since the supplement was asked for: reports and their
/// confirmations, minutes, a new proposal, attachments, sets.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/{id}/supplement",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), ChangeHeaders),
    request_body = SupplementBody,
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn supplement_dossier(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<SupplementBody>,
) -> Result<Reply<DossierView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &command.actor, &id).await?;
    let order = command.order();
    let supplement = command::Command::Supplement(Supplement {
        sets: command.body.sets,
        originals: command.body.originals,
    });
    target.change(&runtime, order, supplement).await
}
