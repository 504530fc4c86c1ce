//! A round as it was, its steps, and what changed between two moments.

use serde_json::{Value, json};

use super::world::World;

async fn decided() -> (World, Vec<String>) {
    let world = World::proposed().await;
    let round = world.get("standing", "").await.json;
    let items: Vec<String> = serde_json::from_value(round["proposed"].clone()).unwrap();
    let body = World::decision("1/QĐ-UBND", "2025-08-15", &items);
    world.act("chairman", "decisions", body).await;
    (world, items)
}

fn positions(history: &Value) -> Vec<u64> {
    let events = history["events"].as_array().unwrap();
    let position = |event: &Value| event["position"].as_u64().unwrap();
    events.iter().map(position).collect()
}

#[tokio::test]
async fn a_round_is_seen_as_it_was_and_what_a_signature_changed_is_told() {
    let (world, items) = decided().await;
    let path = |what: &str| format!("/{what}");
    let history = world.get("auditor", &path("history")).await.json;
    let events = history["events"].as_array().unwrap();
    let signed = events
        .iter()
        .position(|event| event["type"] == "DecisionSigned")
        .unwrap();
    let before = positions(&history)[signed - 1];
    let then = path(&format!("state?asOf={before}"));
    let then = world.get("auditor", &then).await.json;
    assert_eq!(then["status"], "PROPOSED");
    assert_eq!(then["state"]["opened"]["decisions"], json!({}));
    let now = world.get("auditor", &path("state")).await.json;
    assert_eq!(now["status"], "DECIDED");

    let told = path(&format!("diff?from={before}"));
    let told = world.get("auditor", &told).await.json;
    let changes = told["changes"].as_array().unwrap();
    for item in &items {
        let pointer = format!("/opened/items/{item}/standing");
        let change = changes.iter().find(|change| change["path"] == *pointer);
        let change = change.unwrap_or_else(|| panic!("{pointer}"));
        assert_eq!(change["from"], "entered");
        assert_eq!(change["by"][0]["actor"]["role"], "CHAIRMAN");
        assert_eq!(change["by"].as_array().unwrap().len(), 1);
        assert!(change["by"][0]["ruleBook"].is_string());
    }
    let first = positions(&history)[0] - 1;
    let nothing = world
        .get("auditor", &path(&format!("state?asOf={first}")))
        .await;
    assert_eq!(nothing.status, 404);
}

#[tokio::test]
async fn a_units_official_is_told_nothing_of_a_rounds_past() {
    let (world, _) = decided().await;
    for what in ["state", "history", "diff?from=1"] {
        let path = format!("/{what}");
        assert_eq!(world.get("unit", &path).await.status, 404, "{what}");
    }
    let wrong = world.get("auditor", "/diff?from=yesterday").await;
    assert_eq!((wrong.status, wrong.code()), (400, "query-invalid"));
}
