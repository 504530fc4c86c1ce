//! The one shape of every decision: state and command in, events or a rejection out.
//!
//! Synchronous and pure on purpose. What a decision needs to know is looked up first and put into
//! the command, so that the same stream replays to the same events for ever.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Refusal};
use crate::ids::{DossierId, ItemId, RoundId, UnitId};

/// A stream's decisions.
pub trait Decider {
    /// The folded stream. `Default` is the state before the first event.
    type State: Default;
    /// What somebody asks for.
    type Command;
    /// What happened.
    type Event;
    /// Why not: the caller's mistake, answered and not recorded.
    type Rejection: std::error::Error;

    /// Decides a command. A denied attempt at a decision is an `Ok` with a refusal event, because
    /// auditors ask for refusals.
    ///
    /// # Errors
    /// The rejection says what stands in the way.
    fn decide(
        state: &Self::State,
        command: Self::Command,
    ) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// Folds one event. Never refuses: the fact already happened.
    fn evolve(state: Self::State, event: &Self::Event) -> Self::State;
}

/// What a rejection is about: the caller hears 409 for the one, 422 for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// What has already happened stands in the way; the same command could have been right earlier or later.
    State,
    /// What was asked is wrong in itself.
    Input,
}

/// One rule that stands in the way of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule's id, such as `R43`.
    pub rule: &'static str,
    /// Where it is written.
    pub citation: &'static str,
    /// The item it concerns.
    pub item: Option<ItemId>,
    /// Why it is not met, in words.
    pub reason: String,
}

/// A rejection that can be told to a client without knowing the aggregate. `Display` is the detail.
pub trait Explain: std::error::Error {
    /// Stable code in kebab-case; `docs/errors/<code>.md` explains it.
    fn code(&self) -> &'static str;
    /// What it is about.
    fn obstacle(&self) -> Obstacle;
    /// The rules that stand in the way, if it is rules.
    fn violations(&self) -> Vec<Violation> {
        Vec::new()
    }
}

/// A command as it was issued: by whom, in which capacity, and for which moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued<C> {
    /// The official and the capacity acted in.
    pub by: Actor,
    /// When the act takes effect (for paper, the stamp's time); the ledger adds when it was recorded.
    pub at: DateTime<Utc>,
    /// What is asked.
    pub command: C,
}

/// What a stored event must be able to say about itself.
///
/// An event enum serialises externally tagged in camelCase, for instance
/// `{"dossierDrafted": {"dossier": "HS-1"}}`: the proto3 JSON form of a message with one `oneof`.
pub trait StoredEvent: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The event's name, for ever: the variant's name, such as `DossierDrafted`.
    fn event_type(&self) -> &'static str;
    /// Version of the event's schema; 1 until a field's meaning had to change under a new name.
    fn schema_version(&self) -> u16 {
        1
    }
    /// The dossiers whose path this event belongs to, besides the stream's own.
    fn dossiers(&self) -> Vec<DossierId> {
        Vec::new()
    }
    /// The refusal, if this event records a denied attempt at a decision.
    fn refusal(&self) -> Option<&Refusal> {
        None
    }
}

/// A decider whose stream is stored: its category, and the columns its list is filtered by.
pub trait StoredDecider: Decider<State: StoredState, Event: StoredEvent> {
    /// Stream category, such as `dossier`; stream names are `<category>-<id>`.
    const CATEGORY: &'static str;
    /// The row that lists are read from.
    fn listing(state: &Self::State) -> Listing;
    /// The denied attempt, as events, where a rule stood in the way of a person's command: recorded
    /// before the rejection is answered. Empty where the rejection is only the caller's mistake. Not
    /// asked for a reaction's command: it attempts nothing.
    fn denials(
        _state: &Self::State,
        _command: Self::Command,
        _rejection: &Self::Rejection,
    ) -> Vec<Self::Event> {
        Vec::new()
    }
    /// Digest of the rule book the stream is decided under, `sha256:<hex>`; `None` where no rule
    /// book has a say, as in the registry.
    fn rule_book(_state: &Self::State) -> Option<&str> {
        None
    }
}

/// A state that is stored beside its stream, as JSON.
pub trait StoredState:
    Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static
{
}
impl<T: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static> StoredState for T {}

/// The columns a list of streams is filtered by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    /// The round the stream belongs to.
    pub round: Option<RoundId>,
    /// The unit it is about.
    pub unit: Option<UnitId>,
    /// The dossier whose path every event of the stream belongs to.
    pub dossier: Option<DossierId>,
    /// Status in words, such as `SUBMITTED`.
    pub status: String,
    /// The day by which somebody must act.
    pub due: Option<chrono::NaiveDate>,
}
