//! Values as every engine stores them, and what does not fit them when it is read back.

use hoso_domain::actor::Role;
use serde::Deserialize;
use serde::de::value::{Error as ValueError, StrDeserializer};

use crate::error::LedgerError;
use crate::read::ParkedStatus;

/// The status of a parked event.
pub(crate) fn stored_status(status: ParkedStatus) -> &'static str {
    match status {
        ParkedStatus::Waiting => "WAITING",
        ParkedStatus::Retried => "RETRIED",
        ParkedStatus::Skipped => "SKIPPED",
    }
}

/// The status of a parked event as it was stored.
pub(crate) fn status_of(stored: &str) -> Result<ParkedStatus, LedgerError> {
    match stored {
        "WAITING" => Ok(ParkedStatus::Waiting),
        "RETRIED" => Ok(ParkedStatus::Retried),
        "SKIPPED" => Ok(ParkedStatus::Skipped),
        other => Err(corrupt(format!("`{other}` is no status of a parked event"))),
    }
}

/// The role in words.
pub(crate) fn role_of(stored: &str) -> Result<Role, LedgerError> {
    Role::deserialize(StrDeserializer::<ValueError>::new(stored))
        .map_err(|e| corrupt(e.to_string()))
}

/// A number as a database holds it; what is past its range (no log will be) stays at the end of it,
/// where density refuses it.
pub(crate) fn as_integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A stored number that cannot be negative.
pub(crate) fn number_of<N: TryFrom<i64>>(stored: i64) -> Result<N, LedgerError> {
    N::try_from(stored).map_err(|_| corrupt(format!("{stored} is out of range")))
}

/// What is stored is not what was written.
pub(crate) fn corrupt(reason: String) -> LedgerError {
    LedgerError::Corrupt { reason }
}
