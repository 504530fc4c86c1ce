//! One transaction: look up under the write lock, then write a plan.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Executor, Row, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::failure;
use super::plan::{EventRow, Plan, Seen, SeenStream, StreamWrite};
use super::reads::number;
use super::statements::{self as sql, Chunked, Shape};
use crate::append::Appended;
use crate::error::LedgerError;
use crate::event::{Position, StreamName};
use crate::queue::Work;
use crate::read::{CommandRecord, Parked};
use crate::stored::{as_integer, stored_status};

type Bound = Query<'static, Sqlite, SqliteArguments>;

/// Takes the write lock and reads what the items depend on.
pub(super) async fn look_up(
    connection: &mut SqliteConnection,
    items: &[Work],
) -> Result<Seen, LedgerError> {
    let mut streams = Vec::with_capacity(items.len());
    let mut commands = Vec::with_capacity(items.len());
    let mut consumers = Vec::new();
    for item in items {
        match item {
            Work::Append(append) => {
                streams.push(append.row.stream.as_str());
                commands.push(append.command.simple().to_string());
                consumers.extend(append.cursor.as_ref().map(|c| c.consumer.as_str()));
            }
            Work::Move(cursor) | Work::Park(_, cursor) => consumers.push(cursor.consumer.as_str()),
            Work::Resolve { .. } => {}
        }
    }
    let row = sqlx::query(sql::LOCK_AND_LOOK_UP)
        .bind(as_json(&streams)?)
        .bind(as_json(&commands)?)
        .bind(as_json(&consumers)?)
        .fetch_one(connection)
        .await
        .map_err(|e| failure::of(&e))?;
    seen(&row)
}

fn seen(row: &SqliteRow) -> Result<Seen, LedgerError> {
    let text = |column: usize| row.try_get::<&str, _>(column).map_err(|e| failure::of(&e));
    let streams: Vec<(String, u64, Option<String>, String)> = from_json(text(3)?)?;
    let commands: Vec<(Uuid, String, String, u64, u32, u64)> = from_json(text(4)?)?;
    let cursors: Vec<(String, u64)> = from_json(text(5)?)?;
    let mut known = HashMap::with_capacity(commands.len());
    for (command, digest, stream, first_position, count, version) in commands {
        let mut bytes = [0; 32];
        hex::decode_to_slice(&digest, &mut bytes).map_err(|e| unreadable(&e))?;
        let record = CommandRecord {
            command,
            digest: bytes,
            stream: StreamName::from_stored(stream),
            first_position,
            count,
            version,
        };
        known.insert(command, record);
    }
    Ok(Seen {
        head: number(row, 0)?,
        recorded_at: row.try_get(1).map_err(|e| failure::of(&e))?,
        batch: row.try_get(2).map_err(|e| failure::of(&e))?,
        streams: streams
            .into_iter()
            .map(|(stream, version, unit, status)| {
                let seen = SeenStream {
                    version,
                    unit,
                    status,
                };
                (stream, seen)
            })
            .collect(),
        commands: known,
        cursors: cursors.into_iter().collect(),
    })
}

/// Writes a plan and commits it. Answers the head and one answer an item.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    mut plan: Plan,
) -> Result<(Position, Vec<Result<Appended, LedgerError>>), LedgerError> {
    let answers = std::mem::take(&mut plan.answers);
    let head = plan.head;
    if plan.writes_nothing() {
        run(connection, sqlx::query(sql::ROLLBACK)).await?;
        return Ok((head, answers));
    }
    let (moving, staying) = plan.streams.drain(..).partition(|row| row.moves);
    let rows = StreamRows { moving, staying };
    match small(&plan, &rows) {
        Some(shape) => {
            run(connection, as_one(shape, plan, rows)).await?;
            Ok((head, answers))
        }
        None => write_all(connection, plan, rows, answers).await,
    }
}

/// Rows of streams, by the statement they need.
struct StreamRows {
    moving: Vec<StreamWrite>,
    staying: Vec<StreamWrite>,
}

