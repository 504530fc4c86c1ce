//! How callers reach the one task that writes, in every engine: a bounded queue in, an answer back.
//!
//! A job that was queued runs to its end even if its caller goes away: the outcome is then unknown
//! to the caller, who retries with the same id.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::append::{Append, Appended, CursorMove, StreamRow};
use crate::error::LedgerError;
use crate::event::Position;
use crate::read::{Parked, ParkedStatus};

/// Commands that may wait for the append task before callers have to wait for a place.
const QUEUE_MAX: usize = 1_024;
/// A rebuild of everything is let take so long.
const REBUILT_WITHIN: Duration = Duration::from_mins(30);

/// Something the append task does inside a batch.
#[derive(Debug)]
pub(crate) enum Work {
    /// One command.
    Append(Box<Append>),
    /// A cursor with no effect beside it.
    Move(CursorMove),
    /// A parked event, and the cursor past it.
    Park(Box<Parked>, CursorMove),
    /// A person's decision on a parked event.
    Resolve {
        /// The consumer.
        consumer: String,
        /// The event's position.
        position: Position,
        /// What became of it.
        status: ParkedStatus,
    },
}

/// Where one caller's answer goes.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, LedgerError>>;

/// What callers queue.
pub(crate) enum Job {
    /// Part of a batch.
    Work {
        /// What to do.
        work: Work,
        /// To whom it matters.
        answer: Answer<Appended>,
    },
    /// A transaction of its own.
    Rebuild {
        /// The rows as folded from the events.
        rows: Vec<StreamRow>,
        /// To whom it matters.
        answer: Answer<u64>,
    },
    /// A signed checkpoint, in a transaction of its own.
    Keep {
        /// Events it is for.
        size: u64,
        /// The signed note.
        note: String,
        /// To whom it matters.
        answer: Answer<()>,
    },
}

/// The callers' end of the queue.
#[derive(Debug)]
pub(crate) struct Queue {
    /// `None` where the ledger was opened only for reading.
    jobs: Option<mpsc::Sender<Job>>,
    /// The ledger is closing.
    stop: CancellationToken,
    /// A caller waits so long for a place in the queue and its answer.
    answer_within: Duration,
}

impl Queue {
    /// A queue, and the end its task takes from.
    pub(crate) fn new(
        stop: CancellationToken,
        answer_within: Duration,
    ) -> (Self, mpsc::Receiver<Job>) {
        let (jobs, taken) = mpsc::channel(QUEUE_MAX);
        let queue = Self {
            jobs: Some(jobs),
            stop,
            answer_within,
        };
        (queue, taken)
    }

    /// A queue that refuses everything: the ledger was opened only for reading.
    pub(crate) fn read_only(stop: CancellationToken) -> Self {
        Self {
            jobs: None,
            stop,
            answer_within: Duration::ZERO,
        }
    }

    /// Queues a piece of work and waits for its answer.
    pub(crate) async fn work(&self, work: Work) -> Result<Appended, LedgerError> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Work { work, answer };
        self.job(job, answered, self.answer_within).await
    }

    /// Queues a rebuild and waits for its answer.
    pub(crate) async fn rebuild(&self, rows: Vec<StreamRow>) -> Result<u64, LedgerError> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Rebuild { rows, answer };
        self.job(job, answered, REBUILT_WITHIN).await
    }

    /// Queues a checkpoint and waits until it is kept.
    pub(crate) async fn keep(&self, size: u64, note: String) -> Result<(), LedgerError> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Keep { size, note, answer };
        self.job(job, answered, self.answer_within).await
    }

    async fn job<T>(
        &self,
        job: Job,
        answered: oneshot::Receiver<Result<T, LedgerError>>,
        within: Duration,
    ) -> Result<T, LedgerError> {
        let jobs = self.jobs.as_ref().ok_or_else(|| LedgerError::NotWritable {
            reason: "opened only for reading".to_owned(),
        })?;
        if self.stop.is_cancelled() {
            return Err(closed());
        }
        let waited = tokio::time::timeout(within, async {
            jobs.send(job).await.map_err(|_| closed())?;
            answered.await.map_err(|_| closed())?
        });
        waited.await.unwrap_or_else(|_| {
            Err(LedgerError::Unavailable {
                reason: format!("no answer within {} s", within.as_secs()),
            })
        })
    }
}

/// What the keeper of a checkpoint is told where the log has lost its end.
pub(crate) fn cut_before(size: u64) -> LedgerError {
    LedgerError::Corrupt {
        reason: format!("a checkpoint of {size} events is signed, and the log is shorter"),
    }
}

/// What a closed ledger answers.
pub(crate) fn closed() -> LedgerError {
    LedgerError::Unavailable {
        reason: "the ledger is closed".to_owned(),
    }
}

/// The same error once more: every caller of a failed batch gets it.
pub(crate) fn again(error: &LedgerError) -> LedgerError {
    match error {
        LedgerError::NotWritable { reason } => LedgerError::NotWritable {
            reason: reason.clone(),
        },
        LedgerError::Corrupt { reason } => LedgerError::Corrupt {
            reason: reason.clone(),
        },
        LedgerError::Unavailable { reason } => LedgerError::Unavailable {
            reason: reason.clone(),
        },
        LedgerError::Conflict { .. }
        | LedgerError::DigestMismatch { .. }
        | LedgerError::CursorConflict { .. }
        | LedgerError::NotParked { .. }
        | LedgerError::Limit { .. } => LedgerError::Unavailable {
            reason: error.to_string(),
        },
    }
}
