//! Lists: filters, pages, and what does not appear.

use super::*;

fn ids(answer: &Answer) -> Vec<String> {
    let items = answer.json["items"].as_array().unwrap();
    items
        .iter()
        .map(|entry| entry["dossier"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_list_is_filtered_by_round_unit_and_status() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    p.submit("HS-2", "hs2").await;
    let neighbours = json!({"dossier": "HS-3", "round": "annual-2024", "unit": "huyen-ke-sach"});
    p.done(&p.neighbour, "dossiers", neighbours).await;
    for (query, found) in [
        ("", vec!["HS-1", "HS-2", "HS-3"]),
        ("?status=SUBMITTED", vec!["HS-2"]),
        ("?unit=huyen-ke-sach", vec!["HS-3"]),
        ("?unit=huyen-my-tu&status=DRAFT", vec!["HS-1"]),
        ("?round=annual-2023", vec![]),
    ] {
        let answer = p.get(&p.auditor, &format!("dossiers{query}")).await;
        assert_eq!(ids(&answer), found, "{query}");
    }
    assert_eq!(ids(&p.get(&p.staff, "dossiers").await), ["HS-1", "HS-2"]);
    let foreign = p.get(&p.staff, "dossiers?unit=huyen-ke-sach").await;
    assert!(ids(&foreign).is_empty());
    let wrong = p.get(&p.auditor, "dossiers?status=LOST").await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn a_list_comes_in_pages_that_follow_each_other() {
    let province = Province::new().await;
    let p = &province;
    for n in 1..=5 {
        p.draft(&format!("HS-{n}")).await;
    }
    let mut seen = Vec::new();
    let mut path = "dossiers?limit=2&round=annual-2024".to_owned();
    loop {
        let page = p.get(&p.auditor, &path).await;
        assert!(ids(&page).len() <= 2);
        seen.extend(ids(&page));
        let Some(next) = page.json["next"].as_str() else {
            break;
        };
        assert!(page.header("link").contains("rel=\"next\""));
        path = format!("dossiers?limit=2&round=annual-2024&after={next}");
    }
    assert_eq!(seen, ["HS-1", "HS-2", "HS-3", "HS-4", "HS-5"]);
}

#[tokio::test]
async fn a_denied_draft_is_no_dossier() {
    let province = Province::new().await;
    let p = &province;
    let body = json!({"dossier": "HS-1", "round": "annual-2024", "unit": "huyen-my-tu"});
    let denied = p.problem(&p.neighbour, "dossiers", body).await;
    assert_eq!(denied.status, 403);
    assert!(ids(&p.get(&p.auditor, "dossiers").await).is_empty());
    assert_eq!(p.get(&p.auditor, "dossiers/HS-1").await.status, 404);
    p.draft("HS-1").await;
}

#[tokio::test]
async fn a_supplement_that_is_due_stands_in_the_list() {
    let province = Province::new().await;
    let p = &province;
    p.submit("HS-1", "hs1").await;
    p.case_event(
        "HS-1",
        json!({"returnedForSupplement": {"dossier": "HS-1", "supplementRound": 1,
            "missing": [], "dueOn": "2025-06-27"}}),
    )
    .await;
    let list = p.get(&p.staff, "dossiers").await.json;
    assert_eq!(list["items"][0]["dueOn"], "2025-06-27");
    assert_eq!(list["items"][0]["items"], 2);
}
