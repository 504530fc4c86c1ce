//! Every benchmark of the full mode runs to its end with samples too small to say anything. What
//! they measure is not looked at: a test that measures time fails on a busy machine.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

#[test]
fn the_full_modes_benchmarks_run() {
    let output = Command::new(env!("CARGO_BIN_EXE_hoso-bench"))
        .args([
            "--json",
            "--rounds",
            "1",
            "--sample-ms",
            "10",
            "--events",
            "400",
        ])
        // They are downloaded and built, and `hoso` stands beside a release build only.
        .args(["--without-peers", "--keep-disturbed"])
        .args([
            "pg-append",
            "pg-commands",
            "pg-growth",
            "pg-readers",
            "pg-feed",
            "pg-hop",
        ])
        .args(["pg-replay", "pg-sealing"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).expect(&said);
    let list = |name: &str, field: &str| -> BTreeSet<String> {
        let list = report[name].as_array().unwrap().iter();
        list.map(|one| one[field].as_str().unwrap().to_owned())
            .collect()
    };
    let goals = [
        "G1a", "G1b", "G2a", "G2b", "G2c", "G3", "G4", "G6b", "G6c", "G7a", "G7b", "G8a", "G8b",
        "G9a", "G9b", "G10a", "G13", "growth", "readers",
    ];
    assert_eq!(
        list("goals", "id"),
        goals.map(str::to_owned).into(),
        "{said}"
    );
    let missing = ["G6a", "G10b"].map(str::to_owned);
    assert_eq!(list("missing", "what"), missing.into(), "{said}");
    assert!(!list("figures", "what").is_empty());
}
