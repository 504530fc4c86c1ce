//! Goal G5: a durable append with everything on, against raw inserts into the same table of the
//! same schema (its indexes, checks and triggers), durable too, through the same driver.

use std::path::Path;
use std::time::{Duration, Instant};

use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{Ledger, SharedLedger};
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Sqlite, SqliteConnection};
use uuid::Uuid;

use crate::drive::rate;
use crate::figure::{Better, Report, ratios};
use crate::ledger_load::{self, Work};
use crate::{Setting, rounds};

const CALLERS: [u64; 4] = [1, 8, 64, 256];
/// Rows of the raw multi-row insert.
const RAW_ROWS: usize = 1_000;

const COLUMNS: &str = "position, stream, version, event_id, event_type, schema_version, \
     recorded_at, effective_at, official, person, on_behalf_of, role, agency, reason, command_id, \
     correlation_id, causation_id, rule_book, traceparent, sha256, data";

/// One round.
#[derive(Debug)]
struct Measured {
    raw_single: f64,
    raw_multi: f64,
    /// By the number of callers.
    appends: [f64; CALLERS.len()],
}

/// Measures and compares.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let measured = rounds::run(setting, |_| round(setting)).await?;
    let each = |f: &dyn Fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    let [one, _, _, many] =
        [0, 1, 2, 3].map(|n: usize| each(&|m| m.appends.get(n).copied().unwrap_or(0.0)));
    let multi = each(&|m| m.raw_multi);
    let single = each(&|m| m.raw_single);
    let mut report = Report::default();
    report.goal(
        "G5a",
        "SQLite append, everything on, 256 callers / raw INSERT of 1000 rows",
        0.2,
        Better::More,
        &ratios(&many, &multi),
    );
    report.goal(
        "G5b",
        "SQLite append, everything on, 256 callers / raw INSERT of one row",
        2.5,
        Better::More,
        &ratios(&many, &single),
    );
    report.goal(
        "G5c",
        "SQLite append, everything on, one caller / raw INSERT of one row",
        0.3,
        Better::More,
        &ratios(&one, &single),
    );
    report.figure("SQLite raw INSERT of one row", "rows/s", &single);
    report.figure("SQLite raw INSERT of 1000 rows", "rows/s", &multi);
    for (n, callers) in CALLERS.iter().enumerate() {
        report.figure(
            format!("SQLite append, everything on, {callers} callers"),
            "appends/s",
            &each(&|m| m.appends.get(n).copied().unwrap_or(0.0)),
        );
    }
    Ok(report)
}

async fn round(setting: &Setting) -> anyhow::Result<Measured> {
    let mut appends = [0.0; CALLERS.len()];
    let raw_single = raw(&setting.directory, 1, setting.sample).await?;
    for (callers, rate) in CALLERS.iter().zip(&mut appends) {
        let directory = tempfile::tempdir_in(&setting.directory)?;
        let ledger = open(directory.path()).await?;
        let sample = setting.sample;
        *rate = ledger_load::run(&ledger, *callers, 0, Work::Append(1), sample)
            .await?
            .rate;
        ledger.close().await;
    }
    let raw_multi = raw(&setting.directory, RAW_ROWS, setting.sample).await?;
    Ok(Measured {
        raw_single,
        raw_multi,
        appends,
    })
}

async fn open(directory: &Path) -> anyhow::Result<SharedLedger> {
    let options = SqliteOptions::new(ledger_load::clock());
    Ok(SqliteLedger::open(directory, options).await?)
}

/// Rows a second by one connection, `rows` a transaction, into the migrated table.
async fn raw(directory: &Path, rows: usize, sample: Duration) -> anyhow::Result<f64> {
    let directory = tempfile::tempdir_in(directory)?;
    let ledger =
        SqliteLedger::open(directory.path(), SqliteOptions::new(ledger_load::clock())).await?;
    let file = ledger.file().to_owned();
    ledger.close().await;
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .synchronous(SqliteSynchronous::Full)
        // What the ledger sets as well.
        .pragma("cache_size", "-16384")
        .pragma("wal_autocheckpoint", "4000")
        .disable_statement_logging()
        .connect()
        .await?;
    check_durable(&mut connection).await?;
    let row = format!("({})", vec!["?"; 21].join(", "));
    let text: &'static str = format!(
        "INSERT INTO events ({COLUMNS}) VALUES {}",
        vec![row; rows].join(", ")
    )
    .leak();
    let mut written = 0;
    let started = Instant::now();
    while started.elapsed() < sample {
        let mut query = sqlx::query(AssertSqlSafe(text));
        for _ in 0..rows {
            written += 1;
            query = bind(query, written)?;
        }
        connection.execute(query).await?;
    }
    let rate = rate(written, started.elapsed());
    connection.close().await?;
    Ok(rate)
}

/// The raw side must flush as the ledger does.
async fn check_durable(connection: &mut SqliteConnection) -> anyhow::Result<()> {
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut *connection)
        .await?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(connection)
        .await?;
    anyhow::ensure!(
        mode == "wal" && synchronous == 2,
        "{mode}, synchronous {synchronous}"
    );
    Ok(())
}

type Bound = sqlx::query::Query<'static, Sqlite, SqliteArguments>;

fn bind(query: Bound, position: u64) -> anyhow::Result<Bound> {
    let (stream, version) = ledger_load::place(1, position - 1);
    let data = ledger_load::data(stream, version)?;
    let id = ledger_load::id(stream, version);
    let metadata = ledger_load::metadata(id)?;
    let blob = |id: Uuid| id.as_bytes().to_vec();
    let time = metadata.effective_at.timestamp_micros();
    Ok(query
        .bind(i64::try_from(position)?)
        .bind(ledger_load::name(stream))
        .bind(i64::try_from(version)?)
        .bind(blob(id))
        .bind("FindingRecorded")
        .bind(1)
        .bind(time)
        .bind(time)
        .bind(metadata.actor.official.to_string())
        .bind(metadata.actor.person.to_string())
        .bind(metadata.actor.on_behalf_of.map(|id| id.to_string()))
        .bind(metadata.actor.role.as_str())
        .bind(metadata.actor.agency.to_string())
        .bind(metadata.reason)
        .bind(blob(id))
        .bind(blob(metadata.correlation))
        .bind(metadata.causation.map(blob))
        .bind(metadata.rule_book)
        .bind(metadata.traceparent)
        .bind(Sha256::digest(data.as_bytes()).to_vec())
        .bind(data))
}
