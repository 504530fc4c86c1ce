//! `POST /api/v1/holds`: discipline under consideration or served, or an inspection (R35).

use axum::extract::State;
use hoso_domain::ids::HoldId;
use hoso_domain::registry::hold::{Command as Ask, Hold};
use hoso_runtime::{Command, Problem, Reply, Runtime};

use super::stream;
use super::view::{HoldBody, HoldView};
use hoso_runtime::http::headers::NewHeaders;

/// Opens a hold on a unit or person: not rewarded yet. For the inspectorate and Home Affairs.
#[utoipa::path(
    post,
    path = "/api/v1/holds",
    tag = "registry",
    params(NewHeaders),
    request_body = HoldBody,
    responses((status = 201, description = "the hold", body = HoldView))
)]
pub(crate) async fn open_hold(
    State(runtime): State<Runtime>,
    command: Command<HoldBody>,
) -> Result<Reply<HoldView>, Problem> {
    let order = command.order();
    let made = HoldId::parse(&command.derived_id("hold").to_string());
    let body = command.body;
    let hold = match &body.hold {
        Some(hold) => hold.clone(),
        None => made.map_err(Problem::internal)?,
    };
    let name = stream::name::<Hold>(hold.as_str());
    let location = format!("/api/v1/holds/{hold}");
    let done = runtime
        .execute::<Hold>(&name, order, Ask::Open(body.into_opened(hold)))
        .await?;
    let view = stream::shown(HoldView::of(done.state, done.version))?;
    Ok(Reply::created(location, done.version, view).replayed(done.duplicate))
}
