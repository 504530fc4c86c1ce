//! `GET /api/v1/audit/consistency/{old}/{new}`: one checkpoint grew from another.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use hoso_runtime::{Path, Problem};

use super::{problem, text};
use crate::prove::consistency;
use crate::sealer::Sealing;

/// Proves that the checkpoint of `new` events begins with the first `old` of them. For anybody.
#[utoipa::path(
    get,
    path = "/api/v1/audit/consistency/{old}/{new}",
    tag = "audit",
    params(
        ("old" = u64, Path, description = "events of the older checkpoint"),
        ("new" = u64, Path, description = "events of the newer one")
    ),
    responses(
        (status = 200, description = "the proof", body = String, content_type = "text/plain"),
        (status = 404, description = "no checkpoint of that size was signed")
    )
)]
pub(crate) async fn get_consistency(
    Extension(sealing): Extension<Arc<Sealing>>,
    Path((old, new)): Path<(u64, u64)>,
) -> Result<Response, Problem> {
    let keys = sealing.history().map_err(problem)?;
    let proof = consistency(&sealing.archive, &keys, old, new).map_err(problem)?;
    Ok(text(proof.encode()))
}
