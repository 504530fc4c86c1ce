//! Verification: what Home Affairs and the Standing Office do with a submitted dossier.
//!
//! One stream a dossier, `case-<dossier>`: receipt, completeness, supplement, acceptance,
//! findings, and the verdict on each item. Knows no index and no ranking: verdicts arrive computed,
//! and what is recorded here is who saw what, when, and what followed.

mod arrival;
mod authority;
mod check;
pub mod command;
mod eligibility;
pub mod event;
mod finding;
pub mod receipt;
mod rejection;
mod state;
#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};

use crate::actor::{Actor, Refusal};
use crate::calendar::civil_day;
use crate::decider::{Decider, Explain as _, Issued, Listing, StoredDecider};
use crate::text::tidy;

pub use authority::finders;
pub use command::Command;
pub use event::Event;
pub use rejection::Rejection;
pub use state::{CaseFile, CaseState, ItemFile, Receipt, Stage};

/// Longest reason, evidence or other text, in characters.
pub const TEXT_CHARACTERS_MAX: usize = 2_000;
/// Longest number of a stamp or document, in characters.
pub const NUMBER_CHARACTERS_MAX: usize = 100;
/// Most entries of a list in one command.
pub const ENTRIES_MAX: usize = 64;
/// Most items evaluated by one command: two events each must fit into one append of 64.
pub const EVALUATED_ITEMS_MAX: usize = 30;

/// The decider of a case (việc thẩm định một hồ sơ).
#[derive(Debug, Clone, Copy)]
pub struct Case;

impl Decider for Case {
    type State = CaseState;
    type Command = Issued<Command>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &CaseState, issued: Issued<Command>) -> Result<Vec<Event>, Rejection> {
        let Issued { by, at, command } = issued;
        let action = command.name();
        let act = Act {
            by: &by,
            at,
            action,
        };
        match (state, command) {
            (CaseState::NotOpened, Command::OpenCase(open)) => Ok(arrival::open(&act, open)),
            (CaseState::Opened(_), Command::OpenCase(_)) => Err(Rejection::AlreadyOpen),
            (CaseState::NotOpened, _) => Err(Rejection::NoCase),
            (CaseState::Opened(case), command) => decide_opened(&act, case, command),
        }
    }

    fn evolve(state: CaseState, event: &Event) -> CaseState {
        state::evolve(state, event)
    }
}

impl StoredDecider for Case {
    const CATEGORY: &'static str = "case";

    fn listing(state: &CaseState) -> Listing {
        state::listing(state)
    }

    fn denials(state: &CaseState, issued: Issued<Command>, rejection: &Rejection) -> Vec<Event> {
        if matches!(state, CaseState::NotOpened) {
            return Vec::new();
        }
        let denied = Refusal::by_rules(issued.command.name(), &rejection.violations());
        denied.into_iter().map(Event::AttemptRefused).collect()
    }

    fn rule_book(state: &CaseState) -> Option<&str> {
        match state {
            CaseState::NotOpened => None,
            CaseState::Opened(case) => Some(&case.rule_book.digest),
        }
    }
}

fn decide_opened(
    act: &Act<'_>,
    case: &CaseFile,
    command: Command,
) -> Result<Vec<Event>, Rejection> {
    match command {
        Command::OpenCase(_) => Err(Rejection::AlreadyOpen),
        Command::ReceiveDossier(receive) => arrival::receive(act, case, &receive),
        Command::GrantExtension(grant) => arrival::extend(act, case, grant),
        Command::RecordSupplement(supplement) => arrival::supplement(act, case, supplement),
        Command::RecordWithdrawal(withdrawal) => Ok(arrival::withdraw(act, case, withdrawal)),
        Command::CheckCompleteness(check) => check::check(act, case, check),
        Command::ReturnForSupplement(give_back) => check::give_back(act, case, &give_back),
        Command::LapseOverdue(lapse) => check::lapse(act, case, lapse),
        Command::RejectDossier(reject) => check::reject(act, case, &reject),
        Command::AcceptDossier => check::accept(act, case),
        Command::ForwardDossier => check::forward(act, case),
        Command::RecordFinding(finding) => finding::record(act, case, finding),
        Command::RecordEvaluation(evaluation) => eligibility::record(act, case, &evaluation),
    }
}

/// The circumstances of a command.
struct Act<'a> {
    by: &'a Actor,
    at: DateTime<Utc>,
    action: &'static str,
}

impl Act<'_> {
    /// The civil day of the act.
    fn day(&self) -> NaiveDate {
        civil_day(self.at)
    }

    fn wrong_step(&self, case: &CaseFile, wanted: &'static str) -> Rejection {
        Rejection::WrongStep {
            status: case.stage.status(),
            action: self.action,
            wanted,
        }
    }
}

/// A denied attempt, as the one event it is.
fn refused(refusal: Refusal) -> Vec<Event> {
    vec![Event::AttemptRefused(refusal)]
}

/// A text, made comparable, within its bounds.
fn text(field: &'static str, text: &str, characters_max: usize) -> Result<String, Rejection> {
    let text = tidy(text);
    if text.is_empty() || text.chars().count() > characters_max {
        return Err(Rejection::Text {
            field,
            characters_max,
        });
    }
    Ok(text)
}

/// A list within its bound.
fn at_most<T>(field: &'static str, list: &[T], entries_max: usize) -> Result<(), Rejection> {
    if list.len() > entries_max {
        return Err(Rejection::TooMany { field, entries_max });
    }
    Ok(())
}
