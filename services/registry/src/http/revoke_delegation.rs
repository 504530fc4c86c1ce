//! `POST /api/v1/officials/{id}/delegations/{delegation}/revoke`: a delegation is taken back.

use axum::extract::State;
use hoso_domain::ids::DelegationId;
use hoso_domain::registry::official::{Command as Ask, Official};
use hoso_runtime::{Command, NoBody, Path, Problem, Reply, Runtime};

use super::stream;
use super::view::{DelegationView, OfficialView};
use hoso_runtime::http::headers::ChangeHeaders;

/// Takes a delegation back. For the delegating official in person, and for administrators.
#[utoipa::path(
    post,
    path = "/api/v1/officials/{id}/delegations/{delegation}/revoke",
    tag = "registry",
    params(
        ("id" = String, Path, description = "the official who delegated"),
        ("delegation" = String, Path, description = "the delegation"),
        ChangeHeaders
    ),
    request_body = NoBody,
    responses((status = 200, description = "the delegation", body = DelegationView))
)]
pub(crate) async fn revoke_delegation(
    State(runtime): State<Runtime>,
    Path((id, delegation)): Path<(String, String)>,
    command: Command<NoBody>,
) -> Result<Reply<DelegationView>, Problem> {
    command.require_match()?;
    let view = |state, version| OfficialView::of(state, version, false);
    stream::show::<Official, _>(&runtime, &id, view).await?;
    let delegation = DelegationId::parse(&delegation)
        .map_err(|_| Problem::not_found(format!("delegation {delegation}")))?;
    let name = stream::name::<Official>(&id);
    let ask = Ask::RevokeDelegation(delegation.clone());
    let mut done = runtime
        .execute::<Official>(&name, command.order(), ask)
        .await?;
    let revoked = done.state.delegations.remove(&delegation);
    let shown = stream::shown(revoked.map(DelegationView::of))?;
    Ok(Reply::ok(done.version, shown).replayed(done.duplicate))
}
