//! `GET /api/v1/persons`: persons with their names, by id.

use axum::extract::State;
use hoso_domain::decider::StoredDecider;
use hoso_domain::registry::person::Person;
use hoso_runtime::{Caller, Page, PageQuery, Problem, Query, Runtime};
use serde::Deserialize;
use utoipa::IntoParams;

use super::stream;
use super::view::PersonView;
use crate::access::Names;

/// Which of them.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PersonsFilter {
    /// Only of this unit.
    unit: Option<String>,
}

/// Persons by id, a page at a time. The officials of a unit see the persons of their unit.
#[utoipa::path(
    get,
    path = "/api/v1/persons",
    tag = "registry",
    params(PersonsFilter, PageQuery),
    responses((status = 200, description = "a page of persons", body = Page<PersonView>))
)]
pub(crate) async fn list_persons(
    State(runtime): State<Runtime>,
    Query(filter): Query<PersonsFilter>,
    page: PageQuery,
    caller: Caller,
) -> Result<Page<PersonView>, Problem> {
    let mut query = page.streams(Person::CATEGORY);
    query.unit = match (Names::of(&caller.actor), filter.unit) {
        (Names::Every, asked) => asked,
        (Names::Of(own), None) => Some(own.into()),
        (Names::Of(own), Some(asked)) if own.as_str() == asked => Some(asked),
        (Names::Of(_), Some(_)) => {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        }
    };
    let keys = &runtime.person_keys;
    let view = |state, version| PersonView::of(state, version, keys);
    stream::page::<Person, _>(&runtime, &query, view).await
}
