//! The dossier (hồ sơ) on the unit's side: what is in it, what happens to it, what may be done.
//!
//! One dossier holds many items; their eligibility and outcome are not known here.

pub mod command;
pub mod content;
mod decide;
pub mod event;
pub mod facts;
mod rejection;
mod stage;
mod state;
#[cfg(test)]
mod tests;

use crate::decider::{Decider, Issued, Listing, StoredDecider};

pub use command::Command;
pub use content::{
    Addressee, Channel, DossierContent, MinutesSummary, ProposalSummary, ProposedItem,
    ReportSummary, Voting,
};
pub use decide::{DOCUMENTS_MAX, ITEMS_MAX, TEXT_CHARS_MAX};
pub use event::{Closure, Event};
pub use rejection::Rejection;
pub use stage::{Since, Stage};
pub use state::{DossierState, HandedIn, Judgement, Papers, Report};

/// The dossier's decisions; streams `dossier-<id>`.
#[derive(Debug, Clone, Copy)]
pub struct Dossier;

impl Decider for Dossier {
    type State = DossierState;
    type Command = Issued<Command>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &DossierState, command: Issued<Command>) -> Result<Vec<Event>, Rejection> {
        decide::decide(state, command)
    }

    fn evolve(state: DossierState, event: &Event) -> DossierState {
        state.evolve(event)
    }
}

impl StoredDecider for Dossier {
    const CATEGORY: &'static str = "dossier";

    /// `unit` is the unit that submits: its officials are the ones who see the dossier.
    fn listing(state: &DossierState) -> Listing {
        let Some(papers) = state.papers() else {
            return Listing::default();
        };
        let due = match &papers.stage {
            Stage::SupplementRequested { request, .. } => Some(request.due_on),
            Stage::Preparing
            | Stage::Submitted
            | Stage::Supplemented { .. }
            | Stage::Withdrawn { .. }
            | Stage::Closed { .. } => None,
        };
        Listing {
            round: Some(papers.head.round.clone()),
            unit: Some(papers.head.submitted_by.clone()),
            dossier: Some(papers.head.dossier.clone()),
            status: papers.status().to_owned(),
            due,
        }
    }

    fn rule_book(state: &DossierState) -> Option<&str> {
        state
            .papers()
            .map(|papers| papers.head.rule_book.digest.as_str())
    }
}
