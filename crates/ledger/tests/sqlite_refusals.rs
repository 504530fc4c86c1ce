//! Who opens the file beside the ledger cannot rewrite what was written: the database refuses.

#![expect(
    clippy::indexing_slicing,
    reason = "a test: out of bounds is a failure"
)]

use hoso_ledger::conformance::{Outcome, sample};
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{Ledger, LedgerError};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, SqliteConnection};
use tempfile::TempDir;

/// A ledger with three events of two streams on one path, and a plain connection to its file.
async fn written() -> Result<
    (TempDir, std::sync::Arc<SqliteLedger>, SqliteConnection),
    Box<dyn std::error::Error + Send + Sync>,
> {
    let directory = tempfile::tempdir()?;
    let options = SqliteOptions::new(sample::still_clock());
    let ledger = SqliteLedger::open(directory.path(), options).await?;
    for (stream, expected) in [("thing-a", 0), ("thing-b", 0), ("thing-a", 1)] {
        let mut append = sample::append_on_path(stream, expected, "HS-1")?;
        append.cursor = Some(sample::cursor(
            "watcher",
            ledger.head().await?,
            ledger.head().await? + 1,
        ));
        ledger.append(append).await?;
    }
    let connection = SqliteConnectOptions::new()
        .filename(ledger.file())
        .connect()
        .await?;
    Ok((directory, ledger, connection))
}

/// Every text must be an error, and afterwards log, rows and head must be what they were.
async fn all_are_refused(texts: &[&str]) -> Outcome {
    let (_directory, ledger, mut connection) = written().await?;
    let log = ledger.read_all(0, 10).await?;
    let row = ledger.stream(&log[0].stream).await?;
    for text in texts {
        let tried = connection.execute(AssertSqlSafe((*text).to_owned())).await;
        assert!(tried.is_err(), "not refused: {text}");
    }
    assert_eq!(ledger.read_all(0, 10).await?, log);
    assert_eq!(ledger.stream(&log[0].stream).await?, row);
    assert_eq!(ledger.head().await?, 3);
    let command = ledger.command(log[0].command).await?;
    assert_eq!(command.map(|c| c.first_position), Some(1));
    let next = ledger.append(sample::append("thing-a", 2, 1)?).await?;
    assert_eq!(next.first_position, 4);
    Ok(())
}

const COPY: &str = "event_id, event_type, schema_version, recorded_at, effective_at, official, \
     person, on_behalf_of, role, agency, reason, command_id, correlation_id, causation_id, \
     rule_book, traceparent, sha256, data";

#[tokio::test]
async fn an_event_cannot_be_changed_deleted_or_replaced() -> Outcome {
    let same_place = format!(
        "INSERT OR REPLACE INTO events (position, stream, version, {COPY}) \
         SELECT 2, stream, version, {COPY} FROM events WHERE position = 2"
    );
    let same_version = format!(
        "INSERT OR REPLACE INTO events (position, stream, version, {COPY}) \
         SELECT 4, stream, version, {COPY} FROM events WHERE position = 2"
    );
    all_are_refused(&[
        "UPDATE events SET data = '{}' WHERE position = 1",
        "UPDATE events SET position = 9 WHERE position = 3",
        "UPDATE OR REPLACE events SET position = 1 WHERE position = 2",
        "DELETE FROM events WHERE position = 3",
        "DELETE FROM events",
        &same_place,
        &same_version,
    ])
    .await
}

#[tokio::test]
async fn an_event_cannot_leave_a_hole_in_the_log_or_in_its_stream() -> Outcome {
    let hole_in_the_log = format!(
        "INSERT INTO events (position, stream, version, {COPY}) \
         SELECT 5, stream, 2, {COPY} FROM events WHERE position = 2"
    );
    let hole_in_the_stream = format!(
        "INSERT INTO events (position, stream, version, {COPY}) \
         SELECT 4, stream, 3, {COPY} FROM events WHERE position = 2"
    );
    let before_the_log = format!(
        "INSERT INTO events (position, stream, version, {COPY}) \
         SELECT 0, stream, 2, {COPY} FROM events WHERE position = 2"
    );
    all_are_refused(&[&hole_in_the_log, &hole_in_the_stream, &before_the_log]).await
}

