//! Lists by key, the log as pages, and the log as a stream.

use hoso_domain::actor::Role;
use hoso_runtime::testing::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::notes;

async fn with_notes(count: u32) -> (TestApp, String) {
    let app = TestApp::start(notes::service).await;
    let token = app.appoint("clerk", Role::HomeAffairs, "so-noi-vu").await;
    for note in 0..count {
        let body = json!({"note": format!("n{note}"), "line": "one"});
        let answer = app.post(&token, "/api/v1/notes", &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    app.wait_idle().await;
    (app, token)
}

#[tokio::test]
async fn following_the_next_links_gives_every_entry_once() {
    let (app, token) = with_notes(5).await;
    let mut path = "/api/v1/notes?limit=4".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = app.get(&token, &path).await;
        assert_eq!(page.status, 200, "{page:?}");
        for item in page.json["items"].as_array().unwrap() {
            seen.push(item["note"].as_str().unwrap().to_owned());
        }
        let link = page.header("link");
        if link.is_empty() {
            assert_eq!(page.json.get("next"), None);
            break;
        }
        assert!(link.ends_with("; rel=\"next\""), "{link}");
        path = link[1..link.find('>').unwrap()].to_owned();
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(seen, sorted);
    assert_eq!(seen.len(), 10);
}

#[tokio::test]
async fn a_limit_out_of_range_is_refused() {
    let (app, token) = with_notes(0).await;
    for limit in ["0", "201", "x"] {
        let answer = app
            .get(&token, &format!("/api/v1/notes?limit={limit}"))
            .await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "query-invalid"),
            "{limit}"
        );
    }
}

#[tokio::test]
async fn auditors_read_the_log_in_cloud_events() {
    let (app, clerk) = with_notes(2).await;
    let auditor = app.appoint("auditor", Role::Auditor, "thanh-tra").await;
    let denied = app.get(&clerk, "/api/v1/events").await;
    assert_eq!((denied.status, denied.code()), (403, "not-permitted"));
    let page = app.get(&auditor, "/api/v1/events?limit=3").await;
    let items = page.json["items"].as_array().unwrap();
    let positions: Vec<_> = items
        .iter()
        .map(|e| e["position"].as_u64().unwrap())
        .collect();
    assert_eq!(positions, [1, 2, 3]);
    assert_eq!(page.json["next"], "3");
    let first = &items[0];
    assert_eq!(first["specversion"], "1.0");
    assert_eq!(first["type"], "hoso.registry.OfficialAppointed");
    assert_eq!(first["source"], "/hoso/registry");
    assert_eq!(first["official"], "system-setup");
    assert_eq!(first["data"]["officialAppointed"]["official"], "clerk");
    let rest = app.get(&auditor, "/api/v1/events?after=3&limit=200").await;
    assert_eq!(rest.json["items"][0]["position"], 4);
    assert_eq!(rest.json.get("next"), None);
}

#[tokio::test]
async fn the_log_as_a_stream_resumes_and_goes_on_with_new_events() {
    let (app, clerk) = with_notes(1).await;
    let auditor = app.appoint("auditor", Role::Auditor, "thanh-tra").await;
    let head = app.runtime.ledger.head().await.unwrap();
    let mut response = app
        .request(Method::GET, "/api/v1/events")
        .bearer_auth(&auditor)
        .header("Accept", "text/event-stream")
        .header("Last-Event-ID", (head - 1).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut text = String::new();
    while text.matches("\n\n").count() < 1 {
        text += std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap();
    }
    assert!(text.contains(&format!("id: {head}\n")), "{text}");
    let body = json!({"note": "later", "line": "one"});
    app.post(&clerk, "/api/v1/notes", &body).await;
    while text.matches("\n\n").count() < 2 {
        text += std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap();
    }
    assert!(text.contains(&format!("id: {}\n", head + 1)), "{text}");
    let data = text.rsplit("data: ").next().unwrap();
    let event: Value = serde_json::from_str(data.trim()).unwrap();
    assert_eq!(event["type"], "hoso.unknown.NoteWritten");
}

#[tokio::test]
async fn a_client_waits_for_what_follows_from_its_command() {
    let (app, token) = with_notes(0).await;
    let body = json!({"note": "n1", "line": "one"});
    app.post(&token, "/api/v1/notes", &body).await;
    let feed = app.get(&token, "/api/v1/feed?wait=idle").await;
    let service = &feed.json["services"][0];
    assert_eq!(service["name"], "notes");
    assert_eq!(service["lag"], 0);
    assert_eq!(service["position"], feed.json["head"]);
    let copy = app.get(&token, "/api/v1/notes/n1.copy").await;
    assert_eq!(copy.json["lines"], json!(["one", "one"]));
    let bad = app.get(&token, "/api/v1/feed?wait=soon").await;
    assert_eq!((bad.status, bad.code()), (400, "query-invalid"));
}

#[tokio::test]
async fn a_stream_ends_when_the_process_stops() {
    let (app, _) = with_notes(0).await;
    let auditor = app.appoint("auditor", Role::Auditor, "thanh-tra").await;
    let response = app
        .request(Method::GET, "/api/v1/events")
        .bearer_auth(&auditor)
        .header("Accept", "text/event-stream")
        .send()
        .await
        .unwrap();
    let ((), text) = tokio::join!(app.stop(), response.text());
    assert!(text.is_ok());
}
