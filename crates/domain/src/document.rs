//! A file that belongs to a dossier, by name and digest; the bytes live outside the events.

pub mod belonging;

use serde::{Deserialize, Serialize};

/// A document (văn bản): what it is called, and, when its bytes were uploaded, their digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentRef {
    /// File name as the office gave it, 1 to 255 characters, without a path.
    pub name: String,
    /// Digest of the bytes, lower-case hex; absent where only the paper exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Size in bytes; absent where only the paper exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Media type found from the bytes, such as `application/pdf`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
}
