//! A bundle of a log that changed its key: whoever knows one of the keys is led to the others, by what
//! both signed, and by nothing less.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::server::{Server, hoso, hoso_json, hoso_with};
use hoso_proof::{Note, SecretKey};
use serde_json::{Value, json};
use tempfile::TempDir;
use zip::CompressionMethod;

use super::bundle::{Parts, YEAR, export, seal, text, verify};
use super::tamper::findings;

/// The sample year, whose log then changed its key twice.
struct Rotated {
    directory: TempDir,
    /// The keys, in order.
    keys: Vec<String>,
}

impl Rotated {
    fn make() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let rotated = Self {
            directory,
            keys: vec![YEAR.key.clone()],
        };
        let data = rotated.at("data");
        YEAR.copy_to(&data);
        fs::copy(data.join("audit/checkpoint"), rotated.at("kept")).unwrap();
        let Self {
            directory,
            mut keys,
        } = rotated;
        for _ in 0..2 {
            keys.push(rotate(&data));
            // Behind each handover something that the new key signs alone.
            token(&data);
            seal(&data);
        }
        let rotated = Self { directory, keys };
        export(&data, &rotated.at("bundle.zip"));
        rotated
    }

    fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Verifies a bundle by the key of a number.
    fn verify(&self, parts: &Parts, key: usize, more: &[&str]) -> (i32, Value) {
        let bundle = self.at("changed.zip");
        parts.pack(&bundle, CompressionMethod::Stored);
        verify(&bundle, &[&["--key", &self.keys[key]], more].concat())
    }
}

/// A token of the administrator: an event, too.
fn token(data: &Path) -> String {
    let official = ["token", "issue", "--official", "administrator"];
    let more = ["--days", "1", "--json", "--data", text(data)];
    let issued = hoso_json(&[&official[..], &more].concat());
    issued["token"].as_str().unwrap().to_owned()
}

/// Changes the key under a running Hoso; the key that signs then.
fn rotate(data: &Path) -> String {
    let public = data.join("audit/log.vkey");
    let before = fs::read_to_string(&public).unwrap();
    let token = token(data);
    let mut server = Server::start(data);
    let variables = [
        ("HOSO_URL", server.url.as_str()),
        ("HOSO_TOKEN", token.as_str()),
    ];
    let reason = ["audit", "rotate-key", "--reason", "Thay khoá định kỳ"];
    let (code, _, err) = hoso_with(&variables, &reason);
    assert_eq!(code, 0, "{err}");
    let asked = Instant::now();
    loop {
        let now = fs::read_to_string(&public).unwrap();
        if now != before {
            assert_eq!(server.stop(), Some(0));
            return now.trim_end().to_owned();
        }
        assert!(
            asked.elapsed() < Duration::from_secs(20),
            "no key took over"
        );
        std::thread::sleep(Duration::from_millis(20)); // poll: the sealer seals behind the answer
    }
}

/// The handovers of a bundle: checkpoints with two signatures, in order.
fn handovers(parts: &Parts) -> Vec<String> {
    let files = parts.0.iter();
    let files = files.filter(|(name, _)| name.starts_with("checkpoints/"));
    let two = files.filter(|(_, note)| String::from_utf8_lossy(note).matches("\n— ").count() == 2);
    two.map(|(name, _)| name.clone()).collect()
}

fn told(report: &Value, words: &str) -> bool {
    let mut found = findings(report).iter();
    found.any(|finding| finding["what"].as_str().unwrap().contains(words))
}

#[test]
fn whoever_knows_one_key_is_led_to_the_others() {
    let rotated = Rotated::make();
    let parts = Parts::of(&rotated.at("bundle.zip"));
    every_key_of_the_log_is_as_good_as_another(&rotated, &parts);
    a_handover_that_is_missing_or_half_signed_leads_nowhere(&rotated, &parts);
    a_retired_key_signs_nothing_more(&rotated, &parts);
    a_list_of_keys_that_was_changed_is_found(&rotated, &parts);
}

