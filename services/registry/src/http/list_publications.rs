//! `GET /api/v1/publications`: every publication and correction, by kind, year and edition.

use axum::Extension;
use hoso_runtime::{Caller, Problem, Reply, View};

use super::view::PublicationBody;
use crate::views::RegistryFacts;

/// All publications: a few dozen at most, three kinds in ten years.
#[utoipa::path(
    get,
    path = "/api/v1/publications",
    tag = "registry",
    responses((status = 200, description = "the publications", body = Vec<PublicationBody>))
)]
pub(crate) async fn list_publications(
    Extension(facts): Extension<View<RegistryFacts>>,
    _: Caller,
) -> Result<Reply<Vec<PublicationBody>>, Problem> {
    let facts = facts.current().await?;
    let editions = facts.indexes.values().flat_map(|state| &state.editions);
    Ok(Reply::unversioned(
        editions.cloned().map(PublicationBody::from).collect(),
    ))
}
