//! A person (cá nhân): the only stream with a name in it. Everything else says the person's id.
//!
//! Name and position come sealed: encrypted under a key of that person alone, which is kept apart
//! from the ledger. What two officials agreed to erase is made unreadable by destroying that key;
//! no event is changed. What was recorded before texts were sealed stands in the clear for ever.

use serde::{Deserialize, Serialize};

use super::is_text;
use crate::actor::{Actor, Refusal, Role};
use crate::decider::{Decider, Explain, Issued, Listing, Obstacle, StoredDecider, StoredEvent};
use crate::ids::{PersonId, UnitId};

mod erasure;

pub use erasure::{ErasedDocuments, Erasure, ErasureDropped, ErasureRequest};

/// What a sealed text begins with; no text in the clear may.
pub const SEALED: &str = "sealed:";
/// Bytes of a sealed text, at most: 500 characters, padded, encrypted, in hexadecimal digits.
const SEALED_BYTES_MAX: usize = 8 * 1024;

/// The status of a person whose texts were erased.
pub const ERASED: &str = "ERASED";

/// Whether a text of the record is sealed: unreadable without the person's key.
#[must_use]
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(SEALED)
}

/// What the registry knows of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonDetails {
    /// The person.
    pub person: PersonId,
    /// The name: personal data, nowhere but here; sealed.
    pub name: String,
    /// Position (chức vụ); sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// The unit the person works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// Works inside an assessed unit (R32) rather than outside (R33).
    pub insider: bool,
}

impl PersonDetails {
    /// Whether no text of it can be read without the person's key.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        is_sealed(&self.name) && self.position.as_deref().is_none_or(is_sealed)
    }
}

/// What happened to a person's entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Entered into the registry.
    PersonRegistered(PersonDetails),
    /// Renamed, promoted, moved.
    PersonChanged(PersonDetails),
    /// Somebody asks that the texts be erased.
    PersonErasureRequested(ErasureRequest),
    /// The request was dropped.
    PersonErasureDropped(ErasureDropped),
    /// A second official agreed: the person's key is destroyed.
    PersonErased(Erasure),
    /// Somebody tried what they may not.
    AttemptRefused(Refusal),
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::PersonRegistered(_) => "PersonRegistered",
            Self::PersonChanged(_) => "PersonChanged",
            Self::PersonErasureRequested(_) => "PersonErasureRequested",
            Self::PersonErasureDropped(_) => "PersonErasureDropped",
            Self::PersonErased(_) => "PersonErased",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::PersonRegistered(_)
            | Self::PersonChanged(_)
            | Self::PersonErasureRequested(_)
            | Self::PersonErasureDropped(_)
            | Self::PersonErased(_) => None,
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
    /// Ask that the texts be erased; of an erased person, that more documents go.
    RequestErasure {
        /// What it rests on.
        basis: String,
        /// Which documents are to go.
        documents: Option<ErasedDocuments>,
    },
    /// Drop the request.
    DropErasure,
    /// Agree to the request, as another person than the one who asked.
    Erase,
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
    /// The person's texts were erased; the id is not used again.
    #[error("the person's data was erased")]
    Erased,
    /// Somebody asked already.
    #[error("the erasure was asked for already; another official agrees to it or drops it")]
    ErasureRequested,
    /// Nobody asked.
    #[error("nobody asked for the erasure")]
    ErasureNotRequested,
    /// The one who asked agrees.
    #[error("who asks for an erasure does not agree to it as well: it takes two persons")]
    ErasureNeedsTwo,
    /// A text stands in the clear in an old event.
    #[error(
        "a text of this person was recorded before texts were sealed and cannot be made unreadable"
    )]
    InTheClear,
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownPerson => "person-unknown",
            Self::AlreadyRegistered => "person-already-registered",
            Self::Text(_) => "text-length",
            Self::InsiderWithoutUnit => "person-insider-without-unit",
            Self::Erased => "person-erased",
            Self::ErasureRequested => "erasure-requested-already",
            Self::ErasureNotRequested => "erasure-not-requested",
            Self::ErasureNeedsTwo => "erasure-needs-two",
            Self::InTheClear => "person-in-the-clear",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::AlreadyRegistered
            | Self::Erased
            | Self::ErasureRequested
            | Self::ErasureNotRequested
            | Self::ErasureNeedsTwo
            | Self::InTheClear => Obstacle::State,
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
    Registered(Entry),
    /// Somebody asked for its erasure.
    #[serde(rename_all = "camelCase")]
    ErasureRequested {
        /// The entry.
        entry: Entry,
        /// Who asked, and why.
        request: ErasureRequest,
    },
    /// Its texts cannot be read any more.
    #[serde(rename_all = "camelCase")]
    Erased {
        /// What it was last, sealed for ever.
        details: PersonDetails,
        /// Who asked, and why.
        erasure: Erasure,
        /// Somebody asks that more documents go than did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<ErasureRequest>,
    },
}

/// What is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// As last changed.
    #[serde(flatten)]
    pub details: PersonDetails,
    /// An earlier event has a text in the clear, though the last has none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub once_in_the_clear: bool,
}

impl Entry {
    /// Whether destroying the person's key makes every text unreadable.
    fn is_sealed(&self) -> bool {
        self.details.is_sealed() && !self.once_in_the_clear
    }
}

