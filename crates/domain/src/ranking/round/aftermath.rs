//! The end of a round: closing, with what lapses and what stays empty, and the archive.

use chrono::Months;

use super::act::Act;
use super::command::{ArchiveRound, CloseRound};
use super::rejection::Rejection;
use super::state::{DecidedStage, Phase, RoundFolder, Standing};
use crate::actor::Role;
use crate::ranking::event::{LaneQuota, RoundArchived, RoundClosed, RoundEvent, VacantSlots};

pub(super) fn close(
    act: &Act<'_>,
    round: &RoundFolder,
    close: CloseRound,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_running(round, &[Role::StandingOffice, Role::HomeAffairs]) {
        return Ok(refusal);
    }
    let unissued = round
        .decisions
        .iter()
        .find(|(_, d)| d.stage == DecidedStage::Signed && d.replaced_by.is_none());
    if let Some((number, _)) = unissued {
        return Err(Rejection::Unfinished {
            reason: format!("decision {number} is signed and not issued"),
        });
    }
    let waiting = round.proposed.keys().find(|id| {
        let item = round.items.get(*id);
        item.is_some_and(|item| item.standing == Standing::Entered)
    });
    if let Some(id) = waiting {
        return Err(Rejection::Unfinished {
            reason: format!("item {id} is proposed and neither signed nor declined"),
        });
    }
    let last = round.decisions.values().map(|d| d.date).max();
    act.day_between("on", close.on, last.unwrap_or(round.opened.opened_on))?;
    let suspended = round
        .items
        .iter()
        .filter(|(_, item)| matches!(item.standing, Standing::Suspended { .. }));
    Ok(vec![RoundEvent::RoundClosed(RoundClosed {
        on: close.on,
        lapsed: round.item_refs(suspended.map(|(id, _)| id)),
        vacant: round
            .opened
            .quotas
            .iter()
            .filter_map(|entry| vacant(round, entry))
            .collect(),
    })])
}

/// AMB-24: a slot nobody earned stays empty, moves nowhere, and says why.
fn vacant(round: &RoundFolder, entry: &LaneQuota) -> Option<VacantSlots> {
    let empty = entry.quota.checked_sub(round.slots_taken(entry.lane))?;
    if empty == 0 {
        return None;
    }
    let ranking = round.ranking.as_ref();
    let lane = ranking.and_then(|r| r.computed.lanes.iter().find(|l| l.lane == entry.lane));
    let reason = match lane {
        None => "no item was proposed in the lane".to_owned(),
        Some(lane) if lane.empty > 0 => format!(
            "{} eligible items were ranked for {} slots",
            lane.ranked.len(),
            entry.quota
        ),
        Some(_) => "eligible items were ranked, and not decided on before the end".to_owned(),
    };
    Some(VacantSlots {
        lane: entry.lane,
        empty,
        reason,
    })
}

pub(super) fn archive(
    act: &Act<'_>,
    round: &RoundFolder,
    archive: ArchiveRound,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_role(&[Role::Records]) {
        return Ok(refusal);
    }
    let closed_on = match round.phase {
        Phase::Running => {
            return Err(Rejection::NotClosed {
                round: round.opened.round.clone(),
            });
        }
        Phase::Archived { on, .. } => return Err(Rejection::Archived { on }),
        Phase::Closed { on } => on,
    };
    act.day_between("on", archive.on, closed_on)?;
    let months = Months::new(round.opened.retention_years.saturating_mul(12));
    let retain_until = archive.on.checked_add_months(months);
    Ok(vec![RoundEvent::RoundArchived(RoundArchived {
        on: archive.on,
        retain_until: retain_until.ok_or(Rejection::NoDeadline)?,
    })])
}
