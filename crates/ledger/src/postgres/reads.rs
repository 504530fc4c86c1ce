//! Reading: what stands in the tables, as typed values; what does not fit them is `Corrupt`.

use std::collections::HashMap;
use std::str::FromStr;

use futures::TryStreamExt;
use hoso_domain::actor::Actor;
use hoso_domain::decider::Listing;
use hoso_domain::ids::DossierId;
use sha2::{Digest, Sha256};
use sqlx::postgres::{PgArguments, PgExecutor, PgRow};
use sqlx::{PgPool, Postgres, Row, Type};
use uuid::Uuid;

use super::{failure, statements as sql};
use crate::error::LedgerError;
use crate::event::{Metadata, Position, RecordedEvent, StreamName};
use crate::limits::PAGE_ROWS_MAX;
use crate::read::{
    CommandQuery, CommandRecord, KeptCheckpoint, Parked, StreamPage, StreamQuery, StreamRecord,
};
use crate::stored::{as_integer, corrupt, number_of, role_of, status_of};

type Bound<'q> = sqlx::query::Query<'q, Postgres, PgArguments>;

/// Last position.
pub(super) async fn head(readers: &PgPool) -> Result<Position, LedgerError> {
    let row = one(readers, sqlx::query(sql::HEAD)).await?;
    row.map_or(Ok(0), |row| number(&row, 0))
}

/// Events after a position.
pub(super) async fn all(
    executor: impl PgExecutor<'_>,
    after: Position,
    limit: u32,
) -> Result<Vec<RecordedEvent>, LedgerError> {
    let query = sqlx::query(sql::READ_ALL).bind(as_integer(after));
    events(executor, query.bind(i64::from(limit))).await
}

/// Events of a stream after a version.
pub(super) async fn stream_events(
    readers: &PgPool,
    stream: &StreamName,
    after_version: u64,
    limit: u32,
) -> Result<Vec<RecordedEvent>, LedgerError> {
    let query = sqlx::query(sql::READ_STREAM)
        .bind(stream.as_str())
        .bind(as_integer(after_version));
    events(readers, query.bind(i64::from(limit))).await
}

/// Events of a dossier after a position.
pub(super) async fn dossier(
    readers: &PgPool,
    dossier: &DossierId,
    after: Position,
    limit: u32,
) -> Result<Vec<RecordedEvent>, LedgerError> {
    let query = sqlx::query(sql::READ_DOSSIER)
        .bind(dossier.as_str())
        .bind(as_integer(after));
    events(readers, query.bind(i64::from(limit))).await
}

async fn events(
    executor: impl PgExecutor<'_>,
    query: Bound<'_>,
) -> Result<Vec<RecordedEvent>, LedgerError> {
    let mut rows = query.fetch(executor);
    let mut events = Vec::new();
    while let Some(row) = rows.try_next().await.map_err(|e| failure::of(&e))? {
        events.push(recorded_event(&row)?);
    }
    Ok(events)
}

/// A stream's row.
pub(super) async fn stream(
    executor: impl PgExecutor<'_>,
    stream: &StreamName,
) -> Result<Option<StreamRecord>, LedgerError> {
    let query = sqlx::query(sql::STREAM).bind(stream.as_str());
    one(executor, query)
        .await?
        .as_ref()
        .map(stream_record)
        .transpose()
}

/// The rows of these streams, where there are any; one that cannot be read spoils no other.
pub(super) async fn streams_named(
    readers: &PgPool,
    names: &[&str],
) -> Result<HashMap<StreamName, Result<StreamRecord, LedgerError>>, LedgerError> {
    let rows = many(readers, sqlx::query(sql::STREAMS_NAMED).bind(names)).await?;
    rows.iter()
        .map(|row| Ok((StreamName::from_stored(get(row, 0)?), stream_record(row))))
        .collect()
}

/// A page of a category's streams. One row more is read than asked for, to know whether more follow.
pub(super) async fn streams(
    readers: &PgPool,
    query: &StreamQuery,
) -> Result<StreamPage, LedgerError> {
    let text = match (&query.unit, &query.status) {
        (Some(_), _) => sql::LIST_OF_UNIT,
        (None, Some(_)) => sql::LIST_OF_STATUS,
        (None, None) => sql::LIST,
    };
    let limit = query.limit.clamp(1, PAGE_ROWS_MAX);
    let start = format!("{}-", query.category);
    let bound = sqlx::query(text)
        .bind(query.category.as_str())
        .bind(query.round.as_deref())
        .bind(query.unit.as_deref())
        .bind(query.status.as_deref())
        .bind(query.due_until)
        .bind(
            query
                .after
                .as_ref()
                .map_or(start.as_str(), StreamName::as_str),
        )
        .bind(i64::from(limit) + 1)
        .bind(format!("{}.", query.category)); // '.' follows '-'
    let mut rows = many(readers, bound)
        .await?
        .iter()
        .map(stream_record)
        .collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok(StreamPage { rows, more })
}

/// What a command did.
pub(super) async fn command(
    readers: &PgPool,
    command: Uuid,
) -> Result<Option<CommandRecord>, LedgerError> {
    let query = sqlx::query(sql::COMMAND).bind(command);
    one(readers, query)
        .await?
        .as_ref()
        .map(command_record)
        .transpose()
}

/// Commands of a stretch of the log, by id.
pub(super) async fn commands(
    readers: &PgPool,
    query: &CommandQuery,
) -> Result<Vec<CommandRecord>, LedgerError> {
    let text = match query.after {
        None => sql::COMMANDS,
        Some(_) => sql::COMMANDS_AFTER,
    };
    let mut bound = sqlx::query(text)
        .bind(as_integer(query.from))
        .bind(as_integer(query.until))
        .bind(i64::from(query.limit.clamp(1, PAGE_ROWS_MAX)));
    if let Some(after) = query.after {
        bound = bound.bind(after);
    }
    let rows = many(readers, bound).await?;
    rows.iter().map(command_record).collect()
}

