//! How far each reactor has come, for health, for clients that wait, and for tests that wait until
//! nothing is left to do. Those of this process tell it themselves; those of other processes are
//! known by their cursors in the ledger.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use hoso_ledger::{LedgerError, ParkedStatus, Position, SharedLedger};
use tokio::sync::watch;

/// How often the cursors of other processes are read while somebody waits for them.
const CURSORS_EVERY: Duration = Duration::from_millis(20);

/// Where one reactor stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReactorState {
    /// Every event up to here was handled or parked.
    pub position: Position,
    /// Parked events that wait for a person.
    pub parked: u64,
}

/// How far a reactor is behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lag {
    /// Events still to handle.
    pub events: u64,
    /// Whole seconds since the oldest of them was recorded; 0 where there is none.
    pub seconds: u64,
}

/// The reactors by name; clones share those of this process.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    here: Arc<RwLock<BTreeMap<&'static str, watch::Sender<ReactorState>>>>,
    /// Every reactor of the system, wherever it runs.
    system: Vec<&'static str>,
}

impl Progress {
    /// The same, in a system that has these reactors; those that do not run here run elsewhere.
    #[must_use]
    pub(crate) fn of_system(mut self, reactors: &[&'static str]) -> Self {
        self.system = reactors.to_vec();
        self
    }

    /// Registers a reactor of this process; its runner reports through the sender.
    pub(crate) fn register(&self, name: &'static str) -> watch::Sender<ReactorState> {
        let (sender, _) = watch::channel(ReactorState::default());
        self.here
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, sender.clone());
        sender
    }

    /// Every reactor of this process and where it stands, by name.
    #[must_use]
    pub fn here(&self) -> Vec<(&'static str, ReactorState)> {
        self.here
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(name, sender)| (*name, *sender.borrow()))
            .collect()
    }

    /// Whether a reactor runs in this process.
    #[must_use]
    pub fn runs_here(&self, name: &str) -> bool {
        let here = self.here.read().unwrap_or_else(PoisonError::into_inner);
        here.contains_key(name)
    }

    /// The reactors that run in other processes.
    #[must_use]
    pub fn elsewhere(&self) -> Vec<&'static str> {
        let names = self.system.iter().copied();
        names.filter(|name| !self.runs_here(name)).collect()
    }

    /// Every reactor of the system and where it stands, by name.
    ///
    /// # Errors
    /// The ledger's, if cursors or parked events of other processes could not be read.
    pub async fn all(
        &self,
        ledger: &SharedLedger,
    ) -> Result<Vec<(&'static str, ReactorState)>, LedgerError> {
        let mut all = self.here();
        for name in self.elsewhere() {
            let parked = ledger.parked(name).await?;
            let waiting = |parked: &&hoso_ledger::Parked| parked.status == ParkedStatus::Waiting;
            let state = ReactorState {
                position: ledger.cursor(name).await?,
                parked: parked.iter().filter(waiting).count() as u64,
            };
            all.push((name, state));
        }
        all.sort_by_key(|(name, _)| *name);
        Ok(all)
    }

    /// Waits until every reactor has handled all events up to `position`.
    ///
    /// # Errors
    /// The ledger's, if cursors of other processes could not be read.
    pub async fn reached(
        &self,
        ledger: &SharedLedger,
        position: Position,
    ) -> Result<(), LedgerError> {
        for mut receiver in self.receivers() {
            // An error means that the reactor is gone: nobody is left to wait for.
            drop(receiver.wait_for(|state| state.position >= position).await);
        }
        let elsewhere = self.elsewhere();
        loop {
            if elsewhere.is_empty() {
                return Ok(());
            }
            let cursors: BTreeMap<_, _> = ledger.cursors().await?.into_iter().collect();
            let at = |name: &str| cursors.get(name).copied().unwrap_or(0);
            if elsewhere.iter().all(|name| at(name) >= position) {
                return Ok(());
            }
            tokio::time::sleep(CURSORS_EVERY).await;
        }
    }

    /// Waits until every reactor has handled every event, those of the reactions included.
    ///
    /// # Errors
    /// The ledger's, if its head or cursors could not be read.
    pub async fn idle(&self, ledger: &SharedLedger) -> Result<Position, LedgerError> {
        let mut head = ledger.head().await?;
        loop {
            self.reached(ledger, head).await?;
            let then = ledger.head().await?;
            if then == head {
                return Ok(head);
            }
            head = then;
        }
    }

    fn receivers(&self) -> Vec<watch::Receiver<ReactorState>> {
        self.here
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .map(watch::Sender::subscribe)
            .collect()
    }
}

/// How far a reactor that stands at `position` is behind `head`.
///
/// # Errors
/// The ledger's, if the oldest event that waits could not be read.
pub async fn lag(
    ledger: &SharedLedger,
    (position, head): (Position, Position),
    now: DateTime<Utc>,
) -> Result<Lag, LedgerError> {
    let events = head.saturating_sub(position);
    if events == 0 {
        return Ok(Lag::default());
    }
    let oldest = ledger.read_all(position, 1).await?;
    let waited = oldest.first().map(|event| now - event.recorded_at);
    // A clock that went back makes no negative wait.
    let seconds = waited.map_or(0, |waited| waited.num_seconds().max(0));
    Ok(Lag {
        events,
        seconds: seconds.unsigned_abs(),
    })
}
