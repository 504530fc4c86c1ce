//! The one task that writes: takes whatever queued while the last batch was in flight, writes it
//! in one transaction, answers each caller. No linger: a lone command is written at once.
//!
//! The task survives every error. The callers of a failed batch get a typed one, the next batch
//! tries again, on a new connection where the old one may be in an unknown state.

use std::sync::Arc;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{checkpoints, failure, plan, rebuild, write};
use crate::Clock;
use crate::append::{Appended, StreamRow};
use crate::error::LedgerError;
use crate::event::Position;
use crate::follow::tell;
use crate::queue::{Answer, Job, Work, again, closed};

/// Items one transaction may hold; more wait for the next.
const BATCH_MAX: usize = 512;

/// The writer.
pub(super) struct AppendTask {
    reopen: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    clock: Clock,
    head: watch::Sender<Position>,
}

impl AppendTask {
    pub(super) fn new(
        reopen: SqliteConnectOptions,
        connection: SqliteConnection,
        clock: Clock,
        head: watch::Sender<Position>,
    ) -> Self {
        Self {
            reopen,
            connection: Some(connection),
            clock,
            head,
        }
    }

    /// Runs until the ledger is closed; then what is queued is written, and no more is taken.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Job>, stop: CancellationToken) {
        let mut jobs = Vec::with_capacity(BATCH_MAX);
        loop {
            let taken = tokio::select! {
                biased;
                taken = queue.recv_many(&mut jobs, BATCH_MAX) => taken,
                () = stop.cancelled(), if !queue.is_closed() => {
                    queue.close();
                    continue;
                }
            };
            if taken == 0 {
                break;
            }
            self.write_all(&mut jobs).await;
        }
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the ledger's file did not close cleanly");
        }
    }

    async fn write_all(&mut self, jobs: &mut Vec<Job>) {
        let mut items = Vec::with_capacity(jobs.len());
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs.drain(..) {
            match job {
                Job::Work { work, answer } => {
                    items.push(work);
                    answers.push(answer);
                }
                Job::Rebuild { rows, answer } => {
                    self.write_batch(&mut items, &mut answers).await;
                    answer.send(self.rebuild(rows).await).ok();
                }
                Job::Keep { size, note, answer } => {
                    self.write_batch(&mut items, &mut answers).await;
                    answer.send(self.keep(size, note).await).ok();
                }
            }
        }
        self.write_batch(&mut items, &mut answers).await;
    }

    async fn write_batch(&mut self, items: &mut Vec<Work>, answers: &mut Vec<Answer<Appended>>) {
        if items.is_empty() {
            return;
        }
        let batch = std::mem::take(items);
        metrics::histogram!("hoso_ledger_batch_items")
            .record(u32::try_from(batch.len()).unwrap_or(u32::MAX));
        match self.commit(batch).await {
            Ok(results) => {
                for (answer, result) in answers.drain(..).zip(results) {
                    answer.send(result).ok();
                }
            }
            Err(error) => {
                tracing::error!(%error, items = answers.len(), "a batch was not written");
                for answer in answers.drain(..) {
                    answer.send(Err(again(&error))).ok();
                }
            }
        }
    }

    /// One transaction for all items; one answer an item.
    async fn commit(
        &mut self,
        items: Vec<Work>,
    ) -> Result<Vec<Result<Appended, LedgerError>>, LedgerError> {
        let clock = Arc::clone(&self.clock);
        let connection = self.connection().await?;
        let written = match write::look_up(connection, &items).await {
            Ok(seen) => {
                let plan = plan::plan(seen, clock().timestamp_micros(), items);
                write::write(connection, plan).await
            }
            Err(error) => Err(error),
        };
        match written {
            Ok((head, answers)) => {
                tell(&self.head, head);
                Ok(answers)
            }
            Err(error) => {
                self.give_up().await;
                Err(error)
            }
        }
    }

    async fn rebuild(&mut self, rows: Vec<StreamRow>) -> Result<u64, LedgerError> {
        let connection = self.connection().await?;
        let rebuilt = rebuild::rebuild(connection, rows).await;
        if rebuilt.is_err() {
            self.give_up().await;
        }
        rebuilt
    }

    async fn keep(&mut self, size: u64, note: String) -> Result<(), LedgerError> {
        let recorded_at = (self.clock)().timestamp_micros();
        let connection = self.connection().await?;
        let kept = checkpoints::keep(connection, size, note, recorded_at).await;
        if kept.is_err() {
            self.give_up().await;
        }
        kept
    }

    async fn connection(&mut self) -> Result<&mut SqliteConnection, LedgerError> {
        if self.connection.is_none() {
            let opened = self.reopen.connect().await.map_err(|e| failure::of(&e))?;
            self.connection = Some(opened);
        }
        self.connection.as_mut().ok_or_else(closed)
    }

    /// Ends a failed transaction by giving up its connection: closing one rolls back, whatever
    /// state it is in, and the next batch opens another.
    async fn give_up(&mut self) {
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close_hard().await
        {
            tracing::warn!(%error, "a failed connection did not close");
        }
    }
}
