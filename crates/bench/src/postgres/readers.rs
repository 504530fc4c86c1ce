//! A foreign transaction left open: it has an id and a snapshot and does nothing. No reader may see
//! anything later for it. From the call of an append until another process's reader has the event.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hoso_ledger::{Position, SharedLedger};
use sqlx::{Executor, PgConnection};
use tokio::sync::watch;

use super::server::{Database, Server};
use crate::drive::Sample;
use crate::figure::{Better, Report, ratios};
use crate::ledger_load::{self, Work};
use crate::{Setting, drive, rounds};

/// How often the reader looks, and how long the writer rests.
const PAUSE: Duration = Duration::from_millis(1);
/// What was not seen by then counts as seen so late.
const STALLED: Duration = Duration::from_secs(10);
/// Callers that write beside what is measured, and how many samples long: each batch leaves a dead
/// version of the head that cannot go while the transaction is open.
const BURST_CALLERS: u64 = 8;
const BURST_SAMPLES: u32 = 4;
/// Events a page.
const PAGE: u32 = 1_000;

/// A ledger with a writer and a reader of another process.
struct Twin {
    database: Database,
    writer: SharedLedger,
    reader: SharedLedger,
    /// Loads begun, each of which begins streams of its own.
    loads: AtomicU64,
}

/// One round.
#[derive(Debug)]
struct Measured {
    free: Sample,
    held: Sample,
}

/// Measures and compares.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let server = setting.postgres().await?;
    let free = Twin::new(server).await?;
    let held = Twin::new(server).await?;
    let mut foreign = held.database.connect().await?;
    leave_open(&mut foreign).await?;
    let opened = Instant::now();
    let measured = rounds::run(setting, async |_| {
        free.burst(setting).await?;
        held.burst(setting).await?;
        anyhow::Ok(Measured {
            free: free.seen(setting.sample).await?,
            held: held.seen(setting.sample).await?,
        })
    })
    .await?;
    let open_for = opened.elapsed().as_secs_f64();
    foreign.execute("COMMIT").await?;
    free.remove(server).await?;
    held.remove(server).await?;
    let each = |f: fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    let mut report = Report::default();
    report.goal(
        "readers",
        "append until seen elsewhere, p50: a foreign transaction open / none",
        1.25,
        Better::Less,
        &ratios(&each(|m| m.held.p50), &each(|m| m.free.p50)),
    );
    report.figure("the foreign transaction was open for", "s", &[open_for]);
    let what = "append until seen elsewhere, no foreign transaction";
    report.latency(what, &each(|m| m.free.p50), &each(|m| m.free.p99));
    let what = "append until seen elsewhere, a foreign transaction open";
    report.latency(what, &each(|m| m.held.p50), &each(|m| m.held.p99));
    Ok(report)
}

/// With an id, so that it is among those in progress, and a snapshot, so that nothing it could see
/// is cleaned up.
async fn leave_open(foreign: &mut PgConnection) -> anyhow::Result<()> {
    foreign
        .execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        .await?;
    foreign
        .execute("SELECT pg_current_xact_id(), position FROM ledger.log_head")
        .await?;
    Ok(())
}

impl Twin {
    async fn new(server: &Server) -> anyhow::Result<Self> {
        let database = server.fresh().await?;
        Ok(Self {
            writer: database.ledger("hoso_submission").await?,
            reader: database.ledger("hoso_verification").await?,
            database,
            loads: AtomicU64::new(0),
        })
    }

    fn next_load(&self) -> u64 {
        self.loads.fetch_add(1, Ordering::Relaxed)
    }

    async fn burst(&self, setting: &Setting) -> anyhow::Result<()> {
        let load = self.next_load();
        let sample = setting.sample * BURST_SAMPLES;
        let work = Work::Append(1);
        ledger_load::run(&self.writer, BURST_CALLERS, load, work, sample).await?;
        Ok(())
    }

    async fn seen(&self, sample: Duration) -> anyhow::Result<Sample> {
        let from = self.reader.head().await?;
        // Its connection and statement are there before anything is measured.
        self.reader.read_all(from.saturating_sub(1), 1).await?;
        let (tell, last) = watch::channel(None);
        let reading = drive::spawned(read(Arc::clone(&self.reader), from, last));
        let base = ledger_load::base(self.next_load(), 0);
        let started = Instant::now();
        let mut asked = Vec::new();
        let mut head = from;
        for n in 0.. {
            let now = Instant::now();
            if now.duration_since(started) >= sample {
                break;
            }
            let (stream, version) = ledger_load::place(base, n);
            let append = ledger_load::append(stream, version, 1)?;
            head = self.writer.append(append).await?.first_position;
            asked.push(now);
            tokio::time::sleep(PAUSE).await;
        }
        let elapsed = started.elapsed();
        tell.send_replace(Some(head));
        let seen = reading.await?;
        let took = asked.iter().enumerate().map(|(n, asked)| {
            seen.get(n)
                .map_or(STALLED, |seen| seen.saturating_duration_since(*asked))
        });
        Ok(Sample::of(took.collect(), elapsed))
    }

    async fn remove(self, server: &Server) -> anyhow::Result<()> {
        self.writer.close().await;
        self.reader.close().await;
        server.remove(self.database).await
    }
}

/// When each event behind `after` was seen first, until the one that is told to be the last.
async fn read(
    ledger: SharedLedger,
    mut after: Position,
    last: watch::Receiver<Option<Position>>,
) -> anyhow::Result<Vec<Instant>> {
    let mut seen = Vec::new();
    let mut told: Option<Instant> = None;
    loop {
        let page = ledger.read_all(after, PAGE).await?;
        let now = Instant::now();
        if let Some(event) = page.last() {
            after = event.position;
        }
        seen.extend(page.iter().map(|_| now));
        if let Some(last) = *last.borrow() {
            let waited = told.get_or_insert(now).elapsed();
            if after >= last || waited > STALLED {
                return Ok(seen);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}