fn every_key_of_the_log_is_as_good_as_another(rotated: &Rotated, parts: &Parts) {
    let kept = rotated.at("kept");
    for key in 0..3 {
        let (code, report) = rotated.verify(parts, key, &["--seen", text(&kept)]);
        assert_eq!(
            (code, &report["findings"]),
            (0, &json!([])),
            "key {key}: {report}"
        );
        let keys: Vec<_> = report["keys"].as_array().unwrap().iter().collect();
        let names: Vec<_> = keys
            .iter()
            .map(|key| key["key"].as_str().unwrap())
            .collect();
        assert_eq!(names, rotated.keys, "{report}");
        assert_eq!(keys[0]["since"], 0);
        assert!(keys[1]["since"].as_u64() < keys[2]["since"].as_u64());
    }
    let origin = rotated.keys[0].split('+').next().unwrap();
    let stranger = SecretKey::from_seed(origin, hoso_proof::Algorithm::Ed25519, &[9; 32]);
    let stranger = stranger.unwrap().public().to_string();
    let bundle = rotated.at("bundle.zip");
    let (code, report) = verify(&bundle, &["--key", &stranger]);
    assert_eq!(code, 1, "{report}");
    assert!(
        told(&report, "none of the keys that the log tells of"),
        "{report}"
    );
}

fn a_handover_that_is_missing_or_half_signed_leads_nowhere(rotated: &Rotated, parts: &Parts) {
    let files = handovers(parts);
    assert_eq!(files.len(), 2, "{files:?}");
    for (gone, file) in files.iter().enumerate() {
        let mut without = parts.clone();
        without.0.retain(|(name, _)| name != file);
        // The line of the key before taken out: what is left is the next one's word alone.
        let mut half = parts.clone();
        let note = String::from_utf8(half.part(file).clone()).unwrap();
        let mut lines: Vec<_> = note.split_inclusive('\n').collect();
        lines.remove(lines.len() - 2);
        *half.part(file) = lines.concat().into_bytes();
        for changed in [without, half] {
            for key in [gone, gone + 1] {
                let (code, report) = rotated.verify(&changed, key, &[]);
                if key == gone {
                    assert_eq!(code, 1, "{file}, key {key}: {report}");
                    assert!(told(&report, "the log was handed over to"), "{report}");
                } else {
                    assert_eq!(code, 0, "{file}, key {key}: {report}");
                }
            }
        }
    }
}

fn a_retired_key_signs_nothing_more(rotated: &Rotated, parts: &Parts) {
    let retired = fs::read_to_string(YEAR.data().join("audit-keys/log.key")).unwrap();
    let retired = SecretKey::parse(retired.trim_end()).unwrap();
    let newest = Note::parse(&parts.clone().part("checkpoint").clone()).unwrap();
    let mut forged = Note::new(newest.text().to_owned()).unwrap();
    forged.sign(&retired).unwrap();
    let forged = forged.encode();
    // The true tree, signed with a stolen key: nobody may take it for the log's word.
    let path = rotated.at("forged");
    fs::write(&path, &forged).unwrap();
    let (code, report) = rotated.verify(parts, 2, &["--seen", text(&path)]);
    assert_eq!(code, 1, "{report}");
    assert!(
        told(&report, "a key of the log that did not sign then"),
        "{report}"
    );
    // Single files: beside one of the newer key it is found, alone it is told what it cannot show.
    let handover = rotated.at("handover");
    fs::write(&handover, parts.clone().part(&handovers(parts)[0])).unwrap();
    let check = |files: &[&str]| {
        let keys = rotated.keys.iter().flat_map(|key| ["--key", key]);
        let arguments = ["audit", "check"].into_iter().chain(files.iter().copied());
        hoso(&arguments.chain(keys).collect::<Vec<_>>())
    };
    let (code, out, _) = check(&[text(&path), text(&handover)]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("another one had taken over from"), "{out}");
    let (code, out, _) = check(&[text(&path)]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("only the round's bundle shows"), "{out}");
    let mut changed = parts.clone();
    *changed.part("checkpoint") = forged.into_bytes();
    for key in [0, 2] {
        let (code, report) = rotated.verify(&changed, key, &[]);
        assert_eq!(code, 1, "key {key}: {report}");
    }
    // Nor is there a copy of the old secret beside the new one.
    let secret = retired.expose();
    assert!(!is_in(&rotated.at("data/audit-keys"), secret.trim_end()));
}

/// Whether a text is in a file somewhere under a directory.
fn is_in(directory: &Path, text: &str) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return is_in(&path, text);
        }
        fs::read_to_string(&path).is_ok_and(|file| file.contains(text))
    })
}

fn a_list_of_keys_that_was_changed_is_found(rotated: &Rotated, parts: &Parts) {
    let mut changed = parts.clone();
    let list = String::from_utf8(changed.part("log-keys").clone()).unwrap();
    let lines: Vec<_> = list.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 3);
    *changed.part("log-keys") = lines[..2].concat().into_bytes();
    let (code, report) = rotated.verify(&changed, 0, &[]);
    assert_eq!(code, 1, "{report}");
    assert_eq!(findings(&report)[0]["file"], "log-keys", "{report}");
}
