//! GET /api/v1/cases: cases by dossier, filtered by round, unit, status and due day.

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::verification::{Case, CaseState};
use hoso_ledger::execute::load;
use hoso_ledger::{StreamPage, StreamQuery};
use hoso_runtime::{Caller, Page, PageQuery, Problem, Query, Runtime};
use serde::Deserialize;
use utoipa::IntoParams;

use super::may_see;
use crate::body::CaseEntry;

/// Rows read at a time while looking for those the caller may see.
const SCAN_ROWS_MAX: u32 = 500;

/// Which cases. Every filter that is given must match.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only of this round.
    round: Option<String>,
    /// Only of this unit.
    unit: Option<String>,
    /// Only with this status, such as `SUPPLEMENT_REQUESTED`.
    status: Option<String>,
    /// Only with a supplement due on this day or before.
    due_until: Option<NaiveDate>,
}

/// A page of cases, by dossier.
#[utoipa::path(
    get,
    path = "/api/v1/cases",
    tag = "verification",
    params(Filter, PageQuery),
    responses((status = 200, body = Page<CaseEntry>)),
)]
pub(crate) async fn list_cases(
    State(runtime): State<Runtime>,
    Query(filter): Query<Filter>,
    page: PageQuery,
    caller: Caller,
) -> Result<Page<CaseEntry>, Problem> {
    let wanted = page.limit as usize;
    let mut query = StreamQuery {
        round: filter.round,
        unit: filter.unit,
        status: filter.status,
        due_until: filter.due_until,
        limit: SCAN_ROWS_MAX,
        ..page.streams("case")
    };
    let mut entries = Vec::new();
    loop {
        let StreamPage { rows, more } = runtime.ledger.streams(&query).await?;
        query.after = rows.last().map(|row| row.stream.clone());
        for row in rows {
            let (CaseState::Opened(case), version) = load::<Case>(Some(row))? else {
                continue;
            };
            if !may_see(&caller.actor, &case) {
                continue;
            }
            if entries.len() == wanted {
                let next = entries.last().map(|e: &CaseEntry| e.dossier().to_owned());
                let items = entries;
                return Ok(Page { items, next });
            }
            entries.push(CaseEntry::of(&case, version));
        }
        if !more {
            let items = entries;
            return Ok(Page { items, next: None });
        }
    }
}