/// The shape of a batch that is small enough to be written by one text.
fn small(plan: &Plan, rows: &StreamRows) -> Option<Shape> {
    let shape = Shape {
        events: plan.events.len(),
        moving: rows.moving.len(),
        staying: rows.staying.len(),
        commands: plan.commands.len(),
        dossier_events: plan.dossier_events.len(),
        cursors: plan.cursors.len(),
    };
    let fits = [
        shape.events,
        shape.commands,
        shape.dossier_events,
        shape.cursors,
    ]
    .into_iter()
    .all(|rows| rows <= Shape::ROWS_MAX);
    let only_rows = plan.parked.is_empty() && plan.resolved.is_empty();
    (shape.events > 0 && fits && only_rows).then_some(shape)
}

/// A small batch and its commit, one hop to the connection's thread.
fn as_one(shape: Shape, mut plan: Plan, rows: StreamRows) -> Bound {
    let recorded_at = plan.recorded_at;
    let mut query = sqlx::query(AssertSqlSafe(shape.text()));
    for event in std::mem::take(&mut plan.events) {
        query = bind_event(query, recorded_at, event);
    }
    query = rows.moving.into_iter().fold(query, bind_stream);
    query = rows.staying.into_iter().fold(query, bind_stream);
    query = plan.commands.drain(..).fold(query, bind_command);
    query = plan.dossier_events.drain(..).fold(query, bind_pair);
    query = plan.cursors.drain(..).fold(query, bind_pair);
    bind_head(query, &plan)
}

async fn write_all(
    connection: &mut SqliteConnection,
    plan: Plan,
    rows: StreamRows,
    mut answers: Vec<Result<Appended, LedgerError>>,
) -> Result<(Position, Vec<Result<Appended, LedgerError>>), LedgerError> {
    let head = plan.head;
    let grew = !plan.events.is_empty();
    let last = if grew {
        bind_head(sqlx::query(sql::ADVANCE_AND_COMMIT), &plan)
    } else {
        sqlx::query(sql::COMMIT)
    };
    let recorded_at = plan.recorded_at;
    let event = move |query, row| bind_event(query, recorded_at, row);
    let inserts = in_chunks(&sql::INSERT_EVENTS, plan.events, event)
        .chain(in_chunks(&sql::MOVE_STREAMS, rows.moving, bind_stream))
        .chain(in_chunks(&sql::ADVANCE_STREAMS, rows.staying, bind_stream))
        .chain(in_chunks(
            &sql::INSERT_COMMANDS,
            plan.commands,
            bind_command,
        ))
        .chain(in_chunks(
            &sql::INSERT_DOSSIER_EVENTS,
            plan.dossier_events,
            bind_pair,
        ))
        .chain(in_chunks(&sql::UPSERT_CURSORS, plan.cursors, bind_pair));
    run_all(connection, inserts).await?;
    for parked in plan.parked {
        run(connection, park(parked)).await?;
    }
    for resolved in plan.resolved {
        let query = sqlx::query(sql::RESOLVE_PARKED)
            .bind(stored_status(resolved.status))
            .bind(resolved.consumer.clone())
            .bind(as_integer(resolved.position));
        if run(connection, query).await? == 0
            && let Some(answer) = answers.get_mut(resolved.item)
        {
            *answer = Err(LedgerError::NotParked {
                consumer: resolved.consumer,
                position: resolved.position,
            });
        }
    }
    run(connection, last).await?;
    Ok((head, answers))
}

/// Rows in as few statements as the sizes allow.
pub(super) fn in_chunks<R>(
    texts: &'static Chunked,
    rows: Vec<R>,
    bind: impl Fn(Bound, R) -> Bound,
) -> impl Iterator<Item = Bound> {
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let (count, text) = texts.largest(rows.len())?;
        Some(rows.by_ref().take(count).fold(sqlx::query(text), &bind))
    })
}

