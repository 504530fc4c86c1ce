//! Instances side by side, connections and servers that are killed under load, a server that is full
//! or away: nothing acknowledged is lost, nothing is there twice, every answer comes in time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::TryStreamExt as _;
use futures::future::join_all;
use hoso_ledger::conformance::{Outcome, sample};
use hoso_ledger::postgres::{PostgresLedger, PostgresOptions, migrate};
use hoso_ledger::{Ledger, LedgerError, StreamName, pages};
use hoso_testbed::postgres::{Postgres, PostgresOptions as ServerOptions, SUPERUSER};
use sqlx::{Connection, Executor, PgConnection};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use crate::oracle::{Failure, check, command};
use crate::world::World;

/// No answer may take longer, whatever the server does.
const ANSWERED_WITHIN: Duration = Duration::from_secs(16);

/// Writers on a few streams that retry with the same id until the outcome is known.
struct Writers {
    stop: Arc<AtomicBool>,
    /// Commands accepted so far.
    accepted: watch::Sender<u64>,
    tasks: Vec<tokio::task::JoinHandle<Result<Told, Failure>>>,
}

/// What writers were told: accepted commands with their first position, and times that the outcome
/// was unknown.
#[derive(Default)]
struct Told {
    acknowledged: BTreeMap<Uuid, u64>,
    unknown: u64,
}

impl Writers {
    fn start(ledgers: &[Arc<PostgresLedger>], writers: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let accepted = watch::Sender::new(0);
        let ledgers = ledgers.iter().cycle();
        let tasks = ledgers
            .zip(0..writers)
            .map(|(ledger, writer)| {
                let ledger = Arc::clone(ledger);
                let (stop, accepted) = (Arc::clone(&stop), accepted.clone());
                tokio::spawn(async move { write(ledger, writer, &stop, &accepted).await })
            })
            .collect();
        Self {
            stop,
            accepted,
            tasks,
        }
    }

    /// Waits until so many more commands were accepted.
    async fn advance(&self, commands: u64) -> Result<(), Failure> {
        let mut accepted = self.accepted.subscribe();
        let until = *accepted.borrow() + commands;
        let advanced = accepted.wait_for(|accepted| *accepted >= until);
        timeout(Duration::from_mins(1), advanced).await??;
        Ok(())
    }

    async fn finish(self) -> Result<Told, Failure> {
        self.stop.store(true, Ordering::SeqCst);
        let mut all = Told::default();
        for task in self.tasks {
            let told = task.await??;
            all.acknowledged.extend(told.acknowledged);
            all.unknown += told.unknown;
        }
        Ok(all)
    }
}

