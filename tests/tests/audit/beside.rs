//! What stands beside the log in a round's bundle: older checkpoints, proofs of the round's acts, the
//! contract; and what somebody may do to them.

use std::fs;

use e2e::root;
use hoso_proof::{Checkpoint, Note, SecretKey};
use serde_json::Value;
use zip::CompressionMethod;

use super::bundle::{Parts, YEAR, text, verify};
use super::check::{cosigned, witness};
use super::tamper::{Tampering, findings, with_data};

/// The files of a folder of the bundle, in order.
fn names(parts: &Parts, folder: &str) -> Vec<String> {
    let names = parts.0.iter().map(|(name, _)| name.clone());
    names.filter(|name| name.starts_with(folder)).collect()
}

fn first(parts: &Parts, folder: &str) -> String {
    names(parts, folder).swap_remove(0)
}

/// Changes a note's third line: the root.
fn with_other_root(note: &[u8]) -> Vec<u8> {
    let note = String::from_utf8(note.to_vec()).unwrap();
    let root = note.lines().nth(2).unwrap();
    note.replacen(root, &("A".repeat(43) + "="), 1).into_bytes()
}

pub(crate) const TAMPERINGS: &[Tampering] = &[
    Tampering {
        name: "an older checkpoint's root changed",
        change: |p| {
            let name = first(p, "checkpoints/");
            let changed = with_other_root(p.part(&name));
            *p.part(&name) = changed;
        },
        position: None,
        file: "checkpoints/",
        words: "signature",
    },
    Tampering {
        name: "an older checkpoint of another history, signed with the log's own key",
        change: |p| {
            let name = first(p, "checkpoints/");
            let changed = with_other_root(p.part(&name));
            let read = Note::parse(&changed).unwrap();
            let secret = YEAR.data().join("audit-keys/log.key");
            let secret = fs::read_to_string(secret).unwrap();
            let mut note = Note::new(read.text().to_owned()).unwrap();
            note.sign(&SecretKey::parse(secret.trim_end()).unwrap())
                .unwrap();
            *p.part(&name) = note.encode().into_bytes();
        },
        position: None,
        file: "checkpoints/",
        words: "it was forked",
    },
    Tampering {
        name: "an older checkpoint under the name of another size",
        change: |p| {
            let name = first(p, "checkpoints/");
            let part = p.0.iter_mut().find(|(part, _)| *part == name).unwrap();
            "checkpoints/0000000000001".clone_into(&mut part.0);
        },
        position: None,
        file: "checkpoints/0000000000001",
        words: "it is the checkpoint of",
    },
    Tampering {
        name: "the bundle's checkpoint among the older ones",
        change: |p| {
            let note = p.part("checkpoint").clone();
            let text = String::from_utf8(note.clone()).unwrap();
            let (body, _) = text.split_once("\n\n").unwrap();
            let size = Checkpoint::parse(&format!("{body}\n")).unwrap().head.size;
            p.0.push((format!("checkpoints/{size:013}"), note));
        },
        position: None,
        file: "checkpoints/",
        words: "not older",
    },
    Tampering {
        name: "a proof's leaf changed",
        change: |p| {
            let name = first(p, "proofs/");
            let text = String::from_utf8(p.part(&name).clone()).unwrap();
            let at = text.find("extra ").unwrap() + 30;
            let other = if text[at..].starts_with('A') {
                "B"
            } else {
                "A"
            };
            let text = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            *p.part(&name) = text.into_bytes();
        },
        position: None,
        file: "proofs/",
        words: "",
    },
    Tampering {
        name: "two proofs exchanged",
        change: |p| {
            let names = names(p, "proofs/");
            let (one, other) = (p.part(&names[0]).clone(), p.part(&names[1]).clone());
            *p.part(&names[0]) = other;
            *p.part(&names[1]) = one;
        },
        position: None,
        file: "proofs/",
        words: "it proves the event at position",
    },
    Tampering {
        name: "a proof under an older checkpoint",
        change: |p| {
            let older = first(p, "checkpoints/");
            let older = String::from_utf8(p.part(&older).clone()).unwrap();
            let name = first(p, "proofs/");
            let proof = String::from_utf8(p.part(&name).clone()).unwrap();
            let (head, _) = proof.split_once("\n\n").unwrap();
            *p.part(&name) = format!("{head}\n\n{older}").into_bytes();
        },
        position: None,
        file: "proofs/",
        words: "its checkpoint is not the bundle's",
    },
    Tampering {
        name: "a proof gone",
        change: |p| {
            let name = first(p, "proofs/");
            p.0.retain(|(part, _)| *part != name);
        },
        position: None,
        file: "proofs/",
        words: "the round's act has no proof",
    },
    Tampering {
        name: "a proof of what is no act",
        change: |p| {
            let name = first(p, "proofs/");
            let proof = p.part(&name).clone();
            p.0.push(("proofs/0000000000001.tlog-proof".to_owned(), proof));
        },
        position: None,
        file: "proofs/0000000000001.tlog-proof",
        words: "no act of the round stands there",
    },
    Tampering {
        name: "a bundle that calls itself one of the first format",
        change: |p| {
            let about = String::from_utf8(p.part("bundle.json").clone()).unwrap();
            *p.part("bundle.json") = about.replace("bundle/v2", "bundle/v1").into_bytes();
        },
        position: None,
        file: "schemas/",
        words: "a bundle of this format has no such file",
    },
];

