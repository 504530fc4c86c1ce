//! Putting decisions right: corrections of form, replacements (R53), revocations with recovery
//! (R49), voided numbers (R52).

use std::collections::BTreeSet;

use super::act::{Act, short, text};
use super::command::{CorrectDecision, RecordRecovery, RevokeAward, VoidNumber};
use super::decision::{
    check_number, distinct, document_number, refuse_held, split_held, standing_decision,
    unless_decider, unless_issuer, unless_proposed,
};
use super::rejection::Rejection;
use super::state::{Decided, DecidedStage, RoundFolder, RoundItem, Standing};
use crate::actor::Role;
use crate::evaluation::vocabulary::{Lane, RuleId};
use crate::ids::ItemId;
use crate::ranking::event::{
    AwardRecovered, AwardRevoked, CorrectionKind, DecisionCorrected, ItemRef, NumberVoided,
    RegisteredNumber, RevocationGround, RoundEvent,
};

pub(super) fn correct(
    act: &Act<'_>,
    round: &RoundFolder,
    correct: &CorrectDecision,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = unless_decider(act) {
        return Ok(refusal);
    }
    let (number, decided) = standing_decision(round, &correct.decision, "SIGNED")?;
    act.day_between("date", correct.date, decided.date)?;
    let mut corrected = DecisionCorrected {
        decision: number.to_owned(),
        kind: correct.kind,
        correction_number: document_number(&correct.number)?,
        date: correct.date,
        signed_by: short("signedBy", &correct.signed_by)?,
        changes: text("changes", &correct.changes)?,
        items: decided.items.clone(),
        dropped: Vec::new(),
    };
    match correct.kind {
        CorrectionKind::Correction if correct.items.is_some() => {
            return Err(Rejection::CorrectionOfItems);
        }
        CorrectionKind::Correction => {}
        CorrectionKind::Replacement => {
            if let Some(refusal) = replace(act, round, decided, correct, &mut corrected)? {
                return Ok(refusal);
            }
        }
    }
    Ok(vec![RoundEvent::DecisionCorrected(corrected)])
}

/// Fills in what a replacement rewards from now on; or the refusal, by the rules of a signature.
fn replace(
    act: &Act<'_>,
    round: &RoundFolder,
    decided: &Decided,
    correct: &CorrectDecision,
    corrected: &mut DecisionCorrected,
) -> Result<Option<Vec<RoundEvent>>, Rejection> {
    let registered = RegisteredNumber::of(decided.body, correct.date, &corrected.correction_number);
    check_number(round, &correct.taken, &registered)?;
    let Some(items) = &correct.items else {
        return Ok(None);
    };
    distinct(round, items)?;
    let old: BTreeSet<&ItemId> = decided.items.iter().map(|i| &i.item).collect();
    let added: Vec<ItemId> = items
        .iter()
        .filter(|id| !old.contains(id))
        .cloned()
        .collect();
    if let Some(refusal) = unless_issuer(act, round, decided.body, items)
        .or_else(|| unless_proposed(act, round, &added))
    {
        return Ok(Some(refusal));
    }
    for id in &added {
        super::order::undecided(round, id)?;
    }
    let (_, held) = split_held(act, round, &added, &correct.holds, correct.date);
    if !held.is_empty() {
        return Ok(Some(refuse_held(act, round, &held)));
    }
    let dropped: Vec<ItemRef> = decided
        .items
        .iter()
        .filter(|i| !items.contains(&i.item))
        .cloned()
        .collect();
    if let Some(refusal) = unless_still_within_quota(act, round, &added, &dropped) {
        return Ok(Some(refusal));
    }
    corrected.items = round.item_refs(items);
    corrected.dropped = dropped;
    Ok(None)
}

/// R7 with the dropped items' slots free again: they were named in error.
fn unless_still_within_quota(
    act: &Act<'_>,
    round: &RoundFolder,
    added: &[ItemId],
    dropped: &[ItemRef],
) -> Option<Vec<RoundEvent>> {
    let lane_of = |id: &ItemId| round.items.get(id).map(|item| item.lane);
    let count = |lane: Lane, ids: &mut dyn Iterator<Item = &ItemId>| {
        u32::try_from(ids.filter(|id| lane_of(id) == Some(lane)).count()).unwrap_or(u32::MAX)
    };
    let over = added.iter().filter_map(lane_of).find(|lane| {
        let more = count(*lane, &mut added.iter());
        let fewer = count(*lane, &mut dropped.iter().map(|i| &i.item));
        (round.slots_taken(*lane) + more).saturating_sub(fewer) > round.quota(*lane)
    })?;
    let reason = format!("lane {over} would have more awards than its quota");
    Some(act.refuse(RuleId::R7.as_str(), reason, round.item_refs(added)))
}

