//! `GET /api/v1/dossiers/{id}/history`: the dossier's path through all services.

use axum::extract::State;
use hoso_runtime::http::moment::AsOfQuery;
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};
use utoipa::ToSchema;

use super::target::Target;
use crate::access::Sight;
use crate::history::{History, history};

/// The path of a dossier.
#[derive(ToSchema)]
#[schema(as = History)]
#[expect(dead_code, reason = "only describes the history")]
pub(crate) struct HistorySchema {
    /// The dossier.
    dossier: String,
    /// What happened, in the order of the log: position, time, effectiveAt, type, actor, service,
    /// stream, version, delegation, reason, ruleBook, id, command, causation, correlation, data.
    events: Vec<serde_json::Value>,
}

/// The path of a dossier from all services: who, in which capacity, what, when, why, under which
/// rule book. A unit's officials see every step, and the content of those that concern them alone.
#[utoipa::path(
    get,
    path = "/api/v1/dossiers/{id}/history",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), AsOfQuery),
    responses((status = 200, description = "the path", body = HistorySchema))
)]
pub(crate) async fn get_dossier_history(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    Query(query): Query<AsOfQuery>,
    caller: Caller,
) -> Result<Reply<History>, Problem> {
    let moment = query.moment()?;
    let target = Target::read(&runtime, &caller.actor, &id).await?;
    let mut told = history(&runtime.ledger, &target.dossier, moment).await?;
    if !Sight::of(&caller.actor).takes_in_procedure() {
        withhold(&mut told);
    }
    Ok(Reply::unversioned(told))
}

/// Events of a round speak of other units' dossiers too, and findings and refusals of the gateway
/// are between those who judge: a unit's officials see that they happened, not what they hold.
fn withhold(history: &mut History) {
    for event in &mut history.events {
        let told = match event.service.as_str() {
            "submission" => true,
            "verification" => {
                !matches!(event.r#type.as_str(), "FindingRecorded" | "AttemptRefused")
            }
            _ => false,
        };
        if !told {
            event.data = None;
        }
    }
}
