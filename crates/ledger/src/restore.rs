//! History written as it was, into an empty ledger: for `hoso restore` only.
//!
//! Everything keeps its place, id, time and exact bytes. An engine still refuses what could never
//! have been appended: a hole in the log, a version out of turn. It does not fold: whoever restores
//! makes the rows of streams and the paths of dossiers from the events it has written.

use async_trait::async_trait;
use hoso_domain::ids::DossierId;

use crate::error::LedgerError;
use crate::event::{Position, RecordedEvent, StreamName};
use crate::read::{CommandRecord, Parked, StreamRecord};

/// A ledger being restored. There is none until [`Restore::finish`] has returned; dropped or killed
/// before, everything written is void and the store is as empty as it was.
///
/// The first error ends a restore: what follows it is undefined, except that there is no ledger.
#[async_trait]
pub trait Restore: Send {
    /// Writes the next events; the first one takes position 1, each the next version of its stream.
    async fn events(&mut self, events: Vec<RecordedEvent>) -> Result<(), LedgerError>;

    /// Writes the rows of streams whose events are written; one a stream.
    async fn rows(&mut self, rows: Vec<StreamRecord>) -> Result<(), LedgerError>;

    /// Writes places on dossiers' paths.
    async fn paths(&mut self, places: Vec<(DossierId, Position)>) -> Result<(), LedgerError>;

    /// Writes accepted commands.
    async fn commands(&mut self, commands: Vec<CommandRecord>) -> Result<(), LedgerError>;

    /// Writes where consumers stand, and what they could not digest.
    async fn consumers(
        &mut self,
        cursors: Vec<(String, Position)>,
        parked: Vec<Parked>,
    ) -> Result<(), LedgerError>;

    /// Reads back what was written: events after a position, in order, at most `limit`.
    async fn read_all(
        &mut self,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, LedgerError>;

    /// Reads back a stream's row.
    async fn stream(&mut self, stream: &StreamName) -> Result<Option<StreamRecord>, LedgerError>;

    /// Makes it a ledger, durably and at once.
    async fn finish(self: Box<Self>) -> Result<(), LedgerError>;
}
