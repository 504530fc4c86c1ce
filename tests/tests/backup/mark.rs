//! A ledger that lost what was acknowledged is noticed at the next start, and before it is restored.

use std::fs;
use std::path::Path;

use e2e::server::{Server, hoso, hoso_json};
use hoso_ledger::{Ledger as _, RecordedEvent};
use serde_json::Value;

use super::place::{Place, contents, copy};
use super::restore::{log, open};

fn mark(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn head(data: &str) -> Value {
    hoso_json(&["ledger", "verify", "--json", "--data", data])["events"].clone()
}

/// The whole log. Not the file's bytes: whoever opens it may move pages out of its write-ahead log.
async fn log_of(data: &Path) -> Vec<RecordedEvent> {
    let ledger = open(data).await;
    let log = log(&ledger).await;
    ledger.close().await;
    log
}

/// Serves for a moment.
fn serve(data: &Path, arguments: &[&str]) {
    let mut server = Server::start_with(data, arguments);
    assert_eq!(server.stop(), Some(0));
}

/// Puts an older ledger in the place of the one that is there.
fn put_back(older: &Path, data: &Path) {
    for name in contents(data)
        .into_keys()
        .filter(|name| name.starts_with("ledger.sqlite"))
    {
        fs::remove_file(data.join(name)).unwrap();
    }
    for (name, bytes) in contents(older) {
        if name.starts_with("ledger.sqlite") {
            fs::write(data.join(name), bytes).unwrap();
        }
    }
}

#[tokio::test]
async fn an_older_ledger_stops_the_start_and_the_backup_until_the_loss_is_accepted() {
    let place = Place::new();
    let data = place.text("data");
    serve(&place.path("data"), &[]);
    copy(&place.path("data"), &place.path("older"));
    place.import_units("data");
    serve(&place.path("data"), &[]);
    let seen = head(&data);
    let place_of_mark = place.path("data/last-seen.json");
    assert_eq!(mark(&place_of_mark)["position"], seen);

    put_back(&place.path("older"), &place.path("data"));
    let ends = head(&data);
    assert!(ends.as_u64() < seen.as_u64());
    let ends = format!("the ledger ends at position {ends}");
    let seen = format!("had acknowledged events up to position {seen}");
    let words = [
        &*ends,
        &*seen,
        "restored from an older backup",
        "hoso restore",
        "--accept-loss",
    ];
    let before = log_of(&place.path("data")).await;
    let noted = fs::read(&place_of_mark).unwrap();
    Place::refused(
        1,
        &["up", "--listen", "127.0.0.1:0", "--data", &data],
        &words,
    );
    Place::refused(
        1,
        &["backup", &place.text("backup"), "--data", &data],
        &words,
    );
    assert_eq!(log_of(&place.path("data")).await, before);
    assert_eq!(fs::read(&place_of_mark).unwrap(), noted);

    serve(&place.path("data"), &["--accept-loss"]);
    assert_eq!(mark(&place_of_mark)["position"], head(&data));
    serve(&place.path("data"), &[]);
    place.backup("data", "backup");
}

#[test]
fn a_mark_elsewhere_notices_a_whole_directory_that_was_brought_back() {
    let place = Place::new();
    let data = place.text("data");
    let elsewhere = ["--mark", &place.text("mark.json")];
    serve(&place.path("data"), &elsewhere);
    copy(&place.path("data"), &place.path("older"));
    place.import_units("data");
    serve(&place.path("data"), &elsewhere);
    fs::remove_dir_all(place.path("data")).unwrap();

    // Nothing is there any more: no fresh ledger takes its place.
    let up = [
        &["up", "--listen", "127.0.0.1:0", "--data", &data][..],
        &elsewhere,
    ]
    .concat();
    Place::refused(1, &up, &["the ledger ends at position 0", "mark.json"]);
    assert!(!place.path("data/ledger.sqlite").exists());

    copy(&place.path("older"), &place.path("data"));
    Place::refused(1, &up, &["restored from an older backup", "mark.json"]);
    // It went on from where it was, past what had been seen.
    place.import_units("data");
    place.import_index("data", "2024");
    let words = [
        "holds another event than the one Hoso had acknowledged",
        "mark.json",
    ];
    Place::refused(1, &up, &words);
    let backup = ["backup", &place.text("backup"), "--data", &data];
    Place::refused(1, &[&backup[..], &elsewhere].concat(), &words);
    serve(
        &place.path("data"),
        &[&elsewhere[..], &["--accept-loss"]].concat(),
    );
    assert_eq!(mark(&place.path("mark.json"))["position"], head(&data));
}

#[test]
fn a_restore_tells_what_would_be_lost_and_wants_it_accepted() {
    let place = Place::new();
    let data = place.text("data");
    serve(&place.path("data"), &[]);
    let early = place.backup("data", "early");
    place.import_units("data");
    serve(&place.path("data"), &[]);
    let late = place.backup("data", "late");
    for name in contents(&place.path("data")).into_keys() {
        if name.starts_with("ledger.sqlite") {
            fs::remove_file(place.path("data").join(name)).unwrap();
        }
    }
    let restore = ["restore", &place.text("early"), "--data", &data];
    let ends = format!("the ledger ends at position {}", early["position"]);
    let seen = format!("up to position {}", late["position"]);
    Place::refused(
        1,
        &restore,
        &[&ends, &seen, "Nothing was restored", "--accept-loss"],
    );
    assert!(!place.path("data/ledger.sqlite").exists());

    let (code, _, err) = hoso(&[&restore[..], &["--accept-loss"]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(err.contains(&seen), "{err}");
    assert_eq!(
        mark(&place.path("data/last-seen.json"))["position"],
        early["position"]
    );
    serve(&place.path("data"), &[]);

    // A backup that reaches as far as the mark needs no word.
    fs::remove_dir_all(place.path("data")).unwrap();
    let facts = hoso_json(&["restore", &place.text("late"), "--json", "--data", &data]);
    assert_eq!(facts["acceptedLoss"], Value::Null);
    serve(&place.path("data"), &[]);
}

#[test]
fn a_backup_of_another_ledger_is_not_restored_where_a_mark_stands() {
    let place = Place::new();
    let data = place.text("data");
    serve(&place.path("data"), &[]);
    place.import_units("other");
    place.backup("other", "backup");
    fs::create_dir(place.path("fresh")).unwrap();
    fs::copy(
        place.path("data/last-seen.json"),
        place.path("fresh/last-seen.json"),
    )
    .unwrap();
    let fresh = place.text("fresh");
    let restore = ["restore", &place.text("backup"), "--data", &fresh];
    Place::refused(
        1,
        &restore,
        &["holds another event", "Nothing was restored"],
    );
    let left = contents(&place.path("fresh")).into_keys();
    assert!(left.filter(|name| name.contains("sqlite")).count() == 0);
    assert!(!data.is_empty());
}

#[test]
fn a_mark_that_cannot_be_kept_or_read_stops_the_start_and_is_named() {
    let place = Place::new();
    let data = place.text("data");
    let nowhere = place.text("none/mark.json");
    let up = ["up", "--listen", "127.0.0.1:0", "--data", &data];
    let words = ["none/mark.json", "cannot be written"];
    Place::refused(3, &[&up[..], &["--mark", &nowhere]].concat(), &words);
    let odd = place.text("odd.json");
    for text in ["", "{}", "{\"position\": 1e9}"] {
        fs::write(&odd, text).unwrap();
        let words = ["odd.json", "is no mark of Hoso"];
        Place::refused(2, &[&up[..], &["--mark", &odd]].concat(), &words);
    }
}
