//! `POST /api/v1/audit/key/rotations`: another key signs the log (thay khoá ký sổ).

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use hoso_domain::actor::Role;
use hoso_domain::log_key::{Command as Ask, LogKey, LogKeyRotated};
use hoso_ledger::execute::load;
use hoso_proof::LogIdentity;
use hoso_runtime::http::headers::NewHeaders;
use hoso_runtime::{Command, NoBody, Problem, Reply, Runtime};

use super::key_view::KeyView;
use super::problem;
use crate::error::AuditError;
use crate::rotation;
use crate::sealer::Sealing;

/// Makes a key and records that it signs next. The first checkpoint behind it is signed by both keys;
/// then the old secret is destroyed. For administrators; the body is `{}`, with a `reason`.
#[utoipa::path(
    post,
    path = "/api/v1/audit/key/rotations",
    tag = "audit",
    params(NewHeaders),
    request_body = NoBody,
    responses(
        (status = 201, description = "the keys and the policy", body = KeyView),
        (status = 409, description = "the rotation before waits for its handover")
    )
)]
pub(crate) async fn rotate_key(
    State(runtime): State<Runtime>,
    Extension(sealing): Extension<Arc<Sealing>>,
    command: Command<NoBody>,
) -> Result<Reply<KeyView>, Problem> {
    let order = command.order();
    let held = Arc::clone(&sealing);
    // Two at once would make each other's key; waited for where a thread may wait.
    let lock = tokio::task::spawn_blocking(move || held.keys.rotating()).await;
    let _one = lock.map_err(Problem::internal)?.map_err(problem)?;
    // No key is made for who may not, or for what was answered before: the decider says so.
    let repeated = runtime.ledger.command(order.command).await?.is_some();
    let rotated = if command.actor.role == Role::Administrator && !repeated {
        rotation_of(&runtime, &sealing).await?
    } else {
        LogKeyRotated {
            previous: String::new(),
            next: String::new(),
        }
    };
    let done = runtime
        .execute::<LogKey>(&rotation::stream(), order, Ask::Rotate(rotated))
        .await?;
    let view = KeyView::of(done.state, &sealing)?;
    Ok(Reply::created("/api/v1/audit/key", done.version, view).replayed(done.duplicate))
}

/// The rotation to record; the next secret is on the disk.
async fn rotation_of(runtime: &Runtime, sealing: &Sealing) -> Result<LogKeyRotated, Problem> {
    let (state, _) = load::<LogKey>(runtime.ledger.stream(&rotation::stream()).await?)?;
    let signing = sealing.keys.signing().map_err(problem)?;
    let previous = signing.key().to_string();
    let newest = state.newest(signing.origin());
    if newest.is_some_and(|newest| newest != previous) {
        return Err(Problem::conflict("log-key-handover-pending")
            .detail("the key on record has not signed yet: the next checkpoint hands over to it"));
    }
    let used = |log: &LogIdentity| {
        let text = log.key().to_string();
        text == previous || state.keys.contains(&text)
    };
    let next = sealing.keys.make_next(used);
    let next = next.map_err(|error: AuditError| problem(error))?;
    let next = next.key().to_string();
    Ok(LogKeyRotated { previous, next })
}
