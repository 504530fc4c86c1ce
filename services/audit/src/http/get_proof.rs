//! `GET /api/v1/audit/proofs/{position}`: one event is in the log.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use hoso_domain::actor::Role;
use hoso_runtime::{Caller, Path, Problem, Runtime};

use super::{problem, text};
use crate::prove::prove;
use crate::sealer::Sealing;

/// Proves that the event at a position is in the log: a file (C2SP tlog-proof) with the event's
/// header, under the newest checkpoint. For auditors and administrators.
#[utoipa::path(
    get,
    path = "/api/v1/audit/proofs/{position}",
    tag = "audit",
    params(("position" = u64, Path, description = "the event's position")),
    responses(
        (status = 200, description = "the proof", body = String, content_type = "text/plain"),
        (status = 404, description = "the position is not sealed")
    )
)]
pub(crate) async fn get_proof(
    State(runtime): State<Runtime>,
    Extension(sealing): Extension<Arc<Sealing>>,
    Path(position): Path<u64>,
    caller: Caller,
) -> Result<Response, Problem> {
    caller.require_role(&[Role::Auditor, Role::Administrator])?;
    let proof = prove(&runtime.ledger, &sealing.archive, &sealing.keys, position).await;
    Ok(text(proof.map_err(problem)?.encode()))
}
