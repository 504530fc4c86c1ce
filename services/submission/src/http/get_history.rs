//! `GET /api/v1/dossiers/{id}/history`: the dossier's path through all services.

use axum::extract::State;
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::target::Target;
use crate::access::Sight;
use crate::as_of::AsOf;
use crate::history::{History, history};

/// Up to when.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct AsOfQuery {
    /// A position of the log, or a time such as `2025-06-16T17:00:00Z`; now if absent.
    as_of: Option<String>,
}

impl AsOfQuery {
    pub(crate) fn parse(&self) -> Result<AsOf, Problem> {
        self.as_of
            .as_deref()
            .map_or(Ok(AsOf::Head), str::parse)
            .map_err(|error| Problem::bad_request("query-invalid").error("asOf", error))
    }
}

/// The path of a dossier.
#[derive(ToSchema)]
#[schema(as = History)]
#[expect(dead_code, reason = "only describes the history")]
pub(crate) struct HistorySchema {
    /// The dossier.
    dossier: String,
    /// What happened, in the order of the log: position, time, effectiveAt, type, actor, service,
    /// stream, version, reason, ruleBook, id, command, causation, correlation, data.
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
    let as_of = query.parse()?;
    let target = Target::read(&runtime, &caller.actor, &id).await?;
    let mut told = history(&runtime.ledger, &target.dossier, as_of).await?;
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
