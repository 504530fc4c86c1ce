//! Reading: what stands in the file, as typed values; what does not fit them is `Corrupt`.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use futures::{FutureExt, StreamExt};
use hoso_domain::actor::Actor;
use hoso_domain::decider::Listing;
use hoso_domain::ids::DossierId;
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteExecutor;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row, Sqlite, SqlitePool, Type};
use uuid::Uuid;

use super::{failure, statements as sql};
use crate::error::LedgerError;
use crate::event::{Metadata, Position, RecordedEvent, StreamName};
use crate::limits::PAGE_ROWS_MAX;
use crate::read::{KeptCheckpoint, Parked, StreamPage, StreamQuery, StreamRecord};
use crate::stored::{as_integer, corrupt, number_of, role_of, status_of};

type Bound = sqlx::query::Query<'static, Sqlite, SqliteArguments>;

/// Times a reader yields for the next row before it goes to sleep.
const YIELDS_MAX: u32 = 32;

/// Last position.
pub(super) async fn head(readers: &SqlitePool) -> Result<Position, LedgerError> {
    let row = one(readers, sqlx::query(sql::HEAD)).await?;
    row.map_or(Ok(0), |row| number(&row, 0))
}

/// Events after a position.
pub(super) async fn all(
    readers: impl SqliteExecutor<'_>,
    after: Position,
    limit: u32,
) -> Result<Vec<RecordedEvent>, LedgerError> {
    let query = sqlx::query(sql::READ_ALL).bind(as_integer(after));
    events(readers, query.bind(i64::from(limit))).await
}

/// Events of a stream after a version.
pub(super) async fn stream_events(
    readers: &SqlitePool,
    stream: &StreamName,
    after_version: u64,
    limit: u32,
) -> Result<Vec<RecordedEvent>, LedgerError> {
    let query = sqlx::query(sql::READ_STREAM)
        .bind(stream.to_string())
        .bind(as_integer(after_version));
    events(readers, query.bind(i64::from(limit))).await
}

/// Events of a dossier after a position.
pub(super) async fn dossier(
    readers: &SqlitePool,
    dossier: &DossierId,
    after: Position,
    limit: u32,
) -> Result<Vec<RecordedEvent>, LedgerError> {
    let query = sqlx::query(sql::READ_DOSSIER)
        .bind(dossier.to_string())
        .bind(as_integer(after));
    events(readers, query.bind(i64::from(limit))).await
}

/// Events, each made while the connection's thread reads the next ones.
///
/// Going to sleep between two rows costs both threads more than reading a row. So once rows come,
/// this yields a few times before it waits.
async fn events(
    readers: impl SqliteExecutor<'_>,
    query: Bound,
) -> Result<Vec<RecordedEvent>, LedgerError> {
    let mut rows = query.fetch(readers);
    let mut events = Vec::new();
    let mut yields = YIELDS_MAX;
    loop {
        let row = match rows.next().now_or_never() {
            Some(row) => row,
            None if yields < YIELDS_MAX => {
                yields += 1;
                tokio::task::yield_now().await;
                continue;
            }
            None => rows.next().await,
        };
        let Some(row) = row else {
            return Ok(events);
        };
        events.push(recorded_event(&row.map_err(|e| failure::of(&e))?)?);
        yields = 0;
    }
}

/// A stream's row.
pub(super) async fn stream(
    readers: impl SqliteExecutor<'_>,
    stream: &StreamName,
) -> Result<Option<StreamRecord>, LedgerError> {
    let query = sqlx::query(sql::STREAM).bind(stream.to_string());
    one(readers, query)
        .await?
        .as_ref()
        .map(stream_record)
        .transpose()
}

/// A page of a category's streams. One row more is read than asked for, to know whether more follow.
pub(super) async fn streams(
    readers: &SqlitePool,
    query: &StreamQuery,
) -> Result<StreamPage, LedgerError> {
    let text = match (&query.unit, &query.status) {
        (Some(_), _) => sql::LIST_OF_UNIT,
        (None, Some(_)) => sql::LIST_OF_STATUS,
        (None, None) => sql::LIST,
    };
    let limit = query.limit.clamp(1, PAGE_ROWS_MAX);
    let start = format!("{}-", query.category);
    let after = query.after.as_ref().map_or(start, ToString::to_string);
    let bound = sqlx::query(text)
        .bind(query.category.clone())
        .bind(query.round.clone())
        .bind(query.unit.clone())
        .bind(query.status.clone())
        .bind(query.due_until.map(|day| day.to_string()))
        .bind(after)
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

/// Where a consumer stands.
pub(super) async fn cursor(readers: &SqlitePool, consumer: &str) -> Result<Position, LedgerError> {
    let query = sqlx::query(sql::CURSOR).bind(consumer.to_owned());
    let row = one(readers, query).await?;
    row.map_or(Ok(0), |row| number(&row, 0))
}

/// Every consumer and where it stands.
pub(super) async fn cursors(readers: &SqlitePool) -> Result<Vec<(String, Position)>, LedgerError> {
    many(readers, sqlx::query(sql::CURSORS))
        .await?
        .iter()
        .map(|row| Ok((get(row, 0)?, number(row, 1)?)))
        .collect()
}

/// Checkpoints that were kept after one.
pub(super) async fn checkpoints(
    readers: &SqlitePool,
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
                recorded_at: time_of(get(row, 2)?)?,
                note: get(row, 3)?,
            })
        })
        .collect()
}

