//! Beginning a consumer: only on a stream that is there, that the ledger is not behind of, whose
//! last message is the ledger's, and never behind its end.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use hoso_ledger::{LedgerError, Position, SharedLedger};

use super::{Delivery, Source};
use crate::jetstream::connect::Nats;
use crate::jetstream::message;
use crate::jetstream::stream::{self, STREAM};

/// Messages asked for at a time; up to half as many again wait in memory.
const BATCH: usize = 256;
/// Bytes asked for at a time; the largest event is a little over 1 MiB.
const BATCH_BYTES: usize = 8 << 20;
/// The server says that it is there so often; silence for twice as long ends the consumer.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// A request for messages is repeated so often.
const EXPIRES: Duration = Duration::from_secs(30);
/// The server forgets a consumer that nobody asks for so long.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);
/// A stream that is further behind than this is being filled again: the ledger is faster.
const BEHIND_MAX: u64 = 1_000;

/// Why there is no consumer now.
#[derive(Debug, thiserror::Error)]
enum NotNow {
    #[error("NATS is not connected")]
    Down,
    #[error("there is no stream")]
    NoStream,
    #[error("the stream ends at {0} and does not move")]
    Behind(u64),
    #[error("the stream begins at {0}")]
    BeginsLater(u64),
    #[error("the stream ends at {stream}, the ledger at {ledger}")]
    Ahead { stream: u64, ledger: Position },
    #[error("message {0} is not the ledger's event")]
    Differs(u64),
    #[error("{0}")]
    Failed(String),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<stream::StreamError> for NotNow {
    fn from(error: stream::StreamError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// How a try ended, and where the stream ended when it was looked at.
pub(super) struct Attached {
    outcome: Result<pull::Stream, NotNow>,
    stream_end: Option<u64>,
}

impl Delivery {
    /// Tries to begin a consumer where that is safe.
    pub(super) fn attach(&self) -> impl Future<Output = Attached> + Send + 'static {
        let attempt = Attempt {
            ledger: Arc::clone(&self.ledger),
            nats: self.nats.clone(),
            name: format!("{}-{}", self.consumer, self.ids.new_id().simple()),
            after: self.after,
        };
        let mut stream_end = self.stream_end;
        async move {
            let outcome = attempt.attach(&mut stream_end).await;
            Attached {
                outcome,
                stream_end,
            }
        }
    }

    /// Reads the stream from now on, if that could be begun.
    pub(super) fn attached(&mut self, attached: Attached) -> Result<(), LedgerError> {
        self.stream_end = attached.stream_end;
        let why = match attached.outcome {
            Ok(messages) => {
                tracing::info!(
                    service.name = self.consumer,
                    position = self.after,
                    "{} reads the stream from position {}",
                    self.consumer,
                    self.after + 1
                );
                metrics::gauge!("hoso_feed_attached", "service" => self.consumer).set(1.0);
                self.source = Source::Stream(Box::new(messages));
                return Ok(());
            }
            Err(why) => why,
        };
        self.put_off();
        match why {
            NotNow::Ledger(error) => return Err(error),
            NotNow::Ahead { .. } | NotNow::Differs(_) => {
                metrics::counter!("hoso_feed_refused_total").increment(1);
                tracing::error!("{} does not read the stream: {why}", self.consumer);
            }
            NotNow::Down
            | NotNow::NoStream
            | NotNow::Behind(_)
            | NotNow::BeginsLater(_)
            | NotNow::Failed(_) => {
                tracing::debug!("{} does not read the stream: {why}", self.consumer);
            }
        }
        Ok(())
    }
}

/// One try.
struct Attempt {
    ledger: SharedLedger,
    nats: Nats,
    /// The consumer's name, which nobody else has.
    name: String,
    after: Position,
}

impl Attempt {
    async fn attach(self, stream_end: &mut Option<u64>) -> Result<pull::Stream, NotNow> {
        if !self.nats.is_up() {
            return Err(NotNow::Down);
        }
        let context = self.nats.context();
        let (_, state) = stream::state(context).await?.ok_or(NotNow::NoStream)?;
        let last = state.last_sequence;
        let moves = stream_end.is_none_or(|end| last > end);
        *stream_end = Some(last);
        let behind = self.after.saturating_sub(last);
        if behind > BEHIND_MAX || (behind > 0 && !moves) {
            return Err(NotNow::Behind(last));
        }
        // Not past its end: what comes before `after` is dropped.
        let start = self.after.min(last) + 1;
        if state.messages > 0 && state.first_sequence > start {
            return Err(NotNow::BeginsLater(state.first_sequence));
        }
        let ledger = self.ledger.head().await?;
        if last > ledger {
            let stream = last;
            return Err(NotNow::Ahead { stream, ledger });
        }
        if state.messages > 0 {
            self.compare_with_ledger(last).await?;
        }
        self.consume(start).await
    }

    /// After a restored or exchanged ledger everything behind some point differs, the last message
    /// too.
    async fn compare_with_ledger(&self, last: u64) -> Result<(), NotNow> {
        let found = stream::message(self.nats.context(), last).await?;
        let found = found.ok_or_else(|| NotNow::Failed(format!("message {last} is not there")))?;
        let rows = self.ledger.read_all(last - 1, 1).await?;
        let event = message::decode(last, &found.payload);
        match (event, rows.first()) {
            (Ok(event), Some(row)) if event == *row => Ok(()),
            _ => Err(NotNow::Differs(last)),
        }
    }

    async fn consume(self, start: u64) -> Result<pull::Stream, NotNow> {
        let config = pull::Config {
            name: Some(self.name),
            deliver_policy: DeliverPolicy::ByStartSequence {
                start_sequence: start,
            },
            ack_policy: AckPolicy::None,
            inactive_threshold: FORGOTTEN_AFTER,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let failed = |error: String| NotNow::Failed(error);
        let consumer = self
            .nats
            .context()
            .create_consumer_on_stream(config, STREAM)
            .await
            .map_err(|error| failed(error.to_string()))?;
        consumer
            .stream()
            .max_messages_per_batch(BATCH)
            .max_bytes_per_batch(BATCH_BYTES)
            .heartbeat(HEARTBEAT)
            .expires(EXPIRES)
            .messages()
            .await
            .map_err(|error| failed(error.to_string()))
    }
}
