//! What operators see of a system of several processes: how far each reaction is, what is parked,
//! whether NATS is there, what the relay does.

use std::time::Duration;

use hoso_runtime::jetstream::{Alone, Relay, RelayOptions};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::notes;
use crate::process::Process;
use crate::stage::{Chance, Relaying, Store, connect, operator, options, server, within};

#[tokio::test]
async fn whoever_waits_here_waits_for_the_reactions_of_other_processes() {
    let (server, store) = (server(), Store::new().await);
    let url = server.url();
    let door = Process::start(Process::runtime(&store).await, Vec::new()).await;
    let token = door.administrator().await;
    for _ in 0..5 {
        notes::write_directly(&door.runtime, "n", "a line").await;
    }
    let feed = door.get(&token, "/api/v1/feed").await.json;
    assert_eq!(feed["services"][0]["name"], "notes");
    assert_eq!(feed["services"][0]["position"], 0);
    assert_eq!(feed["services"][0]["lag"], feed["head"]);
    let idle = tokio::time::timeout(Duration::from_millis(1_100), door.runtime.wait_idle());
    idle.await.expect_err("nobody has handled anything");
    let feed = door.get(&token, "/api/v1/feed").await.json;
    assert!(
        feed["services"][0]["lagSeconds"].as_u64() >= Some(1),
        "{feed}"
    );
    let process = Process::of_notes(&store, &url).await;
    let feed = door.get(&token, "/api/v1/feed?wait=idle").await.json;
    let head = door.runtime.ledger.head().await.unwrap();
    assert_eq!(feed["head"], head);
    assert_eq!(
        feed["services"],
        json!([{"name": "notes", "position": head, "lag": 0, "lagSeconds": 0, "parked": 0}])
    );
    let feed = door.get(&token, &format!("/api/v1/feed?wait={head}")).await;
    assert_eq!(feed.status, 200);
    process.stop().await;
    door.stop().await;
}

#[tokio::test]
async fn what_is_parked_is_listed_everywhere_and_decided_where_it_is_handled() {
    let (server, store) = (server(), Store::new().await);
    let url = server.url();
    let door = Process::start(Process::runtime(&store).await, Vec::new()).await;
    let process = Process::of_notes(&store, &url).await;
    let token = door.administrator().await;
    notes::write_directly(&process.runtime, "bad", "poison").await;
    within("idle", door.runtime.wait_idle()).await.unwrap();
    let feed = door.get(&token, "/api/v1/feed").await.json;
    assert_eq!(feed["services"][0]["parked"], 1);
    let here = process.get(&token, "/api/v1/parked").await.json;
    let there = door.get(&token, "/api/v1/parked").await.json;
    assert_eq!(here, there);
    let position = &there["items"][0]["position"];
    for decision in ["retry", "skip"] {
        let path = format!("/api/v1/parked/notes/{position}/{decision}");
        let why = json!({"reason": "a mistake"});
        let answer = door.post(&token, &path, &why).await;
        assert_eq!((answer.status, answer.code()), (421, "consumer-elsewhere"));
        assert!(answer.text.contains("serves notes"), "{}", answer.text);
    }
    let path = format!("/api/v1/parked/nobody/{position}/retry");
    let answer = door.post(&token, &path, &json!({})).await;
    assert_eq!((answer.status, answer.code()), (409, "not-parked"));
    let path = format!("/api/v1/parked/notes/{position}/skip");
    let answer = process
        .post(&token, &path, &json!({"reason": "a mistake"}))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    within("idle", door.runtime.wait_idle()).await.unwrap();
    let there = door.get(&token, "/api/v1/parked").await.json;
    assert_eq!(there["items"], json!([]));
    process.stop().await;
    door.stop().await;
}

#[tokio::test]
async fn without_nats_a_service_is_ready_and_says_that_nats_is_away() {
    let (mut chance, mut server, store) = (Chance::new(), server(), Store::new().await);
    let url = server.url();
    let _relay = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    let process = Process::of_notes(&store, &url).await;
    let connected = async |wanted: bool| {
        within("the connection is noticed", async {
            loop {
                let (status, ok, detail) = process.ready("nats").await;
                assert!((status, ok) == (200, true), "{detail}");
                if (detail == "connected") == wanted {
                    return detail;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
    };
    connected(true).await;
    server.kill().unwrap();
    let detail = connected(false).await;
    assert!(detail.contains("out of the ledger"), "{detail}");
    notes::write_directly(&process.runtime, "n", "a line").await;
    within("idle", process.runtime.wait_idle()).await.unwrap();
    let metrics = process.get("", "/metrics").await.text;
    for line in [
        "hoso_nats_connected 0",
        "hoso_reactions_lag_events{service=\"notes\"} 0",
        "hoso_reactions_lag_seconds{service=\"notes\"} 0",
        "hoso_feed_events_total{service=\"notes\",source=\"ledger\"}",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    server.restart().unwrap();
    connected(true).await;
    process.stop().await;
}

#[tokio::test]
async fn the_relays_process_is_ready_until_it_raises_an_alarm_and_again_after_the_repair() {
    let (server, store) = (server(), Store::new().await);
    let url = server.url();
    store.append(12).await;
    let runtime = Process::runtime(&store).await;
    let options = RelayOptions {
        alarm_check_every: Duration::from_millis(100),
        check_every: Duration::from_millis(100),
        ..RelayOptions::default()
    };
    let nats = connect(&url, "relay").await;
    let relay = Relay::new(store.ledger.clone(), nats, options);
    let runtime = runtime.with_relay(&relay);
    let stop = CancellationToken::new();
    let told = stop.clone();
    let task = tokio::spawn(async move { relay.run(&Alone, told).await });
    let process = Process::start(runtime, Vec::new()).await;
    let says = async |wanted_status: u16, word: &str| {
        within(word, async {
            loop {
                let (status, ok, detail) = process.ready("relay").await;
                assert_eq!(status == 200, ok, "{detail}");
                if status == wanted_status && detail.contains(word) {
                    return detail;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
    };
    says(200, "published up to 12").await;
    let metrics = process.get("", "/metrics").await.text;
    assert!(metrics.contains("hoso_relay_position 12"), "{metrics}");
    assert!(metrics.contains("hoso_relay_alarm 0"), "{metrics}");
    let operator = operator(&url).await;
    let sent = operator.publish("hoso.events.x.Y", "{}".into()).await;
    sent.unwrap().await.unwrap();
    let detail = says(503, "the stream ends at 13 but the ledger at 12").await;
    assert!(detail.contains("nats stream rm EVENTS"), "{detail}");
    let metrics = process.get("", "/metrics").await.text;
    assert!(metrics.contains("hoso_relay_alarm 1"), "{metrics}");
    operator.delete_stream("EVENTS").await.unwrap();
    says(200, "published up to 12").await;
    stop.cancel();
    task.await.unwrap();
    process.stop().await;
}
