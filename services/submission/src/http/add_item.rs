//! `POST /api/v1/dossiers/{id}/items`: an item is added (thêm mục đề nghị).

use axum::Extension;
use axum::extract::State;
use hoso_domain::calendar::civil_day;
use hoso_domain::dossier::ProposedItem;
use hoso_domain::dossier::command::{self, AddItem};
use hoso_domain::evaluation::vocabulary::{Basis, Lane};
use hoso_domain::ids::{ComponentId, InitiativeId, ItemId, SubjectId, UnitId};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::target::Target;
use super::view::DossierView;
use crate::views::World;
use hoso_runtime::http::headers::ChangeHeaders;

/// One subject in one lane.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Item)]
pub(crate) struct ItemBody {
    /// The item's id, unique over all dossiers.
    #[schema(value_type = String, example = "hs01-3")]
    item: ItemId,
    /// The lane, such as `CERT_INDIVIDUAL`.
    #[schema(value_type = String, example = "CERT_INDIVIDUAL")]
    lane: Lane,
    /// The unit or person proposed, by id.
    #[schema(value_type = String, example = "ca-nhan-01")]
    subject: SubjectId,
    /// For individuals: `ADVISER`, `INSIDER` or `OUTSIDER`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "ADVISER")]
    basis: Option<Basis>,
    /// The component indexes an adviser works on.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    components: Vec<ComponentId>,
    /// The recognised initiative of an outsider.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    initiative: Option<InitiativeId>,
    /// The unit an individual works in.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// The unit that nominates an outsider.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    nominated_by: Option<UnitId>,
    /// In which role it is proposed, in the office's words; never a name.
    #[serde(default)]
    role: Option<String>,
}

/// Adds an item, before the dossier is handed in. A signature on the proposal falls.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/{id}/items",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), ChangeHeaders),
    request_body = ItemBody,
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn add_item(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Path(id): Path<String>,
    command: Command<ItemBody>,
) -> Result<Reply<DossierView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &command.actor, &id).await?;
    let world = world.current().await?;
    let order = command.order();
    let day = civil_day(command.effective_at);
    let body = command.body;
    let taken_by = world
        .holder(&body.item)
        .filter(|holder| *holder != target.dossier);
    let add = command::Command::AddItem(AddItem {
        subject: world.subject(&body.subject, day),
        taken_by,
        item: ProposedItem {
            item: body.item,
            lane: body.lane,
            subject: body.subject,
            basis: body.basis,
            components: body.components,
            initiative: body.initiative,
            unit: body.unit,
            nominated_by: body.nominated_by,
            role: body.role,
        },
    });
    target.change(&runtime, order, add).await
}