/// Two events changed, the first so that it is none any more.
pub(crate) fn an_event_that_cannot_be_read_hides_no_other() {
    let scratch = tempfile::tempdir().unwrap();
    let bundle = scratch.path().join("bundle.zip");
    let mut parts = YEAR.parts();
    parts.lines(|lines| {
        "{}".clone_into(&mut lines[399]);
        lines[499] = with_data(&lines[499], |data| format!("{data} "), false);
    });
    parts.pack(&bundle, CompressionMethod::Stored);
    let (code, report) = verify(&bundle, &["--key", &YEAR.key]);
    assert_eq!(code, 1, "{report}");
    for (position, words) in [(400, "not an event"), (500, "not what was hashed")] {
        let told = findings(&report).iter().any(|finding| {
            let what = finding["what"].as_str().unwrap();
            finding["position"] == position && what.contains(words)
        });
        assert!(told, "{position}: {report}");
    }
}

/// What the round's bundle has beside the log, and what is said of it.
pub(crate) fn every_act_of_the_round_stands_between_two_checkpoints() {
    let (code, report) = verify(&YEAR.bundle(), &["--key", &YEAR.key]);
    assert_eq!((code, &report["schemas"]), (0, &Value::from("own")));
    let parts = YEAR.parts();
    let acts = report["acts"].as_array().unwrap();
    assert_eq!(acts.len(), names(&parts, "proofs/").len());
    let types: Vec<_> = acts
        .iter()
        .map(|act| act["type"].as_str().unwrap())
        .collect();
    for event_type in [
        "RoundOpened",
        "ShortlistAdopted",
        "DecisionSigned",
        "RoundArchived",
    ] {
        assert!(types.contains(&event_type), "{types:?}");
    }
    assert!(!types.contains(&"ItemEntered"), "{types:?}");
    for act in acts {
        let position = act["position"].as_u64().unwrap();
        let file = format!("proofs/{position:013}.tlog-proof");
        assert!(parts.0.iter().any(|(name, _)| *name == file), "{file}");
        assert!(
            act["before"]["events"].as_u64().unwrap() >= position,
            "{act}"
        );
        if let Some(size) = act["after"]["events"].as_u64() {
            assert!(size < position, "{act}");
            let file = format!("checkpoints/{size:013}");
            assert!(parts.0.iter().any(|(name, _)| *name == file), "{file}");
        }
    }
    // The contract is all of the published one.
    let mut published: Vec<_> = fs::read_dir(root().join("proto/hoso/events/v1"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    published.sort();
    let schemas = names(&parts, "schemas/");
    assert_eq!(schemas.len(), published.len(), "{schemas:?}");
    for (name, path) in schemas.iter().zip(published) {
        assert_eq!(parts.clone().part(name), &fs::read(path).unwrap(), "{name}");
    }
}

/// A witness that saw an act before it says that it was done: the log's clock was wrong, or its keeper.
pub(crate) fn an_act_is_not_younger_than_what_a_witness_saw() {
    let scratch = tempfile::tempdir().unwrap();
    let (bundle, policy) = (scratch.path().join("b.zip"), scratch.path().join("policy"));
    let lines = format!(
        "log {}\nwitness w1 {}\nquorum none\n",
        YEAR.key,
        witness().public()
    );
    fs::write(&policy, lines).unwrap();
    let policy = ["--policy", text(&policy)];
    let (_, report) = verify(&YEAR.bundle(), &policy);
    let acts = report["acts"].as_array().unwrap();
    let newest = acts
        .iter()
        .find(|act| act["before"]["events"] == YEAR.events);
    let act = newest.unwrap();
    let recorded = act["recordedAt"].as_str().unwrap();
    let recorded = chrono::DateTime::parse_from_rfc3339(recorded).unwrap();
    let recorded = u64::try_from(recorded.timestamp()).unwrap();
    for (seen_at, code) in [(recorded - 3_600, 1), (recorded + 1, 0)] {
        let mut parts = YEAR.parts();
        // The last acts stand under the bundle's own checkpoint, the proofs with them.
        let note = parts.part("checkpoint").clone();
        let changed = cosigned(&note, &YEAR.key, &witness(), seen_at);
        for name in names(&parts, "proofs/") {
            let proof = String::from_utf8(parts.part(&name).clone()).unwrap();
            let (head, _) = proof.split_once("\n\n").unwrap();
            *parts.part(&name) = format!("{head}\n\n{changed}").into_bytes();
        }
        *parts.part("checkpoint") = changed.into_bytes();
        parts.pack(&bundle, CompressionMethod::Stored);
        let (found, report) = verify(&bundle, &policy);
        assert_eq!(found, code, "{report}");
        if code == 1 {
            let told = &findings(&report)[0];
            assert_eq!(told["position"], act["position"], "{report}");
            let what = told["what"].as_str().unwrap();
            assert!(what.contains("a witness saw it at"), "{told}");
        }
    }
}

/// What one program reads and another does not: bytes of no file, two files of one name, two names of one
/// file. All of it is refused, as nobody knows which of them was verified.
pub(crate) fn a_bundle_is_its_files_and_nothing_else() {
    let scratch = tempfile::tempdir().unwrap();
    let bundle = scratch.path().join("bundle.zip");
    let refused = |bytes: &[u8], what: &str| {
        fs::write(&bundle, bytes).unwrap();
        let (code, report) = verify(&bundle, &["--key", &YEAR.key]);
        assert_eq!(code, 2, "{what}: {report}");
        assert!(
            report.as_str().unwrap().contains("not a bundle"),
            "{what}: {report}"
        );
    };
    let whole = fs::read(YEAR.bundle()).unwrap();
    refused(&[b"#!/bin/sh\n", &whole[..]].concat(), "bytes in front");
    refused(&[&whole[..], b"more"].concat(), "bytes behind");
    let mut commented = whole.clone();
    let length = commented.len() - 2;
    commented[length] = 4;
    refused(&[&commented[..], b"more"].concat(), "a comment");
    let renamed = |bytes: &[u8], from: &[u8], to: &[u8], times: usize| {
        let mut bytes = bytes.to_vec();
        for _ in 0..times {
            let at = bytes.windows(from.len()).position(|window| window == from);
            let at = at.unwrap();
            bytes[at..at + from.len()].copy_from_slice(to);
        }
        bytes
    };
    refused(
        &renamed(&whole, b"log.vkey", b"log.vkez", 1),
        "two names of one file",
    );
    for at in [0, usize::MAX] {
        let mut parts = YEAR.parts();
        let forged = parts.part("events.jsonl").clone();
        let at = at.min(parts.0.len());
        parts.0.insert(at, ("eventz.jsonl".to_owned(), forged));
        parts.pack(&bundle, CompressionMethod::Stored);
        let packed = fs::read(&bundle).unwrap();
        refused(
            &renamed(&packed, b"eventz.jsonl", b"events.jsonl", 2),
            "two files of one name",
        );
    }
}