/// What a consumer could not digest.
pub(super) async fn parked(
    readers: &SqlitePool,
    consumer: &str,
) -> Result<Vec<Parked>, LedgerError> {
    let query = sqlx::query(sql::PARKED).bind(consumer.to_owned());
    many(readers, query)
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

/// A row of `streams`.
pub(super) fn stream_record(row: &SqliteRow) -> Result<StreamRecord, LedgerError> {
    let due: Option<&str> = get(row, 7)?;
    let day = |text: &str| {
        text.parse::<NaiveDate>()
            .map_err(|e| corrupt(e.to_string()))
    };
    Ok(StreamRecord {
        stream: StreamName::from_stored(get(row, 0)?),
        version: number(row, 1)?,
        last_position: number(row, 2)?,
        listing: Listing {
            round: optional_name(row, 3)?,
            unit: optional_name(row, 4)?,
            dossier: optional_name(row, 5)?,
            status: get(row, 6)?,
            due: due.map(day).transpose()?,
        },
        state: get(row, 8)?,
    })
}

fn recorded_event(row: &SqliteRow) -> Result<RecordedEvent, LedgerError> {
    let mut fields = Fields(get::<&str>(row, 0)?.split(sql::FIELD_END));
    let mut ids = Ids(get(row, 1)?);
    let position = fields.parsed()?;
    let data: String = get(row, 5)?;
    let sha256 = ids.next::<32>()?;
    if Sha256::digest(data.as_bytes()).as_slice() != sha256 {
        return Err(corrupt(format!(
            "the data of event {position} does not have its SHA-256"
        )));
    }
    let id = Uuid::from_bytes(ids.next()?);
    let command = Uuid::from_bytes(ids.next()?);
    let correlation = Uuid::from_bytes(ids.next()?);
    let causation = match ids.0 {
        [] => None,
        cause => Some(id_of(cause)?),
    };
    Ok(RecordedEvent {
        position,
        stream: StreamName::from_stored(fields.next()?.to_owned()),
        version: fields.parsed()?,
        event_type: fields.next()?.to_owned(),
        schema_version: fields.parsed()?,
        recorded_at: time_of(fields.parsed()?)?,
        metadata: Metadata {
            effective_at: time_of(fields.parsed()?)?,
            actor: Actor {
                official: fields.parsed()?,
                person: fields.parsed()?,
                on_behalf_of: match fields.next()? {
                    "" => None,
                    id => Some(parsed(id)?),
                },
                role: role_of(fields.next()?)?,
                agency: fields.parsed()?,
            },
            reason: get(row, 2)?,
            correlation,
            causation,
            rule_book: get(row, 3)?,
            traceparent: get(row, 4)?,
        },
        id,
        command,
        sha256,
        data,
    })
}

/// The fields of an event's first column, in order.
struct Fields<'r>(std::str::Split<'r, char>);

impl<'r> Fields<'r> {
    fn next(&mut self) -> Result<&'r str, LedgerError> {
        let missing = || corrupt("an event has too few fields".to_owned());
        self.0.next().ok_or_else(missing)
    }

    fn parsed<T: FromStr<Err: std::fmt::Display>>(&mut self) -> Result<T, LedgerError> {
        parsed(self.next()?)
    }
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, LedgerError> {
    text.parse().map_err(|e| corrupt(format!("`{text}`: {e}")))
}

/// The digest and ids of an event's second column, in order.
struct Ids<'r>(&'r [u8]);

impl Ids<'_> {
    fn next<const N: usize>(&mut self) -> Result<[u8; N], LedgerError> {
        let missing = || corrupt("an event has too few ids".to_owned());
        let (id, rest) = self.0.split_first_chunk().ok_or_else(missing)?;
        self.0 = rest;
        Ok(*id)
    }
}

pub(super) async fn one(
    readers: impl SqliteExecutor<'_>,
    query: Bound,
) -> Result<Option<SqliteRow>, LedgerError> {
    query
        .fetch_optional(readers)
        .await
        .map_err(|e| failure::of(&e))
}

pub(super) async fn many(
    readers: &SqlitePool,
    query: Bound,
) -> Result<Vec<SqliteRow>, LedgerError> {
    query.fetch_all(readers).await.map_err(|e| failure::of(&e))
}

pub(super) fn get<'r, T>(row: &'r SqliteRow, column: usize) -> Result<T, LedgerError>
where
    T: sqlx::Decode<'r, Sqlite> + Type<Sqlite>,
{
    row.try_get(column).map_err(|e| failure::of(&e))
}

/// A number that cannot be negative.
pub(super) fn number<N: TryFrom<i64>>(row: &SqliteRow, column: usize) -> Result<N, LedgerError> {
    number_of(get(row, column)?)
}

fn time_of(stored: i64) -> Result<DateTime<Utc>, LedgerError> {
    DateTime::from_timestamp_micros(stored)
        .ok_or_else(|| corrupt(format!("{stored} is no time in microseconds")))
}

pub(super) fn id(row: &SqliteRow, column: usize) -> Result<Uuid, LedgerError> {
    id_of(get(row, column)?)
}

fn id_of(bytes: &[u8]) -> Result<Uuid, LedgerError> {
    Uuid::from_slice(bytes).map_err(|e| corrupt(e.to_string()))
}

pub(super) fn digest(row: &SqliteRow, column: usize) -> Result<[u8; 32], LedgerError> {
    let bytes: &[u8] = get(row, column)?;
    bytes
        .try_into()
        .map_err(|_| corrupt(format!("a digest has {} bytes", bytes.len())))
}

fn optional_name<T: TryFrom<String, Error: std::fmt::Display>>(
    row: &SqliteRow,
    column: usize,
) -> Result<Option<T>, LedgerError> {
    let text: Option<String> = get(row, column)?;
    text.map(T::try_from)
        .transpose()
        .map_err(|e| corrupt(e.to_string()))
}
