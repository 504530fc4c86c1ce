//! The smallest decider with a refusal: counts up until it is closed. Who closes it again is denied
//! that, and the attempt is an event.

use hoso_domain::actor::Refusal;
use hoso_domain::decider::{Decider, Listing, StoredDecider, StoredEvent};
use serde::{Deserialize, Serialize};

/// The decider.
#[derive(Debug)]
pub struct Counter;

/// The folded counter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Number of events.
    pub count: u64,
    /// It refuses from now on.
    pub closed: bool,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub enum Count {
    /// One more.
    Up,
    /// No more.
    Close,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CounterEvent {
    /// One more.
    CountedUp {},
    /// No more.
    CounterClosed {},
    /// Somebody closed it again.
    AttemptRefused(Refusal),
}

/// The counter is closed.
#[derive(Debug, thiserror::Error)]
#[error("the counter is closed")]
pub struct Refused;

impl Decider for Counter {
    type State = Counted;
    type Command = Count;
    type Event = CounterEvent;
    type Rejection = Refused;

    fn decide(state: &Counted, command: Count) -> Result<Vec<CounterEvent>, Refused> {
        if state.closed {
            return Err(Refused);
        }
        Ok(match command {
            Count::Up => vec![CounterEvent::CountedUp {}],
            Count::Close => vec![CounterEvent::CounterClosed {}],
        })
    }

    fn evolve(mut state: Counted, event: &CounterEvent) -> Counted {
        if let CounterEvent::AttemptRefused(_) = event {
            return state;
        }
        state.count += 1;
        state.closed |= matches!(event, CounterEvent::CounterClosed {});
        state
    }
}

impl StoredEvent for CounterEvent {
    fn event_type(&self) -> &'static str {
        match self {
            Self::CountedUp {} => "CountedUp",
            Self::CounterClosed {} => "CounterClosed",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::CountedUp {} | Self::CounterClosed {} => None,
        }
    }
}

impl StoredDecider for Counter {
    const CATEGORY: &'static str = "counter";

    fn listing(state: &Counted) -> Listing {
        Listing {
            status: if state.closed { "CLOSED" } else { "OPEN" }.to_owned(),
            ..Listing::default()
        }
    }

    fn denials(_: &Counted, command: Count, rejection: &Refused) -> Vec<CounterEvent> {
        match command {
            Count::Up => Vec::new(),
            Count::Close => {
                let refusal = Refusal::new("CloseCounter", "C1", rejection.to_string());
                vec![CounterEvent::AttemptRefused(refusal)]
            }
        }
    }
}
