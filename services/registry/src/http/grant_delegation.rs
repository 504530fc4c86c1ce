//! `POST /api/v1/delegations`: an official may act on another's behalf (ủy quyền).

use axum::extract::State;
use hoso_domain::ids::DelegationId;
use hoso_domain::registry::official::{Command as Ask, Official};
use hoso_runtime::{Command, Problem, Reply, Runtime};

use super::stream;
use super::view::{DelegationBody, DelegationView};
use crate::error;
use hoso_runtime::http::headers::NewHeaders;

/// Grants a delegation. For the delegating official in person, and for administrators.
#[utoipa::path(
    post,
    path = "/api/v1/delegations",
    tag = "registry",
    params(NewHeaders),
    request_body = DelegationBody,
    responses((status = 201, description = "the delegation", body = DelegationView))
)]
pub(crate) async fn grant_delegation(
    State(runtime): State<Runtime>,
    command: Command<DelegationBody>,
) -> Result<Reply<DelegationView>, Problem> {
    let order = command.order();
    let made = DelegationId::parse(&command.derived_id("delegation").to_string());
    let body = command.body;
    let id = match &body.delegation {
        Some(id) => id.clone(),
        None => made.map_err(Problem::internal)?,
    };
    let directory = runtime.directory.current().await?;
    for (field, official) in [("from", &body.from), ("to", &body.to)] {
        if directory.official(official).is_none() {
            return Err(error::official_unknown(field, official));
        }
    }
    let name = stream::name::<Official>(body.from.as_str());
    let location = format!("/api/v1/officials/{}", body.from);
    let ask = Ask::GrantDelegation(body.into_granted(id.clone()));
    let mut done = runtime.execute::<Official>(&name, order, ask).await?;
    let granted = done.state.delegations.remove(&id);
    let view = stream::shown(granted.map(DelegationView::of))?;
    Ok(Reply::created(location, done.version, view).replayed(done.duplicate))
}
