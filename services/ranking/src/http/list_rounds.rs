//! `GET /api/v1/rounds`: the rounds, by id.

use axum::extract::State;
use hoso_domain::decider::StoredDecider;
use hoso_domain::ranking::round::{Round, RoundState};
use hoso_ledger::execute::load;
use hoso_runtime::{Caller, Page, PageQuery, Problem, Runtime};

use super::round_view::RoundView;
use crate::access::is_insider;

/// The rounds. Those who do not work on them see what is public.
#[utoipa::path(
    get,
    path = "/api/v1/rounds",
    tag = "ranking",
    params(PageQuery),
    responses((status = 200, description = "a page", body = Page<RoundView>))
)]
pub(crate) async fn list_rounds(
    State(runtime): State<Runtime>,
    page: PageQuery,
    caller: Caller,
) -> Result<Page<RoundView>, Problem> {
    let rows = runtime
        .ledger
        .streams(&page.streams(Round::CATEGORY))
        .await?;
    let full = is_insider(&caller.actor);
    Page::of_streams(rows, |record| match load::<Round>(Some(record))?.0 {
        RoundState::Opened(round) => Ok(RoundView::of(&round, full)),
        RoundState::NotOpened => Err(Problem::internal("a round's stream without a round")),
    })
}
