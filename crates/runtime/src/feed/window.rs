//! Events handled side by side: those of one stream after each other, those of different streams at
//! once, so that their effects share commits. What is done is known in order: the cursor never
//! passes an event whose effects are not committed.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use hoso_ledger::{CursorMove, Position, RecordedEvent, StreamName};

use super::effects::Hands;
use crate::reactions::ReactionError;

/// Events in hand at a time: what two full batches of the ledger take.
const EVENTS_MAX: usize = 1_024;

/// The events in hand, in order and without a gap, from the first that is not done.
#[derive(Default)]
pub(super) struct Window {
    entries: VecDeque<Entry>,
    /// Of each stream at work, the events that wait until the one before them is done.
    lanes: HashMap<StreamName, VecDeque<Arc<RecordedEvent>>>,
    running: FuturesUnordered<BoxFuture<'static, Ended>>,
    /// A cursor is on its way; a second one would not know where the first leaves it.
    cursor_moves: bool,
    /// Nothing more begins.
    stopped: bool,
}

struct Entry {
    event: Arc<RecordedEvent>,
    done: bool,
}

/// What came to its end: an event's effects, or a cursor's way alone.
pub(super) struct Ended {
    event: Option<Arc<RecordedEvent>>,
    /// Where the cursor was on its way to.
    cursor: Option<Position>,
    /// Whether the cursor got there.
    outcome: Result<bool, ReactionError>,
}

/// What the window says of something that ended.
pub(super) enum News {
    /// Effects or a cursor are committed.
    Done {
        /// Every event up to here is done; `None` where that is as before.
        until: Option<Position>,
        /// Where the cursor stands, if it moved.
        cursor: Option<Position>,
    },
    /// The event at this position, or where there is none a cursor, came to nothing.
    Failed(Option<Position>, ReactionError),
}

impl Window {
    /// Nothing is in hand and nothing runs.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.running.is_empty()
    }

    pub(super) fn has_room(&self) -> bool {
        self.entries.len() < EVENTS_MAX
    }

    /// Whether the cursor stands still and a move of it may begin.
    pub(super) fn cursor_stands(&self) -> bool {
        !self.cursor_moves
    }

    /// First and last position in hand.
    pub(super) fn span(&self) -> Option<(Position, Position)> {
        let (first, last) = (self.entries.front()?, self.entries.back()?);
        Some((first.event.position, last.event.position))
    }

    /// Takes the event after the last one in hand, and the cursor's move with its effects where
    /// nothing is in hand. It begins at once unless one of its stream is at work.
    pub(super) fn admit(
        &mut self,
        hands: &Arc<Hands>,
        event: RecordedEvent,
        cursor: Option<CursorMove>,
    ) {
        let event = Arc::new(event);
        self.entries.push_back(Entry {
            event: Arc::clone(&event),
            done: false,
        });
        if let Some(waiting) = self.lanes.get_mut(&event.stream) {
            waiting.push_back(event);
            return;
        }
        self.lanes.insert(event.stream.clone(), VecDeque::new());
        self.begin(hands, event, cursor);
    }

    fn begin(&mut self, hands: &Arc<Hands>, event: Arc<RecordedEvent>, cursor: Option<CursorMove>) {
        let hands = Arc::clone(hands);
        self.cursor_moves |= cursor.is_some();
        self.running.push(Box::pin(async move {
            let to = cursor.as_ref().map(|cursor| cursor.to);
            Ended {
                outcome: hands.run(&event, cursor).await,
                event: Some(event),
                cursor: to,
            }
        }));
    }

    /// Moves the cursor beside the events in hand.
    pub(super) fn move_cursor(&mut self, hands: &Arc<Hands>, cursor: CursorMove) {
        let hands = Arc::clone(hands);
        self.cursor_moves = true;
        self.running.push(Box::pin(async move {
            let to = Some(cursor.to);
            let moved = hands.runtime.ledger.move_cursor(cursor).await;
            Ended {
                event: None,
                cursor: to,
                outcome: moved.map(|()| true).map_err(ReactionError::Ledger),
            }
        }));
    }

    /// Waits until something ends, `None` where nothing runs. Dropping the future loses nothing.
    pub(super) async fn ended(&mut self) -> Option<Ended> {
        self.running.next().await
    }

    /// Takes note of what ended; the next event of its stream begins.
    pub(super) fn note(&mut self, hands: &Arc<Hands>, ended: Ended) -> News {
        if ended.cursor.is_some() {
            self.cursor_moves = false;
        }
        let position = ended.event.as_ref().map(|event| event.position);
        let moved = match ended.outcome {
            Ok(moved) => moved,
            Err(error) => return News::Failed(position, error),
        };
        let until = ended.event.and_then(|event| self.done(hands, &event));
        News::Done {
            until,
            cursor: ended.cursor.filter(|_| moved),
        }
    }

    fn done(&mut self, hands: &Arc<Hands>, event: &RecordedEvent) -> Option<Position> {
        // Positions are dense: an event stands as far behind the first as its position is.
        let first = self.span().map_or(event.position, |(first, _)| first);
        let index = usize::try_from(event.position - first).ok();
        if let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) {
            entry.done = true;
        }
        let mut until = None;
        while self.entries.front().is_some_and(|entry| entry.done) {
            until = self.entries.pop_front().map(|entry| entry.event.position);
        }
        if !self.stopped {
            match self.lanes.get_mut(&event.stream).map(VecDeque::pop_front) {
                Some(Some(next)) => self.begin(hands, next, None),
                Some(None) => {
                    self.lanes.remove(&event.stream);
                }
                None => {}
            }
        }
        until
    }

    /// From now on nothing begins; what runs is still to be waited for.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    /// Gives back the events that are not done, and those done behind them, in order. Nothing may run.
    pub(super) fn give_back(&mut self) -> impl DoubleEndedIterator<Item = RecordedEvent> + use<> {
        let Self { entries, .. } = std::mem::take(self);
        entries
            .into_iter()
            .map(|entry| Arc::unwrap_or_clone(entry.event))
    }
}
