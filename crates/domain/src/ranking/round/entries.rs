//! Who takes part: entering, withdrawing, holds, mergers. All of it follows from other services'
//! events, so the actor is the system.

use super::act::Act;
use super::command::{EnterItems, HoldChange, NoteMerger, WithdrawItems};
use super::rejection::Rejection;
use super::state::{Phase, RoundFolder, RoundItem, Standing};
use crate::actor::Role;
use crate::ids::ItemId;
use crate::ranking::event::{
    ItemEntered, ItemExcluded, ItemRef, ItemResumed, ItemSuspended, ItemWithdrawn, RoundEvent,
    UnitMergeNoted,
};

const SYSTEM: [Role; 1] = [Role::System];

pub(super) fn enter(
    act: &Act<'_>,
    round: &RoundFolder,
    enter: &EnterItems,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_running(round, &SYSTEM) {
        return Ok(refusal);
    }
    let mut events = Vec::new();
    let mut entering: Vec<&ItemEntered> = Vec::new();
    for item in &enter.items {
        check_entry(round, &entering, item)?;
        entering.push(item);
        events.push(RoundEvent::ItemEntered(item.clone()));
        let on_it = enter.holds.iter().filter(|h| h.subject == item.subject);
        events.extend(on_it.map(|change| {
            RoundEvent::ItemSuspended(ItemSuspended {
                item: item.item.clone(),
                dossier: item.dossier.clone(),
                hold: change.hold.clone(),
            })
        }));
    }
    Ok(events)
}

fn check_entry(
    round: &RoundFolder,
    entering: &[&ItemEntered],
    item: &ItemEntered,
) -> Result<(), Rejection> {
    let known = round.items.contains_key(&item.item);
    if known || entering.iter().any(|other| other.item == item.item) {
        return Err(Rejection::Twice {
            item: item.item.clone(),
        });
    }
    if round.quota(item.lane) == 0 {
        return Err(Rejection::NoAwards {
            item: item.item.clone(),
            lane: item.lane,
        });
    }
    let takes_place = |other: &RoundItem| {
        other.lane == item.lane && other.subject == item.subject && other.standing.is_ranked()
    };
    let beside = |other: &&ItemEntered| other.lane == item.lane && other.subject == item.subject;
    if round.items.values().any(takes_place) || entering.iter().any(beside) {
        return Err(Rejection::SubjectTwice {
            item: item.item.clone(),
            lane: item.lane,
        });
    }
    Ok(())
}

/// Items before the decision are withdrawn; a signed award is no longer the unit's to withdraw.
pub(super) fn withdraw(
    act: &Act<'_>,
    round: &RoundFolder,
    withdraw: &WithdrawItems,
) -> Vec<RoundEvent> {
    if let Some(refusal) = act.unless_role(&SYSTEM) {
        return refusal;
    }
    let mut events = Vec::new();
    let mut too_late: Vec<ItemRef> = Vec::new();
    let own = |item: &RoundItem| item.dossier == withdraw.dossier;
    for (id, item) in round.items.iter().filter(|(_, item)| own(item)) {
        match item.standing {
            Standing::Entered
            | Standing::Suspended { .. }
            | Standing::NotApproved { .. }
            | Standing::Declined { .. }
                if round.phase == Phase::Running =>
            {
                events.push(RoundEvent::ItemWithdrawn(ItemWithdrawn {
                    item: id.clone(),
                    dossier: item.dossier.clone(),
                    reason: withdraw.reason.clone(),
                }));
            }
            Standing::Withdrawn { .. } => {}
            Standing::Entered
            | Standing::Suspended { .. }
            | Standing::NotApproved { .. }
            | Standing::Declined { .. }
            | Standing::Excluded { .. }
            | Standing::Lapsed
            | Standing::Awarded { .. }
            | Standing::Revoked { .. } => too_late.extend(round.item_ref(id)),
        }
    }
    if !too_late.is_empty() {
        let reason = "an item can be withdrawn only before it is decided on";
        events.extend(act.refuse("D2", reason, too_late));
    }
    events
}

