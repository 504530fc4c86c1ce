//! `GET /api/v1/persons/{id}`: a person with the name.

use axum::extract::State;
use hoso_domain::registry::person::Person;
use hoso_runtime::http::moment::AsOfQuery;
use hoso_runtime::{Caller, Path, Problem, Query, Reply, Runtime};

use super::stream;
use super::view::PersonView;
use crate::access::Names;

/// Shows a person. The officials of a unit see the persons of their unit.
#[utoipa::path(
    get,
    path = "/api/v1/persons/{id}",
    tag = "registry",
    params(("id" = String, Path, description = "the person"), AsOfQuery),
    responses((status = 200, description = "the person", body = PersonView))
)]
pub(crate) async fn get_person(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    Query(query): Query<AsOfQuery>,
    caller: Caller,
) -> Result<Reply<PersonView>, Problem> {
    let names = Names::of(&caller.actor);
    stream::show_at::<Person, _>(&runtime, &id, &query, |state, version| {
        let unit = state.details().and_then(|details| details.unit.as_ref());
        let seen = names.take_in(unit);
        seen.then(|| PersonView::of(state, version, &runtime.person_keys))
            .flatten()
    })
    .await
}
