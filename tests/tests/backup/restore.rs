//! What comes back: every event to the byte, every answer to a command, every row and path.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use e2e::server::{Server, hoso, hoso_json};
use hoso_domain::ids::DossierId;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{Ledger, RecordedEvent};
use serde_json::json;

use super::load::{Load, register, token};
use super::place::{Place, contents};

pub(crate) async fn open(data: &Path) -> Arc<SqliteLedger> {
    let mut options = SqliteOptions::new(Arc::new(|| chrono::DateTime::UNIX_EPOCH));
    options.read_only = true;
    SqliteLedger::open(data, options).await.unwrap()
}

pub(crate) async fn log(ledger: &SqliteLedger) -> Vec<RecordedEvent> {
    let mut log = Vec::new();
    loop {
        let page = ledger.read_all(log.len() as u64, 1_000).await.unwrap();
        if page.is_empty() {
            return log;
        }
        log.extend(page);
    }
}

/// The sample year: every service, every kind of stream, documents, reactions.
#[tokio::test]
async fn a_whole_year_comes_back_as_it_was() {
    let place = Place::new();
    let (data, restored) = (place.text("data"), place.text("restored"));
    let year = hoso_json(&["demo", "--json", "--data", &data]);
    let backup = place.backup("data", "backup");
    assert!(backup["documents"].as_u64().unwrap() > 0, "{backup}");
    let facts = hoso_json(&[
        "restore",
        &place.text("backup"),
        "--json",
        "--data",
        &restored,
    ]);
    assert_eq!(facts["events"], year["events"]);
    assert_eq!(facts["lastEvent"], backup["lastEvent"]);
    let verified = hoso_json(&["ledger", "verify", "--json", "--data", &restored]);
    assert_eq!(verified["differences"], json!([]));
    assert_eq!(verified["streams"], facts["streams"]);

    let (was, is) = (
        open(&place.path("data")).await,
        open(&place.path("restored")).await,
    );
    let events = log(&was).await;
    assert_eq!(log(&is).await, events);
    assert_eq!(is.cursors().await.unwrap(), was.cursors().await.unwrap());
    let mut dossiers = BTreeSet::new();
    for event in &events {
        let row = was.stream(&event.stream).await.unwrap();
        assert_eq!(is.stream(&event.stream).await.unwrap(), row);
        dossiers.extend(row.unwrap().listing.dossier);
        let command = was.command(event.command).await.unwrap();
        assert!(command.is_some());
        assert_eq!(is.command(event.command).await.unwrap(), command);
    }
    assert!(dossiers.len() > 20, "{}", dossiers.len());
    for dossier in &dossiers {
        let path = path(&was, dossier).await;
        assert!(!path.is_empty(), "{dossier}");
        assert_eq!(self::path(&is, dossier).await, path, "{dossier}");
    }
    let documents = contents(&place.path("data/documents"));
    assert_eq!(contents(&place.path("restored/documents")), documents);
    // What was restored backs up to the same files.
    place.backup("restored", "again");
    let (one, other) = (
        contents(&place.path("backup")),
        contents(&place.path("again")),
    );
    for (name, bytes) in one.iter().filter(|(name, _)| *name != "manifest.json") {
        assert_eq!(other.get(name), Some(bytes), "{name}");
    }
}

async fn path(ledger: &SqliteLedger, dossier: &DossierId) -> Vec<u64> {
    let path = ledger.read_dossier(dossier, 0, 10_000).await.unwrap();
    path.iter().map(|event| event.position).collect()
}

