//! Bundles held to a policy: what witnesses said goes with them, and a history that was signed anew
//! with the log's own key has no witness.

use std::fs;
use std::path::{Path, PathBuf};

use e2e::server::{hoso, hoso_json};
use e2e::witness::Witness;
use hoso_proof::Note;
use serde_json::Value;
use tempfile::TempDir;
use zip::CompressionMethod;

use super::bundle::{Parts, YEAR, export, seal, text, verify};

/// The sample year, sealed before three witnesses, and exported.
struct Witnessed {
    scratch: TempDir,
    witnesses: Vec<Witness>,
}

impl Witnessed {
    fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        YEAR.copy_to(&scratch.path().join("data"));
        let witnesses = (1..=3).map(|number| {
            let directory = scratch.path().join(format!("w{number}"));
            let name = format!("witness.example/{number}");
            Witness::new(&directory, &name, &YEAR.key)
        });
        let witnesses = witnesses.collect();
        Self { scratch, witnesses }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// A policy of these witnesses with these last lines; it names the log.
    fn policy(&self, name: &str, lines: &str) -> PathBuf {
        let mut policy = format!("log {}\n", YEAR.key);
        for (number, witness) in (1..).zip(&self.witnesses) {
            policy.push_str(&witness.line(&format!("w{number}")));
        }
        policy.push_str(lines);
        let path = self.at(name);
        fs::write(&path, policy).unwrap();
        path
    }

    fn seal(&self, data: &str, policy: &Path) -> (Value, String) {
        let data = self.at(data);
        let seal = ["audit", "seal", "--json", "--policy", text(policy)];
        let (code, out, err) = hoso(&[&seal[..], &["--data", text(&data)]].concat());
        assert_eq!(code, 0, "{err}");
        (serde_json::from_str(&out).unwrap(), err)
    }
}

fn grow(data: &Path) {
    let issue = [
        "token",
        "issue",
        "--official",
        "administrator",
        "--days",
        "1",
    ];
    let _ = hoso_json(&[&issue[..], &["--json", "--data", text(data)]].concat());
}

/// Whether a finding about the checkpoint says so.
fn told(report: &Value, words: &str) -> bool {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().any(|finding| {
        let what = finding["what"].as_str().unwrap();
        finding["file"] == "checkpoint" && what.contains(words)
    })
}

/// One sample year for all: making it takes longest.
#[test]
fn bundles_are_held_to_a_policy() {
    let mut place = Witnessed::new();
    place.witnesses[2].kill();
    let two = "group some 2 w1 w2 w3\nquorum some\n";
    let two = place.policy("two", two);
    let (sealed, _) = place.seal("data", &two);
    assert_eq!(sealed["quorum"], true);
    let bundle = place.at("bundle.zip");
    export(&place.at("data"), &bundle);
    enough_witnesses_are_named_with_their_times(&place, &two, &bundle);
    too_few_witnesses_are_a_finding(&place, &bundle);
    a_history_signed_anew_with_the_stolen_key_has_no_witness(&place, &two, &bundle);
    what_is_not_witnessed_yet_is_left_out_or_asked_for(&mut place, &two);
}

