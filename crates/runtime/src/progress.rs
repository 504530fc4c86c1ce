//! How far each reactor of this process has come, for health, for clients that wait, and for
//! tests that wait until nothing is left to do. Kept in memory; the ledger has the cursors.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use hoso_ledger::{LedgerError, Position, SharedLedger};
use tokio::sync::watch;

/// Where one reactor stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReactorState {
    /// Every event up to here was handled or parked.
    pub position: Position,
    /// Parked events that wait for a person.
    pub parked: u64,
}

/// The reactors of this process by name; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<RwLock<BTreeMap<&'static str, watch::Sender<ReactorState>>>>);

impl Progress {
    /// Registers a reactor; its runner reports through the sender.
    pub(crate) fn register(&self, name: &'static str) -> watch::Sender<ReactorState> {
        let (sender, _) = watch::channel(ReactorState::default());
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, sender.clone());
        sender
    }

    /// Every reactor and where it stands, by name.
    #[must_use]
    pub fn all(&self) -> Vec<(&'static str, ReactorState)> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(name, sender)| (*name, *sender.borrow()))
            .collect()
    }

    /// Waits until every reactor has handled all events up to `position`.
    pub async fn reached(&self, position: Position) {
        for mut receiver in self.receivers() {
            // An error means that the reactor is gone: nobody is left to wait for.
            drop(receiver.wait_for(|state| state.position >= position).await);
        }
    }

    /// Waits until every reactor has handled every event, those of the reactions included.
    ///
    /// # Errors
    /// The ledger's, if its head could not be read.
    pub async fn idle(&self, ledger: &SharedLedger) -> Result<Position, LedgerError> {
        let mut head = ledger.head().await?;
        loop {
            self.reached(head).await;
            let then = ledger.head().await?;
            if then == head {
                return Ok(head);
            }
            head = then;
        }
    }

    fn receivers(&self) -> Vec<watch::Receiver<ReactorState>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .map(watch::Sender::subscribe)
            .collect()
    }
}
