//! `POST /api/v1/dossiers/{id}/submit`: the head hands the dossier in (nộp hồ sơ).

use axum::Extension;
use axum::extract::State;
use hoso_domain::dossier::command::{self, Submit};
use hoso_domain::dossier::content::Channel;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::target::Target;
use super::view::DossierView;
use crate::views::World;
use hoso_runtime::http::headers::ChangeHeaders;

/// How it is handed in; `effectiveAt` is when it was sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SubmitBody {
    /// Number of sets; the plan asks for 2.
    sets: u32,
    /// Whether they are originals.
    originals: bool,
    /// `PAPER` or `ELECTRONIC`.
    #[schema(value_type = String, example = "PAPER")]
    channel: Channel,
}

/// Hands a signed dossier in. An incomplete or late one is taken: Home Affairs judges that.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/{id}/submit",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), ChangeHeaders),
    request_body = SubmitBody,
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn submit_dossier(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Path(id): Path<String>,
    command: Command<SubmitBody>,
) -> Result<Reply<DossierView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &command.actor, &id).await?;
    let world = world.current().await?;
    let round = world.round(&target.papers.head.round);
    let order = command.order();
    let submit = command::Command::Submit(Submit {
        sets: command.body.sets,
        originals: command.body.originals,
        channel: command.body.channel,
        round_open: round.is_some_and(|facts| facts.open),
    });
    target.change(&runtime, order, submit).await
}
