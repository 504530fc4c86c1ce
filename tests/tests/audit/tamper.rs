//! What somebody may do to a log or a bundle who may do everything, and what is said about it.

use std::fs;
use std::path::{Path, PathBuf};

use e2e::server::{hoso, hoso_json};
use hoso_proof::{Algorithm, Checkpoint, Note, SecretKey};
use serde_json::Value;
use zip::CompressionMethod;

use super::beside;
use super::bundle::{Parts, ROUND, YEAR, export, seal, text, try_export, verify};

/// A position in the middle of the log, and its line.
const AT: u64 = 500;
const LINE: usize = 499;

/// A change, where it must be found, and a word about it.
pub(crate) struct Tampering {
    pub(crate) name: &'static str,
    pub(crate) change: fn(&mut Parts),
    pub(crate) position: Option<u64>,
    pub(crate) file: &'static str,
    pub(crate) words: &'static str,
}

/// A line with another data, of the same length or not, and its SHA-256 as told.
pub(crate) fn with_data(line: &str, change: impl Fn(&str) -> String, hash_too: bool) -> String {
    let read: Value = serde_json::from_str(line).unwrap();
    let data = read["event"]["data"].as_str().unwrap();
    let changed = change(data);
    assert_ne!(changed, data);
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let mut line = line.replace(&quoted(data), &quoted(&changed));
    if hash_too {
        let old = e2e::sha256(data.as_bytes());
        line = line.replace(&old, &e2e::sha256(changed.as_bytes()));
    }
    line
}

fn edited(data: &str) -> String {
    let at = data.rfind('"').unwrap();
    format!("{}x{}", &data[..at], &data[at..])
}

fn back_dated(line: &str, field: &str) -> String {
    let read: Value = serde_json::from_str(line).unwrap();
    let time = read["event"][field].as_str().unwrap();
    let (from, to) = (format!("\"{field}\":\"{time}"), &time[4..]);
    line.replace(&from, &format!("\"{field}\":\"2020{to}"))
}

