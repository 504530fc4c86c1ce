//! What a SQLite error means to the caller: nothing written, outcome unknown, or a person must look.

use crate::error::LedgerError;

// Primary result codes, <https://sqlite.org/rescode.html>.
const PERM: u32 = 3;
const READONLY: u32 = 8;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const CANTOPEN: u32 = 14;
const CONSTRAINT: u32 = 19;
const MISMATCH: u32 = 20;
const NOTADB: u32 = 26;

/// The typed error of a failed statement.
pub(super) fn of(error: &sqlx::Error) -> LedgerError {
    let reason = error.to_string();
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .and_then(|code| code.parse::<u32>().ok())
        .map(|extended| extended & 0xff);
    match code {
        Some(PERM | READONLY | FULL | CANTOPEN) => LedgerError::NotWritable { reason },
        Some(CORRUPT | CONSTRAINT | MISMATCH | NOTADB) => LedgerError::Corrupt { reason },
        Some(_) => LedgerError::Unavailable { reason },
        None => of_the_driver(error, reason),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "sqlx's error is not ours and not exhaustive; only undecodable rows differ"
)]
fn of_the_driver(error: &sqlx::Error, reason: String) -> LedgerError {
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            LedgerError::Corrupt { reason }
        }
        _ => LedgerError::Unavailable { reason },
    }
}
