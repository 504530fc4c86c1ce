//! The one server of a run: durable as it comes, more memory and fewer checkpoints than a default.

use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use hoso_ledger::SharedLedger;
use hoso_ledger::postgres::{PostgresLedger, PostgresOptions as LedgerOptions};
use hoso_testbed::postgres::{Postgres, PostgresOptions, SUPERUSER};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use super::{message_db, peers, raw};

/// What every load's database is a copy of.
const TEMPLATE: &str = "bench_template";
/// MB of shared buffers, where the machine has four times as much to spare.
const SHARED_BUFFERS_MB: u64 = 2_048;

/// The server.
#[derive(Debug)]
pub(crate) struct Server {
    postgres: Postgres,
    databases: AtomicU64,
}

/// A database of one load.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    name: String,
    port: u16,
}

impl Server {
    /// Starts it and makes the template.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let options = PostgresOptions {
            password: None,
            settings: settings(),
        };
        let start = move || Postgres::start(options);
        let postgres = tokio::task::spawn_blocking(start).await??;
        let server = Self {
            postgres,
            databases: AtomicU64::new(0),
        };
        let mut admin = server.admin().await?;
        check_durable(&mut admin).await?;
        server.run(format!("CREATE DATABASE {TEMPLATE}")).await?;
        let template = server.database(TEMPLATE.to_owned());
        hoso_ledger::postgres::migrate::migrate(&template.superuser_url()).await?;
        let mut connection = template.connect().await?;
        for statements in [raw::SCHEMA, message_db::SCHEMA, peers::SCHEMA] {
            connection.execute(statements).await?;
        }
        connection.close().await?;
        Ok(server)
    }

    /// A database that nothing has been written to.
    pub(crate) async fn fresh(&self) -> anyhow::Result<Database> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("bench_{number}");
        self.run(format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
            .await?;
        Ok(self.database(name))
    }

    /// Removes a database, whoever is still connected. A checkpoint comes with it.
    pub(crate) async fn remove(&self, database: Database) -> anyhow::Result<()> {
        self.run(format!("DROP DATABASE {} WITH (FORCE)", database.name))
            .await
    }

    fn database(&self, name: String) -> Database {
        Database {
            name,
            port: self.postgres.port(),
        }
    }

    async fn admin(&self) -> anyhow::Result<PgConnection> {
        self.database("postgres".to_owned()).connect().await
    }

    async fn run(&self, statement: String) -> anyhow::Result<()> {
        let mut admin = self.admin().await?;
        admin.execute(AssertSqlSafe(statement)).await?;
        admin.close().await?;
        Ok(())
    }
}

impl Database {
    /// Its URL for a role; everybody on this machine is trusted.
    pub(crate) fn url(&self, role: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{}", self.port, self.name)
    }

    /// The superuser's URL.
    pub(crate) fn superuser_url(&self) -> String {
        self.url(SUPERUSER)
    }

    /// Its ledger, as a role sees it.
    pub(crate) async fn ledger(&self, role: &str) -> anyhow::Result<SharedLedger> {
        let options = LedgerOptions::new("hoso-bench");
        Ok(PostgresLedger::open(&self.url(role), options).await?)
    }

    /// A connection of the superuser's.
    pub(crate) async fn connect(&self) -> anyhow::Result<PgConnection> {
        let options = PgConnectOptions::from_str(&self.superuser_url())?
            .disable_statement_logging()
            .options([("jit", "off")]);
        options
            .connect()
            .await
            .with_context(|| format!("connecting to {}", self.name))
    }
}

/// No checkpoint falls into a sample: each costs several loads at once, or one alone.
fn settings() -> Vec<String> {
    vec![
        format!("shared_buffers = {}MB", shared_buffers_mb()),
        "max_wal_size = 4GB".to_owned(),
        "checkpoint_timeout = 1h".to_owned(),
    ]
}

fn shared_buffers_mb() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let available_kib = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0);
    (available_kib / 1_024 / 4).clamp(128, SHARED_BUFFERS_MB)
}

/// An append that waits for no disk would say nothing.
async fn check_durable(admin: &mut PgConnection) -> anyhow::Result<()> {
    let off: Vec<String> = sqlx::query_scalar(
        "SELECT name || ' = ' || setting FROM pg_settings
         WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting <> 'on'",
    )
    .fetch_all(&mut *admin)
    .await?;
    anyhow::ensure!(off.is_empty(), "not durable: {}", off.join(", "));
    let directory: String = sqlx::query_scalar("SHOW data_directory")
        .fetch_one(admin)
        .await?;
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let kind = file_system(&mounts, &directory);
    if matches!(kind, "tmpfs" | "ramfs") {
        eprintln!("  {directory} is in memory: nothing here waits for a disk; set TMPDIR");
    }
    Ok(())
}

/// The kind of the file system that a path is on, by the longest mount point that it is under.
fn file_system<'a>(mounts: &'a str, path: &str) -> &'a str {
    let mount = |line: &'a str| {
        let mut fields = line.split_whitespace().skip(1);
        let (point, kind) = (fields.next()?, fields.next()?);
        let under = std::path::Path::new(path).starts_with(point);
        under.then_some((point.len(), kind))
    };
    let longest = mounts.lines().filter_map(mount).max_by_key(|(len, _)| *len);
    longest.map_or("", |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::file_system;

    #[test]
    fn a_file_system_is_found_by_its_longest_mount_point() {
        let mounts =
            "/dev/vda / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/vdb /tmp/big xfs rw 0 0\n";
        assert_eq!(file_system(mounts, "/tmp/hoso-1/data"), "tmpfs");
        assert_eq!(file_system(mounts, "/tmp/big/hoso-1"), "xfs");
        assert_eq!(file_system(mounts, "/tmpfile"), "ext4");
    }
}
