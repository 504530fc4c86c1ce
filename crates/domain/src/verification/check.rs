//! Home Affairs' judgement of a dossier: complete or not, returned, lapsed, rejected, accepted,
//! and handed on to the Standing Office. Says nothing about whether anybody deserves an award.

use chrono::NaiveDate;

use crate::actor::{Refusal, Role};
use crate::calendar::{civil_day, last_day};
use crate::dossier::content::ProposedItem;
use crate::rules::dossier::{DOSSIER_RULES, Missing, completeness};

use super::command::{CheckCompleteness, LapseOverdue, RejectDossier, ReturnForSupplement};
use super::event::{
    CompletenessChecked, DossierAccepted, DossierForwarded, DossierLapsed, DossierRejected, Event,
    ExcludedItem, ExclusionReason, ForwardedItem, ReturnedForSupplement,
};
use super::state::{CaseFile, ItemFile, Stage};
use super::{Act, ENTRIES_MAX, Rejection, TEXT_CHARACTERS_MAX, at_most, authority, refused, text};

/// Checks what the dossier holds, by rule and by what the official saw.
pub(super) fn check(
    act: &Act<'_>,
    case: &CaseFile,
    check: CheckCompleteness,
) -> Result<Vec<Event>, Rejection> {
    if let Some(refusal) = authority::refuse_judge(act.by, case, act.action) {
        return Ok(refused(refusal));
    }
    if !is_under_check(&case.stage) {
        return Err(act.wrong_step(case, "RECEIVED, COMPLETE or INCOMPLETE"));
    }
    let demands = check.rule_book.dossier();
    let mut missing = completeness(&case.content, demands, handed_in_on(case));
    at_most("observed", &check.observed, ENTRIES_MAX)?;
    for observed in check.observed {
        missing.push(observation(case, observed)?);
    }
    Ok(vec![Event::CompletenessChecked(CompletenessChecked {
        dossier: case.dossier.clone(),
        complete: missing.is_empty(),
        missing,
    })])
}

fn is_under_check(stage: &Stage) -> bool {
    match stage {
        Stage::Received | Stage::Complete | Stage::Incomplete { .. } => true,
        Stage::AwaitingReceipt
        | Stage::Late
        | Stage::SupplementRequested { .. }
        | Stage::Accepted
        | Stage::Verifying
        | Stage::Lapsed { .. }
        | Stage::Rejected { .. }
        | Stage::Withdrawn { .. } => false,
    }
}

/// The day the dossier was sent or last supplemented: papers may not be younger (R39).
fn handed_in_on(case: &CaseFile) -> NaiveDate {
    let sent_on = civil_day(case.content.sent_at);
    let supplemented_on = case.supplemented_at.map(civil_day);
    supplemented_on.map_or(sent_on, |day| day.max(sent_on))
}

fn observation(case: &CaseFile, observed: Missing) -> Result<Missing, Rejection> {
    if !DOSSIER_RULES.contains(&observed.rule) {
        return Err(Rejection::NotADossierRule {
            rule: observed.rule,
        });
    }
    if let Some(item) = &observed.item
        && case.proposed(item).is_none()
    {
        return Err(Rejection::UnknownItem { item: item.clone() });
    }
    Ok(Missing {
        text: text("observed.text", &observed.text, TEXT_CHARACTERS_MAX)?,
        ..observed
    })
}

/// Sends the dossier back for what the last check found missing.
pub(super) fn give_back(
    act: &Act<'_>,
    case: &CaseFile,
    give_back: &ReturnForSupplement,
) -> Result<Vec<Event>, Rejection> {
    if let Some(refusal) = authority::refuse_judge(act.by, case, act.action) {
        return Ok(refused(refusal));
    }
    let Stage::Incomplete { missing } = &case.stage else {
        return Err(act.wrong_step(case, "INCOMPLETE"));
    };
    let terms = &give_back.rule_book.dossier().supplement;
    if case.supplement_rounds >= terms.rounds_max {
        return Err(Rejection::RoundsUsedUp {
            rounds_max: terms.rounds_max,
        });
    }
    let returned_on = act.day();
    let latest = last_day(returned_on, terms.days, terms.counting, &give_back.holidays)
        .ok_or(Rejection::NoSuchDay)?;
    let due_on = give_back.due_on.unwrap_or(latest);
    if due_on <= returned_on || due_on > latest {
        return Err(Rejection::DueDay {
            returned_on,
            latest,
        });
    }
    Ok(vec![Event::ReturnedForSupplement(ReturnedForSupplement {
        dossier: case.dossier.clone(),
        supplement_round: case.supplement_rounds + 1,
        missing: missing.clone(),
        due_on,
    })])
}

