//! An initiative (sáng kiến) as a council assessed it: recognised or not, by which document, when.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::is_text;
use crate::actor::{Actor, Refusal, Role};
use crate::decider::{Decider, Explain, Issued, Listing, Obstacle, StoredDecider, StoredEvent};
use crate::ids::{InitiativeId, SubjectId};

/// A council assessed the initiative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InitiativeAssessed {
    /// The initiative.
    pub initiative: InitiativeId,
    /// What it is called.
    pub title: String,
    /// Its author: a person's id, or a unit's for a collective. Never a name.
    pub author: SubjectId,
    /// The council (Hội đồng Sáng kiến tỉnh).
    pub council: String,
    /// Number of the document that recognises or denies it.
    pub document: String,
    /// Date of that document.
    pub date: NaiveDate,
    /// The batch (đợt) it was assessed in.
    pub batch: String,
    /// Recognised (công nhận), or not.
    pub recognised: bool,
}

/// What happened to an initiative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Assessed, for the first time or again.
    InitiativeAssessed(InitiativeAssessed),
    /// Somebody tried what they may not.
    AttemptRefused(Refusal),
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::InitiativeAssessed(_) => "InitiativeAssessed",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::InitiativeAssessed(_) => None,
        }
    }
}

/// What may be asked of an initiative's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Record the council's result; the same again changes nothing.
    Assess(InitiativeAssessed),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A newer result is known.
    #[error("a result of {0} is recorded, which is later")]
    Superseded(NaiveDate),
    /// A required text is empty or too long.
    #[error("{0} must have 1 to 500 characters")]
    Text(&'static str),
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::Superseded(_) => "initiative-superseded",
            Self::Text(_) => "text-length",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::Superseded(_) => Obstacle::State,
            Self::Text(_) => Obstacle::Input,
        }
    }
}

/// An initiative's last result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum InitiativeState {
    /// Never assessed.
    #[default]
    Unassessed,
    /// Assessed; the last result counts.
    Assessed(InitiativeAssessed),
}

impl InitiativeState {
    /// The last result, if there is one.
    #[must_use]
    pub fn result(&self) -> Option<&InitiativeAssessed> {
        match self {
            Self::Unassessed => None,
            Self::Assessed(result) => Some(result),
        }
    }
}

/// The initiative's decider.
#[derive(Debug)]
pub struct Initiative;

impl Decider for Initiative {
    type State = InitiativeState;
    type Command = Issued<Command>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &InitiativeState, issued: Issued<Command>) -> Result<Vec<Event>, Rejection> {
        if let Some(refusal) = refusal(&issued.by) {
            return Ok(vec![Event::AttemptRefused(refusal)]);
        }
        let Command::Assess(assessed) = issued.command;
        check(&assessed)?;
        match state.result() {
            Some(known) if *known == assessed => Ok(Vec::new()),
            Some(known) if assessed.date < known.date => Err(Rejection::Superseded(known.date)),
            Some(_) | None => Ok(vec![Event::InitiativeAssessed(assessed)]),
        }
    }

    fn evolve(state: InitiativeState, event: &Event) -> InitiativeState {
        match event {
            Event::InitiativeAssessed(assessed) => InitiativeState::Assessed(assessed.clone()),
            Event::AttemptRefused(_) => state,
        }
    }
}

impl StoredDecider for Initiative {
    const CATEGORY: &'static str = "initiative";

    fn listing(state: &InitiativeState) -> Listing {
        let status = match state.result() {
            None => "UNASSESSED",
            Some(result) if result.recognised => "RECOGNISED",
            Some(_) => "NOT_RECOGNISED",
        };
        Listing {
            status: status.to_owned(),
            ..Listing::default()
        }
    }
}

fn refusal(actor: &Actor) -> Option<Refusal> {
    let roles = [Role::HomeAffairs, Role::InitiativeCouncil];
    Refusal::unless_role(actor, &roles, "AssessInitiative")
}

fn check(assessed: &InitiativeAssessed) -> Result<(), Rejection> {
    for (field, text) in [
        ("title", &assessed.title),
        ("council", &assessed.council),
        ("document", &assessed.document),
        ("batch", &assessed.batch),
    ] {
        if !is_text(text) {
            return Err(Rejection::Text(field));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
