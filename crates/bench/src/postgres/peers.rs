//! cqrs-es with postgres-es: a program of its own (`crates/bench/peers`, another sqlx), built when
//! a goal asks for it, and run once a sample.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use serde::Deserialize;
use tokio::process::Command;

use super::server::Database;
use crate::drive::{Sample, rate};

/// Its tables, as its documentation gives them.
pub(super) const SCHEMA: &str = "
    CREATE TABLE public.events (
        aggregate_type text NOT NULL,
        aggregate_id text NOT NULL,
        sequence bigint CHECK (sequence >= 0) NOT NULL,
        event_type text NOT NULL,
        event_version text NOT NULL,
        payload json NOT NULL,
        metadata json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence)
    );
    CREATE TABLE public.snapshots (
        aggregate_type text NOT NULL,
        aggregate_id text NOT NULL,
        last_sequence bigint CHECK (last_sequence >= 0) NOT NULL,
        current_snapshot bigint CHECK (current_snapshot >= 0) NOT NULL,
        payload json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, last_sequence)
    );
";

/// How the library keeps an aggregate.
#[derive(Debug, Clone, Copy)]
pub(super) enum Store {
    /// Events alone.
    Events,
    /// The folded aggregate beside them.
    Aggregate,
}

/// The program.
#[derive(Debug, Clone)]
pub(crate) struct Peers(PathBuf);

/// What it prints.
#[derive(Debug, Deserialize)]
struct Said {
    calls: u64,
    micros: u64,
    #[serde(default)]
    p50_micros: u32,
    #[serde(default)]
    p99_micros: u32,
}

impl Peers {
    /// Builds it; needs the registry once, or what was downloaded before.
    pub(crate) async fn build() -> anyhow::Result<Self> {
        eprintln!("  building the peers …");
        let own = std::env::current_exe()?;
        let target = own
            .parent()
            .and_then(Path::parent)
            .context("no target directory above this program")?
            .join("peers");
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/Cargo.toml");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args([
                "build",
                "--release",
                "--locked",
                "--quiet",
                "--manifest-path",
            ])
            .arg(manifest)
            .arg("--target-dir")
            .arg(&target)
            .output()
            .await
            .context("cargo cannot be run")?;
        anyhow::ensure!(
            output.status.success(),
            "the peers cannot be built: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(Self(target.join("release/hoso-bench-peers")))
    }

    /// Commands of so many callers.
    pub(super) async fn append(
        &self,
        database: &Database,
        store: Store,
        callers: u64,
        sample: Duration,
    ) -> anyhow::Result<Sample> {
        let store = match store {
            Store::Events => "events",
            Store::Aggregate => "aggregate",
        };
        let (callers, sample) = (callers.to_string(), sample.as_millis().to_string());
        let said = self
            .run(database, &["append", store, &callers, &sample])
            .await?;
        Ok(Sample {
            rate: rate(said.calls, Duration::from_micros(said.micros)),
            p50: said.p50_micros.into(),
            p99: said.p99_micros.into(),
        })
    }

    /// Replays a log of so many events, which is filled first where it is not; events a second.
    pub(super) async fn replay(&self, database: &Database, events: u64) -> anyhow::Result<f64> {
        let said = self.run(database, &["replay", &events.to_string()]).await?;
        Ok(rate(said.calls, Duration::from_micros(said.micros)))
    }

    async fn run(&self, database: &Database, arguments: &[&str]) -> anyhow::Result<Said> {
        let output = Command::new(&self.0)
            .arg(database.superuser_url())
            .args(arguments)
            .kill_on_drop(true)
            .output()
            .await?;
        anyhow::ensure!(
            output.status.success(),
            "the peers failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}
