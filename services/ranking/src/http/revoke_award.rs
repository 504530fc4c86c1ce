//! `POST /api/v1/rounds/{id}/items/{item}/revoke`: an award is revoked (hủy bỏ), R49.

use axum::Extension;
use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::document::DocumentRef;
use hoso_domain::ranking::event::RevocationGround;
use hoso_domain::ranking::round::{self, RevokeAward};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::Deserialize;
use utoipa::ToSchema;

use super::documents;
use super::round_view::RoundView;
use super::target::{Target, item_id};
use crate::views::World;
use hoso_runtime::http::headers::ChangeHeaders;

/// The revocation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RevokeBody {
    /// `A` fraud, `B` false information, `C` unlawful procedure, `D` violations in the period.
    #[schema(value_type = String, example = "B")]
    ground: RevocationGround,
    /// What proves it, by number and date.
    evidence: String,
    /// For ground D: the year of the violations.
    violation_year: Option<u16>,
    /// Number of the revoking decision.
    decision_number: String,
    date: NaiveDate,
    /// The evidence itself.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    documents: Vec<DocumentRef>,
}

/// Revokes an award on ground A, B, C or D. Its slot is not filled again.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/items/{item}/revoke",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ("item" = String, Path, description = "the item"), ChangeHeaders),
    request_body = RevokeBody,
    responses((status = 200, description = "the round", body = RoundView))
)]
pub(crate) async fn revoke_award(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Path((id, item)): Path<(String, String)>,
    command: Command<RevokeBody>,
) -> Result<Reply<RoundView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let order = command.order();

    documents::check(&runtime, "documents", &command.body.documents).await?;
    let revoke = round::Command::RevokeAward(RevokeAward {
        item: item_id(&item)?,
        ground: command.body.ground,
        evidence: command.body.evidence,
        violation_year: command.body.violation_year,
        number: command.body.decision_number,
        date: command.body.date,
        documents: command.body.documents,
        taken: world.current().await?.numbers_taken(&target.id),
    });
    target.change(&runtime, order, revoke).await
}
