//! Connecting: settings of every connection, and how long anything may take.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};

use super::{PostgresOptions, failure};
use crate::error::LedgerError;

/// A connection must stand so soon.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// A reader waits so long for one of the connections.
const ACQUIRE_WITHIN: Duration = Duration::from_secs(3);
/// A connection that was idle for longer is asked whether it still lives before it is used.
pub(super) const IDLE_MAX: Duration = Duration::from_secs(1);

/// Where and as whom; nothing of the URL is ever shown, it may hold a password.
pub(super) fn target(url: &str, name: &str) -> Result<PgConnectOptions, LedgerError> {
    let target = PgConnectOptions::from_str(url).map_err(|error| LedgerError::Unavailable {
        reason: format!("this is no URL of a PostgreSQL database: {error}"),
    })?;
    Ok(target
        .application_name(name)
        .disable_statement_logging()
        .options([("jit", "off")]))
}

/// The writing connection: durable, and never waiting for long.
pub(super) fn writing(target: PgConnectOptions) -> PgConnectOptions {
    target.options([
        ("synchronous_commit", "on"),
        ("statement_timeout", "10s"),
        ("lock_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "10s"),
    ])
}

/// The reading connections. All statements find their rows by a key; tables grow from nothing, and
/// a plan made while they were small would stay.
fn reading(target: PgConnectOptions) -> PgConnectOptions {
    target.options([
        ("default_transaction_read_only", "on"),
        ("statement_timeout", "30s"),
        ("plan_cache_mode", "force_generic_plan"),
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
    ])
}

/// The connection of a restore: it reads back what it wrote, in tables that nobody has analysed, and
/// takes as long as it takes.
pub(super) fn restoring(target: PgConnectOptions) -> PgConnectOptions {
    target.options([
        ("synchronous_commit", "on"),
        ("lock_timeout", "10s"),
        ("plan_cache_mode", "force_generic_plan"),
        ("enable_seqscan", "off"),
    ])
}

/// Connects, or says within a few seconds why not.
pub(super) async fn connect(target: &PgConnectOptions) -> Result<PgConnection, LedgerError> {
    match tokio::time::timeout(CONNECT_WITHIN, target.connect()).await {
        Ok(connected) => connected.map_err(|e| failure::of(&e)),
        Err(_) => Err(failure::late("connecting", CONNECT_WITHIN)),
    }
}

/// The reading connections; one is made now.
pub(super) async fn readers(
    target: PgConnectOptions,
    options: &PostgresOptions,
) -> Result<PgPool, LedgerError> {
    PgPoolOptions::new()
        .max_connections(options.readers.clamp(1, 64))
        .acquire_timeout(ACQUIRE_WITHIN)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > IDLE_MAX {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(reading(target))
        .await
        .map_err(|e| failure::of(&e))
}
