//! What the ledger gives back besides events: stream rows, pages, commands, parked events.

use hoso_domain::decider::Listing;
use uuid::Uuid;

use crate::event::{Position, StreamName};

/// A stream's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRecord {
    /// The stream.
    pub stream: StreamName,
    /// Number of its events.
    pub version: u64,
    /// Position of its last event.
    pub last_position: Position,
    /// The folded state as JSON.
    pub state: String,
    /// The columns lists are filtered by.
    pub listing: Listing,
}

/// Which streams of one category, from which on. Every `Some` must match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamQuery {
    /// The category, such as `dossier`.
    pub category: String,
    /// Only of this round.
    pub round: Option<String>,
    /// Only of this unit.
    pub unit: Option<String>,
    /// Only with this status.
    pub status: Option<String>,
    /// Only due on this day or before.
    pub due_until: Option<chrono::NaiveDate>,
    /// Only streams whose name sorts behind this one (byte order).
    pub after: Option<StreamName>,
    /// At most so many, 1 to 1000.
    pub limit: u32,
}

/// A page of streams, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamPage {
    /// The rows.
    pub rows: Vec<StreamRecord>,
    /// More rows follow behind the last.
    pub more: bool,
}

/// What an accepted command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRecord {
    /// The command.
    pub command: Uuid,
    /// Digest of the request behind it.
    pub digest: [u8; 32],
    /// The stream it went to.
    pub stream: StreamName,
    /// First position.
    pub first_position: Position,
    /// Number of events.
    pub count: u32,
    /// Version of the stream after it.
    pub version: u64,
}

/// Which commands, from which on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandQuery {
    /// Only commands whose id sorts behind this one (byte order).
    pub after: Option<Uuid>,
    /// Only commands whose first position is not before this.
    pub from: Position,
    /// Only commands whose first position is not behind this.
    pub until: Position,
    /// At most so many, 1 to 1000.
    pub limit: u32,
}

/// A signed checkpoint that is kept beside the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// In which order it was kept: 1, 2, 3 …
    pub seq: u64,
    /// Events it is for.
    pub size: u64,
    /// When it was kept.
    pub recorded_at: chrono::DateTime<chrono::Utc>,
    /// The signed note, as it was signed.
    pub note: String,
}

/// What became of a parked event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParkedStatus {
    /// Waits for a person.
    Waiting,
    /// Ran again with success.
    Retried,
    /// A person decided to skip it.
    Skipped,
}

/// An event that a consumer could not digest, or one that queues behind such a one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// The consumer.
    pub consumer: String,
    /// The event's position.
    pub position: Position,
    /// Its stream; later events of it queue behind.
    pub stream: StreamName,
    /// Why, in words; at most 2 000 characters.
    pub reason: String,
    /// What became of it.
    pub status: ParkedStatus,
}
