//! What may be done with a dossier: who, when in its life, and with which data.
//!
//! Order of the checks: the dossier exists; the actor may (else a recorded refusal); the stage
//! allows it; the data make sense. An incomplete or late dossier is not refused here: offices hand
//! such ones in, and judging them is Home Affairs' part.

mod edit;
mod erase;
mod hand_in;
mod items;
mod judge;
mod paper;

use super::command::{Command, Draft};
use super::event::{Closure, DossierDrafted, Event};
use super::facts::UnitFacts;
use super::rejection::Rejection;
use super::stage::Stage;
use super::state::{DossierState, Papers};
use crate::actor::{Actor, Refusal};
use crate::calendar::civil_day;
use crate::decider::Issued;
use crate::ids::UnitId;

/// Most items in one dossier; the largest round has 40 units and 20 individuals in all.
pub const ITEMS_MAX: usize = 200;
/// Most documents in one dossier.
pub const DOCUMENTS_MAX: usize = 500;
/// Longest text, in characters.
pub const TEXT_CHARS_MAX: usize = 2_000;

/// Either kind of no, inside the decisions.
#[derive(Debug)]
enum No {
    /// A denied attempt: recorded.
    Refused(Refusal),
    /// A mistake: answered.
    Rejected(Rejection),
}

impl From<Rejection> for No {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Decides one command.
pub(super) fn decide(
    state: &DossierState,
    issued: Issued<Command>,
) -> Result<Vec<Event>, Rejection> {
    match attempt(state, issued) {
        Ok(events) => Ok(events),
        Err(No::Refused(refusal)) => Ok(vec![Event::AttemptRefused(refusal)]),
        Err(No::Rejected(rejection)) => Err(rejection),
    }
}

fn attempt(state: &DossierState, issued: Issued<Command>) -> Result<Vec<Event>, No> {
    let Issued { by, at, command } = issued;
    let today = civil_day(at);
    let Some(papers) = state.papers() else {
        if let Command::Draft(draft) = command {
            return begin(&by, draft);
        }
        return Err(Rejection::NotDrafted.into());
    };
    authorise(&by, &command, &papers.head.submitted_by)?;
    match command {
        Command::Draft(draft) => Err(Rejection::AlreadyDrafted {
            dossier: draft.dossier,
        }
        .into()),
        Command::AddItem(add) => items::add(papers, add),
        Command::RemoveItem(remove) => items::remove(papers, remove),
        Command::AddAttachment(attachment) => edit::attachment(papers, attachment),
        Command::AttachReport(report) => edit::report(papers, report),
        Command::RecordMinutes(minutes) => edit::minutes(papers, minutes, today),
        Command::ConfirmReport(confirm) => judge::confirm(papers, &by, confirm, today),
        Command::RefuseReport(refuse) => judge::refuse(papers, &by, refuse),
        Command::SignProposal(sign) => edit::sign(papers, &by, sign, today),
        Command::Submit(submit) => hand_in::submit(papers, &submit, at),
        Command::Supplement(supplement) => hand_in::supplement(papers, &supplement, at),
        Command::Withdraw(withdraw) => hand_in::withdraw(papers, withdraw, today),
        Command::RequestSupplement(request) => hand_in::request_supplement(papers, request),
        Command::Close(close) => hand_in::close(papers, close),
        Command::EraseDocuments(erased) => Ok(erase::documents(papers, erased)),
    }
}

/// The actor holds a role of the command, and acts for the unit that submits; reactions act for nobody.
fn authorise(by: &Actor, command: &Command, submitted_by: &UnitId) -> Result<(), Refusal> {
    let action = command.action();
    let denied = Refusal::unless_role(by, command.roles(), action);
    let outside = match command {
        Command::RequestSupplement(_) | Command::Close(_) | Command::EraseDocuments(_) => None,
        Command::Draft(_)
        | Command::AddItem(_)
        | Command::RemoveItem(_)
        | Command::AddAttachment(_)
        | Command::AttachReport(_)
        | Command::RecordMinutes(_)
        | Command::ConfirmReport(_)
        | Command::RefuseReport(_)
        | Command::SignProposal(_)
        | Command::Submit(_)
        | Command::Supplement(_)
        | Command::Withdraw(_) => Refusal::unless_agency(by, submitted_by, action),
    };
    denied.or(outside).map_or(Ok(()), Err)
}

fn begin(by: &Actor, draft: Draft) -> Result<Vec<Event>, No> {
    let command = Command::Draft(draft.clone());
    authorise(by, &command, &draft.submitted_by)?;
    let Some(round) = draft.round_facts.clone() else {
        return Err(Rejection::UnknownRound { round: draft.round }.into());
    };
    if !round.open {
        return Err(Refusal::new(command.action(), "D", "the round takes no more dossiers").into());
    }
    check_submitter(&draft)?;
    Ok(vec![Event::DossierDrafted(DossierDrafted {
        dossier: draft.dossier,
        round: draft.round,
        kind: round.kind,
        year: round.year,
        rule_book: round.rule_book,
        unit: draft.unit,
        submitted_by: draft.submitted_by,
        on_behalf_of_predecessor: draft.on_behalf_of_predecessor,
        addressee: draft.addressee,
    })])
}

/// A unit submits for itself; for a merged unit its recorded successor does (AMB-39).
fn check_submitter(draft: &Draft) -> Result<(), Rejection> {
    let own = draft.unit == draft.submitted_by;
    if own == draft.on_behalf_of_predecessor {
        return Err(Rejection::PredecessorUnclear);
    }
    match &draft.unit_facts {
        UnitFacts::Unknown | UnitFacts::NotValid => Err(Rejection::UnknownUnit {
            unit: draft.unit.clone(),
        }),
        UnitFacts::Valid { assessed } if own => {
            if *assessed {
                Ok(())
            } else {
                Err(Rejection::UnitNotAssessed {
                    unit: draft.unit.clone(),
                })
            }
        }
        UnitFacts::Merged { successor } if *successor == draft.submitted_by => Ok(()),
        UnitFacts::Valid { .. } | UnitFacts::Merged { .. } => Err(Rejection::NotSuccessor {
            unit: draft.unit.clone(),
            submitted_by: draft.submitted_by.clone(),
        }),
    }
}

/// The unit works on the dossier: before it is handed in, or while a supplement is requested.
fn in_hand(papers: &Papers) -> Result<(), Rejection> {
    match &papers.stage {
        Stage::Preparing | Stage::SupplementRequested { .. } => Ok(()),
        Stage::Submitted | Stage::Supplemented { .. } => Err(Rejection::AlreadySubmitted),
        Stage::Withdrawn { .. } => Err(Rejection::AlreadyWithdrawn),
        Stage::Closed { outcome, .. } => Err(closed(*outcome)),
    }
}

const fn closed(outcome: Closure) -> Rejection {
    Rejection::AlreadyClosed { outcome }
}
