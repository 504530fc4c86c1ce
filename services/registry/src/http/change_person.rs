//! `POST /api/v1/persons/{id}/change`: a person is renamed, promoted or moved.

use axum::Extension;
use axum::extract::State;
use hoso_domain::registry::person::{Command as Ask, Person, PersonDetails};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};

use super::register_person::known_unit;
use super::stream;
use super::view::{PersonBody, PersonView};
use crate::personal;
use crate::views::RegistryFacts;
use hoso_runtime::http::headers::ChangeHeaders;

/// Changes a person's entry. For Home Affairs and administrators.
#[utoipa::path(
    post,
    path = "/api/v1/persons/{id}/change",
    tag = "registry",
    params(("id" = String, Path, description = "the person"), ChangeHeaders),
    request_body = PersonBody,
    responses((status = 200, description = "the person", body = PersonView))
)]
pub(crate) async fn change_person(
    State(runtime): State<Runtime>,
    Extension(facts): Extension<View<RegistryFacts>>,
    Path(id): Path<String>,
    command: Command<PersonBody>,
) -> Result<Reply<PersonView>, Problem> {
    command.require_match()?;
    let keys = &runtime.person_keys;
    let view = |state, version| PersonView::of(state, version, keys);
    stream::show::<Person, _>(&runtime, &id, view).await?;
    if command.body.person.as_str() != id {
        return Err(Problem::field("person", "is not the person of the address"));
    }
    let (mut order, by) = (command.order(), command.actor.clone());
    let details = PersonDetails::from(command.body);
    known_unit(&facts, &details).await?;
    let details = personal::sealed(keys, &by, &mut order, details)?;
    let (name, person) = (stream::name::<Person>(&id), details.person.clone());
    let done = runtime
        .execute::<Person>(&name, order, Ask::Change(details))
        .await
        .map_err(|problem| personal::unmade(keys, &person, problem))?;
    let shown = stream::shown(PersonView::of(done.state, done.version, keys))?;
    Ok(Reply::ok(done.version, shown).replayed(done.duplicate))
}
