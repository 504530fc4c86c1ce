//! Taking a backup: what is new is added, what is there stays, and what must not be written is not.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use e2e::hoso_binary;
use e2e::server::hoso;
use serde_json::json;

use super::place::{Place, contents, copy};

#[tokio::test]
async fn a_backup_grows_by_what_is_new_and_nothing_is_written_twice() {
    let place = Place::new();
    place.import_units("data");
    place.keep_document("data", "one").await;
    let first = place.backup("data", "backup");
    let events = first["events"].as_u64().unwrap();
    assert!(events >= 40, "{first}");
    assert_eq!(first["newEvents"], first["events"]);
    assert_eq!(first["documents"], 1);
    assert_eq!(first["problems"], json!([]));
    assert_eq!(first["lastEvent"]["position"], first["position"]);
    let before = contents(&place.path("backup"));

    place.import_index("data", "2024");
    place.keep_document("data", "two").await;
    let second = place.backup("data", "backup");
    assert!(second["events"].as_u64().unwrap() > events, "{second}");
    assert_eq!(second["newDocuments"], 1, "{second}");
    let after = contents(&place.path("backup"));
    for (name, bytes) in &before {
        let replaced = name == "manifest.json" || name.starts_with("standing-");
        assert!(replaced || after.get(name) == Some(bytes), "{name} changed");
    }

    let third = place.backup("data", "backup");
    assert_eq!(
        (&third["newEvents"], &third["newDocuments"]),
        (&json!(0), &json!(0))
    );
    let names: BTreeSet<_> = after.keys().collect();
    let still = contents(&place.path("backup"));
    assert_eq!(still.keys().collect::<BTreeSet<_>>(), names);
    let checked = place.check("backup");
    assert_eq!(checked["position"], second["position"]);
    assert_eq!(checked["manifest"], third["manifest"]);
}

#[test]
fn an_empty_ledger_is_backed_up_too() {
    let place = Place::new();
    let units = "examples/soc-trang-2024/don-vi.csv";
    let data = place.text("data");
    let dry = ["import", "units", units, "--dry-run", "--data", &data];
    assert_eq!(hoso(&dry).0, 0);
    let empty = place.backup("data", "backup");
    assert_eq!(
        (&empty["position"], &empty["lastEvent"]),
        (&json!(0), &json!(null))
    );
    place.check("backup");
    place.import_units("data");
    let grown = place.backup("data", "backup");
    assert_eq!(grown["newEvents"], grown["events"]);
}

#[test]
fn what_is_no_place_for_a_backup_is_left_alone() {
    let place = Place::new();
    place.import_units("data");
    let data = place.text("data");
    fs::create_dir(place.path("mine")).unwrap();
    fs::write(place.path("mine").join("letters.txt"), "dear").unwrap();
    fs::write(place.path("file"), "x").unwrap();
    for (to, words) in [
        (
            place.text("mine"),
            &["letters.txt", "no part of a backup"][..],
        ),
        (data.clone(), &["no part of a backup"]),
        (place.text("file"), &["not a directory"]),
    ] {
        Place::refused(2, &["backup", &to, "--data", &data], words);
    }
    assert_eq!(contents(&place.path("mine")).len(), 1);
    let words = ["no finished backup"];
    Place::refused(2, &["backup", "--check", &place.text("mine")], &words);
    let missing = place.text("missing");
    let words = ["there is no ledger in"];
    Place::refused(2, &["backup", &place.text("b"), "--data", &missing], &words);
    assert!(!place.path("missing").exists() && !place.path("b").exists());
}

#[test]
fn an_older_or_another_ledger_never_gets_into_a_backup() {
    let place = Place::new();
    place.import_units("data");
    copy(&place.path("data"), &place.path("older"));
    place.import_index("data", "2024");
    let taken = place.backup("data", "backup");
    let before = contents(&place.path("backup"));
    let (older, to) = (place.text("older"), place.text("backup"));

    let reaches = format!("the backup reaches position {}", taken["position"]);
    let words = [
        "restored from an older backup",
        &reaches,
        "agree up to position",
    ];
    Place::refused(1, &["backup", &to, "--data", &older], &words);

    // It goes on from where it was, past the backup's end.
    place.import_index("older", "2023");
    place.import_index("older", "2022");
    let words = [
        "holds another event than the backup",
        "agree up to position",
    ];
    Place::refused(1, &["backup", &to, "--data", &older], &words);

    place.import_units("other");
    place.import_index("other", "2024");
    let words = ["holds another event", "no event in common"];
    Place::refused(1, &["backup", &to, "--data", &place.text("other")], &words);
    assert_eq!(contents(&place.path("backup")), before);
    place.backup("data", "backup");
}

#[tokio::test]
async fn a_document_that_is_lost_or_damaged_is_named_and_the_rest_is_kept() {
    let place = Place::new();
    place.import_units("data");
    let damaged = place.keep_document("data", "damaged").await;
    place.keep_document("data", "whole").await;
    let path = place
        .path("data/documents/sha256")
        .join(&damaged[..2])
        .join(&damaged[2..4])
        .join(&damaged);
    fs::write(&path, "%PDF-1.7\ndamageD").unwrap();
    let arguments = [
        "backup",
        &place.text("backup"),
        "--json",
        "--data",
        &place.text("data"),
    ];
    let (code, out, err) = hoso(&arguments);
    assert_eq!(code, 1, "{err}");
    assert!(out.contains(&damaged), "{out}");
    let checked = place.check("backup");
    assert_eq!(checked["documents"], 1);
}

/// A limit on the size of files stands in for a disk that is full: a write fails in the middle.
#[test]
fn a_full_disk_leaves_the_backup_that_was_there() {
    let place = Place::new();
    let data = place.text("data");
    let units = "examples/soc-trang-2024/don-vi.csv";
    let dry = ["import", "units", units, "--dry-run", "--data", &data];
    assert_eq!(hoso(&dry).0, 0);
    place.backup("data", "backup");
    let before = contents(&place.path("backup"));
    place.import_units("data");
    for year in ["2021", "2022", "2023", "2024"] {
        place.import_index("data", year);
    }
    for to in ["backup", "fresh"] {
        // SQLite's own shared memory needs 32 kB; the events have more.
        let limited = "trap '' XFSZ; ulimit -f 33; exec \"$@\"";
        let ended = Command::new("bash")
            .args(["-c", limited, "bash"])
            .arg(hoso_binary())
            .args(["backup", &place.text(to), "--data", &data])
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(3), "{err}");
        assert!(err.contains("File too large"), "{err}");
    }
    assert!(contents(&place.path("fresh")).is_empty());
    assert_eq!(contents(&place.path("backup")), before);
    place.check("backup");
    place.backup("data", "backup");
    place.backup("data", "fresh");
}

#[test]
fn a_place_that_cannot_be_written_is_not_available() {
    let place = Place::new();
    place.import_units("data");
    fs::write(place.path("file"), "x").unwrap();
    let below_a_file = place.text("file/backup");
    let data = place.text("data");
    let words = ["cannot be made"];
    Place::refused(3, &["backup", &below_a_file, "--data", &data], &words);
}
