//! The same backups with PostgreSQL: there and back, and what the database and the NATS stream add
//! to what is noticed.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use e2e::server::{hoso_json, hoso_with};
use hoso_ledger::SharedLedger;
use hoso_ledger::conformance::database::FreshDatabase;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_runtime::config::Secret;
use hoso_runtime::jetstream::{Alone, Nats, NatsOptions, Relay, RelayOptions, RelayState};
use hoso_testbed::nats;
use hoso_testbed::postgres::{SUPERUSER, Shared, shared};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::place::{Place, contents};

/// Moments of a restore at which it is killed.
const KILLS: u32 = 12;

/// A migrated database, and the server it is on.
struct Database {
    // Dropped first: the database goes before its server.
    database: FreshDatabase,
    server: Shared,
}

impl Database {
    async fn fresh() -> Self {
        let server = shared().unwrap();
        let database = FreshDatabase::create(|name| server.superuser_url(name)).await;
        let database = database.unwrap();
        Self { database, server }
    }

    /// Runs `hoso` on it as a role.
    fn hoso(&self, role: &str, arguments: &[&str]) -> (i32, String, String) {
        let name = self.database.name();
        let url = if role == SUPERUSER {
            self.server.superuser_url(name)
        } else {
            self.server.url(name, role)
        };
        hoso_with(&[("HOSO_DATABASE_URL", &url)], arguments)
    }

    /// The facts of a run that finds no problem.
    fn facts(&self, role: &str, arguments: &[&str]) -> Value {
        let (code, out, err) = self.hoso(role, &[arguments, &["--json"]].concat());
        assert_eq!(code, 0, "hoso {arguments:?}: {out}{err}");
        serde_json::from_str(&out).unwrap()
    }

    fn refused(&self, role: &str, code: i32, arguments: &[&str], words: &[&str]) {
        let (ended, out, err) = self.hoso(role, arguments);
        assert_eq!(ended, code, "hoso {arguments:?}: {out}{err}");
        for word in words {
            assert!(err.contains(word), "{arguments:?} lacks {word:?}: {err}");
        }
    }
}

fn assert_same_backups(place: &Place, one: &str, other: &str) {
    let (one, other) = (contents(&place.path(one)), contents(&place.path(other)));
    assert!(one.len() > 3);
    for (name, bytes) in one.iter().filter(|(name, _)| *name != "manifest.json") {
        assert_eq!(other.get(name), Some(bytes), "{name}");
    }
}

#[tokio::test]
async fn a_whole_year_moves_to_postgresql_and_back() {
    let place = Place::new();
    let database = Database::fresh().await;
    let data = place.text("data");
    let year = hoso_json(&["demo", "--json", "--data", &data]);
    place.backup("data", "backup");
    let (backup, documents) = (place.text("backup"), place.text("documents"));
    let restore = ["restore", &backup, "--data", &documents];
    let facts = database.facts(SUPERUSER, &restore);
    assert_eq!(facts["engine"], "postgres");
    assert_eq!(facts["events"], year["events"]);
    let verify = ["ledger", "verify", "--data", &documents];
    let verified = database.facts("hoso_auditor", &verify);
    assert_eq!(verified["differences"], json!([]));
    assert_eq!(verified["streams"], facts["streams"]);
    assert_eq!(verified["events"], facts["events"]);

    let from_postgres = ["backup", &place.text("again"), "--data", &documents];
    let facts = database.facts("hoso_auditor", &from_postgres);
    assert_eq!(facts["newEvents"], verified["events"]);
    assert_same_backups(&place, "backup", "again");
    // Added to by a run on the other engine, too.
    let added = ["backup", &backup, "--data", &documents];
    assert_eq!(database.facts("hoso_auditor", &added)["newEvents"], 0);

    let home = place.text("home");
    // Only read: a container has it read-only.
    assert_eq!(fs::read_dir(place.path("documents")).unwrap().count(), 1);
    let again = ["restore", &place.text("again"), "--json", "--data", &home];
    assert_eq!(hoso_json(&again)["engine"], "sqlite");
    place.backup("home", "third");
    assert_same_backups(&place, "backup", "third");
    let verified = hoso_json(&["ledger", "verify", "--json", "--data", &home]);
    assert_eq!(verified["differences"], json!([]));
}

#[tokio::test]
async fn only_an_empty_ledger_is_restored_and_only_by_the_owner_and_only_from_what_is_whole() {
    let place = Place::new();
    let database = Database::fresh().await;
    place.import_units("data");
    place.keep_document("data", "one").await;
    place.backup("data", "backup");
    let (backup, documents) = (place.text("backup"), place.text("documents"));
    let restore = ["restore", &backup, "--data", &documents];
    for role in ["hoso_registry", "hoso_relay", "hoso_auditor"] {
        database.refused(role, 3, &restore, &["permission denied"]);
    }
    super::place::copy(&place.path("backup"), &place.path("damaged"));
    let mut segments = contents(&place.path("damaged")).into_keys();
    let last = segments.rfind(|name| name.starts_with("standing-"));
    fs::write(place.path("damaged").join(last.unwrap()), "x").unwrap();
    let damaged = ["restore", &place.text("damaged"), "--data", &documents];
    database.refused(SUPERUSER, 1, &damaged, &["standing-", "were written"]);
    // Nothing of it stayed.
    database.facts(SUPERUSER, &restore);
    let words = [
        "holds a ledger already, up to position",
        "Name an empty database",
    ];
    database.refused(SUPERUSER, 2, &restore, &words);
    let verified = database.facts("hoso_auditor", &["ledger", "verify"]);
    assert_eq!(verified["differences"], json!([]));
}