impl PersonState {
    /// The entry, if there is one.
    #[must_use]
    pub fn details(&self) -> Option<&PersonDetails> {
        match self {
            Self::Unregistered => None,
            Self::Registered(entry) | Self::ErasureRequested { entry, .. } => Some(&entry.details),
            Self::Erased { details, .. } => Some(details),
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
        match issued.command {
            Command::Register(details) => register(state, details),
            Command::Change(details) => change(state, details),
            Command::RequestErasure { basis, documents } => {
                erasure::request(state, basis, documents, issued.by)
            }
            Command::DropErasure => erasure::drop_request(state),
            Command::Erase => erasure::erase(state, &issued.by),
        }
    }

    fn evolve(state: PersonState, event: &Event) -> PersonState {
        match (state, event) {
            (state, Event::PersonRegistered(details) | Event::PersonChanged(details)) => {
                let before = match &state {
                    PersonState::Registered(entry) => Some(entry),
                    PersonState::Unregistered
                    | PersonState::ErasureRequested { .. }
                    | PersonState::Erased { .. } => None,
                };
                let clear = before.is_some_and(|entry| !entry.is_sealed());
                PersonState::Registered(Entry {
                    once_in_the_clear: clear && details.is_sealed(),
                    details: details.clone(),
                })
            }
            (PersonState::Registered(entry), Event::PersonErasureRequested(request)) => {
                PersonState::ErasureRequested {
                    entry,
                    request: request.clone(),
                }
            }
            (PersonState::ErasureRequested { entry, .. }, Event::PersonErasureDropped(_)) => {
                PersonState::Registered(entry)
            }
            (PersonState::ErasureRequested { entry, .. }, Event::PersonErased(erasure)) => {
                PersonState::Erased {
                    details: entry.details,
                    erasure: erasure.clone(),
                    request: None,
                }
            }
            (
                PersonState::Erased {
                    details,
                    erasure,
                    request,
                },
                event,
            ) => erasure::again(details, erasure, request, event),
            (
                state,
                Event::AttemptRefused(_)
                | Event::PersonErasureRequested(_)
                | Event::PersonErasureDropped(_)
                | Event::PersonErased(_),
            ) => state,
        }
    }
}

fn register(state: &PersonState, details: PersonDetails) -> Result<Vec<Event>, Rejection> {
    match state {
        PersonState::Unregistered => {
            check(&details)?;
            Ok(vec![Event::PersonRegistered(details)])
        }
        PersonState::Registered(entry) if entry.details == details => Ok(Vec::new()),
        PersonState::Registered(_) | PersonState::ErasureRequested { .. } => {
            Err(Rejection::AlreadyRegistered)
        }
        PersonState::Erased { .. } => Err(Rejection::Erased),
    }
}

fn change(state: &PersonState, details: PersonDetails) -> Result<Vec<Event>, Rejection> {
    match state {
        PersonState::Unregistered => Err(Rejection::UnknownPerson),
        PersonState::Registered(entry) if entry.details == details => Ok(Vec::new()),
        PersonState::Registered(_) => {
            check(&details)?;
            Ok(vec![Event::PersonChanged(details)])
        }
        PersonState::ErasureRequested { .. } => Err(Rejection::ErasureRequested),
        PersonState::Erased { .. } => Err(Rejection::Erased),
    }
}

impl StoredDecider for Person {
    const CATEGORY: &'static str = "person";

    fn listing(state: &PersonState) -> Listing {
        let status = match state {
            PersonState::Unregistered => "UNREGISTERED",
            PersonState::Registered(_) => "REGISTERED",
            PersonState::ErasureRequested { .. } => "ERASURE_REQUESTED",
            PersonState::Erased { .. } => ERASED,
        };
        Listing {
            unit: state.details().and_then(|d| d.unit.clone()),
            status: status.to_owned(),
            ..Listing::default()
        }
    }
}

/// Whether a role keeps persons' entries: Home Affairs registers nominees, the administrator the
/// persons behind accounts.
#[must_use]
pub fn keeps_persons(role: Role) -> bool {
    KEEPERS.contains(&role)
}

const KEEPERS: [Role; 2] = [Role::HomeAffairs, Role::Administrator];

fn refusal(actor: &Actor, command: &Command) -> Option<Refusal> {
    let action = match command {
        Command::Register(_) => "RegisterPerson",
        Command::Change(_) => "ChangePerson",
        Command::RequestErasure { .. } => "RequestErasure",
        Command::DropErasure => "DropErasure",
        Command::Erase => "ErasePerson",
    };
    Refusal::unless_role(actor, &KEEPERS, action)
}

/// What an entry must hold, before its texts are sealed and afterwards.
///
/// # Errors
/// A text is empty or too long, an insider has no unit.
pub fn check(details: &PersonDetails) -> Result<(), Rejection> {
    let good = |text: &str| {
        if is_sealed(text) {
            text.len() <= SEALED_BYTES_MAX
        } else {
            is_text(text)
        }
    };
    if !good(&details.name) {
        return Err(Rejection::Text("name"));
    }
    if details.position.as_deref().is_some_and(|p| !good(p)) {
        return Err(Rejection::Text("position"));
    }
    if details.insider && details.unit.is_none() {
        return Err(Rejection::InsiderWithoutUnit);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
