//! POST /api/v1/cases/{dossier}/receive: the receipt stamp of Home Affairs.

use axum::Extension;
use axum::extract::State;
use chrono::{DateTime, Utc};
use hoso_domain::ids::DossierId;
use hoso_domain::verification::Command as CaseCommand;
use hoso_domain::verification::command::ReceiveDossier;
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{case_of, run};
use crate::body::CaseBody;
use crate::views::Foreign;

/// The stamp.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReceiveDossier)]
pub(crate) struct Body {
    /// The stamp's number, such as `1507/ĐẾN`.
    receipt_number: String,
    /// The stamp's time; absent: the time of the act. What counts for the deadline (AMB-3).
    #[serde(default)]
    received_at: Option<DateTime<Utc>>,
}

/// Stamps the receipt; says of each item whether it was in time.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{dossier}/receive",
    tag = "verification",
    params(("dossier" = String, Path, description = "The dossier's id")),
    request_body = Body,
    responses(
        (status = 200, body = CaseBody),
        (status = 403, description = "Not Home Affairs"),
        (status = 409, description = "Received already, or the round is not open"),
    ),
)]
pub(crate) async fn receive_dossier(
    State(runtime): State<Runtime>,
    Extension(foreign): Extension<View<Foreign>>,
    Path(dossier): Path<DossierId>,
    command: Command<Body>,
) -> Result<Reply<CaseBody>, Problem> {
    command.require_match()?;
    let (case, _) = case_of(&runtime, &dossier).await?;
    let foreign = foreign.current().await?;
    let round = foreign.round(&case.round)?;
    let receive = ReceiveDossier {
        received_at: command.body.received_at.unwrap_or(command.effective_at),
        receipt_number: command.body.receipt_number.clone(),
        deadlines: round.deadlines()?,
        rule_book: round.rule_book()?.clone(),
    };
    let ask = CaseCommand::ReceiveDossier(receive);
    run(&runtime, &dossier, command.order(), ask).await
}
