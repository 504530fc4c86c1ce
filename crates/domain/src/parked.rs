//! A person's decision about an event that a service's reactions could not digest: try it again,
//! or skip it. The decision is an event, so that nobody can make a reaction disappear in silence.
//!
//! One stream a consumer, `feed-<service>`. Whether an event is parked, and is the first of its
//! stream, is looked up before; running the reaction is the runtime's work.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::actor::{Refusal, Role};
use crate::decider::{Decider, Explain, Issued, Listing, Obstacle, StoredDecider, StoredEvent};

/// The parked event decided about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParkedEvent {
    /// The service whose reaction could not digest it.
    pub consumer: String,
    /// Its place in the log.
    pub position: u64,
    /// Its stream.
    pub stream: String,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// To be tried again; then those behind it in its stream.
    ParkedEventRetried(ParkedEvent),
    /// To be left undone for ever; those behind it in its stream go on.
    ParkedEventSkipped(ParkedEvent),
    /// Somebody tried what they may not.
    AttemptRefused(Refusal),
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::ParkedEventRetried(_) => "ParkedEventRetried",
            Self::ParkedEventSkipped(_) => "ParkedEventSkipped",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::ParkedEventRetried(_) | Self::ParkedEventSkipped(_) => None,
        }
    }
}

/// What may be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Try it again.
    Retry(ParkedEvent),
    /// Leave it undone.
    Skip(ParkedEvent),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Skipped before, and that is final.
    #[error("the event at position {0} was skipped before")]
    Skipped(u64),
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::Skipped(_) => "parked-event-skipped",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::Skipped(_) => Obstacle::State,
        }
    }
}

/// The decisions about one consumer's parked events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeedState {
    /// Positions that were skipped.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub skipped: BTreeSet<u64>,
}

/// The decider of one consumer's parked events.
#[derive(Debug)]
pub struct Feed;

impl Decider for Feed {
    type State = FeedState;
    type Command = Issued<Command>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &FeedState, issued: Issued<Command>) -> Result<Vec<Event>, Rejection> {
        let (action, parked) = match &issued.command {
            Command::Retry(parked) => ("RetryParkedEvent", parked),
            Command::Skip(parked) => ("SkipParkedEvent", parked),
        };
        if let Some(refusal) = Refusal::unless_role(&issued.by, &[Role::Administrator], action) {
            return Ok(vec![Event::AttemptRefused(refusal)]);
        }
        if state.skipped.contains(&parked.position) {
            return Err(Rejection::Skipped(parked.position));
        }
        Ok(vec![match issued.command {
            Command::Retry(parked) => Event::ParkedEventRetried(parked),
            Command::Skip(parked) => Event::ParkedEventSkipped(parked),
        }])
    }

    fn evolve(mut state: FeedState, event: &Event) -> FeedState {
        match event {
            Event::ParkedEventSkipped(parked) => {
                state.skipped.insert(parked.position);
            }
            Event::ParkedEventRetried(_) | Event::AttemptRefused(_) => {}
        }
        state
    }
}

impl StoredDecider for Feed {
    const CATEGORY: &'static str = "feed";

    fn listing(_state: &FeedState) -> Listing {
        Listing {
            status: "OPEN".to_owned(),
            ..Listing::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Actor;
    use crate::ids::{OfficialId, PersonId, UnitId};

    fn parked(position: u64) -> ParkedEvent {
        ParkedEvent {
            consumer: "ranking".to_owned(),
            position,
            stream: "case-HS-1".to_owned(),
        }
    }

    fn when(state: &FeedState, role: Role, command: Command) -> Result<Vec<Event>, Rejection> {
        let by = Actor {
            official: OfficialId::parse("o").unwrap(),
            person: PersonId::parse("p").unwrap(),
            role,
            agency: UnitId::parse("so-noi-vu").unwrap(),
            on_behalf_of: None,
        };
        let at = "2025-08-01T02:00:00Z".parse().unwrap();
        Feed::decide(state, Issued { by, at, command })
    }

    #[test]
    fn an_administrator_retries_as_often_as_it_takes_and_skips_once() {
        let mut state = FeedState::default();
        for _ in 0..2 {
            let events = when(&state, Role::Administrator, Command::Retry(parked(7))).unwrap();
            assert_eq!(events, [Event::ParkedEventRetried(parked(7))]);
            state = Feed::evolve(state, &events[0]);
        }
        let events = when(&state, Role::Administrator, Command::Skip(parked(7))).unwrap();
        assert_eq!(events, [Event::ParkedEventSkipped(parked(7))]);
        let state = Feed::evolve(state, &events[0]);
        for command in [Command::Skip(parked(7)), Command::Retry(parked(7))] {
            assert_eq!(
                when(&state, Role::Administrator, command),
                Err(Rejection::Skipped(7))
            );
        }
    }

    #[test]
    fn nobody_else_decides_about_parked_events() {
        for role in [Role::Auditor, Role::System, Role::Chairman] {
            let events = when(&FeedState::default(), role, Command::Skip(parked(7))).unwrap();
            assert!(
                matches!(events.as_slice(), [Event::AttemptRefused(_)]),
                "{role:?}"
            );
        }
    }
}