async fn write(
    ledger: Arc<PostgresLedger>,
    writer: u64,
    stop: &AtomicBool,
    accepted: &watch::Sender<u64>,
) -> Result<Told, Failure> {
    let mut told = Told::default();
    let mut n = 0;
    while !stop.load(Ordering::SeqCst) {
        n += 1;
        let stream = StreamName::new("thing", &((writer + n) % 7).to_string());
        let Ok(row) = timeout(ANSWERED_WITHIN, ledger.stream(&stream)).await? else {
            continue;
        };
        let append = command(
            Uuid::from_u64_pair(writer, n),
            stream.as_str(),
            row.map_or(0, |row| row.version),
        )?;
        loop {
            match timeout(ANSWERED_WITHIN, ledger.append(append.clone())).await? {
                Ok(done) => {
                    told.acknowledged
                        .insert(append.command, done.first_position);
                    accepted.send_modify(|accepted| *accepted += 1);
                    break;
                }
                Err(LedgerError::Conflict { .. }) => break,
                Err(LedgerError::Unavailable { .. }) => told.unknown += 1,
                Err(other) => return Err(other.into()),
            }
        }
    }
    Ok(told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_side_by_side_leave_one_dense_log() -> Outcome {
    let world = World::fresh().await?;
    let mut ledgers = Vec::new();
    for _ in 0..3 {
        ledgers.push(world.ledger().await?);
    }
    let writers = Writers::start(&ledgers, 12);
    writers.advance(400).await?;
    let told = writers.finish().await?;
    assert_eq!(told.unknown, 0);
    for ledger in ledgers {
        assert_eq!(check(ledger.as_ref()).await?, told.acknowledged);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backends_that_are_terminated_under_load_lose_nothing() -> Outcome {
    let world = World::fresh().await?;
    let ledgers = [world.ledger().await?, world.ledger().await?];
    let writers = Writers::start(&ledgers, 12);
    let mut administrator = world.connect(SUPERUSER).await?;
    let mut terminated = 0;
    for commands in [1, 40, 20, 5, 60, 30, 2, 13] {
        writers.advance(commands).await?;
        let ended: Vec<bool> = sqlx::query_scalar(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid() \
             AND application_name = 'hoso test'",
        )
        .fetch_all(&mut administrator)
        .await?;
        terminated += ended.len();
    }
    writers.advance(20).await?;
    let told = writers.finish().await?;
    assert!(terminated > 8, "two writers and their readers, eight times");
    assert_eq!(check(ledgers[0].as_ref()).await?, told.acknowledged);
    // The next append is taken at once: the connection was made anew.
    let append = sample::append("thing-after", 0, 1)?;
    timeout(Duration::from_secs(3), ledgers[1].append(append)).await??;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_under_load_loses_nothing_acknowledged() -> Outcome {
    let mut server = Postgres::start(ServerOptions::default())?;
    let url = server.superuser_url("postgres");
    migrate::migrate(&url).await?;
    let ledger = PostgresLedger::open(&url, PostgresOptions::new("test")).await?;
    let writers = Writers::start(&[Arc::clone(&ledger)], 12);
    for commands in [150, 60] {
        writers.advance(commands).await?;
        server = tokio::task::spawn_blocking(move || server.restart().map(|()| server)).await??;
    }
    // What is away answers soon, and in words.
    server = tokio::task::spawn_blocking(move || server.kill().map(|()| server)).await??;
    let started = Instant::now();
    let refused = ledger.append(sample::append("thing-away", 0, 1)?).await;
    assert!(
        matches!(refused, Err(LedgerError::Unavailable { .. })),
        "{refused:?}"
    );
    let read = ledger.read_all(0, 1).await;
    assert!(
        matches!(read, Err(LedgerError::Unavailable { .. })),
        "{read:?}"
    );
    assert!(started.elapsed() < Duration::from_secs(10));
    server = tokio::task::spawn_blocking(move || server.restart().map(|()| server)).await??;
    writers.advance(50).await?;
    let told = writers.finish().await?;
    assert!(told.unknown > 0, "nobody noticed");
    let log = check(ledger.as_ref()).await?;
    assert_eq!(log, told.acknowledged);
    ledger.close().await;
    drop(server);
    Ok(())
}

/// The head is followed again once the server is back, without anybody's doing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn followers_see_the_head_again_after_the_server_was_away() -> Outcome {
    let mut server = Postgres::start(ServerOptions::default())?;
    let url = server.superuser_url("postgres");
    migrate::migrate(&url).await?;
    let open = || PostgresLedger::open(&url, PostgresOptions::new("test"));
    let follower = open().await?;
    let mut head = follower.watch_head();
    open()
        .await?
        .append(sample::append("thing-a", 0, 1)?)
        .await?;
    timeout(ANSWERED_WITHIN, head.wait_for(|at| *at == 1)).await??;
    server = tokio::task::spawn_blocking(move || server.restart().map(|()| server)).await??;
    open()
        .await?
        .append(sample::append("thing-a", 1, 1)?)
        .await?;
    timeout(ANSWERED_WITHIN, head.wait_for(|at| *at == 2)).await??;
    drop(server);
    Ok(())
}

/// A full disk is made by a function that says so; what is told is what a full disk's code means.
#[tokio::test]
async fn a_full_disk_is_a_typed_error_reading_goes_on_and_room_makes_it_write_again() -> Outcome {
    let world = World::fresh().await?;
    let ledger = world.ledger().await?;
    ledger.append(sample::append("thing-a", 0, 1)?).await?;
    let mut connection = world.connect(SUPERUSER).await?;
    connection
        .execute(
            "ALTER FUNCTION ledger.calling_service RENAME TO the_real_one; \
             CREATE FUNCTION ledger.calling_service() RETURNS text LANGUAGE plpgsql AS $$ BEGIN \
             RAISE EXCEPTION 'could not extend file: No space left on device' \
             USING ERRCODE = 'disk_full'; END $$",
        )
        .await?;
    let appends = (0..8)
        .map(|n| sample::append(&format!("thing-late-{n}"), 0, 1))
        .collect::<Result<Vec<_>, _>>()?;
    for answer in join_all(appends.iter().map(|append| ledger.append(append.clone()))).await {
        assert!(
            matches!(answer, Err(LedgerError::NotWritable { .. })),
            "{answer:?}"
        );
    }
    assert_eq!(ledger.read_all(0, 10).await?.len(), 1);
    connection
        .execute(
            "DROP FUNCTION ledger.calling_service; \
             ALTER FUNCTION ledger.the_real_one RENAME TO calling_service",
        )
        .await?;
    for append in appends {
        ledger.append(append).await?;
    }
    assert_eq!(ledger.head().await?, 9);
    Ok(())
}

#[tokio::test]
async fn opened_only_for_reading_it_reads_and_refuses_every_write() -> Outcome {
    let world = World::fresh().await?;
    let writing = world.ledger().await?;
    writing.append(sample::append("thing-a", 0, 2)?).await?;
    let mut options = PostgresOptions::new("hoso test");
    options.read_only = true;
    let reading = PostgresLedger::open(&world.url(SUPERUSER), options).await?;
    assert_eq!(reading.read_all(0, 10).await?.len(), 2);
    for refused in [
        reading.append(sample::append("thing-a", 2, 1)?).await.err(),
        reading
            .move_cursor(sample::cursor("watcher", 0, 1))
            .await
            .err(),
        reading.rebuild_rows(Vec::new()).await.err(),
    ] {
        assert!(
            matches!(refused, Some(LedgerError::NotWritable { .. })),
            "{refused:?}"
        );
    }
    writing.append(sample::append("thing-a", 2, 1)?).await?;
    assert_eq!(reading.head().await?, 3);
    Ok(())
}

/// A server that takes no writes (a standby, a maintenance): typed, and reading goes on.
#[tokio::test]
async fn a_database_that_is_read_only_is_a_typed_error() -> Outcome {
    let world = World::fresh().await?;
    let mut connection = world.connect(SUPERUSER).await?;
    let name: String = sqlx::query_scalar("SELECT current_database()")
        .fetch_one(&mut connection)
        .await?;
    let text = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    connection.execute(sqlx::AssertSqlSafe(text)).await?;
    let ledger = world.ledger().await?;
    let refused = ledger.append(sample::append("thing-a", 0, 1)?).await;
    assert!(
        matches!(refused, Err(LedgerError::NotWritable { .. })),
        "{refused:?}"
    );
    assert_eq!(ledger.head().await?, 0);
    Ok(())
}

/// Bytes rewritten by force are read as corrupt, and said where.
#[tokio::test]
async fn an_event_that_was_rewritten_by_force_is_read_as_corrupt() -> Outcome {
    let world = World::fresh().await?;
    let ledger = world.ledger().await?;
    ledger.append(sample::append("thing-a", 0, 3)?).await?;
    let mut connection = PgConnection::connect(&world.url(SUPERUSER)).await?;
    connection
        .execute(
            "ALTER TABLE ledger.events DISABLE TRIGGER never_rewritten; \
             UPDATE ledger.events SET data = '{}' WHERE position = 2",
        )
        .await?;
    assert_eq!(ledger.read_all(2, 10).await?.len(), 1);
    let Err(LedgerError::Corrupt { reason }) = ledger.read_all(0, 10).await else {
        return Err("it was read".into());
    };
    assert!(reason.contains("event 2"), "{reason}");
    Ok(())
}

/// An event that was taken out by force is missed by whoever reads the log as a whole, and said where,
/// however many events there are behind it.
#[tokio::test]
async fn an_event_that_was_taken_out_by_force_is_missed() -> Outcome {
    let world = World::fresh().await?;
    let ledger = world.ledger().await?;
    for batch in 0..20 {
        let stream = format!("thing-{batch}");
        ledger.append(sample::append(&stream, 0, 60)?).await?;
    }
    let mut connection = PgConnection::connect(&world.url(SUPERUSER)).await?;
    connection
        .execute(
            "ALTER TABLE ledger.events DISABLE TRIGGER never_rewritten; \
             DELETE FROM ledger.events WHERE position = 500",
        )
        .await?;
    let read = pages(ledger, 0, 1_200);
    let Err(LedgerError::Corrupt { reason }) = read.try_collect::<Vec<_>>().await else {
        return Err("it was read".into());
    };
    assert!(reason.contains("no event at position 500"), "{reason}");
    Ok(())
}
