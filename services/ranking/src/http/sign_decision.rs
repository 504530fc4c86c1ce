//! `POST /api/v1/rounds/{id}/decisions`: the Chairman signs (ký Quyết định khen thưởng).

use axum::Extension;
use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::ids::ItemId;
use hoso_domain::ranking::event::{IssuingBody, RoundEvent};
use hoso_domain::ranking::round::{self, HoldFact, RoundFolder, SignDecision};
use hoso_runtime::{Command, Path, Problem, Reply, Runtime, View};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::round_view::RoundView;
use super::target::{Target, view_of};
use crate::views::World;
use hoso_runtime::http::headers::ChangeHeaders;

/// The decision.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DecisionBody {
    /// Such as `123/QĐ-UBND`; unique a body and year.
    number: String,
    date: NaiveDate,
    /// `CHAIRMAN` for certificates, `PEOPLES_COMMITTEE` for flags.
    #[schema(value_type = String, example = "CHAIRMAN")]
    body: IssuingBody,
    /// Title of the signer.
    signed_by: String,
    #[schema(value_type = Vec<String>)]
    items: Vec<ItemId>,
}

/// What the signature did.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignedView {
    /// Items the decision rewards.
    signed: Vec<String>,
    /// Items that a hold keeps out of it for now.
    refused: Vec<RefusedView>,
    round: RoundView,
}

/// An item that was not signed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RefusedView {
    item: String,
    /// `R35`.
    rule: String,
    reason: String,
}

/// Signs proposed items. Those whose subject is on hold are refused and recorded as refused; the
/// others are signed. If nothing is left the answer is 403.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/decisions",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), ChangeHeaders),
    request_body = DecisionBody,
    responses((status = 200, description = "what was signed", body = SignedView))
)]
pub(crate) async fn sign_decision(
    State(runtime): State<Runtime>,
    Extension(world): Extension<View<World>>,
    Path(id): Path<String>,
    command: Command<DecisionBody>,
) -> Result<Reply<SignedView>, Problem> {
    command.require_match()?;
    let target = Target::find(&runtime, &id).await?;
    let world = world.current().await?;
    let order = command.order();
    let sign = round::Command::SignDecision(SignDecision {
        number: command.body.number,
        body: command.body.body,
        date: command.body.date,
        signed_by: command.body.signed_by,
        holds: hold_facts(&world, &target.round, &command.body.items),
        items: command.body.items,
        taken: world.numbers_taken(&target.id),
    });
    let done = target.execute(&runtime, order, sign).await?;
    let view = SignedView {
        signed: done.events.iter().flat_map(signed).collect(),
        refused: done.events.iter().flat_map(refused).collect(),
        round: view_of(&done.state)?,
    };
    Ok(Reply::ok(done.version, view).replayed(done.duplicate))
}

fn signed(event: &RoundEvent) -> Vec<String> {
    if let RoundEvent::DecisionSigned(signed) = event {
        signed.items.iter().map(|i| i.item.to_string()).collect()
    } else {
        Vec::new()
    }
}

fn refused(event: &RoundEvent) -> Vec<RefusedView> {
    let RoundEvent::AttemptRefused(refused) = event else {
        return Vec::new();
    };
    let view = |item: &ItemId| RefusedView {
        item: item.to_string(),
        rule: refused.refusal.rule.clone(),
        reason: refused.refusal.reason.clone(),
    };
    refused.items.iter().map(|i| view(&i.item)).collect()
}

/// The holds the registry has on the subjects of items.
pub(crate) fn hold_facts<'a>(
    world: &World,
    round: &RoundFolder,
    items: impl IntoIterator<Item = &'a ItemId>,
) -> Vec<HoldFact> {
    let subjects: std::collections::BTreeSet<_> = items
        .into_iter()
        .filter_map(|id| round.items.get(id))
        .map(|item| &item.subject)
        .collect();
    world
        .registry
        .holds
        .values()
        .filter(|record| subjects.contains(&record.opened.subject))
        .map(|record| HoldFact {
            hold: record.opened.hold.clone(),
            subject: record.opened.subject.clone(),
            opened: record.opened.opened_on,
            closed: record.lifted.as_ref().map(|lifted| lifted.on),
        })
        .collect()
}
