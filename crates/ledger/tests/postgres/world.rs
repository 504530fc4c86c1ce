//! A migrated database of its own for each test, and ways into it.

use std::sync::Arc;

use hoso_ledger::LedgerError;
use hoso_ledger::conformance::database::FreshDatabase;
use hoso_ledger::postgres::{PostgresLedger, PostgresOptions};
use hoso_testbed::postgres::{SUPERUSER, Shared, shared};
use sqlx::{Connection, PgConnection};

/// What a test fails with.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A database, on a server that lives as long.
pub(crate) struct World {
    // Dropped first: the database goes before its server.
    database: FreshDatabase,
    server: Shared,
}

impl World {
    /// An empty ledger.
    pub(crate) async fn fresh() -> Result<Self, Failure> {
        let server = shared()?;
        let database = FreshDatabase::create(|name| server.superuser_url(name)).await?;
        Ok(Self { database, server })
    }

    /// The URL of a role.
    pub(crate) fn url(&self, role: &str) -> String {
        let name = self.database.name();
        if role == SUPERUSER {
            self.server.superuser_url(name)
        } else {
            self.server.url(name, role)
        }
    }

    /// The ledger, opened by the superuser.
    pub(crate) async fn ledger(&self) -> Result<Arc<PostgresLedger>, LedgerError> {
        self.ledger_of(SUPERUSER).await
    }

    /// The ledger, opened by a role.
    pub(crate) async fn ledger_of(&self, role: &str) -> Result<Arc<PostgresLedger>, LedgerError> {
        PostgresLedger::open(&self.url(role), PostgresOptions::new("hoso test")).await
    }

    /// A plain connection of a role.
    pub(crate) async fn connect(&self, role: &str) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect(&self.url(role)).await
    }
}
