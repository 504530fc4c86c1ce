//! What one append carries: one command, one stream, its events, its new row, and a cursor.

use chrono::NaiveDate;
use hoso_domain::decider::Listing;
use uuid::Uuid;

use crate::event::{Metadata, NewEvent, Position, StreamName};

/// The version a command expects the stream to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// Exactly this many events; 0 for a stream that does not exist yet.
    Exactly(u64),
}

/// The stream's row after the append: state and list columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRow {
    /// The stream.
    pub stream: StreamName,
    /// Its version after the append.
    pub version: u64,
    /// The folded state as JSON.
    pub state: String,
    /// The columns lists are filtered by.
    pub listing: Listing,
}

impl StreamRow {
    /// The day by which somebody must act.
    #[must_use]
    pub fn due(&self) -> Option<NaiveDate> {
        self.listing.due
    }
}

/// A consumer's cursor moving from one position to a later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorMove {
    /// The consumer.
    pub consumer: String,
    /// Where it must stand now.
    pub from: Position,
    /// Where it stands afterwards; not before `from`.
    pub to: Position,
}

/// One command's events for one stream. All or nothing.
#[derive(Debug, Clone)]
pub struct Append {
    /// Command id: the same id and digest is answered with the first result, for ever.
    pub command: Uuid,
    /// Digest of the request behind the command.
    pub digest: [u8; 32],
    /// The version the decision was made on.
    pub expected: ExpectedVersion,
    /// Events, 0 to 64. With none only the command and the cursor are recorded.
    pub events: Vec<NewEvent>,
    /// Who and why.
    pub metadata: Metadata,
    /// The row after the append.
    pub row: StreamRow,
    /// For a reaction: its cursor moves with its effect.
    pub cursor: Option<CursorMove>,
}

/// An accepted append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// First position; the head where there were no events.
    pub first_position: Position,
    /// Number of events.
    pub count: u32,
    /// Version of the stream after it.
    pub version: u64,
    /// This command had been accepted before; nothing was appended now.
    pub duplicate: bool,
}
