//! `POST /api/v1/persons`: a person enters the registry (đăng ký cá nhân).

use axum::Extension;
use axum::extract::State;
use hoso_domain::registry::person::{Command as Ask, Person, PersonDetails};
use hoso_runtime::{Command, Problem, Reply, Runtime, View};

use super::stream;
use super::view::{PersonBody, PersonView};
use crate::error;
use crate::personal;
use crate::views::RegistryFacts;
use hoso_runtime::http::headers::NewHeaders;

/// Registers a person: the only place where a name is kept. For Home Affairs and administrators.
#[utoipa::path(
    post,
    path = "/api/v1/persons",
    tag = "registry",
    params(NewHeaders),
    request_body = PersonBody,
    responses((status = 201, description = "the person", body = PersonView))
)]
pub(crate) async fn register_person(
    State(runtime): State<Runtime>,
    Extension(facts): Extension<View<RegistryFacts>>,
    command: Command<PersonBody>,
) -> Result<Reply<PersonView>, Problem> {
    let (mut order, by) = (command.order(), command.actor.clone());
    let details = PersonDetails::from(command.body);
    known_unit(&facts, &details).await?;
    let keys = &runtime.person_keys;
    let details = personal::sealed(keys, &by, &mut order, details)?;
    let person = details.person.clone();
    let name = stream::name::<Person>(person.as_str());
    let done = runtime
        .execute::<Person>(&name, order, Ask::Register(details))
        .await
        .map_err(|problem| personal::unmade(keys, &person, problem))?;
    let view = stream::shown(PersonView::of(done.state, done.version, keys))?;
    let location = format!("/api/v1/persons/{person}");
    Ok(Reply::created(location, done.version, view).replayed(done.duplicate))
}

/// The unit a person works in is in the registry, once the registry has units at all: the first
/// administrator comes before them.
pub(super) async fn known_unit(
    facts: &View<RegistryFacts>,
    details: &PersonDetails,
) -> Result<(), Problem> {
    let facts = facts.current().await?;
    match &details.unit {
        Some(unit) if !facts.units.is_empty() && facts.unit(unit).is_none() => {
            Err(error::unit_unknown("unit", unit))
        }
        Some(_) | None => Ok(()),
    }
}
