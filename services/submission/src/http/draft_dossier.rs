//! `POST /api/v1/dossiers`: the unit begins a dossier (lập hồ sơ).

use axum::Extension;
use axum::extract::State;
use hoso_domain::calendar::civil_day;
use hoso_domain::dossier::command::{self, Draft};
use hoso_domain::dossier::{Addressee, Dossier, DossierState};
use hoso_domain::ids::{DossierId, RoundId, UnitId};
use hoso_runtime::{Command, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::target::stream;
use super::view::DossierView;
use crate::views::World;
use hoso_runtime::http::headers::NewHeaders;

/// What is drafted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DraftBody {
    /// The new dossier's id; one is made if it is absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "HS-2024-01")]
    dossier: Option<DossierId>,
    /// The round it is for; it must be open.
    #[schema(value_type = String, example = "annual-2024")]
    round: RoundId,
    /// The unit whose achievements it is about.
    #[schema(value_type = String, example = "so-noi-vu")]
    unit: UnitId,
    /// The unit that submits; `unit` itself if absent. Another one only after a merger.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    submitted_by: Option<UnitId>,
    /// Submitted by the recorded successor of `unit`.
    #[serde(default)]
    on_behalf_of_predecessor: bool,
    /// `HOME_AFFAIRS` (through Sở Nội vụ, as the plan asks) or `DIRECT`.
    #[serde(default = "through_home_affairs")]
    #[schema(value_type = String, example = "HOME_AFFAIRS")]
    addressee: Addressee,
}

const fn through_home_affairs() -> Addressee {
    Addressee::HomeAffairs
}

/// Begins a dossier. For the officers and the head of the unit that submits.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers",
    tag = "submission",
    params(NewHeaders),
    request_body = DraftBody,
    responses((status = 201, description = "the dossier", body = DossierView))
)]
pub(crate) async fn draft_dossier(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    command: Command<DraftBody>,
) -> Result<Reply<DossierView>, Problem> {
    let order = command.order();
    let made = DossierId::parse(&command.derived_id("dossier").to_string());
    let body = command.body;
    let dossier = match body.dossier {
        Some(dossier) => dossier,
        None => made.map_err(Problem::internal)?,
    };
    let world = world.current().await?;
    let draft = command::Command::Draft(Draft {
        dossier: dossier.clone(),
        round_facts: world.round(&body.round),
        unit_facts: world.unit(&body.unit, civil_day(command.effective_at)),
        round: body.round,
        submitted_by: body.submitted_by.unwrap_or_else(|| body.unit.clone()),
        unit: body.unit,
        on_behalf_of_predecessor: body.on_behalf_of_predecessor,
        addressee: body.addressee,
    });
    let done = runtime
        .execute::<Dossier>(&stream(&dossier), order, draft)
        .await?;
    let DossierState::Drafted(papers) = done.state else {
        return Err(Problem::internal("a drafted dossier is not there"));
    };
    let location = format!("/api/v1/dossiers/{dossier}");
    Ok(Reply::created(location, done.version, DossierView::of(*papers)).replayed(done.duplicate))
}
