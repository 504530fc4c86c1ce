//! Appeals over the wire, and what an upheld one does to its round.

use serde_json::{Value, json};

use super::world::{ROUND, World};

async fn published() -> World {
    let world = World::proposed().await;
    let proposed = world.get("standing", "").await.json["proposed"].clone();
    let proposed: Vec<String> = serde_json::from_value(proposed).unwrap();
    let body = World::decision("1500/QĐ-UBND", "2025-08-15", &proposed);
    world.act("chairman", "decisions", body).await;
    let decision = "decisions/1500%2FQ%C4%90-UBND";
    let issue = json!({"effectiveAt": "2025-08-16T09:00:00+07:00"});
    world
        .act("records", &format!("{decision}/issue"), issue)
        .await;
    let publish = json!({"where": "Cổng", "effectiveAt": "2025-08-20T09:00:00+07:00"});
    world
        .act("records", &format!("{decision}/publish"), publish)
        .await;
    world
}

fn filing(id: &str, at: &str) -> Value {
    json!({
        "id": id, "round": ROUND, "item": "hs08-2", "ground": "Điểm chấm chưa đúng",
        "effectiveAt": at,
    })
}

#[tokio::test]
async fn an_upheld_appeal_asks_for_a_new_evaluation() {
    let world = published().await;
    let filed = world
        .done(
            "unit",
            "/api/v1/appeals",
            filing("kn-1", "2025-09-01T09:00:00+07:00"),
        )
        .await;
    assert_eq!(filed["status"], "OPEN");
    assert_eq!(filed["dueOn"], "2025-11-18");
    let foreign = world
        .app
        .get(world.token("other"), "/api/v1/appeals/kn-1")
        .await;
    assert_eq!(foreign.status, 404);
    let decided = json!({"reason": "Có căn cứ", "effectiveAt": "2025-09-20T09:00:00+07:00"});
    let upheld = world
        .done("chairman", "/api/v1/appeals/kn-1/uphold", decided.clone())
        .await;
    assert_eq!(upheld["status"], "UPHELD");
    world.app.wait_idle().await;
    let round = world.get("standing", "").await.json;
    assert_eq!(round["ranking"]["outdated"], "Có căn cứ");
    let twice = world
        .post("chairman", "/api/v1/appeals/kn-1/dismiss", decided)
        .await;
    assert_eq!((twice.status, twice.code()), (409, "appeal-resolved"));
}

#[tokio::test]
async fn a_late_appeal_is_answered_inadmissible_and_listed_for_its_unit() {
    let world = published().await;
    let late = world
        .done(
            "unit",
            "/api/v1/appeals",
            filing("kn-2", "2025-11-19T09:00:00+07:00"),
        )
        .await;
    assert_eq!(late["status"], "INADMISSIBLE");
    let own = world.app.get(world.token("unit"), "/api/v1/appeals").await;
    assert_eq!(own.json["items"].as_array().unwrap().len(), 1);
    let other = world.app.get(world.token("other"), "/api/v1/appeals").await;
    assert_eq!(other.json["items"], json!([]));
}

#[tokio::test]
async fn nobody_appeals_before_the_outcome_is_known_nor_for_another_unit() {
    let world = World::proposed().await;
    let early = world
        .post(
            "unit",
            "/api/v1/appeals",
            filing("kn-3", "2025-08-10T09:00:00+07:00"),
        )
        .await;
    assert_eq!((early.status, early.code()), (409, "outcome-not-known"));
    let other = world
        .post(
            "other",
            "/api/v1/appeals",
            filing("kn-3", "2025-08-10T09:00:00+07:00"),
        )
        .await;
    assert_eq!(other.status, 403);
}
