//! The past: what a stream was at a moment, what changed between two, by whom and why.
//!
//! Everything here is folded from the events each time, never read from a stored state: it is what
//! the log says. Knows no event; the decider of a category folds its own.

mod changes;
mod fields;
mod moment;
mod step;

use hoso_domain::decider::StoredDecider;
use hoso_ledger::execute::decode;
use hoso_ledger::{Ledger, LedgerError, Position, RecordedEvent, StreamName};

pub use changes::{Change, Folding, Side, changes};
pub use fields::{FieldChange, differences};
pub use moment::{Moment, MomentError, Recorded};
pub use step::{DelegationUsed, Step, service_of, steps};

/// Events read at a time.
const PAGE_EVENTS: u32 = 500;

/// A stream as it was at a moment.
#[derive(Debug, Clone)]
pub struct Then<S> {
    /// The folded state.
    pub state: S,
    /// Number of events folded.
    pub version: u64,
    /// Position of the last of them; 0 if there was none.
    pub position: Position,
}

/// Folds a stream as of a moment; version 0 if it did not exist.
///
/// # Errors
/// The ledger's, or `Corrupt` for an event this version does not know.
pub async fn then<D: StoredDecider>(
    ledger: &dyn Ledger,
    stream: &StreamName,
    moment: Moment,
) -> Result<Then<D::State>, LedgerError> {
    let mut then = Then {
        state: D::State::default(),
        version: 0,
        position: 0,
    };
    for event in until(ledger, stream, moment).await? {
        then.state = D::evolve(then.state, &decode::<D>(&event)?);
        then.version += 1;
        then.position = event.position;
    }
    Ok(then)
}

/// The events of a stream that a moment includes, in the order of the log.
///
/// # Errors
/// The ledger's.
pub async fn until(
    ledger: &dyn Ledger,
    stream: &StreamName,
    moment: Moment,
) -> Result<Vec<RecordedEvent>, LedgerError> {
    let mut events = Vec::new();
    let mut after = 0;
    loop {
        let page = ledger.read_stream(stream, after, PAGE_EVENTS).await?;
        let Some(last) = page.last().map(|event| event.version) else {
            return Ok(events);
        };
        let over = page.iter().any(|event| !moment.knows(event));
        events.extend(page.into_iter().filter(|event| moment.includes(event)));
        if over {
            return Ok(events);
        }
        after = last;
    }
}

/// The events on a dossier's path that a moment includes, in the order of the log.
///
/// # Errors
/// The ledger's.
pub async fn path_until(
    ledger: &dyn Ledger,
    dossier: &hoso_domain::ids::DossierId,
    moment: Moment,
) -> Result<Vec<RecordedEvent>, LedgerError> {
    let mut events = Vec::new();
    let mut after = 0;
    loop {
        let page = ledger.read_dossier(dossier, after, PAGE_EVENTS).await?;
        let Some(last) = page.last().map(|event| event.position) else {
            return Ok(events);
        };
        let over = page.iter().any(|event| !moment.knows(event));
        events.extend(page.into_iter().filter(|event| moment.includes(event)));
        if over {
            return Ok(events);
        }
        after = last;
    }
}
