//! `GET /checkpoint`: the newest signed checkpoint.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use hoso_runtime::Problem;

use super::{newest, problem};
use crate::sealer::Sealing;

/// The newest checkpoint of the log: a signed note (C2SP tlog-checkpoint). For anybody.
#[utoipa::path(
    get,
    path = "/checkpoint",
    tag = "audit",
    responses(
        (status = 200, description = "the signed note", body = String, content_type = "text/plain"),
        (status = 404, description = "nothing is sealed yet")
    )
)]
pub(crate) async fn get_checkpoint(
    Extension(sealing): Extension<Arc<Sealing>>,
) -> Result<Response, Problem> {
    Ok(newest(sealing.archive.checkpoint().map_err(problem)?))
}
