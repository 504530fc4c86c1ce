//! The one task that writes: takes whatever queued while the last batch was in flight, sends it in
//! one round trip, answers each caller. No linger: a lone command is sent at once.
//!
//! The task survives every error and waits for nothing without a bound. Where the outcome is
//! unknown the callers are told so, soon; the next batch goes out on a new connection.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::write::{self, Answers, Failed, Item};
use super::{checkpoints, failure, open, parking, rebuild};
use crate::append::{Appended, StreamRow};
use crate::error::LedgerError;
use crate::event::Position;
use crate::follow::tell;
use crate::queue::{Answer, Job, Work, again};

/// Items one transaction may hold; more wait for the next.
const BATCH_MAX: usize = 512;
/// Bytes one transaction may hold, unless a single item brings more.
const BATCH_BYTES_MAX: usize = 8 << 20;
/// Every call is answered so soon, or its outcome is unknown. The server gives up before.
const COMMIT_WITHIN: Duration = Duration::from_secs(12);
/// The first pause after a connection failed; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_millis(50);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// The writer.
pub(super) struct AppendTask {
    target: PgConnectOptions,
    connection: Option<Live>,
    /// After a failed attempt to connect: how long to wait, and until when.
    pause: Option<(Duration, Instant)>,
    head: watch::Sender<Position>,
}

/// A connection, and when it was last heard of.
struct Live {
    connection: PgConnection,
    heard: Instant,
}

impl Live {
    fn new(connection: PgConnection) -> Self {
        let heard = Instant::now();
        Self { connection, heard }
    }
}

