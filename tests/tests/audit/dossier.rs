//! One dossier's bundle, and a sample of dossiers that a public seed draws.

use std::fs;
use std::path::{Path, PathBuf};

use e2e::server::{hoso, hoso_json};
use hoso_proof::{InclusionFile, LogIdentity, sample};
use serde_json::Value;
use tempfile::TempDir;
use zip::CompressionMethod;

use super::bundle::{Parts, ROUND, YEAR, text, verify};

/// A dossier that has a document.
const DOSSIER: &str = "HS-2024-24";
const OTHER: &str = "HS-2024-07";

fn try_export(dossier: &str, to: &Path) -> (i32, String, String) {
    let data = YEAR.data();
    let place = ["--data", text(&data), "-o", text(to)];
    hoso(&[&["audit", "export", "--dossier", dossier][..], &place].concat())
}

fn exported(directory: &TempDir, dossier: &str) -> PathBuf {
    let file = directory.path().join(format!("{dossier}.zip"));
    let (code, _, err) = try_export(dossier, &file);
    assert_eq!(code, 0, "{err}");
    file
}

fn lines(parts: &Parts) -> Vec<String> {
    let part = parts.0.iter().find(|(name, _)| name == "events.jsonl");
    let text = String::from_utf8(part.unwrap().1.clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn position(line: &str) -> u64 {
    let read: Value = serde_json::from_str(line).unwrap();
    read["event"]["position"].as_u64().unwrap()
}

#[test]
fn a_dossiers_bundle_has_its_path_and_says_that_it_is_not_all() {
    let directory = tempfile::tempdir().unwrap();
    let bundle = exported(&directory, DOSSIER);
    let (code, report) = verify(&bundle, &["--key", &YEAR.key]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["ok"], true);
    assert_eq!(report["whole"], false);
    assert_eq!(report["keyPinned"], true);
    assert_eq!(report["dossier"], DOSSIER);
    assert_eq!(report["size"], YEAR.events);
    assert_eq!(report["root"], YEAR.root.as_str());
    assert!(report["documents"].as_u64().unwrap() > 0, "{report}");
    // The path of `hoso history`, event by event.
    let data = YEAR.data();
    let history = hoso_json(&["history", DOSSIER, "--json", "--data", text(&data)]);
    let events = history.as_array().or_else(|| history["events"].as_array());
    let told: Vec<_> = events
        .unwrap()
        .iter()
        .map(|e| e["position"].as_u64().unwrap())
        .collect();
    let there: Vec<_> = lines(&Parts::of(&bundle))
        .iter()
        .map(|l| position(l))
        .collect();
    assert_eq!(there, told);
    // People are told the same.
    let (code, out, _) = hoso(&["audit", "verify", text(&bundle), "--key", &YEAR.key]);
    assert_eq!(code, 0);
    assert!(
        out.contains("does not show that nothing is missing"),
        "{out}"
    );
    // The round's bundle does show it.
    let (_, report) = verify(&YEAR.bundle(), &["--key", &YEAR.key]);
    assert_eq!(report["whole"], true);
    // The same state, the same bytes.
    let again = tempfile::tempdir().unwrap();
    let again = exported(&again, DOSSIER);
    assert!(fs::read(&bundle).unwrap() == fs::read(again).unwrap());
}

#[test]
fn its_proofs_are_those_that_the_log_gives_out() {
    let directory = tempfile::tempdir().unwrap();
    let parts = Parts::of(&exported(&directory, DOSSIER));
    let line = lines(&parts).pop().unwrap();
    let read: Value = serde_json::from_str(&line).unwrap();
    let at = position(&line).to_string();
    let data = YEAR.data();
    let (code, proof, err) = hoso(&["audit", "prove", &at, "--data", text(&data)]);
    assert_eq!(code, 0, "{err}");
    let proof = InclusionFile::parse(proof.as_bytes()).unwrap();
    proof
        .verify(&LogIdentity::parse(&YEAR.key).unwrap())
        .unwrap();
    let hashes: Vec<_> = proof.hashes.iter().map(hex::encode).collect();
    assert_eq!(read["proof"], serde_json::json!(hashes));
}

type Change = fn(&mut Parts, &Parts);

/// A change, with another dossier's bundle at hand; the line it is found at, the file, a word.
const TAMPERINGS: &[(&str, Change, Option<usize>, &str, &str)] = &[
    (
        "a body edited",
        |p, _| p.lines(|l| l[2] = l[2].replacen("\\\":\\\"", "\\\":\\\"x", 1)),
        Some(2),
        "events.jsonl",
        "the data is not what was hashed",
    ),
    (
        "a header edited",
        |p, _| p.lines(|l| l[2] = l[2].replacen("\"agency\":\"", "\"agency\":\"x", 1)),
        Some(2),
        "events.jsonl",
        "not the one that was signed for",
    ),
    (
        "an event back-dated",
        |p, _| p.lines(|l| l[2] = l[2].replacen("\"effectiveAt\":\"20", "\"effectiveAt\":\"19", 1)),
        Some(2),
        "events.jsonl",
        "not the one that was signed for",
    ),
    (
        "two proofs swapped",
        |p, _| {
            p.lines(|l| {
                let proof = |l: &str| {
                    l[l.find("\"proof\"").unwrap()..l.find("\"event\"").unwrap()].to_owned()
                };
                let (one, two) = (proof(&l[2]), proof(&l[3]));
                assert_ne!(one, two);
                l[2] = l[2].replace(&one, &two);
                l[3] = l[3].replace(&two, &one);
            });
        },
        Some(2),
        "events.jsonl",
        "not the one that was signed for",
    ),
    (
        "an event of its own stream left out",
        |p, _| {
            p.lines(|l| {
                let own = |l: &String| l.contains(&format!("\"stream\":\"dossier-{DOSSIER}\""));
                let at = l.iter().position(own).unwrap();
                drop(l.remove(at));
            });
        },
        None,
        "events.jsonl",
        "where 1 should stand",
    ),
    (
        "two events in another order",
        |p, _| p.lines(|l| l.swap(2, 3)),
        Some(2),
        "events.jsonl",
        "it stands behind position",
    ),
    (
        "an event twice",
        |p, _| p.lines(|l| l.insert(3, l[2].clone())),
        Some(2),
        "events.jsonl",
        "it stands behind position",
    ),
    (
        "another dossier's event",
        |p, other| {
            let mut foreign = lines(other);
            foreign.retain(|l| l.contains(&format!("\"stream\":\"dossier-{OTHER}\"")));
            let foreign = foreign.remove(0);
            p.lines(|l| {
                l.push(foreign);
                l.sort_by_key(|line| position(line));
            });
        },
        None,
        "events.jsonl",
        "is none of HS-2024-24's",
    ),
    (
        "another dossier's bundle under its name",
        |p, other| *p.part("events.jsonl") = (lines(other).join("\n") + "\n").into_bytes(),
        None,
        "events.jsonl",
        "there is no event of HS-2024-24 itself",
    ),
    (
        "no event",
        |p, _| p.part("events.jsonl").clear(),
        None,
        "events.jsonl",
        "there is no event of HS-2024-24 itself",
    ),
    (
        "a line that is none",
        |p, _| p.lines(|l| l.push("{}".to_owned())),
        None,
        "events.jsonl",
        "not an event",
    ),
    (
        "an event written in another way",
        |p, _| p.lines(|l| l[2] = l[2].replacen(':', ": ", 1)),
        Some(2),
        "events.jsonl",
        "written in another way",
    ),
    (
        "a document changed",
        |p, _| {
            let name = p.document();
            p.part(&name)[0] ^= 1;
        },
        None,
        "documents/",
        "it was changed",
    ),
    (
        "a document gone",
        |p, _| {
            let name = p.document();
            p.0.retain(|(part, _)| *part != name);
        },
        None,
        "documents/",
        "it is not there",
    ),
    (
        "a document that nobody names",
        |p, _| {
            p.0.push((format!("documents/{}", e2e::sha256(b"x")), b"x".to_vec()));
        },
        None,
        "documents/",
        "no event of the dossier names it",
    ),
    (
        "a file of other bundles",
        |p, _| p.0.push(("leaf-hashes".to_owned(), vec![0; 32])),
        None,
        "leaf-hashes",
        "has no such file",
    ),
    (
        "the checkpoint's root changed",
        |p, _| {
            let note = String::from_utf8(p.part("checkpoint").clone()).unwrap();
            let root = note.lines().nth(2).unwrap();
            *p.part("checkpoint") = note.replace(root, &("A".repeat(43) + "=")).into_bytes();
        },
        None,
        "checkpoint",
        "signature",
    ),
];

#[test]
fn what_somebody_changes_in_a_dossiers_bundle_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let whole = Parts::of(&exported(&directory, DOSSIER));
    let other = Parts::of(&exported(&directory, OTHER));
    let at: Vec<_> = lines(&whole).iter().map(|line| position(line)).collect();
    for (name, change, line, file, words) in TAMPERINGS {
        let mut parts = whole.clone();
        change(&mut parts, &other);
        let changed = directory.path().join("changed.zip");
        parts.pack(&changed, CompressionMethod::Stored);
        let (code, report) = verify(&changed, &["--key", &YEAR.key]);
        assert_eq!(code, 1, "{name}: {report}");
        assert_eq!(report["ok"], false, "{name}");
        let findings = report["findings"].as_array().unwrap();
        let found = findings.iter().any(|finding| {
            let positions = line.map(|line| at[line]);
            let here = positions.is_none() || finding["position"].as_u64() == positions;
            here && finding["file"].as_str().unwrap().starts_with(file)
                && finding["what"].as_str().unwrap().contains(words)
        });
        assert!(found, "{name}: {report}");
    }
}

#[test]
fn a_kept_checkpoint_and_a_policy_hold_a_dossiers_bundle_too() {
    let directory = tempfile::tempdir().unwrap();
    let bundle = exported(&directory, DOSSIER);
    let kept = directory.path().join("kept");
    fs::write(&kept, Parts::of(&bundle).part("checkpoint")).unwrap();
    let (code, report) = verify(&bundle, &["--key", &YEAR.key, "--seen", text(&kept)]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["seen"][0]["compared"], true, "{report}");
    // Nobody cosigned it.
    let policy = directory.path().join("policy");
    let witness = hoso_proof::SecretKey::from_seed(
        "example.vn/witness",
        hoso_proof::Algorithm::CosignatureV1,
        &[3; 32],
    );
    let witness = witness.unwrap();
    let witness = witness.public();
    let text_of = format!("log {}\nwitness one {witness}\nquorum one\n", YEAR.key);
    fs::write(&policy, text_of).unwrap();
    let (code, report) = verify(&bundle, &["--policy", text(&policy)]);
    assert_eq!(code, 1, "{report}");
    assert_eq!(report["quorum"], false, "{report}");
}

#[test]
fn a_seed_draws_the_same_dossiers_and_each_has_a_bundle() {
    let directory = tempfile::tempdir().unwrap();
    let (data, to) = (YEAR.data(), directory.path().join("sample"));
    let draw = [
        "audit",
        "sample",
        "--round",
        ROUND,
        "--seed",
        "XSMB 24.11.2026 04751",
    ];
    let place = [
        "--count",
        "3",
        "-o",
        text(&to),
        "--data",
        text(&data),
        "--json",
    ];
    let drawn = hoso_json(&[&draw[..], &place].concat());
    let told = drawn["drawn"].as_array().unwrap();
    assert_eq!(told.len(), 3);
    assert!(drawn["dossiers"].as_u64().unwrap() > 3, "{drawn}");
    for one in told {
        let dossier = one["dossier"].as_str().unwrap();
        let ticket = sample::ticket("XSMB 24.11.2026 04751", dossier).unwrap();
        assert_eq!(one["ticket"], ticket.as_str());
        let file = to.join(one["file"].as_str().unwrap());
        let (code, report) = verify(&file, &["--key", &YEAR.key]);
        assert_eq!(code, 0, "{report}");
        assert_eq!(report["dossier"], dossier);
        let single = exported(&directory, dossier);
        assert!(fs::read(single).unwrap() == fs::read(file).unwrap());
    }
    assert!(told.is_sorted_by_key(|one| one["ticket"].as_str().unwrap().to_owned()));
    // What stood there before would pass for a part of the sample.
    let (code, _, err) = hoso(&[&draw[..], &place].concat());
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("is not empty"), "{err}");
}

#[test]
fn what_is_not_there_is_not_drawn_or_written() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("none.zip");
    let (code, _, err) = try_export("HS-1900-01", &file);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("no such dossier"), "{err}");
    assert!(!file.exists());
    let (data, to) = (YEAR.data(), directory.path().join("sample"));
    for (round, seed, words) in [("none", "x", "no such round"), (ROUND, "a\nb", "--seed")] {
        let (code, _, err) = hoso(&[
            "audit",
            "sample",
            "--round",
            round,
            "--seed",
            seed,
            "--count",
            "3",
            "-o",
            text(&to),
            "--data",
            text(&data),
        ]);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(words), "{err}");
    }
    let both = [
        "audit",
        "export",
        "--round",
        ROUND,
        "--dossier",
        DOSSIER,
        "-o",
        text(&file),
    ];
    assert_eq!(hoso(&both).0, 2);
    assert_eq!(hoso(&["audit", "export", "-o", text(&file)]).0, 2);
}
