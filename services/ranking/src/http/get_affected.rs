//! `GET /api/v1/affected?fact=`: what rests on a fact that was corrected or came late, for the
//! reviewer, who decides on revocation (danh hiệu đã xét trên dữ kiện cũ); nothing changes by itself.

use axum::extract::State;
use axum::{Extension, Json};
use hoso_domain::calendar::civil_day;
use hoso_domain::evaluation::Correctable;
use hoso_runtime::{Caller, Problem, Query, Runtime, View};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::INSIDERS;
use crate::affected::{AffectedError, Consequences, consequences};
use crate::views::World;

/// Which fact.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AffectedQuery {
    /// The fact as receipts name it, or `HOLD/SUBJECT`.
    #[param(example = "SCORE/so-y-te/2024")]
    fact: String,
}

/// Rounds that run, judged with the fact as it was and as it is; decisions whose awards rest on it.
#[utoipa::path(
    get,
    path = "/api/v1/affected",
    tag = "ranking",
    params(AffectedQuery),
    responses((status = 200, description = "what rests on the fact", body = Object))
)]
pub(crate) async fn get_affected(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Query(query): Query<AffectedQuery>,
    caller: Caller,
) -> Result<Json<Consequences>, Problem> {
    caller.require_role(&INSIDERS)?;
    let fact = query.fact.parse::<Correctable>();
    let fact = fact.map_err(|e| Problem::bad_request("query-invalid").error("fact", e))?;
    let world = world.current().await?;
    let today = civil_day(runtime.clock.now());
    let found = consequences(runtime.ledger.as_ref(), &world, &fact, today).await;
    found.map(Json).map_err(|error| match error {
        AffectedError::Ledger(error) => error.into(),
        error @ (AffectedError::Receipt(_) | AffectedError::Unreadable { .. }) => {
            Problem::internal(error)
        }
    })
}
