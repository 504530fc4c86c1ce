//! A full disk, a file opened only for reading, a file of another program: typed errors, and
//! reading goes on.

use std::path::Path;
use std::sync::Arc;

use futures::future::join_all;
use hoso_ledger::conformance::{Outcome, sample};
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{Ledger, LedgerError};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

async fn open(path: &Path, pages_max: Option<u32>) -> Result<Arc<SqliteLedger>, LedgerError> {
    let mut options = SqliteOptions::new(sample::still_clock());
    options.pages_max = pages_max;
    SqliteLedger::open(path, options).await
}

#[tokio::test]
async fn a_full_disk_is_a_typed_error_reading_goes_on_and_room_makes_it_write_again() -> Outcome {
    let directory = tempfile::tempdir()?;
    let ledger = open(directory.path(), Some(120)).await?;
    let mut acknowledged = 0;
    let refused = loop {
        let mut batch = Vec::new();
        for n in 0..8 {
            let mut append = sample::append(&format!("thing-{acknowledged}-{n}"), 0, 1)?;
            append.row.state = "x".repeat(3_000);
            batch.push(append);
        }
        let answers = join_all(batch.into_iter().map(|append| ledger.append(append))).await;
        let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        acknowledged += done.len() as u64;
        if !refused.is_empty() {
            break refused;
        }
    };
    for answer in refused {
        assert!(
            matches!(answer, Err(LedgerError::NotWritable { .. })),
            "{answer:?}"
        );
    }
    assert!(acknowledged > 0);
    assert_eq!(ledger.head().await?, acknowledged);
    let log = ledger.read_all(0, 10_000).await?;
    assert_eq!(log.len() as u64, acknowledged);
    let again = ledger.append(sample::append("thing-late", 0, 64)?).await;
    assert!(
        matches!(again, Err(LedgerError::NotWritable { .. })),
        "{again:?}"
    );
    ledger.close().await;
    let ledger = open(directory.path(), None).await?;
    let next = ledger.append(sample::append("thing-late", 0, 1)?).await?;
    assert_eq!(next.first_position, acknowledged + 1);
    Ok(())
}

#[tokio::test]
async fn opened_only_for_reading_it_reads_and_refuses_every_write() -> Outcome {
    let directory = tempfile::tempdir()?;
    let writing = open(directory.path(), None).await?;
    writing.append(sample::append("thing-a", 0, 2)?).await?;
    let mut options = SqliteOptions::new(sample::still_clock());
    options.read_only = true;
    let reading = SqliteLedger::open(directory.path(), options).await?;
    assert_eq!(reading.read_all(0, 10).await?.len(), 2);
    let append = reading.append(sample::append("thing-a", 2, 1)?).await;
    assert!(matches!(append, Err(LedgerError::NotWritable { .. })));
    let cursor = reading.move_cursor(sample::cursor("watcher", 0, 1)).await;
    assert!(matches!(cursor, Err(LedgerError::NotWritable { .. })));
    writing.append(sample::append("thing-a", 2, 1)?).await?;
    assert_eq!(reading.head().await?, 3);
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_ledger_is_not_opened() -> Outcome {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("ledger.sqlite");
    std::fs::write(
        &file,
        "not a database, but long enough to look at".repeat(40),
    )?;
    let opened = open(&file, None).await;
    assert!(
        matches!(opened, Err(LedgerError::Corrupt { .. })),
        "{opened:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_ledger_of_a_newer_program_is_not_opened() -> Outcome {
    let directory = tempfile::tempdir()?;
    let ledger = open(directory.path(), None).await?;
    let mut connection = SqliteConnectOptions::new()
        .filename(ledger.file())
        .connect()
        .await?;
    ledger.close().await;
    connection
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'later', TRUE, x'00', 0)",
        )
        .await?;
    connection.close().await?;
    let opened = open(directory.path(), None).await;
    assert!(
        matches!(opened, Err(LedgerError::Unavailable { .. })),
        "{opened:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_path_ending_in_sqlite_is_the_file_itself() -> Outcome {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("deep").join("other.sqlite");
    let ledger = open(&file, None).await?;
    assert_eq!(ledger.file(), file);
    let inside = open(&directory.path().join("deep"), None).await?;
    assert_eq!(
        inside.file(),
        directory.path().join("deep").join("ledger.sqlite")
    );
    Ok(())
}
