//! `GET /api/v1/rounds/{id}/items`: the items, where each stands.

use axum::extract::State;
use chrono::NaiveDate;
use hoso_domain::ids::ItemId;
use hoso_domain::ranking::round::{RoundItem, Standing};
use hoso_runtime::{Caller, Page, PageQuery, Path, Problem, Runtime};
use serde::Serialize;
use utoipa::ToSchema;

use super::target::Target;
use crate::access::reads_item;

/// An item of a round.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemView {
    item: String,
    dossier: String,
    lane: String,
    subject: String,
    submitted_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    initiative: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// The council's score: the mean, never a ballot.
    #[serde(skip_serializing_if = "Option::is_none")]
    council_score: Option<String>,
    /// Whether the last meeting that voted on it approved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved: Option<bool>,
    /// Number of that meeting's minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    minutes: Option<String>,
    /// `ENTERED`, `SUSPENDED`, `NOT_APPROVED`, `WITHDRAWN`, `DECLINED`, `EXCLUDED_DISCIPLINE`,
    /// `LAPSED`, `AWARDED` or `REVOKED`.
    standing: String,
    /// Why, where a reason was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The holds it rests under.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holds: Vec<String>,
    /// The decision that rewarded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handed_over_on: Option<NaiveDate>,
    /// Why a person must look at the award again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<String>,
}

/// The items by id. A unit reads its own, once the outcome is published or notified.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}/items",
    tag = "ranking",
    params(("id" = String, Path, description = "the round"), PageQuery),
    responses((status = 200, description = "a page", body = Page<ItemView>))
)]
pub(crate) async fn list_items(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    page: PageQuery,
    caller: Caller,
) -> Result<Page<ItemView>, Problem> {
    let round = Target::find(&runtime, &id).await?.round;
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let mut behind = round
        .items
        .iter()
        .filter(|(id, _)| {
            page.after
                .as_deref()
                .is_none_or(|after| id.as_str() > after)
        })
        .filter(|(_, item)| reads_item(&caller.actor, &round, item));
    let items: Vec<_> = behind
        .by_ref()
        .take(limit)
        .map(|(id, item)| ItemView::of(id, item))
        .collect();
    let more = behind.next().is_some();
    let next = more.then(|| items.last().map(|i| i.item.clone())).flatten();
    Ok(Page { items, next })
}

impl ItemView {
    fn of(id: &ItemId, item: &RoundItem) -> Self {
        let approval = item.approval.as_ref();
        let texts = |list: &[_]| list.iter().map(ToString::to_string).collect();
        Self {
            item: id.to_string(),
            dossier: item.dossier.to_string(),
            lane: item.lane.to_string(),
            subject: item.subject.to_string(),
            submitted_by: item.submitted_by.to_string(),
            basis: item.basis.map(|basis| basis.to_string()),
            components: texts(&item.components),
            initiative: item.initiative.as_ref().map(ToString::to_string),
            unit: item.unit.as_ref().map(ToString::to_string),
            council_score: item.council_score.map(|score| score.to_string()),
            approved: approval.map(|a| a.approved),
            minutes: approval.map(|a| a.minutes.clone()),
            standing: item.standing.status().to_owned(),
            reason: reason(&item.standing),
            holds: holds(&item.standing),
            decision: item.standing.decision().map(str::to_owned),
            handed_over_on: handed_over(&item.standing),
            flags: item.flags.clone(),
        }
    }
}

fn reason(standing: &Standing) -> Option<String> {
    match standing {
        Standing::Withdrawn { reason } | Standing::Declined { reason } => Some(reason.clone()),
        Standing::NotApproved { minutes } => Some(format!("minutes {minutes}")),
        Standing::Revoked { ground, .. } => Some(format!("R49, ground {ground:?}")),
        Standing::Entered
        | Standing::Suspended { .. }
        | Standing::Excluded { .. }
        | Standing::Lapsed
        | Standing::Awarded { .. } => None,
    }
}

fn holds(standing: &Standing) -> Vec<String> {
    match standing {
        Standing::Suspended { holds } => holds.iter().map(ToString::to_string).collect(),
        Standing::Excluded { hold } => vec![hold.to_string()],
        Standing::Entered
        | Standing::NotApproved { .. }
        | Standing::Withdrawn { .. }
        | Standing::Declined { .. }
        | Standing::Lapsed
        | Standing::Awarded { .. }
        | Standing::Revoked { .. } => Vec::new(),
    }
}

fn handed_over(standing: &Standing) -> Option<NaiveDate> {
    if let Standing::Awarded { handed_over, .. } = standing {
        *handed_over
    } else {
        None
    }
}
