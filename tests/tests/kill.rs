//! `hoso up` killed with -9 under load, twenty times: whatever it acknowledged is there afterwards,
//! once, and the log is whole.
//!
//! The moments come from a seed that is printed; `HOSO_SEED` repeats a run. The oracle is the
//! clients' own notes: acknowledged ⊆ log ⊆ attempted.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers: a broken setup must stop the test"
)]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use e2e::server::{Server, hoso_json};
use serde_json::{Value, json};

const KILLS: u64 = 20;
const CLIENTS: u64 = 8;
/// A round is killed after so many acknowledged commands, at least; the seed adds up to as many.
const ACKNOWLEDGED_MIN: u64 = 20;

/// What the clients know.
#[derive(Default)]
struct Notes {
    attempted: Mutex<BTreeSet<String>>,
    acknowledged: Mutex<BTreeSet<String>>,
    count: AtomicU64,
}

/// The next number of a small generator (splitmix64): enough for moments, and the same everywhere.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killing_it_twenty_times_under_load_loses_nothing() {
    let seed = std::env::var("HOSO_SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or_else(|| u64::from(std::process::id()) ^ 0x486f_736f);
    println!("HOSO_SEED={seed}");
    let mut random = seed;
    let data = tempfile::tempdir().unwrap();
    let directory = data.path().to_str().unwrap();
    let mut server = Server::start(data.path());
    let token = hoso_json(&[
        "token",
        "issue",
        "--official",
        "administrator",
        "--days",
        "1",
        "--data",
        directory,
        "--json",
    ]);
    let token = token["token"].as_str().unwrap().to_owned();
    let notes = Arc::new(Notes::default());
    for kill in 0..KILLS {
        let target = notes.count.load(Ordering::SeqCst)
            + ACKNOWLEDGED_MIN
            + next(&mut random) % ACKNOWLEDGED_MIN;
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let load = load(
                    server.url.clone(),
                    token.clone(),
                    format!("{kill}-{client}"),
                    Arc::clone(&notes),
                    Arc::clone(&stop),
                );
                tokio::spawn(load)
            })
            .collect();
        while notes.count.load(Ordering::SeqCst) < target {
            // poll: the kill comes at a number of acknowledged commands, wherever the others are.
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        server.kill();
        stop.store(true, Ordering::SeqCst);
        for client in clients {
            client.await.unwrap();
        }
        server = Server::start(data.path());
        check(&server.url, &token, &notes).await;
    }
    assert_eq!(server.stop(), Some(0), "a first SIGTERM ends it in order");
    let report = hoso_json(&["ledger", "verify", "--data", directory, "--json"]);
    assert_eq!(report["differences"], json!([]));
    let acknowledged = notes.acknowledged.lock().unwrap().len();
    println!("{acknowledged} acknowledged, {} events", report["events"]);
    assert!(acknowledged as u64 >= KILLS * ACKNOWLEDGED_MIN);
}

/// Registers persons until told to stop or the server is gone.
async fn load(
    url: String,
    token: String,
    prefix: String,
    notes: Arc<Notes>,
    stop: Arc<AtomicBool>,
) {
    let http = reqwest::Client::new();
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let person = format!("p-{prefix}-{number}");
        notes.attempted.lock().unwrap().insert(person.clone());
        let body = json!({ "person": person, "name": "Người thử (hư cấu)", "insider": false });
        let sent = http
            .post(format!("{url}/api/v1/persons"))
            .bearer_auth(&token)
            .header("idempotency-key", &person)
            .json(&body)
            .send()
            .await;
        let Ok(answer) = sent else { return };
        if answer.status().is_success() {
            notes.acknowledged.lock().unwrap().insert(person);
            notes.count.fetch_add(1, Ordering::SeqCst);
        } else {
            let (status, text) = (answer.status(), answer.text().await.unwrap_or_default());
            assert!(status.as_u16() == 503, "{status}: {text}");
        }
    }
}

/// Reads the whole log over HTTP and holds it against the notes.
async fn check(url: &str, token: &str, notes: &Notes) {
    let http = reqwest::Client::new();
    let mut registered = Vec::new();
    let mut after = 0;
    loop {
        let page: Value = http
            .get(format!("{url}/api/v1/events?after={after}&limit=200"))
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let events = page["items"].as_array().unwrap();
        if events.is_empty() {
            break;
        }
        for event in events {
            after += 1;
            assert_eq!(event["position"], json!(after), "positions are dense");
            if event["type"]
                .as_str()
                .unwrap()
                .ends_with("PersonRegistered")
            {
                registered.push(event["stream"].as_str().unwrap()["person-".len()..].to_owned());
            }
        }
    }
    let log: BTreeSet<_> = registered.iter().cloned().collect();
    assert_eq!(log.len(), registered.len(), "nobody is registered twice");
    let acknowledged = notes.acknowledged.lock().unwrap();
    let lost: Vec<_> = acknowledged.difference(&log).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let attempted = notes.attempted.lock().unwrap();
    let invented: Vec<_> = log.difference(&attempted).collect();
    assert!(invented.is_empty(), "never attempted: {invented:?}");
}
