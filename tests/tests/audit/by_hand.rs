//! The scripts of docs/auditor.md, run as an auditor would run them.

use std::fs;
use std::path::Path;
use std::process::Command;

use e2e::root;
use e2e::server::hoso_json;

use super::bundle::{seal, text};
use super::check::line_of;
use super::seal::begun;

/// The scripts that work on `proof.txt`, in order.
fn scripts() -> Vec<String> {
    let manual = fs::read_to_string(root().join("docs/auditor.md")).unwrap();
    let blocks = manual.split("\n```\n").skip(1).step_by(2);
    let scripts = blocks.filter(|block| block.contains("s/^extra //p"));
    scripts.map(str::to_owned).collect()
}

/// What a script prints.
fn run(script: &str, directory: &Path) -> String {
    let mut command = Command::new("sh");
    let output = command
        .args(["-c", script])
        .current_dir(directory)
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(err, "");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_auditors_scripts_verify_an_event_and_notice_a_change() {
    let scratch = tempfile::tempdir().unwrap();
    let (data, by_hand) = (scratch.path().join("data"), scratch.path().join("by-hand"));
    begun(&data);
    fs::create_dir(&by_hand).unwrap();
    let size = seal(&data)["size"].as_u64().unwrap();
    let [path, leaf] = scripts().try_into().unwrap();
    let mut proofs = Vec::new();
    for position in 1..=size {
        let (position, data) = (position.to_string(), text(&data));
        let proof = hoso_json(&["audit", "prove", &position, "--json", "--data", data]);
        fs::write(by_hand.join("proof.txt"), proof["proof"].as_str().unwrap()).unwrap();
        let printed = run(&path, &by_hand);
        let [mine, signed] = printed.lines().collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(mine, signed, "position {position}");
        assert_eq!(signed, proof["root"], "position {position}");
        proofs.push(proof);
    }
    // The last one as its line, and then somebody else's deed.
    let proof = proofs.pop().unwrap();
    let line = line_of(&data, &proof, &scratch.path().join("backup"));
    fs::write(by_hand.join("line"), &line).unwrap();
    assert_eq!(run(&leaf, &by_hand), "same\n");
    for (from, to) in [
        ("\"role\":\"", "\"role\":\"X"),
        ("\"version\":", "\"version\":1"),
    ] {
        let changed = line.replacen(from, to, 1);
        assert_ne!(changed, line);
        fs::write(by_hand.join("line"), changed).unwrap();
        let printed = run(&leaf, &by_hand);
        assert!(
            printed.contains("differ") && !printed.contains("same"),
            "{printed}"
        );
    }
    let other = proofs[0]["proof"].as_str().unwrap();
    let stranger = other.replacen("index 0\n", "index 1\n", 1);
    assert_ne!(stranger, other);
    fs::write(by_hand.join("proof.txt"), stranger).unwrap();
    let printed = run(&path, &by_hand);
    let [mine, signed] = printed.lines().collect::<Vec<_>>().try_into().unwrap();
    assert_ne!(mine, signed);
}