#[tokio::test]
async fn a_command_cannot_be_changed_deleted_or_replaced() -> Outcome {
    all_are_refused(&[
        "UPDATE commands SET digest = zeroblob(32)",
        "DELETE FROM commands",
        "INSERT OR REPLACE INTO commands \
         SELECT command_id, zeroblob(32), stream, first_position, count, version FROM commands",
    ])
    .await
}

#[tokio::test]
async fn the_path_of_a_dossier_cannot_be_changed_or_deleted() -> Outcome {
    all_are_refused(&[
        "UPDATE dossier_events SET dossier = 'HS-2'",
        "DELETE FROM dossier_events WHERE position = 2",
    ])
    .await
}

#[tokio::test]
async fn a_stream_has_the_version_of_its_last_event_and_never_goes() -> Outcome {
    all_are_refused(&[
        "UPDATE streams SET version = 1 WHERE stream = 'thing-a'",
        "UPDATE streams SET version = 3 WHERE stream = 'thing-a'",
        "UPDATE streams SET stream = 'thing-c' WHERE stream = 'thing-a'",
        "INSERT OR REPLACE INTO streams \
         SELECT stream, category, 7, last_position, round, unit, dossier, status, due, state FROM streams",
        "INSERT INTO streams VALUES ('thing-x', 'thing', 0, 0, NULL, NULL, NULL, '', NULL, '{}')",
        "DELETE FROM streams",
    ])
    .await
}

#[tokio::test]
async fn the_head_only_advances_with_the_log() -> Outcome {
    all_are_refused(&[
        "UPDATE log_head SET position = 2, batch = batch + 1",
        "UPDATE log_head SET position = 4, batch = batch + 1",
        "UPDATE log_head SET recorded_at = recorded_at - 1, batch = batch + 1",
        "UPDATE log_head SET batch = 0",
        "UPDATE log_head SET id = 2",
        "INSERT OR REPLACE INTO log_head VALUES (1, 0, 0, 0)",
        "DELETE FROM log_head",
    ])
    .await
}

#[tokio::test]
async fn an_event_that_was_rewritten_by_force_is_read_as_corrupt() -> Outcome {
    let (_directory, ledger, mut connection) = written().await?;
    for text in [
        "DROP TRIGGER events_never_change",
        "UPDATE events SET data = '{\"sampleHappened\":{\"n\":7}}' WHERE position = 2",
    ] {
        connection.execute(text).await?;
    }
    assert_eq!(ledger.read_all(2, 10).await?.len(), 1);
    let read = ledger.read_all(0, 10).await;
    let Err(LedgerError::Corrupt { reason }) = read else {
        panic!("{read:?}");
    };
    assert!(reason.contains("event 2"), "{reason}");
    Ok(())
}

#[tokio::test]
async fn a_checkpoint_cannot_be_changed_deleted_or_replaced() -> Outcome {
    let (_directory, ledger, mut connection) = written().await?;
    for (size, note) in [(1, "one\n"), (3, "three\n")] {
        ledger.keep_checkpoint(size, note).await?;
    }
    let kept = ledger.checkpoints(0, 10).await?;
    for text in [
        "UPDATE checkpoints SET size = 2 WHERE seq = 1",
        "UPDATE checkpoints SET note = note",
        "DELETE FROM checkpoints WHERE seq = 2",
        "DELETE FROM checkpoints",
        "INSERT OR REPLACE INTO checkpoints VALUES (1, 1, 0, 'other')",
        "INSERT OR REPLACE INTO checkpoints SELECT 3, size, recorded_at, note FROM checkpoints",
        "INSERT INTO checkpoints VALUES (9, 1, 0, 'far')",
    ] {
        let tried = connection.execute(AssertSqlSafe(text.to_owned())).await;
        assert!(tried.is_err(), "not refused: {text}");
    }
    assert_eq!(ledger.checkpoints(0, 10).await?, kept);
    Ok(())
}
