//! `POST /api/v1/officials`: a person takes a role in an agency.

use axum::Extension;
use axum::extract::State;
use hoso_domain::registry::official::{Command as Ask, Official};
use hoso_runtime::{Command, Problem, Reply, Runtime, View};

use super::stream;
use super::view::{OfficialBody, OfficialView};
use crate::access::sees_tokens;
use crate::error;
use crate::views::RegistryFacts;
use hoso_runtime::http::headers::NewHeaders;

/// Appoints an official. For administrators. Person and agency are in the registry, once it has
/// persons and units at all: the first administrator comes before them.
#[utoipa::path(
    post,
    path = "/api/v1/officials",
    tag = "registry",
    params(NewHeaders),
    request_body = OfficialBody,
    responses((status = 201, description = "the official", body = OfficialView))
)]
pub(crate) async fn appoint_official(
    State(runtime): State<Runtime>,
    Extension(facts): Extension<View<RegistryFacts>>,
    command: Command<OfficialBody>,
) -> Result<Reply<OfficialView>, Problem> {
    let order = command.order();
    let with_tokens = sees_tokens(&command.actor);
    let body = command.body;
    let facts = facts.current().await?;
    if !facts.units.is_empty() && facts.unit(&body.agency).is_none() {
        return Err(error::unit_unknown("agency", &body.agency));
    }
    if !facts.persons.is_empty() && !facts.persons.contains_key(&body.person) {
        return Err(error::person_unknown("person", &body.person));
    }
    let official = body.official.clone();
    let name = stream::name::<Official>(official.as_str());
    let done = runtime
        .execute::<Official>(&name, order, Ask::Appoint(body.into()))
        .await?;
    let view = stream::shown(OfficialView::of(done.state, done.version, with_tokens))?;
    let location = format!("/api/v1/officials/{official}");
    Ok(Reply::created(location, done.version, view).replayed(done.duplicate))
}
