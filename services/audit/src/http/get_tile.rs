//! `GET /tile/…`: a tile of the tree.

use std::sync::Arc;

use axum::Extension;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use hoso_runtime::{Path, Problem};

use super::problem;
use crate::sealer::Sealing;

/// A tile of the log's tree, as C2SP tlog-tiles names it: hashes only. For anybody. Its name has
/// slashes, which an OpenAPI path cannot say.
pub(crate) async fn get_tile(
    Extension(sealing): Extension<Arc<Sealing>>,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    let bytes = sealing.archive.tile_file(&path).map_err(problem)?;
    let bytes = bytes.ok_or_else(|| Problem::not_found("such tile"))?;
    // A tile never changes.
    let headers = [
        (CONTENT_TYPE, "application/octet-stream"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, bytes).into_response())
}
