//! `POST /api/v1/dossiers/{id}/minutes`: the minutes of the review meeting (biên bản họp xét).

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::dossier::event::{ItemVotes, MinutesRecorded};
use hoso_domain::dossier::{Voting, command};
use hoso_domain::ids::ItemId;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::document::DocumentBody;
use super::target::Target;
use super::view::DossierView;
use hoso_runtime::http::headers::ChangeHeaders;

/// Minutes of a review meeting. Persons stand in it by title, never by name.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Minutes)]
pub(crate) struct MinutesBody {
    /// Number and symbol.
    #[schema(example = "03/BB-BCĐ")]
    number: String,
    /// Day of the meeting.
    date: NaiveDate,
    /// The body that met.
    body: String,
    /// Title of the chair.
    chair: String,
    /// Title of the secretary.
    secretary: String,
    /// Members the body has.
    members_total: u32,
    /// Members present.
    members_present: u32,
    /// Titles of the absent.
    #[serde(default)]
    absent: Vec<String>,
    /// `OPEN` or `SECRET`.
    #[schema(value_type = String, example = "OPEN")]
    voting: Voting,
    /// The items the meeting dealt with.
    #[schema(value_type = Vec<String>)]
    covers: Vec<ItemId>,
    /// The votes, an item each.
    #[serde(default)]
    #[schema(value_type = Vec<VotesSchema>)]
    votes: Vec<ItemVotes>,
    /// The document.
    document: DocumentBody,
}

/// The votes on one item.
#[derive(ToSchema)]
#[schema(as = ItemVotes)]
#[expect(dead_code, reason = "only describes the domain's votes")]
pub(crate) struct VotesSchema {
    /// The item.
    item: String,
    /// Votes for.
    r#for: u32,
    /// Votes against.
    against: u32,
    /// Abstentions.
    abstained: u32,
    /// Members who took no part because they are concerned.
    recused: u32,
}

/// Records the minutes, or replaces them by a later meeting's. For the Standing Office of the unit.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/{id}/minutes",
    tag = "submission",
    params(("id" = String, Path, description = "the dossier"), ChangeHeaders),
    request_body = MinutesBody,
    responses((status = 200, description = "the dossier", body = DossierView))
)]
pub(crate) async fn record_minutes(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<MinutesBody>,
) -> Result<Reply<DossierView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &command.actor, &id).await?;
    let order = command.order();
    let body = command.body;
    let minutes = command::Command::RecordMinutes(MinutesRecorded {
        number: body.number,
        date: body.date,
        body: body.body,
        chair: body.chair,
        secretary: body.secretary,
        members_total: body.members_total,
        members_present: body.members_present,
        absent: body.absent,
        voting: body.voting,
        covers: body.covers,
        votes: body.votes,
        document: target.document(&runtime, body.document).await?,
    });
    target.change(&runtime, order, minutes).await
}
