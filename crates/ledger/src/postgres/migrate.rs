//! Migrating a database, and what of it was done: `hoso migrate [status]`. Roles and their passwords.
//!
//! One program migrates at a time, by a lock of the database. A database that is newer than this
//! program is refused; services refuse one that is older, too.

use sha2::{Digest, Sha256};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{failure, open, statements as sql};
use crate::error::LedgerError;

/// The roles that log in, with the service each is for. They have no password until one is set.
pub const ROLES: [(&str, &str); 7] = [
    ("hoso_registry", "registry"),
    ("hoso_submission", "submission"),
    ("hoso_verification", "verification"),
    ("hoso_ranking", "ranking"),
    ("hoso_audit", "audit"),
    ("hoso_relay", "relay"),
    ("hoso_auditor", "auditor"),
];

/// A step of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its number.
    pub version: i64,
    /// What it is about; empty for one that this program does not know.
    pub description: String,
    /// What of it is done.
    pub state: MigrationState,
}

/// What of a step is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MigrationState {
    /// The database has it.
    Applied,
    /// This program has it, the database not yet.
    Pending,
    /// The database has it and this program does not know it: the program is too old.
    Unknown,
}

fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("../../migrations/postgres");
    migrator.dangerous_set_table_name("ledger.migrations");
    migrator.create_schema("ledger");
    migrator
}

/// What tells this set of migrations from any other, in 16 hex digits.
#[must_use]
pub fn digest() -> String {
    let mut hasher = Sha256::new();
    for migration in migrator().iter() {
        hasher.update(migration.version.to_be_bytes());
        hasher.update(&migration.checksum);
    }
    let mut digest = hex::encode(hasher.finalize());
    digest.truncate(16);
    digest
}

/// Applies what is pending. Needs a superuser, or a role that may make roles and owns the database.
/// Answers what was applied now.
///
/// # Errors
/// `Unavailable` if the database cannot be reached or is newer than this program, `NotWritable` if
/// the role may not, `Corrupt` if a migration was edited after it was applied.
pub async fn migrate(url: &str) -> Result<Vec<Migration>, LedgerError> {
    let mut connection = connect(url).await?;
    let before = known(&mut connection).await?;
    let migrated = migrator().run_direct(None, &mut connection, false).await;
    migrated.map_err(|error| not_migrated(&error))?;
    connection.close().await.map_err(|e| failure::of(&e))?;
    let pending = before
        .into_iter()
        .filter(|m| m.state == MigrationState::Pending);
    Ok(pending.map(applied).collect())
}

fn applied(migration: Migration) -> Migration {
    Migration {
        state: MigrationState::Applied,
        ..migration
    }
}

/// Every step and what of it is done, by number. Changes nothing.
///
/// # Errors
/// `Unavailable` if the database cannot be reached.
pub async fn status(url: &str) -> Result<Vec<Migration>, LedgerError> {
    known(&mut connect(url).await?).await
}

/// Sets the password a role logs in with. The server is told not to log it, which a superuser may.
///
/// # Errors
/// `NotWritable` if it is none of [`ROLES`] or the caller may not, `Unavailable` if the database
/// cannot be reached.
pub async fn set_role_password(url: &str, role: &str, password: &str) -> Result<(), LedgerError> {
    if !ROLES.iter().any(|(known, _)| *known == role) {
        return Err(LedgerError::NotWritable {
            reason: format!("`{}` is no role of the ledger", role.escape_debug()),
        });
    }
    let mut connection = connect(url).await?;
    let set = set_password(&mut connection, role, password).await;
    set.map_err(|e| failure::of(&e))
}

async fn set_password(
    connection: &mut PgConnection,
    role: &str,
    password: &str,
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    transaction.execute(sql::LOG_NOTHING).await?;
    let text: String = sqlx::query_scalar(sql::PASSWORD_TEXT)
        .bind(role)
        .bind(password)
        .fetch_one(&mut *transaction)
        .await?;
    transaction.execute(AssertSqlSafe(text)).await?;
    transaction.commit().await
}

/// Refuses a database that is not at the version this program is made for.
pub(super) async fn check(connection: &mut PgConnection) -> Result<(), LedgerError> {
    for migration in known(connection).await? {
        let reason = match migration.state {
            MigrationState::Applied => continue,
            MigrationState::Pending => format!(
                "the database lacks migration {}: run `hoso migrate`",
                migration.version
            ),
            MigrationState::Unknown => format!(
                "the database has migration {}, which this program does not know: it is too old",
                migration.version
            ),
        };
        return Err(LedgerError::Unavailable { reason });
    }
    Ok(())
}

async fn known(connection: &mut PgConnection) -> Result<Vec<Migration>, LedgerError> {
    let has: bool = sqlx::query_scalar(sql::HAS_MIGRATIONS)
        .fetch_one(&mut *connection)
        .await
        .map_err(|e| failure::of(&e))?;
    let done: Vec<i64> = if has {
        sqlx::query_scalar(sql::MIGRATIONS)
            .fetch_all(connection)
            .await
            .map_err(|e| failure::of(&e))?
    } else {
        Vec::new()
    };
    let migrator = migrator();
    let mut all: Vec<_> = migrator
        .iter()
        .map(|migration| Migration {
            version: migration.version,
            description: migration.description.to_string(),
            state: if done.contains(&migration.version) {
                MigrationState::Applied
            } else {
                MigrationState::Pending
            },
        })
        .collect();
    let unknown = done.into_iter().filter(|v| !migrator.version_exists(*v));
    all.extend(unknown.map(|version| Migration {
        version,
        description: String::new(),
        state: MigrationState::Unknown,
    }));
    all.sort_by_key(|migration| migration.version);
    Ok(all)
}

async fn connect(url: &str) -> Result<PgConnection, LedgerError> {
    let target: PgConnectOptions = open::target(url, "hoso migrate")?;
    // Another program may be migrating; a minute is more than that takes.
    open::connect(&target.options([("lock_timeout", "60s")])).await
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "sqlx's error is not ours; what is not a failed statement says that program and database do not fit"
)]
fn not_migrated(error: &MigrateError) -> LedgerError {
    match error {
        MigrateError::Execute(inner) | MigrateError::ExecuteMigration(inner, _) => {
            failure::of(inner)
        }
        MigrateError::VersionMismatch(version) => LedgerError::Corrupt {
            reason: format!("migration {version} was edited after it was applied"),
        },
        other => LedgerError::Unavailable {
            reason: format!("this program does not fit the database: {other}"),
        },
    }
}
