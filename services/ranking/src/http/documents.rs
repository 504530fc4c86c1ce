//! Documents named in a body: those with a digest must have been uploaded before.

use hoso_domain::document::DocumentRef;
use hoso_runtime::{Problem, Runtime};

/// Passes if every document with a digest is in the store.
///
/// # Errors
/// 422 naming the field; the store's.
pub(crate) async fn check(
    runtime: &Runtime,
    field: &str,
    documents: impl IntoIterator<Item = &DocumentRef>,
) -> Result<(), Problem> {
    for document in documents {
        if let Some(sha256) = &document.sha256
            && runtime.documents.get(sha256).await?.is_none()
        {
            return Err(Problem::field(
                field,
                "no document of this digest was uploaded",
            ));
        }
    }
    Ok(())
}
