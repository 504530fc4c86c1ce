//! Single files checked: what somebody was given of a log, held to its key and to each other.

use std::fs;
use std::path::{Path, PathBuf};

use e2e::server::{hoso, hoso_json};
use hoso_proof::{Algorithm, LogIdentity, SecretKey, SignedCheckpoint};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::bundle::{copy, seal, text};
use super::seal::begun;

/// A log that was sealed twice, and the files that were given out of it.
struct Given {
    directory: TempDir,
    key: String,
    sizes: (u64, u64),
}

impl Given {
    fn make() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        begun(&data);
        let old = seal(&data);
        let given = Self {
            key: old["key"].as_str().unwrap().to_owned(),
            sizes: (old["size"].as_u64().unwrap(), 0),
            directory,
        };
        given.give("old", &["checkpoint"], &data);
        copy(&data, &given.at("fork"));
        grow(&data, "1");
        let new = seal(&data)["size"].as_u64().unwrap();
        let given = Self {
            sizes: (given.sizes.0, new),
            ..given
        };
        given.give("new", &["checkpoint"], &data);
        given.give("proof", &["prove", "2"], &data);
        let (from, to) = (given.sizes.0.to_string(), new.to_string());
        given.give("grew", &["consistency", &from, &to], &data);
        given
    }

    fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn give(&self, name: &str, arguments: &[&str], data: &Path) {
        let arguments = [&["audit"], arguments, &["--data", text(data)]].concat();
        let (code, out, err) = hoso(&arguments);
        assert_eq!((code, err.as_str()), (0, ""));
        fs::write(self.at(name), out).unwrap();
    }

    /// Checks files; exit code and report.
    fn check(&self, names: &[&str], more: &[&str]) -> (i32, Value) {
        let paths: Vec<_> = names.iter().map(|name| self.at(name)).collect();
        let files = paths.iter().map(|path| text(path));
        let arguments = ["audit", "check", "--json"].into_iter();
        let arguments = arguments.chain(files).chain(more.iter().copied());
        let (code, out, err) = hoso(&arguments.collect::<Vec<_>>());
        let report = serde_json::from_str(&out);
        (code, report.unwrap_or(Value::String(err)))
    }

    fn believed(&self, names: &[&str]) -> (i32, Value) {
        self.check(names, &["--key", &self.key])
    }
}

/// Adds an event to a log.
fn grow(data: &Path, days: &str) {
    let official = ["token", "issue", "--official", "administrator"];
    let more = ["--days", days, "--json", "--data", text(data)];
    let issued = hoso_json(&[&official[..], &more].concat());
    assert!(issued["token"].is_string());
}

/// The line that a bundle has of a proved event: the event of a backup, behind its salt.
pub(crate) fn line_of(data: &Path, proof: &Value, backup: &Path) -> String {
    let _ = hoso_json(&["backup", text(backup), "--json", "--data", text(data)]);
    let files = fs::read_dir(backup).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    let events = files.filter(|path| text(path).contains("/events-"));
    let events = events.map(|path| fs::read_to_string(path).unwrap());
    let events = events.collect::<String>();
    let position = format!("\"position\":{},", proof["position"]);
    let line = events
        .lines()
        .find(|line| line.contains(&position))
        .unwrap();
    let salt = proof["salt"].as_str().unwrap();
    format!("{{\"salt\":\"{salt}\",\"event\":{line}}}\n")
}

fn what(report: &Value) -> &str {
    report["findings"][0]["what"].as_str().unwrap()
}

#[test]
fn files_are_held_to_the_key_and_to_each_other() {
    let given = Given::make();
    all_of_it_holds(&given);
    what_was_not_shown_is_said(&given);
    what_somebody_changed_is_found(&given);
    two_histories_under_one_key_are_a_fork(&given);
    an_event_is_held_to_its_proof(&given);
    too_few_witnesses_are_a_finding(&given);
}

