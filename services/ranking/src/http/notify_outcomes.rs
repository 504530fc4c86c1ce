//! `POST /api/v1/rounds/{id}/notifications`: units are told the outcome with reasons (R50).

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::ids::DossierId;
use hoso_domain::ranking::round::{self, NotifyOutcomes};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime};
use serde::Deserialize;
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::Target;
use hoso_runtime::http::headers::ChangeHeaders;

/// Whom and when.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NotifyBody {
    /// The day; by default the day the act takes effect.
    on: Option<NaiveDate>,
    /// The dossiers; absent or empty = every dossier of the round.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    dossiers: Vec<DossierId>,
}

/// Tells units what became of their items; from then on they read them.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/notifications",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ChangeHeaders),
    request_body = NotifyBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn notify_outcomes(
    State(runtime): State<Runtime>,

    Path(id): Path<String>,
    command: Command<NotifyBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    let notify = round::Command::NotifyOutcomes(NotifyOutcomes {
        on: command
            .body
            .on
            .unwrap_or_else(|| civil_day(command.effective_at)),
        dossiers: command.body.dossiers,
    });
    target.change(&runtime, order, notify).await
}