const TAMPERINGS: &[Tampering] = &[
    Tampering {
        name: "a body edited",
        change: |p| p.lines(|l| l[LINE] = with_data(&l[LINE], edited, false)),
        position: Some(AT),
        file: "events.jsonl",
        words: "the data is not what was hashed",
    },
    Tampering {
        name: "a body edited and its hash",
        change: |p| p.lines(|l| l[LINE] = with_data(&l[LINE], edited, true)),
        position: Some(AT),
        file: "events.jsonl",
        words: "the event is not the one that was signed for",
    },
    Tampering {
        name: "a body edited, its hash, and the hash of its leaf",
        change: |p| {
            p.lines(|l| l[LINE] = with_data(&l[LINE], edited, true));
            p.part("leaf-hashes")[LINE * 32] ^= 1;
        },
        position: Some(257),
        file: "events.jsonl",
        words: "an event from here to position 512",
    },
    Tampering {
        name: "an event deleted in the middle",
        change: |p| p.lines(|l| drop(l.remove(LINE))),
        position: Some(AT),
        file: "events.jsonl",
        words: "the event of position 501 stands here",
    },
    Tampering {
        name: "the tail cut",
        change: |p| p.lines(|l| l.truncate(LINE)),
        position: Some(AT),
        file: "events.jsonl",
        words: "499 are there",
    },
    Tampering {
        name: "an event inserted",
        change: |p| p.lines(|l| l.insert(LINE, l[LINE - 1].replace(":499,", ":500,"))),
        position: Some(AT),
        file: "events.jsonl",
        words: "the event is not the one that was signed for",
    },
    Tampering {
        name: "an event appended",
        change: |p| p.lines(|l| l.push(l[LINE].clone())),
        position: None,
        file: "events.jsonl",
        words: "events were signed for",
    },
    Tampering {
        name: "two events swapped",
        change: |p| p.lines(|l| l.swap(LINE, LINE + 1)),
        position: Some(AT),
        file: "events.jsonl",
        words: "the event of position 501 stands here",
    },
    Tampering {
        name: "the time of recording changed",
        change: |p| p.lines(|l| l[LINE] = back_dated(&l[LINE], "recordedAt")),
        position: Some(AT),
        file: "events.jsonl",
        words: "recorded before its predecessor",
    },
    Tampering {
        name: "the time of taking effect changed",
        change: |p| p.lines(|l| l[LINE] = back_dated(&l[LINE], "effectiveAt")),
        position: Some(AT),
        file: "events.jsonl",
        words: "the event is not the one that was signed for",
    },
    Tampering {
        name: "another salt",
        change: |p| p.lines(|l| l[LINE] = l[LINE].replacen("\"salt\":\"", "\"salt\":\"0", 1)),
        position: Some(AT),
        file: "events.jsonl",
        words: "not an event",
    },
    Tampering {
        name: "an event written in another way",
        change: |p| p.lines(|l| l[LINE] = l[LINE].replacen(':', ": ", 1)),
        position: Some(AT),
        file: "events.jsonl",
        words: "written in another way",
    },
    Tampering {
        name: "a document changed",
        change: |p| {
            let name = p.document();
            p.part(&name)[0] ^= 1;
        },
        position: None,
        file: "documents/",
        words: "it was changed",
    },
    Tampering {
        name: "a document gone",
        change: |p| {
            let name = p.document();
            p.0.retain(|(part, _)| *part != name);
        },
        position: None,
        file: "documents/",
        words: "it is not there",
    },
    Tampering {
        name: "a document that nobody names",
        change: |p| {
            let name = format!("documents/{}", e2e::sha256(b"x"));
            p.0.push((name, b"x".to_vec()));
        },
        position: None,
        file: "documents/",
        words: "no event of the round names it",
    },
    Tampering {
        name: "the hashes of leaves changed",
        change: |p| p.part("leaf-hashes")[LINE * 32] ^= 1,
        position: None,
        file: "leaf-hashes",
        words: "not those of the events",
    },
    Tampering {
        name: "the checkpoint's root changed",
        change: |p| {
            let note = String::from_utf8(p.part("checkpoint").clone()).unwrap();
            let root = note.lines().nth(2).unwrap();
            let other = "A".repeat(43) + "=";
            *p.part("checkpoint") = note.replace(root, &other).into_bytes();
        },
        position: None,
        file: "checkpoint",
        words: "signature",
    },
    Tampering {
        name: "key and signature swapped",
        change: |p| {
            let note = String::from_utf8(p.part("checkpoint").clone()).unwrap();
            let (body, _) = note.split_once("\n\n").unwrap();
            let read = Checkpoint::parse(&format!("{body}\n")).unwrap();
            let other = SecretKey::from_seed(&read.origin, Algorithm::Ed25519, &[7; 32]).unwrap();
            let mut note = Note::new(read.text()).unwrap();
            note.sign(&other).unwrap();
            *p.part("checkpoint") = note.encode().into_bytes();
            *p.part("log.vkey") = format!("{}\n", other.public()).into_bytes();
        },
        position: None,
        file: "log.vkey",
        words: "not the log's",
    },
];

/// One sample year for all: making it takes longest.
#[test]
fn tampering_with_a_bundle_is_found_with_its_place() {
    an_untouched_bundle_is_verified_and_has_the_same_bytes_each_time();
    every_tampering_with_a_bundle_is_found_with_its_place();
    beside::an_event_that_cannot_be_read_hides_no_other();
    beside::every_act_of_the_round_stands_between_two_checkpoints();
    beside::an_act_is_not_younger_than_what_a_witness_saw();
    beside::a_bundle_is_its_files_and_nothing_else();
    what_is_no_bundle_is_bad_input();
}

#[test]
fn tampering_with_the_log_itself_is_found() {
    a_log_that_is_signed_anew_is_not_believed_by_who_has_the_first_key();
    a_fork_and_a_cut_log_are_found_by_who_kept_a_checkpoint();
    a_body_and_its_hash_edited_in_the_database_are_found_with_the_position();
}

pub(crate) fn findings(report: &Value) -> &Vec<Value> {
    report["findings"].as_array().unwrap()
}

fn an_untouched_bundle_is_verified_and_has_the_same_bytes_each_time() {
    let year = &*YEAR;
    let (code, report) = verify(&year.bundle(), &["--key", &year.key]);
    assert_eq!((code, &report["ok"]), (0, &Value::Bool(true)), "{report}");
    assert_eq!(report["events"], year.events);
    assert_eq!(report["root"], *year.root);
    for counted in ["documents", "streams", "verdicts", "rankings"] {
        assert!(report[counted].as_u64().unwrap() > 0, "{report}");
    }
    let scratch = tempfile::tempdir().unwrap();
    let again = scratch.path().join("again.zip");
    export(&year.data(), &again);
    assert_eq!(fs::read(&again).unwrap(), fs::read(year.bundle()).unwrap());
}

