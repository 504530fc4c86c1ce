//! An append to a log of a million events beside one to a log of ten thousand: half go to streams
//! of long ago, drawn by chance, half begin new ones.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hoso_ledger::{Append, SharedLedger};
use sqlx::Executor;
use tokio::sync::Mutex;

use super::server::{Database, Server};
use crate::drive::{self, Caller, Sample};
use crate::figure::{Better, Report, ratios};
use crate::load::EVENTS_A_STREAM;
use crate::{Setting, ledger_load, rounds};

/// Events of the small log; less where the large one is not large.
const SMALL: u64 = 10_000;

/// A filled log.
struct Log {
    database: Database,
    ledger: SharedLedger,
    streams: u64,
    /// Versions of the filled streams that were written to since.
    versions: Arc<Mutex<HashMap<u64, u64>>>,
    /// Samples begun, each of which begins streams of its own.
    samples: AtomicU64,
}

/// One round.
#[derive(Debug)]
struct Measured {
    small: Sample,
    large: Sample,
}

/// Measures and compares.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let server = setting.postgres().await?;
    let small = small(setting.events);
    eprintln!("  filling a log of {} events …", setting.events);
    let large = fill(server, setting.events).await?;
    let measured = rounds::run(setting, |_| round(setting, server, &large, small)).await;
    large.remove(server).await?;
    let measured = measured?;
    let each = |f: fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    let mut report = Report::default();
    report.goal(
        "growth",
        format!(
            "append, one caller, p50: at {} events / at {small}",
            setting.events
        ),
        1.2,
        Better::Less,
        &ratios(&each(|m| m.large.p50), &each(|m| m.small.p50)),
    );
    let what = format!("append at {small} events, one caller");
    report.latency(&what, &each(|m| m.small.p50), &each(|m| m.small.p99));
    let what = format!("append at {} events, one caller", setting.events);
    report.latency(&what, &each(|m| m.large.p50), &each(|m| m.large.p99));
    Ok(report)
}

/// A tenth of the large log at most, in whole streams.
fn small(large: u64) -> u64 {
    let streams = (large / 10).min(SMALL) / EVENTS_A_STREAM;
    streams.max(1) * EVENTS_A_STREAM
}

async fn round(
    setting: &Setting,
    server: &Server,
    large: &Log,
    small: u64,
) -> anyhow::Result<Measured> {
    let small = fill(server, small).await?;
    let measured = Measured {
        small: small.append(setting).await?,
        large: large.append(setting).await?,
    };
    small.remove(server).await?;
    Ok(measured)
}

/// A log of so many events: written a stream at a time, and as many commands remembered as if each
/// event had come with its own.
async fn fill(server: &Server, events: u64) -> anyhow::Result<Log> {
    let database = server.fresh().await?;
    let ledger = database.ledger("hoso_submission").await?;
    ledger_load::fill(&ledger, events, EVENTS_A_STREAM).await?;
    let mut connection = database.connect().await?;
    sqlx::query(
        "INSERT INTO ledger.commands (command_id, digest, stream, first_position, count, version)
         SELECT gen_random_uuid(), sha256(n::text::bytea), 'dossier-filled', n, 1, 1
         FROM generate_series(1, $1) AS n WHERE n % $2 <> 0",
    )
    .bind(i64::try_from(events)?)
    .bind(i64::try_from(EVENTS_A_STREAM)?)
    .execute(&mut connection)
    .await?;
    // What a server does in its quiet minutes; else it would do it in the first sample.
    connection.execute("VACUUM ANALYZE").await?;
    connection.execute("CHECKPOINT").await?;
    Ok(Log {
        database,
        ledger,
        streams: (events / EVENTS_A_STREAM).max(1),
        versions: Arc::default(),
        samples: AtomicU64::new(0),
    })
}

impl Log {
    async fn append(&self, setting: &Setting) -> anyhow::Result<Sample> {
        let number = self.samples.fetch_add(1, Ordering::Relaxed);
        let caller = Lone {
            ledger: Arc::clone(&self.ledger),
            streams: self.streams,
            versions: Arc::clone(&self.versions),
            number,
        };
        drive::closed_loop(vec![caller], setting.sample).await
    }

    async fn remove(self, server: &Server) -> anyhow::Result<()> {
        self.ledger.close().await;
        server.remove(self.database).await
    }
}

struct Lone {
    ledger: SharedLedger,
    streams: u64,
    versions: Arc<Mutex<HashMap<u64, u64>>>,
    number: u64,
}

impl Lone {
    async fn next(&self, n: u64) -> anyhow::Result<Append> {
        if n.is_multiple_of(2) {
            return ledger_load::append(ledger_load::base(1, self.number) + n, 1, 1);
        }
        let drawn = ledger_load::id(self.number, n).as_u64_pair().0 % self.streams;
        let mut versions = self.versions.lock().await;
        let version = versions.entry(drawn).or_insert(EVENTS_A_STREAM);
        *version += 1;
        ledger_load::append(drawn, *version, 1)
    }
}

impl Caller for Lone {
    async fn call(&mut self, n: u64) -> anyhow::Result<()> {
        let append = self.next(n).await?;
        let done = self.ledger.append(append).await?;
        anyhow::ensure!(!done.duplicate, "an append was one of before");
        Ok(())
    }
}