/// Runs statements in order. While the connection's thread runs one, the next is being bound.
pub(super) async fn run_all(
    connection: &mut SqliteConnection,
    mut queries: impl Iterator<Item = Bound>,
) -> Result<(), LedgerError> {
    let mut next = queries.next();
    while let Some(query) = next {
        let (ran, bound) = tokio::join!(run(connection, query), async { queries.next() });
        ran?;
        next = bound;
    }
    Ok(())
}

/// Runs one text; answers the number of changed rows of its last statement that changed any.
pub(super) async fn run(
    connection: &mut SqliteConnection,
    query: Bound,
) -> Result<u64, LedgerError> {
    connection
        .execute(query)
        .await
        .map(|done| done.rows_affected())
        .map_err(|e| failure::of(&e))
}

pub(super) fn bind_event(query: Bound, recorded_at: i64, row: EventRow) -> Bound {
    let metadata = row.metadata.as_ref();
    let actor = &metadata.actor;
    query
        .bind(as_integer(row.position))
        .bind(Arc::clone(&row.stream))
        .bind(as_integer(row.version))
        .bind(as_blob(row.event.id))
        .bind(row.event.event_type)
        .bind(i64::from(row.event.schema_version))
        .bind(recorded_at)
        .bind(metadata.effective_at.timestamp_micros())
        .bind(actor.official.as_str().to_owned())
        .bind(actor.person.as_str().to_owned())
        .bind(actor.on_behalf_of.as_ref().map(|id| id.as_str().to_owned()))
        .bind(actor.role.as_str())
        .bind(actor.agency.as_str().to_owned())
        .bind(metadata.reason.clone())
        .bind(as_blob(row.command))
        .bind(as_blob(metadata.correlation))
        .bind(metadata.causation.map(as_blob))
        .bind(metadata.rule_book.clone())
        .bind(metadata.traceparent.clone())
        .bind(row.event.sha256.to_vec())
        .bind(row.event.data)
}

pub(super) fn bind_stream(query: Bound, row: StreamWrite) -> Bound {
    let category = row.stream.category().to_owned();
    query
        .bind(String::from(row.stream))
        .bind(category)
        .bind(as_integer(row.version))
        .bind(as_integer(row.last_position))
        .bind(row.listing.round.map(String::from))
        .bind(row.listing.unit.map(String::from))
        .bind(row.listing.dossier.map(String::from))
        .bind(row.listing.status)
        .bind(row.listing.due.map(|day| day.to_string()))
        .bind(row.state)
}

/// Binds a stream's row to the single-row upsert.
pub(super) fn upsert_stream(row: StreamWrite) -> Option<Bound> {
    let (_, text) = sql::MOVE_STREAMS.largest(1)?;
    Some(bind_stream(sqlx::query(text), row))
}

pub(super) fn bind_command(query: Bound, record: CommandRecord) -> Bound {
    query
        .bind(as_blob(record.command))
        .bind(record.digest.to_vec())
        .bind(String::from(record.stream))
        .bind(as_integer(record.first_position))
        .bind(i64::from(record.count))
        .bind(as_integer(record.version))
}

pub(super) fn bind_pair(query: Bound, (key, position): (String, Position)) -> Bound {
    query.bind(key).bind(as_integer(position))
}

/// Parks an event.
pub(super) fn park(parked: Parked) -> Bound {
    sqlx::query(sql::PARK)
        .bind(parked.consumer)
        .bind(as_integer(parked.position))
        .bind(parked.stream.to_string())
        .bind(parked.reason)
        .bind(stored_status(parked.status))
}

fn bind_head(query: Bound, plan: &Plan) -> Bound {
    query
        .bind(as_integer(plan.head))
        .bind(plan.recorded_at)
        .bind(plan.batch)
}

fn as_blob(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

fn as_json<T: serde::Serialize>(value: &T) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(|e| unreadable(&e))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, LedgerError> {
    serde_json::from_str(text).map_err(|e| unreadable(&e))
}

fn unreadable(error: &dyn std::error::Error) -> LedgerError {
    LedgerError::Corrupt {
        reason: format!("what was looked up cannot be read: {error}"),
    }
}
