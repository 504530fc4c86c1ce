//! Handing in, supplementing, withdrawing, and what the procedure answers.
//!
//! Reactions arrive late by nature: one that comes after the end changes nothing and is no error.

use chrono::{DateTime, NaiveDate, Utc};

use super::super::command::{Submit, Supplement, Withdraw};
use super::super::event::{
    Closure, DossierClosed, DossierSubmitted, DossierSupplemented, DossierWithdrawn, Event,
    SupplementRequested,
};
use super::super::rejection::Rejection;
use super::super::stage::Stage;
use super::super::state::{HandedIn, Papers};
use super::{No, closed, paper};
use crate::actor::Refusal;

/// Most sets anybody hands in; the plan asks for 2.
const SETS_MAX: u32 = 20;
/// Most lines in a request for a supplement.
const MISSING_MAX: usize = 1_000;

pub(super) fn submit(
    papers: &Papers,
    submit: &Submit,
    at: DateTime<Utc>,
) -> Result<Vec<Event>, No> {
    match &papers.stage {
        Stage::Preparing => {}
        Stage::Submitted | Stage::Supplemented { .. } | Stage::SupplementRequested { .. } => {
            return Err(Rejection::AlreadySubmitted.into());
        }
        Stage::Withdrawn { .. } => return Err(Rejection::AlreadyWithdrawn.into()),
        Stage::Closed { outcome, .. } => return Err(closed(*outcome).into()),
    }
    if !submit.round_open {
        return Err(Refusal::new("SubmitDossier", "D", "the round takes no more dossiers").into());
    }
    if papers.items.is_empty() {
        return Err(Rejection::NoItems.into());
    }
    let proposal = papers.proposal.as_ref().ok_or(Rejection::NotSigned)?;
    let handed_in = HandedIn {
        sets: sets(submit.sets)?,
        originals: submit.originals,
        channel: submit.channel,
        sent_at: at,
    };
    Ok(vec![Event::DossierSubmitted(DossierSubmitted {
        dossier: papers.head.dossier.clone(),
        round: papers.head.round.clone(),
        unit: papers.head.unit.clone(),
        submitted_by: papers.head.submitted_by.clone(),
        rule_book: papers.head.rule_book.clone(),
        content: papers.content(proposal, &handed_in),
    })])
}

pub(super) fn supplement(
    papers: &Papers,
    supplement: &Supplement,
    at: DateTime<Utc>,
) -> Result<Vec<Event>, No> {
    let (request, since) = match &papers.stage {
        Stage::SupplementRequested { request, since } => (request, since),
        Stage::Preparing | Stage::Submitted | Stage::Supplemented { .. } => {
            return Err(Rejection::NoSupplementRequested.into());
        }
        Stage::Withdrawn { .. } => return Err(Rejection::AlreadyWithdrawn.into()),
        Stage::Closed { outcome, .. } => return Err(closed(*outcome).into()),
    };
    let before = papers.handed_in.as_ref().ok_or(Rejection::NotSubmitted)?;
    let after = HandedIn {
        sets: supplement.sets.map_or(Ok(before.sets), sets)?,
        originals: supplement.originals.unwrap_or(before.originals),
        channel: before.channel,
        sent_at: before.sent_at,
    };
    if since.is_empty() && after == *before {
        return Err(Rejection::NothingSupplemented.into());
    }
    if papers.items.is_empty() {
        return Err(Rejection::NoItems.into());
    }
    let proposal = papers.proposal.as_ref().ok_or(Rejection::NotSigned)?;
    Ok(vec![Event::DossierSupplemented(DossierSupplemented {
        dossier: papers.head.dossier.clone(),
        supplement_round: request.supplement_round,
        reports: since.reports.iter().cloned().collect(),
        minutes: since.minutes,
        proposal: since.proposal,
        received_at: at,
        content: papers.content(proposal, &after),
    })])
}

pub(super) fn withdraw(
    papers: &Papers,
    withdraw: Withdraw,
    today: NaiveDate,
) -> Result<Vec<Event>, No> {
    match &papers.stage {
        Stage::Preparing
        | Stage::Submitted
        | Stage::SupplementRequested { .. }
        | Stage::Supplemented { .. } => {}
        Stage::Withdrawn { .. } => return Err(Rejection::AlreadyWithdrawn.into()),
        Stage::Closed { outcome, .. } => match outcome {
            // The items are in the round, or may come back by an extension.
            Closure::Forwarded | Closure::Late => {}
            Closure::Lapsed | Closure::Rejected => return Err(closed(*outcome).into()),
        },
    }
    if let Some(decision) = withdraw.decision {
        let reason = format!("decision {decision} is signed");
        return Err(Refusal::new("WithdrawDossier", "D2", reason).into());
    }
    Ok(vec![Event::DossierWithdrawn(DossierWithdrawn {
        dossier: papers.head.dossier.clone(),
        round: papers.head.round.clone(),
        number: paper::optional("number", withdraw.number)?,
        date: paper::date("date of the letter", withdraw.date, today)?,
        reason: paper::text("reason", &withdraw.reason)?,
        was_submitted: papers.handed_in.is_some(),
        items: papers.items.keys().cloned().collect(),
    })])
}

pub(super) fn request_supplement(
    papers: &Papers,
    request: SupplementRequested,
) -> Result<Vec<Event>, No> {
    match &papers.stage {
        Stage::Submitted | Stage::Supplemented { .. } => {}
        Stage::SupplementRequested { request: known, .. } => {
            if known.supplement_round == request.supplement_round {
                return Ok(Vec::new());
            }
        }
        Stage::Preparing => return Err(Rejection::NotSubmitted.into()),
        Stage::Withdrawn { .. } => return Ok(Vec::new()),
        Stage::Closed { outcome, .. } => match outcome {
            // Readmitted by an extension, then found incomplete.
            Closure::Late => {}
            Closure::Lapsed | Closure::Rejected => return Ok(Vec::new()),
            Closure::Forwarded => return Err(closed(*outcome).into()),
        },
    }
    if request.missing.len() > MISSING_MAX {
        return Err(Rejection::TooMany {
            what: "missing parts",
            limit: MISSING_MAX,
        }
        .into());
    }
    Ok(vec![Event::SupplementRequested(request)])
}

pub(super) fn close(papers: &Papers, close: DossierClosed) -> Result<Vec<Event>, No> {
    match &papers.stage {
        Stage::Submitted | Stage::SupplementRequested { .. } | Stage::Supplemented { .. } => {
            Ok(vec![Event::DossierClosed(close)])
        }
        Stage::Preparing => Err(Rejection::NotSubmitted.into()),
        Stage::Withdrawn { .. } => Ok(Vec::new()),
        Stage::Closed { outcome, .. } => match outcome {
            // An extension readmitted it, and the procedure went on.
            Closure::Late if close.outcome != Closure::Late => {
                Ok(vec![Event::DossierClosed(close)])
            }
            Closure::Late | Closure::Lapsed | Closure::Rejected | Closure::Forwarded => {
                Ok(Vec::new())
            }
        },
    }
}

fn sets(given: u32) -> Result<u32, Rejection> {
    if given > SETS_MAX {
        return Err(Rejection::TooMany {
            what: "sets",
            limit: SETS_MAX as usize,
        });
    }
    Ok(given)
}
