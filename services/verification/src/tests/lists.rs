//! Lists of cases: filters and pages.

use serde_json::Value;

use super::world::*;

fn dossiers(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|e| e["dossier"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn cases_are_listed_by_dossier_a_page_at_a_time() {
    let world = World::start().await;
    for dossier in ["HS-3", "HS-1", "HS-2"] {
        world
            .submit(dossier, "so-tu-phap", content(dossier, "so-tu-phap"))
            .await;
    }
    let first = world
        .app
        .get(&world.home_affairs, "/api/v1/cases?limit=2")
        .await;
    assert_eq!(dossiers(&first.json), ["HS-1", "HS-2"]);
    assert_eq!(first.json["next"], "HS-2");
    let second = world
        .app
        .get(&world.home_affairs, "/api/v1/cases?limit=2&after=HS-2")
        .await;
    assert_eq!(dossiers(&second.json), ["HS-3"]);
    assert_eq!(second.json.get("next"), None);
}

#[tokio::test]
async fn a_page_that_is_full_and_the_last_says_so() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", content("HS-1", "so-tu-phap"))
        .await;
    let page = world
        .app
        .get(&world.home_affairs, "/api/v1/cases?limit=1")
        .await;
    assert_eq!(dossiers(&page.json), ["HS-1"]);
    assert_eq!(page.json.get("next"), None);
}

#[tokio::test]
async fn cases_are_found_by_round_unit_status_and_due_day() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", without_a_report("HS-1", "so-tu-phap"))
        .await;
    world
        .submit("HS-2", "so-y-te", content("HS-2", "so-y-te"))
        .await;
    world.receive("HS-1", STAMPED).await;
    world.gateway("HS-1", "check").await;
    world.gateway("HS-1", "return").await;
    for (query, expected) in [
        ("round=annual-2024", vec!["HS-1", "HS-2"]),
        ("round=annual-2023", vec![]),
        ("unit=so-y-te", vec!["HS-2"]),
        ("status=SUPPLEMENT_REQUESTED", vec!["HS-1"]),
        ("dueUntil=2025-06-20", vec!["HS-1"]),
        ("dueUntil=2025-06-19", vec![]),
    ] {
        let list = world
            .app
            .get(&world.home_affairs, &format!("/api/v1/cases?{query}"))
            .await;
        assert_eq!(list.status, 200, "{}", list.text);
        assert_eq!(dossiers(&list.json), expected, "{query}");
    }
}
