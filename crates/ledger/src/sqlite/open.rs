//! Opening the file: settings of every connection, migrations, one process at a time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection, SqlitePool};

use super::{SqliteOptions, failure};
use crate::error::LedgerError;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// How long a connection waits for another process's lock.
const BUSY_WITHIN: Duration = Duration::from_secs(5);
/// Pages the writer keeps in memory, in KiB: enough that a batch reads none of its pages again.
const CACHE_KIB: u32 = 16_384;
/// The write-ahead log goes back into the file after so many pages (16 MB): a page that many
/// batches touch is then written there once, not once a batch.
const CHECKPOINT_PAGES: u32 = 4_000;
/// Rows a connection may send ahead of who reads them.
const ROWS_AHEAD: usize = 256;

/// The ledger's file for a directory, or the file itself.
pub(super) fn file_of(path: &Path) -> PathBuf {
    if path.extension().is_some_and(|e| e == "sqlite") {
        path.to_owned()
    } else {
        path.join("ledger.sqlite")
    }
}

/// Where a restore of the file is written until it is whole.
pub(super) fn unfinished_of(file: &Path) -> PathBuf {
    file.with_extension("restoring.sqlite")
}

/// Makes and migrates the file where needed; returns the writing connection and how to make
/// another one like it.
pub(super) async fn writer(
    file: &Path,
    options: &SqliteOptions,
) -> Result<(SqliteConnectOptions, SqliteConnection), LedgerError> {
    refuse_unfinished(file)?;
    let mut connect = common(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("cache_size", format!("-{CACHE_KIB}"))
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string());
    if let Some(pages) = options.pages_max {
        connect = connect.pragma("max_page_count", pages.to_string());
    }
    let lock = lock_for_migration(file).await?;
    let connection = migrated(&connect).await?;
    drop(lock);
    Ok((connect, connection))
}

/// A file to restore into. It is thrown away if anything fails, so nothing waits for the disk.
pub(super) async fn restoring(file: &Path) -> Result<SqliteConnection, LedgerError> {
    let connect = common(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off)
        .pragma("cache_size", format!("-{CACHE_KIB}"));
    migrated(&connect).await
}

async fn migrated(connect: &SqliteConnectOptions) -> Result<SqliteConnection, LedgerError> {
    let mut connection = connect.connect().await.map_err(|e| failure::of(&e))?;
    MIGRATIONS
        .run_direct(None, &mut connection, false)
        .await
        .map_err(|error| not_migrated(&error))?;
    Ok(connection)
}

/// A fresh ledger beside an unfinished restore would hide that history is missing.
pub(super) fn refuse_unfinished(file: &Path) -> Result<(), LedgerError> {
    let unfinished = unfinished_of(file);
    if file.exists() || !unfinished.exists() {
        return Ok(());
    }
    Err(LedgerError::Unavailable {
        reason: format!(
            "a restore of {} was not finished; run it again, or delete {}",
            file.display(),
            unfinished.display()
        ),
    })
}

/// The reading connections.
pub(super) async fn readers(
    file: &Path,
    options: &SqliteOptions,
) -> Result<SqlitePool, LedgerError> {
    SqlitePoolOptions::new()
        .max_connections(options.readers.clamp(1, 64))
        .test_before_acquire(false)
        .acquire_timeout(BUSY_WITHIN * 2)
        .connect_with(common(file).read_only(true))
        .await
        .map_err(|e| failure::of(&e))
}

fn common(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(BUSY_WITHIN)
        .row_buffer_size(ROWS_AHEAD)
        .disable_statement_logging()
}

/// One process migrates at a time; the lock goes with the returned file, also when it dies.
async fn lock_for_migration(file: &Path) -> Result<std::fs::File, LedgerError> {
    let lock = file.with_extension("sqlite.lock");
    let taken = tokio::task::spawn_blocking(move || {
        if let Some(directory) = lock.parent() {
            std::fs::create_dir_all(directory)?;
        }
        let file = std::fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    });
    match taken.await {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(error)) => Err(LedgerError::NotWritable {
            reason: format!("{}: {error}", file.display()),
        }),
        Err(error) => Err(LedgerError::Unavailable {
            reason: error.to_string(),
        }),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "sqlx's error is not ours; what is not a failed statement is a file of another program"
)]
fn not_migrated(error: &sqlx::migrate::MigrateError) -> LedgerError {
    match error {
        sqlx::migrate::MigrateError::Execute(inner)
        | sqlx::migrate::MigrateError::ExecuteMigration(inner, _) => failure::of(inner),
        other => LedgerError::Unavailable {
            reason: format!("this program does not fit the ledger's file: {other}"),
        },
    }
}