fn enough_witnesses_are_named_with_their_times(place: &Witnessed, two: &Path, bundle: &Path) {
    let (code, report) = verify(bundle, &["--policy", text(two)]);
    assert_eq!((code, &report["ok"]), (0, &Value::Bool(true)), "{report}");
    // The policy pins the log, too.
    assert_eq!(
        (&report["keyPinned"], &report["quorum"]),
        (&Value::Bool(true), &Value::Bool(true))
    );
    let said = report["cosignatures"].as_array().unwrap();
    let named: Vec<_> = said
        .iter()
        .map(|said| said["witness"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["w1", "w2", "w3"]);
    for (said, witness) in said.iter().zip(&place.witnesses) {
        assert_eq!(said["key"], witness.key.to_string());
    }
    assert!(
        said[0]["seenAt"].is_string() && said[1]["seenAt"].is_string(),
        "{report}"
    );
    assert!(
        said[2]["seenAt"].is_null() && said[2]["problem"].is_string(),
        "{report}"
    );
    let any = place.policy("any", "group some any w1 w2 w3\nquorum some\n");
    let (code, report) = verify(bundle, &["--policy", text(&any), "--key", &YEAR.key]);
    assert_eq!(code, 0, "{report}");
    let (code, out, err) = hoso(&["audit", "verify", text(bundle), "--policy", text(&any)]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("witness w1 saw the checkpoint at 2"), "{out}");
    // Without a policy nothing of it is looked at, as before.
    let (code, report) = verify(bundle, &["--key", &YEAR.key]);
    assert_eq!((code, &report["cosignatures"]), (0, &Value::Null));
}

fn too_few_witnesses_are_a_finding(place: &Witnessed, bundle: &Path) {
    let all = place.policy("all", "group some all w1 w2 w3\nquorum some\n");
    let (code, report) = verify(bundle, &["--policy", text(&all)]);
    assert_eq!(
        (code, &report["quorum"]),
        (1, &Value::Bool(false)),
        "{report}"
    );
    assert!(
        told(
            &report,
            "too few witnesses cosigned it for the policy; missing: w3"
        ),
        "{report}"
    );
    let (code, report) = verify(&YEAR.bundle(), &["--policy", text(&all)]);
    assert_eq!(code, 1);
    assert!(told(&report, "missing: w1, w2, w3"), "{report}");
    let nobody = place.policy("none", "quorum none\n");
    let (code, report) = verify(&YEAR.bundle(), &["--policy", text(&nobody)]);
    assert_eq!(code, 0, "{report}");
    // A cosignature that was changed is told of, also where enough others hold.
    let mut parts = Parts::of(bundle);
    let note = String::from_utf8(parts.part("checkpoint").clone()).unwrap();
    let read = Note::parse(note.as_bytes()).unwrap();
    let line = read.lines_of(&place.witnesses[1].key);
    // In the middle of the signature, so that it stays base64.
    let at = line.len() - 40;
    let changed = if line[at..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    let forged = format!("{}{changed}{}", &line[..at], &line[at + 1..]);
    *parts.part("checkpoint") = note.replace(&line, &forged).into_bytes();
    let path = place.at("forged.zip");
    parts.pack(&path, CompressionMethod::Stored);
    let any = place.at("any");
    let (code, report) = verify(&path, &["--policy", text(&any)]);
    assert_eq!(
        (code, &report["quorum"]),
        (1, &Value::Bool(true)),
        "{report}"
    );
    assert!(told(&report, "witness w2: the signature of"), "{report}");
    let wrong = place.policy("wrong", "quorum some\n");
    let (code, report) = verify(bundle, &["--policy", text(&wrong)]);
    assert_eq!(code, 2);
    assert!(
        report
            .as_str()
            .unwrap()
            .contains("line 5: `some` is not defined"),
        "{report}"
    );
}

/// Who has the machine, the log's key and all of its memory makes another history of the same
/// length. Alone it is good; no witness says so.
fn a_history_signed_anew_with_the_stolen_key_has_no_witness(
    place: &Witnessed,
    two: &Path,
    witnessed: &Path,
) {
    let other = place.at("other");
    YEAR.copy_to(&other);
    fs::remove_dir_all(other.join("audit")).unwrap();
    fs::remove_file(other.join("audit-keys/last-signed")).unwrap();
    grow(&other);
    assert_eq!(seal(&other)["key"], *YEAR.key);
    let bundle = place.at("other.zip");
    export(&other, &bundle);
    let (code, report) = verify(&bundle, &["--key", &YEAR.key]);
    assert_eq!(code, 0, "{report}");
    let (code, report) = verify(&bundle, &["--policy", text(two)]);
    assert_eq!(code, 1, "{report}");
    assert!(told(&report, "too few witnesses"), "{report}");
    // Nor does what they said of the true one fit.
    let true_note = Parts::of(witnessed).part("checkpoint").clone();
    let true_note = Note::parse(&true_note).unwrap();
    let mut parts = Parts::of(&bundle);
    for witness in &place.witnesses {
        let lines = true_note.lines_of(&witness.key);
        parts.part("checkpoint").extend_from_slice(lines.as_bytes());
    }
    parts.pack(&bundle, CompressionMethod::Stored);
    let (code, report) = verify(&bundle, &["--policy", text(two)]);
    assert_eq!(
        (code, &report["quorum"]),
        (1, &Value::Bool(false)),
        "{report}"
    );
    assert!(told(&report, "witness w1: the signature of"), "{report}");
    // A witness that saw more of the true history gives nothing for this one.
    grow(&place.at("data"));
    place.seal("data", two);
    let (sealed, err) = place.seal("other", two);
    assert_eq!(sealed["quorum"], false);
    assert!(
        err.contains("witness w1: not cosigned: it saw another log"),
        "{err}"
    );
    grow(&other);
    let (_, err) = place.seal("other", two);
    assert!(
        err.contains("witness w1: not cosigned: it answered 422"),
        "{err}"
    );
}

fn what_is_not_witnessed_yet_is_left_out_or_asked_for(place: &mut Witnessed, two: &Path) {
    let data = place.at("data");
    place.witnesses[0].kill();
    grow(&data);
    let (sealed, _) = place.seal("data", two);
    let newest = sealed["size"].as_u64().unwrap();
    assert_eq!(sealed["quorum"], false);
    let bundle = place.at("late.zip");
    let arguments = [
        "audit",
        "export",
        "--round",
        super::bundle::ROUND,
        "-o",
        text(&bundle),
    ];
    let arguments = [&arguments[..], &["--data", text(&data)]].concat();
    let (code, _, err) = hoso(&arguments);
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("the last 1 events are not witnessed yet"),
        "{err}"
    );
    let (code, report) = verify(&bundle, &["--policy", text(two)]);
    assert_eq!(
        (code, &report["events"]),
        (0, &Value::from(newest - 1)),
        "{report}"
    );
    let (code, _, err) = hoso(&[&arguments[..], &["--newest"]].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    let (code, report) = verify(&bundle, &["--policy", text(two)]);
    assert_eq!(
        (code, &report["events"]),
        (1, &Value::from(newest)),
        "{report}"
    );
}