impl AppendTask {
    pub(super) fn new(
        target: PgConnectOptions,
        connection: PgConnection,
        head: watch::Sender<Position>,
    ) -> Self {
        Self {
            target,
            connection: Some(Live::new(connection)),
            pause: None,
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
        if let Some(live) = self.connection.take()
            && let Ok(Err(error)) = timeout(PAUSE_MAX, live.connection.close()).await
        {
            tracing::warn!(%error, "the ledger's connection did not close cleanly");
        }
    }

    async fn write_all(&mut self, jobs: &mut Vec<Job>) {
        let mut batch = Batch::default();
        for job in jobs.drain(..) {
            match job {
                Job::Work { work, answer } if Item::of(&work).is_some() => {
                    if !batch.has_room_for(&work) {
                        self.write_batch(&mut batch).await;
                    }
                    batch.push(work, answer);
                }
                Job::Work { work, answer } => {
                    self.write_batch(&mut batch).await;
                    answer.send(self.park(&work).await).ok();
                }
                Job::Rebuild { rows, answer } => {
                    self.write_batch(&mut batch).await;
                    answer.send(self.rebuild(rows).await).ok();
                }
                Job::Keep { size, note, answer } => {
                    self.write_batch(&mut batch).await;
                    answer.send(self.keep(size, &note).await).ok();
                }
            }
        }
        self.write_batch(&mut batch).await;
    }

    async fn write_batch(&mut self, batch: &mut Batch) {
        let Batch { items, answers, .. } = std::mem::take(batch);
        if items.is_empty() {
            return;
        }
        metrics::histogram!("hoso_ledger_batch_items")
            .record(u32::try_from(items.len()).unwrap_or(u32::MAX));
        match self.commit(&items).await {
            Ok(results) => {
                for (answer, result) in answers.into_iter().zip(results) {
                    answer.send(result).ok();
                }
            }
            // Only the item at fault is to be refused: each is sent alone.
            Err(failed) if failed.about_content && items.len() > 1 => {
                tracing::error!(error = %failed.error, items = items.len(), "a batch was refused");
                for (work, answer) in items.into_iter().zip(answers) {
                    let one = self.commit(&[work]).await;
                    let one = one.map_err(|failed| failed.error);
                    answer.send(one.and_then(only)).ok();
                }
            }
            Err(failed) => {
                tracing::error!(error = %failed.error, items = items.len(), "a batch was not written");
                for answer in answers {
                    answer.send(Err(again(&failed.error))).ok();
                }
            }
        }
    }

    /// One transaction for all items; one answer an item.
    async fn commit(&mut self, items: &[Work]) -> Result<Answers, Failed> {
        let connection = self.connection().await?;
        let sent = timeout(COMMIT_WITHIN, send(connection, items)).await;
        let (head, answers) = self.outcome(sent)?;
        if let Some(head) = head {
            tell(&self.head, head);
        }
        Ok(answers)
    }

    async fn park(&mut self, work: &Work) -> Result<Appended, LedgerError> {
        let connection = self.connection().await?;
        let sent = timeout(COMMIT_WITHIN, parking::run(connection, work)).await;
        self.outcome(sent).map_err(|failed| failed.error)?
    }

    async fn rebuild(&mut self, rows: Vec<StreamRow>) -> Result<u64, LedgerError> {
        let connection = self.connection().await?;
        let rebuilt = rebuild::rebuild(connection, rows).await;
        self.outcome(Ok(rebuilt)).map_err(|failed| failed.error)
    }

    async fn keep(&mut self, size: u64, note: &str) -> Result<(), LedgerError> {
        let connection = self.connection().await?;
        let sent = timeout(COMMIT_WITHIN, checkpoints::keep(connection, size, note)).await;
        self.outcome(sent).map_err(|failed| failed.error)
    }

    /// Keeps the connection after an answer, and after a refusal of what was sent; else it may be
    /// in any state and is given up.
    fn outcome<T>(
        &mut self,
        sent: Result<Result<T, Failed>, tokio::time::error::Elapsed>,
    ) -> Result<T, Failed> {
        let outcome = sent.unwrap_or_else(|_| Err(failure::late("a commit", COMMIT_WITHIN).into()));
        match &outcome {
            Err(failed) if !failed.about_content => self.connection = None,
            Ok(_) | Err(_) => {
                if let Some(live) = &mut self.connection {
                    live.heard = Instant::now();
                }
            }
        }
        outcome
    }

    async fn connection(&mut self) -> Result<&mut PgConnection, LedgerError> {
        if let Some(live) = &mut self.connection
            && live.heard.elapsed() > open::IDLE_MAX
            && !matches!(timeout(PAUSE_MAX, live.connection.ping()).await, Ok(Ok(())))
        {
            self.connection = None;
        }
        let live = match self.connection.take() {
            Some(live) => live,
            None => Live::new(self.connect().await?),
        };
        Ok(&mut self.connection.insert(live).connection)
    }

    /// One attempt, not too soon after the last one that failed.
    async fn connect(&mut self) -> Result<PgConnection, LedgerError> {
        if let Some((_, until)) = self.pause {
            tokio::time::sleep_until(until).await;
        }
        let connected = open::connect(&self.target).await;
        self.pause = if connected.is_ok() {
            None
        } else {
            let pause = self.pause.map_or(PAUSE_MIN, |(last, _)| last * 2);
            let pause = pause.min(PAUSE_MAX);
            Some((pause, Instant::now() + pause))
        };
        connected
    }
}

/// What is sent together.
#[derive(Default)]
struct Batch {
    items: Vec<Work>,
    answers: Vec<Answer<Appended>>,
    bytes: usize,
}

impl Batch {
    fn has_room_for(&self, work: &Work) -> bool {
        self.items.is_empty() || self.bytes + write::size_of(work) <= BATCH_BYTES_MAX
    }

    fn push(&mut self, work: Work, answer: Answer<Appended>) {
        self.bytes += write::size_of(&work);
        self.items.push(work);
        self.answers.push(answer);
    }
}

/// A lone command with one event goes through the function made for it.
async fn send(
    connection: &mut PgConnection,
    works: &[Work],
) -> Result<(Option<Position>, Answers), Failed> {
    let items: Vec<_> = works.iter().filter_map(Item::of).collect();
    if let [item] = items.as_slice() {
        if let Some((append, event)) = item.only_event() {
            let (head, answer) = write::append_one(connection, append, event).await?;
            return Ok((head, vec![answer]));
        }
        if let (None, Some(cursor)) = (item.append, item.cursor) {
            let answer = write::move_cursor(connection, cursor).await?;
            return Ok((None, vec![answer]));
        }
    }
    let (head, answers) = write::append(connection, &items).await?;
    Ok((Some(head), answers))
}

fn only(mut answers: Answers) -> Result<Appended, LedgerError> {
    answers.pop().unwrap_or_else(|| Err(crate::queue::closed()))
}
