//! The adopted list, the proposal to the deciding authority, and what the Chairman returns.

use std::collections::{BTreeMap, BTreeSet};

use super::act::{Act, short, text};
use super::command::{AdoptShortlist, DeclineItem, SubmitProposal};
use super::rejection::Rejection;
use super::state::{Latest, RoundFolder, Standing};
use crate::actor::Role;
use crate::evaluation::vocabulary::{ItemOutcome, Lane};
use crate::ids::ItemId;
use crate::ranking::event::{
    ItemDeclined, ProposalSubmitted, RoundEvent, ShortlistAdopted, ShortlistedLane,
};

pub(super) fn adopt(
    act: &Act<'_>,
    round: &RoundFolder,
    adopt: &AdoptShortlist,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_running(round, &[Role::SteeringCommittee]) {
        return Ok(refusal);
    }
    let latest = round.ranking.as_ref().ok_or(Rejection::NotRanked)?;
    check_latest(latest, adopt.ranking_edition)?;
    act.day_between("date", adopt.date, latest.computed.as_of)?;
    let mut lanes = Vec::new();
    for lane in &latest.computed.lanes {
        let items = list_of(round, latest, lane.lane)?;
        lanes.push(ShortlistedLane {
            lane: lane.lane,
            items: round.item_refs(items),
        });
    }
    let not_minuted: Vec<_> = lanes
        .iter()
        .flat_map(|lane| lane.items.iter().map(|i| &i.item))
        .filter(|id| !is_approved(round, id))
        .cloned()
        .collect();
    if !not_minuted.is_empty() {
        return Err(Rejection::NotMinuted { items: not_minuted });
    }
    Ok(vec![RoundEvent::ShortlistAdopted(ShortlistAdopted {
        ranking_edition: adopt.ranking_edition,
        date: adopt.date,
        lanes,
    })])
}

/// The ranking given is the latest, tells the truth, and has no tie left at a cut.
fn check_latest(latest: &Latest, edition: u32) -> Result<(), Rejection> {
    if latest.computed.edition != edition {
        return Err(Rejection::NotTheLatest {
            latest: latest.computed.edition,
            given: edition,
        });
    }
    if let Some(reason) = &latest.outdated {
        return Err(Rejection::RankingOutdated {
            reason: reason.clone(),
        });
    }
    let tied: BTreeSet<&ItemId> = latest
        .computed
        .items
        .iter()
        .filter(|item| item.outcome == ItemOutcome::TieUnresolved)
        .map(|item| &item.item)
        .collect();
    let lanes: Vec<Lane> = latest
        .computed
        .lanes
        .iter()
        .filter(|lane| lane.ranked.iter().any(|r| tied.contains(&r.item)))
        .map(|lane| lane.lane)
        .collect();
    if !lanes.is_empty() {
        return Err(Rejection::TieUnresolved { lanes });
    }
    Ok(())
}

/// The selected items of a lane that are not decided yet, by place, for the slots that are left.
fn list_of<'a>(
    round: &RoundFolder,
    latest: &'a Latest,
    lane: Lane,
) -> Result<Vec<&'a ItemId>, Rejection> {
    let selected: BTreeMap<&ItemId, Option<u32>> = latest
        .computed
        .items
        .iter()
        .filter(|item| item.outcome == ItemOutcome::Selected)
        .filter(|item| {
            let of_round = round.items.get(&item.item);
            of_round.is_some_and(|i| i.lane == lane && i.standing == Standing::Entered)
        })
        .map(|item| (&item.item, item.place))
        .collect();
    let mut by_place: Vec<_> = selected.into_iter().collect();
    by_place.sort_by_key(|(id, place)| (*place, *id));
    let left = round.quota(lane).saturating_sub(round.slots_taken(lane));
    let keep = usize::try_from(left).unwrap_or(usize::MAX);
    let place_at = |index: usize| by_place.get(index).map(|(_, place)| *place);
    let last_kept = keep.checked_sub(1).and_then(place_at);
    if last_kept.is_some() && last_kept == place_at(keep) {
        return Err(Rejection::SlotsDivideEquals { lane, left });
    }
    Ok(by_place.into_iter().take(keep).map(|(id, _)| id).collect())
}

fn is_approved(round: &RoundFolder, id: &ItemId) -> bool {
    let approval = round.items.get(id).and_then(|item| item.approval.as_ref());
    approval.is_some_and(|approval| approval.approved)
}

pub(super) fn propose(
    act: &Act<'_>,
    round: &RoundFolder,
    proposal: SubmitProposal,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_running(round, &[Role::StandingOffice, Role::HomeAffairs]) {
        return Ok(refusal);
    }
    let shortlist = round.shortlist.as_ref().ok_or(Rejection::NoShortlist)?;
    if proposal.items.is_empty() {
        return Err(Rejection::Nothing { field: "items" });
    }
    let mut seen = BTreeSet::new();
    for id in &proposal.items {
        if !seen.insert(id) {
            return Err(Rejection::Twice { item: id.clone() });
        }
        check_proposed(round, id, shortlist.items.contains(id))?;
    }
    act.day_between("date", proposal.date, shortlist.date)?;
    Ok(vec![RoundEvent::ProposalSubmitted(ProposalSubmitted {
        number: short("number", &proposal.number)?,
        date: proposal.date,
        ranking_edition: shortlist.ranking_edition,
        items: round.item_refs(&proposal.items),
        document: proposal.document,
    })])
}

fn check_proposed(round: &RoundFolder, id: &ItemId, listed: bool) -> Result<(), Rejection> {
    let item = round
        .items
        .get(id)
        .ok_or_else(|| Rejection::UnknownItem { item: id.clone() })?;
    match &item.standing {
        Standing::Entered if listed => Ok(()),
        Standing::Entered => Err(Rejection::NotShortlisted { item: id.clone() }),
        Standing::Suspended { .. } => Err(Rejection::OnHold { item: id.clone() }),
        Standing::NotApproved { .. }
        | Standing::Withdrawn { .. }
        | Standing::Declined { .. }
        | Standing::Excluded { .. }
        | Standing::Lapsed
        | Standing::Awarded { .. }
        | Standing::Revoked { .. } => Err(Rejection::ItemStands {
            item: id.clone(),
            status: item.standing.status(),
        }),
    }
}

pub(super) fn decline(
    act: &Act<'_>,
    round: &RoundFolder,
    decline: &DeclineItem,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_running(round, &[Role::Chairman]) {
        return Ok(refusal);
    }
    let reason = text("reason", &decline.reason)?;
    let item = super::order::undecided(round, &decline.item)?;
    if !round.proposed.contains_key(&decline.item) {
        return Err(Rejection::NotProposed {
            item: decline.item.clone(),
        });
    }
    Ok(vec![RoundEvent::ItemDeclined(ItemDeclined {
        item: decline.item.clone(),
        dossier: item.dossier.clone(),
        reason,
    })])
}