fn command_record(row: &PgRow) -> Result<CommandRecord, LedgerError> {
    Ok(CommandRecord {
        command: get(row, 0)?,
        digest: get(row, 1)?,
        stream: StreamName::from_stored(get(row, 2)?),
        first_position: number(row, 3)?,
        count: number_of(i64::from(get::<i32>(row, 4)?))?,
        version: number(row, 5)?,
    })
}

/// Where a consumer stands.
pub(super) async fn cursor(readers: &PgPool, consumer: &str) -> Result<Position, LedgerError> {
    let row = one(readers, sqlx::query(sql::CURSOR).bind(consumer)).await?;
    row.map_or(Ok(0), |row| number(&row, 0))
}

/// Every consumer and where it stands.
pub(super) async fn cursors(readers: &PgPool) -> Result<Vec<(String, Position)>, LedgerError> {
    many(readers, sqlx::query(sql::CURSORS))
        .await?
        .iter()
        .map(|row| Ok((get(row, 0)?, number(row, 1)?)))
        .collect()
}

/// Checkpoints that were kept after one.
pub(super) async fn checkpoints(
    readers: &PgPool,
    after: u64,
    limit: u32,
) -> Result<Vec<KeptCheckpoint>, LedgerError> {
    let query = sqlx::query(sql::CHECKPOINTS)
        .bind(as_integer(after))
        .bind(i64::from(limit));
    many(readers, query)
        .await?
        .iter()
        .map(|row| {
            Ok(KeptCheckpoint {
                seq: number(row, 0)?,
                size: number(row, 1)?,
                recorded_at: get(row, 2)?,
                note: get(row, 3)?,
            })
        })
        .collect()
}

/// What a consumer could not digest.
pub(super) async fn parked(readers: &PgPool, consumer: &str) -> Result<Vec<Parked>, LedgerError> {
    many(readers, sqlx::query(sql::PARKED).bind(consumer))
        .await?
        .iter()
        .map(|row| {
            Ok(Parked {
                consumer: get(row, 0)?,
                position: number(row, 1)?,
                stream: StreamName::from_stored(get(row, 2)?),
                reason: get(row, 3)?,
                status: status_of(get(row, 4)?)?,
            })
        })
        .collect()
}

fn stream_record(row: &PgRow) -> Result<StreamRecord, LedgerError> {
    Ok(StreamRecord {
        stream: StreamName::from_stored(get(row, 0)?),
        version: number(row, 1)?,
        last_position: number(row, 2)?,
        listing: Listing {
            round: optional(row, 3)?,
            unit: optional(row, 4)?,
            dossier: optional(row, 5)?,
            status: get(row, 6)?,
            due: get(row, 7)?,
        },
        state: get(row, 8)?,
    })
}

fn recorded_event(row: &PgRow) -> Result<RecordedEvent, LedgerError> {
    let position = number(row, 0)?;
    let sha256: [u8; 32] = get(row, 12)?;
    let data: String = get(row, 20)?;
    if Sha256::digest(data.as_bytes()).as_slice() != sha256 {
        return Err(corrupt(format!(
            "the data of event {position} does not have its SHA-256"
        )));
    }
    Ok(RecordedEvent {
        position,
        id: get(row, 13)?,
        stream: StreamName::from_stored(get(row, 1)?),
        version: number(row, 2)?,
        event_type: get(row, 3)?,
        schema_version: number_of(i64::from(get::<i32>(row, 4)?))?,
        data,
        sha256,
        metadata: Metadata {
            actor: Actor {
                official: parsed(get(row, 7)?)?,
                person: parsed(get(row, 8)?)?,
                role: role_of(get(row, 10)?)?,
                agency: parsed(get(row, 11)?)?,
                on_behalf_of: optional(row, 9)?,
            },
            reason: get(row, 17)?,
            correlation: get(row, 15)?,
            causation: get(row, 16)?,
            rule_book: get(row, 18)?,
            effective_at: get(row, 6)?,
            traceparent: get(row, 19)?,
        },
        command: get(row, 14)?,
        recorded_at: get(row, 5)?,
    })
}

async fn one(
    executor: impl PgExecutor<'_>,
    query: Bound<'_>,
) -> Result<Option<PgRow>, LedgerError> {
    query
        .fetch_optional(executor)
        .await
        .map_err(|e| failure::of(&e))
}

async fn many(readers: &PgPool, query: Bound<'_>) -> Result<Vec<PgRow>, LedgerError> {
    query.fetch_all(readers).await.map_err(|e| failure::of(&e))
}

/// A column's value.
pub(super) fn get<'r, T>(row: &'r PgRow, column: usize) -> Result<T, LedgerError>
where
    T: sqlx::Decode<'r, Postgres> + Type<Postgres>,
{
    row.try_get(column).map_err(|e| failure::of(&e))
}

/// A number that cannot be negative.
fn number(row: &PgRow, column: usize) -> Result<u64, LedgerError> {
    number_of(get(row, column)?)
}

fn optional<T: FromStr<Err: std::fmt::Display>>(
    row: &PgRow,
    column: usize,
) -> Result<Option<T>, LedgerError> {
    get::<Option<&str>>(row, column)?.map(parsed).transpose()
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, LedgerError> {
    text.parse().map_err(|e| corrupt(format!("`{text}`: {e}")))
}
