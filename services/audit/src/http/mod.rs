//! What anybody may ask of a sealed log: its checkpoint and its tiles (C2SP tlog-tiles), proofs; and
//! what an administrator decides about its key and its witnesses.

mod get_checkpoint;
mod get_consistency;
mod get_key;
mod get_proof;
mod get_tile;
mod get_witnessed;
mod key_view;
mod rotate_key;
mod set_policy;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use hoso_runtime::{Problem, Runtime};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::AuditError;

/// The routes.
pub(crate) fn router() -> OpenApiRouter<Runtime> {
    OpenApiRouter::new()
        .routes(routes!(get_checkpoint::get_checkpoint))
        .routes(routes!(get_witnessed::get_witnessed))
        .route("/tile/{*path}", get(get_tile::get_tile))
        .routes(routes!(get_proof::get_proof))
        .routes(routes!(get_consistency::get_consistency))
        .routes(routes!(get_key::get_key))
        .routes(routes!(rotate_key::rotate_key))
        .routes(routes!(set_policy::set_policy))
}

fn text(text: String) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// What is another one soon: nobody keeps it (tlog-tiles).
fn newest(text: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}

/// What was asked for and is not there is not found; everything else is ours to look at.
fn problem(error: AuditError) -> Problem {
    if error.is_bad_input() {
        return Problem::not_found("such proof").detail(error);
    }
    match error {
        AuditError::Ledger(error) => error.into(),
        other @ (AuditError::File { .. }
        | AuditError::Damaged { .. }
        | AuditError::Tree(_)
        | AuditError::Checkpoint(_)
        | AuditError::Leaf { .. }
        | AuditError::Cut { .. }
        | AuditError::Changed { .. }
        | AuditError::Rewritten { .. }
        | AuditError::KeyLost { .. }
        | AuditError::History(_)
        | AuditError::Contradicted(_)
        | AuditError::Busy { .. }
        | AuditError::Unsealed { .. }
        | AuditError::NotSealed { .. }
        | AuditError::NoCheckpoint { .. }
        | AuditError::Origin(_)
        | AuditError::Policy(_)
        | AuditError::Stopped(_)
        | AuditError::Chance(_)) => Problem::internal(other),
    }
}
