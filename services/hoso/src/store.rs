//! Where the ledger is, the documents, and the lock of the one that serves an embedded one.
//!
//! Any number of commands may read and append beside a running `hoso up`; only one may serve a data
//! directory. Where the settings name a database (`HOSO_DATABASE_URL`), that is the ledger.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use hoso_ledger::SharedLedger;
use hoso_ledger::postgres::{PostgresLedger, PostgresOptions};
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions, SqliteRestore};
use hoso_runtime::config::{Config, Layer, Secret};
use hoso_runtime::{Clock, Runtime};

use crate::cli::BadInput;

/// Which data directory, and which settings file.
#[derive(Debug, Clone, Args)]
pub(crate) struct Data {
    /// Data directory; else `HOSO_DATA`, the settings file, `./hoso-data`
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// Settings file (TOML); else `HOSO_CONFIG`
    #[arg(long, value_name = "FILE")]
    config: Option<String>,
}

impl Data {
    /// The flags as settings.
    pub(crate) fn layer(&self) -> Layer {
        Layer {
            data: self.data.clone(),
            config: self.config.clone(),
            ..Layer::default()
        }
    }

    /// The settings in force.
    ///
    /// # Errors
    /// A wrong setting, named.
    pub(crate) fn settings(&self) -> Result<Config> {
        settings(&self.layer())
    }
}

/// The settings in force: flags over environment over file over defaults.
///
/// # Errors
/// A wrong setting, named.
pub(crate) fn settings(flags: &Layer) -> Result<Config> {
    Ok(Config::load(flags, |name| std::env::var(name).ok())
        .map_err(|error| BadInput(format!("{:#}", anyhow::Error::from(error))))?)
}

/// Opens the ledger that the settings name, and everything around it: PostgreSQL where they name a
/// database, else the SQLite file of the data directory, which is made where it is missing.
///
/// # Errors
/// The directory cannot be made, or the ledger not opened.
pub(crate) async fn open(config: &Config, clock: Clock) -> Result<Runtime> {
    make(&config.data)?;
    let ledger = ledger(config, &clock, false).await?;
    Ok(Runtime::new(ledger, &config.data, clock).with_person_keys(&config.person_keys))
}

/// Opens the embedded ledger of a data directory, whatever the settings say; makes it where it is
/// missing.
///
/// # Errors
/// The directory cannot be made, or the ledger not opened.
pub(crate) async fn open_embedded(data: &Path, clock: Clock) -> Result<Runtime> {
    make(data)?;
    let ledger = embedded(data, &clock, false).await?;
    Ok(Runtime::new(ledger, data, clock))
}

/// Opens a ledger that is there, only to read it.
///
/// # Errors
/// There is no ledger, or it cannot be opened.
pub(crate) async fn open_to_read(config: &Config) -> Result<Runtime> {
    require(config)?;
    let clock = Clock::system();
    let ledger = ledger(config, &clock, true).await?;
    Ok(Runtime::new(ledger, &config.data, clock))
}

/// Opens a ledger that is there, to append to it beside whoever serves it.
///
/// # Errors
/// There is no ledger, or it cannot be opened.
pub(crate) async fn open_beside(config: &Config) -> Result<Runtime> {
    require(config)?;
    open(config, Clock::system()).await
}

fn make(data: &Path) -> Result<()> {
    if data.exists() && !data.is_dir() {
        return Err(BadInput(format!("--data {}: not a directory", data.display())).into());
    }
    std::fs::create_dir_all(data)
        .with_context(|| format!("data directory {} cannot be made", data.display()))
}

/// Whether there is an embedded ledger in a data directory.
pub(crate) fn has_ledger(data: &Path) -> bool {
    data.join("ledger.sqlite").is_file()
}

fn require(config: &Config) -> Result<()> {
    let data = &config.data;
    if config.database_url.is_some() || has_ledger(data) {
        return Ok(());
    }
    SqliteRestore::refuse_unfinished(data)?;
    Err(BadInput(format!(
        "there is no ledger in {}; `hoso up --data DIR` or `hoso demo --data DIR` makes one",
        data.display()
    ))
    .into())
}

async fn ledger(config: &Config, clock: &Clock, read_only: bool) -> Result<SharedLedger> {
    match &config.database_url {
        Some(url) => database(url, read_only).await,
        None => embedded(&config.data, clock, read_only).await,
    }
}

/// The PostgreSQL ledger. It records by the database's clock, so that processes whose clocks
/// differ agree.
async fn database(url: &Secret, read_only: bool) -> Result<SharedLedger> {
    let options = PostgresOptions {
        read_only,
        ..PostgresOptions::new("hoso")
    };
    let ledger = PostgresLedger::open(url.expose(), options).await?;
    Ok(ledger)
}

async fn embedded(data: &Path, clock: &Clock, read_only: bool) -> Result<SharedLedger> {
    let clock = clock.clone();
    let mut options = SqliteOptions::new(Arc::new(move || clock.now()));
    options.read_only = read_only;
    let ledger = SqliteLedger::open(data, options).await?;
    Ok(ledger)
}

/// The lock of the process that serves a data directory; held until it is dropped.
#[derive(Debug)]
pub(crate) struct ServeLock {
    _file: File,
}

impl ServeLock {
    /// Takes the lock.
    ///
    /// # Errors
    /// Another process serves the directory.
    pub(crate) fn take(data: &Path) -> Result<Self> {
        make(data)?;
        let path = data.join("serve.lock");
        let file = File::create(&path).with_context(|| format!("{}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(BadInput(format!(
                "another hoso serves {}; stop it, or name another --data",
                data.display()
            ))
            .into()),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", path.display()))
            }
        }
    }
}
