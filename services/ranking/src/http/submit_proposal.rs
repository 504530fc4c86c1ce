//! `POST /api/v1/rounds/{id}/proposal`: the proposal to the deciding authority (Tờ trình).

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::document::DocumentRef;
use hoso_domain::ids::ItemId;
use hoso_domain::ranking::round::{self, SubmitProposal};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::documents;
use super::round_view::RoundView;
use super::target::Target;
use hoso_runtime::http::headers::ChangeHeaders;

/// The proposal.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProposalBody {
    number: String,
    date: NaiveDate,
    #[schema(value_type = Vec<String>)]
    items: Vec<ItemId>,
    /// The signed letter.
    #[schema(value_type = Option<Object>)]
    document: Option<DocumentRef>,
}

/// Submits items of the adopted list to the Chairman.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/proposal",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ChangeHeaders),
    request_body = ProposalBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn submit_proposal(
    State(runtime): State<Runtime>,

    Path(id): Path<String>,
    command: Command<ProposalBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    documents::check(&runtime, "document", &command.body.document).await?;
    let proposal = round::Command::SubmitProposal(SubmitProposal {
        number: command.body.number,
        date: command.body.date,
        items: command.body.items,
        document: command.body.document,
    });
    target.change(&runtime, order, proposal).await
}
