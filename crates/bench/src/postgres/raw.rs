//! Raw PostgreSQL: what a single INSERT, a thousand rows at once and the simplest event table cost
//! on the very table the ledger has, its indexes and checks, through the same driver.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use hoso_ledger::Metadata;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgArguments;
use sqlx::{PgConnection, Postgres};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::server::Database;
use crate::drive::{self, Caller, Sample, rate};
use crate::ledger_load;
use crate::load::EVENT_TYPE;

/// The ledger's table once more, and a sequence for who takes positions from one.
pub(super) const SCHEMA: &str = "
    CREATE SCHEMA raw;
    CREATE TABLE raw.events (LIKE ledger.events INCLUDING ALL);
    CREATE SEQUENCE raw.position;
";

const INSERT: &str =
    "INSERT INTO raw.events (position, version, recorded_at, effective_at, event_id,
        command_id, correlation_id, causation_id, schema_version, stream, event_type, official,
        person, on_behalf_of, role, agency, reason, rule_book, traceparent, sha256, data)
    VALUES ($21, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
        $19, $20)";

/// One transaction each, as most event tables do it: the position from a sequence (with holes that
/// readers must see through), the version looked up and kept by the unique index.
const INSERT_NEXT: &str = "INSERT INTO raw.events (position, version, recorded_at, effective_at,
        event_id, command_id, correlation_id, causation_id, schema_version, stream, event_type,
        official, person, on_behalf_of, role, agency, reason, rule_book, traceparent, sha256, data)
    SELECT nextval('raw.position'), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
        $15, $16, $17, $18, $19, $20
    WHERE coalesce((SELECT max(version) FROM raw.events WHERE stream = $9), 0) = $1 - 1";

const INSERT_MANY: &str = "INSERT INTO raw.events (version, recorded_at, effective_at, event_id,
        command_id, correlation_id, causation_id, schema_version, stream, event_type, official,
        person, on_behalf_of, role, agency, reason, rule_book, traceparent, sha256, data, position)
    SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::uuid[],
        $5::uuid[], $6::uuid[], $7::uuid[], $8::integer[], $9::text[], $10::text[], $11::text[],
        $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
        $19::bytea[], $20::text[], $21::bigint[])";

/// How one row is inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Single {
    /// Bare.
    Bare,
    /// With a position from a sequence and a look at the version.
    Sequence,
}

/// A client that inserts row after row.
struct Inserter {
    connection: PgConnection,
    positions: Arc<AtomicU64>,
    base: u64,
    how: Single,
}

impl Caller for Inserter {
    async fn call(&mut self, n: u64) -> anyhow::Result<()> {
        let (stream, version) = ledger_load::place(self.base, n);
        let (text, position) = match self.how {
            Single::Bare => (INSERT, Some(self.positions.fetch_add(1, Ordering::Relaxed))),
            Single::Sequence => (INSERT_NEXT, None),
        };
        let mut query = bind(sqlx::query(text), stream, version)?;
        if let Some(position) = position {
            query = query.bind(i64::try_from(position)?);
        }
        let done = query.execute(&mut self.connection).await?;
        anyhow::ensure!(done.rows_affected() == 1, "a row was not inserted");
        Ok(())
    }
}

/// Rows of so many clients, one a transaction.
pub(super) async fn single(
    database: &Database,
    clients: u64,
    how: Single,
    sample: Duration,
) -> anyhow::Result<Sample> {
    let positions = Arc::new(AtomicU64::new(1));
    let mut inserters = Vec::new();
    for client in 0..clients {
        inserters.push(Inserter {
            connection: database.connect().await?,
            positions: Arc::clone(&positions),
            base: ledger_load::base(0, client),
            how,
        });
    }
    drive::closed_loop(inserters, sample).await
}

type Bound = sqlx::query::Query<'static, Postgres, PgArguments>;

fn bind(query: Bound, stream: u64, version: u64) -> anyhow::Result<Bound> {
    let data = ledger_load::data(stream, version)?;
    let id = ledger_load::id(stream, version);
    let metadata = ledger_load::metadata(id)?;
    Ok(query
        .bind(i64::try_from(version)?)
        .bind(metadata.effective_at)
        .bind(metadata.effective_at)
        .bind(id)
        .bind(id)
        .bind(metadata.correlation)
        .bind(metadata.causation)
        .bind(1)
        .bind(ledger_load::name(stream))
        .bind(EVENT_TYPE)
        .bind(metadata.actor.official.to_string())
        .bind(metadata.actor.person.to_string())
        .bind(metadata.actor.on_behalf_of.map(|id| id.to_string()))
        .bind(metadata.actor.role.as_str())
        .bind(metadata.actor.agency.to_string())
        .bind(metadata.reason)
        .bind(metadata.rule_book)
        .bind(metadata.traceparent)
        .bind(Sha256::digest(data.as_bytes()).to_vec())
        .bind(data))
}

