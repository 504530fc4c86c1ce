//! A sealed log with a whole round in it, its bundle, and bundles taken apart and put together.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use e2e::server::{hoso, hoso_json};
use serde_json::Value;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The round of the sample year.
pub(crate) const ROUND: &str = "annual-2024";

/// The sample year, sealed and exported.
pub(crate) static YEAR: LazyLock<Year> = LazyLock::new(Year::make);

/// A sealed log.
pub(crate) struct Year {
    directory: TempDir,
    /// The log's public key.
    pub(crate) key: String,
    /// Events that are sealed.
    pub(crate) events: u64,
    /// The root.
    pub(crate) root: String,
}

impl Year {
    fn make() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let _ = hoso_json(&["demo", "--json", "--data", text(&data)]);
        let sealed = seal(&data);
        let year = Self {
            key: sealed["key"].as_str().unwrap().to_owned(),
            events: sealed["size"].as_u64().unwrap(),
            root: sealed["root"].as_str().unwrap().to_owned(),
            directory,
        };
        export(&year.data(), &year.bundle());
        year
    }

    /// The data directory; nobody changes it.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// The bundle; nobody changes it.
    pub(crate) fn bundle(&self) -> PathBuf {
        self.directory.path().join("bundle.zip")
    }

    /// A copy of the data directory.
    pub(crate) fn copy_to(&self, to: &Path) {
        copy(&self.data(), to);
    }

    /// The bundle taken apart.
    pub(crate) fn parts(&self) -> Parts {
        Parts::of(&self.bundle())
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub(crate) fn seal(data: &Path) -> Value {
    hoso_json(&["audit", "seal", "--json", "--data", text(data)])
}

pub(crate) fn export(data: &Path, to: &Path) {
    let (code, _, err) = try_export(data, to);
    assert_eq!(code, 0, "{err}");
}

pub(crate) fn try_export(data: &Path, to: &Path) -> (i32, String, String) {
    let arguments = ["audit", "export", "--round", ROUND, "-o", text(to)];
    hoso(&[&arguments[..], &["--data", text(data)]].concat())
}

/// The files of a bundle, in order.
#[derive(Clone)]
pub(crate) struct Parts(pub(crate) Vec<(String, Vec<u8>)>);

impl Parts {
    pub(crate) fn of(bundle: &Path) -> Self {
        let mut zip = ZipArchive::new(File::open(bundle).unwrap()).unwrap();
        let parts = (0..zip.len()).map(|index| {
            let mut entry = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.name().unwrap().into_owned(), bytes)
        });
        Self(parts.collect())
    }

    /// Puts them together again.
    pub(crate) fn pack(&self, to: &Path, method: CompressionMethod) {
        let mut zip = ZipWriter::new(File::create(to).unwrap());
        let options = SimpleFileOptions::default().compression_method(method);
        for (name, bytes) in &self.0 {
            zip.start_file(name.as_str(), options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
    }

    pub(crate) fn part(&mut self, name: &str) -> &mut Vec<u8> {
        let part = self.0.iter_mut().find(|(part, _)| part == name);
        &mut part.unwrap().1
    }

    pub(crate) fn document(&self) -> String {
        let mut names = self.0.iter().map(|(name, _)| name);
        let found = names.find(|name| name.starts_with("documents/"));
        found.unwrap().clone()
    }

    /// Changes the lines of the events.
    pub(crate) fn lines(&mut self, change: impl FnOnce(&mut Vec<String>)) {
        let part = self.part("events.jsonl");
        let text = String::from_utf8(std::mem::take(part)).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        change(&mut lines);
        *part = (lines.join("\n") + "\n").into_bytes();
    }
}

/// Verifies a bundle; exit code and report.
pub(crate) fn verify(bundle: &Path, more: &[&str]) -> (i32, Value) {
    let arguments = [&["audit", "verify", "--json", text(bundle)], more].concat();
    let (code, out, err) = hoso(&arguments);
    let report = serde_json::from_str(&out);
    (code, report.unwrap_or(Value::String(err)))
}
