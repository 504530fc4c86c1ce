//! Goal G10: the whole log read with every check, decoded to its type and folded, beside the raw
//! stream of the table, the bare decode on one thread, and a replay of cqrs-es.

use std::time::Instant;

use futures::{StreamExt, TryStreamExt};

use super::peers::Peers;
use super::server::Database;
use crate::drive::rate;
use crate::figure::{Better, Report, ratios};
use crate::load::EVENTS_A_STREAM;
use crate::{Setting, ledger_load, replay, rounds};

/// Events of the log that is replayed, at most.
const EVENTS_MAX: u64 = 100_000;

/// One round.
#[derive(Debug)]
struct Measured {
    raw: f64,
    copied: f64,
    decode: f64,
    replay: f64,
    peers: Option<f64>,
}

/// Measures and compares.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let server = setting.postgres().await?;
    let peers = setting.peers().await;
    let events = setting.events.min(EVENTS_MAX);
    let database = server.fresh().await?;
    let ledger = database.ledger("hoso_auditor").await?;
    let writer = database.ledger("hoso_submission").await?;
    ledger_load::fill(&writer, events, EVENTS_A_STREAM).await?;
    writer.close().await;
    let texts = replay::texts(&ledger).await?;
    let measured = rounds::run(setting, async |_| {
        anyhow::Ok(Measured {
            raw: raw(&database).await?,
            replay: replay::replay(&ledger, events).await?,
            decode: replay::decode(&texts)?,
            copied: copied(&database).await?,
            peers: match &peers {
                Ok(peers) => Some(peers.replay(&database, events).await?),
                Err(_) => None,
            },
        })
    })
    .await;
    ledger.close().await;
    server.remove(database).await?;
    Ok(compare(&measured?, &peers))
}

fn compare(measured: &[Measured], peers: &Result<&Peers, &str>) -> Report {
    let each = |f: fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    let replay = each(|m| m.replay);
    let mut report = Report::default();
    report.goal(
        "G10a",
        "PostgreSQL replay with typed fold / slower of raw stream and bare decode",
        0.9,
        Better::More,
        &ratios(&replay, &each(|m| m.raw.min(m.decode))),
    );
    match peers {
        Ok(_) => {
            let others = each(|m| m.peers.unwrap_or(0.0));
            report.goal(
                "G10b",
                "PostgreSQL replay with typed fold / replay of cqrs-es",
                8.0,
                Better::More,
                &ratios(&replay, &others),
            );
            report.figure("cqrs-es replay", "events/s", &others);
        }
        Err(why) => report.missing("G10b", *why),
    }
    let what = "PostgreSQL raw stream of the events table";
    report.figure(what, "rows/s", &each(|m| m.raw));
    let what = "the same as COPY in binary, undecoded";
    report.figure(what, "rows/s", &each(|m| m.copied));
    let what = "typed decode and fold, one thread";
    report.figure(what, "events/s", &each(|m| m.decode));
    report.figure("PostgreSQL replay with typed fold", "events/s", &replay);
    report
}

/// Every row and column by one statement and one connection, and nothing made of it.
async fn raw(database: &Database) -> anyhow::Result<f64> {
    let mut connection = database.connect().await?;
    let started = Instant::now();
    let mut rows =
        sqlx::query("SELECT * FROM ledger.events ORDER BY position").fetch(&mut connection);
    let mut count = 0;
    while rows.try_next().await?.is_some() {
        count += 1;
    }
    Ok(rate(count, started.elapsed()))
}

/// The fastest way out that the server has.
async fn copied(database: &Database) -> anyhow::Result<f64> {
    let mut connection = database.connect().await?;
    let events: i64 = sqlx::query_scalar("SELECT count(*) FROM ledger.events")
        .fetch_one(&mut connection)
        .await?;
    let started = Instant::now();
    let mut bytes = connection
        .copy_out_raw(
            "COPY (SELECT * FROM ledger.events ORDER BY position) TO STDOUT (FORMAT binary)",
        )
        .await?;
    while let Some(some) = bytes.next().await {
        some?;
    }
    Ok(rate(u64::try_from(events)?, started.elapsed()))
}
