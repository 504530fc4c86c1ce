//! `POST /api/v1/tokens`: an official gets a token for the API.

use axum::extract::State;
use chrono::TimeDelta;
use hoso_domain::registry::official::{Command as Ask, Event, Official};
use hoso_runtime::directory::{token_digest, token_text};
use hoso_runtime::{Command, Problem, Reply, Runtime};

use super::stream;
use super::view::{TokenAnswer, TokenBody};
use crate::error;
use hoso_runtime::http::headers::NewHeaders;

/// Issues a token and says it this once: only its digest is stored. For administrators. The same
/// request again is answered without the token.
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    tag = "registry",
    params(NewHeaders),
    request_body = TokenBody,
    responses((status = 201, description = "the token", body = TokenAnswer))
)]
pub(crate) async fn issue_token(
    State(runtime): State<Runtime>,
    command: Command<TokenBody>,
) -> Result<Reply<TokenAnswer>, Problem> {
    let order = command.order();
    let official = command.body.official;
    if runtime
        .directory
        .current()
        .await?
        .official(&official)
        .is_none()
    {
        return Err(error::official_unknown("official", &official));
    }
    let token = token_text(runtime.ids.secret().map_err(Problem::internal)?);
    let ask = Ask::IssueToken {
        token_digest: token_digest(&token),
        expires_at: command.effective_at + TimeDelta::days(i64::from(command.body.days)),
    };
    let name = stream::name::<Official>(official.as_str());
    let done = runtime.execute::<Official>(&name, order, ask).await?;
    let issued = done.events.iter().find_map(|event| match event {
        Event::TokenIssued(issued) => Some(issued.clone()),
        Event::OfficialAppointed(_)
        | Event::OfficialEnded(_)
        | Event::DelegationGranted(_)
        | Event::DelegationRevoked(_)
        | Event::TokenRevoked(_)
        | Event::AttemptRefused(_) => None,
    });
    let issued = stream::shown(issued)?;
    let answer = TokenAnswer {
        token: (!done.duplicate).then_some(token),
        official: issued.official,
        token_digest: issued.token_digest,
        expires_at: issued.expires_at,
    };
    let location = format!("/api/v1/officials/{official}");
    Ok(Reply::created(location, done.version, answer).replayed(done.duplicate))
}
