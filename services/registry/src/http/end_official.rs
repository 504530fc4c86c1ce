//! `POST /api/v1/officials/{id}/end`: an office ends.

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::registry::official::{Command as Ask, Official};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::stream;
use super::view::OfficialView;
use crate::access::sees_tokens;
use hoso_runtime::http::headers::ChangeHeaders;

/// When the office ends.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EndBody {
    /// Last day in office.
    valid_to: NaiveDate,
}

/// Ends an office. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/officials/{id}/end",
    tag = "registry",
    params(("id" = String, Path, description = "the official"), ChangeHeaders),
    request_body = EndBody,
    responses((status = 200, description = "the official", body = OfficialView))
)]
pub(crate) async fn end_official(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<EndBody>,
) -> Result<Reply<OfficialView>, Problem> {
    command.require_match()?;
    let with_tokens = sees_tokens(&command.actor);
    let view = |state, version| OfficialView::of(state, version, with_tokens);
    stream::show::<Official, _>(&runtime, &id, view).await?;
    let name = stream::name::<Official>(&id);
    let ask = Ask::End(command.body.valid_to);
    let done = runtime
        .execute::<Official>(&name, command.order(), ask)
        .await?;
    let shown = stream::shown(view(done.state, done.version))?;
    Ok(Reply::ok(done.version, shown).replayed(done.duplicate))
}
