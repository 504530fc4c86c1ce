//! The append-only ledger: the only place where events are written, and the truth of Hoso.
//!
//! One log with dense positions 1, 2, 3 … in commit order; a row a stream with its version and
//! folded state; idempotent commands; a cursor a consumer; parked streams. [`Ledger`] is the trait,
//! [`sqlite`] the embedded engine, [`postgres`] the one for many processes, [`conformance`] the suite
//! both pass.
//! [`execute`] is the whole framework above it: load, decide, append, again on conflict.

pub mod append;
pub mod conformance;
pub mod error;
pub mod event;
pub mod execute;
mod follow;
pub mod limits;
pub mod pages;
pub mod postgres;
mod queue;
pub mod read;
pub mod restore;
pub mod sqlite;
mod stored;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

pub use append::{Append, Appended, CursorMove, ExpectedVersion, StreamRow};
pub use error::LedgerError;
pub use event::{Metadata, NewEvent, Position, RecordedEvent, StreamName};
pub use execute::{ExecuteError, Executed, Order, execute};
pub use pages::pages;
pub use read::{
    CommandQuery, CommandRecord, KeptCheckpoint, Parked, ParkedStatus, StreamPage, StreamQuery,
    StreamRecord,
};
pub use restore::Restore;

/// Tells the time events are recorded at; the edge of the program owns the real one.
pub type Clock = Arc<dyn Fn() -> chrono::DateTime<chrono::Utc> + Send + Sync>;

/// A ledger shared by everything in a process.
pub type SharedLedger = Arc<dyn Ledger>;

/// The ledger, whichever engine keeps it.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Appends one command's events, durably, or refuses the whole command.
    ///
    /// # Errors
    /// `Conflict` if the stream is not at the expected version, `DigestMismatch` if the command id
    /// was used for something else, `Unavailable` if the outcome is unknown: retry with the same id.
    async fn append(&self, append: Append) -> Result<Appended, LedgerError>;

    /// Moves a consumer's cursor with no effect beside it. `from` must be where it stands.
    async fn move_cursor(&self, cursor: CursorMove) -> Result<(), LedgerError>;

    /// Last position; 0 for an empty log.
    async fn head(&self) -> Result<Position, LedgerError>;

    /// Events after a position, in order, at most `limit`.
    async fn read_all(
        &self,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, LedgerError>;

    /// Events of one stream after a version, in order, at most `limit`.
    async fn read_stream(
        &self,
        stream: &StreamName,
        after_version: u64,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, LedgerError>;

    /// The path of one dossier: every event that carries its id, from all services, after a
    /// position, in order, at most `limit`.
    async fn read_dossier(
        &self,
        dossier: &hoso_domain::ids::DossierId,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, LedgerError>;

    /// The stream's row: version, folded state, list columns.
    async fn stream(&self, stream: &StreamName) -> Result<Option<StreamRecord>, LedgerError>;

    /// A page of streams of one category, by key.
    async fn streams(&self, query: &StreamQuery) -> Result<StreamPage, LedgerError>;

    /// What a command did, if it was ever accepted.
    async fn command(&self, command: uuid::Uuid) -> Result<Option<CommandRecord>, LedgerError>;

    /// A page of the commands of a stretch of the log, by id: what a backup walks through. Costs a
    /// scan of all commands, whatever the stretch.
    async fn commands(&self, query: &CommandQuery) -> Result<Vec<CommandRecord>, LedgerError>;

    /// Where a consumer stands; 0 if it never ran.
    async fn cursor(&self, consumer: &str) -> Result<Position, LedgerError>;

    /// Every consumer that ever ran, by name, and where it stands.
    async fn cursors(&self) -> Result<Vec<(String, Position)>, LedgerError>;

    /// Parks an event that a consumer cannot digest, and moves the cursor past it, in one commit.
    /// Later events of the same stream queue behind it.
    async fn park(&self, parked: &Parked, cursor: CursorMove) -> Result<(), LedgerError>;

    /// Parked events of a consumer, by position.
    async fn parked(&self, consumer: &str) -> Result<Vec<Parked>, LedgerError>;

    /// Marks a parked event as retried with success or skipped by a person's decision;
    /// `NotParked` where there is none.
    async fn resolve_parked(
        &self,
        consumer: &str,
        position: Position,
        status: ParkedStatus,
    ) -> Result<(), LedgerError>;

    /// Follows the head: changes after every commit of this process, and soon after another's.
    fn watch_head(&self) -> watch::Receiver<Position>;

    /// Somebody says that the log has grown: followers are told at once rather than at the next
    /// poll. Takes nobody's word for how far: the head itself is read.
    fn look(&self);

    /// Replaces the rows of `streams` that differ from the given fold; for `ledger rebuild` only.
    async fn rebuild_rows(&self, rows: Vec<StreamRow>) -> Result<u64, LedgerError>;

    /// Keeps the signed checkpoint of `size` events, once; nothing of the log depends on it.
    ///
    /// # Errors
    /// `Corrupt` where the log is shorter than that, `Limit` for a note past 64 KiB, `NotWritable`
    /// for whoever is not the signer.
    async fn keep_checkpoint(&self, size: u64, note: &str) -> Result<(), LedgerError>;

    /// Checkpoints that were kept after one, in that order, at most `limit`.
    async fn checkpoints(&self, after: u64, limit: u32)
    -> Result<Vec<KeptCheckpoint>, LedgerError>;

    /// Flushes and closes; afterwards every call answers `Unavailable`.
    async fn close(&self);
}
