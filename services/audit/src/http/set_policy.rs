//! `POST /api/v1/audit/policy`: whose cosignatures are asked for (chính sách nhân chứng).

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use hoso_domain::log_key::{Command as Ask, LogKey};
use hoso_proof::Policy;
use hoso_runtime::http::headers::NewHeaders;
use hoso_runtime::{Command, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::key_view::KeyView;
use super::problem;
use crate::rotation;
use crate::sealer::Sealing;

/// A policy to record.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyBody {
    /// The whole file (C2SP tlog-policy), byte for byte.
    #[schema(example = "quorum none\n")]
    policy: String,
}

/// Records the policy of witnesses that holds from now on, so that nobody can say later that another
/// one held. For administrators. Which witnesses the sealer asks stands in its settings.
#[utoipa::path(
    post,
    path = "/api/v1/audit/policy",
    tag = "audit",
    params(NewHeaders),
    request_body = PolicyBody,
    responses((status = 201, description = "the keys and the policy", body = KeyView))
)]
pub(crate) async fn set_policy(
    State(runtime): State<Runtime>,
    Extension(sealing): Extension<Arc<Sealing>>,
    command: Command<PolicyBody>,
) -> Result<Reply<KeyView>, Problem> {
    let malformed = |reason: &dyn std::fmt::Display| {
        Problem::unprocessable("policy-malformed").error("policy", reason)
    };
    let policy = &command.body.policy;
    let read = Policy::parse(policy.as_bytes()).map_err(|error| malformed(&error))?;
    let signing = sealing.keys.signing().map_err(problem)?;
    if !read.accepts(&signing) {
        let key = signing.key();
        return Err(malformed(&format!("the log {key} is none of its logs")));
    }
    let ask = Ask::SetPolicy(policy.clone());
    let done = runtime
        .execute::<LogKey>(&rotation::stream(), command.order(), ask)
        .await?;
    let view = KeyView::of(done.state, &sealing)?;
    Ok(Reply::created("/api/v1/audit/key", done.version, view).replayed(done.duplicate))
}
