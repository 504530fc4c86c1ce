//! Random commands on the SQLite engine answer like the model.

mod model;

use async_trait::async_trait;
use hoso_ledger::conformance::Engine;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{Clock, LedgerError, SharedLedger};
use proptest::prelude::*;
use tempfile::TempDir;

struct Sqlite(TempDir);

#[async_trait]
impl Engine for Sqlite {
    async fn open(&self, clock: Clock) -> Result<SharedLedger, LedgerError> {
        Ok(SqliteLedger::open(self.0.path(), SqliteOptions::new(clock)).await?)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_answers_like_the_model(batches in model::draws()) {
        let engine = Sqlite(tempfile::tempdir().expect("a temporary directory"));
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(model::agrees_with_the_model(&engine, batches));
    }
}
