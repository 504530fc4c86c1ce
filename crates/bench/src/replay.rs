//! Goal G10 on SQLite: reading the whole log with every check, decoding every event to its type
//! and folding it, against the slower of the raw table read and the bare decode.

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{SharedLedger, pages};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row};

use crate::drive::rate;
use crate::figure::{Better, Report};
use crate::ledger_load;
use crate::load::{LoadEvent, LoadState};
use crate::{Setting, rounds};

/// Events of the log that is replayed.
const EVENTS: u64 = 100_000;
/// Events a page.
const PAGE: u32 = 1_000;

#[derive(Debug)]
struct Measured {
    raw: f64,
    decode: f64,
    replay: f64,
}

/// Measures and compares.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let directory = tempfile::tempdir_in(&setting.directory)?;
    let options = SqliteOptions::new(ledger_load::clock());
    let ledger = SqliteLedger::open(directory.path(), options).await?;
    let file = ledger.file().to_owned();
    let ledger: SharedLedger = ledger;
    ledger_load::fill(&ledger, EVENTS, 1).await?;
    let texts = texts(&ledger).await?;
    let measured = rounds::run(setting, |_| async {
        Ok(Measured {
            raw: raw(&file).await?,
            decode: decode(&texts)?,
            replay: replay(&ledger, EVENTS).await?,
        })
    })
    .await?;
    ledger.close().await;
    let each = |f: fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    let mut report = Report::default();
    report.goal(
        "G10",
        "SQLite replay with typed fold / slower of raw table read and bare decode",
        0.9,
        Better::More,
        &each(|m| m.replay / m.raw.min(m.decode)),
    );
    report.figure(
        "SQLite raw read of the events table",
        "rows/s",
        &each(|m| m.raw),
    );
    report.figure(
        "typed decode and fold, one thread",
        "events/s",
        &each(|m| m.decode),
    );
    report.figure(
        "SQLite replay with typed fold",
        "events/s",
        &each(|m| m.replay),
    );
    Ok(report)
}

/// The data of every event.
pub(crate) async fn texts(ledger: &SharedLedger) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    let mut after = 0;
    loop {
        let page = ledger.read_all(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(texts);
        };
        after = last.position;
        texts.extend(page.into_iter().map(|event| event.data));
    }
}

/// Every row and column of the table by one connection, page by page, and nothing made of it.
async fn raw(file: &std::path::Path) -> anyhow::Result<f64> {
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .row_buffer_size(256)
        .disable_statement_logging()
        .connect()
        .await?;
    let started = Instant::now();
    let (mut rows, mut after) = (0, 0_i64);
    loop {
        let page = sqlx::query("SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?")
            .bind(after)
            .bind(PAGE)
            .fetch_all(&mut connection)
            .await?;
        let Some(last) = page.last() else { break };
        after = last.try_get(0)?;
        rows += page.len() as u64;
    }
    let rate = rate(rows, started.elapsed());
    connection.close().await?;
    Ok(rate)
}

/// Events a second that one thread decodes and folds.
pub(crate) fn decode(texts: &[String]) -> anyhow::Result<f64> {
    let started = Instant::now();
    let mut state = LoadState::default();
    for text in texts {
        let event: LoadEvent = serde_json::from_str(text)?;
        state = state.evolve(&event);
    }
    anyhow::ensure!(state.findings > 0 && state.last > 0, "nothing was folded");
    Ok(rate(texts.len() as u64, started.elapsed()))
}

/// The whole log as `hoso replay` reads it: with read-ahead, while what is there is folded.
pub(crate) async fn replay(ledger: &SharedLedger, all: u64) -> anyhow::Result<f64> {
    let started = Instant::now();
    let mut state = LoadState::default();
    let mut events = 0;
    let head = ledger.head().await?;
    let mut pages = pin!(pages(Arc::clone(ledger), 0, head));
    while let Some(page) = pages.next().await {
        for recorded in page? {
            let event: LoadEvent = serde_json::from_str(&recorded.data)?;
            state = state.evolve(&event);
            events += 1;
        }
    }
    anyhow::ensure!(
        events == all && state.findings > 0,
        "replayed {events} events"
    );
    Ok(rate(events, started.elapsed()))
}
