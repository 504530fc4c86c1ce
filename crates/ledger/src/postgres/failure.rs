//! What an error of PostgreSQL means to the caller: nothing written, outcome unknown, or a person
//! must look.

use sqlx::error::DatabaseError;

use crate::error::LedgerError;

/// The typed error of a failed statement.
pub(super) fn of(error: &sqlx::Error) -> LedgerError {
    match error.as_database_error() {
        Some(database) => of_the_server(database),
        None => of_the_driver(error),
    }
}

/// The server refused what the statement carries, not the statement or the moment: sent alone,
/// every other item of the batch would be taken. Nothing was written and the connection is good.
pub(super) fn is_about_content(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| {
        matches!(code.get(..2), Some("22" | "23" | "54")) || code.as_ref() == "42501"
    })
}

// SQLSTATE codes, <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn of_the_server(error: &dyn DatabaseError) -> LedgerError {
    let code = error.code().unwrap_or_default();
    let said = format!("PostgreSQL says {code}: {}", error.message());
    match (code.get(..2).unwrap_or_default(), code.as_ref()) {
        // Disk full, read-only server or session, no right.
        (_, "53100" | "25006" | "42501") => LedgerError::NotWritable { reason: said },
        // Data that does not fit, constraints, limits, damaged files.
        ("22" | "23" | "54", _) | (_, "XX001" | "XX002") => LedgerError::Corrupt { reason: said },
        // No such schema, table or function.
        (_, "3F000" | "42P01" | "42883") => LedgerError::Unavailable {
            reason: format!("this database holds no ledger of this program; {said}"),
        },
        _ => LedgerError::Unavailable { reason: said },
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "sqlx's error is not ours and not exhaustive; only undecodable rows differ"
)]
fn of_the_driver(error: &sqlx::Error) -> LedgerError {
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => LedgerError::Corrupt {
            reason: error.to_string(),
        },
        sqlx::Error::Io(io) => LedgerError::Unavailable {
            reason: format!("the connection to PostgreSQL failed: {io}"),
        },
        sqlx::Error::PoolTimedOut => LedgerError::Unavailable {
            reason: "no connection to PostgreSQL in time".to_owned(),
        },
        sqlx::Error::PoolClosed => crate::queue::closed(),
        other => LedgerError::Unavailable {
            reason: other.to_string(),
        },
    }
}

/// No answer in time.
pub(super) fn late(what: &str, within: std::time::Duration) -> LedgerError {
    LedgerError::Unavailable {
        reason: format!("PostgreSQL: {what} took longer than {} s", within.as_secs()),
    }
}
