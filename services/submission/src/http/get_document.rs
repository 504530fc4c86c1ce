//! `GET /api/v1/documents/{sha256}`: a document's bytes, verified.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hoso_runtime::documents::media_type;
use hoso_runtime::{Caller, Path, Problem, Runtime, View};

use super::target::Target;
use crate::access::Sight;
use crate::views::World;

/// The bytes of a document. A unit's officials get those of their unit's dossiers. One that was erased
/// with the person it belonged to is gone: 410.
#[utoipa::path(
    get,
    path = "/api/v1/documents/{sha256}",
    tag = "submission",
    params(("sha256" = String, Path, description = "SHA-256 of the bytes, lower-case hex")),
    responses((status = 200, description = "the bytes", content_type = "application/octet-stream", body = Vec<u8>))
)]
pub(crate) async fn get_document(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Path(sha256): Path<String>,
    caller: Caller,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_found(format!("document {sha256}"));
    if !may_read(&runtime, &world, &caller, &sha256).await? {
        return Err(unknown());
    }
    // By the record first: what it says is gone is given to nobody, also where the file is still there.
    if world.current().await?.belonging.is_erased(&sha256) {
        return Err(Problem::new(StatusCode::GONE, "document-erased").detail(
            "the document went with the person it belonged to; the record keeps its digest",
        ));
    }
    let bytes = runtime.documents.get(&sha256).await?.ok_or_else(unknown)?;
    let kind = media_type(&bytes).unwrap_or("application/octet-stream");
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // Bytes under their own digest never change, but they may have to be forgotten.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    Ok(response)
}

async fn may_read(
    runtime: &Runtime,
    world: &View<World>,
    caller: &Caller,
    sha256: &str,
) -> Result<bool, Problem> {
    match Sight::of(&caller.actor) {
        Sight::Every => Ok(true),
        Sight::Nothing => Ok(false),
        Sight::Own(_) => {
            let world = world.current().await?;
            for dossier in world.dossiers_with(sha256) {
                if Target::read(runtime, &caller.actor, dossier.as_str())
                    .await
                    .is_ok()
                {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}
