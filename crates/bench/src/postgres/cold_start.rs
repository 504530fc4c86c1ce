//! Goal G12: from the start of a service's process until it first answers that it is ready, beside
//! a bare connection and a look at the head.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::time::{Duration, Instant};

use hoso_testbed::nats::{Nats, NatsOptions};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

use super::server::Database;
use crate::figure::{self, Better, Report, ratios};
use crate::hoso_binary::{self, Server as Process};
use crate::load::EVENTS_A_STREAM;
use crate::{Setting, ledger_load, rounds};

/// The service that is started.
const SERVICE: &str = "registry";
/// Events of the log, at most.
const EVENTS_MAX: u64 = 10_000;
/// Bare connections of a round, and starts; the median counts.
const BARE: usize = 20;
const STARTS: usize = 3;
/// A service that does not answer by then is broken.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// What a service is started with.
#[derive(Clone)]
struct Around {
    database: Database,
    nats_url: String,
}

/// One round, in microseconds.
#[derive(Debug)]
struct Measured {
    bare: f64,
    ready: f64,
}

/// Measures and compares.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let hoso = hoso_binary::path()?;
    let server = setting.postgres().await?;
    let nats = tokio::task::spawn_blocking(|| Nats::start(NatsOptions::default())).await??;
    let around = Around {
        database: server.fresh().await?,
        nats_url: nats.url(),
    };
    let ledger = around.database.ledger("hoso_submission").await?;
    let events = setting.events.min(EVENTS_MAX);
    ledger_load::fill(&ledger, events, EVENTS_A_STREAM).await?;
    ledger.close().await;
    // Its reactions, if it has any, have read the log before.
    start(&hoso, &around).await?;
    let measured = rounds::run(setting, |_| round(&hoso, &around)).await?;
    server.remove(around.database).await?;
    let each = |f: fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    let mut report = Report::default();
    report.goal(
        "G12",
        format!("hoso serve {SERVICE}, start until ready / bare connection and head"),
        10.0,
        Better::Less,
        &ratios(&each(|m| m.ready), &each(|m| m.bare)),
    );
    let what = format!("hoso serve {SERVICE}, start until ready");
    report.figure(what, "µs", &each(|m| m.ready));
    report.figure("bare connection and head", "µs", &each(|m| m.bare));
    Ok(report)
}

async fn round(hoso: &Path, around: &Around) -> anyhow::Result<Measured> {
    let mut bare = Vec::new();
    for _ in 0..BARE {
        bare.push(connect_and_ask(&around.database).await?);
    }
    let mut ready = Vec::new();
    for _ in 0..STARTS {
        ready.push(start(hoso, around).await?);
    }
    Ok(Measured {
        bare: figure::median(&bare),
        ready: figure::median(&ready),
    })
}

async fn connect_and_ask(database: &Database) -> anyhow::Result<f64> {
    let options = PgConnectOptions::from_str(&database.url("hoso_registry"))?;
    let options = options.disable_statement_logging();
    let started = Instant::now();
    let mut connection = options.connect().await?;
    sqlx::query_scalar::<_, i64>(
        "SELECT position FROM ledger.log_head ORDER BY position DESC LIMIT 1",
    )
    .fetch_one(&mut connection)
    .await?;
    let took = started.elapsed();
    connection.close().await?;
    Ok(took.as_secs_f64() * 1e6)
}

async fn start(hoso: &Path, around: &Around) -> anyhow::Result<f64> {
    let (hoso, around) = (hoso.to_owned(), around.clone());
    tokio::task::spawn_blocking(move || started_until_ready(&hoso, &around)).await?
}

fn started_until_ready(hoso: &Path, around: &Around) -> anyhow::Result<f64> {
    let data = TempDir::new()?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut command = Command::new(hoso);
    command
        .args(["serve", SERVICE])
        .env("HOSO_DATABASE_URL", around.database.url("hoso_registry"))
        .env("HOSO_NATS_URL", &around.nats_url)
        .env("HOSO_LISTEN", address.to_string())
        .env("HOSO_DATA", data.path())
        .env("HOSO_LOG", "error")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let started = Instant::now();
    let mut process = Process::spawn(command)?;
    while !ready(address) {
        process.check_alive()?;
        anyhow::ensure!(
            started.elapsed() < READY_WITHIN,
            "`hoso serve {SERVICE}` does not become ready"
        );
        std::thread::sleep(Duration::from_millis(1)); // poll: readiness is a question
    }
    Ok(started.elapsed().as_secs_f64() * 1e6)
}

fn ready(address: SocketAddr) -> bool {
    let asked = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /readyz HTTP/1.0\r\nhost: localhost\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(status.ends_with(b" 200"))
    };
    asked().unwrap_or(false)
}
