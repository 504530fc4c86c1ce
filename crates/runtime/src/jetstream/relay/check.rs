//! Asking the stream where it stands, and whether what it holds is what the ledger holds.

use async_nats::jetstream::stream::State;
use hoso_ledger::{Position, RecordedEvent};

use super::{Relay, Stop};
use crate::jetstream::alarm::{Alarm, Why};
use crate::jetstream::message;
use crate::jetstream::stream::{self, Shape, StreamError};

impl Relay {
    /// The stream's last sequence, once it is there and holds what the ledger holds: the last
    /// message, and one earlier by chance. Makes the stream where there is none.
    pub(super) async fn check(&mut self) -> Result<Position, Stop> {
        if !self.nats.is_up() {
            self.wait("NATS is not connected".to_owned());
            self.nats.up().await;
        }
        let (config, state) = match stream::state(self.nats.context()).await? {
            Some(found) => found,
            None => self.create().await?,
        };
        // The head is read after the stream: what is published was in the ledger before.
        let head = self.ledger.head().await?;
        let (first, last) = (state.first_sequence, state.last_sequence);
        if let Some(what) = stream::unfit(&config) {
            let what = what.to_owned();
            return Err(alarm(last, Why::Unfit { what }));
        }
        if last > head {
            let (stream, ledger) = (last, head);
            return Err(alarm(head, Why::Ahead { stream, ledger }));
        }
        if let Some(holes) = holes(&state) {
            return Err(alarm(first, holes));
        }
        if state.messages > 0 {
            self.compare(last).await?;
            if let Some(earlier) = self.draw(first, last) {
                self.compare(earlier).await?;
            }
        }
        if last < self.reached {
            metrics::counter!("hoso_relay_rewinds_total").increment(1);
            tracing::warn!(
                last,
                reached = self.reached,
                "the stream has lost messages: it ends at {last} and had {}; they are published \
                 again",
                self.reached
            );
            self.reached = last;
        }
        Ok(last)
    }

    async fn create(&self) -> Result<(async_nats::jetstream::stream::Config, State), Stop> {
        let head = self.ledger.head().await?;
        let shape = Shape {
            first: head.saturating_sub(self.options.refill_max) + 1,
            messages_max: self.options.messages_max,
            replicas: self.options.replicas,
        };
        tracing::warn!(
            first = shape.first,
            "there is no stream: it is made, and filled from position {}",
            shape.first
        );
        stream::create(self.nats.context(), shape).await?;
        let found = stream::state(self.nats.context()).await?;
        found.ok_or_else(|| Stop::again("the stream that was just made is gone"))
    }

    /// Holds a message against the ledger's event.
    async fn compare(&self, position: Position) -> Result<(), Stop> {
        let missing = || StreamError::Unavailable(format!("message {position} is not there"));
        let found = stream::message(self.nats.context(), position).await?;
        let found = found.ok_or_else(missing)?;
        let event = match message::decode(position, &found.payload) {
            Ok(event) => event,
            Err(error) => {
                let reason = error.to_string();
                return Err(alarm(position, Why::Foreign { reason }));
            }
        };
        let rows = self.ledger.read_all(position - 1, 1).await?;
        let row = rows.first().filter(|row| row.position == position);
        let row = row.ok_or_else(|| Stop::again("the ledger's event is not there"))?;
        let subject = message::subject(row);
        match difference(&event, row) {
            Some(what) => Err(alarm(position, Why::Differs { position, what })),
            None if found.subject.as_str() != subject => {
                let what = "subject";
                Err(alarm(position, Why::Differs { position, what }))
            }
            None => Ok(()),
        }
    }

    /// A position before the last, by chance.
    fn draw(&mut self, first: Position, last: Position) -> Option<Position> {
        let span = last.checked_sub(first).filter(|span| *span > 0)?;
        self.draws = self.draws.wrapping_add(1);
        Some(first + scramble(self.options.seed.wrapping_add(self.draws)) % span)
    }
}

fn alarm(position: Position, why: Why) -> Stop {
    Stop::Alarm(Alarm { position, why })
}

/// Messages in the middle that are gone. An empty stream has none, wherever it begins.
fn holes(state: &State) -> Option<Why> {
    let (first, last, messages) = (state.first_sequence, state.last_sequence, state.messages);
    let whole = messages == 0 || first.checked_add(messages) == last.checked_add(1);
    (!whole).then_some(Why::Holes {
        first,
        last,
        messages,
    })
}

/// The first part in which two events differ.
fn difference(one: &RecordedEvent, other: &RecordedEvent) -> Option<&'static str> {
    let parts = [
        (one.id == other.id, "event id"),
        (one.stream == other.stream, "stream"),
        (one.version == other.version, "version"),
        (one.event_type == other.event_type, "type"),
        (one.sha256 == other.sha256, "digest of the data"),
        (one.command == other.command, "command"),
        (one.recorded_at == other.recorded_at, "recording time"),
        (one == other, "something about who and why"),
    ];
    parts
        .into_iter()
        .find_map(|(same, what)| (!same).then_some(what))
}

/// Spreads consecutive numbers over all numbers (the finalizer of `SplitMix64`).
fn scramble(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
