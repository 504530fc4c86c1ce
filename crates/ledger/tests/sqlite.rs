//! The SQLite engine against the conformance suite.

use async_trait::async_trait;
use hoso_ledger::conformance::Engine;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{Clock, LedgerError, SharedLedger};
use tempfile::TempDir;

struct Sqlite(TempDir);

#[async_trait]
impl Engine for Sqlite {
    async fn open(&self, clock: Clock) -> Result<SharedLedger, LedgerError> {
        Ok(SqliteLedger::open(self.0.path(), SqliteOptions::new(clock)).await?)
    }
}

fn fresh() -> std::io::Result<Sqlite> {
    tempfile::tempdir().map(Sqlite)
}

hoso_ledger::conformance!(fresh()?);
