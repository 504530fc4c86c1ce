//! The PostgreSQL engine against the conformance suite.

use async_trait::async_trait;
use hoso_ledger::conformance::Engine;
use hoso_ledger::postgres::PostgresRestore;
use hoso_ledger::{Clock, LedgerError, Restore, SharedLedger};
use hoso_testbed::postgres::SUPERUSER;

use crate::world::World;

#[async_trait]
impl Engine for World {
    async fn open(&self, _: Clock) -> Result<SharedLedger, LedgerError> {
        Ok(self.ledger().await?)
    }

    async fn restore(&self) -> Result<Box<dyn Restore>, LedgerError> {
        Ok(PostgresRestore::begin(&self.url(SUPERUSER)).await?)
    }

    fn tells_its_own_time(&self) -> bool {
        true
    }
}

hoso_ledger::conformance!(World::fresh().await?);
