//! The PostgreSQL engine: one log for many processes, group commit in each, rights apart.
//!
//! What is appended where is decided by functions of the database, under the head's lock; nothing
//! is remembered here between two batches. The recorded time is the database's. What it does not
//! do: it publishes nothing (the relay reads the log), and it does not know what an event means.

mod append_task;
mod checkpoints;
mod failure;
pub mod lock;
pub mod migrate;
mod open;
mod parking;
mod reads;
mod rebuild;
mod restore;
mod rows;
mod statements;
mod write;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hoso_domain::ids::DossierId;
use sqlx::PgPool;
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
use crate::{Ledger, limits};

pub use restore::PostgresRestore;
use rows::Rows;

/// A caller waits so long for a place in the queue and its answer; a commit ends before.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// How a PostgreSQL ledger is opened.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// Only read: every write answers `NotWritable`.
    pub read_only: bool,
    /// Connections for reading, 1 to 64; one more writes.
    pub readers: u32,
    /// What the server's administrator sees these connections as (`application_name`).
    pub name: String,
}

impl PostgresOptions {
    /// Reading and writing, four readers.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            read_only: false,
            readers: 4,
            name: name.into(),
        }
    }
}

/// A ledger in the schema `ledger` of a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresLedger {
    readers: PgPool,
    rows: Rows,
    queue: Queue,
    head: watch::Sender<Position>,
    look: Arc<Notify>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl PostgresLedger {
    /// Opens the ledger of a migrated database as the role that the URL names: what may be written
    /// is that role's.
    ///
    /// # Errors
    /// `Unavailable` if the database cannot be reached, or is not at this program's version.
    pub async fn open(url: &str, options: PostgresOptions) -> Result<Arc<Self>, LedgerError> {
        let target = open::target(url, &options.name)?;
        let writing = open::writing(target.clone());
        let mut connection = open::connect(&writing).await?;
        migrate::check(&mut connection).await?;
        let readers = open::readers(target, &options).await?;
        let (head, _) = watch::channel(reads::head(&readers).await?);
        let tasks = TaskTracker::new();
        let stop = CancellationToken::new();
        let queue = if options.read_only {
            Queue::read_only(stop.clone())
        } else {
            let (queue, jobs) = Queue::new(stop.clone(), ANSWER_WITHIN);
            let task = append_task::AppendTask::new(writing, connection, head.clone());
            tasks.spawn(task.run(jobs, stop.clone()));
            queue
        };
        let look = Arc::new(Notify::new());
        let pool = readers.clone();
        let read = move || {
            let pool = pool.clone();
            async move { reads::head(&pool).await }
        };
        tasks.spawn(follow(read, head.clone(), Arc::clone(&look), stop.clone()));
        let rows = Rows::start(readers.clone(), &tasks, stop.clone());
        tasks.close();
        Ok(Arc::new(Self {
            readers,
            rows,
            queue,
            head,
            look,
            tasks,
            stop,
        }))
    }
}

impl Drop for PostgresLedger {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[async_trait]
impl Ledger for PostgresLedger {
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
        self.rows.get(stream).await
    }

    async fn streams(&self, query: &StreamQuery) -> Result<StreamPage, LedgerError> {
        reads::streams(&self.readers, query).await
    }

    async fn command(&self, command: Uuid) -> Result<Option<CommandRecord>, LedgerError> {
        reads::command(&self.readers, command).await
    }

    async fn commands(&self, query: &CommandQuery) -> Result<Vec<CommandRecord>, LedgerError> {
        reads::commands(&self.readers, query).await
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
