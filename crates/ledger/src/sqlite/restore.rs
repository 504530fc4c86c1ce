//! A restore into a file of its own, `ledger.restoring.sqlite`, that becomes `ledger.sqlite` by one
//! rename when it is whole. Until then nobody can take it for a ledger, and a crash costs nothing:
//! so the file is written without waiting for the disk, and flushed once before the rename.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use hoso_domain::ids::DossierId;
use sqlx::{Connection, Executor, SqliteConnection};

use super::plan::{EventRow, StreamWrite};
use super::{failure, open, reads, statements as sql, write};
use crate::error::LedgerError;
use crate::event::{NewEvent, Position, RecordedEvent, StreamName};
use crate::queue::closed;
use crate::read::{CommandRecord, Parked, StreamRecord};
use crate::restore::Restore;
use crate::stored::as_integer;

/// A SQLite ledger being restored.
#[derive(Debug)]
pub struct SqliteRestore {
    /// `None` only once it is finished.
    connection: Option<SqliteConnection>,
    unfinished: PathBuf,
    file: PathBuf,
    /// Transactions that advanced the head; the head wants each to have a later number.
    batch: i64,
}

impl SqliteRestore {
    /// Begins a restore in a directory, or of the file itself where the path ends in `.sqlite`.
    /// One that was begun before and not finished is thrown away.
    ///
    /// # Errors
    /// `NotWritable` if there is a ledger already, or the file cannot be made.
    pub async fn begin(path: impl AsRef<Path>) -> Result<Box<Self>, LedgerError> {
        let file = open::file_of(path.as_ref());
        let unfinished = open::unfinished_of(&file);
        let made = {
            let (file, unfinished) = (file.clone(), unfinished.clone());
            blocking(move || clear(&file, &unfinished))
        };
        made.await?;
        let connection = open::restoring(&unfinished).await?;
        Ok(Box::new(Self {
            connection: Some(connection),
            unfinished,
            file,
            batch: 0,
        }))
    }

    /// Passes unless a restore to this path was stopped before there was a ledger.
    ///
    /// # Errors
    /// `Unavailable`, with what to do.
    pub fn refuse_unfinished(path: impl AsRef<Path>) -> Result<(), LedgerError> {
        open::refuse_unfinished(&open::file_of(path.as_ref()))
    }

    fn connection(&mut self) -> Result<&mut SqliteConnection, LedgerError> {
        self.connection.as_mut().ok_or_else(closed)
    }

    async fn lock(&mut self) -> Result<(), LedgerError> {
        self.connection()?
            .execute(sql::LOCK)
            .await
            .map_err(|e| failure::of(&e))?;
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), LedgerError> {
        write::run(self.connection()?, sqlx::query(sql::COMMIT)).await?;
        Ok(())
    }
}

#[async_trait]
impl Restore for SqliteRestore {
    async fn events(&mut self, events: Vec<RecordedEvent>) -> Result<(), LedgerError> {
        let Some(last) = events.last() else {
            return Ok(());
        };
        self.batch += 1;
        let advance = sqlx::query(sql::ADVANCE_AND_COMMIT)
            .bind(as_integer(last.position))
            .bind(last.recorded_at.timestamp_micros())
            .bind(self.batch);
        self.lock().await?;
        let inserts = write::in_chunks(&sql::INSERT_EVENTS, events, |query, event| {
            let recorded_at = event.recorded_at.timestamp_micros();
            write::bind_event(query, recorded_at, row_of(event))
        });
        write::run_all(self.connection()?, inserts).await?;
        write::run(self.connection()?, advance).await?;
        Ok(())
    }

    async fn rows(&mut self, rows: Vec<StreamRecord>) -> Result<(), LedgerError> {
        self.lock().await?;
        let inserts = write::in_chunks(&sql::MOVE_STREAMS, rows, |query, row| {
            let row = StreamWrite {
                stream: row.stream,
                version: row.version,
                last_position: row.last_position,
                listing: row.listing,
                state: row.state,
                moves: true,
            };
            write::bind_stream(query, row)
        });
        write::run_all(self.connection()?, inserts).await?;
        self.commit().await
    }

    async fn paths(&mut self, places: Vec<(DossierId, Position)>) -> Result<(), LedgerError> {
        self.lock().await?;
        let inserts = write::in_chunks(&sql::INSERT_DOSSIER_EVENTS, places, |query, place| {
            write::bind_pair(query, (String::from(place.0), place.1))
        });
        write::run_all(self.connection()?, inserts).await?;
        self.commit().await
    }

    async fn commands(&mut self, commands: Vec<CommandRecord>) -> Result<(), LedgerError> {
        self.lock().await?;
        let inserts = write::in_chunks(&sql::INSERT_COMMANDS, commands, write::bind_command);
        write::run_all(self.connection()?, inserts).await?;
        self.commit().await
    }

    async fn consumers(
        &mut self,
        cursors: Vec<(String, Position)>,
        parked: Vec<Parked>,
    ) -> Result<(), LedgerError> {
        self.lock().await?;
        let inserts = write::in_chunks(&sql::UPSERT_CURSORS, cursors, write::bind_pair);
        write::run_all(self.connection()?, inserts).await?;
        for parked in parked {
            write::run(self.connection()?, write::park(parked)).await?;
        }
        self.commit().await
    }

    async fn read_all(
        &mut self,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, LedgerError> {
        reads::all(self.connection()?, after, limit).await
    }

    async fn stream(&mut self, stream: &StreamName) -> Result<Option<StreamRecord>, LedgerError> {
        reads::stream(self.connection()?, stream).await
    }

    async fn finish(mut self: Box<Self>) -> Result<(), LedgerError> {
        if let Some(connection) = self.connection.take() {
            connection.close().await.map_err(|e| failure::of(&e))?;
        }
        let (unfinished, file) = (self.unfinished.clone(), self.file.clone());
        blocking(move || publish(&unfinished, &file)).await
    }
}

impl Drop for SqliteRestore {
    /// What was not finished goes; after a crash the next restore, or whoever opens a ledger there,
    /// finds it.
    fn drop(&mut self) {
        std::fs::remove_file(&self.unfinished).ok();
    }
}

fn row_of(event: RecordedEvent) -> EventRow {
    EventRow {
        position: event.position,
        stream: event.stream.as_str().into(),
        version: event.version,
        command: event.command,
        metadata: Arc::new(event.metadata),
        event: NewEvent {
            id: event.id,
            event_type: event.event_type,
            schema_version: event.schema_version,
            data: event.data,
            sha256: event.sha256,
            dossiers: Vec::new(),
        },
    }
}

/// Makes room for a restore: no ledger may be there, and nothing stays of one that was not finished.
fn clear(file: &Path, unfinished: &Path) -> io::Result<()> {
    if file.exists() {
        let text = format!("{} is a ledger already", file.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
    }
    if let Some(directory) = file.parent() {
        std::fs::create_dir_all(directory)?;
    }
    match std::fs::remove_file(unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Flushes the whole file, gives it its name, and flushes that.
fn publish(unfinished: &Path, file: &Path) -> io::Result<()> {
    std::fs::File::open(unfinished)?.sync_all()?;
    std::fs::rename(unfinished, file)?;
    match file.parent() {
        Some(directory) => std::fs::File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

async fn blocking(
    work: impl FnOnce() -> io::Result<()> + Send + 'static,
) -> Result<(), LedgerError> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.unwrap_or_else(|error| Err(io::Error::other(error)));
    done.map_err(|error| LedgerError::NotWritable {
        reason: error.to_string(),
    })
}