fn all_of_it_holds(given: &Given) {
    let (code, report) = given.believed(&["old", "new", "grew", "proof"]);
    assert_eq!(
        (code, &report["ok"], &report["oneHistory"]),
        (0, &json!(true), &json!(true)),
        "{report}"
    );
    let kinds = report["files"].as_array().unwrap().iter();
    let kinds: Vec<_> = kinds.map(|file| file["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["checkpoint", "checkpoint", "consistency", "inclusion"]
    );
    let proof = &report["files"][3];
    assert_eq!(
        (&proof["position"], &proof["size"]),
        (&json!(2), &json!(given.sizes.1))
    );
    assert!(
        proof["stream"].is_string() && proof["recordedAt"].is_string(),
        "{proof}"
    );
    let proof = given.at("proof");
    let (code, out, err) = hoso(&["audit", "check", text(&proof), "--key", &given.key]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("the event at position 2, "), "{out}");
    assert!(out.ends_with("verified\n"), "{out}");
}

fn what_was_not_shown_is_said(given: &Given) {
    let (code, report) = given.believed(&["old", "new"]);
    assert_eq!(
        (code, &report["oneHistory"]),
        (0, &json!(false)),
        "{report}"
    );
    // A proof of growth needs what it begins with.
    let (code, report) = given.believed(&["new", "grew"]);
    assert_eq!(code, 2, "{report}");
    assert!(
        report.as_str().unwrap().contains("name the checkpoint of"),
        "{report}"
    );
    let (code, _) = given.check(&["new"], &[]);
    assert_eq!(code, 2, "nobody is believed without a key");
}

fn what_somebody_changed_is_found(given: &Given) {
    let proof = fs::read_to_string(given.at("proof")).unwrap();
    fs::write(given.at("moved"), proof.replace("index 1\n", "index 0\n")).unwrap();
    let (code, report) = given.believed(&["moved"]);
    assert_eq!(
        (code, &report["findings"][0]["position"]),
        (1, &json!(1)),
        "{report}"
    );
    let new = fs::read_to_string(given.at("new")).unwrap();
    let size = format!("\n{}\n", given.sizes.1);
    fs::write(given.at("longer"), new.replacen(&size, "\n999\n", 1)).unwrap();
    let (code, report) = given.believed(&["old", "longer"]);
    assert_eq!(
        (code, report["findings"].as_array().unwrap().len()),
        (1, 1),
        "{report}"
    );
    assert!(what(&report).contains("signature"), "{report}");
    fs::write(given.at("nothing"), "no note\n").unwrap();
    let (code, report) = given.believed(&["nothing"]);
    assert_eq!(code, 1, "{report}");
}

fn two_histories_under_one_key_are_a_fork(given: &Given) {
    let fork = given.at("fork");
    grow(&fork, "2");
    seal(&fork);
    given.give("other", &["checkpoint"], &fork);
    let (from, to) = (given.sizes.0.to_string(), given.sizes.1.to_string());
    given.give("grew-too", &["consistency", &from, &to], &fork);
    let (code, report) = given.believed(&["old", "other", "grew-too"]);
    assert_eq!(code, 0, "alone it is good: {report}");
    let (code, report) = given.believed(&["new", "other"]);
    assert_eq!(code, 1, "{report}");
    assert!(what(&report).contains("the log was forked"), "{report}");
    assert_eq!(report["findings"][0]["position"], given.sizes.1, "{report}");
    // The proof of one does not show the growth of the other.
    let crossed = fs::read_to_string(given.at("grew-too")).unwrap();
    let (hashes, _) = crossed.split_once("\n\n").unwrap();
    let new = fs::read_to_string(given.at("new")).unwrap();
    fs::write(given.at("crossed"), format!("{hashes}\n\n{new}")).unwrap();
    let (code, report) = given.believed(&["old", "crossed"]);
    assert_eq!(code, 1, "{report}");
}

fn an_event_is_held_to_its_proof(given: &Given) {
    let (data, rows) = (given.at("data"), given.at("backup"));
    let proof = hoso_json(&["audit", "prove", "2", "--json", "--data", text(&data)]);
    let sealed = line_of(&data, &proof, &rows);
    fs::write(given.at("line"), &sealed).unwrap();
    let line = given.at("line");
    let event = ["--key", &given.key, "--event", text(&line)];
    let (code, report) = given.check(&["proof"], &event);
    assert_eq!(code, 0, "{report}");
    let official = sealed.replacen("\"official\":\"", "\"official\":\"x", 1);
    assert_ne!(official, sealed);
    fs::write(&line, official).unwrap();
    let (code, report) = given.check(&["proof"], &event);
    assert_eq!(
        (code, &report["findings"][0]["position"]),
        (1, &json!(2)),
        "{report}"
    );
}

fn too_few_witnesses_are_a_finding(given: &Given) {
    let policy = given.at("policy");
    let witness = witness();
    let lines = format!(
        "log {}\nwitness w1 {}\nquorum w1\n",
        given.key,
        witness.public()
    );
    fs::write(&policy, lines).unwrap();
    let (code, report) = given.check(&["new"], &["--policy", text(&policy)]);
    assert_eq!(code, 1, "{report}");
    assert!(what(&report).contains("missing: w1"), "{report}");
    for (seen_at, code, words) in [
        (1_700_000_000, 0, ""),
        (0, 1, "says no time"),
        (32_503_680_000, 1, "which is not yet"),
    ] {
        let note = fs::read(given.at("new")).unwrap();
        fs::write(
            given.at("cosigned"),
            cosigned(&note, &given.key, &witness, seen_at),
        )
        .unwrap();
        let (found, report) = given.check(&["cosigned"], &["--policy", text(&policy)]);
        assert_eq!(found, code, "{report}");
        assert!(report.to_string().contains(words), "{report}");
    }
}

/// A log's note with a witness's line.
pub(crate) fn cosigned(note: &[u8], key: &str, witness: &SecretKey, seen_at: u64) -> String {
    let log = LogIdentity::parse(key).unwrap();
    let mut note = SignedCheckpoint::open(note, &log).unwrap();
    note.cosign(witness, seen_at).unwrap();
    note.note().encode()
}

/// A witness of a test's own.
pub(crate) fn witness() -> SecretKey {
    SecretKey::from_seed("w1", Algorithm::CosignatureV1, &[3; 32]).unwrap()
}
