//! Keeping signed checkpoints beside the log.

use sqlx::{PgConnection, Row};

use super::statements as sql;
use super::write::Failed;
use crate::queue::cut_before;
use crate::stored::as_integer;

/// Keeps one, once.
pub(super) async fn keep(
    connection: &mut PgConnection,
    size: u64,
    note: &str,
) -> Result<(), Failed> {
    let row = sqlx::query(sql::KEEP_CHECKPOINT)
        .bind(as_integer(size))
        .bind(note)
        .fetch_one(connection)
        .await?;
    if row.try_get(0)? {
        Ok(())
    } else {
        Err(cut_before(size).into())
    }
}
