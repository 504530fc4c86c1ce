//! The interleavings that lose events elsewhere: a writer that stands between lock and commit, and
//! foreign transactions that stay open. No reader skips, no reader waits.

use std::sync::Arc;
use std::time::Duration;

use hoso_ledger::conformance::{Outcome, sample};
use hoso_ledger::postgres::PostgresLedger;
use hoso_ledger::{Ledger, LedgerError, Position};
use hoso_testbed::postgres::SUPERUSER;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use tokio::time::{Instant, timeout};

use crate::world::{Failure, World};

/// A reader that takes longer was waiting for somebody.
const AT_ONCE: Duration = Duration::from_secs(2);

/// Appends one event by the function, inside a transaction that stays open.
fn parked_append(stream: &str) -> String {
    format!(
        "SELECT ledger.append_one(gen_random_uuid(), sha256('a'), '{stream}', 0, NULL, NULL, NULL, \
         'DRAFT', NULL, '{{\"count\":1}}', NULL, NULL, NULL, 'cb-1', 'p-1', NULL, 'SYSTEM', 'u-1', \
         NULL, gen_random_uuid(), NULL, NULL, NULL, now(), gen_random_uuid(), 'SampleHappened', 1, \
         sha256('{{}}'), '{{}}', ARRAY['HS-1'])"
    )
}

/// Reads in every way there is, each at once.
async fn reads_at_once(ledger: &PostgresLedger) -> Result<Vec<Position>, Failure> {
    timeout(AT_ONCE, ledger.head()).await??;
    let stream = hoso_ledger::StreamName::new("thing", "a");
    timeout(AT_ONCE, ledger.stream(&stream)).await??;
    timeout(AT_ONCE, ledger.cursors()).await??;
    let log = timeout(AT_ONCE, ledger.read_all(0, 1_000)).await??;
    Ok(log.iter().map(|e| e.position).collect())
}

/// How many sessions of this database wait for a lock.
async fn lock_waiters(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let waiters = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::query_scalar(waiters).fetch_one(connection).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_writer_between_lock_and_commit_no_reader_waits_and_none_skips() -> Outcome {
    let world = World::fresh().await?;
    let ledger = world.ledger().await?;
    ledger.append(sample::append("thing-a", 0, 1)?).await?;
    for (ends, first) in [("COMMIT", 3), ("ROLLBACK", 4)] {
        let mut parked = world.connect(SUPERUSER).await?;
        parked.execute("BEGIN").await?;
        let text = parked_append(&format!("thing-{ends}"));
        parked.execute(AssertSqlSafe(text)).await?;
        let before = ledger.head().await?;
        let behind = Arc::clone(&ledger);
        let append = sample::append(&format!("thing-behind-{ends}"), 0, 1)?;
        let behind = tokio::spawn(async move { behind.append(append).await });
        let mut watching = world.connect(SUPERUSER).await?;
        let waits = timeout(Duration::from_mins(1), async {
            // poll: PostgreSQL tells nobody who begins to wait for a lock
            while lock_waiters(&mut watching).await? == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok::<_, Failure>(())
        });
        waits.await??;
        let log = reads_at_once(&ledger).await?;
        assert_eq!(log, (1..=before).collect::<Vec<_>>());
        assert!(!behind.is_finished());
        parked.execute(ends).await?;
        assert_eq!(behind.await??.first_position, first);
        let log = reads_at_once(&ledger).await?;
        assert_eq!(log, (1..=first).collect::<Vec<_>>());
    }
    Ok(())
}

/// A reader that tails the log while writers of two instances and a parking one are at work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_tails_the_log_misses_nothing() -> Outcome {
    const EACH: u64 = 60;
    let world = World::fresh().await?;
    let ledgers = [world.ledger().await?, world.ledger().await?];
    let mut writers = Vec::new();
    for writer in 0..4_usize {
        let ledger = Arc::clone(ledgers.get(writer % 2).ok_or("two")?);
        writers.push(tokio::spawn(async move {
            for n in 0..EACH {
                let append = sample::append(&format!("thing-{writer}-{n}"), 0, 1 + n % 3)?;
                ledger.append(append).await?;
            }
            Ok::<_, Failure>(())
        }));
    }
    let mut parking = world.connect(SUPERUSER).await?;
    let parking = tokio::spawn(async move {
        for n in 0..10 {
            parking.execute("BEGIN").await?;
            let text = parked_append(&format!("thing-parked-{n}"));
            parking.execute(AssertSqlSafe(text)).await?;
            tokio::time::sleep(Duration::from_millis(15)).await;
            let ends = if n % 2 == 0 { "COMMIT" } else { "ROLLBACK" };
            parking.execute(ends).await?;
        }
        Ok::<_, Failure>(())
    });
    let total = 4 * EACH * 2 + 5;
    let reader = world.ledger().await?;
    let mut read = Vec::new();
    let deadline = Instant::now() + Duration::from_mins(1);
    while (read.len() as u64) < total && Instant::now() < deadline {
        let after = read.last().copied().unwrap_or(0);
        let page = timeout(AT_ONCE, reader.read_all(after, 7)).await??;
        read.extend(page.iter().map(|e| e.position));
    }
    for writer in writers {
        writer.await??;
    }
    parking.await??;
    assert_eq!(read, (1..=total).collect::<Vec<_>>());
    Ok(())
}

