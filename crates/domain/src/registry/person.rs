//! A person (cá nhân): the only stream with a name in it. Everything else says the person's id.

use serde::{Deserialize, Serialize};

use super::is_text;
use crate::actor::{Actor, Refusal, Role};
use crate::decider::{Decider, Explain, Issued, Listing, Obstacle, StoredDecider, StoredEvent};
use crate::ids::{PersonId, UnitId};

/// What the registry knows of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonDetails {
    /// The person.
    pub person: PersonId,
    /// The name: personal data, nowhere but here.
    pub name: String,
    /// Position (chức vụ).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// The unit the person works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// Works inside an assessed unit (R32) rather than outside (R33).
    pub insider: bool,
}

/// What happened to a person's entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Entered into the registry.
    PersonRegistered(PersonDetails),
    /// Renamed, promoted, moved.
    PersonChanged(PersonDetails),
    /// Somebody tried what they may not.
    AttemptRefused(Refusal),
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::PersonRegistered(_) => "PersonRegistered",
            Self::PersonChanged(_) => "PersonChanged",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::PersonRegistered(_) | Self::PersonChanged(_) => None,
        }
    }
}

/// What may be asked of a person's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Enter a person.
    Register(PersonDetails),
    /// Change the entry.
    Change(PersonDetails),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such person.
    #[error("the person is not in the registry")]
    UnknownPerson,
    /// There is one already.
    #[error("the person is in the registry already, with other details")]
    AlreadyRegistered,
    /// A required text is empty or too long.
    #[error("{0} must have 1 to 500 characters")]
    Text(&'static str),
    /// An insider without a unit.
    #[error("an insider needs the unit the person works in")]
    InsiderWithoutUnit,
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownPerson => "person-unknown",
            Self::AlreadyRegistered => "person-already-registered",
            Self::Text(_) => "text-length",
            Self::InsiderWithoutUnit => "person-insider-without-unit",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::AlreadyRegistered => Obstacle::State,
            Self::UnknownPerson | Self::Text(_) | Self::InsiderWithoutUnit => Obstacle::Input,
        }
    }
}

/// A person's entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PersonState {
    /// Never registered.
    #[default]
    Unregistered,
    /// Registered, as last changed.
    Registered(PersonDetails),
}

impl PersonState {
    /// The entry, if there is one.
    #[must_use]
    pub fn details(&self) -> Option<&PersonDetails> {
        match self {
            Self::Unregistered => None,
            Self::Registered(details) => Some(details),
        }
    }
}

/// The person's decider.
#[derive(Debug)]
pub struct Person;

impl Decider for Person {
    type State = PersonState;
    type Command = Issued<Command>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &PersonState, issued: Issued<Command>) -> Result<Vec<Event>, Rejection> {
        if let Some(refusal) = refusal(&issued.by, &issued.command) {
            return Ok(vec![Event::AttemptRefused(refusal)]);
        }
        match (issued.command, state.details()) {
            (Command::Register(details) | Command::Change(details), Some(known))
                if *known == details =>
            {
                Ok(Vec::new())
            }
            (Command::Register(_), Some(_)) => Err(Rejection::AlreadyRegistered),
            (Command::Register(details), None) => {
                check(&details)?;
                Ok(vec![Event::PersonRegistered(details)])
            }
            (Command::Change(_), None) => Err(Rejection::UnknownPerson),
            (Command::Change(details), Some(_)) => {
                check(&details)?;
                Ok(vec![Event::PersonChanged(details)])
            }
        }
    }

    fn evolve(state: PersonState, event: &Event) -> PersonState {
        match event {
            Event::PersonRegistered(details) | Event::PersonChanged(details) => {
                PersonState::Registered(details.clone())
            }
            Event::AttemptRefused(_) => state,
        }
    }
}

impl StoredDecider for Person {
    const CATEGORY: &'static str = "person";

    fn listing(state: &PersonState) -> Listing {
        let status = match state {
            PersonState::Unregistered => "UNREGISTERED",
            PersonState::Registered(_) => "REGISTERED",
        };
        Listing {
            unit: state.details().and_then(|d| d.unit.clone()),
            status: status.to_owned(),
            ..Listing::default()
        }
    }
}

/// Home Affairs registers nominees; the administrator the persons behind accounts.
fn refusal(actor: &Actor, command: &Command) -> Option<Refusal> {
    let action = match command {
        Command::Register(_) => "RegisterPerson",
        Command::Change(_) => "ChangePerson",
    };
    Refusal::unless_role(actor, &[Role::HomeAffairs, Role::Administrator], action)
}

fn check(details: &PersonDetails) -> Result<(), Rejection> {
    if !is_text(&details.name) {
        return Err(Rejection::Text("name"));
    }
    if details.position.as_deref().is_some_and(|p| !is_text(p)) {
        return Err(Rejection::Text("position"));
    }
    if details.insider && details.unit.is_none() {
        return Err(Rejection::InsiderWithoutUnit);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
