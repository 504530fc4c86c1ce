//! The SQLite engine: one file, one writer, readers apart, group commit.
//!
//! Several processes may open the same file: the head, versions, commands and cursors are always
//! read under the write lock, never remembered. What it does not do: it publishes nothing (the
//! feed reads the log), and it does not know what an event means.

mod append_task;
mod checkpoints;
mod commands;
mod failure;
mod open;
mod plan;
mod reads;
mod rebuild;
mod restore;
mod statements;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hoso_domain::ids::DossierId;
use sqlx::SqlitePool;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::append::{Append, Appended, CursorMove, StreamRow};
use crate::error::LedgerError;
use crate::event::{Position, RecordedEvent, StreamName};
use crate::follow::follow;
use crate::queue::{Queue, Work};
use crate::read::{
    CommandQuery, CommandRecord, KeptCheckpoint, Parked, ParkedStatus, StreamPage, StreamQuery,
    StreamRecord,
};
use crate::{Clock, Ledger, limits};

pub use restore::SqliteRestore;

/// A caller waits so long for a place in the queue, then for its answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// How a SQLite ledger is opened.
#[derive(Clone)]
pub struct SqliteOptions {
    /// The clock that recorded times come from.
    pub clock: Clock,
    /// Only read: nothing is migrated, every write answers `NotWritable`.
    pub read_only: bool,
    /// Connections for reading, 1 to 64.
    pub readers: u32,
    /// The file never grows beyond so many pages of 4 KiB; beyond it writes answer `NotWritable`.
    pub pages_max: Option<u32>,
}

impl SqliteOptions {
    /// Reading and writing, four readers, no quota.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            read_only: false,
            readers: 4,
            pages_max: None,
        }
    }
}

impl std::fmt::Debug for SqliteOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteOptions")
            .field("read_only", &self.read_only)
            .field("readers", &self.readers)
            .field("pages_max", &self.pages_max)
            .finish_non_exhaustive()
    }
}

/// A ledger in one SQLite file.
#[derive(Debug)]
pub struct SqliteLedger {
    file: PathBuf,
    readers: SqlitePool,
    queue: Queue,
    head: watch::Sender<Position>,
    look: Arc<Notify>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl SqliteLedger {
    /// Opens, and where needed makes and migrates, the ledger in a directory (its file is
    /// `ledger.sqlite`), or the file itself where the path ends in `.sqlite`.
    ///
    /// # Errors
    /// `NotWritable` if the file cannot be made, `Unavailable` if it is locked or newer than this
    /// program, `Corrupt` if it is no ledger.
    pub async fn open(
        path: impl AsRef<Path>,
        options: SqliteOptions,
    ) -> Result<Arc<Self>, LedgerError> {
        let file = open::file_of(path.as_ref());
        let writer = if options.read_only {
            None
        } else {
            Some(open::writer(&file, &options).await?)
        };
        let readers = open::readers(&file, &options).await?;
        let head = reads::head(&readers).await?;
        let (head, _) = watch::channel(head);
        let tasks = TaskTracker::new();
        let stop = CancellationToken::new();
        let queue = if let Some((reopen, connection)) = writer {
            let (queue, jobs) = Queue::new(stop.clone(), ANSWER_WITHIN);
            let clock = options.clock.clone();
            let task = append_task::AppendTask::new(reopen, connection, clock, head.clone());
            tasks.spawn(task.run(jobs, stop.clone()));
            queue
        } else {
            Queue::read_only(stop.clone())
        };
        let look = Arc::new(Notify::new());
        let pool = readers.clone();
        let read = move || {
            let pool = pool.clone();
            async move { reads::head(&pool).await }
        };
        tasks.spawn(follow(read, head.clone(), Arc::clone(&look), stop.clone()));
        tasks.close();
        Ok(Arc::new(Self {
            file,
            readers,
            queue,
            head,
            look,
            tasks,
            stop,
        }))
    }

    /// The file the ledger is kept in.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }
}

impl Drop for SqliteLedger {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        limits::check_append(&append)?;
        self.queue.work(Work::Append(Box::new(append))).await
    }

    async fn move_cursor(&self, cursor: CursorMove) -> Result<(), LedgerError> {
        limits::check_cursor(&cursor)?;
        self.queue.work(Work::Move(cursor)).await.map(|_| ())
    }

    async fn head(&self) -> Result<Position, LedgerError> {
        reads::head(&self.readers).await
    }

    async fn read_all(
        &self,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, LedgerError> {
        reads::all(&self.readers, after, limit).await
    }

    async fn read_stream(
        &self,
        stream: &StreamName,
        after_version: u64,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, LedgerError> {
        reads::stream_events(&self.readers, stream, after_version, limit).await
    }

    async fn read_dossier(
        &self,
        dossier: &DossierId,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, LedgerError> {
        reads::dossier(&self.readers, dossier, after, limit).await
    }

    async fn stream(&self, stream: &StreamName) -> Result<Option<StreamRecord>, LedgerError> {
        reads::stream(&self.readers, stream).await
    }

    async fn streams(&self, query: &StreamQuery) -> Result<StreamPage, LedgerError> {
        reads::streams(&self.readers, query).await
    }

    async fn command(&self, command: Uuid) -> Result<Option<CommandRecord>, LedgerError> {
        commands::command(&self.readers, command).await
    }

    async fn commands(&self, query: &CommandQuery) -> Result<Vec<CommandRecord>, LedgerError> {
        commands::commands(&self.readers, query).await
    }

    async fn cursor(&self, consumer: &str) -> Result<Position, LedgerError> {
        reads::cursor(&self.readers, consumer).await
    }

    async fn cursors(&self) -> Result<Vec<(String, Position)>, LedgerError> {
        reads::cursors(&self.readers).await
    }

    async fn park(&self, parked: &Parked, cursor: CursorMove) -> Result<(), LedgerError> {
        limits::check_parked(parked)?;
        limits::check_cursor(&cursor)?;
        let work = Work::Park(Box::new(parked.clone()), cursor);
        self.queue.work(work).await.map(|_| ())
    }

    async fn parked(&self, consumer: &str) -> Result<Vec<Parked>, LedgerError> {
        reads::parked(&self.readers, consumer).await
    }

    async fn resolve_parked(
        &self,
        consumer: &str,
        position: Position,
        status: ParkedStatus,
    ) -> Result<(), LedgerError> {
        limits::check_consumer(consumer)?;
        let work = Work::Resolve {
            consumer: consumer.to_owned(),
            position,
            status,
        };
        self.queue.work(work).await.map(|_| ())
    }

    fn watch_head(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }

    fn look(&self) {
        self.look.notify_one();
    }

    async fn rebuild_rows(&self, rows: Vec<StreamRow>) -> Result<u64, LedgerError> {
        self.queue.rebuild(rows).await
    }

    async fn keep_checkpoint(&self, size: u64, note: &str) -> Result<(), LedgerError> {
        limits::check_checkpoint(size, note)?;
        self.queue.keep(size, note.to_owned()).await
    }

    async fn checkpoints(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<KeptCheckpoint>, LedgerError> {
        reads::checkpoints(&self.readers, after, limit).await
    }

    async fn close(&self) {
        self.stop.cancel();
        self.tasks.wait().await;
        self.readers.close().await;
    }
}
