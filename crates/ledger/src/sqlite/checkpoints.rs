//! Keeping signed checkpoints beside the log.

use sqlx::{Executor, Row, SqliteConnection};

use super::{failure, statements as sql, write};
use crate::error::LedgerError;
use crate::queue::cut_before;
use crate::stored::{as_integer, number_of};

/// Keeps one, once.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    size: u64,
    note: String,
    recorded_at: i64,
) -> Result<(), LedgerError> {
    connection
        .execute(sql::LOCK)
        .await
        .map_err(|e| failure::of(&e))?;
    let head = sqlx::query(sql::HEAD)
        .fetch_one(&mut *connection)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(|e| failure::of(&e))?;
    if number_of::<u64>(head)? < size {
        return Err(cut_before(size));
    }
    let query = sqlx::query(sql::KEEP_CHECKPOINT)
        .bind(as_integer(size))
        .bind(recorded_at)
        .bind(note);
    write::run(connection, query).await?;
    write::run(connection, sqlx::query(sql::COMMIT)).await?;
    Ok(())
}
