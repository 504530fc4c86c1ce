//! Foreign facts a service needs, folded in memory from the whole log, and caught up with the
//! ledger's head when read. Nothing here is stored: a view is rebuilt at the start.

use std::ops::Deref;
use std::sync::Arc;

use hoso_ledger::{LedgerError, Position, RecordedEvent, SharedLedger};
use tokio::sync::Mutex;

/// Events read at a time while catching up.
const PAGE_EVENTS_MAX: u32 = 1000;

/// A fold of events into something to look facts up in.
///
/// `Clone` because a reader keeps the value it was given while the view moves on: the fold is
/// copied only when an event arrives while somebody still reads. Skip events that do not concern
/// the view; it sees all of them.
pub trait Fold: Default + Clone + Send + Sync + 'static {
    /// Folds one event.
    fn apply(&mut self, event: &RecordedEvent);
}

/// A view of the log; clones share it.
pub struct View<F> {
    ledger: SharedLedger,
    folded: Arc<Mutex<Folded<F>>>,
}

struct Folded<F> {
    position: Position,
    fold: Arc<F>,
}

impl<F> Clone for View<F> {
    fn clone(&self) -> Self {
        Self {
            ledger: Arc::clone(&self.ledger),
            folded: Arc::clone(&self.folded),
        }
    }
}

impl<F: Fold> View<F> {
    /// An empty view; the first reading folds the log.
    #[must_use]
    pub fn new(ledger: SharedLedger) -> Self {
        let folded = Folded {
            position: 0,
            fold: Arc::new(F::default()),
        };
        Self {
            ledger,
            folded: Arc::new(Mutex::new(folded)),
        }
    }

    /// The view at the ledger's head, as it is when this is called, or later.
    ///
    /// # Errors
    /// The ledger's, if it could not be read; the view stays where it was.
    pub async fn current(&self) -> Result<ViewRef<F>, LedgerError> {
        let mut folded = self.folded.lock().await;
        let head = self.ledger.head().await?;
        while folded.position < head {
            let page = self
                .ledger
                .read_all(folded.position, PAGE_EVENTS_MAX)
                .await?;
            let Some(last) = page.last().map(|event| event.position) else {
                break;
            };
            let fold = Arc::make_mut(&mut folded.fold);
            for event in &page {
                fold.apply(event);
            }
            folded.position = last;
        }
        Ok(ViewRef {
            position: folded.position,
            fold: Arc::clone(&folded.fold),
        })
    }
}

/// A view as it was at one position; it does not move while held.
#[derive(Debug, Clone)]
pub struct ViewRef<F> {
    position: Position,
    fold: Arc<F>,
}

impl<F> ViewRef<F> {
    /// The position up to which events are folded.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }
}

impl<F> Deref for ViewRef<F> {
    type Target = F;
    fn deref(&self) -> &F {
        &self.fold
    }
}

#[cfg(test)]
mod tests;
