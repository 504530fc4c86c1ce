//! The SQLite engine against the conformance suite.

use async_trait::async_trait;
use hoso_ledger::conformance::{Engine, Outcome, sample};
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions, SqliteRestore};
use hoso_ledger::{Clock, LedgerError, Restore, SharedLedger};
use tempfile::TempDir;

struct Sqlite(TempDir);

#[async_trait]
impl Engine for Sqlite {
    async fn open(&self, clock: Clock) -> Result<SharedLedger, LedgerError> {
        Ok(SqliteLedger::open(self.0.path(), SqliteOptions::new(clock)).await?)
    }

    async fn restore(&self) -> Result<Box<dyn Restore>, LedgerError> {
        Ok(SqliteRestore::begin(self.0.path()).await?)
    }
}

fn fresh() -> std::io::Result<Sqlite> {
    tempfile::tempdir().map(Sqlite)
}

hoso_ledger::conformance!(fresh()?);

/// Opening a ledger where a restore was not finished would start an empty one in its place.
#[tokio::test]
async fn no_ledger_is_made_beside_an_unfinished_restore() -> Outcome {
    let store = fresh()?;
    // As a crash leaves it.
    let restore = SqliteRestore::begin(store.0.path()).await?;
    std::mem::forget(restore);
    let refused = store.open(sample::still_clock()).await.err();
    let text = refused.ok_or("it was opened")?.to_string();
    assert!(text.contains("was not finished"), "{text}");
    SqliteRestore::begin(store.0.path()).await?.finish().await?;
    assert_eq!(store.open(sample::still_clock()).await?.head().await?, 0);
    Ok(())
}
