//! A ledger, an archive and a directory of keys, in a place of their own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hoso_audit::{Archive, AuditError, Keys, Sealed, seal};
use hoso_ledger::SharedLedger;
use hoso_ledger::conformance::sample;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use tempfile::TempDir;

pub(crate) struct Place {
    pub(crate) directory: TempDir,
    pub(crate) ledger: SharedLedger,
}

impl Place {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ledger = ledger(&directory.path().join("data")).await;
        Self { directory, ledger }
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn archive(&self) -> Archive {
        Archive::new(&self.at("sealed/archive"))
    }

    pub(crate) fn keys(&self) -> Result<Keys, AuditError> {
        Keys::open_or_make(&self.at("sealed/keys"), Some("example.org/log"))
    }

    pub(crate) async fn grow(&self, stream: &str, expected: u64, count: u64) {
        append(&self.ledger, stream, expected, count).await;
    }

    pub(crate) async fn seal(&self) -> Result<Sealed, AuditError> {
        let ledger = Arc::clone(&self.ledger);
        seal(ledger, &self.archive(), &self.keys()?).await
    }

    pub(crate) async fn sealed(&self) -> u64 {
        self.seal().await.unwrap().checkpoint.head().size
    }
}

pub(crate) async fn ledger(data: &Path) -> SharedLedger {
    fs::create_dir_all(data).unwrap();
    let ledger = SqliteLedger::open(data, SqliteOptions::new(sample::still_clock())).await;
    ledger.unwrap()
}

pub(crate) async fn append(ledger: &SharedLedger, stream: &str, expected: u64, count: u64) {
    let mut expected = expected;
    let end = expected + count;
    while expected < end {
        let some = (end - expected).min(50);
        let append = sample::append(stream, expected, some).unwrap();
        ledger.append(append).await.unwrap();
        expected += some;
    }
}

pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Every file under a directory, but locks.
pub(crate) fn files(directory: &Path) -> Files {
    let mut found = Files::new();
    let mut folders = vec![directory.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension() != Some("lock".as_ref()) {
                let name = entry.path().strip_prefix(directory).unwrap().to_path_buf();
                found.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

pub(crate) fn put_back(directory: &Path, files: &Files) {
    if directory.exists() {
        fs::remove_dir_all(directory).unwrap();
    }
    for (name, bytes) in files {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
