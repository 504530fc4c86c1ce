//! Replaying every event to a query, as the library does it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use async_trait::async_trait;
use cqrs_es::persist::QueryReplay;
use cqrs_es::{EventEnvelope, Query};
use postgres_es::PostgresEventRepository;
use serde::Serialize;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Pool, Postgres};

use crate::aggregate::{self, EVENTS_A_STREAM, Load, LoadEvent};

/// Rows of one insert.
const ROWS: usize = 1_000;

/// What is printed.
#[derive(Serialize)]
pub(crate) struct Sample {
    calls: u64,
    micros: u128,
}

/// The smallest fold: it costs nothing beside the reading.
#[derive(Default)]
struct Fold {
    events: AtomicU64,
    last: AtomicUsize,
}

struct Counted(Arc<Fold>);

#[async_trait]
impl Query<Load> for Counted {
    async fn dispatch(&self, _aggregate_id: &str, events: &[EventEnvelope<Load>]) {
        for event in events {
            let LoadEvent::FindingRecorded { number, reason, .. } = &event.payload;
            self.0.events.fetch_add((*number).min(1), Ordering::Relaxed);
            self.0.last.store(reason.len(), Ordering::Relaxed);
        }
    }
}

/// Fills the table up to so many events, then replays them.
pub(crate) async fn run(url: &str, events: u64) -> anyhow::Result<Sample> {
    let pool = PgPoolOptions::new().max_connections(1).connect(url).await?;
    fill(&pool, events).await?;
    let fold = Arc::new(Fold::default());
    let repository = PostgresEventRepository::new(pool);
    let replay = QueryReplay::new(repository, Counted(Arc::clone(&fold)));
    let started = Instant::now();
    replay.replay_all().await?;
    let elapsed = started.elapsed();
    let calls = fold.events.load(Ordering::Relaxed);
    anyhow::ensure!(calls == events, "replayed {calls} of {events} events");
    Ok(Sample {
        calls,
        micros: elapsed.as_micros(),
    })
}

async fn fill(pool: &Pool<Postgres>, events: u64) -> anyhow::Result<()> {
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM events")
        .fetch_one(pool)
        .await?;
    let numbers: Vec<u64> = (u64::try_from(there)?..events).collect();
    for some in numbers.chunks(ROWS) {
        let mut ids = Vec::new();
        let mut sequences = Vec::new();
        let mut payloads = Vec::new();
        let mut metadata = Vec::new();
        for n in some {
            let (stream, number) = (n / EVENTS_A_STREAM, n % EVENTS_A_STREAM + 1);
            let id = aggregate::aggregate_id(stream);
            let event = aggregate::event(number, aggregate::dossier(stream));
            sequences.push(i64::try_from(number)?);
            payloads.push(serde_json::to_value(&event)?);
            metadata.push(serde_json::to_value(aggregate::metadata(&id))?);
            ids.push(id);
        }
        sqlx::query(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                 payload, metadata)
             SELECT 'dossier', id, sequence, 'FindingRecorded', '1', payload, metadata
             FROM unnest($1::text[], $2::bigint[], $3::json[], $4::json[])
                 AS row (id, sequence, payload, metadata)",
        )
        .bind(ids)
        .bind(sequences)
        .bind(payloads)
        .bind(metadata)
        .execute(pool)
        .await?;
    }
    sqlx::query("ANALYZE events").execute(pool).await?;
    Ok(())
}
