//! The events a reactor has at hand: what came out of its feed and was not handled yet.

use std::collections::VecDeque;
use std::sync::Arc;

use hoso_ledger::{LedgerError, Position, RecordedEvent};

use super::subscription::{Feed, Subscription};

/// Events fetched at a time.
const PAGE_EVENTS_MAX: u32 = 256;
/// So many events that another replica has handled are passed over; where there are more, the feed
/// is asked from behind them.
const PASSED_OVER_MAX: u64 = 1_000;

pub(super) struct Intake {
    feed: Arc<dyn Feed>,
    consumer: &'static str,
    events: Box<dyn Subscription>,
    /// Everything up to here came out of it.
    fetched: Position,
    page: VecDeque<RecordedEvent>,
}

impl Intake {
    /// The events after a position.
    pub(super) fn new(feed: Arc<dyn Feed>, consumer: &'static str, after: Position) -> Self {
        Self {
            events: feed.subscribe(consumer, after),
            feed,
            consumer,
            fetched: after,
            page: VecDeque::new(),
        }
    }

    /// The event after `seen` must be handled next, and will come: either it is still to come here,
    /// at most behind a few that were handled elsewhere, or the feed is asked again.
    pub(super) fn go_on_after(&mut self, seen: Position) {
        let next = self.page.front().map_or(self.fetched + 1, |e| e.position);
        let wanted = seen + 1;
        if next > wanted || wanted - next > PASSED_OVER_MAX {
            *self = Self::new(Arc::clone(&self.feed), self.consumer, seen);
        }
    }

    /// Waits until there is an event at hand.
    pub(super) async fn fill(&mut self) -> Result<(), LedgerError> {
        if self.page.is_empty() {
            let page = self.events.next(PAGE_EVENTS_MAX).await?;
            self.fetched = page.last().map_or(self.fetched, |event| event.position);
            self.page = page.into();
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.page.is_empty()
    }

    /// The event that is handled next.
    pub(super) fn front(&self) -> Option<&RecordedEvent> {
        self.page.front()
    }

    pub(super) fn take(&mut self) -> Option<RecordedEvent> {
        self.page.pop_front()
    }

    pub(super) fn put_back(&mut self, event: RecordedEvent) {
        self.page.push_front(event);
    }
}
