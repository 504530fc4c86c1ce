//! `GET /api/v1/rounds/{id}/outcome`: the latest ranking, lane by lane and item by item, with reasons.

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::actor::Actor;
use hoso_domain::ids::ItemId;
use hoso_domain::ranking::event::{ItemRanking, LaneRanking};
use hoso_domain::ranking::round::{Latest, RoundFolder};
use hoso_runtime::{Caller, Path, Problem, Reply, Runtime};
use serde::Serialize;
use utoipa::ToSchema;

use super::target::Target;
use crate::access::reads_item;

/// The latest ranking.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutcomeView {
    round: String,
    /// 1, 2, 3 … in this round.
    edition: u32,
    as_of: NaiveDate,
    /// SHA-256 of the round file, `sha256:<hex>`.
    inputs_digest: String,
    /// Position of the log up to which facts were known.
    facts_position: u64,
    /// Digest of the rule book.
    rule_book_digest: String,
    /// Why it must be computed anew, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    outdated: Option<String>,
    warnings: Vec<String>,
    /// The lanes with items, in the plan's order.
    lanes: Vec<LaneView>,
    items: Vec<ItemOutcomeView>,
}

/// One lane.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LaneView {
    lane: String,
    quota: u32,
    selected: u32,
    empty: u32,
    /// Whether nothing in the lane is still open.
    r#final: bool,
    ranked: Vec<PlaceView>,
}

/// A ranked item.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PlaceView {
    item: String,
    place: u32,
    /// The keys it was ranked by, rounded for people; null where one could not be computed.
    keys: Vec<Option<String>>,
}

/// What became of an item.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ItemOutcomeView {
    item: String,
    dossier: String,
    lane: String,
    subject: String,
    verdict: String,
    outcome: String,
    place: Option<u32>,
    reason: String,
    /// Where the item stands now.
    standing: String,
}

/// The latest ranking. A unit reads its own items, once the outcome is published or notified.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/outcome",
    tag = "ranking",
    params(("id" = String, Path, description = "the round")),
    responses((status = 200, description = "the outcome", body = OutcomeView))
)]
pub(crate) async fn get_outcome(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Reply<OutcomeView>, Problem> {
    let target = Target::find(&runtime, &id).await?;
    let nothing = || Problem::not_found(format!("outcome of round {id} for you to read"));
    let latest = target.round.ranking.as_ref().ok_or_else(nothing)?;
    let view = OutcomeView::of(&target.round, latest, &caller.actor);
    if view.items.is_empty() && !latest.computed.items.is_empty() {
        return Err(nothing());
    }
    Ok(Reply::ok(target.version, view))
}

impl OutcomeView {
    fn of(round: &RoundFolder, latest: &Latest, actor: &Actor) -> Self {
        let computed = &latest.computed;
        let reads = |id: &ItemId| {
            let item = round.items.get(id);
            item.is_some_and(|item| reads_item(actor, round, item))
        };
        Self {
            round: round.opened.round.to_string(),
            edition: computed.edition,
            as_of: computed.as_of,
            inputs_digest: computed.inputs_digest.clone(),
            facts_position: computed.facts_position,
            rule_book_digest: computed.rule_book_digest.clone(),
            outdated: latest.outdated.clone(),
            warnings: computed.warnings.clone(),
            lanes: computed.lanes.iter().map(|l| lane(l, &reads)).collect(),
            items: computed
                .items
                .iter()
                .filter(|ranked| reads(&ranked.item))
                .filter_map(|ranked| item(round, ranked))
                .collect(),
        }
    }
}

fn lane(lane: &LaneRanking, reads: &impl Fn(&ItemId) -> bool) -> LaneView {
    let ranked = lane.ranked.iter().filter(|ranked| reads(&ranked.item));
    LaneView {
        lane: lane.lane.to_string(),
        quota: lane.quota,
        selected: lane.selected,
        empty: lane.empty,
        r#final: lane.is_final,
        ranked: ranked
            .map(|ranked| PlaceView {
                item: ranked.item.to_string(),
                place: ranked.place,
                keys: ranked.keys.clone(),
            })
            .collect(),
    }
}

fn item(round: &RoundFolder, ranked: &ItemRanking) -> Option<ItemOutcomeView> {
    let item = round.items.get(&ranked.item)?;
    Some(ItemOutcomeView {
        item: ranked.item.to_string(),
        dossier: ranked.dossier.to_string(),
        lane: item.lane.to_string(),
        subject: item.subject.to_string(),
        verdict: ranked.verdict.to_string(),
        outcome: ranked.outcome.to_string(),
        place: ranked.place,
        reason: ranked.reason.clone(),
        standing: item.standing.status().to_owned(),
    })
}
