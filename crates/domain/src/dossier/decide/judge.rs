//! The word of the submitting level's committee on a report. Nobody judges a report on themselves (R54).

use chrono::NaiveDate;

use super::super::command::{ConfirmReport, RefuseReport};
use super::super::event::{Event, ReportConfirmationRefused, ReportConfirmed};
use super::super::rejection::Rejection;
use super::super::state::{Judgement, Papers};
use super::{No, in_hand, paper};
use crate::actor::{Actor, Refusal};
use crate::ids::{ItemId, SubjectId};

pub(super) fn confirm(
    papers: &Papers,
    by: &Actor,
    confirm: ConfirmReport,
    today: NaiveDate,
) -> Result<Vec<Event>, No> {
    in_hand(papers)?;
    unless_nominee(papers, by, &confirm.item, "ConfirmReport")?;
    awaits(papers, &confirm.item)?;
    Ok(vec![Event::ReportConfirmed(ReportConfirmed {
        item: confirm.item,
        body: paper::text("body", &confirm.body)?,
        confirmed_on: paper::date("date of the confirmation", confirm.confirmed_on, today)?,
        confirmer: by.person.clone(),
    })])
}

pub(super) fn refuse(papers: &Papers, by: &Actor, refuse: RefuseReport) -> Result<Vec<Event>, No> {
    in_hand(papers)?;
    unless_nominee(papers, by, &refuse.item, "RefuseReport")?;
    awaits(papers, &refuse.item)?;
    Ok(vec![Event::ReportConfirmationRefused(
        ReportConfirmationRefused {
            item: refuse.item,
            reason: paper::text("reason", &refuse.reason)?,
            confirmer: by.person.clone(),
        },
    )])
}

fn unless_nominee(
    papers: &Papers,
    by: &Actor,
    item: &ItemId,
    action: &'static str,
) -> Result<(), No> {
    let proposed = papers
        .items
        .get(item)
        .ok_or_else(|| Rejection::UnknownItem { item: item.clone() })?;
    if proposed.subject == SubjectId::from(by.person.clone()) {
        let reason = format!("the actor is the subject of {item}");
        return Err(Refusal::new(action, "R54", reason).into());
    }
    Ok(())
}

fn awaits(papers: &Papers, item: &ItemId) -> Result<(), Rejection> {
    let item = item.clone();
    match papers.reports.get(&item).map(|report| &report.judgement) {
        Some(Judgement::Awaited) => Ok(()),
        Some(Judgement::Confirmed { .. } | Judgement::Refused { .. }) => {
            Err(Rejection::ReportJudged { item })
        }
        None => Err(Rejection::NoReport { item }),
    }
}
