//! The data directory: the ledger, the documents, and the lock of the one that serves it.
//!
//! Any number of commands may read and append beside a running `hoso up`; only one may serve.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use hoso_ledger::SharedLedger;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions, SqliteRestore};
use hoso_runtime::config::{Config, Layer};
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

    /// The data directory in force.
    ///
    /// # Errors
    /// A wrong setting, named.
    pub(crate) fn directory(&self) -> Result<PathBuf> {
        Ok(settings(&self.layer())?.data)
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

/// Opens the ledger of a data directory and everything around it; makes it where it is missing.
///
/// # Errors
/// The directory cannot be made, or the ledger not opened.
pub(crate) async fn open(data: &Path, clock: Clock) -> Result<Runtime> {
    make(data)?;
    let ledger = ledger(data, &clock, false).await?;
    Ok(Runtime::new(ledger, data, clock))
}

/// Opens the ledger of a data directory that is there, only to read it.
///
/// # Errors
/// There is no ledger, or it cannot be opened.
pub(crate) async fn open_to_read(data: &Path) -> Result<Runtime> {
    require(data)?;
    let clock = Clock::system();
    let ledger = ledger(data, &clock, true).await?;
    Ok(Runtime::new(ledger, data, clock))
}

/// Opens the ledger of a data directory that is there, to append to it beside whoever serves it.
///
/// # Errors
/// There is no ledger, or it cannot be opened.
pub(crate) async fn open_beside(data: &Path) -> Result<Runtime> {
    require(data)?;
    open(data, Clock::system()).await
}

fn make(data: &Path) -> Result<()> {
    if data.exists() && !data.is_dir() {
        return Err(BadInput(format!("--data {}: not a directory", data.display())).into());
    }
    std::fs::create_dir_all(data)
        .with_context(|| format!("data directory {} cannot be made", data.display()))
}

/// Whether there is a ledger in a data directory.
pub(crate) fn has_ledger(data: &Path) -> bool {
    data.join("ledger.sqlite").is_file()
}

fn require(data: &Path) -> Result<()> {
    if has_ledger(data) {
        return Ok(());
    }
    SqliteRestore::refuse_unfinished(data)?;
    Err(BadInput(format!(
        "there is no ledger in {}; `hoso up --data DIR` or `hoso demo --data DIR` makes one",
        data.display()
    ))
    .into())
}

async fn ledger(data: &Path, clock: &Clock, read_only: bool) -> Result<SharedLedger> {
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