fn every_tampering_with_a_bundle_is_found_with_its_place() {
    let year = &*YEAR;
    assert!(year.events > 600, "too short for the positions below");
    let scratch = tempfile::tempdir().unwrap();
    let bundle = scratch.path().join("bundle.zip");
    for tampering in TAMPERINGS.iter().chain(beside::TAMPERINGS) {
        let mut parts = year.parts();
        (tampering.change)(&mut parts);
        parts.pack(&bundle, CompressionMethod::Stored);
        let (code, report) = verify(&bundle, &["--key", &year.key]);
        let name = tampering.name;
        assert_eq!(
            (code, &report["ok"]),
            (1, &Value::Bool(false)),
            "{name}: {report}"
        );
        let found = findings(&report);
        if tampering.position.is_some() {
            let first = found[0]["position"].as_u64();
            assert_eq!(first, tampering.position, "{name}: {report}");
        }
        let told = found.iter().any(|finding| {
            let file = finding["file"].as_str().unwrap();
            let what = finding["what"].as_str().unwrap();
            file.starts_with(tampering.file) && what.contains(tampering.words)
        });
        assert!(told, "{name}: {report}");
    }
}

/// The whole of it signed anew with another key, by who has all of the machine.
fn a_log_that_is_signed_anew_is_not_believed_by_who_has_the_first_key() {
    let year = &*YEAR;
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    year.copy_to(&data);
    fs::remove_dir_all(data.join("audit")).unwrap();
    fs::remove_dir_all(data.join("audit-keys")).unwrap();
    let other = seal(&data);
    assert_ne!(other["key"], *year.key);
    let bundle = scratch.path().join("bundle.zip");
    export(&data, &bundle);
    let (code, _) = verify(&bundle, &["--key", other["key"].as_str().unwrap()]);
    assert_eq!(code, 0);
    let (code, report) = verify(&bundle, &["--key", &year.key]);
    assert_eq!(code, 1, "{report}");
    let files: Vec<_> = findings(&report).iter().map(|f| &f["file"]).collect();
    assert_eq!(files, ["log.vkey", "checkpoint", "log-keys"], "{report}");
    // Without a key of one's own nothing tells; the report says so.
    let (code, report) = verify(&bundle, &[]);
    assert_eq!((code, &report["keyPinned"]), (0, &Value::Bool(false)));
}

/// Two histories under one key: whoever kept a checkpoint of one notices the other.
fn a_fork_and_a_cut_log_are_found_by_who_kept_a_checkpoint() {
    let year = &*YEAR;
    let scratch = tempfile::tempdir().unwrap();
    let (one, other) = (scratch.path().join("one"), scratch.path().join("other"));
    year.copy_to(&one);
    year.copy_to(&other);
    let token = |data: &Path, days: &str| {
        let official = [
            "token",
            "issue",
            "--official",
            "administrator",
            "--days",
            days,
        ];
        let issued = hoso_json(&[&official[..], &["--json", "--data", text(data)]].concat());
        assert!(issued["token"].is_string());
    };
    token(&one, "1");
    token(&other, "2");
    let (kept, bundle) = (
        one.join("audit/checkpoint"),
        scratch.path().join("bundle.zip"),
    );
    let sealed = seal(&one);
    assert_eq!(seal(&other)["size"], sealed["size"]);
    export(&other, &bundle);
    let (code, _) = verify(&bundle, &["--key", &year.key]);
    assert_eq!(code, 0, "alone each is good");
    let (code, report) = verify(&bundle, &["--key", &year.key, "--seen", text(&kept)]);
    assert_eq!(code, 1, "{report}");
    assert_eq!(findings(&report)[0]["position"], sealed["size"], "{report}");
    assert!(report.to_string().contains("it was forked"), "{report}");
    // The older bundle is a log that lacks what the kept checkpoint has.
    let (code, report) = verify(&year.bundle(), &["--key", &year.key, "--seen", text(&kept)]);
    assert_eq!(code, 1, "{report}");
    assert_eq!(
        findings(&report)[0]["position"],
        year.events + 1,
        "{report}"
    );
    assert!(report.to_string().contains("the log was cut"), "{report}");
    // And one that grew is no finding.
    let kept = year.data().join("audit/checkpoint");
    let (code, report) = verify(&bundle, &["--key", &year.key, "--seen", text(&kept)]);
    assert_eq!(code, 0, "{report}");
    // The signer itself signs no second history.
    for file in ledger_files(&other) {
        fs::remove_file(file).unwrap();
    }
    for file in ledger_files(&one) {
        fs::copy(&file, other.join(file.file_name().unwrap())).unwrap();
    }
    let (code, _, err) = hoso(&["audit", "seal", "--data", text(&other)]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("is not the one that was sealed"), "{err}");
}

