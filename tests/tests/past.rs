//! The logs and bundles of past versions, restored, judged and verified again by this one: nothing
//! differs, whatever has changed since.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers: a broken tree must stop the test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use e2e::root;
use e2e::server::{hoso, hoso_json};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

fn archives(of: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/golden").join(of)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut archives: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "zip"))
        .collect();
    archives.sort();
    assert!(archives.len() >= 2, "golden {of} are gone");
    archives
}

/// Every file under a directory by its SHA-256.
fn by_digest(directory: &Path, found: &mut BTreeMap<String, PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            by_digest(&path, found);
        } else {
            let digest = hex::encode(Sha256::digest(fs::read(&path).unwrap()));
            found.insert(digest, path);
        }
    }
}

/// The documents of the sample year by their SHA-256.
fn samples() -> BTreeMap<String, PathBuf> {
    let mut samples = BTreeMap::new();
    by_digest(&root().join("examples"), &mut samples);
    samples
}

/// The backup as its program wrote it, with the documents of the sample year.
fn unpack(archive: &Path, backup: &Path) {
    let file = fs::File::open(archive).unwrap();
    ZipArchive::new(file).unwrap().extract(backup).unwrap();
    let samples = samples();
    for entry in fs::read_dir(backup).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("documents-") {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            let document: Value = serde_json::from_str(line).unwrap();
            let digest = document["sha256"].as_str().unwrap();
            let place = backup.join("documents/sha256").join(&digest[..2]);
            let place = place.join(&digest[2..4]);
            fs::create_dir_all(&place).unwrap();
            let sample = samples.get(digest);
            let sample = sample.unwrap_or_else(|| panic!("examples/ lost {digest}"));
            fs::copy(sample, place.join(digest)).unwrap();
        }
    }
}

#[test]
fn every_log_that_was_ever_recorded_is_read_folded_and_judged_the_same() {
    for archive in archives("logs") {
        let name = archive.file_name().unwrap().to_string_lossy().into_owned();
        let scratch = tempfile::tempdir().unwrap();
        let (backup, data) = (scratch.path().join("backup"), scratch.path().join("data"));
        unpack(&archive, &backup);
        let (backup, data) = (backup.to_str().unwrap(), data.to_str().unwrap());
        let restored = hoso_json(&["restore", backup, "--json", "--data", data]);
        assert_eq!(restored["problems"], json!([]), "{name}");
        let replayed = hoso_json(&["replay", "--json", "--data", data]);
        assert_eq!(replayed["differences"], json!([]), "{name}");
        assert_eq!(replayed["events"], restored["events"], "{name}");
        assert!(replayed["verdicts"].as_u64().unwrap() >= 48, "{name}");
        let verified = hoso_json(&["ledger", "verify", "--json", "--data", data]);
        assert_eq!(verified["differences"], json!([]), "{name}");
        // What an auditor is given of it is whole, too.
        let (code, out, err) = hoso(&["audit", "seal", "--data", data]);
        assert_eq!(code, 0, "{name}: {out}{err}");
        let bundle = scratch.path().join("bundle.zip");
        let bundle = bundle.to_str().unwrap();
        let exported = ["audit", "export", "--round", "annual-2024", "-o", bundle];
        let (code, out, err) = hoso(&[&exported[..], &["--data", data]].concat());
        assert_eq!(code, 0, "{name}: {out}{err}");
        let audited = hoso_json(&["audit", "verify", "--json", bundle]);
        assert_eq!(
            (&audited["ok"], &audited["findings"]),
            (&json!(true), &json!([])),
            "{name}"
        );
    }
}

/// The bundle as its program wrote it: without compression, and with its documents. The first key that
/// its log had: where there were others since, it leads to them.
fn repack(archive: &Path, bundle: &Path) -> String {
    let samples = samples();
    let mut packed = ZipArchive::new(fs::File::open(archive).unwrap()).unwrap();
    let mut zip = ZipWriter::new(fs::File::create(bundle).unwrap());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut key = String::new();
    for index in 0..packed.len() {
        let mut entry = packed.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if let Some(digest) = name.strip_prefix("documents/") {
            let sample = samples.get(digest);
            bytes = fs::read(sample.unwrap_or_else(|| panic!("examples/ lost {digest}"))).unwrap();
        }
        if name == "log.vkey" || name == "log-keys" {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let first = text.lines().next().unwrap();
            first
                .strip_prefix("0 ")
                .unwrap_or(first)
                .clone_into(&mut key);
        }
        zip.start_file(name, options).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap();
    key
}

#[test]
fn every_bundle_that_was_ever_handed_out_is_verified() {
    for archive in archives("bundles") {
        let name = archive.file_name().unwrap().to_string_lossy().into_owned();
        let scratch = tempfile::tempdir().unwrap();
        let bundle = scratch.path().join("bundle.zip");
        let key = repack(&archive, &bundle);
        let bundle = bundle.to_str().unwrap();
        let report = hoso_json(&["audit", "verify", "--json", bundle, "--key", &key]);
        assert_eq!(
            (&report["ok"], &report["findings"]),
            (&json!(true), &json!([])),
            "{name}"
        );
        let whole = name.starts_with("round");
        assert_eq!(report["whole"], json!(whole), "{name}");
        assert!(report["events"].as_u64().unwrap() > 5, "{name}");
        assert!(report["documents"].as_u64().unwrap() > 0, "{name}");
    }
}
