//! `GET /api/v1/audit/key`: which keys sign the log.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use hoso_domain::actor::Role;
use hoso_domain::log_key::LogKey;
use hoso_ledger::execute::load;
use hoso_runtime::{Caller, Problem, Reply, Runtime};

use super::key_view::KeyView;
use crate::rotation;
use crate::sealer::Sealing;

/// The key that signs, those before, and the policy of witnesses on record. For auditors and
/// administrators; a verifier has the log's key from elsewhere.
#[utoipa::path(
    get,
    path = "/api/v1/audit/key",
    tag = "audit",
    responses((status = 200, description = "the keys and the policy", body = KeyView))
)]
pub(crate) async fn get_key(
    State(runtime): State<Runtime>,
    Extension(sealing): Extension<Arc<Sealing>>,
    caller: Caller,
) -> Result<Reply<KeyView>, Problem> {
    caller.require_role(&[Role::Auditor, Role::Administrator])?;
    let (state, version) = load::<LogKey>(runtime.ledger.stream(&rotation::stream()).await?)?;
    Ok(Reply::ok(version, KeyView::of(state, &sealing)?))
}