#[tokio::test]
async fn a_restore_killed_in_the_middle_leaves_the_database_empty() {
    let place = Place::new();
    let database = Database::fresh().await;
    place.import_units("data");
    place.backup("data", "backup");
    let (backup, documents) = (place.text("backup"), place.text("documents"));
    // How long one takes, so that the kills are spread over all of it.
    let elsewhere = Database::fresh().await;
    let began = Instant::now();
    let restore = ["restore", &backup, "--data", &documents];
    elsewhere.facts(SUPERUSER, &restore);
    let whole = began.elapsed();
    let url = database.server.superuser_url(database.database.name());
    let mut killed = 0;
    for kill in 1..=KILLS {
        let run = tokio::process::Command::new(e2e::hoso_binary())
            .args(restore)
            .env("HOSO_DATABASE_URL", &url)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let moment = whole * kill / KILLS;
        let Ok(ended) = tokio::time::timeout(moment, run.wait_with_output()).await else {
            killed += 1;
            continue;
        };
        // The one before may have been killed between its commit and its end.
        let ended = ended.unwrap();
        let err = String::from_utf8_lossy(&ended.stderr);
        let done = ended.status.success() || err.contains("holds a ledger already");
        assert!(done, "{err}");
        break;
    }
    println!("{killed} killed of {KILLS}, one takes {whole:?}");
    assert!(killed > 0);
    let (code, _, err) = database.hoso(SUPERUSER, &restore);
    assert!(code == 0 || err.contains("holds a ledger already"), "{err}");
    let verified = database.facts("hoso_auditor", &["ledger", "verify"]);
    assert_eq!(verified["differences"], json!([]));
    assert_eq!(verified["events"], place.check("backup")["events"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_ahead_of_the_backup_is_noticed() {
    let place = Place::new();
    place.import_units("data");
    let early = place.backup("data", "early")["position"].clone();
    place.import_index("data", "2024");
    let late = place.backup("data", "late")["position"].clone();
    let mut server = nats::Nats::start(nats::NatsOptions::default()).unwrap();
    relay(&place, &server.url(), late.as_u64().unwrap()).await;

    let variables = [("HOSO_NATS_URL", &*server.url())];
    let restored = place.text("restored");
    let early_one = ["restore", &place.text("early"), "--data", &restored];
    let (code, _, err) = hoso_with(&variables, &early_one);
    assert_eq!(code, 1, "{err}");
    let ends = format!("the ledger ends at position {early}");
    let seen = format!("up to position {late}");
    for word in [&*ends, &*seen, "NATS stream", "Nothing was restored"] {
        assert!(err.contains(word), "lacks {word:?}: {err}");
    }
    assert!(!place.path("restored/ledger.sqlite").exists());
    let late_one = ["restore", &place.text("late"), "--data", &restored];
    let (code, _, err) = hoso_with(&variables, &late_one);
    assert_eq!(code, 0, "{err}");

    let other = place.text("other");
    let accepted = [
        "restore",
        &place.text("early"),
        "--accept-loss",
        "--data",
        &other,
    ];
    let (code, _, err) = hoso_with(&variables, &accepted);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains(&seen), "{err}");
    server.kill().unwrap();
    let third = place.text("third");
    let unknown = ["restore", &place.text("late"), "--data", &third];
    let (code, _, err) = hoso_with(&variables, &unknown);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("NATS does not tell"), "{err}");
}

/// Publishes a data directory's ledger up to a position.
async fn relay(place: &Place, url: &str, until: u64) {
    let mut options = SqliteOptions::new(Arc::new(|| chrono::DateTime::UNIX_EPOCH));
    options.read_only = true;
    let ledger: SharedLedger = SqliteLedger::open(place.path("data"), options)
        .await
        .unwrap();
    let options = NatsOptions {
        url: Secret::new(url.to_owned()),
        seed: None,
        user: "relay".to_owned(),
    };
    let nats = Nats::connect(&options).await.unwrap();
    let relay = Relay::new(Arc::clone(&ledger), nats, RelayOptions::default());
    let mut state = relay.state();
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { relay.run(&Alone, stop).await }
    });
    let filled = state.wait_for(|state| match state {
        RelayState::Running { position } => *position >= until,
        RelayState::Standby | RelayState::Waiting { .. } | RelayState::Alarmed(_) => false,
    });
    tokio::time::timeout(Duration::from_secs(30), filled)
        .await
        .unwrap()
        .unwrap();
    stop.cancel();
    running.await.unwrap();
    ledger.close().await;
}
