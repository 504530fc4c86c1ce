//! Which relay relays and which sealer seals: the one that holds a lock of the database.

use std::time::Duration;

use async_trait::async_trait;
use hoso_ledger::postgres::lock::{Held, try_lock};
use hoso_runtime::config::Secret;
use hoso_runtime::jetstream::{Leadership, Term};

/// Before the lock is tried again.
const TRY_EVERY: Duration = Duration::from_secs(1);

/// A lock of the database; it ends with the connection that holds it.
#[derive(Debug, Clone)]
pub(crate) struct DatabaseLock {
    url: Secret,
    name: &'static str,
}

impl DatabaseLock {
    /// The relay's lock in a database.
    pub(crate) const fn of_the_relay(url: Secret) -> Self {
        let name = "hoso relay";
        Self { url, name }
    }

    /// The sealer's.
    pub(crate) const fn of_the_sealer(url: Secret) -> Self {
        let name = "hoso sealer";
        Self { url, name }
    }
}

#[async_trait]
impl Leadership for DatabaseLock {
    async fn lead(&self) -> Box<dyn Term> {
        loop {
            match try_lock(self.url.expose(), self.name).await {
                Ok(Some(held)) => return Box::new(HeldTerm(held)),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "the {} lock cannot be asked for", self.name),
            }
            tokio::time::sleep(TRY_EVERY).await;
        }
    }
}

struct HeldTerm(Held);

#[async_trait]
impl Term for HeldTerm {
    async fn ended(&mut self) {
        self.0.lost().await;
    }
}
