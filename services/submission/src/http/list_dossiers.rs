//! `GET /api/v1/dossiers`: the dossiers somebody sees, by id.

use axum::extract::State;
use hoso_domain::decider::StoredDecider;
use hoso_domain::dossier::{Dossier, DossierState};
use hoso_ledger::execute::load;
use hoso_ledger::{LedgerError, StreamRecord};
use hoso_runtime::{Caller, Page, PageQuery, Problem, Query, Runtime};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::{DossierStatus, DossierSummary};
use crate::access::Sight;

/// Which dossiers; every filter that is given must match.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListFilter {
    /// Only of this round.
    round: Option<String>,
    /// Only submitted by this unit.
    unit: Option<String>,
    /// Only with this status.
    #[param(inline)]
    status: Option<DossierStatus>,
}

/// Dossiers by id, a page at a time. A unit's officials see what their unit submits.
#[utoipa::path(
    get,
    path = "/api/v1/dossiers",
    tag = "submission",
    params(ListFilter, PageQuery),
    responses((status = 200, description = "a page of dossiers", body = Page<DossierSummary>))
)]
pub(crate) async fn list_dossiers(
    State(runtime): State<Runtime>,
    Query(filter): Query<ListFilter>,
    page: PageQuery,
    caller: Caller,
) -> Result<Page<DossierSummary>, Problem> {
    let unit = match (Sight::of(&caller.actor), filter.unit) {
        (Sight::Every, asked) => asked,
        (Sight::Own(own), None) => Some(own.into()),
        (Sight::Own(own), Some(asked)) if own.as_str() == asked => Some(asked),
        (Sight::Own(_), Some(_)) | (Sight::Nothing, _) => return Ok(nothing()),
    };
    let mut query = page.streams(Dossier::CATEGORY);
    query.round = filter.round;
    query.unit = unit;
    query.status = filter.status.map(|status| status.as_str().to_owned());
    let found = runtime.ledger.streams(&query).await?;
    let shown = Page::of_streams(found, summary)?;
    Ok(Page {
        items: shown.items.into_iter().flatten().collect(),
        next: shown.next,
    })
}

fn nothing() -> Page<DossierSummary> {
    Page {
        items: Vec::new(),
        next: None,
    }
}

/// A stream that holds nothing but denied attempts is no dossier.
fn summary(record: StreamRecord) -> Result<Option<DossierSummary>, LedgerError> {
    let due_on = record.listing.due;
    let (state, version) = load::<Dossier>(Some(record))?;
    Ok(match state {
        DossierState::Drafted(papers) => Some(DossierSummary::of(*papers, due_on, version)),
        DossierState::NotDrafted => None,
    })
}
