//! The headers of commands, for the API's description; [`super::command`] reads them.

use utoipa::IntoParams;

/// Headers of a command that creates something.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(
    dead_code,
    reason = "only describes what the runtime's extractor reads"
)]
pub struct NewHeaders {
    /// The same when the same request is sent again: 1 to 255 visible ASCII characters.
    #[param(rename = "Idempotency-Key", required)]
    idempotency_key: String,
    /// The official on whose behalf the caller acts, by delegation (ủy quyền).
    #[param(rename = "Hoso-On-Behalf-Of")]
    on_behalf_of: Option<String>,
}

/// Headers of a command that changes something.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(
    dead_code,
    reason = "only describes what the runtime's extractor reads"
)]
pub struct ChangeHeaders {
    /// The same when the same request is sent again: 1 to 255 visible ASCII characters.
    #[param(rename = "Idempotency-Key", required)]
    idempotency_key: String,
    /// The `ETag` last seen, or `*`.
    #[param(rename = "If-Match", required)]
    if_match: String,
    /// The official on whose behalf the caller acts, by delegation (ủy quyền).
    #[param(rename = "Hoso-On-Behalf-Of")]
    on_behalf_of: Option<String>,
}
