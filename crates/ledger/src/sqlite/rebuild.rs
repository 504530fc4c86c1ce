//! Making the rows of `streams` anew from a fold of their events: `hoso ledger rebuild`.
//!
//! One transaction, all or nothing. A row is refused if its stream moved on while it was folded.

use sqlx::{Executor, SqliteConnection};

use super::plan::StreamWrite;
use super::reads::{number, stream_record};
use super::{failure, statements as sql, write};
use crate::append::StreamRow;
use crate::error::LedgerError;

/// Replaces the rows that differ; answers how many did.
pub(super) async fn rebuild(
    connection: &mut SqliteConnection,
    rows: Vec<StreamRow>,
) -> Result<u64, LedgerError> {
    connection
        .execute(sql::LOCK)
        .await
        .map_err(|e| failure::of(&e))?;
    let mut replaced = 0;
    for row in rows {
        replaced += u64::from(rebuild_row(connection, row).await?);
    }
    write::run(connection, sqlx::query(sql::COMMIT)).await?;
    Ok(replaced)
}

async fn rebuild_row(
    connection: &mut SqliteConnection,
    row: StreamRow,
) -> Result<bool, LedgerError> {
    let last = sqlx::query(sql::LAST_OF_STREAM)
        .bind(row.stream.to_string())
        .fetch_optional(&mut *connection)
        .await
        .map_err(|e| failure::of(&e))?;
    let (version, last_position) = match &last {
        Some(last) => (number(last, 0)?, number(last, 1)?),
        None => (0, 0),
    };
    if version != row.version || version == 0 {
        return Err(LedgerError::Conflict {
            stream: row.stream,
            expected: row.version,
            actual: version,
        });
    }
    let held = sqlx::query(sql::STREAM)
        .bind(row.stream.to_string())
        .fetch_optional(&mut *connection)
        .await
        .map_err(|e| failure::of(&e))?;
    let same = held
        .as_ref()
        .and_then(|held| stream_record(held).ok())
        .is_some_and(|held| {
            held.version == version
                && held.last_position == last_position
                && held.state == row.state
                && held.listing == row.listing
        });
    if same {
        return Ok(false);
    }
    let write = StreamWrite {
        stream: row.stream,
        version,
        last_position,
        listing: row.listing,
        state: row.state,
        moves: true,
    };
    if let Some(query) = write::upsert_stream(write) {
        write::run(connection, query).await?;
    }
    Ok(true)
}