/// The database's file edited past all of its triggers: a body, and the hash beside it.
fn a_body_and_its_hash_edited_in_the_database_are_found_with_the_position() {
    let year = &*YEAR;
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    year.copy_to(&data);
    let mut parts = year.parts();
    let events = String::from_utf8(parts.part("events.jsonl").clone()).unwrap();
    let line: Value = serde_json::from_str(events.lines().nth(99).unwrap()).unwrap();
    let body = line["event"]["data"].as_str().unwrap();
    let at = body.rfind(char::is_alphanumeric).unwrap();
    let mut forged = body.to_owned();
    forged.replace_range(
        at..=at,
        if body[at..].starts_with('q') {
            "p"
        } else {
            "q"
        },
    );
    let digest = |text: &str| hex::decode(e2e::sha256(text.as_bytes())).unwrap();
    let mut edits = 0;
    for file in ledger_files(&data) {
        let mut bytes = fs::read(&file).unwrap();
        edits += replace(&mut bytes, body.as_bytes(), forged.as_bytes());
        replace(&mut bytes, &digest(body), &digest(&forged));
        fs::write(&file, bytes).unwrap();
    }
    assert!(edits > 0, "it stands in the file in one piece");
    let told = "the event at position 100 is not the one that was sealed";
    let (code, _, err) = try_export(&data, &scratch.path().join("bundle.zip"));
    assert_eq!(code, 1, "{err}");
    assert!(err.contains(told), "{err}");
    assert!(!scratch.path().join("bundle.zip").exists());
    let (code, _, err) = hoso(&["audit", "prove", "100", "--data", text(&data)]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains(told), "{err}");
}

/// The database's file, and what is not yet in it.
fn ledger_files(data: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let named = |file: &PathBuf| text(file).contains("/ledger.sqlite");
    files.filter(named).collect()
}

/// Replaces it wherever it stands; how often that was.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) -> usize {
    assert_eq!(from.len(), to.len());
    let windows = bytes.windows(from.len()).enumerate();
    let places: Vec<_> = windows
        .filter(|(_, window)| *window == from)
        .map(|(at, _)| at)
        .collect();
    for at in &places {
        bytes[*at..at + to.len()].copy_from_slice(to);
    }
    places.len()
}

fn what_is_no_bundle_is_bad_input() {
    let year = &*YEAR;
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("bundle.zip");
    let refused = |words: &str| {
        let (code, report) = verify(&file, &["--key", &year.key]);
        assert_eq!(code, 2, "{report}");
        let text = report.as_str().unwrap();
        assert!(text.contains(words) && !text.contains("panicked"), "{text}");
    };
    refused("No such file");
    fs::write(&file, "not a bundle").unwrap();
    refused("not a bundle");
    let bytes = fs::read(year.bundle()).unwrap();
    for cut in [100, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&file, &bytes[..cut]).unwrap();
        refused("not a bundle");
    }
    year.parts().pack(&file, CompressionMethod::Deflated);
    refused("is compressed");
    for missing in [
        "bundle.json",
        "log.vkey",
        "checkpoint",
        "events.jsonl",
        "leaf-hashes",
        "group-hashes",
    ] {
        let mut parts = year.parts();
        parts.0.retain(|(name, _)| name != missing);
        parts.pack(&file, CompressionMethod::Stored);
        refused(missing);
    }
    let mut parts = year.parts();
    parts.0.push(("../../escape".to_owned(), Vec::new()));
    parts.pack(&file, CompressionMethod::Stored);
    refused("escape");
    let (code, report) = verify(&year.bundle(), &["--key", "no key"]);
    assert_eq!(code, 2, "{report}");
    let (code, _, err) = hoso(&[
        "audit",
        "export",
        "--round",
        "no-such-round",
        "-o",
        text(&file),
        "--data",
        text(&year.data()),
    ]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("no such round"), "{err}");
    assert_ne!(ROUND, "no-such-round");
}