/// Ends the case when the due day of its supplement has ended.
pub(super) fn lapse(
    act: &Act<'_>,
    case: &CaseFile,
    lapse: LapseOverdue,
) -> Result<Vec<Event>, Rejection> {
    let roles = [Role::HomeAffairs, Role::System];
    if let Some(refusal) = Refusal::unless_role(act.by, &roles, act.action) {
        return Ok(refused(refusal));
    }
    let Stage::SupplementRequested { due_on, .. } = case.stage else {
        return Err(act.wrong_step(case, "SUPPLEMENT_REQUESTED"));
    };
    if lapse.on > act.day() {
        return Err(Rejection::Future { field: "on" });
    }
    if lapse.on <= due_on {
        return Err(Rejection::NotOverdue { due_on });
    }
    Ok(vec![Event::DossierLapsed(DossierLapsed {
        dossier: case.dossier.clone(),
        due_on,
        supplement_at: None,
    })])
}

/// Does not take the dossier on.
pub(super) fn reject(
    act: &Act<'_>,
    case: &CaseFile,
    reject: &RejectDossier,
) -> Result<Vec<Event>, Rejection> {
    if let Some(refusal) = authority::refuse_judge(act.by, case, act.action) {
        return Ok(refused(refusal));
    }
    if !is_under_check(&case.stage) {
        return Err(act.wrong_step(case, "RECEIVED, COMPLETE or INCOMPLETE"));
    }
    Ok(vec![Event::DossierRejected(DossierRejected {
        dossier: case.dossier.clone(),
        code: reject.code,
        reason: text("reason", &reject.reason, TEXT_CHARACTERS_MAX)?,
    })])
}

/// Takes a complete dossier on.
pub(super) fn accept(act: &Act<'_>, case: &CaseFile) -> Result<Vec<Event>, Rejection> {
    if let Some(refusal) = authority::refuse_judge(act.by, case, act.action) {
        return Ok(refused(refusal));
    }
    match &case.stage {
        Stage::Complete => Ok(vec![Event::DossierAccepted(DossierAccepted {
            dossier: case.dossier.clone(),
        })]),
        Stage::Incomplete { missing } => Err(Rejection::Incomplete {
            missing: missing.clone(),
        }),
        Stage::AwaitingReceipt
        | Stage::Late
        | Stage::Received
        | Stage::SupplementRequested { .. }
        | Stage::Accepted
        | Stage::Verifying
        | Stage::Lapsed { .. }
        | Stage::Rejected { .. }
        | Stage::Withdrawn { .. } => Err(act.wrong_step(case, "COMPLETE")),
    }
}

/// Hands the items in time on to the Standing Office; late ones stay behind.
pub(super) fn forward(act: &Act<'_>, case: &CaseFile) -> Result<Vec<Event>, Rejection> {
    if let Some(refusal) = authority::refuse_judge(act.by, case, act.action) {
        return Ok(refused(refusal));
    }
    if case.stage != Stage::Accepted {
        return Err(act.wrong_step(case, "ACCEPTED"));
    }
    let is_admitted =
        |item: &&ProposedItem| case.items.get(&item.item).is_some_and(ItemFile::admitted);
    let (admitted, late): (Vec<_>, Vec<_>) = case.content.items.iter().partition(is_admitted);
    if admitted.is_empty() {
        return Err(Rejection::NothingInTime);
    }
    Ok(vec![Event::DossierForwarded(DossierForwarded {
        dossier: case.dossier.clone(),
        round: case.round.clone(),
        unit: case.unit.clone(),
        submitted_by: case.submitted_by.clone(),
        items: admitted.into_iter().map(forwarded).collect(),
        excluded: late
            .into_iter()
            .map(|item| ExcludedItem {
                item: item.item.clone(),
                reason: ExclusionReason::Late,
            })
            .collect(),
    })])
}

fn forwarded(item: &ProposedItem) -> ForwardedItem {
    ForwardedItem {
        item: item.item.clone(),
        lane: item.lane,
        subject: item.subject.clone(),
        basis: item.basis,
        components: item.components.clone(),
        initiative: item.initiative.clone(),
        unit: item.unit.clone(),
    }
}
