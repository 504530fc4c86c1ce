//! Who may do and read what, over the wire.

use hoso_runtime::testing::send;
use serde_json::{Value, json};

use super::world::{ROUND, World};

#[tokio::test]
async fn a_denied_attempt_is_403_with_the_rule_and_stays_in_the_log() {
    let world = World::entered().await;
    let denied = world.attempt("home", "rank", json!({})).await;
    assert_eq!((denied.status, denied.code()), (403, "not-permitted"));
    assert_eq!(denied.json["violations"][0]["rule"], "D");
    let body = World::decision("1/QĐ-UBND", "2025-08-15", &["hs02-1".to_owned()]);
    let unsigned = world.attempt("records", "decisions", body.clone()).await;
    assert_eq!(unsigned.json["violations"][0]["rule"], "R2");
    let early = world.attempt("chairman", "decisions", body).await;
    assert_eq!(early.json["violations"][0]["rule"], "R43");
    let stream = hoso_ledger::StreamName::new("round", ROUND);
    let events = world.app.runtime.ledger.read_stream(&stream, 0, 500).await;
    let refused: Vec<String> = events
        .unwrap()
        .into_iter()
        .filter(|e| e.event_type == "AttemptRefused")
        .map(|e| e.metadata.actor.role.as_str().to_owned())
        .collect();
    assert_eq!(refused, ["HOME_AFFAIRS", "RECORDS", "CHAIRMAN"]);
}

#[tokio::test]
async fn a_round_opens_once_and_only_on_published_indexes() {
    let world = World::registry().await;
    let open = |year: u16, at: &str| json!({"kind": "ANNUAL", "year": year, "effectiveAt": at});
    let unpublished = world
        .post(
            "home",
            "/api/v1/rounds",
            open(2025, "2025-12-01T09:00:00+07:00"),
        )
        .await;
    assert_eq!(
        (unpublished.status, unpublished.code()),
        (409, "index-not-published")
    );
    assert_eq!(unpublished.json["violations"][0]["rule"], "R10");
    let early = world
        .post(
            "home",
            "/api/v1/rounds",
            open(2024, "2025-04-14T09:00:00+07:00"),
        )
        .await;
    assert_eq!(early.code(), "index-not-published");
    let opened = world
        .post(
            "home",
            "/api/v1/rounds",
            open(2024, "2025-04-20T09:00:00+07:00"),
        )
        .await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    assert_eq!(opened.header("location"), "/api/v1/rounds/annual-2024");
    let again = world
        .post(
            "standing",
            "/api/v1/rounds",
            open(2024, "2025-04-21T09:00:00+07:00"),
        )
        .await;
    assert_eq!((again.status, again.code()), (409, "round-already-open"));
}

#[tokio::test]
async fn a_change_names_the_version_it_has_seen() {
    let world = World::entered().await;
    let path = format!("/api/v1/rounds/{ROUND}/rank");
    let body = json!({"asOf": "2025-07-30", "effectiveAt": "2025-07-30T15:00:00+07:00"});
    let unseen = world
        .app
        .request(reqwest::Method::POST, &path)
        .bearer_auth(world.token("standing"))
        .header("Idempotency-Key", world.app.fresh_key())
        .json(&body);
    assert_eq!(send(unseen).await.status, 428);
    let token = world.token("standing");
    let tag = world.get("standing", "").await.etag.unwrap();
    let first = world.app.post_match(token, &path, &body, &tag).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let stale = world.app.post_match(token, &path, &body, &tag).await;
    assert_eq!((stale.status, stale.code()), (412, "version-stale"));
}

#[tokio::test]
async fn a_unit_reads_its_own_items_once_it_was_told_and_never_those_of_others() {
    let world = World::proposed().await;
    let before = world.get("unit", "/items").await;
    assert_eq!(before.json["items"], json!([]));
    assert_eq!(world.get("unit", "/outcome").await.status, 404);
    assert_eq!(world.get("unit", "/round-file").await.status, 403);
    let round = world.get("unit", "").await.json;
    assert_eq!(round["shortlist"], Value::Null);
    assert_eq!(round["decisions"], json!([]));

    let proposed = world.get("standing", "").await.json["proposed"].clone();
    let proposed: Vec<String> = serde_json::from_value(proposed).unwrap();
    let body = World::decision("1500/QĐ-UBND", "2025-08-15", &proposed);
    world.act("chairman", "decisions", body).await;
    let notify = json!({
        "dossiers": ["HS-2024-08"], "effectiveAt": "2025-08-22T09:00:00+07:00",
    });
    world.act("home", "notifications", notify).await;
    let told = world.get("unit", "/items").await.json;
    let own: Vec<&str> = (told["items"].as_array().unwrap().iter())
        .map(|item| item["item"].as_str().unwrap())
        .collect();
    assert_eq!(own, ["hs08-1", "hs08-2"]);
    let outcome = world.get("unit", "/outcome").await.json;
    assert_eq!(outcome["items"].as_array().unwrap().len(), 2);
    assert!(!outcome.to_string().contains("hs04-2"), "another unit's");
    // Another unit was not told yet.
    assert_eq!(world.get("other", "/items").await.json["items"], json!([]));
    for who in ["committee", "chairman", "records", "auditor", "home"] {
        let all = world.get(who, "/items?limit=200").await.json;
        assert_eq!(all["items"].as_array().unwrap().len(), 48, "{who}");
    }
}

#[tokio::test]
async fn no_answer_shows_a_ballot() {
    let world = World::proposed().await;
    for what in [
        "",
        "/items?limit=200",
        "/outcome",
        "/round-file",
        "/explanation",
    ] {
        let answer = world.get("auditor", what).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.text.contains("ballots"), "{what}");
    }
}

#[tokio::test]
async fn the_items_come_in_pages() {
    let world = World::entered().await;
    let mut after = String::new();
    let mut seen = Vec::new();
    loop {
        let page = world
            .get("standing", &format!("/items?limit=20&after={after}"))
            .await;
        for item in page.json["items"].as_array().unwrap() {
            seen.push(item["item"].as_str().unwrap().to_owned());
        }
        match page.json["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((seen.len(), sorted.len()), (48, 48));
}

#[tokio::test]
async fn what_a_rule_denies_is_answered_as_before_and_stays_in_the_log_once() {
    let world = World::entered().await;
    let items: Vec<String> = world.items().await.into_keys().take(1).collect();
    let body = json!({"number": "1/TTr", "date": "2025-08-15", "items": items,
        "effectiveAt": "2025-08-15T09:00:00+07:00"});
    let path = format!("/api/v1/rounds/{ROUND}/proposal");
    let key = world.app.fresh_key();
    for _ in 0..2 {
        let request = world
            .app
            .request(reqwest::Method::POST, &path)
            .bearer_auth(world.token("standing"))
            .header("Idempotency-Key", &key)
            .header("If-Match", "*")
            .json(&body);
        let answer = send(request).await;
        assert_eq!((answer.status, answer.code()), (409, "no-shortlist"));
        assert_eq!(answer.json["violations"][0]["rule"], "R43");
    }
    let stream = hoso_ledger::StreamName::new("round", ROUND);
    let events = world.app.runtime.ledger.read_stream(&stream, 0, 500).await;
    let refused: Vec<Value> = events
        .unwrap()
        .into_iter()
        .filter(|e| e.event_type == "AttemptRefused")
        .map(|e| serde_json::from_str(&e.data).unwrap())
        .collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["attemptRefused"]["rule"], "R43");
    assert_eq!(refused[0]["attemptRefused"]["action"], "SubmitProposal");
}
