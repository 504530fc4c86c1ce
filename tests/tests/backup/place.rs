//! A data directory and a backup's directory to play with, and what stands in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use e2e::server::{hoso, hoso_json};
use hoso_runtime::DocumentStore;
use serde_json::Value;

/// A scratch directory with places by name.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A place in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The same as text, for a command line.
    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Imports the sample's units: some forty events.
    pub(crate) fn import_units(&self, data: &str) {
        let units = "examples/soc-trang-2024/don-vi.csv";
        let done = hoso_json(&[
            "import",
            "units",
            units,
            "--json",
            "--data",
            &self.text(data),
        ]);
        assert_eq!(done["accepted"], 40, "{done}");
    }

    /// Imports the sample's index: one event more.
    pub(crate) fn import_index(&self, data: &str, year: &str) {
        let table = self.index(year);
        let done = hoso_json(&[
            "import",
            "index",
            &table,
            "--json",
            "--data",
            &self.text(data),
        ]);
        assert_eq!(done["accepted"], 2, "{done}");
    }

    /// A table with a year's index, to be imported.
    pub(crate) fn index(&self, year: &str) -> String {
        let table = format!("chi-so-{year}.csv");
        let rows = format!("nam,ma_don_vi,chi_so\n{year},so-y-te,80\n{year},so-noi-vu,88.4\n");
        fs::write(self.path(&table), rows).unwrap();
        self.text(&table)
    }

    /// Waits until a mark stands at a position; it is written once a second.
    pub(crate) async fn marked(&self, name: &str, position: u64) {
        let path = self.path(name);
        let stands = async {
            loop {
                let text = fs::read_to_string(&path).unwrap_or_default();
                let mark: Value = serde_json::from_str(&text).unwrap_or_default();
                if mark["position"] == position {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let told = tokio::time::timeout(Duration::from_secs(20), stands).await;
        assert!(told.is_ok(), "the mark does not reach {position}");
    }

    /// Keeps a document as an upload would; its digest.
    pub(crate) async fn keep_document(&self, data: &str, text: &str) -> String {
        let store = DocumentStore::new(self.path(data).join("documents"));
        let bytes = format!("%PDF-1.7\n{text}").into_bytes();
        let kept = store.put("tờ trình.pdf", bytes.into()).await.unwrap();
        kept.sha256.unwrap()
    }

    /// Backs up and gives the facts; it must find no problem.
    pub(crate) fn backup(&self, data: &str, to: &str) -> Value {
        hoso_json(&[
            "backup",
            &self.text(to),
            "--json",
            "--data",
            &self.text(data),
        ])
    }

    /// Checks a backup and gives the facts; there must be no problem.
    pub(crate) fn check(&self, backup: &str) -> Value {
        hoso_json(&["backup", "--check", &self.text(backup), "--json"])
    }

    /// Runs a command that must end with a code and say words on standard error.
    pub(crate) fn refused(code: i32, arguments: &[&str], words: &[&str]) -> String {
        let (ended, out, err) = hoso(arguments);
        assert_eq!(ended, code, "hoso {arguments:?}: {out}{err}");
        for word in words {
            assert!(
                err.contains(word),
                "hoso {arguments:?} lacks {word:?}: {err}"
            );
        }
        assert!(!err.contains("panicked"), "{err}");
        err
    }
}

/// Every file below a directory with its bytes, lock files left out.
pub(crate) fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(directory).unwrap();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_none_or(|e| e != "lock") && !path.ends_with(".lock") {
                found.insert(name.to_str().unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Copies a directory that nobody has open.
pub(crate) fn copy(from: &Path, to: &Path) {
    for (name, bytes) in contents(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
