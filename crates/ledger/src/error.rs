//! What an append or a read can answer instead of a result.

use crate::event::{Position, StreamName};

/// Why the ledger did not do it.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The stream has moved on: reload and decide again.
    #[error("stream {stream} is at version {actual}, expected {expected}")]
    Conflict {
        /// The stream.
        stream: StreamName,
        /// Version the command was decided on.
        expected: u64,
        /// Version it has.
        actual: u64,
    },
    /// The command id was used before, for another request.
    #[error("command {command} was used before for another request")]
    DigestMismatch {
        /// The command.
        command: uuid::Uuid,
    },
    /// The consumer's cursor stands elsewhere: another replica was faster.
    #[error("cursor of {consumer} stands at {actual}, expected {expected}")]
    CursorConflict {
        /// The consumer.
        consumer: String,
        /// Where it should have stood.
        expected: Position,
        /// Where it stands.
        actual: Position,
    },
    /// No event of this consumer is parked there.
    #[error("nothing of {consumer} is parked at {position}")]
    NotParked {
        /// The consumer.
        consumer: String,
        /// The position asked for.
        position: Position,
    },
    /// Beyond a limit of the ledger; names it.
    #[error("{what} is over its limit of {limit}")]
    Limit {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// No answer in time, or the ledger is closed: the outcome is unknown, retry with the same id.
    #[error("the ledger did not answer: {reason}")]
    Unavailable {
        /// Why.
        reason: String,
    },
    /// The disk is full or read-only: nothing was written.
    #[error("the ledger cannot be written: {reason}")]
    NotWritable {
        /// Why.
        reason: String,
    },
    /// What is stored is not what was written; a person must look.
    #[error("the ledger holds something it never wrote: {reason}")]
    Corrupt {
        /// What and where.
        reason: String,
    },
}
