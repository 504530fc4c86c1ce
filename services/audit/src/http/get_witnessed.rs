//! `GET /checkpoint/witnessed`: the newest checkpoint that enough witnesses cosigned.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use hoso_runtime::Problem;

use super::{newest, problem};
use crate::sealer::Sealing;

/// The newest checkpoint that enough witnesses cosigned, with their cosignatures (C2SP
/// tlog-cosignature). For anybody. `/checkpoint` may be newer, and not be cosigned yet.
#[utoipa::path(
    get,
    path = "/checkpoint/witnessed",
    tag = "audit",
    responses(
        (status = 200, description = "the signed note", body = String, content_type = "text/plain"),
        (status = 404, description = "none was cosigned by enough witnesses")
    )
)]
pub(crate) async fn get_witnessed(
    Extension(sealing): Extension<Arc<Sealing>>,
) -> Result<Response, Problem> {
    let witnessed = sealing.archive.witnessed().map_err(problem)?;
    let witnessed = witnessed.ok_or_else(|| Problem::not_found("witnessed checkpoint"))?;
    Ok(newest(witnessed))
}
