//! `POST /api/v1/documents?name=`: a document's bytes are kept (tải văn bản lên).

use axum::extract::State;
use hoso_domain::actor::Role;
use hoso_domain::text::tidy;
use hoso_runtime::{Problem, Query, RawCommand, Reply, Runtime};
use serde::Deserialize;
use utoipa::IntoParams;

use super::document::DocumentBody;
use hoso_runtime::http::headers::NewHeaders;

/// What the document is called.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// File name, without a path.
    name: String,
}

/// Keeps a document (PDF, Word, Excel, PNG, JPEG; at most 20 MB) and answers how to refer to it.
/// It belongs to nothing until a command refers to it.
#[utoipa::path(
    post,
    path = "/api/v1/documents",
    tag = "submission",
    params(UploadQuery, NewHeaders),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "the bytes"),
    responses((status = 200, description = "how to refer to it", body = DocumentBody))
)]
pub(crate) async fn upload_document(
    State(runtime): State<Runtime>,
    Query(query): Query<UploadQuery>,
    upload: RawCommand,
) -> Result<Reply<DocumentBody>, Problem> {
    if matches!(upload.actor.role, Role::Auditor | Role::System) {
        return Err(Problem::forbidden("not-permitted").detail("an auditor writes nothing"));
    }
    let name = tidy(&query.name);
    let document = runtime.documents.put(&name, upload.bytes).await?;
    Ok(Reply::unversioned(document.into()))
}
