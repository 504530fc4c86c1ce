//! `POST /api/v1/officials/{id}/tokens/{digest}/revoke`: a token is good for nothing any more.

use axum::extract::State;
use hoso_domain::registry::official::{Command as Ask, Official};
use hoso_runtime::{Command, NoBody, Path, Problem, Reply, Runtime};

use super::stream;
use super::view::OfficialView;
use crate::access::sees_tokens;
use hoso_runtime::http::headers::ChangeHeaders;

/// Revokes a token by its digest. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/officials/{id}/tokens/{digest}/revoke",
    tag = "registry",
    params(
        ("id" = String, Path, description = "the official"),
        ("digest" = String, Path, description = "SHA-256 of the token, lower-case hex"),
        ChangeHeaders
    ),
    request_body = NoBody,
    responses((status = 200, description = "the official", body = OfficialView))
)]
pub(crate) async fn revoke_token(
    State(runtime): State<Runtime>,
    Path((id, digest)): Path<(String, String)>,
    command: Command<NoBody>,
) -> Result<Reply<OfficialView>, Problem> {
    command.require_match()?;
    let with_tokens = sees_tokens(&command.actor);
    let view = |state, version| OfficialView::of(state, version, with_tokens);
    stream::show::<Official, _>(&runtime, &id, view).await?;
    let name = stream::name::<Official>(&id);
    let ask = Ask::RevokeToken(digest);
    let done = runtime
        .execute::<Official>(&name, command.order(), ask)
        .await?;
    let shown = stream::shown(view(done.state, done.version))?;
    Ok(Reply::ok(done.version, shown).replayed(done.duplicate))
}
