//! A document as a body names it, and what the store knows of it.

use axum::http::StatusCode;
use hoso_domain::document::DocumentRef;
use hoso_runtime::documents::media_type;
use hoso_runtime::{Problem, Runtime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A document: its name, and where its bytes were uploaded, their digest.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Document)]
pub(crate) struct DocumentBody {
    /// File name, 1 to 255 characters, without a path.
    name: String,
    /// SHA-256 of the uploaded bytes; absent where only the paper exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// Size in bytes, as the upload answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    /// Media type, as the upload answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
}

impl DocumentBody {
    pub(crate) fn into_reference(self) -> DocumentRef {
        DocumentRef {
            name: self.name,
            sha256: self.sha256,
            size: self.size,
            media_type: self.media_type,
        }
    }
}

impl From<DocumentRef> for DocumentBody {
    fn from(document: DocumentRef) -> Self {
        Self {
            name: document.name,
            sha256: document.sha256,
            size: document.size,
            media_type: document.media_type,
        }
    }
}

/// The reference with size and media type as the store has them, whatever the body said.
///
/// # Errors
/// 422 `document-unknown` for a digest nobody uploaded; the store's.
pub(crate) async fn resolve(
    runtime: &Runtime,
    given: DocumentBody,
) -> Result<DocumentRef, Problem> {
    let paper_only = DocumentRef {
        name: given.name,
        sha256: None,
        size: None,
        media_type: None,
    };
    let Some(sha256) = given.sha256 else {
        return Ok(paper_only);
    };
    let Some(bytes) = runtime.documents.get(&sha256).await? else {
        return Err(
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "document-unknown")
                .detail("upload the document first: POST /api/v1/documents")
                .error(
                    "document.sha256",
                    "nobody uploaded a document of this digest",
                ),
        );
    };
    Ok(DocumentRef {
        size: Some(bytes.len() as u64),
        media_type: media_type(&bytes).map(str::to_owned),
        sha256: Some(sha256),
        ..paper_only
    })
}
