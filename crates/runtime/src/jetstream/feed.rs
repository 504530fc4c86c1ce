//! Events over JetStream, and out of the ledger whenever JetStream is not to be relied on.
//!
//! The stream is trusted by number only as far as it is checked: the cursor is the subscription's
//! own, a message at or before it is dropped, and a gap, a message that is no event, an error, a
//! lost connection, or a second of silence while the ledger has more ends the consumer. The ledger
//! is then read until it has nothing more, and a new consumer is tried. No consumer begins behind
//! the stream's end, where it would be silent for ever.
//!
//! So nothing is skipped and nothing comes twice, whatever happens to NATS. What a message says is
//! held against the ledger when a consumer begins and about once a second after that.

mod attach;

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::pull;
use async_trait::async_trait;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use hoso_ledger::{LedgerError, Position, RecordedEvent, SharedLedger};
use tokio::sync::watch;
use tokio::time::Instant;

use super::connect::Nats;
use super::message;
use crate::feed::subscription::{Feed, Subscription, count, wait_past};
use crate::ids::Ids;
use attach::Attached;

/// Silence of the stream while the ledger has more.
const SILENCE_MAX: Duration = Duration::from_secs(1);
/// How often an event of the stream is held against the ledger's.
const COMPARE_EVERY: Duration = Duration::from_secs(1);
/// First wait before a new consumer is tried; doubled up to the longest.
const BACKOFF_MIN: Duration = Duration::from_millis(50);
/// Longest wait. The ledger's feed is as good meanwhile, only dearer.
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// The feed over a connection's stream, and over the ledger.
pub struct JetStreamFeed {
    ledger: SharedLedger,
    nats: Nats,
}

impl JetStreamFeed {
    /// The feed of a stream that a relay fills from this ledger.
    #[must_use]
    pub fn new(ledger: SharedLedger, nats: Nats) -> Self {
        Self { ledger, nats }
    }
}

impl Feed for JetStreamFeed {
    fn subscribe(&self, consumer: &'static str, after: Position) -> Box<dyn Subscription> {
        Box::new(Delivery {
            consumer,
            head: self.ledger.watch_head(),
            ledger: Arc::clone(&self.ledger),
            nats: self.nats.clone(),
            ids: Ids::system(),
            after,
            ready: Vec::new(),
            source: Source::Ledger { caught_up: false },
            attaching: None,
            attach_at: Instant::now(),
            backoff: BACKOFF_MIN,
            stream_end: None,
            compare_at: Instant::now(),
            silent_since: None,
        })
    }
}

/// Where the next events come from.
enum Source {
    /// The ledger; `caught_up` once it had nothing more.
    Ledger { caught_up: bool },
    /// A consumer of the stream.
    Stream(Box<pull::Stream>),
}

/// One consumer's events.
struct Delivery {
    consumer: &'static str,
    ledger: SharedLedger,
    head: watch::Receiver<Position>,
    nats: Nats,
    ids: Ids,
    /// Everything up to here was handed out.
    after: Position,
    /// Out of the stream, next after `after`, not handed out yet.
    ready: Vec<RecordedEvent>,
    source: Source,
    /// A new consumer that is being tried.
    attaching: Option<BoxFuture<'static, Attached>>,
    /// None is tried before.
    attach_at: Instant,
    backoff: Duration,
    /// Where the stream ended when it was last looked at: a stream that lags behind the ledger and
    /// does not move is not worth a consumer.
    stream_end: Option<u64>,
    /// An event of the stream is held against the ledger's from then on.
    compare_at: Instant,
    /// Since when the ledger has more and the stream says nothing.
    silent_since: Option<Instant>,
}

/// Why a consumer was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    Gap,
    Malformed,
    Differs,
    Error,
    Ended,
    Silent,
    Disconnected,
}

impl Lost {
    fn word(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Malformed => "malformed",
            Self::Differs => "differs",
            Self::Error => "error",
            Self::Ended => "ended",
            Self::Silent => "silent",
            Self::Disconnected => "disconnected",
        }
    }
}

#[async_trait]
impl Subscription for Delivery {
    async fn next(&mut self, limit: u32) -> Result<Vec<RecordedEvent>, LedgerError> {
        loop {
            if !self.ready.is_empty() {
                if self.compare().await? {
                    return Ok(self.hand_out(limit));
                }
                continue;
            }
            let caught_up = match self.source {
                Source::Stream(_) => {
                    self.receive(limit).await?;
                    continue;
                }
                Source::Ledger { caught_up } => caught_up,
            };
            if caught_up && self.wait_for_more().await? {
                continue;
            }
            let page = self.read(limit).await?;
            if !page.is_empty() {
                return Ok(page);
            }
        }
    }
}

impl Delivery {
    /// Takes what the stream has, at least one message, or gives the consumer up.
    async fn receive(&mut self, limit: u32) -> Result<(), LedgerError> {
        let Source::Stream(messages) = &mut self.source else {
            return Ok(());
        };
        let mut expected = self.after + 1;
        let mut lost = None;
        let mut next = tokio::select! {
            biased;
            message = messages.next() => Some(message),
            () = self.nats.down() => {
                lost = Some(Lost::Disconnected);
                None
            }
            stalled = stalled(&mut self.head, self.after, &mut self.silent_since) => {
                stalled?;
                lost = Some(Lost::Silent);
                None
            }
        };
        if next.is_some() {
            self.silent_since = None;
        }
        while let Some(message) = next {
            match taken(message, expected) {
                Ok(Some(event)) => {
                    self.ready.push(event);
                    expected += 1;
                }
                Ok(None) => {}
                Err(why) => {
                    lost = Some(why);
                    break;
                }
            }
            if self.ready.len() >= limit as usize {
                break;
            }
            next = messages.next().now_or_never();
        }
        if let Some(why) = lost {
            self.give_up(why);
        }
        Ok(())
    }

