//! The PostgreSQL engine against the conformance suite.

use async_trait::async_trait;
use hoso_ledger::conformance::Engine;
use hoso_ledger::{Clock, LedgerError, SharedLedger};

use crate::world::World;

#[async_trait]
impl Engine for World {
    async fn open(&self, _: Clock) -> Result<SharedLedger, LedgerError> {
        Ok(self.ledger().await?)
    }

    fn tells_its_own_time(&self) -> bool {
        true
    }
}

hoso_ledger::conformance!(World::fresh().await?);