/// Backed up three times while it serves, then restored: what was acknowledged before a run is in
/// it, and a command sent again to the restored ledger gets its first answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_holds_what_was_acknowledged_and_answers_again() {
    let place = Place::new();
    let (data, restored) = (place.text("data"), place.text("restored"));
    let mut server = Server::start(&place.path("data"));
    let token = token(&data);
    let load = Load::start(&server.url, &token);
    let mut acknowledged = Vec::new();
    for _ in 0..3 {
        load.wait_for(20).await;
        acknowledged = load.acknowledged();
        let (to, keys) = (place.text("backup"), place.text("keys"));
        let from = data.clone();
        let run = tokio::task::spawn_blocking(move || {
            let keys = ["--person-keys", &keys];
            let facts =
                hoso_json(&[&["backup", &to, "--json", "--data", &from], &keys[..]].concat());
            let checked = hoso_json(&["backup", "--check", &to, "--json"]);
            assert_eq!(checked["position"], facts["position"]);
            assert!(facts["newEvents"].as_u64().unwrap() > 0, "{facts}");
        });
        run.await.unwrap();
    }
    load.wait_for(5).await;
    let answers = load.stop().await;
    assert_eq!(server.stop(), Some(0));

    let facts = hoso_json(&[
        "restore",
        &place.text("backup"),
        "--json",
        "--data",
        &restored,
        "--person-keys",
        &place.text("keys"),
    ]);
    let verified = hoso_json(&["ledger", "verify", "--json", "--data", &restored]);
    assert_eq!(verified["differences"], json!([]));
    let mut server = Server::start(&place.path("restored"));
    for person in &acknowledged {
        let again = register(&server.url, &token, person).await;
        assert_eq!(again.as_ref(), answers.get(person), "{person}");
    }
    assert_eq!(server.stop(), Some(0));
    let ledger = open(&place.path("restored")).await;
    assert_eq!(json!(ledger.head().await.unwrap()), facts["position"]);
    let events = log(&ledger).await;
    ledger.close().await;
    let was = log(&*open(&place.path("data")).await).await;
    assert_eq!(was.get(..events.len()), Some(events.as_slice()));
}

#[test]
fn nothing_is_restored_over_a_ledger() {
    let place = Place::new();
    place.import_units("data");
    place.backup("data", "backup");
    place.import_units("other");
    let before = contents(&place.path("other"));
    let restore = [
        "restore",
        &place.text("backup"),
        "--data",
        &place.text("other"),
    ];
    Place::refused(2, &restore, &["holds a ledger already"]);
    assert_eq!(contents(&place.path("other")), before);
    let missing = [
        "restore",
        &place.text("none"),
        "--data",
        &place.text("fresh"),
    ];
    Place::refused(2, &missing, &["no finished backup"]);
    assert!(!place.path("fresh").exists());
}

#[test]
fn an_empty_ledger_comes_back_empty() {
    let place = Place::new();
    let units = "examples/soc-trang-2024/don-vi.csv";
    let data = place.text("data");
    assert_eq!(
        hoso(&["import", "units", units, "--dry-run", "--data", &data]).0,
        0
    );
    place.backup("data", "backup");
    let facts = hoso_json(&[
        "restore",
        &place.text("backup"),
        "--json",
        "--data",
        &place.text("r"),
    ]);
    assert_eq!(facts["position"], 0);
    place.import_units("r");
}

/// A document that an event names and that no copy has: the rest is restored, and it is told.
#[tokio::test]
async fn what_survived_beside_the_ledger_is_kept_and_damaged_documents_are_mended() {
    let place = Place::new();
    place.import_units("data");
    let sha256 = place.keep_document("data", "one").await;
    place.backup("data", "backup");
    let name = format!(
        "documents/sha256/{}/{}/{sha256}",
        &sha256[..2],
        &sha256[2..4]
    );
    let damaged = place.path("restored").join(&name);
    fs::create_dir_all(damaged.parent().unwrap()).unwrap();
    fs::write(&damaged, "%PDF-1.7\noNe").unwrap();
    let kept = place.keep_document("restored", "newer").await;
    let restored = place.text("restored");
    let facts = hoso_json(&[
        "restore",
        &place.text("backup"),
        "--json",
        "--data",
        &restored,
    ]);
    assert_eq!(facts["problems"], json!([]));
    assert_eq!(fs::read(&damaged).unwrap(), b"%PDF-1.7\none");
    assert!(
        contents(&place.path("restored"))
            .keys()
            .any(|name| name.ends_with(&kept))
    );
}
