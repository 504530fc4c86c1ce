//! `POST /api/v1/appeals`: a unit appeals against an outcome (khiếu nại).

use axum::extract::State;
use hoso_domain::ids::{AppealId, ItemId};
use hoso_domain::ranking::appeal::{Appeal, AppealCommand, FileAppeal};
use hoso_domain::rulebook::holidays;
use hoso_runtime::{Command, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::appeal_view::{AppealView, stream};
use super::target::Target;
use hoso_runtime::http::headers::NewHeaders;

/// Against what, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AppealBody {
    /// Id of the appeal; by default one is made.
    #[schema(value_type = Option<String>)]
    id: Option<AppealId>,
    /// The round.
    round: String,
    /// The item.
    #[schema(value_type = String)]
    item: ItemId,
    /// On which ground.
    ground: String,
}

/// Files an appeal. One that comes late is taken in and found inadmissible at once.
#[utoipa::path(
    post,
    path = "/api/v1/appeals",
    tag = "ranking",
    params(NewHeaders),
    request_body = AppealBody,
    responses((status = 201, description = "the appeal", body = AppealView))
)]
pub(crate) async fn file_appeal(
    State(runtime): State<Runtime>,
    command: Command<AppealBody>,
) -> Result<Reply<AppealView>, Problem> {
    let target = Target::find(&runtime, &command.body.round).await?;
    let order = command.order();
    let made = command.derived_id("appeal");
    let body = command.body;
    let item = target.round.items.get(&body.item);
    let item = item.ok_or_else(|| Problem::not_found(format!("item {}", body.item)))?;
    let appeal = match body.id {
        Some(appeal) => appeal,
        None => AppealId::parse(&made.to_string()).map_err(Problem::internal)?,
    };
    let file = AppealCommand::File(Box::new(FileAppeal {
        appeal: appeal.clone(),
        round: target.id,
        dossier: item.dossier.clone(),
        unit: item.submitted_by.clone(),
        known_since: target.round.known_since(&item.dossier),
        item: body.item,
        ground: body.ground,
        period: target.round.opened.appeal.clone(),
        holidays: holidays().clone(),
    }));
    let done = runtime
        .execute::<Appeal>(&stream(&appeal), order, file)
        .await?;
    let view = AppealView::of(&done.state);
    let view = view.ok_or_else(|| Problem::internal("a command left no appeal"))?;
    let location = format!("/api/v1/appeals/{appeal}");
    Ok(Reply::created(location, done.version, view).replayed(done.duplicate))
}
