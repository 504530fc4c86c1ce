//! Reading what commands did.

use sqlx::SqlitePool;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::reads::{digest, get, id, many, number, one};
use super::statements as sql;
use crate::error::LedgerError;
use crate::event::StreamName;
use crate::limits::PAGE_ROWS_MAX;
use crate::read::{CommandQuery, CommandRecord};
use crate::stored::as_integer;

/// What a command did.
pub(super) async fn command(
    readers: &SqlitePool,
    command: Uuid,
) -> Result<Option<CommandRecord>, LedgerError> {
    let query = sqlx::query(sql::COMMAND).bind(command.as_bytes().to_vec());
    one(readers, query)
        .await?
        .as_ref()
        .map(command_record)
        .transpose()
}

/// Commands of a stretch of the log, by id.
pub(super) async fn commands(
    readers: &SqlitePool,
    query: &CommandQuery,
) -> Result<Vec<CommandRecord>, LedgerError> {
    let after = query
        .after
        .map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let bound = sqlx::query(sql::COMMANDS)
        .bind(after)
        .bind(as_integer(query.from))
        .bind(as_integer(query.until))
        .bind(i64::from(query.limit.clamp(1, PAGE_ROWS_MAX)));
    let rows = many(readers, bound).await?;
    rows.iter().map(command_record).collect()
}

fn command_record(row: &SqliteRow) -> Result<CommandRecord, LedgerError> {
    Ok(CommandRecord {
        command: id(row, 0)?,
        digest: digest(row, 1)?,
        stream: StreamName::from_stored(get(row, 2)?),
        first_position: number(row, 3)?,
        count: number(row, 4)?,
        version: number(row, 5)?,
    })
}