/// A transaction with an id, a snapshot held for good, and one in another database: in other
/// designs each of them stops every reader.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_transactions_that_stay_open_hold_up_nobody() -> Outcome {
    let world = World::fresh().await?;
    let other = World::fresh().await?;
    let mut held = Vec::new();
    for (world, text) in [
        (&world, "BEGIN; SELECT pg_current_xact_id()"),
        (
            &world,
            "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM ledger.events",
        ),
        (
            &other,
            "BEGIN; SELECT pg_current_xact_id(); SELECT count(*) FROM ledger.events",
        ),
    ] {
        let mut connection = world.connect(SUPERUSER).await?;
        connection.execute(text).await?;
        held.push(connection);
    }
    let ledger = world.ledger().await?;
    let reader = world.ledger().await?;
    let mut followed = reader.watch_head();
    for n in 0..200 {
        let mut append = sample::append("thing-a", n, 1)?;
        append.cursor = Some(sample::cursor("watcher", n, n + 1));
        timeout(AT_ONCE, ledger.append(append)).await??;
        let page = timeout(AT_ONCE, reader.read_all(n, 10)).await??;
        assert_eq!(page.len(), 1, "what was committed is read at once");
        assert_eq!(timeout(AT_ONCE, reader.cursor("watcher")).await??, n + 1);
    }
    timeout(AT_ONCE, followed.wait_for(|at| *at == 200)).await??;
    drop(held);
    Ok(())
}

/// The dead versions of the head's and a cursor's row pile up while a foreign transaction is open;
/// finding the live one must not get dearer. Counted in pages, not in time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_versions_of_the_head_are_not_walked() -> Outcome {
    let world = World::fresh().await?;
    let mut held = world.connect(SUPERUSER).await?;
    held.execute("BEGIN; SELECT pg_current_xact_id()").await?;
    let ledger = world.ledger().await?;
    for n in 0..1_500 {
        let mut append = sample::append(&format!("thing-{n}"), 0, 1)?;
        append.cursor = Some(sample::cursor("watcher", n, n + 1));
        ledger.append(append).await?;
    }
    let mut connection = world.connect(SUPERUSER).await?;
    connection.execute("SET enable_seqscan = off").await?;
    for query in [
        "SELECT position FROM ledger.log_head ORDER BY position DESC LIMIT 1",
        "SELECT position FROM ledger.cursors WHERE consumer = 'watcher' ORDER BY position DESC LIMIT 1",
    ] {
        let explain = format!("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {query}");
        let plan: String = sqlx::query_scalar(AssertSqlSafe(explain + ""))
            .fetch_one(&mut connection)
            .await
            .map(
                |plan: sqlx::types::Json<Box<serde_json::value::RawValue>>| plan.0.get().to_owned(),
            )?;
        let pages: u64 = plan
            .split("\"Shared Hit Blocks\": ")
            .nth(1)
            .and_then(|rest| rest.split(',').next())
            .ok_or("a plan without buffers")?
            .trim()
            .parse()?;
        assert!(pages < 10, "{query} touched {pages} pages");
    }
    Ok(())
}

/// Somebody who holds the head for good: the outcome is unknown, and said so within bounds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_head_is_answered_within_bounds() -> Outcome {
    let world = World::fresh().await?;
    let ledger = world.ledger().await?;
    let mut held = world.connect(SUPERUSER).await?;
    held.execute("BEGIN; SELECT position FROM ledger.log_head FOR UPDATE")
        .await?;
    let append = sample::append("thing-a", 0, 1)?;
    let started = Instant::now();
    let answer = ledger.append(append.clone()).await;
    assert!(
        matches!(answer, Err(LedgerError::Unavailable { .. })),
        "{answer:?}"
    );
    assert!(started.elapsed() < Duration::from_secs(14));
    held.execute("ROLLBACK").await?;
    assert_eq!(ledger.append(append).await?.first_position, 1);
    Ok(())
}