pub(super) fn revoke(
    act: &Act<'_>,
    round: &RoundFolder,
    revoke: RevokeAward,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = unless_decider(act) {
        return Ok(refusal);
    }
    let evidence = text("evidence", &revoke.evidence)?;
    let (item, decided) = awarded(round, &revoke.item)?;
    let issued_on = decided.stage.issued_on();
    let issued_on = issued_on.ok_or_else(|| Rejection::DecisionStands {
        number: item.standing.decision().unwrap_or_default().to_owned(),
        status: "SIGNED",
        wanted: "ISSUED",
    })?;
    act.day_between("date", revoke.date, issued_on)?;
    check_ground(round, &revoke)?;
    let number = document_number(&revoke.number)?;
    let registered = RegisteredNumber::of(decided.body, revoke.date, &number);
    check_number(round, &revoke.taken, &registered)?;
    Ok(vec![RoundEvent::AwardRevoked(AwardRevoked {
        item: revoke.item,
        dossier: item.dossier.clone(),
        ground: revoke.ground,
        evidence,
        violation_year: revoke.violation_year,
        decision_number: number,
        body: decided.body,
        date: revoke.date,
        recovery_due: true,
        documents: revoke.documents,
    })])
}

fn awarded<'a>(
    round: &'a RoundFolder,
    id: &ItemId,
) -> Result<(&'a RoundItem, &'a Decided), Rejection> {
    let item = round
        .items
        .get(id)
        .ok_or_else(|| Rejection::UnknownItem { item: id.clone() })?;
    let Standing::Awarded { decision, .. } = &item.standing else {
        return Err(Rejection::ItemStands {
            item: id.clone(),
            status: item.standing.status(),
        });
    };
    let (_, decided) = standing_decision(round, decision, "ISSUED")?;
    Ok((item, decided))
}

/// Ground D is about violations within the achievement period only (R49).
fn check_ground(round: &RoundFolder, revoke: &RevokeAward) -> Result<(), Rejection> {
    let (from, last) = (round.opened.achievement_from, round.opened.year);
    match (revoke.ground, revoke.violation_year) {
        (RevocationGround::D, Some(year)) if (from..=last).contains(&year) => Ok(()),
        (RevocationGround::D, _) => Err(Rejection::OutsideAchievement { from, to: last }),
        (RevocationGround::A | RevocationGround::B | RevocationGround::C, _) => Ok(()),
    }
}

pub(super) fn recover(
    act: &Act<'_>,
    round: &RoundFolder,
    recovery: &RecordRecovery,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_role(&[Role::Records]) {
        return Ok(refusal);
    }
    let item = round.items.get(&recovery.item);
    let item = item.ok_or_else(|| Rejection::UnknownItem {
        item: recovery.item.clone(),
    })?;
    let due = matches!(
        item.standing,
        Standing::Revoked {
            recovered: None,
            ..
        }
    );
    if !due {
        return Err(Rejection::ItemStands {
            item: recovery.item.clone(),
            status: item.standing.status(),
        });
    }
    act.day_between("on", recovery.on, round.opened.opened_on)?;
    Ok(vec![RoundEvent::AwardRecovered(AwardRecovered {
        item: recovery.item.clone(),
        dossier: item.dossier.clone(),
        on: recovery.on,
        note: text("note", &recovery.note)?,
    })])
}

pub(super) fn void_number(
    act: &Act<'_>,
    round: &RoundFolder,
    void: &VoidNumber,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_role(&[Role::Records]) {
        return Ok(refusal);
    }
    let number = document_number(&void.number)?;
    let registered = RegisteredNumber::in_year(void.body, void.year, &number);
    check_number(round, &void.taken, &registered)?;
    Ok(vec![RoundEvent::NumberVoided(NumberVoided {
        body: void.body,
        year: void.year,
        number,
        reason: text("reason", &void.reason)?,
    })])
}

/// How a decision that replaces another begins.
pub(super) fn replacement(old: &Decided, corrected: &DecisionCorrected) -> Decided {
    Decided {
        body: old.body,
        date: corrected.date,
        signed_by: corrected.signed_by.clone(),
        items: corrected.items.clone(),
        stage: DecidedStage::Signed,
        corrections: Vec::new(),
        replaced_by: None,
    }
}
