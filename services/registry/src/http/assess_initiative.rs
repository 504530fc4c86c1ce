//! `POST /api/v1/initiatives`: a council recognised an initiative, or did not (xét sáng kiến).

use axum::extract::State;
use hoso_domain::registry::initiative::{Command as Ask, Initiative};
use hoso_runtime::{Command, Problem, Reply, Runtime};

use super::stream;
use super::view::{InitiativeBody, InitiativeView};
use hoso_runtime::http::headers::NewHeaders;

/// Records a council's result; a later one replaces an earlier one. For the initiative council and
/// Home Affairs.
#[utoipa::path(
    post,
    path = "/api/v1/initiatives",
    tag = "registry",
    params(NewHeaders),
    request_body = InitiativeBody,
    responses((status = 201, description = "the initiative", body = InitiativeView))
)]
pub(crate) async fn assess_initiative(
    State(runtime): State<Runtime>,
    command: Command<InitiativeBody>,
) -> Result<Reply<InitiativeView>, Problem> {
    let order = command.order();
    let initiative = command.body.initiative.clone();
    let name = stream::name::<Initiative>(initiative.as_str());
    let ask = Ask::Assess(command.body.into());
    let done = runtime.execute::<Initiative>(&name, order, ask).await?;
    let view = stream::shown(InitiativeView::of(done.state, done.version))?;
    let location = format!("/api/v1/initiatives/{initiative}");
    Ok(Reply::created(location, done.version, view).replayed(done.duplicate))
}
