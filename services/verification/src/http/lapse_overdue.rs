//! POST /api/v1/cases/lapse-overdue: ends every case whose supplement did not come in time.

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::actor::Role;
use hoso_domain::calendar::civil_day;
use hoso_runtime::{Caller, Command, Problem, Reply, Runtime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::lapse::{lapse, overdue};

/// For which day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = LapseOverdue)]
pub(crate) struct Body {
    /// Cases due before this day lapse; absent: the day of the act.
    #[serde(default)]
    on: Option<NaiveDate>,
}

/// What lapsed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Lapsed)]
pub(crate) struct Answer {
    /// The day it was asked for.
    on: NaiveDate,
    /// The dossiers whose cases ended, by id.
    lapsed: Vec<String>,
}

/// Ends every overdue case.
#[utoipa::path(
    post,
    path = "/api/v1/cases/lapse-overdue",
    tag = "verification",
    request_body = Body,
    responses(
        (status = 200, body = Answer),
        (status = 403, description = "Not Home Affairs"),
    ),
)]
pub(crate) async fn lapse_overdue(
    State(runtime): State<Runtime>,
    command: Command<Body>,
) -> Result<Reply<Answer>, Problem> {
    let on = command.body.on;
    let on = on.unwrap_or_else(|| civil_day(command.effective_at));
    let dossiers = overdue(&runtime, on).await?;
    if dossiers.is_empty() {
        // Nothing to decide, so nothing is recorded; who may not is still told so.
        let caller = Caller {
            actor: command.actor.clone(),
        };
        caller.require_role(&[Role::HomeAffairs])?;
    }
    let mut lapsed = Vec::new();
    for dossier in dossiers {
        let order = command.order_part(dossier.as_str());
        if lapse(&runtime, &dossier, order, on).await? {
            lapsed.push(dossier.as_str().to_owned());
        }
    }
    Ok(Reply::unversioned(Answer { on, lapsed }))
}
