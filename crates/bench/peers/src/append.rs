//! Commands a second through the library: aggregate loaded, command handled, events committed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cqrs_es::CqrsFramework;
use cqrs_es::persist::PersistedEventStore;
use futures::future::try_join_all;
use postgres_es::{PostgresEventRepository, postgres_aggregate_cqrs, postgres_cqrs};
use serde::Serialize;
use sqlx::postgres::PgPoolOptions;

use crate::aggregate::{self, EVENTS_A_STREAM, Load, Record};

/// Commands of each caller before the clock starts.
const WARM_UP: u64 = 3;

type Framework = CqrsFramework<Load, PersistedEventStore<PostgresEventRepository, Load>>;

/// How the library keeps an aggregate.
#[derive(Clone, Copy)]
pub(crate) enum Store {
    /// Events alone: the aggregate is folded from them.
    Events,
    /// The folded aggregate beside them, in the same transaction.
    Aggregate,
}

/// What is printed.
#[derive(Serialize)]
pub(crate) struct Sample {
    calls: usize,
    micros: u128,
    p50_micros: u128,
    p99_micros: u128,
}

/// Runs commands of so many callers that each wait for their answer.
pub(crate) async fn run(
    url: &str,
    store: Store,
    callers: u32,
    sample: Duration,
) -> anyhow::Result<Sample> {
    // One connection a caller: more than the library's own ten serve it best.
    let pool = PgPoolOptions::new()
        .max_connections(callers)
        .min_connections(callers)
        .test_before_acquire(false)
        .connect(url)
        .await?;
    let framework = Arc::new(match store {
        Store::Events => postgres_cqrs::<Load>(pool, Vec::new(), ()),
        Store::Aggregate => postgres_aggregate_cqrs::<Load>(pool, Vec::new(), ()),
    });
    let warm = (0..u64::from(callers)).map(|caller| {
        let framework = Arc::clone(&framework);
        joined(tokio::spawn(async move {
            for n in 0..WARM_UP {
                command(&framework, caller, n).await?;
            }
            anyhow::Ok(())
        }))
    });
    try_join_all(warm).await?;
    let started = Instant::now();
    let tasks = (0..u64::from(callers)).map(|caller| {
        let framework = Arc::clone(&framework);
        joined(tokio::spawn(async move {
            let mut micros = Vec::new();
            for n in WARM_UP.. {
                let asked = Instant::now();
                if asked.duration_since(started) >= sample {
                    break;
                }
                command(&framework, caller, n).await?;
                micros.push(asked.elapsed().as_micros());
            }
            anyhow::Ok(micros)
        }))
    });
    let mut micros = try_join_all(tasks).await?.concat();
    let elapsed = started.elapsed();
    micros.sort_unstable();
    let percentile = |hundredth: usize| {
        let at = (micros.len() * hundredth / 100).min(micros.len().saturating_sub(1));
        micros.get(at).copied().unwrap_or_default()
    };
    Ok(Sample {
        calls: micros.len(),
        micros: elapsed.as_micros(),
        p50_micros: percentile(50),
        p99_micros: percentile(99),
    })
}

async fn joined<T>(task: tokio::task::JoinHandle<anyhow::Result<T>>) -> anyhow::Result<T> {
    task.await?
}

async fn command(framework: &Framework, caller: u64, n: u64) -> anyhow::Result<()> {
    let stream = caller * 1_000_000 + n / EVENTS_A_STREAM;
    let number = n % EVENTS_A_STREAM + 1;
    let id = aggregate::aggregate_id(stream);
    let record = Record {
        number,
        dossier: aggregate::dossier(stream),
    };
    let command = aggregate::aggregate_id(stream * EVENTS_A_STREAM + number + (1 << 60));
    framework
        .execute_with_metadata(&id, record, aggregate::metadata(&command))
        .await?;
    Ok(())
}
