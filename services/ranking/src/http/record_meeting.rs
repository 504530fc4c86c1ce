//! `POST /api/v1/rounds/{id}/meetings`: minutes of the review meeting (biên bản).

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::document::DocumentRef;
use hoso_domain::dossier::content::Voting;
use hoso_domain::ids::{ItemId, OfficialId};
use hoso_domain::ranking::event::Recusal;
use hoso_domain::ranking::round::{self, Member, RecordMeeting, Tally};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::documents;
use super::round_view::RoundView;
use super::target::Target;
use hoso_runtime::http::headers::ChangeHeaders;

/// The minutes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MeetingBody {
    minutes_number: String,
    date: NaiveDate,
    /// The body that met.
    body: String,
    /// Title of the chair.
    chair: String,
    /// Title of the secretary.
    secretary: String,
    /// All members: the denominator of every vote.
    members_total: u32,
    members_present: u32,
    /// `OPEN` or `SECRET`.
    #[schema(value_type = String, example = "OPEN")]
    voting: Voting,
    /// Those present, if the minutes name them: then R54 is checked.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    present: Vec<OfficialId>,
    /// Who took no part in which item.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    recusals: Vec<Recusal>,
    /// The tally an item.
    ballots: Vec<TallyBody>,
    /// The signed minutes.
    #[schema(value_type = Option<Object>)]
    document: Option<DocumentRef>,
}

/// The votes on one item.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TallyBody {
    #[schema(value_type = String)]
    item: ItemId,
    #[serde(rename = "for")]
    in_favour: u32,
    against: u32,
    abstained: u32,
    recused: u32,
}

/// Records a meeting: quorum and votes are counted over all members.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/meetings",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ChangeHeaders),
    request_body = MeetingBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn record_meeting(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<MeetingBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();
    let body = command.body;
    documents::check(&runtime, "document", &body.document).await?;
    let meeting = round::Command::RecordMeeting(RecordMeeting {
        minutes_number: body.minutes_number,
        date: body.date,
        body: body.body,
        chair: body.chair,
        secretary: body.secretary,
        members_total: body.members_total,
        members_present: body.members_present,
        voting: body.voting,
        members: members(&runtime, body.present).await?,
        recusals: body.recusals,
        tallies: body.ballots.into_iter().map(tally).collect(),
        document: body.document,
    });
    target.change(&runtime, order, meeting).await
}

fn tally(body: TallyBody) -> Tally {
    Tally {
        item: body.item,
        in_favour: body.in_favour,
        against: body.against,
        abstained: body.abstained,
        recused: body.recused,
    }
}

/// The persons and agencies behind the officials present.
async fn members(runtime: &Runtime, present: Vec<OfficialId>) -> Result<Vec<Member>, Problem> {
    if present.is_empty() {
        return Ok(Vec::new());
    }
    let directory = runtime.directory.current().await?;
    present
        .into_iter()
        .map(|official| match directory.official(&official) {
            Some(office) => Ok(Member {
                person: office.person.clone(),
                agency: office.agency.clone(),
                official,
            }),
            None => Err(Problem::field(
                "present",
                format!("{official} is no official"),
            )),
        })
        .collect()
}