/// Holds rest only on items that are not decided: after the award they have no effect (AMB-35).
pub(super) fn suspend(act: &Act<'_>, round: &RoundFolder, change: &HoldChange) -> Vec<RoundEvent> {
    per_item(act, round, change, |id, item| match &item.standing {
        Standing::Suspended { holds } if holds.contains(&change.hold) => None,
        Standing::Entered | Standing::Suspended { .. } | Standing::NotApproved { .. } => {
            Some(RoundEvent::ItemSuspended(ItemSuspended {
                item: id.clone(),
                dossier: item.dossier.clone(),
                hold: change.hold.clone(),
            }))
        }
        Standing::Withdrawn { .. }
        | Standing::Declined { .. }
        | Standing::Excluded { .. }
        | Standing::Lapsed
        | Standing::Awarded { .. }
        | Standing::Revoked { .. } => None,
    })
}

pub(super) fn resume(act: &Act<'_>, round: &RoundFolder, change: &HoldChange) -> Vec<RoundEvent> {
    per_item(act, round, change, |id, item| {
        rests_under(item, change).then(|| {
            RoundEvent::ItemResumed(ItemResumed {
                item: id.clone(),
                dossier: item.dossier.clone(),
                hold: change.hold.clone(),
            })
        })
    })
}

pub(super) fn exclude(act: &Act<'_>, round: &RoundFolder, change: &HoldChange) -> Vec<RoundEvent> {
    per_item(act, round, change, |id, item| {
        rests_under(item, change).then(|| {
            RoundEvent::ItemExcluded(ItemExcluded {
                item: id.clone(),
                dossier: item.dossier.clone(),
                hold: change.hold.clone(),
            })
        })
    })
}

fn rests_under(item: &RoundItem, change: &HoldChange) -> bool {
    match &item.standing {
        Standing::Suspended { holds } => holds.contains(&change.hold),
        Standing::Entered
        | Standing::NotApproved { .. }
        | Standing::Withdrawn { .. }
        | Standing::Declined { .. }
        | Standing::Excluded { .. }
        | Standing::Lapsed
        | Standing::Awarded { .. }
        | Standing::Revoked { .. } => false,
    }
}

/// One event for every item of the subject that the change touches, while the round runs.
fn per_item(
    act: &Act<'_>,
    round: &RoundFolder,
    change: &HoldChange,
    event: impl Fn(&ItemId, &RoundItem) -> Option<RoundEvent>,
) -> Vec<RoundEvent> {
    if let Some(refusal) = act.unless_role(&SYSTEM) {
        return refusal;
    }
    if round.phase != Phase::Running {
        return Vec::new();
    }
    round
        .items
        .iter()
        .filter(|(_, item)| item.subject == change.subject)
        .filter_map(|(id, item)| event(id, item))
        .collect()
}

/// Noted only: the items go on, and nothing of the successor's is inherited (AMB-39).
pub(super) fn note_merger(
    act: &Act<'_>,
    round: &RoundFolder,
    merger: NoteMerger,
) -> Vec<RoundEvent> {
    if let Some(refusal) = act.unless_role(&SYSTEM) {
        return refusal;
    }
    let of_round = round.opened.units.iter().any(|u| u.unit == merger.unit);
    if round.phase != Phase::Running || !of_round {
        return Vec::new();
    }
    let of_unit = |item: &RoundItem| {
        item.subject.as_str() == merger.unit.as_str() || item.unit.as_ref() == Some(&merger.unit)
    };
    let ids = round.items.iter().filter(|(_, item)| of_unit(item));
    let items = round.item_refs(ids.map(|(id, _)| id));
    vec![RoundEvent::UnitMergeNoted(UnitMergeNoted {
        unit: merger.unit,
        valid_to: merger.valid_to,
        successor: merger.successor,
        decision: merger.decision,
        items,
    })]
}
