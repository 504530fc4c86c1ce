//! `POST /api/v1/appeals/{id}/uphold`: the Chairman upholds an appeal; its item is judged anew.

use axum::extract::State;
use hoso_domain::ranking::appeal::{AppealCommand, Word};
use hoso_runtime::{Command, NoBody, Path, Problem, Reply, Runtime};

use super::appeal_view::{AppealView, change, find};
use hoso_runtime::http::headers::ChangeHeaders;

/// A word on an appeal; `reason` says why.
#[utoipa::path(
    post,
    path = "/api/v1/appeals/{id}/uphold",
    tag = "ranking",
    params(("id" = String, Path, description = "the appeal"), ChangeHeaders),
    request_body = NoBody,
    responses((status = 200, description = "the appeal", body = AppealView))
)]
pub(crate) async fn uphold_appeal(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    command: Command<NoBody>,
) -> Result<Reply<AppealView>, Problem> {
    command.require_match()?;
    let (appeal, _, _) = find(&runtime, &command.actor, &id).await?;
    let order = command.order();
    let word = Word {
        reason: command.reason.unwrap_or_default(),
    };
    change(&runtime, &appeal, order, AppealCommand::Uphold(word)).await
}