/// Rows on their way into one INSERT, column by column.
#[derive(Debug, Default)]
struct Columns {
    positions: Vec<i64>,
    versions: Vec<i64>,
    times: Vec<DateTime<Utc>>,
    ids: Vec<Uuid>,
    causations: Vec<Option<Uuid>>,
    schemas: Vec<i32>,
    streams: Vec<String>,
    types: Vec<&'static str>,
    digests: Vec<Vec<u8>>,
    data: Vec<String>,
    actors: Vec<Metadata>,
}

impl Columns {
    /// So many rows from the n-th on.
    fn make(from: u64, rows: usize) -> anyhow::Result<Self> {
        let mut columns = Self::default();
        for n in (from..).take(rows) {
            let (stream, version) = ledger_load::place(0, n);
            let data = ledger_load::data(stream, version)?;
            let id = ledger_load::id(stream, version);
            let metadata = ledger_load::metadata(id)?;
            columns.positions.push(i64::try_from(n + 1)?);
            columns.versions.push(i64::try_from(version)?);
            columns.times.push(metadata.effective_at);
            columns.ids.push(id);
            columns.causations.push(metadata.causation);
            columns.schemas.push(1);
            columns.streams.push(ledger_load::name(stream));
            columns.types.push(EVENT_TYPE);
            columns
                .digests
                .push(Sha256::digest(data.as_bytes()).to_vec());
            columns.data.push(data);
            columns.actors.push(metadata);
        }
        Ok(columns)
    }

    fn texts(&self, of: impl Fn(&Metadata) -> String) -> Vec<String> {
        self.actors.iter().map(of).collect()
    }

    fn optional(&self, of: impl Fn(&Metadata) -> Option<String>) -> Vec<Option<String>> {
        self.actors.iter().map(of).collect()
    }

    fn bind(self) -> Bound {
        let official = self.texts(|m| m.actor.official.to_string());
        let person = self.texts(|m| m.actor.person.to_string());
        let behalf = self.optional(|m| m.actor.on_behalf_of.as_ref().map(ToString::to_string));
        let role = self.texts(|m| m.actor.role.as_str().to_owned());
        let agency = self.texts(|m| m.actor.agency.to_string());
        let reason = self.optional(|m| m.reason.clone());
        let rule_book = self.optional(|m| m.rule_book.clone());
        let traceparent = self.optional(|m| m.traceparent.clone());
        sqlx::query(INSERT_MANY)
            .bind(self.versions)
            .bind(self.times.clone())
            .bind(self.times)
            .bind(self.ids.clone())
            .bind(self.ids.clone())
            .bind(self.ids)
            .bind(self.causations)
            .bind(self.schemas)
            .bind(self.streams)
            .bind(self.types)
            .bind(official)
            .bind(person)
            .bind(behalf)
            .bind(role)
            .bind(agency)
            .bind(reason)
            .bind(rule_book)
            .bind(traceparent)
            .bind(self.digests)
            .bind(self.data)
            .bind(self.positions)
    }
}

/// Rows a second by one connection that inserts so many a transaction. The next rows are made, and
/// bound, while the last are written: the connection never waits for them.
pub(super) async fn many(
    database: &Database,
    rows: usize,
    sample: Duration,
) -> anyhow::Result<f64> {
    let mut connection = database.connect().await?;
    let (sender, mut made) = mpsc::channel(2);
    let maker = drive::spawned(async move {
        let mut from = 0;
        while sender.send(Columns::make(from, rows)?.bind()).await.is_ok() {
            from += rows as u64;
        }
        Ok(())
    });
    let writer = async move {
        let mut started = Instant::now();
        let mut written = 0;
        let mut warm = false;
        while let Some(query) = made.recv().await {
            let done = query.execute(&mut connection).await?.rows_affected();
            anyhow::ensure!(done == rows as u64, "{done} of {rows} rows were inserted");
            if !warm {
                // The first one prepared the statement.
                (warm, started) = (true, Instant::now());
                continue;
            }
            written += done;
            if started.elapsed() >= sample {
                break;
            }
        }
        Ok(rate(written, started.elapsed()))
    };
    let ((), rate) = futures::future::try_join(maker, writer).await?;
    Ok(rate)
}