    /// Back to the ledger, for a while.
    fn give_up(&mut self, why: Lost) {
        tracing::warn!(
            service.name = self.consumer,
            position = self.after,
            "{} reads the ledger: its consumer of the stream is given up ({})",
            self.consumer,
            why.word()
        );
        metrics::counter!("hoso_feed_rebuilds_total", "service" => self.consumer,
            "why" => why.word())
        .increment(1);
        metrics::gauge!("hoso_feed_attached", "service" => self.consumer).set(0.0);
        self.source = Source::Ledger { caught_up: false };
        self.silent_since = None;
        self.put_off();
    }

    /// A new consumer is tried later, and later each time that it does not help.
    fn put_off(&mut self) {
        self.attach_at = Instant::now() + self.backoff;
        self.backoff = (self.backoff * 2).min(BACKOFF_MAX);
    }

    /// Whether what is ready may be handed out: about once a second it is held against the ledger.
    async fn compare(&mut self) -> Result<bool, LedgerError> {
        if Instant::now() < self.compare_at {
            return Ok(true);
        }
        let Some(last) = self.ready.last() else {
            return Ok(false);
        };
        let rows = self.ledger.read_all(last.position - 1, 1).await?;
        if rows.first() == Some(last) {
            self.compare_at = Instant::now() + COMPARE_EVERY;
            return Ok(true);
        }
        tracing::error!(
            position = last.position,
            "message {} of the stream is not the ledger's event",
            last.position
        );
        self.ready.clear();
        self.give_up(Lost::Differs);
        Ok(false)
    }

    fn hand_out(&mut self, limit: u32) -> Vec<RecordedEvent> {
        // A dropped call may have made more ready than this one may take.
        let taken = self.ready.len().min(limit as usize);
        let rest = self.ready.split_off(taken);
        let events = std::mem::replace(&mut self.ready, rest);
        if let Some(last) = events.last() {
            self.after = last.position;
        }
        // The stream is good for something: the next consumer is tried soon again.
        self.backoff = BACKOFF_MIN;
        count(self.consumer, "stream", events.len());
        events
    }

    async fn read(&mut self, limit: u32) -> Result<Vec<RecordedEvent>, LedgerError> {
        let page = self.ledger.read_all(self.after, limit).await?;
        let caught_up = page.len() < limit as usize;
        self.source = Source::Ledger { caught_up };
        if let Some(last) = page.last() {
            self.after = last.position;
            count(self.consumer, "ledger", page.len());
        }
        Ok(page)
    }

    /// Caught up with the ledger: waits until it has more (false), or until it is known whether a
    /// new consumer can begin, or time to try one (true).
    async fn wait_for_more(&mut self) -> Result<bool, LedgerError> {
        if self.attaching.is_none() && Instant::now() >= self.attach_at {
            self.attaching = Some(self.attach().boxed());
        }
        let Some(attaching) = &mut self.attaching else {
            return tokio::select! {
                more = wait_past(&mut self.head, self.after) => more.map(|()| false),
                () = tokio::time::sleep_until(self.attach_at) => Ok(true),
            };
        };
        let outcome = tokio::select! {
            biased;
            outcome = attaching => outcome,
            more = wait_past(&mut self.head, self.after) => return more.map(|()| false),
        };
        self.attaching = None;
        self.attached(outcome)?;
        Ok(true)
    }
}

/// Returns once the ledger has been ahead of a position for too long. Goes on where it was dropped.
async fn stalled(
    head: &mut watch::Receiver<Position>,
    after: Position,
    since: &mut Option<Instant>,
) -> Result<(), LedgerError> {
    wait_past(head, after).await?;
    let since = *since.get_or_insert_with(Instant::now);
    tokio::time::sleep_until(since + SILENCE_MAX).await;
    Ok(())
}

/// The event of a message: `None` for one that was had before.
fn taken(
    message: Option<Result<async_nats::jetstream::Message, pull::MessagesError>>,
    expected: Position,
) -> Result<Option<RecordedEvent>, Lost> {
    let message = match message {
        Some(Ok(message)) => message,
        Some(Err(error)) => {
            tracing::info!(%error, "the stream's consumer fails");
            return Err(Lost::Error);
        }
        None => return Err(Lost::Ended),
    };
    let Ok(info) = message.info() else {
        return Err(Lost::Malformed);
    };
    let sequence = info.stream_sequence;
    if sequence < expected {
        return Ok(None);
    }
    if sequence > expected {
        return Err(Lost::Gap);
    }
    match message::decode(sequence, &message.payload) {
        Ok(event) => Ok(Some(event)),
        Err(error) => {
            metrics::counter!("hoso_feed_refused_total").increment(1);
            tracing::error!(%error, "a message of the stream is refused");
            Err(Lost::Malformed)
        }
    }
}
