//! Where a consumer's events come from: always every one, in order, without a gap; out of the
//! ledger here, over JetStream in [`crate::jetstream::feed`].

use async_trait::async_trait;
use hoso_ledger::{LedgerError, Position, RecordedEvent, SharedLedger};
use tokio::sync::watch;

/// Hands out subscriptions.
pub trait Feed: Send + Sync {
    /// The events after a position, for a consumer whose name stands in measurements.
    fn subscribe(&self, consumer: &'static str, after: Position) -> Box<dyn Subscription>;
}

/// One consumer's events.
#[async_trait]
pub trait Subscription: Send {
    /// The next events, 1 to `limit` of them, dense; waits until there is one. A future that is
    /// dropped has taken nothing.
    ///
    /// # Errors
    /// The ledger's, where it had to be read and could not: call again later.
    async fn next(&mut self, limit: u32) -> Result<Vec<RecordedEvent>, LedgerError>;
}

/// The ledger itself, woken by its head.
pub struct LedgerFeed(SharedLedger);

impl LedgerFeed {
    /// The feed of a ledger.
    #[must_use]
    pub fn new(ledger: SharedLedger) -> Self {
        Self(ledger)
    }
}

impl Feed for LedgerFeed {
    fn subscribe(&self, consumer: &'static str, after: Position) -> Box<dyn Subscription> {
        Box::new(Tail {
            consumer,
            head: self.0.watch_head(),
            ledger: SharedLedger::clone(&self.0),
            after,
            looked: false,
        })
    }
}

struct Tail {
    consumer: &'static str,
    ledger: SharedLedger,
    head: watch::Receiver<Position>,
    after: Position,
    /// The ledger was read once: from then on the head says when it is worth it.
    looked: bool,
}

#[async_trait]
impl Subscription for Tail {
    async fn next(&mut self, limit: u32) -> Result<Vec<RecordedEvent>, LedgerError> {
        loop {
            if self.looked {
                wait_past(&mut self.head, self.after).await?;
            }
            let page = self.ledger.read_all(self.after, limit).await?;
            self.looked = true;
            if let Some(last) = page.last() {
                self.after = last.position;
                count(self.consumer, "ledger", page.len());
                return Ok(page);
            }
        }
    }
}

/// Waits until the head is past a position.
///
/// # Errors
/// `Unavailable`: the ledger is closed and tells nothing more.
pub(crate) async fn wait_past(
    head: &mut watch::Receiver<Position>,
    position: Position,
) -> Result<(), LedgerError> {
    match head.wait_for(|head| *head > position).await {
        Ok(_) => Ok(()),
        Err(_) => Err(LedgerError::Unavailable {
            reason: "the ledger is closed".to_owned(),
        }),
    }
}

/// Counts events by where they came from.
pub(crate) fn count(consumer: &'static str, source: &'static str, events: usize) {
    metrics::counter!("hoso_feed_events_total", "service" => consumer, "source" => source)
        .increment(events as u64);
}
