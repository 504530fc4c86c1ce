//! An appeal as it is shown, and the appeal a request is about.

use chrono::NaiveDate;
use hoso_domain::actor::Actor;
use hoso_domain::decider::StoredDecider;
use hoso_domain::ids::AppealId;
use hoso_domain::ranking::appeal::{Appeal, AppealCommand, AppealFiled, AppealState};
use hoso_ledger::execute::load;
use hoso_ledger::{Order, StreamName};
use hoso_runtime::{Problem, Reply, Runtime};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::is_insider;

/// An appeal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppealView {
    id: String,
    round: String,
    item: String,
    dossier: String,
    unit: String,
    /// `OPEN`, `UPHELD`, `DISMISSED` or `INADMISSIBLE`.
    status: String,
    ground: String,
    filed_on: NaiveDate,
    /// The last day an appeal was admitted.
    due_on: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_on: Option<NaiveDate>,
    /// Why it ended so.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<String>,
}

impl AppealView {
    /// An appeal, if it was filed.
    pub(crate) fn of(state: &AppealState) -> Option<Self> {
        let filed = state.filed()?;
        let word = state.resolution();
        Some(Self {
            id: filed.appeal.to_string(),
            round: filed.round.to_string(),
            item: filed.item.to_string(),
            dossier: filed.dossier.to_string(),
            unit: filed.unit.to_string(),
            status: state.status().to_owned(),
            ground: filed.ground.clone(),
            filed_on: filed.filed_on,
            due_on: filed.due_on,
            resolved_on: word.map(|w| w.on),
            resolution: word.map(|w| w.reason.clone()),
        })
    }
}

/// Whether the actor reads an appeal: those who work on rounds, and the unit that filed it.
pub(crate) fn reads_appeal(actor: &Actor, filed: &AppealFiled) -> bool {
    is_insider(actor) || filed.unit == actor.agency
}

/// The stream of an appeal.
pub(crate) fn stream(appeal: &AppealId) -> StreamName {
    StreamName::new(Appeal::CATEGORY, appeal.as_str())
}

/// The appeal of an id in the path, with its version, for those who read it.
///
/// # Errors
/// 404 for what is no appeal or not for the actor to see; the ledger's.
pub(crate) async fn find(
    runtime: &Runtime,
    actor: &Actor,
    id: &str,
) -> Result<(AppealId, AppealState, u64), Problem> {
    let unknown = || Problem::not_found(format!("appeal {id}"));
    let appeal = AppealId::parse(id).map_err(|_| unknown())?;
    let record = runtime.ledger.stream(&stream(&appeal)).await?;
    let (state, version) = load::<Appeal>(record)?;
    match state.filed() {
        Some(filed) if reads_appeal(actor, filed) => Ok((appeal, state, version)),
        Some(_) | None => Err(unknown()),
    }
}

/// Runs a command on an appeal and answers with the appeal after it.
///
/// # Errors
/// The rejection's or refusal's problem; the ledger's.
pub(crate) async fn change(
    runtime: &Runtime,
    appeal: &AppealId,
    order: Order,
    command: AppealCommand,
) -> Result<Reply<AppealView>, Problem> {
    let done = runtime
        .execute::<Appeal>(&stream(appeal), order, command)
        .await?;
    let view = AppealView::of(&done.state);
    let view = view.ok_or_else(|| Problem::internal("a command left no appeal"))?;
    Ok(Reply::ok(done.version, view).replayed(done.duplicate))
}
