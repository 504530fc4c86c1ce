//! A lock of the whole database for work that one process should do at a time. It is held by a
//! connection of its own, and ends with it: by giving it back, by the process's end, or because the
//! process stood still for longer than its heartbeat may miss.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection, Row as _};

use super::{failure, open, statements as sql};
use crate::error::LedgerError;

/// How often the holder shows that it lives.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(1);
/// It must be answered so soon.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// The database ends the session of a holder that was silent for so long.
const SILENT_MAX: &str = "5s";

/// A held lock; dropping it gives it back.
#[derive(Debug)]
pub struct Held {
    connection: PgConnection,
}

/// Takes the lock of a name, unless another holds it.
///
/// # Errors
/// `Unavailable` if the database cannot be reached in time.
pub async fn try_lock(url: &str, name: &str) -> Result<Option<Held>, LedgerError> {
    let asked = tokio::time::timeout(ANSWER_WITHIN, async {
        // A holder that stands still is cut off by the database, so that another can work.
        let target = open::target(url, name)?.options([("idle_session_timeout", SILENT_MAX)]);
        let mut connection = open::connect(&target).await?;
        let row = sqlx::query(sql::TRY_LOCK)
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .map_err(|e| failure::of(&e))?;
        let held: bool = row.try_get(0).map_err(|e| failure::of(&e))?;
        if held {
            return Ok(Some(Held { connection }));
        }
        connection.close().await.map_err(|e| failure::of(&e))?;
        Ok(None)
    });
    asked.await.unwrap_or_else(|_| {
        Err(LedgerError::Unavailable {
            reason: format!("no answer within {} s", ANSWER_WITHIN.as_secs()),
        })
    })
}

impl Held {
    /// Returns when the lock is lost: its connection ended, or does not answer.
    pub async fn lost(&mut self) {
        loop {
            tokio::time::sleep(HEARTBEAT_EVERY).await;
            let alive = sqlx::query(sql::HEARTBEAT).execute(&mut self.connection);
            if !matches!(tokio::time::timeout(ANSWER_WITHIN, alive).await, Ok(Ok(_))) {
                return;
            }
        }
    }
}
