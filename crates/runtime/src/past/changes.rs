//! What changed in a stream between two moments: field by field, and by which events.

use std::collections::BTreeSet;

use hoso_domain::decider::StoredDecider;
use hoso_ledger::execute::decode;
use hoso_ledger::{Ledger, LedgerError, Position, RecordedEvent, StreamName};
use serde::Serialize;
use serde_json::Value;

use super::fields::{FieldChange, differences, touches};
use super::{Moment, Step, steps, until};

/// One field that is not at the one moment what it is at the other.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The stream.
    pub stream: String,
    /// JSON Pointer (RFC 6901) of the field in the stream's state.
    pub path: String,
    /// Its value at the first moment; absent if there was no such field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// Its value at the second moment; absent if there is no such field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
    /// The events between the moments that touched the field, in the order of the log, without
    /// their data: the last one made it what it is.
    pub by: Vec<Step>,
}

/// A stream folded up to a moment, and what each event of it touched.
#[derive(Debug, Default)]
pub struct Side {
    /// The state, as it is stored.
    pub state: Value,
    events: Vec<RecordedEvent>,
    touched: Vec<(Position, Vec<String>)>,
}

/// Folds the events of one stream and says of each which fields it touched.
pub type Folding = fn(&[RecordedEvent], Position) -> Result<Side, LedgerError>;

impl Side {
    /// Folds events by the decider of their category. Fields are looked at from the first event
    /// behind `after` on; those before are folded only.
    ///
    /// # Errors
    /// `Corrupt` for an event this version does not know.
    pub fn fold<D: StoredDecider>(
        events: &[RecordedEvent],
        after: Position,
    ) -> Result<Self, LedgerError> {
        let mut state = D::State::default();
        let mut last = None;
        let mut touched = Vec::new();
        for event in events {
            if event.position > after && last.is_none() {
                last = Some(value(&state)?);
            }
            state = D::evolve(state, &decode::<D>(event)?);
            if let Some(before) = &mut last {
                let now = value(&state)?;
                let paths = differences(before, &now).into_iter().map(|c| c.path);
                touched.push((event.position, paths.collect()));
                *before = now;
            }
        }
        Ok(Self {
            state: last.map_or_else(|| value(&state), Ok)?,
            events: events.to_vec(),
            touched,
        })
    }

    fn positions(&self) -> BTreeSet<Position> {
        self.events.iter().map(|event| event.position).collect()
    }

    fn touching<'a>(&'a self, path: &'a str) -> impl Iterator<Item = Position> + 'a {
        let touching = move |(_, paths): &&(Position, Vec<String>)| {
            paths.iter().any(|touched| touches(touched, path))
        };
        self.touched.iter().filter(touching).map(|(at, _)| *at)
    }
}

/// The state as it is stored beside its stream.
fn value<S: Serialize>(state: &S) -> Result<Value, LedgerError> {
    serde_json::to_value(state).map_err(|error| LedgerError::Corrupt {
        reason: format!("a state cannot be written as JSON: {error}"),
    })
}

/// What changed in a stream from one moment to another; the second may be the earlier one.
///
/// # Errors
/// The ledger's, or `Corrupt` for an event this version does not know.
pub async fn changes(
    ledger: &dyn Ledger,
    stream: &StreamName,
    [from, to]: [Moment; 2],
    fold: Folding,
) -> Result<Vec<Change>, LedgerError> {
    let before = until(ledger, stream, from).await?;
    let after = until(ledger, stream, to).await?;
    let common = before
        .iter()
        .zip(&after)
        .take_while(|(one, other)| one.position == other.position)
        .last()
        .map_or(0, |(one, _)| one.position);
    let (before, after) = (fold(&before, common)?, fold(&after, common)?);
    let mut told = Vec::new();
    for change in differences(&before.state, &after.state) {
        let events = causes(&before, &after, &change);
        let mut by = steps(ledger, &events).await?;
        for step in &mut by {
            step.data = None;
        }
        told.push(Change {
            stream: stream.as_str().to_owned(),
            path: change.path,
            from: change.from,
            to: change.to,
            by,
        });
    }
    Ok(told)
}

/// The events that only one of the moments includes and that touched the field. An event that both
/// include is named only where there is no such one: it then does on what was before it something
/// else than it did.
fn causes(before: &Side, after: &Side, change: &FieldChange) -> Vec<RecordedEvent> {
    let (in_before, in_after) = (before.positions(), after.positions());
    let touching: BTreeSet<Position> = before
        .touching(&change.path)
        .chain(after.touching(&change.path))
        .collect();
    let between: BTreeSet<Position> = touching
        .iter()
        .copied()
        .filter(|at| in_before.contains(at) != in_after.contains(at))
        .collect();
    let named = if between.is_empty() {
        touching
    } else {
        between
    };
    let mut events: Vec<RecordedEvent> = Vec::with_capacity(named.len());
    for event in before.events.iter().chain(&after.events) {
        let known = events.iter().any(|one| one.position == event.position);
        if named.contains(&event.position) && !known {
            events.push(event.clone());
        }
    }
    events.sort_by_key(|event| event.position);
    events
}
